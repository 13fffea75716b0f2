// Volume by hour: messages, and beside them conversations. A table shows the same numbers.

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { count } from "../lib/format";
import { t } from "../strings";

interface Hour {
  /** "09:00" */
  label: string;
  messages: number;
  conversations: number;
  future: boolean;
}

const HEIGHT = 220;
const BOTTOM = 22;
const LEFT = 30;

/** A round number at or above the largest, with few steps below it. */
export function ceiling(largest: number): { top: number; step: number } {
  const aim = Math.max(4, largest);
  const power = 10 ** Math.floor(Math.log10(aim / 4));
  const step = [1, 2, 2.5, 5, 10].map((n) => n * power).find((n) => n * 4 >= aim && Number.isInteger(n)) ?? power * 10;
  return { step, top: Math.ceil(aim / step) * step };
}

export function Hours(props: { hours: Hour[]; title: string }) {
  const { hours } = props;
  const element = useRef<SVGSVGElement>(null);
  // Drawn in the page's own pixels, so that letters are as large as elsewhere.
  const [width, setWidth] = useState(720);
  useLayoutEffect(() => {
    const svg = element.current;
    if (!svg) return;
    const measure = () => setWidth(Math.max(260, Math.round(svg.getBoundingClientRect().width)));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(svg);
    return () => observer.disconnect();
  }, []);
  const { top, step } = ceiling(Math.max(...hours.map((hour) => hour.messages), 0));
  const slot = (width - LEFT) / Math.max(1, hours.length);
  const y = (n: number) => HEIGHT - BOTTOM - (n / top) * (HEIGHT - BOTTOM - 10);
  const bar = Math.min(13, slot * 0.36);
  const every = width < 480 ? 6 : 3;
  const lines = Array.from({ length: Math.round(top / step) + 1 }, (_, i) => i * step);
  const column = (n: number) => ({ y: y(n), height: Math.max(0, HEIGHT - BOTTOM - y(n)) });
  return (
    <svg ref={element} class="hours" height={HEIGHT} viewBox={`0 0 ${width} ${HEIGHT}`} role="img" aria-label={props.title}>
      {lines.map((n) => (
        <g key={n}>
          <line class="hours-grid" x1={LEFT} x2={width} y1={y(n)} y2={y(n)} />
          <text class="hours-text" x={LEFT - 8} y={y(n) + 3.5} text-anchor="end">
            {count(n)}
          </text>
        </g>
      ))}
      {hours.map((hour, i) => {
        const x = LEFT + i * slot + slot / 2;
        return (
          <g key={hour.label} class="hours-slot">
            <title>{t.today.hour(hour.label, hour.messages, hour.conversations)}</title>
            <rect class="hours-hit" x={LEFT + i * slot} y={0} width={slot} height={HEIGHT - BOTTOM} />
            <rect class="hours-messages" x={x - bar - 0.5} width={bar} rx={3} {...column(hour.messages)} />
            <rect class="hours-conversations" x={x + 0.5} width={bar} rx={3} {...column(hour.conversations)} />
            {i % every === 0 && (
              <text class="hours-text" x={x} y={HEIGHT - 6} text-anchor="middle">
                {hour.label.slice(0, 2)}
              </text>
            )}
          </g>
        );
      })}
    </svg>
  );
}
