/**
 * What is shown of a conversation: its log, folded. Edits, ratings, filled-in forms and
 * delivery marks do not stand for themselves; they change how another entry looks.
 */

import type { Author, Content, Entry, HandoffContent, Seq } from "../shared/wire";

export interface Item {
  seq: Seq;
  at: string;
  author: Author;
  content: Content;
  /** Which customer message a bot's turn answers. */
  turn?: string;
  /** What the customer thought of it. */
  helpful?: boolean;
  /** The score that the customer gave. */
  score?: number;
  /** The form was filled in. */
  submitted?: boolean;
  delivery?: "sent" | "delivered" | "read" | "failed";
  /** No person has spoken since: choices can still be chosen. */
  current?: boolean;
}

export interface Folded {
  items: Item[];
  /** Where the handing over to a person stands. */
  handoff?: HandoffContent;
  resolved: boolean;
  /** The last entry of the log. */
  last: Seq;
}

const HIDDEN = new Set(["edit", "rating", "survey_result", "submitted"]);
const KNOWN = new Set(["text", "answer", "products", "choices", "form", "handoff", "survey", "file", "status"]);

export function fold(entries: readonly Entry[]): Folded {
  const edits = new Map<Seq, Content>();
  for (const { content } of entries) if (content.type === "edit") edits.set(content.edits, content.content);

  const items: Item[] = [];
  const bySeq = new Map<Seq, Item>();
  const folded: Folded = { items, resolved: false, last: entries.at(-1)?.seq ?? 0 };
  let lastOfPerson = 0;
  for (const entry of entries) {
    const content = edits.get(entry.seq) ?? entry.content;
    const mark = (seq: Seq, change: Partial<Item>) => Object.assign(bySeq.get(seq) ?? {}, change);
    switch (content.type) {
      case "rating":
        mark(content.seq, { helpful: content.helpful });
        break;
      case "survey_result":
        mark(content.seq, { score: content.score });
        break;
      case "submitted":
        mark(content.form, { submitted: true });
        lastOfPerson = entry.seq;
        break;
      case "handoff":
        folded.handoff = content;
        break;
      case "status":
        if (content.message !== undefined) mark(content.message, { delivery: content.delivery });
        if (content.state) folded.resolved = content.state === "resolved";
        // A resolved conversation waits for nobody.
        if (content.state === "resolved") folded.handoff = undefined;
        break;
    }
    // What this client does not know is not shown; what only marks others, neither.
    if (HIDDEN.has(content.type) || !KNOWN.has(content.type)) continue;
    if (content.type === "status" && !content.state) continue;
    if (entry.author.kind === "customer" || entry.author.kind === "agent") lastOfPerson = entry.seq;
    const item: Item = { seq: entry.seq, at: entry.at, author: entry.author, content, turn: entry.turn };
    items.push(item);
    bySeq.set(entry.seq, item);
  }
  for (const item of items) item.current = item.seq > lastOfPerson;
  return folded;
}

/** How many things the customer has not seen: a turn of the bot counts once. */
export function unread(items: readonly Item[], readUpTo: Seq): number {
  const news = items.filter((item) => item.seq > readUpTo && item.author.kind !== "customer" && item.content.type !== "status");
  return new Set(news.map((item) => item.turn ?? item.seq)).size;
}
