// The webhooks as the server has them; read when an admin looks, and anew when one of them
// begins to fail, works again, or was disabled.

import { signal } from "@preact/signals";
import { get } from "../net/http";
import type { EventKindView, Page, Webhook } from "../wire";

export const webhooks = signal<Webhook[] | undefined>(undefined);
export const eventKinds = signal<EventKindView[]>([]);

export async function loadWebhooks() {
  webhooks.value = (await get<Page<Webhook>>("/v1/webhooks")).items;
}

export async function loadEventKinds() {
  if (eventKinds.peek().length === 0) eventKinds.value = (await get<Page<EventKindView>>("/v1/webhooks/events")).items;
}

export function putWebhook(changed: Webhook) {
  const list = webhooks.peek() ?? [];
  const { secret: _, ...kept } = changed;
  webhooks.value = list.some((one) => one.id === kept.id) ? list.map((one) => (one.id === kept.id ? kept : one)) : [...list, kept];
}
