// Files that an agent has chosen and not sent yet: they go out with the reply, one after
// the other. Kept in memory only; each has a key, so that trying again sends nothing twice.

import { signal } from "@preact/signals";
import { call, Refusal } from "../net/http";
import { t } from "../strings";
import { explain } from "./actions";

export interface Attachment {
  key: string;
  file: File;
  state: "chosen" | "sending" | "refused";
  why?: string;
}

/** So many at once are enough for anybody. */
export const MOST = 10;

const all = signal<Record<string, Attachment[]>>({});

export const attachmentsOf = (id: string): readonly Attachment[] => all.value[id] ?? [];

function put(id: string, list: Attachment[]) {
  const { [id]: _, ...others } = all.peek();
  all.value = list.length > 0 ? { ...others, [id]: list } : others;
}

/** Chooses files; how many did not fit. */
export function attach(id: string, files: Iterable<File>): number {
  const chosen = [...files].map((file) => ({ key: crypto.randomUUID(), file, state: "chosen" as const }));
  const list = [...(all.peek()[id] ?? []), ...chosen];
  put(id, list.slice(0, MOST));
  return Math.max(0, list.length - MOST);
}

export function detach(id: string, key: string) {
  put(id, (all.peek()[id] ?? []).filter((one) => one.key !== key));
}

function mark(id: string, key: string, change: Partial<Attachment>) {
  put(id, (all.peek()[id] ?? []).map((one) => (one.key === key ? { ...one, ...change } : one)));
}

/** Sends what was chosen, in order; whether all of it went out. What is refused stays. */
export async function sendAttachments(id: string): Promise<boolean> {
  for (const { key, file } of all.peek()[id] ?? []) {
    mark(id, key, { state: "sending" });
    const form = new FormData();
    form.append("file", file, file.name);
    try {
      await call(`/v1/conversations/${id}/files`, { method: "POST", form, idempotencyKey: key });
      detach(id, key);
    } catch (error) {
      const tooLarge = error instanceof Refusal && error.problem.status === 413;
      mark(id, key, { state: "refused", why: tooLarge ? t.files.tooLarge : explain(error) });
      return false;
    }
  }
  return true;
}
