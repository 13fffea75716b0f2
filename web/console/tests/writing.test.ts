// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { bytes, initials, money, plain, words } from "../src/lib/format";
import { filled, fitting, inserted, slashAt } from "../src/state/canned";
import { choices } from "../src/state/snooze";

describe("the slash", () => {
  it("begins a canned reply at the start of a word", () => {
    expect(slashAt("/he", 3)).toEqual({ from: 0, typed: "he" });
    expect(slashAt("Well, /", 7)).toEqual({ from: 6, typed: "" });
    expect(slashAt("a\n/x-1", 6)).toEqual({ from: 2, typed: "x-1" });
  });
  it.each(["https://shop", "1/2", "and/or", "/help/ "])("does not in %s", (text) => {
    expect(slashAt(text, text.length)).toBeUndefined();
  });
  it("is replaced by the reply, at the caret", () => {
    const text = "Dear, /he and so on";
    expect(inserted(text, slashAt(text, 9)!, 9, "Hello!")).toEqual({ text: "Dear, Hello! and so on", caret: 12 });
  });
  it("finds replies by shortcut before title", () => {
    const replies = [
      { id: "1", shortcut: "photo", title: "Hello with a photograph", text: "" },
      { id: "2", shortcut: "hello", title: "Greeting", text: "" },
    ];
    expect(fitting(replies, "hel").map((one) => one.shortcut)).toEqual(["hello", "photo"]);
    expect(fitting(replies, "zzz")).toEqual([]);
  });
  it("fills in names, and leaves no gap without one", () => {
    expect(filled("Hello {customer}, I am {agent}.", { customer: "Ann", agent: "Noor" })).toBe("Hello Ann, I am Noor.");
    expect(filled("Hello {customer}, I am {agent}.", { customer: undefined, agent: "Noor" })).toBe("Hello, I am Noor.");
  });
});

describe("words and numbers", () => {
  it("make one plain line of Markdown", () => {
    expect(plain("**Hi** [here](https://x)\n\n`a_b` _soft_ snake_case_name > 3")).toBe("Hi here a_b soft snake_case_name > 3");
  });
  it("are as people write them", () => {
    expect([words("order_status"), initials("anneke.de-vos@post"), initials("Noor"), bytes(48213)]).toEqual(["Order status", "AP", "N", "48 kB"]);
    expect(money("24.9", "EUR")).toBe("€24.90");
    expect(money("24.9", "no currency")).toBe("24.90 no currency");
  });
});

describe("snoozing", () => {
  const names = (at: string) => choices(new Date(at)).map((one) => one.name);
  it("offers only what lies ahead and is not said twice", () => {
    expect(names("2026-11-20T10:00:00")).toEqual(["hour", "evening", "tomorrow", "monday"]);
    expect(names("2026-11-20T17:30:00")).toEqual(["hour", "tomorrow", "monday"]);
    expect(names("2026-11-22T10:00:00")).toEqual(["hour", "evening", "tomorrow"]);
  });
  it("means the next Monday at nine", () => {
    const monday = choices(new Date("2026-11-23T08:00:00")).find((one) => one.name === "monday")!;
    expect([monday.until.getDay(), monday.until.getDate(), monday.until.getHours()]).toEqual([1, 30, 9]);
  });
});
