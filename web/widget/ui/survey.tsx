/** How was it? Five faces, or a scale of numbers; radio buttons underneath, so that arrows work. */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { SurveyContent } from "../../shared/wire";
import type { Item } from "../log";
import { Face, Icon } from "./icons";
import { useUi } from "./ui";

export function Survey({ item, survey }: { item: Item; survey: SurveyContent }): JSX.Element {
  const { chat, words, settle } = useUi();
  const [chosen, choose] = useState<number>();
  const [comment, setComment] = useState("");
  const form = useRef<HTMLFormElement>(null);
  const onItsWay = chat.waiting.value.find((one) => one.id === `survey:${item.seq}`)?.frame;
  const score = onItsWay?.type === "survey" ? onItsWay.score : item.score;
  const [min, max] = survey.scale;
  const faces = survey.kind === "csat" && min === 1 && max === 5;
  const name = (n: number) => (faces ? words.t(`csat_${n}`) : words.t("survey_scale", { n, max }));

  useEffect(() => {
    // What came with the choice is to be seen.
    if (chosen !== undefined) form.current?.scrollIntoView({ block: "nearest" });
  }, [chosen === undefined]);

  if (score !== undefined) {
    return (
      <div class="bubble card done">
        <Icon name="check" /> {words.t("survey_thanks")} <b>{name(score)}</b>
      </div>
    );
  }
  const send = (event: Event) => {
    event.preventDefault();
    if (chosen === undefined) return;
    chat.survey(item.seq, chosen, comment.trim() || undefined);
    settle();
  };
  return (
    <form ref={form} class="bubble card survey" onSubmit={send}>
      <fieldset>
        <legend dir="auto">{survey.question}</legend>
        <div class={faces ? "faces" : "scale"}>
          {Array.from({ length: max - min + 1 }, (_, index) => min + index).map((n) => (
            <label title={faces ? name(n) : undefined}>
              <input type="radio" name={`survey-${item.seq}`} value={n} checked={chosen === n} onChange={() => choose(n)} />
              {faces ? <Face mood={n as 1} /> : <span aria-hidden="true">{n}</span>}
              <span class="aside">{name(n)}</span>
            </label>
          ))}
        </div>
        {!faces && (
          <div class="ends" aria-hidden="true">
            <span>{words.t("survey_low")}</span>
            <span>{words.t("survey_high")}</span>
          </div>
        )}
      </fieldset>
      {chosen !== undefined && (
        <>
          <p class="chosen" aria-hidden="true">
            {name(chosen)}
          </p>
          <textarea
            rows={2}
            maxLength={1000}
            value={comment}
            aria-label={words.t("survey_comment")}
            placeholder={`${words.t("survey_comment")} (${words.t("optional")})`}
            onInput={(event) => setComment(event.currentTarget.value)}
          />
          <button type="submit" class="primary">
            {words.t("submit")}
          </button>
        </>
      )}
    </form>
  );
}
