// Values for tests, with what matters given and the rest plausible.

import type { Conversation, Entry, StoryView } from "../src/wire";

export function row(change: Partial<Conversation> = {}): Conversation {
  return {
    id: "cnv_1",
    inbox_id: "inb_1",
    channel: "web",
    customer_id: "cus_1",
    customer: { name: "Ann" },
    status: "open",
    holder: "bot",
    urgency: 0,
    last_seq: 1,
    last_customer_seq: 1,
    unhappiness: 0,
    need: 0,
    created_at: "2026-11-20T10:00:00Z",
    updated_at: "2026-11-20T10:00:00Z",
    ...change,
  };
}

const AUTHORS = { customer: { kind: "customer", id: "cus_1" }, bot: { kind: "bot" }, me: { kind: "agent", id: "agt_me", name: "Noor" }, other: { kind: "agent", id: "agt_2", name: "Sam" }, system: { kind: "system" } } as const;

export function entry(seq: number, who: keyof typeof AUTHORS = "customer", text = `message ${seq}`): Entry {
  return { seq, at: new Date(Date.parse("2026-11-20T10:00:00Z") + seq * 60_000).toISOString(), author: AUTHORS[who], content: { type: "text", text } };
}

export function storyView(entries: Entry[], change: Partial<StoryView> = {}): StoryView {
  return {
    ...row({ last_seq: entries.at(-1)?.seq ?? 0 }),
    customer: { id: "cus_1", created_at: "2026-11-01T10:00:00Z", name: "Ann" },
    entries,
    notes: [],
    moods: [],
    read_seq: 0,
    ...change,
  };
}

/** Numbers that look random and are the same each time. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}
