// Keeps a list of conversations in order while they change, without sorting all of it
// for each change, and without moving rows away under the agent's pointer.

import type { Conversation } from "../wire";
import { asleep, need } from "./need";

export const VIEWS = ["mine", "waiting", "unassigned", "open", "snoozed", "resolved"] as const;
export type View = (typeof VIEWS)[number];

export type Compare = (a: Conversation, b: Conversation) => number;

export function inView(row: Conversation, view: View, me: string, now: number): boolean {
  if (view === "resolved") return row.status === "resolved";
  if (row.status === "resolved") return false;
  const sleeping = asleep(row, now);
  if (view === "snoozed") return sleeping;
  if (sleeping) return false;
  switch (view) {
    case "open":
      return true;
    case "mine":
      return row.agent_id === me || (row.holder === "bot" && row.offered_to === me);
    case "waiting":
      return row.queued !== undefined && row.queued !== null;
    case "unassigned":
      return row.holder === "bot";
  }
}

/** A total order, so that every way to sort ends alike. */
export function comparison(view: View | "search", now: number): Compare {
  const byId: Compare = (a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
  const newest: Compare = (a, b) => later(b.updated_at, a.updated_at) || byId(a, b);
  if (view === "search" || view === "resolved") return newest;
  if (view === "snoozed") return (a, b) => later(a.snoozed_until ?? "", b.snoozed_until ?? "") || byId(a, b);
  const sums = new Map<Conversation, number>();
  const sum = (row: Conversation) => {
    let known = sums.get(row);
    if (known === undefined) sums.set(row, (known = need(row, now)));
    return known;
  };
  return (a, b) => sum(b) - sum(a) || newest(a, b);
}

function later(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

type Rows = ReadonlyMap<string, Conversation>;

/** Sorts everything. */
export function sort(rows: Rows, belongs: (row: Conversation) => boolean, compare: Compare): string[] {
  const kept: Conversation[] = [];
  for (const row of rows.values()) if (belongs(row)) kept.push(row);
  return kept.sort(compare).map((row) => row.id);
}

/** Puts the changed rows where they belong in an order that was right before. */
export function resort(
  before: readonly string[],
  changed: ReadonlySet<string>,
  rows: Rows,
  belongs: (row: Conversation) => boolean,
  compare: Compare,
): string[] {
  const moved: Conversation[] = [];
  for (const id of changed) {
    const row = rows.get(id);
    if (row && belongs(row)) moved.push(row);
  }
  moved.sort(compare);
  const after: string[] = [];
  let next = 0;
  for (const id of before) {
    if (changed.has(id)) continue;
    const row = rows.get(id);
    if (!row) continue;
    while (next < moved.length && compare(moved[next]!, row) < 0) after.push(moved[next++]!.id);
    after.push(id);
  }
  while (next < moved.length) after.push(moved[next++]!.id);
  return after;
}

/** What to show while rows must stay where they are, and how many wait to come in. */
export function still(shown: readonly string[], right: readonly string[]): { shown: string[]; newcomers: number } {
  const belongs = new Set(right);
  const kept = shown.filter((id) => belongs.has(id));
  return { shown: kept, newcomers: right.length - kept.length };
}
