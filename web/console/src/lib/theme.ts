// Light, dark, or what the system says.

import { effect } from "@preact/signals";
import { stored } from "./stored";

export type Theme = "system" | "light" | "dark";

export const theme = stored<Theme>("theme", "system");

export function applyTheme() {
  effect(() => {
    if (theme.value === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme.value;
  });
}

/** The other one of what is seen now. */
export function switchTheme() {
  const dark =
    theme.peek() === "dark" || (theme.peek() === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  theme.value = dark ? "light" : "dark";
}
