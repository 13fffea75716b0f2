import { describe, expect, it } from "vitest";
import * as story from "../src/state/story";
import type { Analysis } from "../src/wire";
import { entry, storyView } from "./build";

const open = (...seqs: number[]) => story.opened(storyView(seqs.map((seq) => entry(seq))));
const seqs = (one: story.Story) => one.view.entries.map((e) => e.seq);

describe("entries", () => {
  it("come one after the other", () => {
    expect(seqs(story.withEntry(open(1, 2), entry(3)).story)).toEqual([1, 2, 3]);
  });

  it("change nothing when they come again, as after a resume", () => {
    const before = open(1, 2);
    expect(story.withEntry(before, entry(2)).story).toBe(before);
  });

  it("tell when some are missing before them", () => {
    const before = open(1);
    const after = story.withEntry(before, entry(4));
    expect(after.gap).toBe(true);
    expect(after.story).toBe(before);
    expect(seqs(story.withEntries(before, [entry(4), entry(2), entry(3)]))).toEqual([1, 2, 3, 4]);
  });

  it("that are earlier go before", () => {
    expect(seqs(story.withEarlier(open(5, 6), [entry(4), entry(3), entry(5)]))).toEqual([3, 4, 5, 6]);
  });

  it("end the typing of who wrote them", () => {
    const typing = story.withTyping(story.withTyping(open(1), { kind: "customer", id: "cus_1" }, true), { kind: "agent", id: "agt_2" }, true);
    expect(story.withEntry(typing, entry(2)).story.typing).toEqual([{ kind: "agent", id: "agt_2" }]);
  });
});

describe("replies on their way", () => {
  const pending = (key: string, text: string, change: Partial<story.Pending> = {}): story.Pending => ({ key, text, at: 0, state: "sending", seenSeq: 1, ...change });

  it("are gone when their entry comes before the answer to the call", () => {
    const sent = story.withPending(open(1), pending("k", "hello"));
    const after = story.withEntry(sent, entry(2, "me", "hello")).story;
    expect(after.pending).toEqual([]);
    expect(story.accepted(after, "k", 2).pending).toEqual([]);
  });

  it("wait for their entry when the answer comes first", () => {
    const told = story.accepted(story.withPending(open(1), pending("k", "hello")), "k", 2);
    expect(told.pending[0]).toMatchObject({ state: "sent", seq: 2 });
    expect(story.withEntry(told, entry(2, "me", "hello")).story.pending).toEqual([]);
  });

  it("with the same words leave one at a time", () => {
    let one = story.withPending(story.withPending(open(1), pending("a", "yes")), pending("b", "yes"));
    one = story.withEntry(one, entry(2, "me", "yes")).story;
    expect(one.pending.map((p) => p.key)).toEqual(["b"]);
  });

  it("stay when a colleague or a customer says something else", () => {
    const sent = story.withPending(open(1), pending("k", "hello"));
    expect(story.withEntry(sent, entry(2, "customer", "hello")).story.pending).toHaveLength(1);
  });

  it("outlive a fresh reading of the story, unless it has them", () => {
    const sent = story.withPending(story.withPending(open(1), pending("a", "x", { seq: 2, state: "sent" })), pending("b", "y", { state: "waiting" }));
    const fresh = story.refreshed(sent, storyView([entry(1), entry(2, "me", "x")]));
    expect(fresh.pending.map((p) => p.key)).toEqual(["b"]);
  });
});

describe("what was understood", () => {
  const analysis = { sentiment: { label: "negative", score: -0.7, confidence: 0.9 }, unhappiness: { p: 0.8, reasons: [] } } as unknown as Analysis;

  it("is put to its message, and into the course once", () => {
    const before = story.opened(storyView([entry(1), entry(2)], { moods: [{ seq: 1, sentiment: 0.1, unhappiness: 0.1 }] }));
    const once = story.withAnalysis(before, 2, analysis);
    const twice = story.withAnalysis(once, 2, analysis);
    expect(twice.view.entries[1]!.analysis).toBe(analysis);
    expect(twice.view.moods).toEqual([{ seq: 1, sentiment: 0.1, unhappiness: 0.1 }, { seq: 2, sentiment: -0.7, unhappiness: 0.8 }]);
  });

  it("is never put to an answer of the bot", () => {
    const before = story.opened(storyView([entry(1), entry(2, "bot")]));
    expect(story.withAnalysis(before, 2, analysis).view.entries[1]!.analysis).toBeUndefined();
  });
});

describe("read marks and notes", () => {
  it("never go back", () => {
    expect(story.withRead(story.withRead(open(1), 5), 3).view.read_seq).toBe(5);
  });
  it("are kept once", () => {
    const note = { id: "n", seq: 1, agent_id: "a", text: "x", at: "2026-11-20T10:00:00Z" };
    const twice = story.withNote(story.withNote(open(1), note), note);
    expect(twice.view.notes).toHaveLength(1);
    expect(story.withoutNote(twice, "n").view.notes).toEqual([]);
  });
});
