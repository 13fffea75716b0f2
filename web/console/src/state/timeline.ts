// What stands in the conversation, in reading order: days, groups of messages by one
// author, notes, and lines about what happened. Edits are applied, ratings put in place.

import type { Author, Content, Entry, Note } from "../wire";
import type { Pending } from "./story";

export interface Rating {
  helpful: boolean;
  comment?: string | undefined;
}

export type Item =
  | { kind: "day"; key: string; at: string }
  | { kind: "message"; key: string; entry: Entry; content: Content; first: boolean; last: boolean; rating?: Rating; edited: boolean }
  | { kind: "line"; key: string; entry: Entry; content: Content }
  | { kind: "note"; key: string; note: Note }
  | { kind: "pending"; key: string; pending: Pending; first: boolean };

/** Messages further apart than this do not belong together. */
const TOGETHER = 5 * 60_000;

export function timeline(entries: readonly Entry[], notes: readonly Note[], pending: readonly Pending[]): Item[] {
  const edits = new Map<number, Content>();
  const ratings = new Map<number, Rating>();
  for (const { content } of entries) if (content.type === "edit") edits.set(content.edits, content.content);
  for (const entry of entries) {
    const content = edits.get(entry.seq) ?? entry.content;
    if (content.type === "rating") ratings.set(content.seq, { helpful: content.helpful, comment: content.comment });
  }

  const items: Item[] = [];
  const waiting = [...notes].sort((a, b) => a.seq - b.seq || (a.at < b.at ? -1 : 1));
  let date = "";
  const dayOf = (at: string) => {
    const own = new Date(at).toDateString();
    if (own !== date) items.push({ kind: "day", key: `day-${own}`, at });
    date = own;
  };
  const takeNotes = (before: number) => {
    while (waiting[0] && waiting[0].seq < before) {
      const note = waiting.shift()!;
      dayOf(note.at);
      items.push({ kind: "note", key: note.id, note });
    }
  };

  for (const entry of entries) {
    takeNotes(entry.seq);
    const content = edits.get(entry.seq) ?? entry.content;
    if (content.type === "edit" || content.type === "rating") continue;
    // Delivery is shown at the message it tells of.
    if (content.type === "status" && content.state === undefined) continue;
    dayOf(entry.at);
    const key = String(entry.seq);
    if (isLine(content)) {
      items.push({ kind: "line", key, entry, content });
      continue;
    }
    const before = items.at(-1);
    const first = !(before?.kind === "message" && together(before.entry, entry));
    if (!first && before?.kind === "message") before.last = false;
    const rating = ratings.get(entry.seq);
    const edited = edits.has(entry.seq);
    items.push({ kind: "message", key, entry, content, first, last: true, edited, ...(rating ? { rating } : {}) });
  }
  takeNotes(Infinity);
  pending.forEach((one, i) => items.push({ kind: "pending", key: one.key, pending: one, first: i === 0 }));
  return items;
}

function isLine(content: Content): boolean {
  return content.type === "handoff" || content.type === "status" || content.type === "survey_result" || content.type === "survey";
}

function together(a: Entry, b: Entry): boolean {
  return sameAuthor(a.author, b.author) && Date.parse(b.at) - Date.parse(a.at) < TOGETHER;
}

export function sameAuthor(a: Author, b: Author): boolean {
  return a.kind === b.kind && a.id === b.id;
}
