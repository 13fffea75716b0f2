// Training anew: what waits to be learned, how far it is, what came of it, and the way
// back.

import { useState } from "preact/hooks";
import { percent, words } from "../../lib/format";
import { ago, full, now } from "../../lib/time";
import { canManage } from "../../state/session";
import { cancelTraining, heldBack, moved, previous, train, training, useModel } from "../../state/teaching";
import { t } from "../../strings";
import type { ModelReport, ModelVersion, Training } from "../../wire";
import { Button, Chip } from "../../ui/basics";
import { Icon } from "../../ui/icons";
import { useSaving } from "../settings/parts";

export function TrainingBox() {
  const [busy, save] = useSaving();
  const [open, setOpen] = useState(false);
  const state = training.value;
  if (!state) return null;
  const running = state.last?.state === "running" ? state.last : undefined;
  const back = previous(state);
  const worse = heldBack(state);
  const inUse = state.models.find((model) => model.number === state.in_use);
  return (
    <section class="card training" aria-label={t.teaching.training}>
      <div class="training-head">
        <div class="training-words">
          <h2>{running ? t.teaching.trains : t.teaching.waiting(state.lessons_since)}</h2>
          <p class="muted">{running ? t.teaching.trainsText(running.agent_name) : summary(inUse)}</p>
        </div>
        {canManage.value &&
          (running ? (
            <Button busy={busy} onClick={() => void save(cancelTraining, t.teaching.calledOff)}>
              {t.teaching.cancel}
            </Button>
          ) : (
            <Button look={state.lessons_since > 0 ? "primary" : "plain"} icon="spark" busy={busy} onClick={() => void save(train, "")}>
              {t.teaching.train}
            </Button>
          ))}
      </div>
      {running && (
        <div class="training-bar">
          <progress max={1} value={running.done} aria-label={t.teaching.training} />
          <span class="muted">
            {words(running.step || t.teaching.begins)} <span class="num">{percent(running.done)}</span>
          </span>
        </div>
      )}
      {state.last?.state === "failed" && (
        <p class="training-note training-note-bad">
          <Icon name="alert" size={16} /> {t.teaching.trainingFailed(state.last.error ?? "")}
        </p>
      )}
      {worse && (
        <p class="training-note training-note-bad">
          <Icon name="alert" size={16} />
          <span>{t.teaching.worse(worse.number)}</span>
          {canManage.value && (
            <Button small onClick={() => void save(() => useModel(worse.number), "")}>
              {t.teaching.useAnyway}
            </Button>
          )}
        </p>
      )}
      <div class="training-acts">
        <Button small look="quiet" icon={open ? "up" : "down"} expanded={open} controls="training-more" onClick={() => setOpen(!open)}>
          {t.teaching.more}
        </Button>
        {canManage.value && back && !running && (
          <Button small look="quiet" icon="undo" onClick={() => void save(() => useModel(back.number), "")}>
            {t.teaching.back(back.number)}
          </Button>
        )}
      </div>
      {open && (
        <div id="training-more">
          {(worse ?? inUse)?.report && <Report report={(worse ?? inUse)!.report!} number={(worse ?? inUse)!.number} />}
          <Versions state={state} onUse={(number) => void save(() => useModel(number), "")} />
        </div>
      )}
    </section>
  );
}

function summary(inUse: ModelVersion | undefined): string {
  if (!inUse) return t.teaching.noModel;
  const when = ago(inUse.at, Math.max(now.value, Date.parse(inUse.at)));
  const from = inUse.source === "files" ? t.teaching.fromFiles : t.teaching.by(inUse.agent_name ?? t.colleague);
  const scores = inUse.report ? ` ${t.teaching.right(percent(inUse.report.scores.accuracy))}` : "";
  return `${t.teaching.modelInUse(inUse.number, from, when)}${scores}`;
}

function Report({ report, number }: { report: ModelReport; number: number }) {
  const { scores, before, compared } = report;
  const changes = moved(report);
  const rows: [string, number, number | undefined][] = [
    [t.teaching.accuracy, scores.accuracy, before?.accuracy],
    [t.teaching.f1, scores.macro_f1, before?.macro_f1],
    [t.teaching.ece, scores.ece, before?.ece],
  ];
  return (
    <section class="report">
      <h3>{t.teaching.reportOf(number)}</h3>
      <p class="muted">{t.teaching.reportText(scores.examples, scores.intents, report.taught, Math.round(report.seconds))}</p>
      <table class="table report-scores">
        <thead>
          <tr>
            <th scope="col">{t.teaching.judged}</th>
            <th scope="col">{t.teaching.beforeIt}</th>
            <th scope="col">{t.teaching.now}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, is, was]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td class="num">{was === undefined || was === null ? "–" : share(was)}</td>
              <td class="num">{share(is)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {compared && <p>{t.teaching.compared(compared.examples, share(compared.before), share(compared.now), compared.gained, compared.lost)}</p>}
      {changes.length > 0 && (
        <>
          <h4>{t.teaching.changedIntents}</h4>
          <ul class="report-list">
            {changes.slice(0, 8).map((one) => (
              <li key={one.name}>
                <Chip tone={one.now > one.before ? "good" : "ember"} icon={one.now > one.before ? "up" : "down"}>
                  {words(one.name)}
                </Chip>{" "}
                <span class="num">
                  {share(one.before)} → {share(one.now)}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
      {report.read > 0 && <p>{t.teaching.reread(report.reread, report.read)}</p>}
      {report.changed.length > 0 && (
        <ul class="report-list">
          {report.changed.slice(0, 10).map((one) => (
            <li key={one.text}>
              <q>{one.text}</q>: {one.before ? words(one.before) : t.teaching.nothing} → <b>{one.now ? words(one.now) : t.teaching.nothing}</b>
            </li>
          ))}
        </ul>
      )}
      {report.confusions.length > 0 && (
        <>
          <h4>{t.teaching.confusions}</h4>
          <ul class="report-list">
            {report.confusions.slice(0, 5).map((one) => (
              <li key={one.expected + one.predicted}>
                {t.teaching.confusion(words(one.expected), words(one.predicted), one.times)} <q>{one.example}</q>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function Versions({ state, onUse }: { state: Training; onUse: (number: number) => void }) {
  return (
    <section class="report">
      <h3>{t.teaching.versions}</h3>
      <ul class="rows">
        {state.models.map((model) => (
          <li key={model.number} class="rows-item">
            <span class="rows-words">
              <strong>{t.teaching.model(model.number)}</strong>
              <span class="muted" title={full(model.at)}>
                {model.source === "files" ? t.teaching.fromFiles : t.teaching.by(model.agent_name ?? t.colleague)},{" "}
                {ago(model.at, Math.max(now.value, Date.parse(model.at)))}
                {model.report && ` · ${t.teaching.right(percent(model.report.scores.accuracy))}`}
              </span>
            </span>
            {model.number === state.in_use ? (
              <Chip tone="good" icon="check">
                {t.teaching.used}
              </Chip>
            ) : model.fits ? (
              canManage.value && (
                <Button small onClick={() => onUse(model.number)}>
                  {t.teaching.use}
                  <span class="sr-only"> {t.teaching.model(model.number)}</span>
                </Button>
              )
            ) : (
              <span class="muted">{t.teaching.unfit}</span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

const share = (p: number) => `${(100 * p).toFixed(1)} %`;
