// A question to try on what is written, and last month's questions asked again.

import { useState } from "preact/hooks";
import { Markdown } from "../../../../shared/markdown-view";
import { percent } from "../../lib/format";
import { explain } from "../../state/actions";
import { effectOf, tryQuestion } from "../../state/knowledge";
import { warn } from "../../state/toasts";
import { t } from "../../strings";
import type { Article, ArticleText, Effect, TrialAnswer, Trial as Tried } from "../../wire";
import { Button, TextField } from "../../ui/basics";

interface Props {
  text: ArticleText;
  locale: string;
  article: Article | undefined;
  changed: boolean;
  /** A question to begin with. */
  first: string;
}

export function Trial({ text, locale, article, changed, first }: Props) {
  const [question, setQuestion] = useState(first);
  const [tried, setTried] = useState<Tried>();
  const [effect, setEffect] = useState<Effect>();
  const [busy, setBusy] = useState<"ask" | "effect">();
  const written = text.title !== "" && text.body.trim() !== "";
  const during = async (what: "ask" | "effect", work: () => Promise<void>) => {
    setBusy(what);
    try {
      await work();
    } catch (error) {
      warn(explain(error));
    } finally {
      setBusy(undefined);
    }
  };
  const ask = (event: Event) => {
    event.preventDefault();
    if (!question.trim()) return;
    void during("ask", async () => setTried(await tryQuestion(question.trim(), written && changed ? text : undefined, locale, article?.id)));
  };
  const same = tried && JSON.stringify(tried.today) === JSON.stringify(tried.with_draft);
  return (
    <section class="card knowledge-trial" aria-labelledby="trial-title">
      <h2 id="trial-title">{t.knowledge.trial}</h2>
      <form onSubmit={ask}>
        <TextField label={t.knowledge.trial} hint={t.knowledge.trialHint} value={question} onText={setQuestion} maxLength={1000} />
        <Button type="submit" small busy={busy === "ask"}>
          {t.knowledge.ask}
        </Button>
      </form>
      <div role="status">
        {tried && (
          <div class="knowledge-tried">
            {same ? (
              <>
                {changed && written && <p class="muted">{t.knowledge.same}</p>}
                <Answer answer={tried.today} own={article?.id} />
              </>
            ) : (
              <>
                <h3>{t.knowledge.withDraft}</h3>
                <Answer answer={tried.with_draft} own={article?.id} />
                <h3>{t.knowledge.today}</h3>
                <Answer answer={tried.today} own={article?.id} />
              </>
            )}
          </div>
        )}
      </div>
      {written && (
        <Button small look="quiet" icon="refresh" busy={busy === "effect"} onClick={() => void during("effect", async () => setEffect(await effectOf(text, locale, article?.id)))}>
          {t.knowledge.effect}
        </Button>
      )}
      <div role="status">{effect && <Change effect={effect} />}</div>
    </section>
  );
}

function Answer({ answer, own }: { answer: TrialAnswer; own: string | undefined }) {
  return (
    <div class={`knowledge-answer knowledge-${answer.outcome}`}>
      <p class="knowledge-outcome">
        <strong>{t.knowledge.outcomes[answer.outcome]}</strong> <span class="muted num">{t.knowledge.sure(percent(answer.confidence))}</span>
      </p>
      {answer.text && (
        <div class="prose" dir="auto">
          <Markdown text={answer.text} under={3} />
        </div>
      )}
      {answer.title && (
        <p class="muted">
          {answer.title}
          {answer.section && answer.section !== answer.title && ` · ${answer.section}`}
          {answer.article === own && own !== undefined && ` (${t.knowledge.fromThis})`}
        </p>
      )}
    </div>
  );
}

function Change({ effect }: { effect: Effect }) {
  if (effect.asked === 0) return <p class="muted">{t.knowledge.effectNone}</p>;
  const named = (answer: TrialAnswer) => t.knowledge.from(answer.title, t.knowledge.outcomes[answer.outcome]);
  return (
    <div class="knowledge-effect">
      <p>{t.knowledge.effectText(effect.asked, effect.answered_today, effect.answered_with_draft)}</p>
      {effect.changes.length === 0 ? (
        <p class="muted">{t.knowledge.effectSame}</p>
      ) : (
        <>
          <p>{t.knowledge.effectChanges}</p>
          <ul>
            {effect.changes.slice(0, 20).map((change) => (
              <li key={change.question}>
                <q>{change.question}</q>
                <span class="muted">
                  {named(change.today)} {t.knowledge.becomes} {named(change.with_draft)}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
