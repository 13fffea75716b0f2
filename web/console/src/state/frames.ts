// Gathers what happens and applies it once per animation frame, so that fifty events a
// second cost one drawing each sixtieth of a second at the most.

import { batch } from "@preact/signals";

type Apply<T> = (items: T[]) => void;

export interface Pacer {
  /** Runs the function before the next drawing. */
  soon(run: () => void): void;
}

/** A hidden page gets no animation frames; its badge and sounds must go on. */
export const byFrame: Pacer = {
  soon(run) {
    if (document.hidden) setTimeout(run, 100);
    else requestAnimationFrame(run);
  },
};

export class Gather<T> {
  private items: T[] = [];
  private due = false;

  constructor(
    private readonly apply: Apply<T>,
    private readonly pacer: Pacer = byFrame,
  ) {}

  add(item: T) {
    this.items.push(item);
    if (this.due) return;
    this.due = true;
    this.pacer.soon(() => this.flush());
  }

  flush() {
    this.due = false;
    const items = this.items;
    this.items = [];
    if (items.length > 0) batch(() => this.apply(items));
  }
}
