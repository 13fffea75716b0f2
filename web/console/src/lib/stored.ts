// Small choices kept in this browser. A browser that refuses storage loses them, no more.

import { effect, signal, type Signal } from "@preact/signals";

const PREFIX = "rapport.";

export function recall<T>(key: string, fallback: T): T {
  try {
    const text = localStorage.getItem(PREFIX + key);
    return text === null ? fallback : (JSON.parse(text) as T);
  } catch {
    return fallback;
  }
}

export function keep(key: string, value: unknown) {
  try {
    if (value === undefined) localStorage.removeItem(PREFIX + key);
    else localStorage.setItem(PREFIX + key, JSON.stringify(value));
  } catch {
    // Private windows and full disks: the choice lasts as long as the page.
  }
}

/** A signal whose value is there again after a reload. */
export function stored<T>(key: string, fallback: T): Signal<T> {
  const value = signal(recall(key, fallback));
  let first = true;
  effect(() => {
    const present = value.value;
    if (!first) keep(key, present);
    first = false;
  });
  return value;
}
