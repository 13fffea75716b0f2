// Messages that mean about the same, and the ways to say what: one click for all that are
// ticked.

import { useState } from "preact/hooks";
import { useCommands } from "../../keys/commands";
import { percent, words } from "../../lib/format";
import { href } from "../../lib/router";
import { ago, full, now } from "../../lib/time";
import { canAct, canManage } from "../../state/session";
import { judge, keyOf, type Verdict } from "../../state/teaching";
import { t } from "../../strings";
import type { Cluster, DoubtReason } from "../../wire";
import { Button, Chip } from "../../ui/basics";
import { Icon } from "../../ui/icons";
import { IntentForm } from "./intent-form";
import { Pick } from "./pick";

/** Messages that are shown before all are asked for. */
const FEW = 4;

interface Props {
  cluster: Cluster;
  place: number;
  /** Whether the keys mean this one. */
  here: boolean;
  onHere: () => void;
}

export function ClusterCard({ cluster, place, here, onHere }: Props) {
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [all, setAll] = useState(false);
  const [open, setOpen] = useState<"pick" | "make">();
  const ticked = cluster.messages.filter((message) => !left.has(keyOf(message)));
  const shown = all ? cluster.messages : cluster.messages.slice(0, FEW);
  const say = (verdict: Verdict) => {
    if (ticked.length === 0) return;
    // What is left over is asked about next.
    setLeft(new Set());
    void judge(ticked, verdict);
  };
  useCommands(
    here && canAct.value
      ? {
          teachAs: () => setOpen("pick"),
          teachOutside: () => say({ verdict: "outside" }),
          teachDismiss: () => say({ verdict: "dismissed" }),
        }
      : {},
    [here, cluster, left],
  );
  const toggle = (key: string) => {
    const next = new Set(left);
    if (!next.delete(key)) next.add(key);
    setLeft(next);
  };
  const title = `cluster-${place}-title`;
  return (
    <article
      id={`cluster-${place}`}
      class={`card cluster ${here ? "cluster-here" : ""}`}
      aria-labelledby={title}
      tabIndex={-1}
      onFocusIn={onHere}
    >
      <header class="cluster-head">
        <h2 id={title}>{cluster.title}</h2>
        <p class="cluster-why">
          <span class="num">{t.teaching.messages(cluster.count)}</span>
          {(Object.entries(cluster.reasons) as [DoubtReason, number][]).map(([reason, count]) => (
            <Chip key={reason} tone={reason === "unhelpful" ? "ember" : reason === "unsure" ? undefined : "amber"}>
              {t.teaching.reasons[reason]} {count < cluster.count && <span class="num">{count}</span>}
            </Chip>
          ))}
        </p>
      </header>
      <ul class="cluster-messages">
        {shown.map((message) => {
          const key = keyOf(message);
          return (
            <li key={key}>
              <label>
                {canAct.value && <input type="checkbox" checked={!left.has(key)} onChange={() => toggle(key)} />}
                <span class="cluster-text">{message.text}</span>
              </label>
              <a class="cluster-link muted" href={href(`/conversations/${message.conversation_id}`)} title={full(message.at)}>
                <span>{ago(message.at, now.value)}</span>
                <span class="sr-only">{t.teaching.open(message.text)}</span>
                <Icon name="forward" size={14} flip />
              </a>
            </li>
          );
        })}
      </ul>
      {cluster.messages.length > FEW && (
        <Button small look="quiet" class="cluster-all" icon={all ? "up" : "down"} expanded={all} onClick={() => setAll(!all)}>
          {all ? t.teaching.fewer : t.teaching.all(cluster.messages.length)}
        </Button>
      )}
      {canAct.value && (
        <footer class="cluster-acts">
          <span class="muted">{t.teaching.means(ticked.length, cluster.messages.length)}</span>
          {cluster.likely.slice(0, 2).map((intent, i) => (
            <Button
              key={intent.name}
              small
              look={i === 0 ? "primary" : "plain"}
              disabled={ticked.length === 0}
              onClick={() => say({ verdict: "example", intent: intent.name })}
            >
              {words(intent.name)} <span class="num">{percent(intent.confidence)}</span>
            </Button>
          ))}
          <Button small icon="search" popup="dialog" disabled={ticked.length === 0} onClick={() => setOpen("pick")}>
            {t.teaching.another}
          </Button>
          {canManage.value && (
            <Button small icon="plus" popup="dialog" disabled={ticked.length === 0} onClick={() => setOpen("make")}>
              {t.teaching.make}
            </Button>
          )}
          <span class="cluster-rest">
            <Button small look="quiet" disabled={ticked.length === 0} onClick={() => say({ verdict: "outside" })}>
              {t.teaching.outside}
            </Button>
            <Button small look="quiet" disabled={ticked.length === 0} onClick={() => say({ verdict: "dismissed" })}>
              {t.teaching.dismiss}
            </Button>
          </span>
        </footer>
      )}
      {open === "pick" && (
        <Pick
          title={t.teaching.pick(ticked.length)}
          likely={cluster.likely}
          onClose={() => setOpen(undefined)}
          onPick={(intent) => {
            setOpen(undefined);
            say({ verdict: "example", intent });
          }}
        />
      )}
      {open === "make" && <IntentForm title={cluster.title} messages={ticked} onClose={() => setOpen(undefined)} />}
    </article>
  );
}
