// Under each message of the customer: what was understood, and, opened, why the bot did
// what it did.

import { signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { hint } from "../../keys/shortcuts";
import { percent, said, words } from "../../lib/format";
import * as desk from "../../state/desk";
import { canAct } from "../../state/session";
import type { Story } from "../../state/story";
import { judge } from "../../state/teaching";
import { t } from "../../strings";
import type { Analysis, Entry, Explanation } from "../../wire";
import { Button, Chip } from "../../ui/basics";
import { Icon } from "../../ui/icons";
import { Mood } from "../../ui/mood";
import { Pick } from "../teaching/pick";

/** The message that is explained. */
export const whyOpen = signal<number | undefined>(undefined);
/** The message that is being corrected. */
export const correcting = signal<number | undefined>(undefined);

export function Reading({ entry, story }: { entry: Entry; story: Story }) {
  const { analysis, explanation } = entry;
  if (!analysis) {
    // The bot reads it in a moment, unless a person holds the conversation.
    const last = story.view.entries.at(-1)?.seq === entry.seq;
    return last && story.view.holder === "bot" && entry.content.type === "text" ? (
      <p class="reading reading-wait">
        <span class="spin" /> {t.why.reading}
      </p>
    ) : null;
  }
  const open = whyOpen.value === entry.seq;
  const id = `why-${entry.seq}`;
  const unclear = analysis.intent.out_of_scope;
  return (
    <div class={`reading ${open ? "reading-open" : ""}`}>
      <button
        type="button"
        class="reading-line"
        aria-expanded={open}
        aria-controls={id}
        onClick={() => (whyOpen.value = open ? undefined : entry.seq)}
      >
        <Mood unhappiness={analysis.unhappiness.p} size={15} />
        <span class="clip">{unclear ? t.why.noIntent : words(analysis.intent.name)}</span>
        {!unclear && <span class="num muted">{percent(analysis.intent.confidence)}</span>}
        {analysis.entities.slice(0, 2).map((entity) => (
          <Chip key={entity.start}>{said(entity)}</Chip>
        ))}
        <span class="reading-why">
          {t.why.open}
          <Icon name={open ? "up" : "down"} size={13} />
        </span>
      </button>
      {open && <Explained id={id} entry={entry} analysis={analysis} explanation={explanation} conversation={story.view.id} />}
    </div>
  );
}

interface ExplainedProps {
  id: string;
  entry: Entry;
  conversation: string;
  analysis: Analysis;
  explanation: Explanation | null | undefined;
}

function Explained(props: ExplainedProps) {
  const element = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => element.current?.scrollIntoView({ block: "nearest" }), []);
  return (
    <div ref={element} id={props.id} class="why">
      <Understood analysis={props.analysis} />
      <Correct entry={props.entry} conversation={props.conversation} likely={props.analysis.intent_ranking} />
      {props.explanation && <Did explanation={props.explanation} />}
    </div>
  );
}

function Understood({ analysis }: { analysis: Analysis }) {
  const { sentiment, unhappiness } = analysis;
  return (
    <section>
      <h3>{t.why.understood}</h3>
      <ul class="bars">
        {analysis.intent_ranking.slice(0, 4).filter(({ confidence }, i) => i === 0 || confidence >= 0.01).map((intent) => (
          <li key={intent.name}>
            <span class="clip">{words(intent.name)}</span>
            <Bar share={intent.confidence} />
            <span class="num">{percent(intent.confidence)}</span>
          </li>
        ))}
      </ul>
      {analysis.intent.out_of_scope && <p class="muted">{t.why.outOfScope}</p>}
      <dl class="why-facts">
        <div>
          <dt>{t.why.sentiment}</dt>
          <dd>
            {t.why.labels[sentiment.label]} <span class="num muted">{signed(sentiment.score)}</span>
          </dd>
        </div>
        <div>
          <dt>{t.why.unhappiness}</dt>
          <dd>
            <span class="num">{percent(unhappiness.p)}</span>
          </dd>
        </div>
        <div>
          <dt>{t.why.language}</dt>
          <dd>{languageName(analysis.language.code)}</dd>
        </div>
        {Object.entries(analysis.emotions)
          .filter(([, p]) => p >= 0.2)
          .sort((a, b) => b[1] - a[1])
          .slice(0, 3)
          .map(([name, p]) => (
            <div key={name}>
              <dt>{words(name)}</dt>
              <dd class="num">{percent(p)}</dd>
            </div>
          ))}
      </dl>
      {unhappiness.reasons.length > 0 && (
        <ul class="reasons">
          {[...new Set(unhappiness.reasons)].map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      )}
      {analysis.entities.length > 0 && (
        <ul class="entities" aria-label={t.why.entities}>
          {analysis.entities.map((entity) => (
            <li key={`${entity.type}${entity.start}`}>
              <Chip title={t.why.written(entity.text)}>
                {t.why.kinds[entity.type] ?? words(entity.type)}: <b>{said(entity)}</b>
              </Chip>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** What a colleague says that the message means, and the way to say it. */
function Correct(props: { entry: Entry; conversation: string; likely: Analysis["intent_ranking"] }) {
  const { entry, conversation } = props;
  const { lesson } = entry;
  const open = correcting.value === entry.seq;
  const message = { conversation_id: conversation, seq: entry.seq };
  const close = () => (correcting.value = undefined);
  const pick = async (intent: string) => {
    close();
    if (await judge([message], { verdict: "example", intent })) desk.reload(conversation);
  };
  if (!lesson && !canAct.value) return null;
  return (
    <section class="why-correct">
      {lesson && (
        <Chip tone="accent" icon="spark">
          {t.teaching.lesson(lesson.verdict, lesson.intent && words(lesson.intent), lesson.agent_name)}
        </Chip>
      )}
      {canAct.value && (
        <Button small icon="spark" popup="dialog" keys={hint("correct")} label={t.teaching.correct} onClick={() => (correcting.value = entry.seq)}>
          {t.teaching.correct}
        </Button>
      )}
      {open && <Pick title={t.teaching.correctTitle} likely={props.likely} onClose={close} onPick={(intent) => void pick(intent)} />}
    </section>
  );
}

/** The number beside it says the same. */
function Bar({ share }: { share: number }) {
  return (
    <span class="bar" aria-hidden="true">
      <span style={{ inlineSize: `${100 * share}%` }} />
    </span>
  );
}

function Did({ explanation }: { explanation: Explanation }) {
  return (
    <section>
      <h3>{t.why.did}</h3>
      <p class="acts">
        {explanation.acts.map((act, i) => (
          <Chip key={act + i} tone={act === "escalate" ? "ember" : "bot"}>
            {t.acts_done[act as keyof typeof t.acts_done] ?? words(act)}
          </Chip>
        ))}
        {explanation.acts.length === 0 && <span class="muted">{t.why.nothing}</span>}
      </p>
      <ul class="reasons">
        {[...new Set(explanation.because)].map((reason) => (
          <li key={reason}>{named(reason)}</li>
        ))}
      </ul>
      {explanation.passages.length > 0 && (
        <>
          <h4>{t.why.passages}</h4>
          <ul class="bars">
            {explanation.passages.slice(0, 4).map((passage) => (
              <li key={passage.article + passage.section}>
                <span title={passage.section}>
                  {passage.section || words(passage.article)}
                </span>
                <Bar share={passage.confidence} />
                <span class="num">{percent(passage.confidence)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

/** Reasons name intents between backticks; here they are called as everywhere on this page. */
function named(reason: string) {
  return reason.split("`").map((part, i) => (i % 2 === 1 ? <b key={i}>{words(part)}</b> : part));
}

export function signed(score: number): string {
  return `${score > 0 ? "+" : score < 0 ? "−" : ""}${Math.abs(score).toFixed(2)}`;
}

function languageName(code: string): string {
  if (code === "und") return t.why.unknownLanguage;
  try {
    return new Intl.DisplayNames([document.documentElement.lang || "en"], { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}
