// @vitest-environment happy-dom
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ceiling } from "../src/charts/hours";
import { points } from "../src/charts/course";
import { aheadIn } from "../src/lib/time";
import { strength } from "../src/pages/door/password";
import { mailState } from "../src/pages/settings/mail";
import { reminderSteps } from "../src/pages/settings/hours";
import { cleaned, originOf } from "../src/pages/settings/inboxes";
import { suggestedKey } from "../src/pages/settings/inbox-add";
import { inkOn } from "../src/pages/settings/preview";
import { weekWords, wrongDay } from "../src/pages/settings/week";
import { t } from "../src/strings";
import { span } from "../src/ui/virtual";

describe("what is typed in settings", () => {
  it("reads a website's address however it is pasted", () => {
    expect(["shop.example", "https://shop.example/cart?x=1", " http://localhost:3000 ", "https://SHOP.example"].map(originOf)).toEqual([
      "https://shop.example",
      "https://shop.example",
      "http://localhost:3000",
      "https://shop.example",
    ]);
    expect(["", "shop", "https://", "a b.c"].map(originOf)).toEqual([undefined, undefined, undefined, undefined]);
  });
  it("reads minutes of reminders", () => {
    expect(reminderSteps("5, 30")).toEqual([300, 1800]);
    expect(reminderSteps("")).toEqual([]);
    for (const wrong of ["30, 5", "0.1", "a", "1 2 3 4 5 6", "5, 5"]) expect(reminderSteps(wrong)).toBeUndefined();
  });
  it("finds hours that overlap or end before they begin", () => {
    expect(wrongDay([["09:00", "12:00"], ["13:00", "17:00"]])).toBe(false);
    expect(wrongDay([["09:00", "13:00"], ["12:00", "17:00"]])).toBe(true);
    expect(wrongDay([["17:00", "09:00"]])).toBe(true);
    expect(wrongDay([["", "09:00"]])).toBe(true);
  });
  it("tells a week's hours in words", () => {
    const day: [string, string][] = [["09:00", "17:00"]];
    const week = { mon: day, tue: day, wed: [["09:00", "12:00"], ["13:00", "17:00"]] as [string, string][], thu: day };
    expect(weekWords(week)).toBe("Monday to Tuesday: 09:00 to 17:00; Wednesday: 09:00 to 12:00, 13:00 to 17:00; Thursday: 09:00 to 17:00; Friday to Sunday: closed");
  });
  it("calls mail that only waits after an error what it is: trouble", () => {
    const mail = { configured: true, waiting: 0, failed: 0 };
    expect([mailState({ ...mail, configured: false }), mailState(mail), mailState({ ...mail, waiting: 1 })]).toEqual(["off", "on", "on"]);
    expect([mailState({ ...mail, waiting: 1, last_error: "refused" }), mailState({ ...mail, failed: 1 })]).toEqual(["trouble", "trouble"]);
  });
  it("shows an example of [mail] whose keys the server knows", () => {
    const documented = readFileSync(join(import.meta.dirname, "../../../docs/configuration.md"), "utf8");
    const table = documented.slice(documented.indexOf("[mail]"), documented.indexOf("[limits]"));
    const keys = [...t.mail.example.matchAll(/^(\w+) =/gm)].map(([, key]) => key);
    expect(keys).toEqual(["host", "username", "password", "from"]);
    for (const key of keys) expect(table).toMatch(new RegExp(`^${key} =`, "m"));
  });
  it("says when the shop opens in the time zone of its hours", () => {
    expect(aheadIn("Europe/Brussels", "2026-11-23T08:00:00Z")).toMatch(/Mon.*09:00/);
    expect(aheadIn("America/New_York", "2026-11-23T14:00:00Z")).toMatch(/Mon.*09:00/);
  });
  it("leaves empty settings out", () => {
    expect(cleaned({ greeting: "", assistant: "Wick", theme: { launcher: "", accent: "#123456" } })).toEqual({ assistant: "Wick", theme: { accent: "#123456" } });
  });
  it("makes a key of a name", () => {
    expect(suggestedKey(" Lampen & Möbel (Köln) ")).toBe("lampen-mobel-koln");
  });
  it("judges passwords by their length first", () => {
    expect(["short", "aaaaaaaaaaaa", "tenletters", "correct horse battery"].map(strength)).toEqual([0, 1, 2, 3]);
  });
  it("writes on colours so that it can be read", () => {
    expect(["#000000", "#0b6e5f", "#ffee88", "#ffffff"].map(inkOn)).toEqual(["#ffffff", "#ffffff", "#141414", "#141414"]);
  });
});

describe("drawing", () => {
  it("chooses round numbers for the axis", () => {
    expect([0, 3, 36, 101, 950].map((n) => ceiling(n))).toEqual([
      { top: 4, step: 1 },
      { top: 4, step: 1 },
      { top: 40, step: 10 },
      { top: 150, step: 50 },
      { top: 1000, step: 250 },
    ]);
  });
  it("spreads the course over its width, content above", () => {
    const [first, second] = points([1, -1]);
    expect(first!.x).toBeLessThan(second!.x);
    expect(first!.y).toBeLessThan(second!.y);
    expect(points([0])).toEqual([{ x: 100, y: 18 }]);
  });
  it("has only the rows in sight, and some beyond", () => {
    expect(span(0, 800, 80, 5000)).toEqual({ from: 0, to: 15 });
    expect(span(80_000, 800, 80, 5000)).toEqual({ from: 995, to: 1015 });
    expect(span(999_999, 800, 80, 3)).toEqual({ from: 3, to: 3 });
  });
});
