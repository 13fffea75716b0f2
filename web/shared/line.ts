/**
 * A WebSocket of JSON frames that comes back by itself.
 *
 * It knows when to try again, when not to, and whether the other end still lives. It does
 * not know what the frames say: whoever uses it says hello in `opened` and resumes there.
 */

import { type Backoff, backoff } from "./backoff";

export type LineState =
  /** Not wanted now. */
  | { kind: "idle" }
  | { kind: "connecting" }
  | { kind: "open" }
  /** Tried in vain; the next try is at `until` (milliseconds since 1970). */
  | { kind: "waiting"; until: number; offline: boolean }
  /** Not to be tried again unchanged. */
  | { kind: "refused"; code: number };

/** What to do about a close. */
export type Verdict = "at-once" | "later" | "when-needed" | "never";

export interface LineOptions<In> {
  url: () => string;
  /** The socket is open: say hello. */
  opened: () => void;
  frame: (frame: In) => void;
  state: (state: LineState) => void;
  /** A wait that the server asked for before it closed, in milliseconds; asked once a close. */
  retryAfter?: () => number | undefined;
  /** A frame that the server answers at once. */
  ping: unknown;
  backoff?: Backoff;
  make?: (url: string) => WebSocket;
}

/** A new socket must open within this, and an answer must come. */
const PATIENCE = 8_000;
/** A stable connection has lived this long: only then does the waiting start small again. */
const STABLE = 5_000;

/** What docs/interfaces.md asks of a client for each close code. */
export function verdict(code: number): Verdict {
  switch (code) {
    case 1000:
      return "when-needed";
    case 1003:
    case 1007:
    case 1008:
    case 4003:
      return "never";
    case 1012:
      return "at-once";
    default:
      return "later";
  }
}

export class Line<In = unknown> {
  #options: LineOptions<In>;
  #backoff: Backoff;
  #socket: WebSocket | null = null;
  #state: LineState = { kind: "idle" };
  #heartbeat = 20_000;
  #retry?: ReturnType<typeof setTimeout>;
  #alive?: ReturnType<typeof setTimeout>;
  #dead?: ReturnType<typeof setTimeout>;
  #stable?: ReturnType<typeof setTimeout>;
  #events?: AbortController;

  constructor(options: LineOptions<In>) {
    this.#options = options;
    this.#backoff = options.backoff ?? backoff();
  }

  get state(): LineState {
    return this.#state;
  }

  /** Opens it, unless it is open or was refused. A wait is cut short. */
  connect(): void {
    if (this.#socket || this.#state.kind === "refused") return;
    this.#watchTheBrowser();
    clearTimeout(this.#retry);
    this.#enter({ kind: "connecting" });
    let socket: WebSocket;
    try {
      socket = (this.#options.make ?? ((url) => new WebSocket(url)))(this.#options.url());
    } catch {
      // The page's own policy forbids the address: trying again changes nothing.
      this.#enter({ kind: "refused", code: 0 });
      return;
    }
    this.#socket = socket;
    // What a replaced socket still says is not heard.
    const current = (act: () => void) => () => {
      if (this.#socket === socket) act();
    };
    this.#dead = setTimeout(current(() => this.#lose()), PATIENCE);
    socket.onopen = current(() => {
      clearTimeout(this.#dead);
      this.#dead = undefined;
      this.#stable = setTimeout(() => this.#backoff.reset(), STABLE);
      this.#enter({ kind: "open" });
      this.#options.opened();
      this.#expectLife();
    });
    socket.onmessage = (message: MessageEvent) => {
      if (this.#socket !== socket) return;
      this.#heard();
      let frame: In;
      try {
        frame = JSON.parse(String(message.data)) as In;
      } catch {
        return;
      }
      this.#options.frame(frame);
    };
    socket.onclose = (event: CloseEvent) => {
      if (this.#socket === socket) this.#closed(event.code);
    };
  }

  /** Whether it went out. An answer of any kind is expected soon after. */
  send(frame: unknown, expectAnswer = false): boolean {
    if (this.#state.kind !== "open" || this.#socket?.readyState !== 1) return false;
    this.#socket.send(JSON.stringify(frame));
    if (expectAnswer) this.#expectAnswer();
    return true;
  }

  /** The server closes a socket that is silent for twice this long. */
  heartbeat(seconds: number): void {
    this.#heartbeat = Math.min(20_000, (seconds * 1000) / 2);
    if (this.#state.kind === "open") this.#expectLife();
  }

  /** Whether the other end still lives; if not, a new socket soon. */
  check(): void {
    if (this.#state.kind === "open") this.send(this.#options.ping, true);
    else if (this.#state.kind === "waiting") this.connect();
  }

  /** Closes it, and comes back only by `connect`. */
  close(): void {
    this.#events?.abort();
    this.#events = undefined;
    this.#drop();
    clearTimeout(this.#retry);
    this.#enter({ kind: "idle" });
  }

  /** As if it had never been refused: what was wrong has been changed. */
  renew(): void {
    this.#drop();
    this.#enter({ kind: "idle" });
    this.connect();
  }

  #drop(): void {
    for (const timer of [this.#alive, this.#dead, this.#stable]) clearTimeout(timer);
    this.#dead = undefined;
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    // While it connects, closing logs an error in the page's console; let it open first.
    if (socket.readyState === 0) socket.onopen = () => socket.close();
    else socket.close();
  }

  /** Silent for too long: the network may be gone without a word. */
  #lose(): void {
    this.#drop();
    this.#closed(1006);
  }

  #closed(code: number): void {
    this.#drop();
    const asked = this.#options.retryAfter?.();
    switch (verdict(code)) {
      case "never":
        return this.#enter({ kind: "refused", code });
      case "when-needed":
        // Somebody who looks at the page needs it now.
        if (document.visibilityState === "visible") return this.#wait(this.#backoff.next());
        return this.#enter({ kind: "idle" });
      case "at-once":
        // Not all at the same moment.
        return this.#wait(this.#backoff.next() / 4);
      case "later":
        return this.#wait(Math.max(asked ?? 0, this.#backoff.next()));
    }
  }

  #wait(ms: number): void {
    const offline = navigator.onLine === false;
    this.#enter({ kind: "waiting", until: Date.now() + ms, offline });
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.connect(), ms);
  }

  #heard(): void {
    clearTimeout(this.#dead);
    this.#dead = undefined;
    this.#expectLife();
  }

  /** After some silence, ask. */
  #expectLife(): void {
    clearTimeout(this.#alive);
    this.#alive = setTimeout(() => this.check(), this.#heartbeat);
  }

  #expectAnswer(): void {
    this.#dead ??= setTimeout(() => this.#lose(), PATIENCE);
  }

  /** A laptop wakes, the network comes back, a tab is looked at again: do not wait for a timer. */
  #watchTheBrowser(): void {
    if (this.#events) return;
    this.#events = new AbortController();
    const { signal } = this.#events;
    const again = () => {
      if (this.#state.kind === "idle") this.connect();
      else this.check();
    };
    addEventListener("online", again, { signal });
    addEventListener("offline", () => this.#state.kind === "open" && this.check(), { signal });
    addEventListener("pageshow", (event) => event.persisted && again(), { signal });
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && again(), { signal });
  }

  #enter(state: LineState): void {
    this.#state = state;
    this.#options.state(state);
  }
}
