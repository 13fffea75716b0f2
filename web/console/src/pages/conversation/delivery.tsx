// Under what the shop said: how far it has come.

import { deliveryOf, type Delivery as Told, type DeliveryState } from "../../state/delivery";
import type { Story } from "../../state/story";
import { t } from "../../strings";
import type { AuthorKind } from "../../wire";
import { Icon, type IconName } from "../../ui/icons";

const ICONS: Record<DeliveryState, IconName> = { waiting: "clock", sent: "check", delivered: "twice", read: "twice", failed: "alert" };

interface Props {
  story: Story;
  seq: number;
  author: AuthorKind;
  /** Whether nothing follows by the same author. */
  last: boolean;
  /** The seq of what follows, where it is by the same author. */
  next: number | undefined;
  told: ReadonlyMap<number, Told>;
}

export function Delivery(props: Props) {
  const { story, seq, author, last } = props;
  if (author !== "agent" && author !== "bot") return null;
  const mail = author === "agent" && last ? story.view.mails?.find((one) => one.seq === seq) : undefined;
  if (mail) {
    return (
      <span class={`msg-mark ${mail.state === "failed" ? "msg-bad" : ""}`} title={mail.error}>
        <Icon name="mail" size={14} />
        {t.conversation.mailed(mail.to, mail.state)}
      </span>
    );
  }
  return story.view.channel === "web" ? <OnTheWebsite {...props} /> : <InAChannel {...props} />;
}

/** The website's own sockets tell what was read; one mark under the last message is enough. */
function OnTheWebsite({ story, seq, author, last }: Props) {
  const later = story.view.entries.some((entry) => entry.author.kind === "agent" && entry.seq > seq);
  if (author !== "agent" || !last || later) return null;
  const read = story.view.read_seq >= seq;
  return (
    <span class="msg-mark">
      <Icon name={read ? "done" : "check"} size={14} />
      {read ? t.conversation.read : t.conversation.sent}
    </span>
  );
}

/** A vendor tells of each message by itself. */
function InAChannel({ story, seq, next, told }: Props) {
  const waits = story.view.waits ?? [];
  const { state, reason } = deliveryOf(seq, told, waits);
  // Of several that have come equally far, the last mark speaks for all.
  if (next !== undefined && state !== "failed" && deliveryOf(next, told, waits).state === state) return null;
  return (
    <span class={`msg-mark msg-${state} ${state === "failed" ? "msg-bad" : ""}`} title={state === "waiting" ? reason : undefined}>
      <Icon name={ICONS[state]} size={14} />
      {t.delivery.states[state]}
      {state === "failed" && reason && <span>· {reason}</span>}
    </span>
  );
}
