// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import type { CommandId } from "../src/keys/commands";
import { COMMANDS, known } from "../src/keys/commands";
import { match } from "../src/keys/match";
import { chord, Reader, typing } from "../src/keys/shortcuts";
import { t } from "../src/strings";

const all = () => true;
const key = (key: string, more: Partial<KeyboardEvent> = {}) => chord({ key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...more });

describe("shortcuts", () => {
  it("name keys alike on every keyboard", () => {
    expect([key("K", { metaKey: true }), key("k", { ctrlKey: true }), key("?", { shiftKey: true }), key("E", { shiftKey: true })]).toEqual(["mod+k", "mod+k", "?", "shift+e"]);
  });

  it("follow two keys, one after the other", () => {
    const reader = new Reader();
    expect(reader.read("g", 0, all)).toBe("more");
    expect(reader.read("t", 300, all)).toBe("goToday");
  });

  it("forget the first key after a while", () => {
    const reader = new Reader();
    reader.read("g", 0, all);
    expect(reader.read("t", 5_000, all)).toBe("take");
  });

  it("take the second key by itself when the two mean nothing", () => {
    const reader = new Reader();
    reader.read("g", 0, all);
    expect(reader.read("e", 100, all)).toBe("resolve");
  });

  it("do nothing that is not possible now", () => {
    expect(new Reader().read("t", 0, (id) => id !== "take")).toBeUndefined();
  });

  it("leave keys to fields", () => {
    const field = document.createElement("input");
    const box = Object.assign(document.createElement("input"), { type: "checkbox" });
    expect([typing(field), typing(document.createElement("textarea")), typing(box), typing(document.body)]).toEqual([true, true, false, false]);
  });

  it("are each given once, and no one begins another", () => {
    const ids = Object.keys(COMMANDS) as CommandId[];
    const keys = ids.flatMap((id) => (known(id).keys ? [known(id).keys!.join(" ")] : []));
    expect(new Set(keys).size).toBe(keys.length);
    for (const one of keys) expect(keys.filter((other) => other !== one && other.startsWith(`${one} `))).toEqual([]);
  });

  it("all have a name", () => {
    for (const id of Object.keys(COMMANDS) as CommandId[]) expect(t.commands[id]).toBeTruthy();
  });
});

describe("matching", () => {
  it("likes beginnings best, then words, then letters in order", () => {
    const scores = ["Resolve", "To resolve", "Unresolved", "Release over"].map((label) => match("resolve", label));
    expect(scores[0]).toBeGreaterThan(scores[1]!);
    expect(scores[1]).toBeGreaterThan(scores[2]!);
    expect(match("gt", "Go to today")).toBeGreaterThan(0);
    expect(match("xyz", "Resolve")).toBe(0);
    expect(match("", "anything")).toBe(1);
  });
});
