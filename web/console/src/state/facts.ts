// What is known about customers, read when a conversation is opened and again when it has
// changed since.

import { signal } from "@preact/signals";
import { get } from "../net/http";
import type { Facts } from "../wire";

interface Known {
  facts?: Facts;
  /** The conversation's state that they were read for. */
  of: string;
}

const known = signal<Record<string, Known>>({});
/** Not more often than this, as each message changes the conversation. */
const PAUSE = 15_000;
/** So many customers are remembered. */
const KEPT = 40;
const readAt = new Map<string, number>();

export function factsOf(customer: string, changed: string): Facts | undefined {
  const have = known.value[customer];
  if (have?.of !== changed) queueMicrotask(() => void read(customer, changed));
  return have?.facts;
}

/** Reads what is known of these customers anew, at once. */
export function forgetFacts(customers: readonly string[]) {
  for (const customer of customers) readAt.delete(customer);
  known.value = Object.fromEntries(
    Object.entries(known.peek()).map(([id, one]) => [id, customers.includes(id) ? { ...one, of: "" } : one]),
  );
}

async function read(customer: string, changed: string) {
  if (known.peek()[customer]?.of === changed) return;
  const present = Date.now();
  if (present - (readAt.get(customer) ?? 0) < PAUSE && known.peek()[customer]) return;
  readAt.set(customer, present);
  const before = known.peek()[customer]?.facts;
  known.value = { ...known.peek(), [customer]: { of: changed, ...(before ? { facts: before } : {}) } };
  try {
    const facts = await get<Facts>(`/v1/customers/${customer}`);
    const { [customer]: _, ...others } = known.peek();
    known.value = { ...Object.fromEntries(Object.entries(others).slice(-KEPT)), [customer]: { facts, of: changed } };
  } catch {
    readAt.delete(customer);
  }
}
