// Today's numbers: how much was written, who answered it, who waits, how content they are.

import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { Hours } from "../../charts/hours";
import { Parts } from "../../charts/parts";
import { count, percent, plain } from "../../lib/format";
import { href } from "../../lib/router";
import { ago, clock, date, now, span } from "../../lib/time";
import { get } from "../../net/http";
import { explain } from "../../state/actions";
import { hear } from "../../state/desk";
import { nameOfCustomer } from "../../state/names";
import { t } from "../../strings";
import type { Report } from "../../wire";
import { Button, Empty } from "../../ui/basics";
import { Icon } from "../../ui/icons";
import { Mood } from "../../ui/mood";

const report = signal<Report | undefined>(undefined);
const trouble = signal<string | undefined>(undefined);

/** The page follows what happens, but does not ask for the sums more often than this. */
const PAUSE = 10_000;

async function load() {
  try {
    report.value = await get<Report>("/v1/reports/today");
    trouble.value = undefined;
  } catch (error) {
    trouble.value = explain(error);
  }
}

export function TodayPage() {
  useEffect(() => {
    void load();
    let due: ReturnType<typeof setTimeout> | undefined;
    const stop = hear((frame) => {
      if (frame.type !== "event" && frame.type !== "queue") return;
      due ??= setTimeout(() => {
        due = undefined;
        void load();
      }, PAUSE);
    });
    return () => {
      stop();
      clearTimeout(due);
    };
  }, []);

  const today = report.value;
  return (
    <main id="main" class="page today scroll">
      <header class="page-head">
        <h1>{t.today.title}</h1>
        {today && (
          <p class="muted">
            {date(`${today.day}T12:00:00`)} · {today.time_zone.replace(/_/g, " ")}
          </p>
        )}
      </header>
      {trouble.value && !today && (
        <Empty icon="wifi" title={t.today.failed} acts={<Button icon="refresh" onClick={() => void load()}>{t.again}</Button>}>
          <p>{trouble.value}</p>
        </Empty>
      )}
      {today && <Numbers today={today} />}
      {today && today.messages === 0 && <Quiet />}
      {today && today.messages > 0 && <Volume today={today} />}
      {today && today.messages > 0 && (
        <div class="today-pair">
          <Csat today={today} />
          <Unhappiest today={today} />
        </div>
      )}
    </main>
  );
}

function Quiet() {
  return (
    <Empty
      icon="chart"
      title={t.today.quiet}
      acts={
        <a class="btn" href="/" target="_blank" rel="noopener">
          <Icon name="shop" />
          <span>{t.empty.demo}</span>
        </a>
      }
    >
      <p>{t.today.quietText}</p>
    </Empty>
  );
}

function Numbers({ today }: { today: Report }) {
  const { waited, csat } = today;
  const longest = today.longest_waiting_since;
  return (
    <section class="tiles" aria-label={t.today.title}>
      <div class="tile tile-wide">
        <h2>{t.today.conversations}</h2>
        <p class="tile-number num">{count(today.conversations)}</p>
        <Parts
          label={t.today.who}
          parts={[
            { name: t.today.byBot, value: today.answered_by_bot, tone: "bot" },
            { name: t.today.escalated, value: today.escalated, tone: "ember" },
          ]}
        />
      </div>
      <div class={`tile ${today.waiting_now > 0 ? "tile-loud" : ""}`}>
        <h2>{t.today.waiting}</h2>
        <p class="tile-number num">{count(today.waiting_now)}</p>
        <p class="muted">
          {longest ? t.today.longest(ago(longest, Math.max(now.value, Date.parse(longest)))) : t.today.nobodyWaits}
          {today.waiting_now > 0 && (
            <>
              {" "}
              <a href={href("/inbox/waiting")}>{t.today.help}</a>
            </>
          )}
        </p>
      </div>
      <div class="tile">
        <h2>{t.today.waited}</h2>
        <p class="tile-number num">{waited.median_s === undefined || waited.median_s === null ? "–" : seconds(waited.median_s)}</p>
        <p class="muted">{t.today.taken(waited.taken)}</p>
      </div>
      <div class="tile">
        <h2>{t.today.csat}</h2>
        <p class="tile-number num">
          {csat.average === undefined || csat.average === null ? "–" : csat.average.toFixed(1)}
          {csat.average !== undefined && csat.average !== null && <span class="tile-of muted"> / 5</span>}
        </p>
        <p class="muted">
          {csat.answers === 0 ? t.today.noScores : t.today.satisfied(percent(csat.satisfied ?? 0), csat.answers)}
        </p>
      </div>
    </section>
  );
}

function seconds(s: number): string {
  return s < 120 ? t.time.seconds(Math.round(s)) : span(s * 1000);
}

function Volume({ today }: { today: Report }) {
  const [table, setTable] = useState(false);
  const hours = today.hours.map((hour) => ({
    label: clockIn(hour.at, today.time_zone),
    messages: hour.messages,
    conversations: hour.conversations,
    future: Date.parse(hour.at) > now.value,
  }));
  const busiest = hours.reduce((best, hour) => (hour.messages > best.messages ? hour : best), hours[0]!);
  return (
    <section class="card chart" aria-labelledby="volume">
      <header class="chart-head">
        <h2 id="volume">{t.today.volume}</h2>
        <p class="legend">
          <span>
            <i class="tone-fill-bot" aria-hidden="true" />
            {t.today.messages} <b class="num">{count(today.messages)}</b>
          </span>
          <span>
            <i class="tone-fill-accent" aria-hidden="true" />
            {t.today.conversations} <b class="num">{count(today.conversations)}</b>
          </span>
        </p>
        <Button small look="quiet" icon={table ? "chart" : "panel"} pressed={table} onClick={() => setTable(!table)}>
          {t.today.table}
        </Button>
      </header>
      {table ? (
        <div class="chart-table scroll" tabIndex={0} role="group" aria-label={t.today.volume}>
          <table class="table">
            <caption class="sr-only">{t.today.volume}</caption>
            <thead>
              <tr>
                <th scope="col">{t.today.hourName}</th>
                <th scope="col" class="end">
                  {t.today.messages}
                </th>
                <th scope="col" class="end">
                  {t.today.conversations}
                </th>
              </tr>
            </thead>
            <tbody>
              {hours.map((hour) => (
                <tr key={hour.label}>
                  <th scope="row" class="num">
                    {hour.label}
                  </th>
                  <td class="end num">{count(hour.messages)}</td>
                  <td class="end num">{count(hour.conversations)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <Hours hours={hours} title={t.today.volumeLabel(busiest.label, busiest.messages)} />
      )}
    </section>
  );
}

function clockIn(at: string, zone: string): string {
  try {
    return new Intl.DateTimeFormat(document.documentElement.lang || "en", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone }).format(
      new Date(at),
    );
  } catch {
    return clock(at);
  }
}

function Csat({ today }: { today: Report }) {
  const { csat, helpful } = today;
  const most = Math.max(1, ...csat.scores);
  return (
    <section class="card chart" aria-labelledby="csat">
      <header class="chart-head">
        <h2 id="csat">{t.today.scores}</h2>
      </header>
      {csat.answers === 0 ? (
        <p class="muted chart-none">{t.today.noScoresText}</p>
      ) : (
        <ol class="scores" reversed>
          {[5, 4, 3, 2, 1].map((score) => {
            const n = csat.scores[score - 1] ?? 0;
            return (
              <li key={score}>
                <span class="num">{score}</span>
                <span class="scores-track" aria-hidden="true">
                  <span class={`scores-bar scores-${score}`} style={{ inlineSize: `${(n / most) * 100}%` }} />
                </span>
                <span class="num">{count(n)}</span>
              </li>
            );
          })}
        </ol>
      )}
      <Parts
        label={t.today.helpful}
        parts={[
          { name: t.conversation.helpful, value: helpful.yes, tone: "good" },
          { name: t.conversation.unhelpful, value: helpful.no, tone: "amber" },
        ]}
      />
    </section>
  );
}

function Unhappiest({ today }: { today: Report }) {
  return (
    <section class="card chart" aria-labelledby="unhappiest">
      <header class="chart-head">
        <h2 id="unhappiest">{t.today.unhappiest}</h2>
      </header>
      {today.unhappiest.length === 0 && <p class="muted chart-none">{t.today.nobodyUnhappy}</p>}
      <ul class="others">
        {today.unhappiest.map((one) => (
          <li key={one.id}>
            <a href={href(`/inbox/open/${one.id}`)}>
              <Mood unhappiness={one.unhappiness} />
              <span class="clip">
                <strong>{nameOfCustomer({ customer: one.customer, customer_id: one.id })}</strong> {one.preview && plain(one.preview.text)}
              </span>
              <span class="num muted">{percent(one.unhappiness)}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
