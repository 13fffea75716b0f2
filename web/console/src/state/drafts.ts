// What an agent has begun to write, kept per conversation in this browser.

import { signal } from "@preact/signals";
import { keep, recall } from "../lib/stored";

export type Mode = "reply" | "note";

export interface Draft {
  reply: string;
  note: string;
  mode: Mode;
  at: number;
}

const KEY = "drafts";
/** Older ones than these are forgotten first. */
const MOST = 200;
const NONE: Draft = { reply: "", note: "", mode: "reply", at: 0 };

type Drafts = Record<string, Draft>;

export const drafts = signal<Drafts>(recall<Drafts>(KEY, {}));

export const draftOf = (id: string): Draft => drafts.value[id] ?? NONE;

export function draft(id: string, change: Partial<Draft>, at = Date.now()) {
  drafts.value = changed(drafts.peek(), id, change, at);
  keep(KEY, drafts.peek());
}

export function changed(all: Drafts, id: string, change: Partial<Draft>, at: number): Drafts {
  const next = { ...(all[id] ?? NONE), ...change, at };
  const { [id]: _, ...others } = all;
  // An empty draft is none, apart from the mode while it is being written.
  if (!next.reply.trim() && !next.note.trim() && next.mode === "reply") return others;
  const result: Drafts = { ...others, [id]: next };
  const ids = Object.keys(result);
  if (ids.length <= MOST) return result;
  const oldest = ids.sort((a, b) => result[a]!.at - result[b]!.at).slice(0, ids.length - MOST);
  for (const one of oldest) delete result[one];
  return result;
}

/** Whether there are words worth telling about in the list. */
export const hasDraft = (id: string) => drafts.value[id]?.reply.trim() !== undefined && drafts.value[id]!.reply.trim() !== "";

/** Another window of the same agent has written. */
export function followOtherWindows() {
  addEventListener("storage", (event) => {
    if (event.key === "rapport.drafts") drafts.value = recall<Drafts>(KEY, {});
  });
}
