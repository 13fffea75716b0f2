// Who is signed in, who else is there, and whether the line to the server is up.

import { computed, signal } from "@preact/signals";
import { call, get, patch, post } from "../net/http";
import type { Line } from "../net/socket";
import type { Agent, Presence, SessionInfo } from "../wire";

/** Undefined until the server has told. */
export const session = signal<SessionInfo | undefined>(undefined);
export const me = computed(() => session.value?.agent);
export const colleagues = signal<Agent[]>([]);
export const line = signal<Line>({ state: "connecting" });

export async function loadSession() {
  session.value = await get<SessionInfo>("/v1/session");
}

export async function signIn(email: string, password: string) {
  await post<Agent>("/v1/session", { email, password });
  await loadSession();
}

export async function signOut() {
  await call("/v1/session", { method: "DELETE" });
  signedOut();
}

export function signedOut() {
  const present = session.peek();
  if (present) session.value = { shop: present.shop, setup: present.setup };
}

export function becomes(agent: Agent) {
  const present = session.peek();
  if (present) session.value = { ...present, agent };
  colleagues.value = colleagues.peek().map((one) => (one.id === agent.id ? agent : one));
}

export async function setStatus(status: Presence) {
  becomes(await patch<Agent>("/v1/me", { status }));
}

export function arrived(agents: Agent[]) {
  colleagues.value = agents;
  const mine = agents.find((one) => one.id === me.peek()?.id);
  if (mine) becomes({ ...me.peek()!, ...mine });
}

export const canAct = computed(() => me.value !== undefined && me.value.role !== "viewer");
export const canManage = computed(() => me.value?.role === "owner" || me.value?.role === "admin");

export function nameOf(agentId: string | undefined, fallback: string): string {
  return colleagues.value.find((one) => one.id === agentId)?.name ?? fallback;
}
