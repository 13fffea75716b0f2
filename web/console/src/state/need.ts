// Who should be helped first. The same sum that the server uses for `order=need`
// (docs/interfaces.md), computed anew here because waiting grows while the page is open.

import type { Conversation } from "../wire";

const MINUTE = 60_000;

export interface NeedParts {
  unhappy: number;
  waiting: number;
  value: number;
}

type Judged = Pick<Conversation, "status" | "unhappiness" | "waiting_since" | "value" | "snoozed_until">;

export function needParts(row: Judged, now: number): NeedParts {
  if (row.status === "resolved" || asleep(row, now)) return { unhappy: 0, waiting: 0, value: 0 };
  let waiting = 0;
  if (row.waiting_since) {
    const minutes = Math.max(0, now - Date.parse(row.waiting_since)) / MINUTE;
    waiting = 30 + 0.5 * Math.min(60, minutes);
  }
  const value = Number(row.value ?? 0);
  return { unhappy: 50 * row.unhappiness, waiting, value: 10 * Math.min(1, Number.isFinite(value) ? value / 500 : 0) };
}

export function need(row: Judged, now: number): number {
  const parts = needParts(row, now);
  return parts.unhappy + parts.waiting + parts.value;
}

export function asleep(row: Pick<Conversation, "snoozed_until">, now: number): boolean {
  return row.snoozed_until !== undefined && row.snoozed_until !== null && Date.parse(row.snoozed_until) > now;
}

export type Level = "high" | "middle" | "low";

/** How loud a row may be. A waiting customer is at least in the middle. */
export function level(sum: number): Level {
  if (sum >= 60) return "high";
  return sum >= 30 ? "middle" : "low";
}
