/** Text in the Markdown subset as Preact nodes. Links that are not `safeAddress`es never become links. */

import type { ComponentChildren, JSX } from "preact";
import { useMemo } from "preact/hooks";
import { type Block, type Inline, parse } from "./markdown";

export interface MarkdownProps {
  text: string;
  /** Where a link leads. Without this, to its address as it stands, in a new window. */
  link?: (href: string) => Target;
  /** The level of the page's heading above this text; headings in it lie below. */
  under?: number;
}

/** An address that is opened in a new window, or in this one; or what to do instead. */
export type Target = string | { here: string } | (() => void);

export function Markdown({ text, link, under = 1 }: MarkdownProps): JSX.Element {
  const blocks = useMemo(() => parse(text), [text]);
  return <>{blocks.map((block) => view(block, link, under))}</>;
}

type LinkTo = MarkdownProps["link"];

function view(block: Block, link: LinkTo, under: number): ComponentChildren {
  switch (block.kind) {
    case "paragraph":
      return <p>{words(block.children, link)}</p>;
    case "heading": {
      const Heading = `h${Math.min(6, Math.max(2, block.level - 1 + under))}` as "h2";
      return <Heading id={block.id}>{words(block.children, link)}</Heading>;
    }
    case "list": {
      const items = block.items.map((blocks) => <li>{item(blocks, link, under)}</li>);
      return block.start === null ? <ul>{items}</ul> : <ol start={block.start}>{items}</ol>;
    }
    case "quote":
      return <blockquote>{block.children.map((child) => view(child, link, under))}</blockquote>;
    case "code":
      return (
        <pre tabIndex={0}>
          <code>{block.text}</code>
        </pre>
      );
    case "table":
      return (
        // Wide tables scroll by themselves, also by keyboard.
        <div class="table" tabIndex={0} role="group">
          <table>
            <thead>
              <tr>{block.head.map((cell) => <th scope="col">{words(cell, link)}</th>)}</tr>
            </thead>
            <tbody>
              {block.rows.map((row) => (
                <tr>{row.map((cell) => <td>{words(cell, link)}</td>)}</tr>
              ))}
            </tbody>
          </table>
        </div>
      );
    case "rule":
      return <hr />;
  }
}

/** A lone paragraph needs no element of its own inside a list. */
function item(blocks: Block[], link: LinkTo, under: number): ComponentChildren {
  const [first, ...rest] = blocks;
  const tight = first?.kind === "paragraph" && rest.every((block) => block.kind === "list");
  return tight
    ? [words(first.children, link), rest.map((block) => view(block, link, under))]
    : blocks.map((block) => view(block, link, under));
}

function words(parts: Inline[], link: LinkTo): ComponentChildren {
  return parts.map((part) => {
    switch (part.kind) {
      case "text":
        return part.text;
      case "code":
        return <code>{part.text}</code>;
      case "break":
        return <br />;
      case "strong":
        return <strong>{words(part.children, link)}</strong>;
      case "em":
        return <em>{words(part.children, link)}</em>;
      case "strike":
        return <s>{words(part.children, link)}</s>;
      case "link": {
        const target = link?.(part.href) ?? part.href;
        if (typeof target === "function") {
          return (
            <button type="button" class="link" onClick={target}>
              {words(part.children, link)}
            </button>
          );
        }
        if (typeof target === "object") return <a href={target.here}>{words(part.children, link)}</a>;
        return (
          <a href={target} target="_blank" rel="noopener noreferrer">
            {words(part.children, link)}
          </a>
        );
      }
    }
  });
}
