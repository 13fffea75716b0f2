/**
 * One visitor's conversation, kept in step with the server's log: it says hello, resumes,
 * sends what is waiting, and knows each entry once.
 */

import { computed, signal } from "@preact/signals-core";
import { Line, type LineState } from "../shared/line";
import type {
  Author,
  Choice,
  Entry,
  ErrorFrame,
  Identity,
  InboxSettings,
  MessageFrame,
  Seq,
  ServerFrame,
  TrackFrame,
  WelcomeFrame,
} from "../shared/wire";
import { fold, unread } from "./log";
import type { Memory } from "./memory";
import { Outbox, type Frame, type Outgoing } from "./outbox";

export interface ChatOptions {
  /** The server's address, for example `https://rapport.example/`. */
  server: string;
  inbox: string;
  locale: string;
  memory: Memory;
  identity?: Identity;
  /** Something came in that was not there before. */
  received?: (entry: Entry) => void;
}

/** Tracks from before there was a connection; older ones are forgotten. */
const TRACKS = 50;
/** A sign of typing holds this long, unless it is renewed. */
const TYPING = 8_000;

export class Chat {
  readonly line = signal<LineState>({ kind: "idle" });
  readonly entries = signal<Entry[]>([]);
  readonly waiting = signal<Outgoing[]>([]);
  readonly welcome = signal<WelcomeFrame | null>(null);
  /** Who at the shop's side types now. */
  readonly typist = signal<Author | null>(null);
  /** Why the server does not let this chat in. */
  readonly refusal = signal<ErrorFrame | null>(null);
  readonly readUpTo = signal<Seq>(0);
  readonly log = computed(() => fold(this.entries.value));
  readonly unread = computed(() => unread(this.log.value.items, this.readUpTo.value));

  #options: ChatOptions;
  #line: Line<ServerFrame>;
  #outbox: Outbox;
  #identity: Identity | undefined;
  /** One socket a page: a newer one closes an older that is dead but does not know it. */
  #tab = id();
  #greeted = false;
  #pageTold = false;
  /** What the log ended with when the socket was opened: entries up to there are no news. */
  #known = 0;
  /** The last entry that came, and those that are not shown yet. */
  #last: Seq = 0;
  #arrived: Entry[] = [];
  #showing?: ReturnType<typeof setTimeout>;
  #retryAfter: number | undefined;
  #typingUntil = 0;
  #typistGone?: ReturnType<typeof setTimeout>;
  #again?: ReturnType<typeof setTimeout>;
  #free?: () => void;

  constructor(options: ChatOptions) {
    this.#options = options;
    this.#identity = options.identity;
    const { kept, tab } = options.memory;
    this.#outbox = new Outbox(tab, (waiting) => (this.waiting.value = waiting));
    this.waiting.value = this.#outbox.waiting;
    this.readUpTo.value = kept.get<Seq>("read") ?? 0;
    this.#line = new Line<ServerFrame>({
      url: () => `${options.server.replace(/^http/, "ws")}v1/chat?inbox=${encodeURIComponent(options.inbox)}`,
      opened: () => void this.#hello(),
      frame: (frame) => this.#frame(frame),
      state: (state) => this.#entered(state),
      ping: { type: "ping" },
      retryAfter: () => {
        const wait = this.#retryAfter;
        this.#retryAfter = undefined;
        return wait;
      },
    });
    addEventListener("storage", this.#stored);
  }

  get server(): string {
    return this.#options.server;
  }

  /** What the inbox asks before the first message, until it is answered. */
  get asksFirst(): InboxSettings["pre_chat"] | undefined {
    const asked = this.welcome.value?.settings?.pre_chat;
    const told = this.entries.value.length > 0 || this.waiting.value.length > 0;
    return asked?.fields.length && !told ? asked : undefined;
  }

  get memory(): Memory {
    return this.#options.memory;
  }

  get token(): string | undefined {
    return this.#options.memory.kept.get<string>("token");
  }

  connect(): void {
    this.#line.connect();
  }

  stop(): void {
    this.#line.close();
    removeEventListener("storage", this.#stored);
    clearTimeout(this.#again);
    clearTimeout(this.#typistGone);
    clearTimeout(this.#showing);
  }

  /** Forgets this visitor, as when they log out of the website. */
  forget(): void {
    this.stop();
    this.#outbox.clear();
    const { kept, tab } = this.#options.memory;
    for (const name of ["token", "read"]) kept.delete(name);
    for (const name of ["tracks", "draft", "open"]) tab.delete(name);
  }

  say(text: string, more: { postback?: string; attachments?: string[]; files?: string[] } = {}): void {
    const { files, ...fields } = more;
    const frame: MessageFrame = { type: "message", client_msg_id: id(), ...fields };
    if (text) frame.text = text;
    this.typing(false);
    this.#send(frame, files);
  }

  choose(choice: Choice): void {
    this.say(choice.title, { postback: choice.payload });
  }

  /** Says again, as a new message, what was refused. */
  repeat(one: Outgoing): void {
    this.#outbox.drop(one.id);
    if (one.frame.type === "message") this.#send({ ...one.frame, client_msg_id: id() }, one.files);
  }

  discard(one: Outgoing): void {
    this.#outbox.drop(one.id);
  }

  submit(seq: Seq, values: Record<string, string>): void {
    this.#send({ type: "submit", seq, values });
  }

  rate(seq: Seq, helpful: boolean, comment?: string): void {
    this.#send({ type: "rate", seq, helpful, comment });
  }

  survey(seq: Seq, score: number, comment?: string): void {
    this.#send({ type: "survey", seq, score, comment });
  }

  /** To be called with each letter; tells the other side now and then. */
  typing(on: boolean): void {
    const now = Date.now();
    if (on ? now < this.#typingUntil : !this.#typingUntil) return;
    this.#typingUntil = on ? now + 3_000 : 0;
    if (this.#greeted) this.#line.send({ type: "typing", on });
  }

  read(seq: Seq): void {
    if (seq <= this.readUpTo.value) return;
    this.readUpTo.value = seq;
    this.#options.memory.kept.set("read", seq);
    if (this.#greeted) this.#line.send({ type: "read", seq });
  }

  track(name: string, properties?: Record<string, unknown>): void {
    const frame: TrackFrame = { type: "track", name, properties };
    if (this.#greeted && this.#line.send(frame)) return;
    const { tab } = this.#options.memory;
    tab.set("tracks", [...(tab.get<TrackFrame[]>("tracks") ?? []), frame].slice(-TRACKS));
  }

  identify(identity: Identity): void {
    this.#identity = identity;
    // The signature decides whose conversation it is, so its log is asked for from the start.
    this.#reset();
    this.refusal.value = null;
    this.#line.renew();
  }

  /** The customer does not want to wait for the next try. */
  retry(): void {
    this.refusal.value = null;
    if (this.#line.state.kind === "refused") this.#line.renew();
    else this.#line.check();
  }

  #send(frame: Frame, files?: string[]): void {
    const one = this.#outbox.add(frame, files);
    this.connect();
    if (this.#greeted && this.#unblocked(one)) this.#line.send(frame, true);
  }

  /** Nothing overtakes what waits for another try. */
  #unblocked(one: Outgoing): boolean {
    return !this.#again || this.#outbox.unsent[0]?.id === one.id;
  }

  #flush = (): void => {
    clearTimeout(this.#again);
    this.#again = undefined;
    for (const { frame } of this.#outbox.unsent) this.#line.send(frame, true);
  };

  async #hello(): Promise<void> {
    if (!this.token && !this.#identity) await this.#alone();
    if (this.#line.state.kind !== "open") return;
    this.#line.send({
      type: "hello",
      token: this.token,
      resume_after: this.#last,
      tab: this.#tab,
      locale: this.#options.locale,
      page: this.#pageTold ? undefined : { url: location.href, title: document.title, referrer: document.referrer || undefined },
      identity: this.#identity,
    });
  }

  /** Two tabs that greet at once would become two visitors: the second waits for the first's token. */
  #alone(): Promise<void> {
    return new Promise((resolve) => {
      if (!navigator.locks) return resolve();
      const held = () =>
        new Promise<void>((free) => {
          this.#free = free;
          setTimeout(free, 5_000);
          resolve();
        });
      navigator.locks.request(this.#options.memory.kept.key("hello"), held).catch(() => resolve());
    });
  }

  #entered(state: LineState): void {
    if (state.kind !== "open") {
      this.#greeted = false;
      this.#free?.();
      this.typist.value = null;
      clearTimeout(this.#again);
      this.#again = undefined;
    }
    this.line.value = state;
  }

  #frame(frame: ServerFrame): void {
    switch (frame.type) {
      case "welcome":
        return this.#welcomed(frame);
      case "event":
        return this.#event(frame);
      case "ack":
        return this.#outbox.acknowledged(frame);
      case "typing":
        clearTimeout(this.#typistGone);
        this.typist.value = frame.on ? frame.author : null;
        if (frame.on) this.#typistGone = setTimeout(() => (this.typist.value = null), TYPING);
        return;
      case "error":
        return this.#error(frame);
    }
  }

  #welcomed(frame: WelcomeFrame): void {
    const before = this.welcome.peek();
    // Somebody else's conversation now, or a log that was restored from an older copy.
    if ((before && before.conversation_id !== frame.conversation_id) || this.#last > frame.last_seq) this.#reset();
    this.#options.memory.kept.set("token", frame.token);
    this.#free?.();
    if (this.readUpTo.value > frame.last_seq) this.readUpTo.value = 0;
    this.#known = Math.max(this.#known, before ? 0 : frame.last_seq);
    this.refusal.value = null;
    this.welcome.value = frame;
    this.#line.heartbeat(frame.heartbeat_s);
    this.#greeted = true;
    this.#pageTold = true;
    const { tab } = this.#options.memory;
    for (const track of tab.get<TrackFrame[]>("tracks") ?? []) this.#line.send(track);
    tab.delete("tracks");
    this.#flush();
  }

  #event({ type: _, ...entry }: { type: "event" } & Entry): void {
    if (entry.seq <= this.#last) return;
    // A gap cannot be; should it be, the log is asked for what is missing.
    if (entry.seq > this.#last + 1) return this.#line.renew();
    this.#last = entry.seq;
    this.#arrived.push(entry);
    // A long log is shown in a few steps, not in one for each entry.
    clearTimeout(this.#showing);
    if (entry.seq < this.#known && this.#arrived.length < 100) this.#showing = setTimeout(this.#show, 50);
    else this.#show();
    this.#outbox.arrived(entry);
    if (entry.author.kind !== "customer") this.typist.value = null;
    if (entry.seq > this.#known) this.#options.received?.(entry);
  }

  #show = (): void => {
    if (this.#arrived.length) this.entries.value = [...this.entries.value, ...this.#arrived];
    this.#arrived = [];
  };

  #error(error: ErrorFrame): void {
    if (error.code === "unauthorized") return this.#unauthorized(error);
    if (error.code === "forbidden_origin" || error.code === "unknown_inbox") {
      this.refusal.value = error;
      console.error(`Rapport: ${error.message}`);
      return;
    }
    if (error.code === "too_large") {
      const first = this.#outbox.unsent[0];
      if (first) this.#outbox.fail(first.id, error.message);
      return;
    }
    if (!this.#greeted) this.#retryAfter = error.retry_after_ms;
    const wait = this.#outbox.refused(error);
    if (wait !== undefined && this.#greeted) {
      clearTimeout(this.#again);
      this.#again = setTimeout(this.#flush, wait);
    }
  }

  /** A wrong signature is left out, an unknown token is let go: each is tried once without. */
  #unauthorized(error: ErrorFrame): void {
    console.error(`Rapport: ${error.message}`);
    if (this.#identity) this.#identity = undefined;
    else if (this.token) this.#options.memory.kept.delete("token");
    else return void (this.refusal.value = error);
    this.#reset();
    setTimeout(() => this.#line.renew());
  }

  #reset(): void {
    this.#last = 0;
    this.#arrived = [];
    this.entries.value = [];
    this.#known = 0;
    this.welcome.value = null;
  }

  /** Another tab has changed what all share. */
  #stored = (event: StorageEvent): void => {
    const { kept } = this.#options.memory;
    if (event.key === kept.key("read")) this.readUpTo.value = kept.get<Seq>("read") ?? 0;
    const mine = this.welcome.peek()?.token;
    if (event.key === kept.key("token") && !event.newValue) {
      // They logged out in the other tab: this one forgets as well.
      this.#identity = undefined;
      this.#reset();
      return this.#line.close();
    }
    if (event.key === kept.key("token") && mine && this.token && this.token !== mine) {
      this.#reset();
      this.#line.renew();
    }
  };
}

/** A UUID, also on pages without TLS, where `randomUUID` is missing. */
export function id(): string {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}
