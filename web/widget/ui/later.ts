/**
 * The views of entries and articles: fetched with the first word, so that an open panel
 * costs little.
 */

import { signal } from "@preact/signals-core";
import { wear } from "../style";

type Views = typeof import("./entry");

/** What has been fetched; null until then. */
export const views = signal<Views | null>(null);

let coming: Promise<void> | undefined;

export function fetchViews(root: ShadowRoot): void {
  coming ??= import("./entry").then(
    (found) => {
      wear(root, found.css);
      views.value = found;
    },
    // Offline, say. The next entry tries again.
    () => void (coming = undefined),
  );
  // A second boot has a root of its own.
  if (views.value && !dressed.has(root)) wear(root, views.value.css);
  dressed.add(root);
}

const dressed = new WeakSet<ShadowRoot>();
