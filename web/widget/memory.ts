/**
 * What a browser remembers of a chat, under names of its own for each server and inbox.
 * Where a page may not keep anything, it is remembered until the page is left.
 */

const fallback = new Map<string, string>();

export interface Memory {
  /** For this browser, in all tabs. */
  kept: Shelf;
  /** For this tab, over reloads. */
  tab: Shelf;
}

export interface Shelf {
  get<T>(name: string): T | undefined;
  set(name: string, value: unknown): void;
  delete(name: string): void;
  /** The full name of an item, as a `storage` event tells it. */
  key(name: string): string;
}

export function memory(server: string, inbox: string): Memory {
  const prefix = `rapport:${new URL(server).host}:${inbox}:`;
  return { kept: shelf("localStorage", prefix), tab: shelf("sessionStorage", prefix) };
}

function shelf(kind: "localStorage" | "sessionStorage", prefix: string): Shelf {
  const storage = (): Storage | null => {
    try {
      return globalThis[kind];
    } catch {
      return null;
    }
  };
  const key = (name: string) => prefix + name;
  return {
    key,
    get<T>(name: string) {
      try {
        const text = fallback.get(kind + key(name)) ?? storage()?.getItem(key(name));
        return text ? (JSON.parse(text) as T) : undefined;
      } catch {
        return undefined;
      }
    },
    set(name, value) {
      const text = JSON.stringify(value);
      try {
        const place = storage();
        if (!place) throw new Error();
        place.setItem(key(name), text);
        fallback.delete(kind + key(name));
      } catch {
        fallback.set(kind + key(name), text);
      }
    },
    delete(name) {
      fallback.delete(kind + key(name));
      try {
        storage()?.removeItem(key(name));
      } catch {
        // Then it was not kept either.
      }
    },
  };
}
