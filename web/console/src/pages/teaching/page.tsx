// Understanding: what the bot did not understand, clustered by meaning; what agents make
// of it; and training it anew.

import { useEffect, useState } from "preact/hooks";
import { useCommands } from "../../keys/commands";
import { hint } from "../../keys/shortcuts";
import { explain } from "../../state/actions";
import { hear } from "../../state/desk";
import { canAct } from "../../state/session";
import { board, days, loadBoard, loadIntents, loadTraining } from "../../state/teaching";
import { t } from "../../strings";
import { Button, Empty } from "../../ui/basics";
import { ClusterCard } from "./cluster";
import { TrainingBox } from "./training";

/** What is told quickly after each other is asked for once. */
const SETTLED = 700;
const SPANS = [7, 30, 90];
const KEYS = [hint("down") ?? "", hint("teachAs") ?? "", hint("teachOutside") ?? "", hint("teachDismiss") ?? ""] as const;

export function TeachingPage() {
  const [trouble, setTrouble] = useState<string>();
  const [here, setHere] = useState(0);
  const load = () =>
    Promise.all([loadBoard(), loadTraining(), loadIntents()]).then(
      () => setTrouble(undefined),
      (error) => setTrouble(explain(error)),
    );
  useEffect(() => {
    void load();
    let due: ReturnType<typeof setTimeout> | undefined;
    const stop = hear((frame) => {
      if (frame.type !== "teaching") return;
      due ??= setTimeout(() => {
        due = undefined;
        void loadTraining().catch((error) => setTrouble(explain(error)));
      }, SETTLED);
    });
    return () => {
      stop();
      clearTimeout(due);
    };
  }, [days.value]);

  const shown = board.value;
  const clusters = shown?.clusters ?? [];
  const chosen = Math.min(here, clusters.length - 1);
  const walk = (by: number) => {
    const to = Math.max(0, Math.min(clusters.length - 1, chosen + by));
    setHere(to);
    const card = document.getElementById(`cluster-${to}`);
    card?.scrollIntoView({ block: "nearest" });
    card?.focus();
  };
  useCommands({ down: () => walk(1), up: () => walk(-1) }, [chosen, clusters.length]);

  return (
    <main id="main" class="page teaching scroll">
      <header class="page-head teaching-head">
        <h1>{t.teaching.title}</h1>
        {shown && shown.messages > 0 && <p class="muted">{t.teaching.count(shown.messages, clusters.length)}</p>}
        <label class="teaching-days">
          <span class="sr-only">{t.teaching.days}</span>
          <select class="input" value={days.value} onChange={(event) => (days.value = Number(event.currentTarget.value))}>
            {SPANS.map((span) => (
              <option key={span} value={span}>
                {t.teaching.lastDays(span)}
              </option>
            ))}
          </select>
        </label>
      </header>
      <TrainingBox />
      {trouble && (
        <Empty icon="wifi" title={t.teaching.failed} acts={<Button icon="refresh" onClick={() => void load()}>{t.again}</Button>}>
          <p>{trouble}</p>
        </Empty>
      )}
      {!shown && !trouble && <p role="status">{t.teaching.reading}</p>}
      {shown && clusters.length === 0 && (
        <Empty icon="spark" title={t.teaching.none}>
          <p>{t.teaching.noneText}</p>
        </Empty>
      )}
      {clusters.length > 0 && (
        <>
          <p class="muted teaching-help">
            {canAct.value ? t.teaching.help : t.teaching.look}{" "}
            {canAct.value && t.teaching.keys(...KEYS)}
          </p>
          <ol class="clusters">
            {clusters.map((cluster, i) => (
              <li key={cluster.messages[0] ? `${cluster.messages[0].conversation_id}/${cluster.messages[0].seq}` : i}>
                <ClusterCard cluster={cluster} place={i} here={i === chosen} onHere={() => setHere(i)} />
              </li>
            ))}
          </ol>
        </>
      )}
    </main>
  );
}
