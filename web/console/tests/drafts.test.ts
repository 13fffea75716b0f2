import { describe, expect, it } from "vitest";
import { changed } from "../src/state/drafts";

describe("drafts", () => {
  it("keep reply and note apart", () => {
    const all = changed(changed({}, "a", { reply: "dear" }, 1), "a", { note: "careful", mode: "note" }, 2);
    expect(all.a).toEqual({ reply: "dear", note: "careful", mode: "note", at: 2 });
  });

  it("of one conversation leave the others alone", () => {
    const all = changed(changed({}, "a", { reply: "x" }, 1), "b", { reply: "y" }, 2);
    expect([all.a!.reply, all.b!.reply]).toEqual(["x", "y"]);
  });

  it("that are empty are none", () => {
    expect(changed(changed({}, "a", { reply: "x" }, 1), "a", { reply: " " }, 2)).toEqual({});
  });

  it("are forgotten from the oldest on", () => {
    let all = {};
    for (let i = 0; i < 230; i++) all = changed(all, `c${i}`, { reply: "x" }, i);
    expect(Object.keys(all)).toHaveLength(200);
    expect(all).not.toHaveProperty("c29");
    expect(all).toHaveProperty("c30");
  });
});
