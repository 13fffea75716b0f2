/** How long to wait before the next try: longer each time, and never the same for all who wait. */
export interface Backoff {
  /** The wait before the next try, in milliseconds. */
  next(): number;
  /** After a success: start small again. */
  reset(): void;
}

export function backoff(base = 500, most = 15_000, random: () => number = Math.random): Backoff {
  let tries = 0;
  return {
    next() {
      const whole = Math.min(most, base * 2 ** tries++);
      // Half is certain, so that nobody hammers; half is chance, so that nobody comes in step.
      return Math.round(whole / 2 + (whole / 2) * random());
    },
    reset() {
      tries = 0;
    },
  };
}
