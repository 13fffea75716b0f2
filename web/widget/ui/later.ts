/**
 * The views of entries and articles: fetched with the first word, so that an open panel
 * costs little.
 */

import { signal } from "@preact/signals-core";

type Views = typeof import("./entry");

/** What has been fetched; null until then. */
export const views = signal<Views | null>(null);

let coming: Promise<void> | undefined;

/** `wear` puts the views' style on. */
export function fetchViews(wear: (css: string) => void): void {
  coming ??= import("./entry").then(
    (found) => {
      wear(found.css);
      dressed.add(wear);
      views.value = found;
    },
    // Offline, say. The next entry tries again.
    () => void (coming = undefined),
  );
  // A second boot has a shadow tree of its own.
  if (views.value && !dressed.has(wear)) {
    wear(views.value.css);
    dressed.add(wear);
  }
}

const dressed = new WeakSet<object>();
