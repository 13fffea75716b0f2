/** One line when the connection is not what it should be; nothing while all is well. */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Icon } from "./icons";
import { useUi } from "./ui";

/** A short break is not worth a word. */
const PATIENCE = 1_500;

export function Notice(): JSX.Element | null {
  const { chat, words, open } = useUi();
  const state = chat.line.value;
  const troubled = open.value && state.kind !== "open" && state.kind !== "idle";
  const [since, setSince] = useState<number | null>(null);
  const [now, setNow] = useState(Date.now());

  useEffect(() => {
    setSince(troubled ? Date.now() : null);
    if (!troubled) return;
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [troubled]);

  const refused = state.kind === "refused";
  if (!troubled || (!refused && now - (since ?? now) < PATIENCE)) return <div class="notices" role="status" />;

  const { text, action } = says();
  return (
    <div class="notices" role="status">
      <div class="notice">
        <Icon name="off" />
        {/* Each second's number would be read aloud; the first is enough. */}
        <span aria-live="off">{text}</span>
        {action && (
          <button class="link" type="button" onClick={() => chat.retry()}>
            {action}
          </button>
        )}
      </div>
    </div>
  );

  function says(): { text: string; action?: string } {
    if (state.kind === "refused") {
      return state.code === 4003
        ? { text: words.t("elsewhere"), action: words.t("use_here") }
        : { text: words.t("refused"), action: words.t("retry") };
    }
    if (state.kind === "waiting") {
      if (state.offline) return { text: words.t("offline"), action: words.t("retry") };
      const seconds = Math.max(1, Math.ceil((state.until - now) / 1000));
      return { text: words.n("lost", seconds), action: words.t("retry") };
    }
    return { text: words.t("connecting") };
  }
}
