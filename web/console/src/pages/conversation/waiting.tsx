// A banner over the messages: what has not reached the customer yet, why, and until when.

import { clock } from "../../lib/time";
import * as actions from "../../state/actions";
import { canAct } from "../../state/session";
import { t } from "../../strings";
import type { StoryView } from "../../wire";
import { Button } from "../../ui/basics";
import { inboxName } from "../../ui/channel";
import { Icon } from "../../ui/icons";

export function Waiting({ view }: { view: StoryView }) {
  const waits = view.waits ?? [];
  if (waits.length === 0) return null;
  return (
    <div class="waits" role="status">
      <Icon name="alert" size={17} />
      <div class="waits-words">
        {waits.map((wait) => (
          <p key={wait.inbox_id}>
            <strong>{t.delivery.held(inboxName({ inbox_id: wait.inbox_id, channel: view.channel }))}</strong> {sentence(wait.error)}{" "}
            <span class="num waits-when">
              {t.delivery.tries(wait.attempts)}, {t.delivery.next(clock(wait.next_at))}
            </span>
          </p>
        ))}
      </div>
      {canAct.value && (
        <Button small icon="refresh" busy={actions.isBusy(view.id, "deliver")} onClick={() => void actions.deliver(view.id)}>
          {t.delivery.now}
        </Button>
      )}
    </div>
  );
}

function sentence(text: string): string {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".");
}
