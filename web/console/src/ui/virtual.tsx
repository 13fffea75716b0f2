// A long list of rows of one height: only those in sight are in the document, each kept
// by its key, so that a row that moves is moved and not drawn anew.

import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

interface Props {
  ids: readonly string[];
  height: number;
  /** Kept in sight when it changes, for example as the keyboard walks the list. */
  current?: string | undefined;
  label: string;
  children: (id: string, index: number) => ComponentChildren;
  onEnd?: () => void;
  onPointerInside?: (inside: boolean) => void;
}

const BEYOND = 5;

export interface Span {
  from: number;
  to: number;
}

/** Which rows are in sight, with a few before and after them. */
export function span(top: number, window: number, height: number, length: number): Span {
  const from = Math.max(0, Math.floor(top / height) - BEYOND);
  const to = Math.min(length, Math.ceil((top + window) / height) + BEYOND);
  return { from: Math.min(from, to), to };
}

export function Virtual(props: Props) {
  const element = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState<Span>({ from: 0, to: 30 });
  const { ids, height } = props;

  const measure = () => {
    const box = element.current;
    if (!box) return;
    const next = span(box.scrollTop, box.clientHeight, height, ids.length);
    setSeen((before) => (before.from === next.from && before.to === next.to ? before : next));
    if (next.to >= ids.length) props.onEnd?.();
  };

  useLayoutEffect(measure, [ids.length, height]);
  useEffect(() => {
    const box = element.current;
    if (!box) return;
    const observer = new ResizeObserver(measure);
    observer.observe(box);
    return () => observer.disconnect();
  }, [ids.length, height]);

  useLayoutEffect(() => {
    const box = element.current;
    const index = props.current ? ids.indexOf(props.current) : -1;
    if (!box || index < 0) return;
    const top = index * height;
    if (top < box.scrollTop) box.scrollTop = top;
    else if (top + height > box.scrollTop + box.clientHeight) box.scrollTop = top + height - box.clientHeight;
  }, [props.current]);

  const rows = ids.slice(seen.from, seen.to);
  return (
    <div
      ref={element}
      class="virtual scroll"
      onScroll={measure}
      onPointerEnter={(event) => event.pointerType === "mouse" && props.onPointerInside?.(true)}
      onPointerLeave={() => props.onPointerInside?.(false)}
    >
      <ul class="virtual-list" aria-label={props.label} style={{ height: `${ids.length * height}px` }}>
        {rows.map((id, i) => (
          <li
            key={id}
            class="virtual-row"
            aria-setsize={ids.length}
            aria-posinset={seen.from + i + 1}
            style={{ height: `${height}px`, transform: `translateY(${(seen.from + i) * height}px)` }}
          >
            {props.children(id, seen.from + i)}
          </li>
        ))}
      </ul>
    </div>
  );
}
