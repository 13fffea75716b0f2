/** The panel as a whole: header, conversation or article, composer; focus and keyboard. */

import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { Composer } from "./composer";
import { Icon, Mark } from "./icons";
import { views } from "./later";
import { Log } from "./log";
import { Notice } from "./notice";
import { Teaser } from "./teaser";
import { useUi } from "./ui";

export function App(): JSX.Element {
  const ui = useUi();
  const panel = useRef<HTMLElement>(null);
  const open = ui.open.value;
  const phone = usePhone(panel, open);
  useFocus(panel, open, phone);
  const reading = ui.reading.value;
  useReturn(panel, !!reading);

  const keys = (event: KeyboardEvent) => {
    if (event.key === "Escape" && !event.isComposing) {
      event.stopPropagation();
      if (ui.reading.value) ui.reading.value = null;
      else ui.close();
    } else if (event.key === "Tab" && phone) {
      keepInside(panel.current!, event);
    }
  };

  return (
    <>
      <Teaser />
      <section
        ref={panel}
        class="panel"
        role="dialog"
        aria-modal={phone ? "true" : undefined}
        aria-labelledby="title"
        hidden={!open}
        onKeyDown={keys}
      >
        <Header />
        {reading && views.value && <views.value.Article reading={reading} />}
        {/* The chat stays as it is under an article: where one was, and what one was writing. */}
        <div class="chat" hidden={!!reading}>
          <Log />
          <Notice />
          <Composer panel={panel} />
        </div>
      </section>
    </>
  );
}

function Header(): JSX.Element {
  const { chat, words, close, reading } = useUi();
  const { handoff } = chat.log.value;
  const person = handoff?.state === "assigned" ? (handoff.agent ?? words.t("someone")) : null;
  return (
    <header class={person ? "with-person" : undefined}>
      {reading.value ? (
        <button class="plain" type="button" onClick={() => (reading.value = null)} aria-label={words.t("back")} data-first>
          <Icon name="back" />
        </button>
      ) : (
        <span class="avatar">{person ? <b aria-hidden="true">{initial(person)}</b> : <Mark />}</span>
      )}
      <h1 id="title" tabIndex={-1}>
        {person ?? chat.welcome.value?.assistant.name ?? words.t("title")}
        <small>{person ? words.t("team") : words.t("assistant")}</small>
      </h1>
      <button class="plain" type="button" onClick={close} aria-label={words.t("close")}>
        <Icon name="close" />
      </button>
    </header>
  );
}

function initial(name: string): string {
  return [...name][0]?.toUpperCase() ?? "";
}

/** Where the chat is the whole screen, it follows what the virtual keyboard leaves of it. */
function usePhone(panel: { current: HTMLElement | null }, open: boolean): boolean {
  const query = matchMedia("(max-width: 520px)");
  const phone = open && query.matches;
  useLayoutEffect(() => {
    if (!phone) return;
    const view = window.visualViewport;
    const page = document.documentElement.style;
    const before = page.overflow;
    page.overflow = "hidden";
    const fit = () => {
      const style = panel.current?.style;
      style?.setProperty("height", `${view?.height ?? innerHeight}px`);
      style?.setProperty("top", `${view?.offsetTop ?? 0}px`);
    };
    fit();
    view?.addEventListener("resize", fit);
    view?.addEventListener("scroll", fit);
    return () => {
      page.overflow = before;
      view?.removeEventListener("resize", fit);
      view?.removeEventListener("scroll", fit);
      panel.current?.style.removeProperty("height");
      panel.current?.style.removeProperty("top");
    };
  }, [phone]);
  return phone;
}

/** Opened, the focus goes to where one writes; closed, back to where it came from. */
function useFocus(panel: { current: HTMLElement | null }, open: boolean, phone: boolean): void {
  // Open from the start means open on the page before: then the focus is the page's.
  const was = useRef(open);
  useEffect(() => {
    const root = panel.current!.getRootNode() as ShadowRoot;
    if (open && !was.current) {
      // A phone's keyboard would cover what there is to read.
      const touch = phone || matchMedia("(pointer: coarse)").matches;
      const first = touch ? root.getElementById("title") : root.querySelector("textarea");
      (first as HTMLElement | null)?.focus({ preventScroll: true });
    }
    if (!open && was.current) root.querySelector<HTMLElement>(".launcher")?.focus({ preventScroll: true });
    was.current = open;
  }, [open]);
}

/** Back from an article, the focus is where it was. */
function useReturn(panel: { current: HTMLElement | null }, reading: boolean): void {
  const from = useRef<HTMLElement | null>(null);
  const before = useRef(false);
  const active = () => (panel.current?.getRootNode() as ShadowRoot | undefined)?.activeElement as HTMLElement | null;
  if (reading && !before.current) from.current = active() ?? null;
  useLayoutEffect(() => {
    if (!reading && before.current) from.current?.focus();
    before.current = reading;
  }, [reading]);
}

const FOCUSABLE = "a[href], button:not(:disabled), textarea:not(:disabled), input:not(:disabled), [tabindex='0']";

function keepInside(panel: HTMLElement, event: KeyboardEvent): void {
  const all = [...panel.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((one) => one.offsetParent !== null);
  const active = (panel.getRootNode() as ShadowRoot).activeElement;
  const [first, last] = [all[0], all.at(-1)];
  if (event.shiftKey ? active === first || active?.id === "title" : active === last) {
    event.preventDefault();
    (event.shiftKey ? last : first)?.focus();
  }
}
