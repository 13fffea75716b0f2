// Short messages about what was just done, with a way to undo it.

import { signal } from "@preact/signals";

export interface Toast {
  id: number;
  text: string;
  tone: "plain" | "wrong";
  undo?: (() => void | Promise<void>) | undefined;
}

export const toasts = signal<Toast[]>([]);

/** How long a toast stays; one that can be undone stays longer. */
const SHORT = 5_000;
const LONG = 9_000;

let next = 1;
const timers = new Map<number, ReturnType<typeof setTimeout>>();

function add(toast: Omit<Toast, "id">) {
  const id = next++;
  // Three at the most: older ones have been read, or never will be.
  const kept = toasts.value.slice(-2);
  for (const old of toasts.value) if (!kept.includes(old)) clear(old.id);
  toasts.value = [...kept, { ...toast, id }];
  wait(id);
}

export function tell(text: string, undo?: () => void | Promise<void>) {
  add({ text, tone: "plain", undo });
}

export function warn(text: string) {
  add({ text, tone: "wrong" });
}

function clear(id: number) {
  clearTimeout(timers.get(id));
  timers.delete(id);
}

export function dismiss(id: number) {
  clear(id);
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

/** Pointer or focus on a toast keeps it. */
export function hold(id: number) {
  clear(id);
}

export function wait(id: number) {
  clear(id);
  const toast = toasts.value.find((one) => one.id === id);
  if (toast) timers.set(id, setTimeout(() => dismiss(id), toast.undo || toast.tone === "wrong" ? LONG : SHORT));
}

/** Undoes the latest thing that can be undone; whether there was one. */
export function undoLatest(): boolean {
  const toast = toasts.value.findLast((one) => one.undo);
  if (!toast) return false;
  dismiss(toast.id);
  void toast.undo?.();
  return true;
}
