// Canned replies while writing: what was typed after a slash, and which replies fit.

import { match } from "../keys/match";
import type { Canned } from "../wire";

export interface Slash {
  /** Where the slash stands in the text. */
  from: number;
  typed: string;
}

/** The word that begins with a slash and ends at the caret; not in addresses or fractions. */
export function slashAt(text: string, caret: number): Slash | undefined {
  const found = /(?:^|\s)\/([a-z0-9-]{0,32})$/i.exec(text.slice(0, caret));
  if (!found) return undefined;
  const typed = found[1] ?? "";
  return { from: caret - typed.length - 1, typed };
}

export function fitting(replies: readonly Canned[], typed: string): Canned[] {
  return replies
    .map((reply) => ({ reply, score: Math.max(match(typed, reply.shortcut) * 2, match(typed, reply.title)) }))
    .filter((one) => one.score > 0)
    .sort((a, b) => b.score - a.score || a.reply.shortcut.localeCompare(b.reply.shortcut))
    .slice(0, 8)
    .map((one) => one.reply);
}

/** The names that a reply leaves open; without a name, the greeting stays a greeting. */
export function filled(text: string, names: { customer: string | undefined; agent: string }): string {
  return text
    .replace(/[ \t]*\{customer\}/g, (found) => (names.customer ? found.replace("{customer}", names.customer) : ""))
    .replaceAll("{agent}", names.agent);
}

/** Puts a text where the slash stood; gives the new text and where the caret goes. */
export function inserted(text: string, slash: Slash, caret: number, reply: string): { text: string; caret: number } {
  const before = text.slice(0, slash.from);
  return { text: before + reply + text.slice(caret), caret: before.length + reply.length };
}
