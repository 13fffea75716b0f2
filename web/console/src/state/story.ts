// One conversation as it grows: pure steps from what is known and what has happened.

import type { Analysis, Author, Entry, Explanation, Note, StoryView } from "../wire";

/** A reply on its way. */
export interface Pending {
  key: string;
  text: string;
  at: number;
  state: "sending" | "waiting" | "refused" | "sent";
  /** The log's place, once the server has told. */
  seq?: number;
  /** Why it was refused. */
  why?: string;
  /** The last entry that was on the page when it was sent. */
  seenSeq: number;
}

export interface Story {
  view: StoryView;
  pending: Pending[];
  typing: Author[];
}

export function opened(view: StoryView): Story {
  return { view, pending: [], typing: [] };
}

export const lastSeq = (story: Story) => story.view.entries.at(-1)?.seq ?? story.view.last_seq;

/** Adds an entry. A repeated one changes nothing; `gap` says that entries are missing before it. */
export function withEntry(story: Story, entry: Entry): { story: Story; gap: boolean } {
  const last = lastSeq(story);
  if (entry.seq <= last) return { story, gap: false };
  if (entry.seq > last + 1) return { story, gap: true };
  const pending = settle(story.pending, entry);
  const typing = story.typing.filter((author) => author.id !== entry.author.id && author.kind !== entry.author.kind);
  const view = { ...story.view, entries: [...story.view.entries, entry], last_seq: entry.seq };
  return { story: { ...story, view, pending, typing }, gap: false };
}

/** A reply of ours that has come back as an entry is on its way no more. */
function settle(pending: Pending[], entry: Entry): Pending[] {
  if (entry.author.kind !== "agent" || pending.length === 0) return pending;
  const bySeq = pending.findIndex((one) => one.seq === entry.seq);
  const content = entry.content;
  const text = content.type === "text" ? content.text : undefined;
  // The event may overtake the answer to the call: then the words tell which it was.
  const at = bySeq >= 0 ? bySeq : pending.findIndex((one) => one.state === "sending" && one.text === text);
  return at < 0 ? pending : pending.filter((_, i) => i !== at);
}

/** Puts missed entries in, whatever their order. */
export function withEntries(story: Story, entries: readonly Entry[]): Story {
  let result = story;
  for (const entry of [...entries].sort((a, b) => a.seq - b.seq)) result = withEntry(result, entry).story;
  return result;
}

/** Puts earlier entries before those that are there. */
export function withEarlier(story: Story, entries: readonly Entry[]): Story {
  const first = story.view.entries[0]?.seq ?? Infinity;
  const earlier = entries.filter((entry) => entry.seq < first).sort((a, b) => a.seq - b.seq);
  return { ...story, view: { ...story.view, entries: [...earlier, ...story.view.entries] } };
}

export function withAnalysis(story: Story, seq: number, analysis: Analysis, explanation?: Explanation): Story {
  const entries = story.view.entries.map((entry) =>
    entry.seq === seq && entry.author.kind === "customer"
      ? { ...entry, analysis, ...(explanation ? { explanation } : {}) }
      : entry,
  );
  const others = story.view.moods.filter((mood) => mood.seq !== seq);
  const mood = { seq, sentiment: analysis.sentiment.score, unhappiness: analysis.unhappiness.p };
  const moods = [...others, mood].sort((a, b) => a.seq - b.seq).slice(-20);
  const summary = explanation?.summary ?? story.view.summary;
  return { ...story, view: { ...story.view, entries, moods, ...(summary ? { summary } : {}) } };
}

export function withNote(story: Story, note: Note): Story {
  const notes = story.view.notes.filter((one) => one.id !== note.id);
  return { ...story, view: { ...story.view, notes: [...notes, note] } };
}

export function withoutNote(story: Story, id: string): Story {
  return { ...story, view: { ...story.view, notes: story.view.notes.filter((note) => note.id !== id) } };
}

export function withTyping(story: Story, author: Author, on: boolean): Story {
  const others = story.typing.filter((one) => !(one.kind === author.kind && one.id === author.id));
  return { ...story, typing: on ? [...others, author] : others };
}

export function withRead(story: Story, seq: number): Story {
  if (seq <= story.view.read_seq) return story;
  return { ...story, view: { ...story.view, read_seq: seq } };
}

export function withPending(story: Story, change: Pending): Story {
  const known = story.pending.some((one) => one.key === change.key);
  const pending = known ? story.pending.map((one) => (one.key === change.key ? change : one)) : [...story.pending, change];
  return { ...story, pending };
}

export function withoutPending(story: Story, key: string): Story {
  return { ...story, pending: story.pending.filter((one) => one.key !== key) };
}

/** The server's answer to a reply: done if the entry is here, otherwise soon. */
export function accepted(story: Story, key: string, seq: number): Story {
  if (story.view.entries.some((entry) => entry.seq === seq)) return withoutPending(story, key);
  const pending = story.pending.map((one) => (one.key === key ? { ...one, state: "sent" as const, seq } : one));
  return { ...story, pending };
}

/** A newly read story replaces an older one, except for what only this page knows. */
export function refreshed(story: Story, view: StoryView): Story {
  const seqs = new Set(view.entries.map((entry) => entry.seq));
  return { view, typing: story.typing, pending: story.pending.filter((one) => one.seq === undefined || !seqs.has(one.seq)) };
}
