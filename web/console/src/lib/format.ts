// Numbers, money and names in the reader's language.

const language = () => document.documentElement.lang || "en";

export const percent = (p: number) => `${Math.round(p * 100)}%`;
export const count = (n: number) => new Intl.NumberFormat(language()).format(n);

export function money(amount: string | number, currency: string): string {
  const value = Number(amount);
  if (!Number.isFinite(value)) return `${amount} ${currency}`;
  try {
    return new Intl.NumberFormat(language(), { style: "currency", currency }).format(value);
  } catch {
    return `${value.toFixed(2)} ${currency}`;
  }
}

export function bytes(n: number): string {
  if (n < 1000) return `${n} B`;
  if (n < 1_000_000) return `${Math.round(n / 1000)} kB`;
  return `${(n / 1_000_000).toFixed(1)} MB`;
}

/** `order_status` as words: "Order status". */
export function words(name: string): string {
  const spaced = name.replace(/[_-]+/g, " ").trim();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

/** What an entity is shown as: its value, or the words where the value is written for programs. */
export function said(entity: { type: string; value: string; text: string }): string {
  return entity.type === "duration" ? entity.text : entity.value;
}

export function initials(name: string): string {
  const parts = name.trim().split(/[\s@._-]+/).filter(Boolean);
  const first = parts[0]?.charAt(0) ?? "?";
  const last = parts.length > 1 ? (parts[parts.length - 1]?.charAt(0) ?? "") : "";
  return (first + last).toUpperCase();
}

/** A colour from a name, the same everywhere. */
export function tone(key: string): number {
  let hash = 0;
  for (let i = 0; i < key.length; i++) hash = (hash * 31 + key.charCodeAt(i)) >>> 0;
  return hash % 6;
}

/** One line of plain words from Markdown, for previews. */
export function plain(markdown: string): string {
  return markdown
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/(^|\s)_([^_]+)_(?=\W|$)/g, "$1$2")
    .replace(/^\s*(#+|>)\s+/gm, "")
    .replace(/\*+|`+|~~/g, "")
    .replace(/\s+/g, " ")
    .trim();
}
