import { describe, expect, it } from "vitest";
import { timeline } from "../src/state/timeline";
import type { Entry } from "../src/wire";
import { entry } from "./build";

const kinds = (entries: Entry[], notes: Parameters<typeof timeline>[1] = []) => timeline(entries, notes, []).map((item) => item.kind);

describe("timeline", () => {
  it("begins each day once", () => {
    const late = { ...entry(2), at: "2026-11-21T10:00:00Z" };
    expect(kinds([entry(1), late])).toEqual(["day", "message", "day", "message"]);
  });

  it("groups what one author says within minutes", () => {
    const items = timeline([entry(1), entry(2), entry(3, "bot"), { ...entry(4, "bot"), at: "2026-11-20T10:30:00Z" }], [], []).filter((item) => item.kind === "message");
    expect(items.map((item) => item.kind === "message" && [item.first, item.last])).toEqual([
      [true, false],
      [false, true],
      [true, true],
      [true, true],
    ]);
  });

  it("puts notes where the log stood", () => {
    const note = (seq: number) => ({ id: `n${seq}`, seq, agent_id: "a", text: "x", at: "2026-11-20T10:01:30Z" });
    expect(kinds([entry(1), entry(2)], [note(2), note(1)])).toEqual(["day", "message", "note", "message", "note"]);
  });

  it("applies edits, and shows ratings at what they rate", () => {
    const entries: Entry[] = [
      entry(1, "bot", "old"),
      { ...entry(2), content: { type: "edit", edits: 1, content: { type: "text", text: "new" } } },
      { ...entry(3), content: { type: "rating", seq: 1, helpful: true } },
      { ...entry(4), content: { type: "edit", edits: 3, content: { type: "rating", seq: 1, helpful: false, comment: "no" } } },
    ];
    const [, message, ...rest] = timeline(entries, [], []);
    expect(rest).toEqual([]);
    expect(message).toMatchObject({ content: { text: "new" }, edited: true, rating: { helpful: false, comment: "no" } });
  });

  it("tells handoffs and states as lines, and leaves deliveries out", () => {
    expect(
      kinds([
        { ...entry(1, "system"), content: { type: "handoff", state: "queued", reason: "asked" } },
        { ...entry(2, "system"), content: { type: "status", message: 1, delivery: "read" } },
        { ...entry(3, "me"), content: { type: "status", state: "resolved" } },
      ]),
    ).toEqual(["day", "line", "line"]);
  });

  it("ends with what is on its way", () => {
    const pending = { key: "k", text: "x", at: 0, state: "sending" as const, seenSeq: 1 };
    expect(timeline([entry(1)], [], [pending]).at(-1)).toMatchObject({ kind: "pending", first: true });
  });
});
