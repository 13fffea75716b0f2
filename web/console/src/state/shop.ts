// The shop's settings, read once and kept for those pages that need its name or currency.

import { signal } from "@preact/signals";
import { get } from "../net/http";
import type { Canned, ShopSettings } from "../wire";

export const shop = signal<ShopSettings | undefined>(undefined);
export const canned = signal<Canned[]>([]);

export const shopCurrency = () => shop.value?.shop.currency ?? "EUR";

export async function loadShop() {
  shop.value = await get<ShopSettings>("/v1/settings");
}

export async function loadCanned() {
  canned.value = (await get<{ items: Canned[] }>("/v1/canned-replies")).items;
}
