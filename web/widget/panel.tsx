/** The panel's entry: puts chat, words and views together, and answers to `Rapport(...)`. */

import { computed, effect, signal } from "@preact/signals-core";
import { render } from "preact";
import { Chat } from "./chat";
import type { Frame, Panel } from "./options";
import css from "./panel.css?inline";
import { adapt } from "./theme";
import { App } from "./ui/app";
import { views } from "./ui/later";
import { linker } from "./link";
import { Context, type Reading, type Ui } from "./ui/ui";
import { words } from "./words";

export async function start(frame: Frame): Promise<Panel> {
  const { root, host, options, server, memory: store, emit } = frame;
  const spoken = await words(frame.language, options.locale!);
  // Open on the page before: open on this one, too.
  const open = signal(store.tab.get("open") === true);
  const reading = signal<Reading | null>(null);

  const chat = new Chat({
    server,
    inbox: options.inbox,
    locale: options.locale!,
    memory: store,
    identity: options.identity,
    received({ seq, at, author, content }) {
      if (author.kind !== "customer") emit("message", { seq, at, author, content });
      if (content.type === "handoff") emit("handoff", { state: content.state, agent: content.agent });
    },
  });
  const visible = signal(document.visibilityState === "visible");
  const look = () => (visible.value = document.visibilityState === "visible");
  document.addEventListener("visibilitychange", look);
  const unread = computed(() => (open.value && visible.value ? 0 : chat.unread.value));
  const close = () => {
    open.value = false;
  };
  const settle = () => {
    const touch = matchMedia("(pointer: coarse)").matches;
    // After what was pressed has gone.
    setTimeout(() => root.querySelector<HTMLElement>(touch ? ".log" : ".write textarea")?.focus({ preventScroll: true }));
  };
  const ui: Ui = { chat, words: spoken, options, server, open, reading, close, settle, wear: frame.wear, link: linker(server, reading) };

  frame.wear(css);
  const place = document.createElement("div");
  place.className = "place";
  root.append(place);
  const stops = [
    effect(() => {
      // Whatever changes, the whole panel is drawn anew: it is small, and this needs no
      // machinery. What only some views read is named here, so that all of it is seen.
      for (const one of [chat.line, chat.waiting, chat.welcome, chat.typist, chat.log, reading, open, views]) void one.value;
      render(
        <Context.Provider value={ui}>
          <App />
        </Context.Provider>,
        place,
      );
    }),
    effect(() => {
      frame.opened(open.value);
      if (open.value) {
        store.tab.set("open", true);
        chat.connect();
      } else store.tab.delete("open");
    }),
    // What arrives before the customer's eyes was never unread: no badge flickers.
    effect(() => frame.unread(unread.value)),
    effect(() => {
      const { value: why } = chat.refusal;
      if (why) emit("error", { code: why.code, message: why.message });
    }),
    markAsRead(chat, open, visible),
    () => document.removeEventListener("visibilitychange", look),
    tellInTitle(chat),
    followScheme(host, place),
  ];
  // Known or talked to before: answers are heard while the panel is closed.
  if (chat.token || options.identity || chat.waiting.value.length) chat.connect();

  return {
    open: () => void (open.value = true),
    close,
    identify: (identity) => chat.identify(identity),
    track: (name, properties) => chat.track(name, properties),
    shutdown(forget) {
      for (const stop of stops) stop();
      render(null, place);
      if (forget) chat.forget();
      else chat.stop();
    },
  };
}

/** What stands on an open panel in a tab that is looked at counts as read. */
function markAsRead(chat: Chat, open: { value: boolean }, visible: { value: boolean }): () => void {
  return effect(() => {
    const { last } = chat.log.value;
    if (open.value && visible.value && last > 0) chat.read(last);
  });
}

/** Somebody who waits in another tab sees it in the tab's title. */
function tellInTitle(chat: Chat): () => void {
  const tell = () => {
    const bare = document.title.replace(/^\(\d+\+?\) /, "");
    const count = document.visibilityState === "hidden" ? chat.unread.value : 0;
    const title = count ? `(${count}) ${bare}` : bare;
    if (document.title !== title) document.title = title;
  };
  document.addEventListener("visibilitychange", tell);
  const stop = effect(tell);
  return () => {
    stop();
    document.removeEventListener("visibilitychange", tell);
  };
}

/** An accent that was chosen for light is made readable on dark, and the other way round. */
function followScheme(host: HTMLElement, probe: HTMLElement): () => void {
  const observer = new MutationObserver(() => adapt(host, probe));
  observer.observe(host, { attributeFilter: ["data-scheme"] });
  adapt(host, probe);
  return () => observer.disconnect();
}
