// The open conversation: who it is and what can be done, what was said, where to answer.

import { useEffect, useRef } from "preact/hooks";
import { href } from "../../lib/router";
import { held, current, saySeen } from "../../state/desk";
import { unread, rows, version } from "../../state/inbox";
import { canAct, me } from "../../state/session";
import { lastSeq } from "../../state/story";
import type { View } from "../../state/order";
import { t } from "../../strings";
import { Button, Empty } from "../../ui/basics";
import { reload } from "../../state/desk";
import { DropPane } from "./attachments";
import { Composer } from "./composer";
import { Header } from "./header";
import { Messages } from "./messages";
import { Waiting } from "./waiting";
import { correcting, whyOpen } from "./why";

export function ConversationPane(props: { id: string; view: View }) {
  const story = held(props.id).value;
  useEffect(() => () => void (whyOpen.value = correcting.value = undefined), []);
  if (story === "loading") return <Loading />;
  if (typeof story === "string") {
    const gone = story === "missing";
    return (
      <section class="pane conversation" aria-label={t.conversation.label}>
        <Empty
          icon={gone ? "search" : "wifi"}
          title={gone ? t.conversation.missing : t.conversation.failed}
          acts={
            <>
              {!gone && (
                <Button icon="refresh" onClick={() => reload(props.id)}>
                  {t.again}
                </Button>
              )}
              <a class="btn" href={href(`/inbox/${props.view}`)}>
                {t.conversation.back}
              </a>
            </>
          }
        />
      </section>
    );
  }
  const { view } = story;
  const byOther = view.holder === "agent" && view.agent_id !== me.value?.id;
  return (
    <DropPane id={props.id} open={canAct.value && !byOther} label={t.conversation.label}>
      <Seen id={props.id} last={lastSeq(story)} />
      <div>
        <Header story={story} view={props.view} />
        <Waiting view={view} />
      </div>
      <Messages story={story} />
      <Composer story={story} />
    </DropPane>
  );
}

/** What an agent who looks at the page has before their eyes counts as read. */
function Seen(props: { id: string; last: number }) {
  version.value;
  const row = rows.get(props.id);
  const fresh = row ? unread(row) : false;
  const told = useRef(0);
  useEffect(() => {
    const tell = () => {
      if (document.hidden || !document.hasFocus() || current.peek() !== props.id) return;
      if (props.last <= told.current && !fresh) return;
      told.current = props.last;
      saySeen(props.id, props.last);
    };
    tell();
    addEventListener("focus", tell);
    return () => removeEventListener("focus", tell);
  }, [props.id, props.last, fresh]);
  return null;
}

function Loading() {
  return (
    <section class="pane conversation" aria-busy="true" aria-label={t.loading}>
      <div class="conversation-ghost">
        <span class="skeleton" />
        <span class="skeleton" />
        <span class="skeleton" />
      </div>
    </section>
  );
}
