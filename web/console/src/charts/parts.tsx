// Shares of a whole as one bar, with their names and numbers beside it.

import { count, percent } from "../lib/format";

export interface Part {
  name: string;
  value: number;
  tone: "bot" | "ember" | "good" | "amber" | "accent";
}

export function Parts(props: { parts: Part[]; label: string }) {
  const sum = props.parts.reduce((total, part) => total + part.value, 0);
  return (
    <figure class="parts">
      <figcaption class="sr-only">{props.label}</figcaption>
      <div class="parts-bar" aria-hidden="true">
        {props.parts
          .filter((part) => part.value > 0)
          .map((part) => (
            <span key={part.name} class={`parts-part tone-fill-${part.tone}`} style={{ flexGrow: String(part.value) }} />
          ))}
      </div>
      <dl class="parts-list">
        {props.parts.map((part) => (
          <div key={part.name}>
            <dt>
              <span class={`parts-key tone-fill-${part.tone}`} aria-hidden="true" />
              {part.name}
            </dt>
            <dd class="num">
              {count(part.value)} {sum > 0 && <span class="muted">{percent(part.value / sum)}</span>}
            </dd>
          </div>
        ))}
      </dl>
    </figure>
  );
}
