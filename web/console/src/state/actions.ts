// What an agent does with a conversation. Each call answers with the call that takes it
// back, and the toast offers it.

import { signal } from "@preact/signals";
import { call, post, Refusal, remove, Unreachable } from "../net/http";
import { t } from "../strings";
import type { Changed, Conversation, Note } from "../wire";
import * as desk from "./desk";
import { amend } from "./inbox";
import { me } from "./session";
import { withNote, withoutNote } from "./story";
import { tell, warn } from "./toasts";

/** What is being done, as "id action": its button is busy. */
export const busy = signal<ReadonlySet<string>>(new Set());

export const isBusy = (id: string, action: string) => busy.value.has(`${id} ${action}`);

export function explain(error: unknown): string {
  if (error instanceof Unreachable) return t.errors.unreachable;
  if (error instanceof Refusal) return error.problem.holder ? t.errors.held(error.problem.holder.name) : sentence(error.message);
  return t.errors.unknown;
}

function sentence(text: string): string {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".");
}

async function act(id: string, action: string, body: unknown, done: string, then: Partial<Conversation>): Promise<boolean> {
  const key = `${id} ${action}`;
  if (busy.peek().has(key)) return false;
  busy.value = new Set([...busy.peek(), key]);
  try {
    const result = await post<Changed>(`/v1/conversations/${id}/${action}`, body ?? {});
    amend(id, then);
    const undo = result.undo;
    tell(
      done,
      undo &&
        (async () => {
          try {
            await call(undo.path, { method: undo.method, body: undo.body ?? {} });
            tell(t.toasts.undone);
          } catch (error) {
            warn(explain(error));
          }
        }),
    );
    return true;
  } catch (error) {
    warn(explain(error));
    desk.reload(id);
    return false;
  } finally {
    busy.value = new Set([...busy.peek()].filter((one) => one !== key));
  }
}

export function take(id: string) {
  const mine = me.peek();
  return act(id, "take", undefined, t.toasts.taken, {
    holder: "agent",
    ...(mine ? { agent_id: mine.id, agent_name: mine.name } : {}),
  });
}

export const handBack = (id: string, requeue = false) =>
  act(id, "hand-back", requeue ? { requeue } : undefined, requeue ? t.toasts.requeued : t.toasts.handedBack, {});

export const assign = (id: string, agent: { id: string; name: string }) =>
  act(id, "assign", { agent_id: agent.id }, agent.id === me.peek()?.id ? t.toasts.taken : t.toasts.assigned(agent.name), {});

export const snooze = (id: string, until: Date | null, when: string) =>
  act(id, "snooze", { until: until?.toISOString() ?? null }, until ? t.toasts.snoozed(when) : t.toasts.woken, {});

export const resolve = (id: string) => act(id, "resolve", undefined, t.toasts.resolved, {});

export const reopen = (id: string) => act(id, "reopen", { hold: true }, t.toasts.reopened, {});

/** Tries at once what waits to go out over a channel. */
export async function deliver(id: string) {
  const key = `${id} deliver`;
  if (busy.peek().has(key)) return;
  busy.value = new Set([...busy.peek(), key]);
  try {
    await post(`/v1/conversations/${id}/deliver`);
    tell(t.delivery.tried);
  } catch (error) {
    // It may have gone out while nobody looked.
    if (!(error instanceof Refusal && error.problem.code === "delivered")) warn(explain(error));
  } finally {
    busy.value = new Set([...busy.peek()].filter((one) => one !== key));
    desk.reload(id);
  }
}

/** Leaves a note; whether it is kept. */
export async function note(id: string, text: string): Promise<boolean> {
  try {
    const kept = await post<Note>(`/v1/conversations/${id}/notes`, { text });
    desk.change(id, (story) => withNote(story, kept));
    tell(t.toasts.noted, () => deleteNote(id, kept.id));
    return true;
  } catch (error) {
    warn(explain(error));
    return false;
  }
}

export async function deleteNote(id: string, noteId: string) {
  try {
    await remove(`/v1/conversations/${id}/notes/${noteId}`);
    desk.change(id, (story) => withoutNote(story, noteId));
  } catch (error) {
    warn(explain(error));
  }
}
