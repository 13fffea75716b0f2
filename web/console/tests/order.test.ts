import { describe, expect, it } from "vitest";
import { comparison, inView, resort, sort, still, type View, VIEWS } from "../src/state/order";
import type { Conversation } from "../src/wire";
import { random, row } from "./build";

const NOW = Date.parse("2026-11-20T12:00:00Z");
const at = (minutes: number) => new Date(NOW + minutes * 60_000).toISOString();

describe("views", () => {
  const cases: [string, Partial<Conversation>, View[]][] = [
    ["the bot's", {}, ["unassigned", "open"]],
    ["waiting", { queued: { since: at(-1), reason: "asked" } }, ["waiting", "unassigned", "open"]],
    ["mine", { holder: "agent", agent_id: "me" }, ["mine", "open"]],
    ["a colleague's", { holder: "agent", agent_id: "you" }, ["open"]],
    ["offered to me", { offered_to: "me", queued: { since: at(-1), reason: "asked" } }, ["mine", "waiting", "unassigned", "open"]],
    ["asleep", { snoozed_until: at(5) }, ["snoozed"]],
    ["awake again", { snoozed_until: at(-5) }, ["unassigned", "open"]],
    ["resolved", { status: "resolved" }, ["resolved"]],
  ];
  it.each(cases)("%s", (_, change, expected) => {
    expect(VIEWS.filter((view) => inView(row(change), view, "me", NOW))).toEqual(expected.sort((a, b) => VIEWS.indexOf(a) - VIEWS.indexOf(b)));
  });
});

describe("order", () => {
  const rowsOf = (list: Conversation[]) => new Map(list.map((one) => [one.id, one]));

  it("puts the unhappy who wait above all others", () => {
    const rows = rowsOf([
      row({ id: "calm" }),
      row({ id: "waits", waiting_since: at(-20) }),
      row({ id: "unhappy", unhappiness: 0.9 }),
      row({ id: "both", unhappiness: 0.9, waiting_since: at(-1) }),
      row({ id: "rich", value: "500" }),
    ]);
    expect(sort(rows, () => true, comparison("open", NOW))).toEqual(["both", "unhappy", "waits", "rich", "calm"]);
  });

  it("shows the resolved newest first, and the snoozed by when they wake", () => {
    const rows = rowsOf([row({ id: "a", updated_at: at(-9), snoozed_until: at(9) }), row({ id: "b", updated_at: at(-1), snoozed_until: at(99) })]);
    expect(sort(rows, () => true, comparison("resolved", NOW))).toEqual(["b", "a"]);
    expect(sort(rows, () => true, comparison("snoozed", NOW))).toEqual(["a", "b"]);
  });

  it("ends alike whether sorted anew or changed step by step", () => {
    const next = random(20261122);
    const rows = new Map<string, Conversation>();
    const belongs = (one: Conversation) => one.status === "open";
    const compare = () => comparison("open", NOW);
    let order: string[] = [];
    for (let step = 0; step < 400; step++) {
      const changed = new Set<string>();
      for (let i = 0; i < 1 + next() * 6; i++) {
        const id = `cnv_${Math.floor(next() * 80)}`;
        rows.set(id, row({
          id,
          status: next() < 0.2 ? "resolved" : "open",
          unhappiness: Math.round(next() * 4) / 4,
          updated_at: at(-Math.floor(next() * 50)),
          ...(next() < 0.4 ? { waiting_since: at(-Math.floor(next() * 90)) } : {}),
        }));
        changed.add(id);
      }
      order = resort(order, changed, rows, belongs, compare());
      expect(order).toEqual(sort(rows, belongs, compare()));
    }
  });

  it("takes in one change among 5,000 in less than a frame", () => {
    const rows = new Map<string, Conversation>();
    for (let i = 0; i < 5000; i++) rows.set(`c${i}`, row({ id: `c${i}`, unhappiness: (i * 37 % 100) / 100 }));
    const order = sort(rows, () => true, comparison("open", NOW));
    rows.set("c77", row({ id: "c77", unhappiness: 1, waiting_since: at(-5) }));
    const started = performance.now();
    const after = resort(order, new Set(["c77"]), rows, () => true, comparison("open", NOW));
    expect(performance.now() - started).toBeLessThan(16);
    expect(after[0]).toBe("c77");
  });
});

describe("keeping still", () => {
  it("drops who has left, and counts who would come in", () => {
    expect(still(["a", "b", "c"], ["d", "c", "a"])).toEqual({ shown: ["a", "c"], newcomers: 1 });
  });
  it("is nothing to tell about when nobody came", () => {
    expect(still(["a", "b"], ["b", "a"])).toEqual({ shown: ["a", "b"], newcomers: 0 });
  });
});
