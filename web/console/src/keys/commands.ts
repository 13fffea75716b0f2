// What the console can do, each with a name and perhaps keys. Pages lend a command its
// effect while they are shown; shortcuts, the palette and the help overlay all read here.

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { t } from "../strings";
import type { IconName } from "../ui/icons";

export type Section = "go" | "list" | "conversation" | "teaching" | "general";

interface Known {
  section: Section;
  icon: IconName;
  /** Keys one after the other, such as ["g", "i"]; "mod" is Ctrl, or Cmd on a Mac. */
  keys?: string[];
  /** Works while the agent types, too. */
  anywhere?: boolean;
  /** Left out of the palette: pointless to choose from a list. */
  keysOnly?: boolean;
}

export const COMMANDS = {
  palette: { section: "general", icon: "search", keys: ["mod+k"], anywhere: true, keysOnly: true },
  help: { section: "general", icon: "keyboard", keys: ["?"] },
  undo: { section: "general", icon: "undo", keys: ["z"] },
  presence: { section: "general", icon: "person", keys: ["g", "p"] },
  theme: { section: "general", icon: "sun" },
  sound: { section: "general", icon: "sound" },
  demo: { section: "general", icon: "shop" },
  logout: { section: "general", icon: "exit" },

  goOpen: { section: "go", icon: "inbox", keys: ["g", "i"] },
  goMine: { section: "go", icon: "person", keys: ["g", "m"] },
  goWaiting: { section: "go", icon: "clock", keys: ["g", "w"] },
  goUnassigned: { section: "go", icon: "people", keys: ["g", "u"] },
  goSnoozed: { section: "go", icon: "moon", keys: ["g", "s"] },
  goResolved: { section: "go", icon: "done", keys: ["g", "r"] },
  goKnowledge: { section: "go", icon: "book", keys: ["g", "k"] },
  goTeaching: { section: "go", icon: "spark", keys: ["g", "l"] },
  goToday: { section: "go", icon: "chart", keys: ["g", "t"] },
  goSettings: { section: "go", icon: "cog", keys: ["g", ","] },

  down: { section: "list", icon: "down", keys: ["j"], keysOnly: true },
  up: { section: "list", icon: "up", keys: ["k"], keysOnly: true },
  search: { section: "list", icon: "search", keys: ["/"] },
  neediest: { section: "list", icon: "bolt", keys: ["h"] },

  take: { section: "conversation", icon: "hand", keys: ["t"] },
  reply: { section: "conversation", icon: "send", keys: ["r"] },
  note: { section: "conversation", icon: "note", keys: ["n"] },
  assign: { section: "conversation", icon: "people", keys: ["a"] },
  handBack: { section: "conversation", icon: "bot", keys: ["b"] },
  snooze: { section: "conversation", icon: "moon", keys: ["s"] },
  resolve: { section: "conversation", icon: "done", keys: ["e"] },
  reopen: { section: "conversation", icon: "undo", keys: ["shift+e"] },
  details: { section: "conversation", icon: "panel", keys: ["i"] },
  why: { section: "conversation", icon: "info", keys: ["w"] },
  correct: { section: "conversation", icon: "spark", keys: ["c"] },
  leave: { section: "conversation", icon: "left", keys: ["Escape"], keysOnly: true },
  sendNow: { section: "conversation", icon: "send", keys: ["mod+Enter"], anywhere: true, keysOnly: true },

  teachAs: { section: "teaching", icon: "spark", keys: ["m"] },
  teachOutside: { section: "teaching", icon: "close", keys: ["x"] },
  teachDismiss: { section: "teaching", icon: "check", keys: ["d"] },
} as const satisfies Record<string, Known>;

export type CommandId = keyof typeof COMMANDS;

export function known(id: CommandId): Known {
  return COMMANDS[id];
}

export const label = (id: CommandId): string => t.commands[id];

type Effects = Partial<Record<CommandId, () => void>>;

/** The effects that are lent, the latest first: a page inside a page goes before it. */
export const lent = signal<Effects[]>([]);

export function useCommands(effects: Effects, inputs: unknown[]) {
  useEffect(() => {
    lent.value = [effects, ...lent.peek()];
    return () => {
      lent.value = lent.peek().filter((one) => one !== effects);
    };
  }, inputs);
}

export function effectOf(id: CommandId): (() => void) | undefined {
  for (const effects of lent.peek()) if (effects[id]) return effects[id];
  return undefined;
}
