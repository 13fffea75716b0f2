import { describe, expect, it } from "vitest";
import { candidates, heldBack, moved, nameFrom, previous, without, wrongName } from "../src/state/teaching";
import type { Board, DoubtMessage, DoubtReason, IntentBrief, ModelReport, ModelVersion, Training } from "../src/wire";

const message = (seq: number, text: string, ...reasons: DoubtReason[]): DoubtMessage => ({
  conversation_id: "cnv_1",
  seq,
  text,
  reasons,
  at: "2026-11-20T12:00:00Z",
});

const board = (): Board => ({
  days: 30,
  messages: 3,
  clusters: [
    {
      title: "gift wrap?",
      count: 2,
      reasons: { unsure: 2, no_answer: 1 },
      likely: [{ name: "gift_wrap", confidence: 0.4 }],
      messages: [message(1, "gift wrap?", "unsure", "no_answer"), message(3, "wrap it please", "unsure")],
    },
    { title: "do you hire", count: 1, reasons: { out_of_scope: 1 }, likely: [], messages: [message(5, "do you hire", "out_of_scope")] },
  ],
});

const intent = (name: string, description: string): IntentBrief => ({ name, description, examples: 20, taught: 0, made_here: false });
const INTENTS = [intent("returns", "Wants to send something back."), intent("gift_wrap", "Wants it wrapped."), intent("gift_card", "Asks about vouchers.")];

describe("the board", () => {
  it("loses what was judged, and groups that are empty", () => {
    const after = without(board(), [message(1, "gift wrap?"), message(5, "do you hire")]);
    expect(after.messages).toBe(1);
    expect(after.clusters).toHaveLength(1);
    expect(after.clusters[0]).toMatchObject({ title: "wrap it please", count: 1, reasons: { unsure: 1 } });
  });

  it("counts messages that are not shown as well", () => {
    const large = board();
    large.clusters[0]!.count = 150;
    expect(without(large, [message(1, "")]).clusters[0]!.count).toBe(149);
  });

  it("does not change the board that it was given", () => {
    const before = board();
    without(before, [message(1, "")]);
    expect(before).toEqual(board());
  });
});

describe("choosing an intent", () => {
  const names = (typed: string) => candidates(INTENTS, [{ name: "gift_wrap", confidence: 0.4 }], typed).map((one) => one.intent.name);

  it("begins with the likely ones", () => expect(names("")).toEqual(["gift_wrap", "gift_card", "returns"]));
  it("filters by name", () => expect(names("gift c")[0]).toBe("gift_card"));
  it("filters by description", () => expect(names("voucher")).toEqual(["gift_card"]));
  it("finds nothing where nothing fits", () => expect(names("zzz")).toEqual([]));
  it("tells how likely", () => {
    const found = candidates(INTENTS, [{ name: "gift_wrap", confidence: 0.4 }], "");
    expect(found.map((one) => one.confidence)).toEqual([0.4, undefined, undefined]);
  });
});

describe("a new intent's name", () => {
  it.each([
    ["Gift wrap?", "gift_wrap"],
    ["Où est l'été ?", "ou_est_lete"],
    ["2 for 1", "for_1"],
    ["???", ""],
  ])("%s", (text, name) => expect(nameFrom(text)).toBe(name));

  it("is checked", () => {
    expect(wrongName("gift_wrap", INTENTS)).toBeTruthy();
    expect(wrongName("Gift wrap", INTENTS)).toBeTruthy();
    expect(wrongName("", INTENTS)).toBeTruthy();
    expect(wrongName("gift_box", INTENTS)).toBeUndefined();
  });
});

const model = (number: number, more: Partial<ModelVersion> = {}): ModelVersion => ({ number, source: "console", at: "", fits: true, ...more });
const report = (outcome: "used" | "worse", intents: ModelReport["intents"] = []): ModelReport => ({
  outcome,
  scores: { examples: 1, intents: 1, accuracy: 1, macro_f1: 1, ece: 0 },
  intents,
  confusions: [],
  read: 0,
  reread: 0,
  changed: [],
  taught: 0,
  seconds: 1,
});
const training = (in_use: number, ...models: ModelVersion[]): Training => ({ in_use, models, lessons_since: 0 });

describe("models", () => {
  it("back means the one before the one in use that can be used", () => {
    expect(previous(training(5, model(5), model(4, { fits: false }), model(3)))?.number).toBe(3);
    expect(previous(training(3, model(5), model(3)))).toBeUndefined();
  });

  it("one that did worse is offered until it is used or another is newer", () => {
    const worse = model(6, { report: report("worse") });
    expect(heldBack(training(5, worse, model(5)))?.number).toBe(6);
    expect(heldBack(training(6, worse, model(5)))).toBeUndefined();
    expect(heldBack(training(5, model(7, { report: report("used") }), worse, model(5)))).toBeUndefined();
  });

  it("tells the intents that changed, the largest change first", () => {
    const intents = [
      { name: "same", examples: 1, f1: 0.9, before: 0.9 },
      { name: "new", examples: 1, f1: 0.9 },
      { name: "better", examples: 1, f1: 0.95, before: 0.9 },
      { name: "worse", examples: 1, f1: 0.7, before: 0.9 },
    ];
    expect(moved(report("used", intents)).map((one) => one.name)).toEqual(["worse", "better"]);
  });
});
