// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from "vitest";
import { attach, attachmentsOf, detach, MOST, sendAttachments } from "../src/state/attachments";
import { begun, changedFields, channelIcon, entered, inboxState, missing, shown } from "../src/state/channels";
import { deliveryOf, told } from "../src/state/delivery";
import { timeline } from "../src/state/timeline";
import type { ChannelSpec, Entry, Wait } from "../src/wire";
import { entry } from "./build";

const field = (name: string, more = {}) => ({ name, label: name.toUpperCase(), help: "", example: "", required: true, secret: false, ...more });
const SPEC: ChannelSpec = {
  kind: "slack",
  name: "Slack",
  summary: "",
  guide: "",
  webhook: true,
  fields: [field("token", { secret: true }), field("team"), field("staff", { required: false })],
};

describe("an inbox's form", () => {
  it("sends what was entered, without the spaces that copying brings", () => {
    expect(entered(SPEC, { token: " xoxb-1\n", team: "T1", staff: " " })).toEqual({ token: "xoxb-1", team: "T1" });
  });
  it("names what is missing, and takes a kept secret as given", () => {
    expect(missing(SPEC, {})).toEqual(["TOKEN", "TEAM"]);
    expect(missing(SPEC, { team: "T1" }, { token: "…" })).toEqual([]);
    expect(missing(SPEC, { token: "x", team: " " }, { team: "T1" })).toEqual(["TEAM"]);
  });
  it("changes only what was changed; an empty secret stays, an emptied field goes", () => {
    const kept = { token: "…", team: "T1", staff: "C1" };
    const form = begun(SPEC, kept);
    expect(form).toEqual({ token: "", team: "T1", staff: "C1" });
    expect(changedFields(SPEC, form, kept)).toEqual({});
    expect(changedFields(SPEC, { token: "new", team: "T1", staff: "" }, kept)).toEqual({ token: "new", staff: "" });
  });
  it("tells how an inbox is: resting comes before trouble", () => {
    expect([{ active: true }, { active: true, trouble: "x" }, { active: false, trouble: "x" }].map(inboxState)).toEqual(["works", "trouble", "resting"]);
  });
  it("shows a channel's own name for somebody without the inbox before it", () => {
    expect(["inb_01a2:user-5", "+32475123456", "ann@x.example"].map((value) => shown({ value }))).toEqual(["user-5", "+32475123456", "ann@x.example"]);
  });
  it("draws a channel that it has never heard of", () => {
    expect([channelIcon("email"), channelIcon("carrier-pigeon")]).toEqual(["mail", "chat"]);
  });
});

describe("delivery", () => {
  const status = (seq: number, message: number, delivery: "sent" | "delivered" | "read" | "failed", reason?: string): Entry => ({
    ...entry(seq, "system"),
    content: { type: "status", message, delivery, ...(reason ? { reason } : {}) },
  });
  const wait: Wait = { seq: 5, inbox_id: "inb_1", attempts: 1, next_at: "2026-11-20T10:00:00Z", error: "busy" };

  it("is what the log told last of a message", () => {
    const log = [entry(1, "me"), status(2, 1, "delivered"), entry(3, "me"), status(4, 1, "read"), status(5, 3, "failed", "blocked")];
    const found = told(log);
    expect([found.get(1)?.state, found.get(3)]).toEqual(["read", { state: "failed", reason: "blocked" }]);
    expect(timeline(log, [], []).filter((item) => item.kind === "line")).toEqual([]);
  });
  it("waits from the first entry that could not go out, and is sent before it", () => {
    const found = told([status(9, 6, "delivered")]);
    expect([4, 5, 6, 7].map((seq) => deliveryOf(seq, found, [wait]).state)).toEqual(["sent", "waiting", "delivered", "waiting"]);
    expect(deliveryOf(5, found, [wait]).reason).toBe("busy");
  });
});

describe("attached files", () => {
  const file = (name: string) => new File(["abc"], name);
  let answers: Response[];
  const sent: { path: string; name: string; key: string | null }[] = [];
  beforeEach(() => {
    for (const one of attachmentsOf("c")) detach("c", one.key);
    sent.length = 0;
    vi.stubGlobal("fetch", async (path: string, init: RequestInit) => {
      const headers = new Headers(init.headers);
      // The browser writes the form's own type, with its boundary.
      expect(headers.get("Content-Type")).toBeNull();
      sent.push({ path, name: ((init.body as FormData).get("file") as File).name, key: headers.get("Idempotency-Key") });
      return answers.shift() ?? new Response('{"seq": 1}', { status: 201 });
    });
    answers = [];
  });

  it("go out in their order, each under a key of its own", async () => {
    expect(attach("c", [file("a"), file("b")])).toBe(0);
    expect(await sendAttachments("c")).toBe(true);
    expect(sent.map(({ path, name }) => [path, name])).toEqual([
      ["/v1/conversations/c/files", "a"],
      ["/v1/conversations/c/files", "b"],
    ]);
    expect(new Set(sent.map(({ key }) => key)).size).toBe(2);
    expect(attachmentsOf("c")).toEqual([]);
  });
  it("that were refused stay, with those behind them, and go out under the same key", async () => {
    attach("c", [file("a"), file("b")]);
    answers = [new Response('{"status": 413, "detail": "a file may have 10 bytes"}', { status: 413 })];
    expect(await sendAttachments("c")).toBe(false);
    expect(attachmentsOf("c").map(({ state }) => state)).toEqual(["refused", "chosen"]);
    expect(attachmentsOf("c")[0]?.why).toMatch(/larger/);
    expect(await sendAttachments("c")).toBe(true);
    expect(sent.map(({ name }) => name)).toEqual(["a", "a", "b"]);
    expect(sent[0]?.key).toBe(sent[1]?.key);
  });
  it("are so many at most", () => {
    expect(attach("c", Array.from({ length: MOST + 3 }, (_, i) => file(String(i))))).toBe(3);
    expect(attachmentsOf("c")).toHaveLength(MOST);
  });
});
