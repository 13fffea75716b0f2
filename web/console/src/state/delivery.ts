// How far what the shop said has come: to the channel, to the customer's device, before
// their eyes, or nowhere.

import type { Entry, Wait } from "../wire";

export type DeliveryState = "waiting" | "sent" | "delivered" | "read" | "failed";

export interface Delivery {
  state: DeliveryState;
  /** Why it failed, in words. */
  reason?: string | undefined;
}

/** What the log tells of each message; the last word counts. */
export function told(entries: readonly Entry[]): Map<number, Delivery> {
  const result = new Map<number, Delivery>();
  for (const { content } of entries) {
    if (content.type !== "status" || content.message === undefined || !content.delivery) continue;
    result.set(content.message, { state: content.delivery, reason: content.reason });
  }
  return result;
}

/** One message of the shop, in a channel beside the website. What nobody told of is sent
    unless it waits. */
export function deliveryOf(seq: number, deliveries: ReadonlyMap<number, Delivery>, waits: readonly Wait[]): Delivery {
  const known = deliveries.get(seq);
  if (known) return known;
  const wait = waits.find((one) => seq >= one.seq);
  return wait ? { state: "waiting", reason: wait.error } : { state: "sent" };
}
