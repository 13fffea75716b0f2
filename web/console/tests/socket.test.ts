import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ConsoleSocket, type Line, pause } from "../src/net/socket";
import type { ServerFrame } from "../src/wire";

class FakeSocket {
  static readonly OPEN = 1;
  static all: FakeSocket[] = [];
  readyState = 1;
  sent: Record<string, unknown>[] = [];
  onopen?: () => void;
  onmessage?: (message: { data: string }) => void;
  onclose?: (event: { code: number }) => void;
  constructor() {
    FakeSocket.all.push(this);
  }
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.readyState = 3;
  }
  says(frame: Record<string, unknown>) {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  ends(code: number) {
    this.readyState = 3;
    this.onclose?.({ code });
  }
}

const last = () => FakeSocket.all.at(-1)!;
const welcome = (cursor: number) => ({ type: "welcome", agent: {}, cursor, heartbeat_s: 60 });

describe("the console socket", () => {
  let lines: Line[];
  let frames: ServerFrame[];
  let socket: ConsoleSocket;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal("WebSocket", FakeSocket);
    FakeSocket.all = [];
    lines = [];
    frames = [];
    socket = new ConsoleSocket({
      url: "ws://test",
      make: () => new FakeSocket() as unknown as WebSocket,
      onFrame: (frame) => frames.push(frame),
      onLine: (line) => lines.push(line),
      random: () => 1,
    });
    socket.open();
    last().onopen?.();
  });

  afterEach(() => {
    socket.close();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("says hello, and asks for what is new only", () => {
    expect(last().sent).toEqual([{ type: "hello" }]);
    last().says(welcome(40));
    expect(lines.at(-1)).toEqual({ state: "open" });
  });

  it("comes back with the latest cursor, and gets what it missed", () => {
    last().says(welcome(40));
    last().says({ type: "event", cursor: 44, conversation_id: "c", seq: 1 });
    last().ends(1006);
    expect(lines.at(-1)?.state).toBe("broken");
    vi.advanceTimersByTime(500);
    last().onopen?.();
    expect(FakeSocket.all).toHaveLength(2);
    expect(last().sent).toEqual([{ type: "hello", resume_after: 44 }]);
  });

  it("does not lose what was missed when it breaks again during the resume", () => {
    last().says(welcome(40));
    last().ends(1006);
    vi.advanceTimersByTime(500);
    last().onopen?.();
    // The welcome tells the log's end; nothing of the missed part has come yet.
    last().says(welcome(90));
    last().ends(1006);
    vi.advanceTimersByTime(500);
    last().onopen?.();
    expect(last().sent[0]).toEqual({ type: "hello", resume_after: 40 });
  });

  it("goes on from the reload's cursor", () => {
    last().says(welcome(40));
    last().says({ type: "reload", cursor: 9000 });
    last().ends(1012);
    vi.advanceTimersByTime(500);
    last().onopen?.();
    expect(last().sent[0]).toEqual({ type: "hello", resume_after: 9000 });
  });

  it("stays away when the session has ended", () => {
    last().says(welcome(40));
    last().ends(1008);
    expect(lines.at(-1)).toEqual({ state: "ended" });
    vi.advanceTimersByTime(60_000);
    expect(FakeSocket.all).toHaveLength(1);
  });

  it("waits longer each time, until it is hurried", () => {
    last().ends(1006);
    vi.advanceTimersByTime(500);
    last().ends(1006);
    vi.advanceTimersByTime(999);
    expect(FakeSocket.all).toHaveLength(2);
    socket.hurry();
    expect(FakeSocket.all).toHaveLength(3);
    expect(pause(0, 1)).toBe(500);
    expect(pause(20, 1)).toBe(15_000);
    expect(pause(20, 0)).toBe(7_500);
  });

  it("gives up a line on which nothing is heard", () => {
    last().says(welcome(40));
    vi.advanceTimersByTime(30_000);
    expect(last().sent.at(-1)).toEqual({ type: "ping" });
    vi.advanceTimersByTime(90_000);
    expect(lines.some((line) => line.state === "broken")).toBe(true);
  });

  it("hands frames on, and leaves out what is no JSON", () => {
    last().onmessage?.({ data: "{" });
    last().says({ type: "read", conversation_id: "c", seq: 3 });
    expect(frames).toEqual([{ type: "read", conversation_id: "c", seq: 3 }]);
  });
});
