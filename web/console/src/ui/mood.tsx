// A customer's mood at a glance: a mouth that bends with the probability of unhappiness.
// The number stands in its label, so that nobody has to read the drawing.

import { percent } from "../lib/format";
import { t } from "../strings";

export function moodTone(unhappiness: number): "calm" | "uneasy" | "unhappy" {
  if (unhappiness >= 0.6) return "unhappy";
  return unhappiness >= 0.3 ? "uneasy" : "calm";
}

export function Mood(props: { unhappiness: number; size?: number }) {
  const size = props.size ?? 18;
  // A straight mouth where unease begins.
  const bend = 3 - 6.4 * Math.min(1, Math.max(0, props.unhappiness)) ** 0.65;
  const y = 12.6 - bend / 2;
  const label = t.mood.unhappy(percent(props.unhappiness));
  return (
    <svg class={`mood mood-${moodTone(props.unhappiness)}`} width={size} height={size} viewBox="0 0 20 20" role="img" aria-label={label}>
      <title>{label}</title>
      <circle cx="10" cy="10" r="8" class="mood-face" />
      <circle cx="7.3" cy="8.3" r="1.05" class="mood-eye" />
      <circle cx="12.7" cy="8.3" r="1.05" class="mood-eye" />
      <path d={`M6.6 ${y} Q10 ${y + bend * 1.3} 13.4 ${y}`} class="mood-mouth" />
    </svg>
  );
}
