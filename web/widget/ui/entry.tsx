/**
 * One entry of the log, by what it is. With all that it shows, this is a file of its own:
 * it is fetched when there is something to show.
 */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Markdown } from "../../shared/markdown-view";
import type { AnswerContent, HandoffContent } from "../../shared/wire";
import type { Item } from "../log";
import { File } from "./file";
import { Form } from "./form";
import { Icon } from "./icons";
import { Products } from "./products";
import { Survey } from "./survey";
import { useUi } from "./ui";

export { default as css } from "../entries.css?inline";
export { Article } from "./article";

export function Entry({ item }: { item: Item }): JSX.Element | null {
  const { chat, words, link, settle } = useUi();
  const { content, author } = item;
  switch (content.type) {
    case "text":
      if (author.kind === "system") return <p class="note">{content.text}</p>;
      // A customer's own words are shown as they were written.
      if (author.kind === "customer") return <div class="bubble own" dir="auto">{content.text}</div>;
      return (
        <div class="bubble" dir="auto">
          <Markdown text={content.text} link={link} under={2} />
        </div>
      );
    case "answer":
      return <Answer item={item} content={content} />;
    case "products":
      return (
        <>
          <Products items={content.items} />
          <Why text={words.t("why_products")} />
        </>
      );
    case "choices":
      return (
        <>
          {content.text && (
            <div class="bubble" dir="auto">
              <Markdown text={content.text} link={link} under={2} />
            </div>
          )}
          {item.current && (
            <div class="choices" role="group">
              {content.options.map((option) => (
                <button type="button" class="chip" onClick={() => (chat.choose(option), settle())}>
                  {option.title}
                </button>
              ))}
            </div>
          )}
        </>
      );
    case "form":
      return item.submitted || chat.waiting.value.some(({ id }) => id === `submit:${item.seq}`) ? (
        <div class="bubble card done">
          <Icon name="check" /> {words.t("submitted")}
        </div>
      ) : (
        <Form seq={item.seq} fields={content.fields} />
      );
    case "survey":
      return <Survey item={item} survey={content} />;
    case "file":
      return <File file={content} own={author.kind === "customer"} />;
    case "handoff":
      return <Handoff content={content} />;
    case "status":
      return content.state === "resolved" || content.state === "reopened" ? <p class="note">{words.t(content.state)}</p> : null;
    default:
      return null;
  }
}

function Answer({ item, content }: { item: Item; content: AnswerContent }): JSX.Element {
  const { words, link, reading } = useUi();
  return (
    <>
      <div class="bubble answer" dir="auto">
        <Markdown text={content.text} link={link} under={2} />
        <ul class="sources" aria-label={words.t("sources")}>
          {content.sources.map(({ article, title, section, url }) => (
            <li>
              <button type="button" onClick={() => (reading.value = { article, section: url.split("#")[1] })}>
                <Icon name="page" />
                <span>
                  {title}
                  {section && section !== title && <small>{section}</small>}
                </span>
              </button>
            </li>
          ))}
        </ul>
      </div>
      <div class="after">
        <Helpful item={item} />
        <Why text={words.t("why_answer", { percent: words.percent(content.confidence) })} />
      </div>
    </>
  );
}

/** Two thumbs, and where it did not help, a word about it if one likes. */
function Helpful({ item }: { item: Item }): JSX.Element {
  const { chat, words, settle } = useUi();
  const [asking, setAsking] = useState(false);
  const [comment, setComment] = useState("");
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), [asking]);
  const waiting = chat.waiting.value.find((one) => one.frame.type === "rate" && one.frame.seq === item.seq)?.frame;
  const helpful = waiting?.type === "rate" ? waiting.helpful : item.helpful;
  const rate = (yes: boolean) => {
    chat.rate(item.seq, yes);
    setAsking(!yes);
  };
  const tell = (event: Event) => {
    event.preventDefault();
    if (comment.trim()) chat.rate(item.seq, false, comment.trim());
    setAsking(false);
    settle();
  };
  return (
    <div class="helpful">
      <div role="group" aria-label={words.t("helpful")}>
        <span>{helpful === undefined ? words.t("helpful") : words.t(helpful ? "thanks_yes" : "thanks_no")}</span>
        <button type="button" class="thumb" aria-pressed={helpful === true} aria-label={words.t("yes")} onClick={() => rate(true)}>
          <Icon name="up" />
        </button>
        <button type="button" class="thumb" aria-pressed={helpful === false} aria-label={words.t("no")} onClick={() => rate(false)}>
          <Icon name="down" />
        </button>
      </div>
      {asking && item.current && (
        <form class="comment" onSubmit={tell}>
          <input
            type="text"
            maxLength={500}
            value={comment}
            placeholder={words.t("what_missing")}
            aria-label={words.t("what_missing")}
            onInput={(event) => setComment(event.currentTarget.value)}
            ref={input}
          />
          <button type="submit" class="small">
            {words.t(comment.trim() ? "send_comment" : "skip")}
          </button>
        </form>
      )}
    </div>
  );
}

/** The decision explained, in plain words, to whoever asks. */
export function Why({ text }: { text: string }): JSX.Element {
  const { words } = useUi();
  return (
    <details class="why">
      <summary>{words.t("why")}</summary>
      <p>
        {text} {words.t("why_person")}
      </p>
    </details>
  );
}

function Handoff({ content }: { content: HandoffContent }): JSX.Element {
  const { chat, words } = useUi();
  const { state, position, eta_s, agent, reason } = content;
  const says = {
    queued: () =>
      [
        position && position > 1 ? words.t("waiting_place", { n: position }) : words.t("waiting_next"),
        eta_s ? words.n("waiting_time", Math.max(1, Math.round(eta_s / 60))) : "",
      ].join(" "),
    assigned: () => words.t("assigned", { name: agent ?? words.t("someone") }),
    returned: () => words.t("returned"),
    unavailable: () => words.t("unavailable"),
  }[state];
  const waits = state === "queued" || state === "unavailable";
  return (
    <div class={`note handoff${waits && chat.log.value.handoff === content ? " waits" : ""}`}>
      <p>
        <Icon name={waits ? "clock" : "person"} />
        {says?.() ?? reason}
      </p>
      {reason && waits && <Why text={words.t("why_handoff", { reason })} />}
    </div>
  );
}
