/** The article behind an answer, read without leaving the chat. */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Markdown } from "../../shared/markdown-view";
import { Icon } from "./icons";
import { type Reading, useUi } from "./ui";

interface Text {
  id: string;
  title: string;
  category: string;
  locale: string;
  updated: string;
  url: string;
  body: string;
}

export function Article({ reading }: { reading: Reading }): JSX.Element {
  const { words, chat, link } = useUi();
  const [text, setText] = useState<Text | "gone" | null>(null);
  const place = useRef<HTMLElement>(null);

  useEffect(() => {
    let left = false;
    setText(null);
    const address = `v1/help/${encodeURIComponent(reading.article)}?locale=${encodeURIComponent(reading.locale ?? words.locale)}`;
    fetch(new URL(address, chat.server))
      .then((answer) => (answer.ok ? answer.json() : Promise.reject()))
      .then((found: Text) => left || setText(found))
      .catch(() => left || setText("gone"));
    return () => void (left = true);
  }, [reading.article, reading.locale]);

  useEffect(() => {
    if (!text) return;
    // To the passage that the answer came from, and the keyboard with it.
    const heading = text !== "gone" && reading.section ? place.current?.querySelector(`[id="${CSS.escape(decodeURIComponent(reading.section))}"]`) : null;
    const target = (heading ?? place.current?.querySelector("h2")) as HTMLElement | null;
    if (!target) return;
    target.tabIndex = -1;
    target.focus({ preventScroll: true });
    if (heading) place.current!.scrollTop = target.offsetTop - place.current!.offsetTop - 16;
    if (heading) target.classList.add("found");
  }, [text, reading.section]);

  return (
    <article ref={place} class="reader" tabIndex={0} dir="auto" lang={text && text !== "gone" ? text.locale : undefined} aria-busy={!text}>
      {!text && <p>{words.t("loading")}</p>}
      {text === "gone" && <h2>{words.t("article_gone")}</h2>}
      {text && text !== "gone" && (
        <>
          <p class="kicker">{text.category}</p>
          <h2>{text.title}</h2>
          <Markdown text={text.body} link={link} under={2} />
          <footer>
            <span>{words.t("updated", { date: new Intl.DateTimeFormat(words.locale, { dateStyle: "long" }).format(new Date(text.updated)) })}</span>
            <a href={new URL(text.url, chat.server).href} target="_blank" rel="noopener noreferrer">
              {words.t("open_page")} <Icon name="out" />
            </a>
          </footer>
        </>
      )}
    </article>
  );
}
