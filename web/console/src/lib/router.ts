// Where the agent is: what follows the # in the address bar, as a signal. The server
// serves one page; and a one-time link's token after a # is never sent over the network.

import { signal } from "@preact/signals";

/** The route, without a trailing slash; "/" is the start. */
export const path = signal(read(location.hash));

export function read(hash: string): string {
  const route = hash.replace(/^#/, "").replace(/\/+$/, "");
  return route.startsWith("/") ? route : `/${route}`;
}

export function href(to: string): string {
  return `#${to}`;
}

export function go(to: string, how: "push" | "replace" = "push") {
  if (read(href(to)) === path.peek()) return;
  if (how === "replace") history.replaceState(null, "", href(to));
  else history.pushState(null, "", href(to));
  path.value = read(location.hash);
}

/** Follows links and the back button. */
export function listen() {
  addEventListener("hashchange", () => (path.value = read(location.hash)));
  addEventListener("popstate", () => (path.value = read(location.hash)));
}

/** The parts of a route: "/settings/team" is ["settings", "team"]. */
export function parts(route: string): string[] {
  return route.split("/").filter(Boolean).map(decodeURIComponent);
}
