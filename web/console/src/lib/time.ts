// Times as an agent reads them: short, and alive where they tell of waiting.

import { signal } from "@preact/signals";
import { t } from "../strings";

/** The present, to the nearest ten seconds; pauses with the page. */
export const now = signal(Date.now());

export function startClock() {
  const tick = () => {
    if (!document.hidden) now.value = Date.now();
  };
  setInterval(tick, 10_000);
  document.addEventListener("visibilitychange", tick);
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A span in its largest unit: "now", "4 min", "3 h", "2 d". */
export function span(ms: number): string {
  if (ms < 45_000) return t.time.now;
  if (ms < 59.5 * MINUTE) return t.time.minutes(Math.max(1, Math.round(ms / MINUTE)));
  if (ms < 23.5 * HOUR) return t.time.hours(Math.round(ms / HOUR));
  return t.time.days(Math.round(ms / DAY));
}

export function ago(at: string, present = now.value): string {
  return span(Math.max(0, present - Date.parse(at)));
}

const language = () => document.documentElement.lang || "en";
const kept = new Map<string, Intl.DateTimeFormat>();

function format(at: number | string | Date, options: Intl.DateTimeFormatOptions): string {
  const key = language() + JSON.stringify(options);
  let formatter = kept.get(key);
  if (!formatter) kept.set(key, (formatter = new Intl.DateTimeFormat(language(), options)));
  return formatter.format(typeof at === "string" ? new Date(at) : at);
}

export const clock = (at: number | string) => format(at, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
export const date = (at: number | string) => format(at, { day: "numeric", month: "short", year: "numeric" });
export const full = (at: number | string) => format(at, { dateStyle: "full", timeStyle: "short" });

/** The heading over a day's messages. */
export function day(at: string, present = Date.now()): string {
  const then = new Date(at);
  const midnight = new Date(present);
  midnight.setHours(0, 0, 0, 0);
  const distance = midnight.getTime() - then.getTime();
  if (distance <= 0) return t.time.today;
  if (distance <= DAY) return t.time.yesterday;
  return format(then, { weekday: "long", day: "numeric", month: "long" });
}

/** The same in a shop's own time zone, beside hours that are written in it. */
export const aheadIn = (timeZone: string, at: string) =>
  format(at, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone });

/** "18:00" or "Mon 23 Nov, 09:00": for what lies ahead. */
export function ahead(at: number | string): string {
  const then = new Date(at);
  const today = new Date();
  if (then.toDateString() === today.toDateString()) return clock(then.getTime());
  return format(then, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}
