/** What every part of the panel can reach. */

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Signal } from "@preact/signals-core";
import type { Target } from "../../shared/markdown-view";
import type { Chat } from "../chat";
import type { Options } from "../options";
import type { Words } from "../words";

export interface Reading {
  article: string;
  section?: string;
  /** The language of the answer that leads here, where it is not the panel's. */
  locale?: string;
}

export interface Ui {
  chat: Chat;
  words: Words;
  options: Options;
  server: string;
  open: Signal<boolean>;
  /** The article that is being read, in place of the chat. */
  reading: Signal<Reading | null>;
  close(): void;
  /** What was pressed goes away: the focus goes to where the conversation goes on. */
  settle(): void;
  wear(css: string): void;
  /** Where a link in a message or an article leads. */
  link(href: string): Target;
}

export const Context = createContext<Ui>(null as unknown as Ui);
export const useUi = (): Ui => useContext(Context);
