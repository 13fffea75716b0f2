/** The conversation from its first word to its last, and what is on its way. */

import type { ComponentChildren, JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Item } from "../log";
import type { Outgoing } from "../outbox";
import { Icon, Mark } from "./icons";
import { Welcome } from "./welcome";
import { fetchViews, views } from "./later";
import { useUi } from "./ui";

/** Nearer to the end than this counts as being there. */
const NEAR = 80;

export function Log(): JSX.Element {
  const { chat, words, open, wear } = useUi();
  const { items } = chat.log.value;
  const waiting = chat.waiting.value.filter((one) => one.frame.type === "message");
  const place = useRef<HTMLDivElement>(null);
  const [away, setAway] = useState(false);
  const last = items.at(-1)?.seq ?? 0;
  const started = items.length + waiting.length > 0;
  const typist = chat.typist.value;
  useFollow(place, { open: open.value, last: views.value ? last : 0, waiting: waiting.length, typing: !!typist, started });

  useEffect(() => {
    if (started) fetchViews(wear);
  }, [started, last]);

  const toEnd = () => place.current?.scrollTo({ top: place.current.scrollHeight, behavior: pace() });
  const person = chat.log.value.handoff?.state === "assigned";
  return (
    <div class="middle">
      <div
        ref={place}
        class="log"
        // A log that scrolls must be reachable by keyboard.
        tabIndex={0}
        role="log"
        aria-live="polite"
        aria-label={words.t("title")}
        onScroll={() => setAway(fromEnd(place.current!) > NEAR * 2)}
      >
        {started ? (
          <div>
            <Disclosure />
            {items.map((item, index) => (
              <Row key={item.seq} item={item} before={items[index - 1]} after={items[index + 1]} />
            ))}
            {waiting.map((one) => (
              <Waiting key={one.id} one={one} />
            ))}
            {typist && (
              <div class="row them" key="typing">
                <span class="avatar small">{person ? <b aria-hidden="true">{[...(typist.name ?? "")][0]}</b> : <Mark />}</span>
                <div class="bubble dots">
                  <span class="aside">{words.t("typing", { name: typist.name ?? words.t("someone") })}</span>
                  <i />
                  <i />
                  <i />
                </div>
              </div>
            )}
          </div>
        ) : (
          <Welcome />
        )}
      </div>
      {away && (
        <button class="to-end" type="button" onClick={toEnd} aria-label={words.t("new_messages")}>
          <Icon name="arrow" />
        </button>
      )}
    </div>
  );
}

/** That it is a machine is said at the start of every conversation, and stays there. */
function Disclosure(): JSX.Element {
  return <p class="disclosure">{useDisclosure()}</p>;
}

export function useDisclosure(): string {
  const { chat, words } = useUi();
  const own = chat.welcome.value?.assistant.disclosure;
  // The server's default sentence is known in every language; an owner's own stays as it is.
  return !own || own === "I am an automatic assistant. Ask for a person at any time." ? words.t("disclosure") : own;
}

function Row({ item, before, after }: { item: Item; before?: Item; after?: Item }): JSX.Element {
  const { words } = useUi();
  const day = words.day(item.at);
  const newDay = before ? words.day(before.at) !== day : day !== words.t("today");
  const first = newDay || !before || !sameVoice(before, item);
  const last = !after || !sameVoice(item, after) || words.day(after.at) !== day;
  return (
    <>
      {newDay && <p class="day">{day}</p>}
      {isNote(item) ? <Entry item={item} /> : <Said item={item} first={first} last={last} />}
    </>
  );
}

/** Until the views are there, the words alone. */
function Entry({ item }: { item: Item }): JSX.Element | null {
  if (views.value) return <views.value.Entry item={item} />;
  const text = "text" in item.content ? item.content.text : null;
  return text ? <div class={`bubble${item.author.kind === "customer" ? " own" : ""}`}>{text}</div> : null;
}

function Said({ item, first, last }: { item: Item; first: boolean; last: boolean }): JSX.Element {
  const { words, chat } = useUi();
  const own = item.author.kind === "customer";
  const name = item.author.name ?? chat.welcome.value?.assistant.name ?? "";
  const newest = chat.log.value.items.findLast((one) => one.author.kind === "customer");
  return (
    <div class={`row ${own ? "us" : "them"}${first ? " first" : ""}`} data-seq={item.seq}>
      {!own && <span class="avatar small">{first && <Portrait item={item} />}</span>}
      <div class="said">
        <span class={item.author.kind === "agent" && first ? "name" : "aside"}>
          {own ? words.t("you") : item.author.kind === "bot" ? words.t("assistant_says", { name }) : name || words.t("someone")}
        </span>
        <Entry item={item} />
        {last && (
          <span class="when">
            <time dateTime={item.at}>{words.time(item.at)}</time>
            {own && item === newest && ` · ${words.t(item.delivery === "read" ? "read" : "sent")}`}
          </span>
        )}
      </div>
    </div>
  );
}

function Portrait({ item }: { item: Item }): ComponentChildren {
  return item.author.kind === "agent" ? <b aria-hidden="true">{[...(item.author.name ?? "?")][0]}</b> : <Mark />;
}

function Waiting({ one }: { one: Outgoing }): JSX.Element | null {
  const { chat, words } = useUi();
  if (one.frame.type !== "message") return null;
  const text = [one.frame.text ?? one.frame.postback, ...(one.files ?? [])].filter(Boolean).join("\n");
  return (
    <div class="row us first">
      <div class="said">
        <div class={`bubble own${one.failed ? " failed" : " sending"}`} dir="auto">{text}</div>
        <span class="when">
          {one.failed ? (
            <>
              <span class="bad">{words.t("failed")}</span>{" "}
              <button class="link" type="button" onClick={() => chat.repeat(one)}>
                {words.t("again")}
              </button>{" "}
              <button class="link" type="button" onClick={() => chat.discard(one)}>
                {words.t("discard")}
              </button>
            </>
          ) : (
            words.t("sending")
          )}
        </span>
      </div>
    </div>
  );
}

function sameVoice(a: Item, b: Item): boolean {
  return a.author.kind === b.author.kind && a.author.id === b.author.id && !isNote(a) && !isNote(b);
}

/** What nobody says, but what happened. */
function isNote({ content, author }: Item): boolean {
  return content.type === "handoff" || content.type === "status" || (author.kind === "system" && content.type === "text");
}

function pace(): ScrollBehavior {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
}

function fromEnd(place: HTMLElement): number {
  return place.scrollHeight - place.scrollTop - place.clientHeight;
}

/**
 * Stays at the end while the reader is there. Of a long answer the beginning is shown,
 * not the end.
 */
function useFollow(
  ref: { current: HTMLDivElement | null },
  { open, last, waiting, typing, started }: { open: boolean; last: number; waiting: number; typing: boolean; started: boolean },
): void {
  const seen = useRef({ last: 0, open: false, atEnd: true, end: 0 });
  useLayoutEffect(() => {
    const place = ref.current;
    if (!place || !open) {
      seen.current.open = open;
      return;
    }
    const { last: before, open: wasOpen, atEnd } = seen.current;
    const fresh = before && last > before ? place.querySelector<HTMLElement>(`[data-seq="${before + 1}"], [data-seq="${before + 2}"]`) : null;
    if (!wasOpen || !before) place.scrollTop = place.scrollHeight;
    else if (atEnd) {
      const end = place.scrollHeight - place.clientHeight;
      const top = fresh ? fresh.offsetTop - place.offsetTop - 56 : end;
      place.scrollTo({ top: Math.min(end, Math.max(place.scrollTop, top)), behavior: pace() });
    }
    seen.current = { last, open, atEnd: true, end: place.scrollHeight - place.clientHeight };
    const follow = () => (seen.current.atEnd = fromEnd(place) < NEAR || !!fresh);
    place.addEventListener("scroll", follow, { passive: true });
    return () => place.removeEventListener("scroll", follow);
  }, [open, last, waiting, typing]);

  // A notice, a longer draft, a picture that came or a form that grew moves the end: who was there stays there.
  useEffect(() => {
    const place = ref.current!;
    const observer = new ResizeObserver(() => {
      const end = place.scrollHeight - place.clientHeight;
      if (end > seen.current.end && place.scrollTop > seen.current.end - NEAR) place.scrollTop = end;
      seen.current.end = end;
    });
    observer.observe(place);
    observer.observe(place.firstElementChild!);
    return () => observer.disconnect();
  }, [started]);
}
