// Teaching: what was not understood, and what becomes of it in this page. Pure steps
// first, then what is kept and the calls to the server.

import { signal } from "@preact/signals";
import { match } from "../keys/match";
import { words } from "../lib/format";
import { call, get, post, remove } from "../net/http";
import { t } from "../strings";
import type { Board, Cluster, DoubtMessage, IntentBrief, MessageRef, ModelReport, ModelVersion, Page, Training } from "../wire";
import { explain } from "./actions";
import { tell, warn } from "./toasts";

export type Verdict = { verdict: "example"; intent: string } | { verdict: "outside" } | { verdict: "dismissed" };

export const keyOf = (message: MessageRef) => `${message.conversation_id}/${message.seq}`;

/** The board once these messages have been judged; clusters that are empty now are gone. */
export function without(board: Board, judged: readonly MessageRef[]): Board {
  const gone = new Set(judged.map(keyOf));
  const clusters = board.clusters.flatMap((cluster) => {
    const messages = cluster.messages.filter((message) => !gone.has(keyOf(message)));
    const count = cluster.count - (cluster.messages.length - messages.length);
    if (messages.length === 0) return [];
    return [{ ...cluster, messages, count, title: messages[0]!.text, reasons: reasonsOf(messages) }];
  });
  return { ...board, clusters, messages: board.messages - gone.size };
}

export function reasonsOf(messages: readonly DoubtMessage[]): Cluster["reasons"] {
  const reasons: Cluster["reasons"] = {};
  for (const message of messages) for (const reason of message.reasons) reasons[reason] = (reasons[reason] ?? 0) + 1;
  return reasons;
}

export interface Candidate {
  intent: IntentBrief;
  /** How likely the model finds it, where it is among the likely ones. */
  confidence?: number;
}

/** Intents that fit what was typed. Nothing typed: all of them, the likely ones first. */
export function candidates(intents: readonly IntentBrief[], likely: Cluster["likely"], typed: string): Candidate[] {
  const confidence = new Map(likely.map((one) => [one.name, one.confidence]));
  const scored = intents.map((intent) => {
    const name = match(typed, words(intent.name)) * 2;
    const p = confidence.get(intent.name);
    return { intent, score: Math.max(name, match(typed, intent.description)), ...(p === undefined ? {} : { confidence: p }) };
  });
  return scored
    .filter((one) => one.score > 0)
    .sort((a, b) => b.score - a.score || (b.confidence ?? 0) - (a.confidence ?? 0) || a.intent.name.localeCompare(b.intent.name))
    .map(({ score: _, ...candidate }) => candidate);
}

/** A name for an intent, as its file would be called: "Gift wrap?" is gift_wrap. */
export function nameFrom(text: string): string {
  const name = text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[\u0300-\u036f'’]/g, "")
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^[^a-z]+/, "");
  return name.slice(0, 40).replace(/_+$/, "");
}

/** What is wrong with a new intent's name, if anything. */
export function wrongName(name: string, intents: readonly IntentBrief[]): string | undefined {
  if (!/^[a-z][a-z0-9_]*$/.test(name)) return t.teaching.nameRule;
  if (intents.some((one) => one.name === name)) return t.teaching.nameTaken;
  return undefined;
}

/** Intents whose score changed by at least a point, the largest change first. */
export function moved(report: ModelReport): { name: string; before: number; now: number }[] {
  return report.intents
    .flatMap((one) => (one.before === undefined || one.before === null ? [] : [{ name: one.name, before: one.before, now: one.f1 }]))
    .filter((one) => Math.abs(one.now - one.before) >= 0.01)
    .sort((a, b) => Math.abs(b.now - b.before) - Math.abs(a.now - a.before));
}

/** The model before the one in use: what "back" means. */
export function previous(training: Training): ModelVersion | undefined {
  return training.models.find((model) => model.fits && model.number < (training.in_use ?? 0));
}

/** A new model that did worse and was not put into use, if it is the newest. */
export function heldBack(training: Training): ModelVersion | undefined {
  const newest = training.models[0];
  return newest && newest.number !== training.in_use && newest.report?.outcome === "worse" ? newest : undefined;
}

export const board = signal<Board | undefined>(undefined);
export const training = signal<Training | undefined>(undefined);
export const intents = signal<IntentBrief[]>([]);
/** How many days the board looks back. */
export const days = signal(30);

export async function loadBoard() {
  board.value = await get<Board>(`/v1/understanding?days=${days.peek()}`);
}

export async function loadTraining() {
  training.value = await get<Training>("/v1/training");
}

export async function loadIntents() {
  intents.value = (await get<Page<IntentBrief>>("/v1/intents")).items;
}

/** Judges messages; they leave the board at once, and come back if it fails or is undone. */
export async function judge(messages: readonly MessageRef[], verdict: Verdict): Promise<boolean> {
  const before = board.peek();
  if (before) board.value = without(before, messages);
  try {
    const refs = messages.map(({ conversation_id, seq }) => ({ conversation_id, seq }));
    const { ids } = await post<{ ids: string[] }>("/v1/lessons", { messages: refs, ...verdict });
    tell(said(messages.length, verdict), () => takeBack(ids));
    return true;
  } catch (error) {
    board.value = before;
    warn(explain(error));
    return false;
  }
}

function said(count: number, verdict: Verdict): string {
  if (verdict.verdict === "example") return t.teaching.taught(count, words(verdict.intent));
  return verdict.verdict === "outside" ? t.teaching.isOutside(count) : t.teaching.isDismissed(count);
}

async function takeBack(ids: string[]) {
  try {
    await post("/v1/lessons/undo", { ids });
    tell(t.toasts.undone);
    await Promise.all([loadBoard(), loadTraining()]);
  } catch (error) {
    warn(explain(error));
  }
}

export interface NewIntent {
  name: string;
  description: string;
  reply: string;
}

export async function makeIntent(intent: NewIntent, messages: readonly MessageRef[]) {
  const refs = messages.map(({ conversation_id, seq }) => ({ conversation_id, seq }));
  await post("/v1/intents", { ...intent, messages: refs });
  const before = board.peek();
  if (before) board.value = without(before, messages);
  tell(t.teaching.made(words(intent.name)), async () => {
    try {
      await remove(`/v1/intents/${encodeURIComponent(intent.name)}`);
      tell(t.toasts.undone);
      await Promise.all([loadBoard(), loadIntents()]);
    } catch (error) {
      warn(explain(error));
    }
  });
  await loadIntents();
}

export async function train() {
  training.value = await post<Training>("/v1/training");
}

export async function cancelTraining() {
  await call("/v1/training", { method: "DELETE" });
  await loadTraining();
}

/** Puts a model into use; the one before is one click away. */
export async function useModel(number: number) {
  const before = training.peek()?.in_use;
  training.value = await post<Training>(`/v1/models/${number}/use`);
  tell(
    t.teaching.inUse(number),
    before === undefined || before === number
      ? undefined
      : async () => {
          try {
            training.value = await post<Training>(`/v1/models/${before}/use`);
            tell(t.teaching.inUse(before));
          } catch (error) {
            warn(explain(error));
          }
        },
  );
}
