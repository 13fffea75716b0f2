// Reads the keyboard: single keys, chords and two-key sequences become commands.

import { stored } from "../lib/stored";
import { COMMANDS, type CommandId, effectOf, known } from "./commands";

/** Single keys can be switched off, for those whose speech input types letters. */
export const singleKeys = stored("single-keys", true);

const MAC = /Mac|iPhone|iPad/.test(navigator.platform);

/** The next key of a sequence is waited for this long. */
const PATIENCE = 1_200;

const SEQUENCES = (Object.keys(COMMANDS) as CommandId[]).flatMap((id) => {
  const keys = known(id).keys;
  return keys ? [{ id, keys }] : [];
});

/** A key with its modifiers, as written in the commands: "mod+k", "shift+e", "?". */
export function chord(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey">): string {
  const parts: string[] = [];
  if (event.ctrlKey || event.metaKey) parts.push("mod");
  if (event.altKey) parts.push("alt");
  const letter = /^[a-z]$/i.test(event.key);
  if (event.shiftKey && (letter || event.key.length > 1)) parts.push("shift");
  parts.push(letter ? event.key.toLowerCase() : event.key);
  return parts.join("+");
}

/** Whether keys belong to what has the focus. */
export function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !["checkbox", "radio", "button", "submit", "range"].includes(target.type);
}

/** Follows sequences: gives the command that a key completes. */
export class Reader {
  private waiting: string[] = [];
  private since = 0;

  read(key: string, at: number, accepts: (id: CommandId) => boolean): CommandId | "more" | undefined {
    if (at - this.since > PATIENCE) this.waiting = [];
    const keys = [...this.waiting, key];
    this.waiting = [];
    const fits = SEQUENCES.filter((one) => keys.every((k, i) => one.keys[i] === k) && accepts(one.id));
    const whole = fits.find((one) => one.keys.length === keys.length);
    if (whole) return whole.id;
    if (fits.length > 0) {
      this.waiting = keys;
      this.since = at;
      return "more";
    }
    return keys.length > 1 ? this.read(key, at, accepts) : undefined;
  }
}

export function listenToKeys() {
  const reader = new Reader();
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || ["Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
    if (document.querySelector("dialog[open]")) return;
    const busy = typing(event.target);
    const key = chord(event);
    const plain = !key.includes("mod+") && key !== "Escape";
    if (plain && !singleKeys.value) return;
    const accepts = (id: CommandId) => (!busy || known(id).anywhere === true) && effectOf(id) !== undefined;
    const read = reader.read(key, event.timeStamp, accepts);
    if (read === undefined) return;
    event.preventDefault();
    if (read !== "more") effectOf(read)?.();
  });
}

/** Keys as they stand on this keyboard. */
export function shown(keys: string[]): string[] {
  return keys.map((key) =>
    key
      .split("+")
      .map((part) => {
        if (part === "mod") return MAC ? "⌘" : "Ctrl";
        if (part === "shift") return "⇧";
        if (part === "Escape") return "Esc";
        if (part === "Enter") return "↵";
        return part.length === 1 ? part.toUpperCase() : part;
      })
      .join(MAC ? "" : " "),
  );
}

export function hint(id: CommandId): string | undefined {
  const keys = known(id).keys;
  return keys && shown(keys).join(" ");
}
