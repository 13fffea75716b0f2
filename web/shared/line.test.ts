// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { backoff } from "./backoff";
import { Line, type LineState, verdict } from "./line";

/** A socket that does what the test says. */
class Fake {
  static all: Fake[] = [];
  readyState = 0;
  sent: unknown[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  constructor() {
    Fake.all.push(this);
  }
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.readyState = 3;
  }
  opens() {
    this.readyState = 1;
    this.onopen?.();
  }
  says(frame: unknown) {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  closes(code: number) {
    this.readyState = 3;
    this.onclose?.({ code });
  }
}

let states: LineState[];
let frames: unknown[];
let lines: Line[];

function line(more: { retryAfter?: () => number | undefined } = {}) {
  const made = new Line({
    url: () => "ws://x",
    opened: () => undefined,
    frame: (frame) => frames.push(frame),
    state: (state) => states.push(state),
    ping: { type: "ping" },
    backoff: backoff(500, 15_000, () => 1),
    make: () => new Fake() as unknown as WebSocket,
    ...more,
  });
  lines.push(made);
  made.connect();
  return made;
}

const last = () => Fake.all.at(-1)!;

beforeEach(() => {
  vi.useFakeTimers();
  Fake.all = [];
  states = [];
  frames = [];
  lines = [];
});
afterEach(() => {
  for (const one of lines) one.close();
  vi.useRealTimers();
});

describe("the waiting", () => {
  it("grows, and is never the same for all", () => {
    const certain = backoff(500, 15_000, () => 1);
    expect([1, 2, 3, 4, 5, 6, 7].map(() => certain.next())).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
    certain.reset();
    expect(certain.next()).toBe(500);
    const values = new Set(Array.from({ length: 20 }, () => backoff(500).next()));
    expect(values.size).toBeGreaterThan(5);
    for (const value of values) expect(value).toBeGreaterThanOrEqual(250);
  });
});

describe("close codes", () => {
  it.each([
    [1000, "when-needed"], [1006, "later"], [1009, "later"], [1012, "at-once"], [1013, "later"], [4001, "later"],
    [1003, "never"], [1007, "never"], [1008, "never"], [4003, "never"],
  ] as const)("%d: %s", (code, what) => {
    expect(verdict(code)).toBe(what);
  });

  it("stays away after 4003 until it is told otherwise", () => {
    const made = line();
    last().opens();
    last().closes(4003);
    vi.advanceTimersByTime(120_000);
    made.connect();
    expect(Fake.all).toHaveLength(1);
    made.renew();
    expect(Fake.all).toHaveLength(2);
  });

  it("waits as long as a full server asks", () => {
    line({ retryAfter: () => 5000 });
    last().opens();
    last().closes(1013);
    vi.advanceTimersByTime(4900);
    expect(Fake.all).toHaveLength(1);
    vi.advanceTimersByTime(200);
    expect(Fake.all).toHaveLength(2);
  });

  it("comes back nearly at once when the server restarts", () => {
    line();
    last().opens();
    last().closes(1012);
    vi.advanceTimersByTime(200);
    expect(Fake.all).toHaveLength(2);
  });
});

describe("a silent line", () => {
  it("is asked, and given up when it does not answer", () => {
    const made = line();
    last().opens();
    made.heartbeat(60);
    vi.advanceTimersByTime(20_000);
    expect(last().sent).toEqual([{ type: "ping" }]);
    vi.advanceTimersByTime(8_000);
    expect(states.at(-1)!.kind).toBe("waiting");
  });

  it("is kept when anything is heard", () => {
    const made = line();
    last().opens();
    made.send({ type: "message" }, true);
    vi.advanceTimersByTime(7_000);
    last().says({ type: "pong" });
    vi.advanceTimersByTime(7_000);
    expect(states.at(-1)!.kind).toBe("open");
    expect(frames).toEqual([{ type: "pong" }]);
  });

  it("that never opens is tried again", () => {
    line();
    vi.advanceTimersByTime(8_000 + 500);
    expect(Fake.all).toHaveLength(2);
  });

  it("does not hear what a replaced socket still says", () => {
    const made = line();
    last().opens();
    const old = last();
    const heard = old.onmessage!;
    made.renew();
    heard({ data: '{"type":"event"}' });
    expect(frames).toEqual([]);
  });
});

it("comes back when the network does, without waiting for its turn", () => {
  line();
  last().closes(1006);
  for (let tries = 0; tries < 5; tries++) {
    vi.advanceTimersByTime(15_000);
    last().closes(1006);
  }
  const before = Fake.all.length;
  window.dispatchEvent(new Event("online"));
  expect(Fake.all).toHaveLength(before + 1);
});
