// When people answer, whom a waiting customer is offered to, and when waiting is raised again.

import { useEffect, useState } from "preact/hooks";
import { aheadIn } from "../../lib/time";
import { patch } from "../../net/http";
import { canManage } from "../../state/session";
import { shop } from "../../state/shop";
import { t } from "../../strings";
import type { Hours as HoursWire, ShopSettings, Week } from "../../wire";
import { Chip, Field, Switch } from "../../ui/basics";
import { Box, Save, useSaving } from "./parts";
import { DAYS, OFFICE, WeekField, wrongDay } from "./week";

export function Hours() {
  const settings = shop.value;
  if (!settings) return <p role="status">{t.loading}</p>;
  return (
    <fieldset class="plain" disabled={!canManage.value}>
      {!canManage.value && <p class="muted">{t.settings.readOnly}</p>}
      <Opening settings={settings} />
      <Assignment settings={settings} />
      <Reminders settings={settings} />
    </fieldset>
  );
}

async function change(what: unknown) {
  shop.value = await patch<ShopSettings>("/v1/settings", what);
}

function zones(): string[] {
  return typeof Intl.supportedValuesOf === "function" ? Intl.supportedValuesOf("timeZone") : [];
}

function Opening({ settings }: { settings: ShopSettings }) {
  const told = settings.hours;
  const [on, setOn] = useState(told !== null);
  const [zone, setZone] = useState(told?.time_zone ?? settings.shop.time_zone);
  const [week, setWeek] = useState<Week>(told?.week ?? OFFICE);
  const [busy, save] = useSaving();
  useEffect(() => {
    setOn(told !== null);
    if (told) {
      setZone(told.time_zone);
      setWeek(told.week);
    }
  }, [told]);
  const next: Pick<HoursWire, "time_zone" | "week"> | null = on ? { time_zone: zone, week } : null;
  const before = told && { time_zone: told.time_zone, week: told.week };
  const wrong = on && DAYS.some((day) => wrongDay(week[day] ?? []));
  const changed = JSON.stringify(next) !== JSON.stringify(before);
  return (
    <Box
      title={t.hours.title}
      text={t.hours.text}
      side={
        told && (
          <Chip tone={told.open_now ? "good" : undefined} icon="clock">
            {told.open_now ? t.hours.openNow : told.opens_at ? t.hours.opens(aheadIn(told.time_zone, told.opens_at)) : t.hours.closedNow}
          </Chip>
        )
      }
    >
      <Switch on={on} label={t.hours.on} onChange={setOn} />
      {on ? (
        <>
          <Field label={t.hours.zone}>
            {(attributes) => (
              <>
                <input class="input" list="zones" value={zone} onInput={(event) => setZone(event.currentTarget.value)} {...attributes} />
                <datalist id="zones">
                  {zones().map((one) => (
                    <option key={one} value={one} />
                  ))}
                </datalist>
              </>
            )}
          </Field>
          <WeekField week={week} onChange={setWeek} />
        </>
      ) : (
        <p class="muted">{t.hours.always}</p>
      )}
      <Save busy={busy} changed={changed && !wrong} onSave={() => void save(() => change({ hours: next }))} />
    </Box>
  );
}

const MODES = ["offer", "hold", "off"] as const;

function Assignment({ settings }: { settings: ShopSettings }) {
  const { assignment } = settings;
  const [mode, setMode] = useState(assignment.mode);
  const [seconds, setSeconds] = useState(String(assignment.offer_s));
  const [busy, save] = useSaving();
  const n = Number(seconds);
  const wrong = mode === "offer" && !(Number.isInteger(n) && n >= 5 && n <= 3600);
  return (
    <Box title={t.assignment.title} text={t.assignment.text}>
      <div class="radios" role="radiogroup" aria-label={t.assignment.title}>
        {MODES.map((one) => (
          <label key={one} class="radio">
            <input type="radio" name="mode" checked={mode === one} onChange={() => setMode(one)} />
            <span>
              <strong>{t.assignment.modes[one].name}</strong>
              <span class="muted">{t.assignment.modes[one].text}</span>
            </span>
          </label>
        ))}
      </div>
      {mode === "offer" && (
        <Field label={t.assignment.seconds} wrong={wrong ? t.assignment.wrong : null}>
          {(attributes) => (
            <input
              class="input num input-short"
              type="number"
              min={5}
              max={3600}
              value={seconds}
              onInput={(event) => setSeconds(event.currentTarget.value)}
              {...attributes}
            />
          )}
        </Field>
      )}
      <Save
        busy={busy}
        changed={!wrong && (mode !== assignment.mode || n !== assignment.offer_s)}
        onSave={() => void save(() => change({ assignment: { mode, offer_s: wrong ? assignment.offer_s : n } }))}
      />
    </Box>
  );
}

/** Minutes as they are typed, "5, 30", to seconds; undefined where they make no sense. */
export function reminderSteps(text: string): number[] | undefined {
  const parts = text.split(/[,;\s]+/).filter(Boolean);
  const steps = parts.map((part) => Math.round(Number(part.replace(",", ".")) * 60));
  const right = steps.length <= 5 && steps.every((s, i) => Number.isFinite(s) && s >= 30 && (i === 0 || s > steps[i - 1]!));
  return right ? steps : undefined;
}

function Reminders({ settings }: { settings: ShopSettings }) {
  const before = settings.reminders.after_s.map((s) => s / 60).join(", ");
  const [text, setText] = useState(before);
  const [busy, save] = useSaving();
  const steps = reminderSteps(text);
  return (
    <Box title={t.reminders.title} text={t.reminders.text}>
      <Field label={t.reminders.minutes} hint={t.reminders.hint} wrong={steps ? null : t.reminders.wrong}>
        {(attributes) => (
          <input class="input num" value={text} inputMode="decimal" onInput={(event) => setText(event.currentTarget.value)} {...attributes} />
        )}
      </Field>
      <Save
        busy={busy}
        changed={steps !== undefined && JSON.stringify(steps) !== JSON.stringify(settings.reminders.after_s)}
        onSave={() => void save(() => change({ reminders: { after_s: steps } }))}
      />
    </Box>
  );
}
