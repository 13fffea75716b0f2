// The kinds of channels and the inboxes of each: what they are called, how they are drawn,
// what the form for one sends.

import { signal } from "@preact/signals";
import { get } from "../net/http";
import type { IconName } from "../ui/icons";
import type { ChannelSpec, Inbox } from "../wire";

export const channels = signal<ChannelSpec[] | undefined>(undefined);

export async function loadChannels() {
  channels.value = (await get<{ items: ChannelSpec[] }>("/v1/channels")).items;
}

const ICONS: Record<string, IconName> = { web: "globe", slack: "hash", whatsapp: "phone", email: "mail", api: "plug" };

/** A channel that this console has never heard of is a conversation all the same. */
export const channelIcon = (kind: string): IconName => ICONS[kind] ?? "chat";

const CONTACTS: Record<string, IconName> = { email: "mail", mailbox: "mail", phone: "phone", whatsapp: "phone", slack: "hash", api: "plug" };

/** An inbox's own name for somebody is told without the inbox's. */
export const shown = (contact: { value: string }): string => contact.value.replace(/^inb_[0-9a-f]+:/, "");

export const contactIcon = (kind: string): IconName => CONTACTS[kind] ?? "link";

export type Typed = Record<string, string>;

/** What is entered, as it is sent: a field that was left empty is left out. */
export function entered(spec: ChannelSpec, typed: Typed): Typed {
  const pairs = spec.fields.map((field) => [field.name, (typed[field.name] ?? "").trim()] as const);
  return Object.fromEntries(pairs.filter(([, value]) => value !== ""));
}

/** The labels of the fields that are needed and empty. `kept` has what the inbox has already. */
export function missing(spec: ChannelSpec, typed: Typed, kept: Typed = {}): string[] {
  const needed = spec.fields.filter((field) => field.required);
  const empty = needed.filter((field) => !(typed[field.name] ?? "").trim() && !(field.secret && kept[field.name]));
  return empty.map((field) => field.label);
}

/** What has changed of an inbox's fields. A secret that is left empty stays; a field that
    can be read and was emptied goes. */
export function changedFields(spec: ChannelSpec, typed: Typed, kept: Typed): Typed {
  const result: Typed = {};
  for (const field of spec.fields) {
    const value = (typed[field.name] ?? "").trim();
    if (field.secret ? value !== "" : value !== (kept[field.name] ?? "")) result[field.name] = value;
  }
  return result;
}

/** What the form of an inbox begins with: secrets are not told, so they stay empty. */
export function begun(spec: ChannelSpec, kept: Typed): Typed {
  return Object.fromEntries(spec.fields.map((field) => [field.name, field.secret ? "" : (kept[field.name] ?? "")]));
}

export type InboxState = "works" | "trouble" | "resting";

export function inboxState(inbox: Pick<Inbox, "active" | "trouble">): InboxState {
  if (!inbox.active) return "resting";
  return inbox.trouble ? "trouble" : "works";
}
