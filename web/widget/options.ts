/** What a page may say to the widget, and what the widget's parts say to one another. */

import type { Author, Content, Identity, Seq } from "../shared/wire";
import type { Memory } from "./memory";

export interface Options {
  /** The public key of the inbox. */
  inbox: string;
  /** The server; by default the one that `widget.js` came from. */
  server?: string;
  /** BCP 47; by default the page's own language, then the browser's. */
  locale?: string;
  /** Where the launcher stands; by default where lines end. */
  side?: "left" | "right";
  scheme?: "auto" | "light" | "dark";
  theme?: Theme;
  /** Signed on the website's server. */
  identity?: Identity;
  /** In place of "How can we help?". */
  greeting?: string;
  /** What a first message could be; by default three that fit most shops. */
  starters?: string[];
  /** Words beside the launcher's drawing; `false` where the page has a launcher of its own. */
  launcher?: string | false;
}

export interface Theme {
  /** Any CSS colour. */
  accent?: string;
  background?: string;
  text?: string;
  font?: string;
  /** A CSS length. */
  radius?: string;
}

/** What `Rapport('on', …)` can listen to. */
export interface Events {
  ready: undefined;
  open: undefined;
  close: undefined;
  unread: { count: number };
  message: { seq: Seq; at: string; author: Author; content: Content };
  handoff: { state: "queued" | "assigned" | "returned" | "unavailable"; agent?: string };
  error: { code: string; message: string };
}

export type Emit = <Name extends keyof Events>(name: Name, detail?: Events[Name]) => void;

/** What the launcher gives to the panel. */
export interface Frame {
  root: ShadowRoot;
  host: HTMLElement;
  options: Options;
  server: string;
  /** The five languages' names, resolved: `de` of `de-AT`. */
  language: string;
  memory: Memory;
  /** Puts a style on. */
  wear(css: string): void;
  emit: Emit;
  opened(open: boolean): void;
  unread(count: number): void;
}

/** What the panel gives to the launcher. */
export interface Panel {
  open(): void;
  close(): void;
  identify(identity: Identity): void;
  track(name: string, properties?: Record<string, unknown>): void;
  /** Takes everything away; `forget` also what this browser remembers. */
  shutdown(forget: boolean): void;
}
