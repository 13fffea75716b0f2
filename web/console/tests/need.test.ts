import { describe, expect, it } from "vitest";
import { level, need, needParts } from "../src/state/need";

const NOW = Date.parse("2026-11-20T12:00:00Z");
const ago = (minutes: number) => new Date(NOW - minutes * 60_000).toISOString();
const calm = { status: "open" as const, unhappiness: 0 };

describe("need", () => {
  it("is nothing for a calm customer who does not wait", () => {
    expect(need(calm, NOW)).toBe(0);
  });

  it("adds unhappiness, waiting and value as the server does", () => {
    const row = { ...calm, unhappiness: 0.8, waiting_since: ago(10), value: "250" };
    expect(needParts(row, NOW)).toEqual({ unhappy: 40, waiting: 35, value: 5 });
    expect(need(row, NOW)).toBe(80);
  });

  it("stops growing after an hour, and above 500", () => {
    expect(need({ ...calm, waiting_since: ago(60) }, NOW)).toBe(60);
    expect(need({ ...calm, waiting_since: ago(600), value: "9999" }, NOW)).toBe(70);
  });

  it("is nothing while snoozed, and again something afterwards", () => {
    const row = { ...calm, unhappiness: 1, snoozed_until: new Date(NOW + 1000).toISOString() };
    expect(need(row, NOW)).toBe(0);
    expect(need(row, NOW + 2000)).toBe(50);
  });

  it("is nothing once resolved", () => {
    expect(need({ status: "resolved", unhappiness: 1, waiting_since: ago(5), value: "900" }, NOW)).toBe(0);
  });

  it("never overlooks a waiting customer", () => {
    expect(level(need({ ...calm, waiting_since: ago(0) }, NOW))).toBe("middle");
    expect(level(need({ ...calm, unhappiness: 0.9, waiting_since: ago(1) }, NOW))).toBe("high");
  });
});
