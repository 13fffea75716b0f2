/**
 * Reads the Markdown subset of messages and articles into a tree of plain values.
 *
 * Raw HTML and images are no part of the subset: they stay the words they are. Nothing
 * here makes markup, so nothing has to be sanitised afterwards; `markdown-view.tsx` turns
 * the tree into nodes.
 */

export type Inline =
  | { kind: "text"; text: string }
  | { kind: "code"; text: string }
  | { kind: "strong" | "em" | "strike"; children: Inline[] }
  | { kind: "link"; href: string; children: Inline[] }
  | { kind: "break" };

export type Block =
  | { kind: "paragraph"; children: Inline[] }
  | { kind: "heading"; level: number; id: string; children: Inline[] }
  | { kind: "list"; start: number | null; items: Block[][] }
  | { kind: "quote"; children: Block[] }
  | { kind: "code"; text: string }
  | { kind: "table"; head: Inline[][]; rows: Inline[][][] }
  | { kind: "rule" };

/** Deeper than anybody writes; what lies deeper stays text, so that no input overflows the stack. */
const DEPTH = 8;

export function parse(source: string, depth = 0): Block[] {
  const lines = source.replace(/\r\n?/g, "\n").split("\n");
  const blocks: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at]!;
    let match: RegExpExecArray | null;
    if (!line.trim()) {
      at++;
    } else if ((match = /^ {0,3}(`{3,}|~{3,})/.exec(line))) {
      const fence = match[1]!;
      const end = lines.findIndex((other, i) => i > at && other.trim().startsWith(fence));
      const stop = end < 0 ? lines.length : end;
      blocks.push({ kind: "code", text: lines.slice(at + 1, stop).join("\n") });
      at = stop + 1;
    } else if ((match = /^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$/.exec(line))) {
      const text = match[2]!;
      blocks.push({ kind: "heading", level: match[1]!.length, id: slug(plain(inline(text))), children: inline(text) });
      at++;
    } else if (/^ {0,3}([-*_])( *\1){2,} *$/.test(line)) {
      blocks.push({ kind: "rule" });
      at++;
    } else if (depth < DEPTH && /^ {0,3}>/.test(line)) {
      const quoted: string[] = [];
      while (at < lines.length && /^ {0,3}>/.test(lines[at]!)) quoted.push(lines[at++]!.replace(/^ {0,3}> ?/, ""));
      blocks.push({ kind: "quote", children: parse(quoted.join("\n"), depth + 1) });
    } else if (depth < DEPTH && item(line)) {
      at = list(lines, at, blocks, depth);
    } else if (cells(line) && isDivider(lines[at + 1])) {
      const head = cells(line)!.map(inline);
      const rows: Inline[][][] = [];
      at += 2;
      for (let row; at < lines.length && (row = cells(lines[at]!)); at++) rows.push(row.map(inline));
      blocks.push({ kind: "table", head, rows });
    } else {
      const text = [line];
      for (at++; at < lines.length && lines[at]!.trim() && !interrupts(lines[at]!); at++) text.push(lines[at]!);
      blocks.push({ kind: "paragraph", children: inline(text.map((one) => one.trimStart()).join("\n").trimEnd()) });
    }
  }
  return blocks;
}

function interrupts(line: string): boolean {
  return /^ {0,3}(#{1,6}\s|>|`{3}|~{3})/.test(line) || /^ {0,3}([-*+]|1[.)])\s/.test(line);
}

function item(line: string): { indent: number; number: number | null; content: string } | null {
  const match = /^( {0,3})([-*+]|(\d{1,9})[.)])( +|$)(.*)$/.exec(line);
  if (!match) return null;
  const indent = match[1]!.length + match[2]!.length + Math.min(match[4]!.length || 1, 4);
  return { indent, number: match[3] === undefined ? null : Number(match[3]), content: match[5]! };
}

/** Reads one list from `at` on; gives the line after it. */
function list(lines: string[], at: number, blocks: Block[], depth: number): number {
  const first = item(lines[at]!)!;
  const items: Block[][] = [];
  let next: ReturnType<typeof item>;
  while (at < lines.length && (next = item(lines[at]!)) && (next.number === null) === (first.number === null)) {
    const own = [next.content];
    for (at++; at < lines.length; at++) {
      const line = lines[at]!;
      const indent = line.length - line.trimStart().length;
      if (!line.trim()) {
        const after = lines[at + 1];
        const goesOn = after !== undefined && after.trim() && after.length - after.trimStart().length >= 2;
        if (!goesOn) break;
        own.push("");
      } else if (indent >= 2) {
        own.push(line.slice(Math.min(indent, next.indent)));
      } else if (item(line) || interrupts(line) || own[own.length - 1] === "") {
        break;
      } else {
        own.push(line);
      }
    }
    items.push(parse(own.join("\n"), depth + 1));
    // A blank line between two items of one list does not end it.
    if (!lines[at]?.trim() && lines[at + 1] !== undefined && item(lines[at + 1]!)) at++;
  }
  blocks.push({ kind: "list", start: first.number, items });
  return at;
}

function cells(line: string): string[] | null {
  const text = line.trim();
  if (!text.startsWith("|")) return null;
  return text.replace(/^\|/, "").replace(/\|$/, "").split("|").map((cell) => cell.trim());
}

function isDivider(line: string | undefined): boolean {
  return !!line && /^[\s|:-]+$/.test(line) && line.includes("-") && line.trim().startsWith("|");
}

/** Letters that a backslash makes ordinary. */
const ESCAPABLE = /[!-/:-@[-`{-~]/;

/** Reads the marks inside a paragraph. */
export function inline(source: string, depth = 0): Inline[] {
  const parts: Inline[] = [];
  let text = "";
  const flush = () => {
    if (text) parts.push({ kind: "text", text });
    text = "";
  };
  for (let at = 0; at < source.length; ) {
    const rest = source.slice(at, at + 4096);
    const letter = source[at]!;
    let match: RegExpExecArray | null;
    if (letter === "\\" && ESCAPABLE.test(source[at + 1] ?? "")) {
      text += source[at + 1];
      at += 2;
    } else if (letter === "\n") {
      text = text.replace(/ +$/, "");
      flush();
      parts.push({ kind: "break" });
      at++;
    } else if (letter === "`" && (match = /^(`+)([^`]|[^`][^]*?[^`])\1(?!`)/.exec(rest))) {
      flush();
      parts.push({ kind: "code", text: match[2]!.replace(/\n/g, " ") });
      at += match[0].length;
    } else if (
      depth < DEPTH &&
      (letter === "*" || letter === "~" || (letter === "_" && !/\w/.test(source[at - 1] ?? ""))) &&
      (match = emphasis(rest))
    ) {
      flush();
      const kind = letter === "~" ? "strike" : match[1]!.length === 2 ? "strong" : "em";
      parts.push({ kind, children: inline(match[2]!, depth + 1) });
      at += match[0].length;
    } else if (letter === "[" && depth < DEPTH && (match = LINK.exec(rest))) {
      flush();
      const children = inline(match[1]!, depth + 1);
      const href = safeAddress(match[2]! || match[3]!);
      // A link to an odd place keeps its words only.
      if (href) parts.push({ kind: "link", href, children: withoutLinks(children) });
      else parts.push(...children);
      at += match[0].length;
    } else if (letter === "<" && (match = /^<((?:https?:\/\/|mailto:)[^\s<>]+)>/i.exec(rest)) && safeAddress(match[1]!)) {
      flush();
      parts.push({ kind: "link", href: match[1]!, children: [{ kind: "text", text: match[1]!.replace(/^mailto:/i, "") }] });
      at += match[0].length;
    } else if (
      (letter === "h" || letter === "H") &&
      !/\w/.test(source[at - 1] ?? "") &&
      (match = /^https?:\/\/[^\s<>"'`\\]*[^\s<>"'`\\.,:;!?)\]}*_~]/i.exec(rest))
    ) {
      flush();
      parts.push({ kind: "link", href: match[0], children: [{ kind: "text", text: match[0] }] });
      at += match[0].length;
    } else {
      text += letter;
      at++;
    }
  }
  flush();
  return parts;
}

/** The address in angle brackets, or bare; a title after it is allowed and dropped. */
const LINK = /^\[((?:[^[\]\\]|\\.){1,500})\]\(\s*(?:<([^<>\n]*)>|([^\s()<>]+(?:\([^\s()]*\)[^\s()]*)*))(?:\s+"[^"]*")?\s*\)/;

function emphasis(rest: string): RegExpExecArray | null {
  return (
    /^(\*\*|__)(?=\S)([^]*?\S)\1(?!\*)/.exec(rest) ??
    /^(~~)(?=\S)([^]*?\S)~~/.exec(rest) ??
    /^(\*)(?=[^\s*])([^*]*?[^\s*])\*(?!\*)/.exec(rest) ??
    /^(_)(?=[^\s_])([^_]*?[^\s_])_(?![\w_])/.exec(rest)
  );
}

function withoutLinks(parts: Inline[]): Inline[] {
  return parts.flatMap((part) => (part.kind === "link" ? part.children : [part]));
}

/**
 * The address if a link may lead there: http, https, mailto and tel, or a place relative
 * to the page. `//host` and whatever has odd letters in it may not.
 */
export function safeAddress(address: string): string | null {
  const trimmed = address.trim();
  if (!trimmed || trimmed.startsWith("//") || /[\s\\\u0000-\u0020\u007f-\u00a0\u2028\u2029]/.test(trimmed)) return null;
  const scheme = /^([^/?#]*?):/.exec(trimmed)?.[1]?.toLowerCase();
  return scheme === undefined || ["http", "https", "mailto", "tel"].includes(scheme) ? trimmed : null;
}

/** The words alone. */
export function plain(parts: Inline[]): string {
  return parts
    .map((part) => (part.kind === "break" ? " " : "children" in part ? plain(part.children) : part.text))
    .join("");
}

/** A heading's id, the same that the server's links lead to. */
export function slug(heading: string): string {
  const words = heading.split(/[^\p{Alphabetic}\p{Number}]+/u).filter(Boolean);
  return words.length ? words.map((word) => word.toLowerCase()).join("-") : "section";
}
