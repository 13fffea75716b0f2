// One conversation in the list: who, what was said last, how long they wait, how they feel.

import { memo } from "../../lib/memo";
import { href } from "../../lib/router";
import { ago, full, now } from "../../lib/time";
import { money, percent, plain } from "../../lib/format";
import { hasDraft } from "../../state/drafts";
import { rows, unread, version } from "../../state/inbox";
import { nameOfCustomer } from "../../state/names";
import { level, needParts } from "../../state/need";
import type { View } from "../../state/order";
import { me } from "../../state/session";
import { shopCurrency } from "../../state/shop";
import { t } from "../../strings";
import type { Conversation } from "../../wire";
import { Avatar, Chip } from "../../ui/basics";
import { Channel, worthTelling } from "../../ui/channel";
import { Icon } from "../../ui/icons";
import { Mood, moodTone } from "../../ui/mood";

export function Row(props: { id: string; view: View; current: boolean }) {
  // The map is no signal: its version is.
  version.value;
  const row = rows.get(props.id);
  return row ? <Drawn row={row} view={props.view} current={props.current} draft={hasDraft(row.id)} /> : null;
}

interface DrawnProps {
  row: Conversation;
  view: View;
  current: boolean;
  draft: boolean;
}

const Drawn = memo(({ row, view, current, draft }: DrawnProps) => {
  const name = nameOfCustomer(row);
  const parts = needParts(row, now.value);
  const sum = parts.unhappy + parts.waiting + parts.value;
  const fresh = unread(row) && row.status === "open";
  return (
    <a
      class={`row need-${level(sum)} ${fresh ? "row-fresh" : ""}`}
      href={href(`/inbox/${view}/${row.id}`)}
      aria-current={current ? "true" : undefined}
      data-id={row.id}
    >
      <span class="row-bar" title={t.need.title(Math.round(sum))} aria-hidden="true" />
      <span class="row-face">
        <Avatar name={row.customer.name ?? row.customer.email} seed={row.customer_id} />
        {row.status === "open" && moodTone(row.unhappiness) !== "calm" && <Mood unhappiness={row.unhappiness} size={17} />}
      </span>
      <span class="row-words">
        <span class="row-top">
          <span class="row-name clip" dir="auto">{name}</span>
          {fresh && <span class="sr-only">{t.row.unread}</span>}
          <When row={row} />
        </span>
        <span class="row-said clip" dir="auto">
          {row.preview ? (
            <>
              {row.preview.author !== "customer" && <span class="row-author">{t.row.author(row.preview.author)}</span>}
              {plain(row.preview.text)}
            </>
          ) : (
            <span class="muted">{t.row.nothing}</span>
          )}
        </span>
        <Tags row={row} draft={draft} />
      </span>
      {fresh && <span class="row-dot" aria-hidden="true" />}
    </a>
  );
});

function When({ row }: { row: Conversation }) {
  if (row.waiting_since && row.status === "open") {
    return (
      <span class="row-when row-waits num" title={t.row.waitingSince(full(row.waiting_since))}>
        <Icon name="clock" size={13} />
        <span class="sr-only">{t.row.waits}</span>
        {ago(row.waiting_since)}
      </span>
    );
  }
  return (
    <time class="row-when num" dateTime={row.updated_at} title={full(row.updated_at)}>
      {ago(row.updated_at)}
    </time>
  );
}

function Tags({ row, draft }: { row: Conversation; draft: boolean }) {
  const mine = me.value?.id;
  const worth = Number(row.value ?? 0);
  return (
    <span class="row-tags">
      {row.offered_to === mine && row.holder === "bot" && row.queued && <Chip tone="accent">{t.row.yourTurn}</Chip>}
      {row.urgency > 0 && row.queued && (
        <span class="row-urgent" role="img" aria-label={t.row.urgent} title={t.row.urgent}>
          <Icon name="alert" size={15} />
        </span>
      )}
      {row.queued && <Chip tone={row.unhappiness >= 0.6 ? "ember" : "amber"} title={row.queued.reason}>{row.queued.reason.split(";")[0]}</Chip>}
      {row.holder === "agent" && <Chip icon="person">{row.agent_id === mine ? t.you : (row.agent_name ?? t.colleague)}</Chip>}
      {!row.queued && row.holder === "bot" && row.status === "open" && row.unhappiness >= 0.6 && (
        <Chip tone="ember">{t.row.unhappy(percent(row.unhappiness))}</Chip>
      )}
      {row.snoozed_until && <Chip icon="moon">{t.row.until(row.snoozed_until)}</Chip>}
      {row.status === "resolved" && <Chip icon="check">{t.row.resolved}</Chip>}
      {draft && <Chip icon="pencil">{t.row.draft}</Chip>}
      {worthTelling() && <Channel of={row} />}
      {worth >= 250 && !row.queued && <Chip title={t.row.worth}>{money(worth, shopCurrency())}</Chip>}
    </span>
  );
}

