// Opening hours of a week: for each day closed, or one span, or two with a pause.

import { t } from "../../strings";
import type { Week, Weekday } from "../../wire";
import { Button, Switch } from "../../ui/basics";

export const DAYS: Weekday[] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

export const OFFICE: Week = Object.fromEntries(DAYS.slice(0, 5).map((day) => [day, [["09:00", "17:00"]]])) as Week;

/** What is wrong with a day's spans, if anything: they must be in order and not overlap. */
export function wrongDay(spans: readonly [string, string][]): boolean {
  return spans.some(([from, to], i) => !from || !to || from >= to || (i > 0 && from < spans[i - 1]![1]));
}

/** The hours as a sentence has them: days with the same hours together. */
export function weekWords(week: Week): string {
  const groups: { first: Weekday; last: Weekday; hours: string }[] = [];
  for (const day of DAYS) {
    const hours = (week[day] ?? []).map(([from, to]) => t.hours.span(from, to)).join(", ") || t.hours.closed.toLowerCase();
    const group = groups.at(-1);
    if (group?.hours === hours) group.last = day;
    else groups.push({ first: day, last: day, hours });
  }
  return groups.map(({ first, last, hours }) => `${t.hours.range(t.hours.days[first], t.hours.days[last])}: ${hours}`).join("; ");
}

export function WeekField(props: { week: Week; onChange: (week: Week) => void }) {
  const set = (day: Weekday, spans: [string, string][]) => props.onChange({ ...props.week, [day]: spans });
  return (
    <div class="week" role="group" aria-label={t.hours.week}>
      {DAYS.map((day) => {
        const spans = props.week[day] ?? [];
        const wrong = wrongDay(spans);
        return (
          <div key={day} class="week-day">
            <Switch on={spans.length > 0} label={t.hours.days[day]} onChange={(on) => set(day, on ? [["09:00", "17:00"]] : [])} />
            <div class="week-spans">
              {spans.length === 0 && <span class="muted">{t.hours.closed}</span>}
              {spans.map(([from, to], i) => {
                const put = (next: [string, string]) => set(day, spans.map((span, j) => (i === j ? next : span)));
                return (
                  <span key={i} class="week-span">
                    <input
                      class="input num"
                      type="time"
                      aria-label={t.hours.from(t.hours.days[day])}
                      aria-invalid={wrong ? "true" : undefined}
                      value={from}
                      onChange={(event) => put([event.currentTarget.value, to])}
                    />
                    <span aria-hidden="true">–</span>
                    <input
                      class="input num"
                      type="time"
                      aria-label={t.hours.to(t.hours.days[day])}
                      aria-invalid={wrong ? "true" : undefined}
                      value={to}
                      onChange={(event) => put([from, event.currentTarget.value])}
                    />
                    {i > 0 && (
                      <Button
                        look="quiet"
                        small
                        icon="close"
                        label={t.hours.removeSpan(t.hours.days[day])}
                        onClick={() => set(day, spans.filter((_, j) => j !== i))}
                      />
                    )}
                  </span>
                );
              })}
              {spans.length === 1 && !wrong && spans[0]![1] < "22:00" && (
                <Button
                  look="quiet"
                  small
                  icon="plus"
                  label={t.hours.addSpan(t.hours.days[day])}
                  onClick={() => set(day, [...spans, [later(spans[0]![1], 1), later(spans[0]![1], 2)]])}
                />
              )}
            </div>
            {wrong && (
              <p class="wrong" role="alert">
                {t.hours.wrong}
              </p>
            )}
          </div>
        );
      })}
    </div>
  );
}

function later(time: string, hours: number): string {
  const [hour, minute] = time.split(":");
  return `${String(Math.min(23, Number(hour) + hours)).padStart(2, "0")}:${minute}`;
}
