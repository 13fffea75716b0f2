// The desk: the stories that are open or were lately, and what the socket tells, applied
// to lists and stories once per animation frame.

import { batch, computed, signal, type Signal } from "@preact/signals";
import { get, params } from "../net/http";
import { ConsoleSocket } from "../net/socket";
import type { Conversation, Counts, Entry, Page, ServerFrame, StoryView } from "../wire";
import { Gather } from "./frames";
import * as inbox from "./inbox";
import { arrived, becomes, line, me, signedOut } from "./session";
import * as story from "./story";
import type { Story } from "./story";

/** So many stories stay in memory and are kept up to date. */
const KEPT = 16;
/** Changes that come closer together than this are read as one. */
const SETTLED = 250;
/** Who types is forgotten when nobody says so again. */
const TYPING_ENDS = 10_000;

type Held = Signal<Story | "loading" | "missing" | "failed">;

const stories = new Map<string, Held>();
/** The conversation that is shown. */
export const current = signal<string | undefined>(undefined);
export const refusedOrigins = signal(0);
/** Counts what the server has told of mails, so that who shows them reads them anew. */
export const mailNews = signal(0);
/** A webhook began to fail, works again, or was disabled. */
export const webhookNews = signal(0);
/** Webhooks that were disabled since somebody looked. */
export const disabledWebhooks = signal(0);

let socket: ConsoleSocket | undefined;
const listeners = new Set<(frame: ServerFrame) => void>();

/** Tells each frame as it comes; gives the way to stop. */
export function hear(listener: (frame: ServerFrame) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function held(id: string): Held {
  let known = stories.get(id);
  if (known) {
    // The latest used is forgotten last.
    stories.delete(id);
    stories.set(id, known);
    if (known.peek() === "failed") void load(id, known);
    return known;
  }
  known = signal<Story | "loading" | "missing" | "failed">("loading");
  stories.set(id, known);
  for (const old of stories.keys()) {
    if (stories.size <= KEPT) break;
    if (old !== current.peek() && !hasPending(old)) stories.delete(old);
  }
  void load(id, known);
  return known;
}

function hasPending(id: string): boolean {
  const known = stories.get(id)?.peek();
  return typeof known === "object" && known.pending.length > 0;
}

export function storyOf(id: string): Story | undefined {
  const known = stories.get(id)?.peek();
  return typeof known === "object" ? known : undefined;
}

export function change(id: string, step: (story: Story) => Story) {
  const known = stories.get(id);
  const before = known?.peek();
  if (known && typeof before === "object") known.value = step(before);
}

async function load(id: string, into: Held) {
  try {
    const view = await get<StoryView>(`/v1/conversations/${id}`);
    const before = into.peek();
    into.value = typeof before === "object" ? story.refreshed(before, view) : story.opened(view);
    inbox.put([rowOf(view)]);
  } catch (error) {
    if (typeof into.peek() === "object") return;
    into.value = (error as { problem?: { status: number } }).problem?.status === 404 ? "missing" : "failed";
  }
}

/** Reads a story anew that is open already. */
export function reload(id: string) {
  const known = stories.get(id);
  if (known) void load(id, known);
}

function rowOf(view: StoryView): Conversation {
  const { entries: _e, notes: _n, moods: _m, summary: _s, read_seq: _r, here: _h, page: _p, mails: _l, waits: _w, ...row } = view;
  return row;
}

/** Entries that were missed because something was lost on the way. */
async function fill(id: string, after: number) {
  try {
    const page = await get<Page<Entry>>(`/v1/conversations/${id}/entries${params({ after, limit: 500 })}`);
    change(id, (known) => story.withEntries(known, page.items));
  } catch {
    reload(id);
  }
}

export async function loadEarlier(id: string) {
  const first = storyOf(id)?.view.entries[0]?.seq ?? 1;
  const after = Math.max(0, first - 201);
  const page = await get<Page<Entry>>(`/v1/conversations/${id}/entries${params({ after, limit: first - 1 - after })}`);
  change(id, (known) => story.withEarlier(known, page.items));
}

const typingTimers = new Map<string, ReturnType<typeof setTimeout>>();

function typing(id: string, author: Parameters<typeof story.withTyping>[1], on: boolean) {
  if (author.kind === "agent" && author.id === me.peek()?.id) return;
  const key = `${id} ${author.kind} ${author.id ?? ""}`;
  clearTimeout(typingTimers.get(key));
  typingTimers.delete(key);
  change(id, (known) => story.withTyping(known, author, on));
  if (on) typingTimers.set(key, setTimeout(() => typing(id, author, false), TYPING_ENDS));
}

const arrivals = new Gather<ServerFrame>((frames) => {
  // Of several forms of one conversation, the last one counts.
  const latest = new Map<string, Conversation>();
  for (const frame of frames) {
    if (frame.type === "conversation") {
      const { conversation } = frame;
      latest.set(conversation.id, conversation);
      followUp(conversation);
      change(conversation.id, (known) => {
        const { customer, ...row } = conversation;
        return { ...known, view: { ...forgetful(known.view), ...row, customer: { ...known.view.customer, ...customer } } };
      });
    } else {
      apply(frame);
    }
  }
  if (latest.size > 0) inbox.put([...latest.values()]);
});

/** The frame does not tell what waits to go out, nor who a merged customer is now. */
function followUp(row: Conversation) {
  const known = storyOf(row.id);
  if (!known) return;
  if (row.channel !== "web" || row.customer_id !== known.view.customer_id) readSoon(row.id);
}

const soon = new Map<string, ReturnType<typeof setTimeout>>();

/** Reads a story anew once its changes have settled. */
function readSoon(id: string) {
  clearTimeout(soon.get(id));
  soon.set(
    id,
    setTimeout(() => {
      soon.delete(id);
      if (current.peek() === id || hasPending(id)) reload(id);
      // Another is read when it is opened again.
      else stories.delete(id);
    }, SETTLED),
  );
}

/** Fields that are missing in a new form are gone, not unchanged. */
function forgetful(view: StoryView): StoryView {
  const { agent_id: _a, agent_name: _n, queued: _q, waiting_since: _w, offered_to: _o, snoozed_until: _s, ...rest } = view;
  return rest as StoryView;
}

function apply(frame: ServerFrame) {
  switch (frame.type) {
    case "welcome":
      becomes(frame.agent);
      break;
    case "event": {
      const { type: _t, cursor: _c, conversation_id: id, analysis, ...entry } = frame;
      // On the bot's turn it is the analysis of the message that it answers.
      const own: Entry = entry.author.kind === "customer" && analysis ? { ...entry, analysis } : entry;
      const before = storyOf(id);
      if (!before) break;
      const { story: after, gap } = story.withEntry(before, own);
      if (gap) void fill(id, story.lastSeq(before));
      else change(id, () => (own.analysis ? story.withAnalysis(after, own.seq, own.analysis) : after));
      break;
    }
    case "analysis":
      change(frame.conversation_id, (known) => story.withAnalysis(known, frame.seq, frame.analysis, frame.explanation));
      break;
    case "note":
      change(frame.conversation_id, (known) =>
        frame.note ? story.withNote(known, frame.note) : frame.deleted ? story.withoutNote(known, frame.deleted) : known,
      );
      break;
    case "queue": {
      const { type: _t, longest_waiting_since, ...told } = frame;
      inbox.longestWaiting.value = longest_waiting_since;
      // The frame counts all inboxes; with a filter, the counts are asked for.
      if (inbox.inboxFilter.peek()) void recount();
      else inbox.counts.value = { ...(inbox.counts.peek() ?? { mine: 0, offered: 0 }), ...told } as Counts;
      break;
    }
    case "presence":
      arrived(frame.agents);
      break;
    case "typing":
      typing(frame.conversation_id, frame.author, frame.on);
      break;
    case "seen":
      inbox.seen(frame.conversation_id, frame.seq);
      break;
    case "read":
      change(frame.conversation_id, (known) => story.withRead(known, frame.seq));
      break;
    case "refused_origin":
      refusedOrigins.value++;
      void inbox.loadInboxes();
      break;
    case "mail":
      mailNews.value++;
      if (frame.conversation_id) reload(frame.conversation_id);
      break;
    case "webhook":
      webhookNews.value++;
      if (frame.health === "disabled") disabledWebhooks.value++;
      break;
    case "teaching": {
      // Somebody may have corrected a message of the conversation that is shown.
      const id = current.peek();
      if (id && storyOf(id)?.view.entries.some((entry) => entry.lesson)) readSoon(id);
      break;
    }
    case "reload":
      refresh();
      break;
  }
}

let recounting = false;

async function recount() {
  if (recounting) return;
  recounting = true;
  setTimeout(() => (recounting = false), 2_000);
  await inbox.loadCounts();
}

/** Reads anew what may have changed while nobody told us. */
export function refresh() {
  void inbox.loadOpen();
  void inbox.loadCounts();
  for (const [id, known] of stories) if (id === current.peek() || hasPending(id)) void load(id, known);
  // The others are read when they are opened again.
  for (const id of [...stories.keys()]) if (id !== current.peek() && !hasPending(id)) stories.delete(id);
}

export function start() {
  const url = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/v1/console`;
  let before = false;
  socket = new ConsoleSocket({
    url,
    onFrame: (frame) => {
      for (const listener of listeners) listener(frame);
      arrivals.add(frame);
    },
    onLine: (now) => {
      line.value = now;
      if (now.state === "ended") signedOut();
      if (now.state !== "open") return;
      if (before) refresh();
      before = true;
    },
  });
  socket.open();
  void inbox.loadOpen();
  void inbox.loadCounts();
  void inbox.loadInboxes();
  addEventListener("online", hurry);
}

export function stop() {
  removeEventListener("online", hurry);
  socket?.close();
  socket = undefined;
  batch(() => {
    stories.clear();
    inbox.clear();
    current.value = undefined;
  });
}

export const hurry = () => socket?.hurry();

export function sayTyping(id: string, on: boolean) {
  socket?.send({ type: "typing", conversation_id: id, on });
}

export function saySeen(id: string, seq: number) {
  inbox.seen(id, seq);
  socket?.send({ type: "seen", conversation_id: id, seq });
}

export const online = computed(() => line.value.state === "open");

/** Replies that could not leave while the line was broken. */
export function waitingReplies(): [string, story.Pending][] {
  const result: [string, story.Pending][] = [];
  for (const [id, known] of stories) {
    const now = known.peek();
    if (typeof now === "object") for (const one of now.pending) if (one.state === "waiting") result.push([id, one]);
  }
  return result;
}
