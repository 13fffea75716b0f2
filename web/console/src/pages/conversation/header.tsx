// Above the messages: the customer, who holds the conversation, and what can be done.

import { useCommands } from "../../keys/commands";
import { hint } from "../../keys/shortcuts";
import { href } from "../../lib/router";
import { ago, ahead, full } from "../../lib/time";
import { percent } from "../../lib/format";
import { Course } from "../../charts/course";
import * as actions from "../../state/actions";
import { choices, type SnoozeChoice } from "../../state/snooze";
import { nameOfCustomer } from "../../state/names";
import type { View } from "../../state/order";
import { canAct, colleagues, me, nameOf } from "../../state/session";
import type { Story } from "../../state/story";
import { t } from "../../strings";
import { Avatar, Button, Chip } from "../../ui/basics";
import { Channel, worthTelling } from "../../ui/channel";
import { Icon } from "../../ui/icons";
import { Menu, openMenu } from "../../ui/menu";
import { Mood } from "../../ui/mood";
import { detailsShown, toggleDetails } from "../inbox/page";
import { correcting, whyOpen } from "./why";
import { signal } from "@preact/signals";
import { SnoozeDialog } from "./snooze-dialog";

const askingUntil = signal<string | undefined>(undefined);

export function Header(props: { story: Story; view: View }) {
  const { view } = props.story;
  const mine = me.value!;
  const id = view.id;
  const name = nameOfCustomer(view);
  const open = view.status === "open";
  const byMe = view.agent_id === mine.id;
  const byOther = view.holder === "agent" && !byMe;
  const may = canAct.value;
  const asleep = view.snoozed_until !== undefined && Date.parse(view.snoozed_until) > Date.now();
  const lastCustomer = view.entries.findLast((entry) => entry.author.kind === "customer" && entry.analysis);

  useCommands(
    {
      ...(may && open && !byMe ? { take: () => void (byOther ? actions.assign(id, mine) : actions.take(id)) } : {}),
      ...(may && open && view.holder === "agent" && byMe ? { handBack: () => void actions.handBack(id) } : {}),
      ...(may && open && !byOther ? { resolve: () => void actions.resolve(id) } : {}),
      ...(may && !open ? { reopen: () => void actions.reopen(id) } : {}),
      ...(may && open ? { assign: () => openMenu("assign"), snooze: () => openMenu("snooze") } : {}),
      ...(may && lastCustomer ? { correct: () => ((whyOpen.value = lastCustomer.seq), (correcting.value = lastCustomer.seq)) } : {}),
      ...(lastCustomer ? { why: () => (whyOpen.value = whyOpen.peek() === lastCustomer.seq ? undefined : lastCustomer.seq) } : {}),
    },
    [id, may, open, byMe, byOther, lastCustomer?.seq, view.holder],
  );

  const pick = (seq: number) => {
    whyOpen.value = seq;
    document.getElementById(`entry-${seq}`)?.scrollIntoView({ block: "center", behavior: "smooth" });
  };

  return (
    <header class="talk-head">
      <div class="talk-bar">
        <a class="btn btn-quiet btn-icon talk-back" href={href(`/inbox/${props.view}`)} aria-label={t.conversation.back}>
          <Icon name="left" flip />
        </a>
        <button type="button" class="talk-who" onClick={toggleDetails} title={`${t.conversation.details} (${hint("details")})`}>
          <Avatar name={view.customer.name ?? view.customer.email} seed={view.customer_id} />
          <span class="talk-names">
            <h2 class="clip">{name}</h2>
            <span class="talk-state clip">
              <State story={props.story} />
            </span>
          </span>
        </button>
        <div class="talk-acts">
          {may && open && (
            <>
              <AssignMenu story={props.story} />
              <SnoozeMenu id={id} asleep={asleep} />
              {byMe && (
                <Button
                  class="act-back"
                  icon="bot"
                  keys={hint("handBack")}
                  label={t.acts.handBack}
                  busy={actions.isBusy(id, "hand-back")}
                  onClick={() => void actions.handBack(id)}
                >
                  {t.acts.handBack}
                </Button>
              )}
              {!byOther && (
                <Button
                  class="act-resolve"
                  look={byMe ? "primary" : "plain"}
                  icon="check"
                  keys={hint("resolve")}
                  label={t.acts.resolve}
                  busy={actions.isBusy(id, "resolve")}
                  onClick={() => void actions.resolve(id)}
                >
                  {t.acts.resolve}
                </Button>
              )}
              {!byMe && (
                <Button
                  class="act-take"
                  look={byOther ? "plain" : "primary"}
                  icon="hand"
                  keys={hint("take")}
                  label={byOther ? t.acts.takeFrom(view.agent_name ?? t.colleague) : t.acts.take}
                  busy={actions.isBusy(id, byOther ? "assign" : "take")}
                  onClick={() => void (byOther ? actions.assign(id, mine) : actions.take(id))}
                >
                  {byOther ? t.acts.takeFrom(view.agent_name ?? t.colleague) : t.acts.take}
                </Button>
              )}
            </>
          )}
          {may && !open && (
            <Button
              icon="undo"
              flip
              keys={hint("reopen")}
              label={t.acts.reopen}
              busy={actions.isBusy(id, "reopen")}
              onClick={() => void actions.reopen(id)}
            >
              {t.acts.reopen}
            </Button>
          )}
          <Button
            look="quiet"
            icon="panel"
            flip
            label={t.conversation.details}
            keys={hint("details")}
            expanded={detailsShown.value}
            controls="details"
            onClick={toggleDetails}
          />
        </div>
      </div>
      {view.moods.length > 0 && (
        <div class="talk-course">
          <span class="talk-mood">
            <Mood unhappiness={view.unhappiness} size={22} />
            <span>
              <strong class="num">{percent(view.unhappiness)}</strong> {t.mood.short}
            </span>
          </span>
          <Course moods={view.moods} onPick={pick} />
          {view.queued && (
            <span class="talk-reason">
              <Chip tone="ember" icon="clock">
                {t.conversation.waits(ago(view.waiting_since ?? view.queued.since))}
              </Chip>
              <span class="clip" title={view.queued.reason}>
                {view.queued.reason.split(";")[0]}
              </span>
            </span>
          )}
        </div>
      )}
      {asleep && view.snoozed_until && (
        <div class="talk-asleep">
          <Icon name="moon" size={16} />
          {t.conversation.asleep(ahead(view.snoozed_until))}
          <Button small onClick={() => void actions.snooze(id, null, "")}>
            {t.acts.wake}
          </Button>
        </div>
      )}
      {askingUntil.value === id && (
        <SnoozeDialog
          onClose={() => (askingUntil.value = undefined)}
          onPick={(until) => {
            askingUntil.value = undefined;
            void actions.snooze(id, until, ahead(until.getTime()));
          }}
        />
      )}
    </header>
  );
}

function State({ story }: { story: Story }) {
  const { view } = story;
  const mine = me.value;
  const channel = worthTelling() && <Channel of={view} />;
  if (view.status === "resolved") {
    return (
      <>
        {channel}
        <span>{t.conversation.resolved(ago(view.updated_at))}</span>
      </>
    );
  }
  const presence = view.here ? <span class="talk-here">{t.conversation.here}</span> : null;
  const offered = view.offered_to && view.offered_to !== mine?.id ? nameOf(view.offered_to, t.colleague) : undefined;
  const holder =
    view.holder === "bot"
      ? offered
        ? t.conversation.offered(offered)
        : t.conversation.heldByBot
      : view.agent_id === mine?.id
        ? t.conversation.heldByMe
        : t.conversation.heldBy(view.agent_name ?? t.colleague);
  return (
    <>
      {channel}
      {presence}
      {view.offered_to === mine?.id && view.holder === "bot" ? (
        <Chip tone="accent">{t.row.yourTurn}</Chip>
      ) : (
        <span title={full(view.created_at)}>{holder}</span>
      )}
    </>
  );
}

function AssignMenu({ story }: { story: Story }) {
  const { view } = story;
  const mine = me.value!;
  const others = colleagues.value.filter((one) => one.role !== "viewer");
  const free = (one: (typeof others)[number]) =>
    !one.present ? t.assign.gone : one.status === "away" ? t.assign.away : t.assign.load(one.held, one.capacity);
  return (
    <Menu
      id="assign"
      label={t.acts.assign}
      keys={hint("assign") ?? ""}
      class="btn btn-quiet btn-icon"
      align="end"
      title={t.assign.title}
      items={[
        ...others.map((one) => ({
          label: one.id === mine.id ? t.assign.me(one.name) : one.name,
          detail: free(one),
          start: <Avatar name={one.name} seed={one.id} size="s" />,
          checked: view.agent_id === one.id,
          run: () => void (view.agent_id !== one.id && actions.assign(view.id, one)),
        })),
        ...(view.agent_id === mine.id
          ? [{ label: t.acts.requeue, detail: t.assign.requeue, icon: "people" as const, run: () => void actions.handBack(view.id, true) }]
          : []),
      ]}
    >
      <Icon name="people" />
    </Menu>
  );
}

function SnoozeMenu(props: { id: string; asleep: boolean }) {
  const run = (choice: SnoozeChoice) => void actions.snooze(props.id, choice.until, choice.shown);
  return (
    <Menu
      id="snooze"
      label={t.acts.snooze}
      keys={hint("snooze") ?? ""}
      class="btn btn-quiet btn-icon"
      align="end"
      title={t.snooze.title}
      items={[
        ...choices(new Date()).map((choice) => ({
          label: t.snooze[choice.name],
          detail: choice.shown,
          icon: "clock" as const,
          run: () => run(choice),
        })),
        { label: t.snooze.other, icon: "moon" as const, run: () => (askingUntil.value = props.id) },
        ...(props.asleep ? [{ label: t.acts.wake, icon: "sun" as const, run: () => void actions.snooze(props.id, null, "") }] : []),
      ]}
    >
      <Icon name="moon" />
    </Menu>
  );
}
