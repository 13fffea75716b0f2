// When a snoozed conversation may come back: the times that agents mean.

import { ahead } from "../lib/time";

export interface SnoozeChoice {
  name: "hour" | "evening" | "tomorrow" | "monday";
  until: Date;
  shown: string;
}

function at(day: Date, days: number, hour: number): Date {
  const result = new Date(day);
  result.setDate(result.getDate() + days);
  result.setHours(hour, 0, 0, 0);
  return result;
}

export function choices(now: Date): SnoozeChoice[] {
  const hour = new Date(now.getTime() + 3_600_000);
  const toMonday = (8 - now.getDay()) % 7 || 7;
  const list: [SnoozeChoice["name"], Date][] = [["hour", hour]];
  if (now.getHours() < 16) list.push(["evening", at(now, 0, 17)]);
  list.push(["tomorrow", at(now, 1, 9)]);
  if (toMonday > 1) list.push(["monday", at(now, toMonday, 9)]);
  return list.map(([name, until]) => ({ name, until, shown: ahead(until.getTime()) }));
}
