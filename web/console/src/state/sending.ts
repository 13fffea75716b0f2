// Replies on their way. Each has a key of its own, so that trying again says nothing
// twice; what could not leave waits for the line, and says so.

import { effect, signal } from "@preact/signals";
import { call, Refusal, Unreachable } from "../net/http";
import { t } from "../strings";
import type { Entry } from "../wire";
import * as desk from "./desk";
import { draft, draftOf } from "./drafts";
import { line } from "./session";
import { accepted, lastSeq, type Pending, withEntries, withoutPending, withPending } from "./story";

/** What was said while an agent wrote, per conversation; the reply was not sent. */
export interface Conflict {
  missed: Entry[];
  holder?: string | undefined;
}

export const conflicts = signal<Record<string, Conflict>>({});

export function settleConflict(id: string) {
  const { [id]: _, ...others } = conflicts.peek();
  conflicts.value = others;
}

/** Sends a reply; the draft is given back if it cannot be said as things stand. */
export async function send(id: string, text: string) {
  const known = desk.storyOf(id);
  if (!known) return;
  settleConflict(id);
  const pending: Pending = { key: crypto.randomUUID(), text, at: Date.now(), state: "sending", seenSeq: lastSeq(known) };
  await attempt(id, pending);
}

export async function attempt(id: string, pending: Pending) {
  desk.change(id, (story) => withPending(story, { ...pending, state: "sending" }));
  try {
    const { seq } = await call<{ seq: number }>(`/v1/conversations/${id}/messages`, {
      method: "POST",
      body: { text: pending.text, seen_seq: pending.seenSeq },
      idempotencyKey: pending.key,
    });
    desk.change(id, (story) => accepted(story, pending.key, seq));
  } catch (error) {
    if (error instanceof Unreachable) {
      desk.change(id, (story) => withPending(story, { ...pending, state: "waiting" }));
    } else if (error instanceof Refusal && error.problem.status === 409) {
      giveBack(id, pending);
      const { missed, holder } = error.problem;
      if (missed) desk.change(id, (story) => withEntries(story, missed));
      conflicts.value = { ...conflicts.peek(), [id]: { missed: missed ?? [], holder: holder?.name } };
      desk.reload(id);
    } else {
      const why = error instanceof Refusal ? error.message : t.errors.unknown;
      desk.change(id, (story) => withPending(story, { ...pending, state: "refused", why }));
    }
  }
}

/** Puts an unsent reply back where it was written, before what has been written since. */
export function giveBack(id: string, pending: Pending) {
  desk.change(id, (story) => withoutPending(story, pending.key));
  const since = draftOf(id).reply.trim();
  draft(id, { reply: since ? `${pending.text}\n\n${since}` : pending.text });
}

/** What waited for the line goes out when it is back. */
export function sendWhenBack(waiting: () => Iterable<[string, Pending]>) {
  return effect(() => {
    if (line.value.state !== "open") return;
    for (const [id, pending] of waiting()) void attempt(id, pending);
  });
}
