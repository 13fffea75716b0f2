// Tells the agent what needs them: a number in the window's title, a sound, and a
// notification of the browser when the page is out of sight.

import { computed, effect, signal } from "@preact/signals";
import { plain } from "../lib/format";
import { go } from "../lib/router";
import { stored } from "../lib/stored";
import { t } from "../strings";
import type { Conversation, ServerFrame } from "../wire";
import { current } from "./desk";
import { mineUnread, rows, shownCounts } from "./inbox";
import { me, session } from "./session";
import { nameOfCustomer } from "./names";

export const sound = stored("sound", true);
export const notify = stored("notify", false);
/** What was announced last, for those who listen rather than look. */
export const announcement = signal("");

export type Alert = "escalation" | "offer" | "urgent" | "message";

/** What a frame is worth telling about, given what was known before it. */
export function alertOf(
  frame: ServerFrame,
  before: Conversation | undefined,
  myId: string | undefined,
  looking: string | undefined,
): { kind: Alert; id: string } | undefined {
  if (frame.type === "urgent") return { kind: "urgent", id: frame.conversation_id };
  if (frame.type === "conversation") {
    const row = frame.conversation;
    if (row.status === "resolved") return undefined;
    if (row.holder === "bot" && row.offered_to === myId && before?.offered_to !== myId && myId) return { kind: "offer", id: row.id };
    // Offered to a colleague: theirs to hear.
    if (row.queued && !before?.queued && !row.offered_to) return { kind: "escalation", id: row.id };
    return undefined;
  }
  if (frame.type === "event" && frame.author.kind === "customer" && before?.agent_id === myId && myId) {
    const words = frame.content.type === "text" || frame.content.type === "file" || frame.content.type === "submitted";
    return words && looking !== frame.conversation_id ? { kind: "message", id: frame.conversation_id } : undefined;
  }
  return undefined;
}

export function onFrame(frame: ServerFrame) {
  const mine = me.peek();
  const id = frame.type === "conversation" ? frame.conversation.id : "conversation_id" in frame ? frame.conversation_id : undefined;
  if (!mine || !id) return;
  const looking = document.hasFocus() ? current.peek() : undefined;
  const alert = alertOf(frame, rows.get(id), mine.id, looking);
  if (!alert) return;
  if (alert.kind !== "message" && (mine.status === "away" || mine.role === "viewer")) return;
  const row = frame.type === "conversation" ? frame.conversation : rows.get(id);
  const who = row ? nameOfCustomer(row) : t.visitor;
  const title = t.alerts[alert.kind](who);
  const said = frame.type === "event" && frame.content.type === "text" ? frame.content.text : (row?.queued?.reason ?? row?.preview?.text ?? "");
  announcement.value = `${title} ${plain(said)}`.trim();
  if (sound.peek()) play(alert.kind);
  if (notify.peek()) show(title, plain(said), alert);
}

function show(title: string, body: string, alert: { kind: Alert; id: string }) {
  if (!("Notification" in window) || Notification.permission !== "granted" || document.hasFocus()) return;
  try {
    // One notification a conversation: a newer one takes its place.
    const shown = new Notification(title, { body, tag: alert.id, icon: "/console/icon.svg" });
    shown.onclick = () => {
      window.focus();
      go(`/conversations/${alert.id}`);
      shown.close();
    };
  } catch {
    // Some phones allow notifications from a service worker only.
  }
}

/** Asks the browser; whether it allows them. */
export async function allowNotifications(): Promise<boolean> {
  if (!("Notification" in window)) return false;
  const answer = Notification.permission === "default" ? await Notification.requestPermission() : Notification.permission;
  notify.value = answer === "granted";
  return notify.value;
}

let audio: AudioContext | undefined;
let last = 0;

/** Tones in hertz, each with when it begins. Two steps up ask for somebody; one calm tone tells. */
const TUNES: Record<Alert, [number, number][]> = {
  message: [[660, 0]],
  escalation: [[523, 0], [784, 0.13]],
  offer: [[523, 0], [659, 0.11], [784, 0.22]],
  urgent: [[784, 0], [784, 0.18], [1047, 0.36]],
};

export function play(kind: Alert) {
  const present = performance.now();
  // Ten escalations at once are one sound.
  if (present - last < 1_500) return;
  last = present;
  try {
    audio ??= new AudioContext();
    // A browser keeps sound back until the page was clicked once.
    if (audio.state === "suspended") void audio.resume();
    for (const [pitch, start] of TUNES[kind]) tone(audio, pitch, audio.currentTime + start);
  } catch {
    // No sound device: the title and the list still tell.
  }
}

function tone(context: AudioContext, pitch: number, start: number) {
  const oscillator = context.createOscillator();
  const volume = context.createGain();
  oscillator.type = "sine";
  oscillator.frequency.value = pitch;
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(0.12, start + 0.015);
  volume.gain.exponentialRampToValueAtTime(0.0005, start + 0.32);
  oscillator.connect(volume).connect(context.destination);
  oscillator.start(start);
  oscillator.stop(start + 0.34);
}

/** What wants an answer: who waits for anybody, and who has written to me. */
export const badge = computed(() => (shownCounts.value.waiting ?? 0) + mineUnread.value);

export function keepTitle() {
  return effect(() => {
    const shop = session.value?.shop;
    const name = shop ? t.title(shop) : t.product;
    document.title = me.value && badge.value > 0 ? `(${badge.value}) ${name}` : name;
  });
}
