import { beforeEach, describe, expect, it } from "vitest";
import type { Content, Entry } from "../shared/wire";
import type { Shelf } from "./memory";
import { Outbox, type Outgoing } from "./outbox";

let kept: Map<string, string>;
let shown: Outgoing[];

function shelf(): Shelf {
  return {
    key: (name) => name,
    get: <T>(name: string) => (kept.has(name) ? (JSON.parse(kept.get(name)!) as T) : undefined),
    set: (name, value) => void kept.set(name, JSON.stringify(value)),
    delete: (name) => void kept.delete(name),
  };
}

function outbox(): Outbox {
  return new Outbox(shelf(), (waiting) => (shown = waiting));
}

function said(content: Content, seq = 1): Entry {
  return { seq, at: "", author: { kind: "customer" }, content };
}

beforeEach(() => {
  kept = new Map();
  shown = [];
});

describe("a message", () => {
  it("waits until it is acknowledged, over a reload", () => {
    outbox().add({ type: "message", client_msg_id: "a", text: "hi" });
    const later = outbox();
    expect(later.unsent.map((one) => one.id)).toEqual(["a"]);
    later.acknowledged({ type: "ack", client_msg_id: "a", seq: 1, at: "" });
    expect(outbox().unsent).toEqual([]);
  });

  it("is not shown twice when its event comes before its ack", () => {
    const box = outbox();
    box.add({ type: "message", client_msg_id: "a", text: "hi" });
    box.add({ type: "message", client_msg_id: "b", text: "hi" });
    box.arrived(said({ type: "text", text: "hi" }));
    expect(shown.map((one) => one.id)).toEqual(["b"]);
    // Not acknowledged yet: were the line lost now, it would be sent again.
    expect(box.unsent.map((one) => one.id)).toEqual(["a", "b"]);
  });

  it("is known by its file, or by its words if it has some", () => {
    const box = outbox();
    box.add({ type: "message", client_msg_id: "a", attachments: ["f1", "f2"] });
    box.arrived(said({ type: "file", id: "f1", name: "", media_type: "", bytes: 1, url: "" }));
    expect(shown).toHaveLength(1);
    box.arrived(said({ type: "file", id: "f2", name: "", media_type: "", bytes: 1, url: "" }));
    expect(shown).toHaveLength(0);
  });

  it("is tried again when the server was busy, and given up when it is wrong", () => {
    const box = outbox();
    box.add({ type: "message", client_msg_id: "a", text: "hi" });
    expect(box.refused({ type: "error", code: "rate_limited", message: "", client_msg_id: "a", retry_after_ms: 180 })).toBe(180);
    expect(box.unsent).toHaveLength(1);
    expect(box.refused({ type: "error", code: "bad_frame", message: "empty", client_msg_id: "a" })).toBeUndefined();
    expect(box.unsent).toHaveLength(0);
    expect(box.waiting[0]!.failed).toBe("empty");
  });
});

describe("ratings, scores and forms", () => {
  it("are confirmed by their entries, also by the edit of an earlier one", () => {
    const box = outbox();
    box.add({ type: "rate", seq: 2, helpful: true });
    box.arrived(said({ type: "rating", seq: 2, helpful: false }));
    expect(box.unsent).toHaveLength(1);
    box.arrived(said({ type: "edit", edits: 3, content: { type: "rating", seq: 2, helpful: true } }));
    expect(box.unsent).toHaveLength(0);
  });

  it("replace an earlier one that still waits", () => {
    const box = outbox();
    box.add({ type: "rate", seq: 2, helpful: true });
    box.add({ type: "rate", seq: 2, helpful: false, comment: "no" });
    expect(box.unsent.map((one) => one.frame)).toEqual([{ type: "rate", seq: 2, helpful: false, comment: "no" }]);
  });

  it("are let go where the server has no use for them", () => {
    const box = outbox();
    box.add({ type: "submit", seq: 9, values: {} });
    box.add({ type: "message", client_msg_id: "a", text: "hi" });
    box.refused({ type: "error", code: "conflict", message: "" });
    expect(box.unsent.map((one) => one.id)).toEqual(["a"]);
  });
});
