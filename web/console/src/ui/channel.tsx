// Where a conversation comes from: the channel's icon and the inbox's name.

import { inboxes } from "../state/inbox";
import { channelIcon } from "../state/channels";
import { t } from "../strings";
import { Icon } from "./icons";

interface Of {
  inbox_id: string;
  channel: string;
}

/** With one website's inbox there is nothing to tell apart. */
export const worthTelling = () => inboxes.value.length > 1 || inboxes.value.some((one) => one.channel !== "web");

export const inboxName = (of: Of): string => inboxes.value.find((one) => one.id === of.inbox_id)?.name ?? of.channel;

export function Channel(props: { of: Of; size?: number }) {
  const name = inboxName(props.of);
  return (
    <span class="channel" title={t.conversation.via(name)}>
      <Icon name={channelIcon(props.of.channel)} size={props.size ?? 13} />
      <span class="clip">{name}</span>
    </span>
  );
}
