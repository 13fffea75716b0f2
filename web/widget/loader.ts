/**
 * `widget.js`: the launcher and the global `Rapport(...)`. It is small, because every page
 * loads it; the panel comes when somebody opens it or has a conversation already.
 */

import launcherCss from "./launcher.css?inline";
import { launcher as ar } from "./languages/ar.json";
import { launcher as de } from "./languages/de.json";
import { launcher as en } from "./languages/en.json";
import { launcher as es } from "./languages/es.json";
import { launcher as fr } from "./languages/fr.json";
import { launcher as nl } from "./languages/nl.json";
import type { InboxSettings } from "../shared/wire";
import { memory, type Shelf } from "./memory";
import { wear } from "./style";
import type { Emit, Events, Frame, Options, Panel } from "./options";

/** The panel's file, with its hash; the build fills it in. */
declare const PANEL: string;

type Command = [name: string, ...rest: unknown[]];
type Rapport = ((...command: Command) => unknown) & { q?: ArrayLike<unknown>[] };

const LANGUAGES: Record<string, Record<string, string>> = { ar, de, en, es, fr, nl };

const script = document.currentScript as HTMLScriptElement | null;
const home = new URL(".", script?.src ?? location.href).href;

const listeners = new Map<string, Set<(detail: never) => void>>();
const emit: Emit = (name, detail) => {
  for (const listener of listeners.get(name) ?? []) {
    try {
      (listener as (detail: unknown) => void)(detail);
    } catch (error) {
      // The page's mistake is the page's: the chat goes on.
      console.error(error);
    }
  }
};

interface Launched {
  frame: Frame;
  button: HTMLButtonElement | null;
  remembered: ReturnType<typeof memory>;
  panel?: Promise<Panel | undefined>;
  stop: AbortController;
}

let launched: Launched | undefined;
let booting: Promise<void> | undefined;

function command(name: string, ...rest: unknown[]): unknown {
  switch (name) {
    case "boot":
      booting = boot({ ...attributes(), ...(rest[0] as Partial<Options>) });
      return;
    case "on":
      return on(rest[0] as keyof Events, rest[1] as () => void);
    case "shutdown":
      return shutdown(true);
    case "identify":
    case "track":
    case "open":
    case "close":
      // What comes while it starts waits for it.
      if (!launched && booting) return void booting.then(() => launched && command(name, ...rest));
      if (!launched) return console.error(`Rapport: boot first, then ${name}`);
      // A track alone is not worth a connection; the tab keeps it until there is one.
      if (name === "track" && !launched.panel) return keepTrack(launched, rest);
      if (name === "close" && !launched.panel) return;
      return void panel(launched).then((panel) => (panel?.[name] as ((...args: unknown[]) => void) | undefined)?.(...rest));
    default:
      console.error(`Rapport: there is no command "${name}"; there are boot, identify, track, open, close, shutdown, on`);
  }
}

/** What the script element itself says. */
function attributes(): Partial<Options> {
  const { inbox, locale, side, scheme, accent } = script?.dataset ?? {};
  const options: Partial<Options> = { inbox, locale, scheme: scheme as Options["scheme"], side: side as Options["side"] };
  if (accent) options.theme = { accent };
  return options;
}

/** What the page says counts before what the inbox's owner set. */
function merged(options: Partial<Options>, settings: InboxSettings): Partial<Options> {
  const { accent, radius, scheme, side, launcher } = settings.theme ?? {};
  const said = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  return {
    greeting: settings.greeting,
    locale: settings.locale,
    scheme,
    side,
    launcher,
    ...said,
    theme: { ...(accent && { accent }), ...(radius !== undefined && { radius: `${radius}px` }), ...options.theme },
  };
}

/** The owner's settings of this inbox, as they are kept here and as they are now. */
async function settingsOf(server: string, inbox: string, shelf: Shelf): Promise<InboxSettings> {
  const kept = shelf.get<InboxSettings>("settings");
  const now = fetch(`${server}v1/widget?inbox=${encodeURIComponent(inbox)}`, { signal: AbortSignal.timeout(3000) })
    .then((answer) => (answer.ok ? answer.json() : {}))
    .then((settings: InboxSettings) => {
      shelf.set("settings", settings);
      return settings;
    })
    .catch(() => kept ?? {});
  // What was kept is good enough for this page; the next one has what is new.
  return kept ?? now;
}

let boots = 0;

async function boot(said: Partial<Options>): Promise<void> {
  if (!said.inbox) return console.error('Rapport: boot needs the inbox\'s key: Rapport("boot", { inbox: "…" })');
  shutdown(false);
  const mine = ++boots;
  const server = said.server ? new URL(said.server.replace(/\/?$/, "/"), location.href).href : home;
  const remembered = memory(server, said.inbox);
  const options = merged(said, await settingsOf(server, said.inbox, remembered.kept));
  if (mine !== boots) return;
  const named = options.locale || document.documentElement.lang;
  // Where the page names a language alone, the visitor's own region says how numbers and hours are written.
  const locale = navigator.languages.find((one) => named && one.startsWith(`${named}-`)) ?? (named || navigator.language);
  const wanted = locale.toLowerCase().split(/[-_]/)[0]!;
  const language = LANGUAGES[wanted] ? wanted : "en";

  const host = document.createElement("rapport-chat");
  const words = LANGUAGES[language]!;
  host.dir = words.direction!;
  host.lang = language;
  const start = host.dir === "rtl" ? "right" : "left";
  host.dataset.side = options.side === start ? "start" : "end";
  const root = host.attachShadow({ mode: "open" });
  wear(root, launcherCss);
  const stop = new AbortController();
  const frame: Frame = {
    root,
    host,
    options: { ...options, locale } as Options,
    server,
    language,
    memory: remembered,
    wear: (css) => wear(root, css),
    emit,
    opened: (open) => {
      if (open === host.hasAttribute("data-open")) return;
      host.toggleAttribute("data-open", open);
      label();
      emit(open ? "open" : "close");
    },
    unread: (count) => {
      unread = count;
      label();
      emit("unread", { count });
    },
  };
  let unread = 0;
  const button = options.launcher === false ? null : launcher(root, options.launcher);
  const current: Launched = { frame, button, remembered, stop };
  const label = () => {
    if (!button) return;
    const open = host.hasAttribute("data-open");
    const rule = new Intl.PluralRules(language).select(unread);
    const news = unread ? (words[`unread_${rule}`] ?? words.unread_other!).replace("{n}", String(unread)) : "";
    button.ariaLabel = [open ? words.close : words.open, news].filter(Boolean).join(", ");
    button.ariaExpanded = String(open);
    (button.lastElementChild as HTMLElement).textContent = unread ? (unread > 9 ? "9+" : String(unread)) : "";
  };
  button?.addEventListener("click", () => command(host.hasAttribute("data-open") ? "close" : "open"));
  // Whoever points at it will open it: the panel can be on its way already.
  const warm = () => void panel(current);
  for (const event of ["pointerenter", "focus"]) button?.addEventListener(event, warm, { once: true });

  const scheme = () => {
    const dark = options.scheme === "dark" || (options.scheme !== "light" && media.matches);
    host.dataset.scheme = dark ? "dark" : "light";
  };
  const media = matchMedia("(prefers-color-scheme: dark)");
  media.addEventListener("change", scheme, { signal: stop.signal });
  scheme();
  theme(host, options.theme);
  label();
  // Beside the body, not in it: there a page's own scripts and styles expect no stranger.
  document.documentElement.append(host);
  launched = current;

  // Who has talked before, or is known, hears of answers without opening the panel.
  const { kept, tab } = current.remembered;
  if (kept.get("token") || tab.get("open") || tab.get("outbox") || options.identity) idle(() => launched === current && warm());
  queueMicrotask(() => emit("ready"));
}

function shutdown(forget: boolean): void {
  boots++;
  booting = undefined;
  const gone = launched;
  if (!gone) return;
  launched = undefined;
  gone.stop.abort();
  gone.frame.host.remove();
  if (forget) for (const name of ["token", "read"]) gone.remembered.kept.delete(name);
  if (forget) for (const name of ["tracks", "draft", "open", "outbox"]) gone.remembered.tab.delete(name);
  void gone.panel?.then((panel) => panel?.shutdown(forget));
}

function on(name: keyof Events, listener: (detail: never) => void): () => void {
  const all = listeners.get(name) ?? new Set();
  listeners.set(name, all.add(listener));
  return () => void all.delete(listener);
}

function keepTrack({ remembered: { tab } }: Launched, [name, properties]: unknown[]): void {
  const tracks = tab.get<unknown[]>("tracks") ?? [];
  tab.set("tracks", [...tracks, { type: "track", name, properties }].slice(-50));
}

function panel(to: Launched): Promise<Panel | undefined> {
  // After an upgrade of the server the hash may be another; panel.js leads to today's.
  to.panel ??= load(`widget/${PANEL}`)
    .catch(() => load("widget/panel.js"))
    .then((module) => module.start(to.frame))
    .catch(() => {
      // The next click tries again.
      to.panel = undefined;
      console.error("Rapport: the chat could not be loaded");
      return undefined;
    });
  return to.panel;
}

function load(path: string): Promise<{ start(frame: Frame): Promise<Panel> }> {
  return import(/* @vite-ignore */ home + path);
}

function launcher(root: ShadowRoot, words = ""): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "launcher";
  // Two voices that meet: the shape between them is the conversation.
  button.append(
    drawing("talk", "M5 15.5a8.5 8.5 0 0 1 8.5-8.5h5a8.5 8.5 0 0 1 0 17H12l-5 4v-5.8a8.5 8.5 0 0 1-2-6.7Z", "M12 15.5h.01M16 15.5h.01M20 15.5h.01"),
    drawing("fold", "M9 13l7 7 7-7"),
    Object.assign(document.createElement("span"), { className: "words", textContent: words }),
    Object.assign(document.createElement("span"), { className: "badge" }),
  );
  (button.lastElementChild as HTMLElement).ariaHidden = "true";
  root.append(button);
  return button;
}

function drawing(name: string, ...paths: string[]): SVGElement {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", name);
  svg.setAttribute("viewBox", "0 0 32 32");
  svg.setAttribute("aria-hidden", "true");
  for (const d of paths) {
    const path = document.createElementNS(space, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

function theme(host: HTMLElement, theme: Options["theme"]): void {
  for (const [name, value] of Object.entries(theme ?? {})) host.style.setProperty(`--rapport-${name}`, value);
}

function idle(act: () => void): void {
  if ("requestIdleCallback" in window) requestIdleCallback(act, { timeout: 3000 });
  else setTimeout(act, 500);
}

const early = (window as unknown as { Rapport?: Rapport }).Rapport?.q ?? [];
(window as unknown as { Rapport: Rapport }).Rapport = command;
const commands = Array.from(early, (one) => Array.from(one) as Command);
// The attribute alone is enough to start; a boot of the page's own goes before it.
if (script?.dataset.inbox && !commands.some(([name]) => name === "boot")) commands.unshift(["boot"]);
// Listeners first, so that they hear everything.
for (const one of commands.sort((a, b) => Number(b[0] === "on") - Number(a[0] === "on"))) command(...one);
