// The course of the customer's sentiment, message by message: up is content, down is not.
// A list of the same numbers stands beside it for those who do not see it.

import { t } from "../strings";
import type { Mood } from "../wire";
import { percent } from "../lib/format";

interface Props {
  moods: Mood[];
  /** Shows the message that a point belongs to. */
  onPick?: (seq: number) => void;
}

const WIDTH = 200;
const HEIGHT = 36;
const EDGE = 6;

interface Point {
  x: number;
  y: number;
}

/** Places for scores between −1 and 1, spread over the width. */
export function points(scores: readonly number[]): Point[] {
  const step = scores.length > 1 ? (WIDTH - 2 * EDGE) / (scores.length - 1) : 0;
  return scores.map((score, i) => ({
    x: scores.length > 1 ? EDGE + i * step : WIDTH / 2,
    y: HEIGHT / 2 - Math.max(-1, Math.min(1, score)) * (HEIGHT / 2 - EDGE),
  }));
}

const tone = (mood: Mood) => (mood.sentiment <= -0.25 ? "down" : mood.sentiment >= 0.25 ? "up" : "level");

export function Course(props: Props) {
  const { moods } = props;
  if (moods.length === 0) return null;
  const places = points(moods.map((mood) => mood.sentiment));
  const line = places.map((p, i) => `${i === 0 ? "M" : "L"}${p.x.toFixed(1)} ${p.y.toFixed(1)}`).join("");
  return (
    <figure class="course">
      <figcaption class="sr-only">{t.course.title}</figcaption>
      <div class="course-plot">
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
          <line x1="0" x2={WIDTH} y1={HEIGHT / 2} y2={HEIGHT / 2} class="course-zero" />
          <path d={line} class="course-line" vector-effect="non-scaling-stroke" />
        </svg>
        <ol class="course-points">
          {moods.map((mood, i) => {
            const label = t.course.point(i + 1, mood.sentiment.toFixed(2), percent(mood.unhappiness));
            return (
              <li
                key={mood.seq}
                style={{ insetInlineStart: `${(places[i]!.x / WIDTH) * 100}%`, insetBlockStart: `${(places[i]!.y / HEIGHT) * 100}%` }}
              >
                <button
                  type="button"
                  class={`course-point course-${tone(mood)} ${i === moods.length - 1 ? "course-last" : ""}`}
                  aria-label={label}
                  title={label}
                  onClick={() => props.onPick?.(mood.seq)}
                />
              </li>
            );
          })}
        </ol>
      </div>
    </figure>
  );
}
