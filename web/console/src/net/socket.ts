// The console socket: opens, says hello with the latest cursor, comes back after a break.
// It knows nothing of what the frames mean, apart from the cursor.

import type { ClientFrame, ServerFrame } from "../wire";

export type Line =
  | { state: "connecting" }
  | { state: "open" }
  | { state: "broken"; retryAt: number }
  /** The session has ended: no use in coming back before somebody signs in. */
  | { state: "ended" };

export interface SocketParts {
  url: string;
  make?: (url: string) => WebSocket;
  onFrame: (frame: ServerFrame) => void;
  onLine: (line: Line) => void;
  random?: () => number;
}

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 15_000;

/** How long to wait before the n-th try: doubling, and spread so that not all come at once. */
export function pause(tries: number, random: number): number {
  const most = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** tries);
  return Math.round(most * (0.5 + random / 2));
}

export class ConsoleSocket {
  private socket: WebSocket | undefined;
  private cursor: number | undefined;
  private tries = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private pulse: ReturnType<typeof setInterval> | undefined;
  private silentSince = 0;
  private closed = false;

  constructor(private readonly parts: SocketParts) {}

  open() {
    this.closed = false;
    this.connect();
  }

  close() {
    this.closed = true;
    this.stop();
    this.socket?.close(1000);
    this.socket = undefined;
  }

  /** Tries at once: the network is back, or the agent asked. */
  hurry() {
    if (this.closed || this.socket) return;
    clearTimeout(this.retry);
    this.connect();
  }

  /** Whether it went out; a frame that did not is not kept, as all of them are ephemeral. */
  send(frame: ClientFrame): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  private connect() {
    this.stop();
    if (this.tries === 0) this.parts.onLine({ state: "connecting" });
    const make = this.parts.make ?? ((url) => new WebSocket(url));
    const socket = make(this.parts.url);
    this.socket = socket;
    socket.onopen = () => {
      const hello: ClientFrame = this.cursor === undefined ? { type: "hello" } : { type: "hello", resume_after: this.cursor };
      socket.send(JSON.stringify(hello));
    };
    socket.onmessage = (message) => {
      if (socket === this.socket) this.receive(message.data);
    };
    socket.onclose = (event) => {
      if (socket !== this.socket) return;
      this.socket = undefined;
      this.stop();
      if (this.closed) return;
      if (event.code === 1008) this.parts.onLine({ state: "ended" });
      else this.comeBack(event.code === 1012);
    };
  }

  private receive(data: unknown) {
    this.silentSince = Date.now();
    let frame: ServerFrame;
    try {
      frame = JSON.parse(String(data)) as ServerFrame;
    } catch {
      return;
    }
    if (frame.type === "welcome") {
      this.tries = 0;
      // After a break, what was missed follows: the welcome's cursor is its end, not its start.
      this.cursor ??= frame.cursor;
      this.parts.onLine({ state: "open" });
      this.beat(frame.heartbeat_s);
    } else if (frame.type === "event") {
      this.cursor = Math.max(this.cursor ?? 0, frame.cursor);
    } else if (frame.type === "reload") {
      this.cursor = frame.cursor;
    }
    this.parts.onFrame(frame);
  }

  private beat(seconds: number) {
    clearInterval(this.pulse);
    const every = Math.max(5, seconds / 2) * 1000;
    this.silentSince = Date.now();
    this.pulse = setInterval(() => {
      // Two pings without any answer: the line is dead, though nobody closed it.
      if (Date.now() - this.silentSince > every * 2.5) this.drop();
      else this.send({ type: "ping" });
    }, every);
  }

  /** Gives the socket up without waiting for the other side's goodbye. */
  private drop() {
    const socket = this.socket;
    this.socket = undefined;
    socket?.close();
    this.stop();
    this.comeBack(false);
  }

  private comeBack(atOnce: boolean) {
    const random = (this.parts.random ?? Math.random)();
    const wait = atOnce && this.tries === 0 ? Math.round(200 * random) : pause(this.tries, random);
    this.tries += 1;
    this.parts.onLine({ state: "broken", retryAt: Date.now() + wait });
    this.retry = setTimeout(() => this.connect(), wait);
  }

  private stop() {
    clearTimeout(this.retry);
    clearInterval(this.pulse);
  }
}
