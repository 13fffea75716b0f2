// Questions that nothing answers, in groups, each with the way to an article.

import { useEffect, useState } from "preact/hooks";
import { href } from "../../lib/router";
import { ago, full, now } from "../../lib/time";
import { explain } from "../../state/actions";
import { days, dismissQuestions, draftFromQuestions, gaps, loadGaps } from "../../state/knowledge";
import { canAct } from "../../state/session";
import { t } from "../../strings";
import type { Gap, GapReason } from "../../wire";
import { Button, Chip, Empty } from "../../ui/basics";
import { Icon } from "../../ui/icons";

/** Questions that are shown before all are asked for. */
const FEW = 4;

export function GapList() {
  const [trouble, setTrouble] = useState<string>();
  const load = () => loadGaps().then(() => setTrouble(undefined), (error) => setTrouble(explain(error)));
  useEffect(() => void load(), [days.value]);
  const shown = gaps.value;
  if (trouble) {
    return (
      <Empty icon="wifi" title={t.knowledge.failed} acts={<Button icon="refresh" onClick={() => void load()}>{t.again}</Button>}>
        <p>{trouble}</p>
      </Empty>
    );
  }
  if (!shown) return <p role="status">{t.knowledge.reading}</p>;
  return (
    <section aria-label={t.knowledge.parts.gaps}>
      {shown.asked > 0 && (
        <p class="muted knowledge-count">
          {t.knowledge.asked(shown.asked, shown.open)}
          {shown.closed > 0 && `; ${t.knowledge.closed(shown.closed)}`}
        </p>
      )}
      {shown.gaps.length === 0 ? (
        <Empty icon="book" title={t.knowledge.none}>
          <p>{t.knowledge.noneText}</p>
        </Empty>
      ) : (
        <>
          {canAct.value && <p class="muted teaching-help">{t.knowledge.gapHelp}</p>}
          <ol class="clusters">
            {shown.gaps.map((gap, place) => (
              <li key={gap.questions[0] ? `${gap.questions[0].conversation_id}/${gap.questions[0].seq}` : place}>
                <GapCard gap={gap} place={place} />
              </li>
            ))}
          </ol>
        </>
      )}
    </section>
  );
}

function GapCard({ gap, place }: { gap: Gap; place: number }) {
  const [all, setAll] = useState(false);
  const [busy, setBusy] = useState(false);
  const shown = all ? gap.questions : gap.questions.slice(0, FEW);
  const title = `gap-${place}`;
  return (
    <article class="card cluster" aria-labelledby={title}>
      <header class="cluster-head">
        <h2 id={title}>{gap.title}</h2>
        <p class="cluster-why">
          <span class="num">{t.knowledge.questions(gap.count)}</span>
          {(Object.entries(gap.reasons) as [GapReason, number][]).map(([reason, count]) => (
            <Chip key={reason} tone={reason === "unhelpful" ? "ember" : "amber"}>
              {t.knowledge.reasons[reason]} {count < gap.count && <span class="num">{count}</span>}
            </Chip>
          ))}
        </p>
      </header>
      <ul class="cluster-messages">
        {shown.map((question) => (
          <li key={`${question.conversation_id}/${question.seq}`}>
            <span class="cluster-text gap-text">{question.text}</span>
            <a class="cluster-link muted" href={href(`/conversations/${question.conversation_id}`)} title={full(question.at)}>
              <span>{ago(question.at, now.value)}</span>
              <span class="sr-only">{t.knowledge.open(question.text)}</span>
              <Icon name="forward" size={14} flip />
            </a>
          </li>
        ))}
      </ul>
      {gap.questions.length > FEW && (
        <Button small look="quiet" class="cluster-all" icon={all ? "up" : "down"} expanded={all} onClick={() => setAll(!all)}>
          {all ? t.knowledge.fewer : t.knowledge.all(gap.questions.length)}
        </Button>
      )}
      {canAct.value && (
        <footer class="cluster-acts">
          <Button
            small
            look="primary"
            icon="pencil"
            busy={busy}
            onClick={() => {
              setBusy(true);
              void draftFromQuestions(gap.questions).finally(() => setBusy(false));
            }}
          >
            {t.knowledge.write}
          </Button>
          {gap.nearest && (
            <a class="btn btn-small" href={href(`/knowledge/article/${encodeURIComponent(gap.nearest)}`)}>
              <Icon name="book" size={16} />
              <span>{t.knowledge.improve}</span>
            </a>
          )}
          <span class="cluster-rest">
            <Button small look="quiet" onClick={() => void dismissQuestions(gap.questions)}>
              {t.knowledge.dismiss}
            </Button>
          </span>
        </footer>
      )}
    </article>
  );
}
