// Suggested replies from the knowledge base, asked for once for each customer message.

import { signal } from "@preact/signals";
import { get } from "../net/http";
import type { Suggestion } from "../wire";

const known = signal<Record<string, Suggestion[] | "asked">>({});

/** What to suggest to the customer's message at `seq`; 0 asks nothing. */
export function suggestionsFor(id: string, seq: number): Suggestion[] | undefined {
  if (seq === 0) return undefined;
  const key = `${id} ${seq}`;
  const answer = known.value[key];
  if (answer === undefined) queueMicrotask(() => void ask(id, key));
  return answer === "asked" ? undefined : answer;
}

async function ask(id: string, key: string) {
  if (known.peek()[key] !== undefined) return;
  known.value = { ...known.peek(), [key]: "asked" };
  let items: Suggestion[] = [];
  try {
    items = (await get<{ items: Suggestion[] }>(`/v1/conversations/${id}/suggestions`)).items;
  } catch {
    // Suggestions help; without them the agent writes as always.
  }
  known.value = { ...latest(known.peek()), [key]: items };
}

/** So many answers are kept; older ones are asked for again. */
const KEPT = 40;

function latest<T>(all: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(all).slice(-KEPT));
}
