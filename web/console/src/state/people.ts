// Two records that are one person: found, put together, and parted again.

import { call, get, params, post } from "../net/http";
import { t } from "../strings";
import type { Merged, Page, Profile } from "../wire";
import { explain } from "./actions";
import { reload } from "./desk";
import { forgetFacts } from "./facts";
import { tell, warn } from "./toasts";

export async function findCustomers(query: string, signal?: AbortSignal): Promise<Profile[]> {
  return (await get<Page<Profile>>(`/v1/customers${params({ query })}`, signal)).items;
}

/** Puts another customer's record into this one; whether it was done. */
export async function merge(kept: string, other: Profile, conversation: string): Promise<boolean> {
  try {
    const merged = await post<Merged>(`/v1/customers/${kept}/merge`, { customer_id: other.id });
    refresh([kept, other.id], conversation);
    const { undo } = merged;
    tell(t.people.merged, undo && (() => void part(merged.id, [kept, other.id], conversation)));
    return true;
  } catch (error) {
    warn(explain(error));
    refresh([kept, other.id], conversation);
    return false;
  }
}

/** Parts two records again. */
export async function part(merge: string, customers: string[], conversation: string) {
  try {
    await call(`/v1/merges/${merge}/undo`, { method: "POST", body: {} });
    tell(t.people.parted);
  } catch (error) {
    warn(explain(error));
  }
  refresh(customers, conversation);
}

function refresh(customers: string[], conversation: string) {
  forgetFacts(customers);
  reload(conversation);
}
