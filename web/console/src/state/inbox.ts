// The lists: every conversation that the page knows, and the one list that is shown.

import { computed, effect, signal } from "@preact/signals";
import { now } from "../lib/time";
import { get, params } from "../net/http";
import type { Conversation, Counts, Inbox, Page } from "../wire";
import { comparison, inView, resort, sort, still, type View, VIEWS } from "./order";
import { me } from "./session";

/** So many open conversations are kept in the page; more are found by searching. */
const MOST = 10_000;
const PAGE = 200;

export const rows = new Map<string, Conversation>();

export const view = signal<View>("open");
export const inboxFilter = signal<string | undefined>(undefined);
export const inboxes = signal<Inbox[]>([]);
/** What is searched for; empty shows the view. */
export const wanted = signal("");
/** The conversations that the server found for it. */
const found = signal<ReadonlySet<string> | undefined>(undefined);

/** The ids to show, in order. */
export const list = signal<string[]>([]);
/** How many have come that are not shown, while rows keep still. */
export const newcomers = signal(0);
/** Set while the pointer is over the list: rows must not move under it. */
export const keepStill = signal(false);

export const counts = signal<Counts | undefined>(undefined);
export const longestWaiting = signal<string | undefined>(undefined);
export const listState = signal<"loading" | "ready" | "failed">("loading");
/** Grows with each change, for what is computed from all rows. */
export const version = signal(0);

/** Where the next page of a list that is loaded piece by piece begins. */
const cursors = new Map<string, string | undefined>();
let whole = false;
let right: string[] = [];

const belongs = (at: number) => {
  const inbox = inboxFilter.peek();
  const hits = found.peek();
  const searching = wanted.peek() !== "";
  const mine = me.peek()?.id ?? "";
  const shown = view.peek();
  return (row: Conversation) => {
    if (inbox && row.inbox_id !== inbox) return false;
    return searching ? (hits?.has(row.id) ?? false) : inView(row, shown, mine, at);
  };
};

const order = (at: number) => comparison(wanted.peek() ? "search" : view.peek(), at);

function show() {
  if (keepStill.peek()) {
    const kept = still(list.peek(), right);
    list.value = kept.shown;
    newcomers.value = kept.newcomers;
  } else {
    list.value = right;
    newcomers.value = 0;
  }
}

export function showAll() {
  const at = Date.now();
  prune();
  right = sort(rows, belongs(at), order(at));
  show();
}

/** A page that stays open for days forgets what was resolved long ago. */
function prune() {
  if (rows.size <= MOST * 1.2) return;
  for (const row of rows.values()) if (row.status === "resolved") rows.delete(row.id);
}

/** Takes in rows from the server; `seen_seq` is kept where a frame does not tell it. */
export function put(changed: readonly Conversation[]) {
  const ids = new Set<string>();
  for (const row of changed) {
    const before = rows.get(row.id);
    // A page of a list may be older than a frame that overtook it.
    if (before && before.last_seq > row.last_seq) continue;
    const seen = Math.max(row.seen_seq ?? 0, before?.seen_seq ?? 0);
    rows.set(row.id, { ...row, seen_seq: seen });
    ids.add(row.id);
  }
  if (ids.size === 0) return;
  const at = Date.now();
  right = resort(right, ids, rows, belongs(at), order(at));
  version.value++;
  show();
}

export function amend(id: string, change: Partial<Conversation>) {
  const row = rows.get(id);
  if (row) put([{ ...row, ...change }]);
}

export function seen(id: string, seq: number) {
  const row = rows.get(id);
  if (row && (row.seen_seq ?? 0) < seq) amend(id, { seen_seq: seq });
}

export const unread = (row: Conversation) => row.last_customer_seq > (row.seen_seq ?? 0);

/** Waiting changes the order though nothing has happened. */
effect(() => {
  now.value;
  showAll();
});

effect(() => {
  if (!keepStill.value) show();
});

const query = (changes: Record<string, string | undefined>) =>
  `/v1/conversations${params({ limit: PAGE, inbox: inboxFilter.peek(), ...changes })}`;

let loading = 0;

/** Reads the open conversations: the neediest page is shown at once, the rest follows. */
export async function loadOpen() {
  const run = ++loading;
  let cursor: string | undefined;
  try {
    for (let first = true; first || cursor; first = false) {
      const page = await get<Page<Conversation>>(query({ state: "open", order: "need", cursor, inbox: undefined }));
      if (run !== loading) return;
      put(page.items);
      listState.value = "ready";
      cursor = page.next_cursor;
      if (rows.size >= MOST) break;
    }
    whole = !cursor;
    version.value++;
  } catch {
    if (run === loading && rows.size === 0) listState.value = "failed";
  }
}

/** Counts come with the socket's `queue` frames; with a filter they must be asked for. */
export async function loadCounts() {
  try {
    counts.value = await get<Counts>(`/v1/conversations/counts${params({ inbox: inboxFilter.peek() })}`);
  } catch {
    // The line's state says that the server is away; old numbers are better than none.
  }
}

export async function loadInboxes() {
  try {
    inboxes.value = (await get<{ items: Inbox[] }>("/v1/inboxes")).items;
  } catch {
    inboxes.value = [];
  }
}

/** Snoozed and resolved ones are read as far as somebody looks. */
export async function loadMore() {
  const shown = view.peek();
  if (wanted.peek() || (shown !== "snoozed" && shown !== "resolved")) return;
  const key = `${shown} ${inboxFilter.peek() ?? ""}`;
  if (cursors.has(key) && cursors.get(key) === undefined) return;
  const cursor = cursors.get(key);
  cursors.set(key, undefined);
  try {
    const page = await get<Page<Conversation>>(query({ state: shown, order: "newest", cursor }));
    cursors.set(key, page.next_cursor);
    put(page.items);
    listState.value = "ready";
  } catch {
    cursors.delete(key);
  }
}

let searching: AbortController | undefined;

export async function search(text: string) {
  searching?.abort();
  const words = text.trim();
  wanted.value = words;
  found.value = undefined;
  if (!words) return showAll();
  const abort = (searching = new AbortController());
  // What the page knows is there at once; the server adds what stands in the messages.
  const small = words.toLocaleLowerCase();
  const near = new Set<string>();
  for (const row of rows.values()) {
    const text = `${row.customer.name ?? ""} ${row.customer.email ?? ""} ${row.preview?.text ?? ""}`;
    if (text.toLocaleLowerCase().includes(small)) near.add(row.id);
  }
  found.value = near;
  showAll();
  await new Promise((done) => setTimeout(done, 180));
  if (abort.signal.aborted) return;
  try {
    const page = await get<Page<Conversation>>(query({ q: words, order: "newest" }), abort.signal);
    found.value = new Set([...near, ...page.items.map((row) => row.id)]);
    put(page.items);
    showAll();
  } catch {
    // Aborted by the next letter, or the server is away: what is near is shown.
  }
}

export function choose(next: View, inbox: string | undefined = inboxFilter.peek()) {
  const filtered = inbox !== inboxFilter.peek();
  if (next === view.peek() && !filtered && !wanted.peek()) return;
  searching?.abort();
  wanted.value = "";
  found.value = undefined;
  view.value = next;
  inboxFilter.value = inbox;
  keepStill.value = false;
  showAll();
  if (filtered) void loadCounts();
  if (next === "snoozed" || next === "resolved") void loadMore();
}

/** What stands beside each view. Own numbers are exact once everything open is here. */
export const shownCounts = computed(() => {
  version.value;
  const told = counts.value;
  const result: Partial<Record<View, number>> = {
    waiting: told?.queued ?? 0,
    unassigned: told?.unassigned ?? 0,
    open: told?.open ?? 0,
    snoozed: told?.snoozed ?? 0,
    resolved: told?.resolved ?? 0,
    mine: told ? told.mine + told.offered : 0,
  };
  if (!whole) return result;
  const at = now.value;
  const mine = me.value?.id ?? "";
  const inbox = inboxFilter.value;
  const exact = { mine: 0, waiting: 0, unassigned: 0, open: 0 };
  for (const row of rows.values()) {
    if (inbox && row.inbox_id !== inbox) continue;
    for (const one of VIEWS) if (one in exact && inView(row, one, mine, at)) exact[one as keyof typeof exact]++;
  }
  return { ...result, ...exact };
});

/** Customer messages in my conversations that I have not read. */
export const mineUnread = computed(() => {
  version.value;
  const mine = me.value?.id;
  let sum = 0;
  for (const row of rows.values()) if (row.agent_id === mine && row.status === "open" && unread(row)) sum++;
  return sum;
});

/** Forgets everything: somebody else signs in. */
export function clear() {
  loading++;
  rows.clear();
  cursors.clear();
  whole = false;
  right = [];
  list.value = [];
  counts.value = undefined;
  listState.value = "loading";
  version.value++;
}
