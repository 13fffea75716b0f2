// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ClientFrame, Entry, ServerFrame } from "../shared/wire";
import { Chat } from "./chat";
import { memory } from "./memory";

/** The server's end of a socket. */
class Fake {
  static all: Fake[] = [];
  readyState = 0;
  sent: ClientFrame[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  constructor(readonly url: string) {
    Fake.all.push(this);
  }
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.readyState = 3;
  }
  says(...frames: ServerFrame[]) {
    for (const frame of frames) this.onmessage?.({ data: JSON.stringify(frame) });
  }
  closes(code: number) {
    this.readyState = 3;
    this.onclose?.({ code });
  }
  /** Opens it and gives the hello. */
  async opens() {
    this.readyState = 1;
    this.onopen?.();
    await vi.advanceTimersByTimeAsync(1);
    return this.sent[0] as Extract<ClientFrame, { type: "hello" }>;
  }
}

const last = () => Fake.all.at(-1)!;
const store = memory("http://rapport.example/", "demo");
let chat: Chat;

function start(more: Partial<ConstructorParameters<typeof Chat>[0]> = {}): Chat {
  chat = new Chat({ server: "http://rapport.example/", inbox: "demo", locale: "en", memory: store, ...more });
  chat.connect();
  return chat;
}

function welcome(last_seq = 0, more: Partial<Extract<ServerFrame, { type: "welcome" }>> = {}): ServerFrame {
  return {
    type: "welcome", token: "vis_1", customer_id: "cus_1", conversation_id: "cnv_1", last_seq,
    assistant: { name: "Wick", disclosure: "" }, heartbeat_s: 60, ...more,
  };
}

function event(seq: number, text = `text ${seq}`, kind: "customer" | "bot" = "bot"): ServerFrame {
  return { type: "event", seq, at: "2026-11-20T10:00:00Z", author: { kind }, content: { type: "text", text } };
}

const seqs = () => chat.entries.value.map(({ seq }) => seq);

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", Fake);
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  localStorage.clear();
  sessionStorage.clear();
  Fake.all = [];
});
afterEach(() => {
  chat.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("coming back", () => {
  it("asks for what came after the last entry, and shows each once", async () => {
    start();
    expect(last().url).toBe("ws://rapport.example/v1/chat?inbox=demo");
    const first = await last().opens();
    expect([first.token, first.resume_after]).toEqual([undefined, 0]);
    last().says(welcome(), event(1), event(2), event(2));
    last().closes(1006);
    await vi.advanceTimersByTimeAsync(1_000);
    const second = await last().opens();
    expect([second.token, second.resume_after, second.tab]).toEqual(["vis_1", 2, first.tab]);
    expect(second.page, "a page is told once").toBeUndefined();
    last().says(welcome(3), event(2), event(3));
    expect(seqs()).toEqual([1, 2, 3]);
  });

  it("asks again where an entry is missing", async () => {
    start();
    await last().opens();
    last().says(welcome(), event(1), event(3));
    expect(Fake.all).toHaveLength(2);
    expect((await last().opens()).resume_after).toBe(1);
  });

  it("begins anew where the log is another one", async () => {
    start();
    await last().opens();
    last().says(welcome(), event(1), event(2));
    last().closes(1012);
    await vi.advanceTimersByTimeAsync(1_000);
    await last().opens();
    // Restored from a copy that knew less.
    last().says(welcome(1), { type: "error", code: "conflict", message: "" }, event(1, "other"));
    expect(chat.entries.value.map(({ content }) => content)).toEqual([{ type: "text", text: "other" }]);
  });

  it("sends what was not acknowledged, under the same id and before anything new", async () => {
    start();
    chat.say("one");
    await last().opens();
    last().says(welcome());
    const [, one] = last().sent;
    expect(one).toMatchObject({ type: "message", text: "one" });
    last().closes(1006);
    chat.say("two");
    await vi.advanceTimersByTimeAsync(1_000);
    await last().opens();
    last().says(welcome());
    expect(last().sent.slice(1)).toEqual([one, expect.objectContaining({ text: "two" })]);
  });
});

describe("a refusal", () => {
  const unauthorized: ServerFrame = { type: "error", code: "unauthorized", message: "" };

  it("of an unknown token: without it, as somebody new", async () => {
    store.kept.set("token", "vis_old");
    start();
    expect((await last().opens()).token).toBe("vis_old");
    last().says(unauthorized);
    last().closes(1008);
    await vi.advanceTimersByTimeAsync(10);
    expect((await last().opens()).token).toBeUndefined();
  });

  it("of a wrong signature: without it, with the token kept", async () => {
    store.kept.set("token", "vis_old");
    start({ identity: { user_id: "4711", hmac: "wrong" } });
    expect((await last().opens()).identity?.user_id).toBe("4711");
    last().says(unauthorized);
    last().closes(1008);
    await vi.advanceTimersByTimeAsync(10);
    const hello = await last().opens();
    expect([hello.identity, hello.token]).toEqual([undefined, "vis_old"]);
  });

  it("of the website is told, and not tried again", async () => {
    start();
    await last().opens();
    last().says({ type: "error", code: "forbidden_origin", message: "no" });
    last().closes(1008);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(Fake.all).toHaveLength(1);
    expect(chat.refusal.value?.code).toBe("forbidden_origin");
  });

  it("because it was too fast is tried again when the server says so", async () => {
    start();
    await last().opens();
    last().says(welcome());
    chat.say("one");
    const message = last().sent.at(-1) as { client_msg_id: string };
    last().says({ type: "error", code: "rate_limited", message: "", client_msg_id: message.client_msg_id, retry_after_ms: 180 });
    const before = last().sent.length;
    await vi.advanceTimersByTimeAsync(170);
    expect(last().sent).toHaveLength(before);
    await vi.advanceTimersByTimeAsync(20);
    expect(last().sent.at(-1)).toEqual(message);
  });
});

it("keeps tracks until somebody listens", async () => {
  start();
  chat.track("add_to_cart", { sku: "AW-1" });
  await last().opens();
  last().says(welcome());
  expect(last().sent).toContainEqual({ type: "track", name: "add_to_cart", properties: { sku: "AW-1" } });
  expect(store.tab.get("tracks")).toBeUndefined();
});

it("tells of news only, not of what was there before", async () => {
  const received: Entry[] = [];
  start({ received: (entry) => void received.push(entry) });
  await last().opens();
  last().says(welcome(2), event(1), event(2), event(3));
  expect(received.map(({ seq }) => seq)).toEqual([3]);
});

it("asks what the inbox wants to know, once", async () => {
  start();
  await last().opens();
  const pre_chat = { text: "Who?", fields: [{ name: "email", label: "E-mail", kind: "email" as const, required: true }] };
  last().says(welcome(0, { settings: { pre_chat } }));
  expect(chat.asksFirst).toEqual(pre_chat);
  chat.submit(0, { email: "ann@post.example" });
  expect(chat.asksFirst).toBeUndefined();
  last().says({ type: "event", seq: 1, at: "", author: { kind: "customer" }, content: { type: "submitted", form: 0, values: {} } });
  expect([chat.waiting.value, chat.asksFirst]).toEqual([[], undefined]);
});
