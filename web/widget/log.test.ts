import { describe, expect, it } from "vitest";
import type { Author, Content, Entry } from "../shared/wire";
import { fold, unread } from "./log";

const customer: Author = { kind: "customer", id: "cus_1" };
const bot: Author = { kind: "bot", name: "Wick" };

function log(...said: [Author, Content, string?][]): Entry[] {
  return said.map(([author, content, turn], index) => ({ seq: index + 1, at: "2026-11-20T10:00:00Z", author, content, turn }));
}

describe("fold", () => {
  it("shows a rating at what was rated, and its correction", () => {
    const entries = log(
      [customer, { type: "text", text: "hi" }],
      [bot, { type: "answer", text: "a", confidence: 0.9, sources: [] }],
      [customer, { type: "rating", seq: 2, helpful: false }],
      [customer, { type: "edit", edits: 3, content: { type: "rating", seq: 2, helpful: true } }],
    );
    const { items, last } = fold(entries);
    expect(items.map((item) => item.seq)).toEqual([1, 2]);
    expect(items[1]!.helpful).toBe(true);
    expect(last).toBe(4);
  });

  it("shows edited words in place of the first", () => {
    const [item] = fold(log([bot, { type: "text", text: "one" }], [bot, { type: "edit", edits: 1, content: { type: "text", text: "two" } }])).items;
    expect(item!.content).toEqual({ type: "text", text: "two" });
  });

  it("knows a filled-in form, a score and a delivery", () => {
    const { items } = fold(
      log(
        [bot, { type: "form", id: "order", fields: [] }],
        [customer, { type: "submitted", form: 1, values: {} }],
        [{ kind: "system" }, { type: "survey", kind: "csat", scale: [1, 5], question: "?" }],
        [customer, { type: "survey_result", seq: 3, score: 4 }],
        [customer, { type: "text", text: "x" }],
        [{ kind: "system" }, { type: "status", message: 5, delivery: "read" }],
      ),
    );
    expect(items.map(({ seq, submitted, score, delivery }) => [seq, submitted, score, delivery])).toEqual([
      [1, true, undefined, undefined],
      [3, undefined, 4, undefined],
      [5, undefined, undefined, "read"],
    ]);
  });

  it("lets only choose what was not answered yet", () => {
    const choices: Content = { type: "choices", text: "?", options: [] };
    const { items } = fold(log([bot, choices], [customer, { type: "text", text: "x" }], [bot, choices]));
    expect(items.map((item) => item.current)).toEqual([false, false, true]);
  });

  it("tells where the handing over stands, until it is over", () => {
    const queued: Content = { type: "handoff", state: "queued", reason: "r", position: 2 };
    expect(fold(log([bot, queued])).handoff).toEqual(queued);
    const resolved = fold(log([bot, queued], [{ kind: "system" }, { type: "status", state: "resolved" }]));
    expect([resolved.handoff, resolved.resolved]).toEqual([undefined, true]);
  });

  it("ignores what it does not know", () => {
    expect(fold(log([bot, { type: "hologram" } as unknown as Content])).items).toEqual([]);
  });
});

describe("unread", () => {
  it("counts a turn once and the customer's own words never", () => {
    const { items } = fold(
      log(
        [customer, { type: "text", text: "hi" }],
        [bot, { type: "text", text: "a" }, "trn_1"],
        [bot, { type: "text", text: "b" }, "trn_1"],
        [{ kind: "agent", name: "Ada" }, { type: "text", text: "c" }],
      ),
    );
    expect([unread(items, 0), unread(items, 3), unread(items, 4)]).toEqual([2, 1, 0]);
  });
});
