// The command palette: type a few letters, do the thing, or go to the conversation.

import { signal } from "@preact/signals";
import { useEffect, useId, useMemo, useRef, useState } from "preact/hooks";
import { t } from "../strings";
import { Dialog } from "../ui/dialog";
import { Icon, type IconName } from "../ui/icons";
import { COMMANDS, type CommandId, effectOf, known, label } from "./commands";
import { match } from "./match";
import { shown } from "./shortcuts";

export const paletteOpen = signal(false);

export interface Choice {
  id: string;
  label: string;
  detail?: string | undefined;
  icon: IconName;
  keys?: string[] | undefined;
  run: () => void;
}

/** Things to go to that depend on the data, such as conversations, by what was typed. */
type Finder = (typed: string) => Choice[];

export function Palette(props: { find: Finder }) {
  return paletteOpen.value ? <Open find={props.find} /> : null;
}

function commands(): Choice[] {
  return (Object.keys(COMMANDS) as CommandId[]).flatMap((id) => {
    const run = effectOf(id);
    if (!run || known(id).keysOnly) return [];
    return [{ id, label: label(id), icon: known(id).icon, keys: known(id).keys, run }];
  });
}

function Open(props: { find: Finder }) {
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  // What can be done is decided when the palette opens.
  const possible = useMemo(commands, []);
  const choices = useMemo(() => {
    const scored = possible.map((choice) => ({ choice, score: match(typed, choice.label) })).filter((one) => one.score > 0);
    scored.sort((a, b) => b.score - a.score);
    return [...scored.map((one) => one.choice), ...props.find(typed)].slice(0, 60);
  }, [typed]);
  const close = () => (paletteOpen.value = false);

  useEffect(() => input.current?.focus(), []);
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [at, choices]);

  const choose = (choice: Choice | undefined) => {
    if (!choice) return;
    close();
    // After the dialog has given focus back, so that the command may move it.
    requestAnimationFrame(choice.run);
  };

  return (
    <Dialog title={t.palette.title} quietTitle class="palette" onClose={close}>
      <div class="palette-input">
        <Icon name="search" />
        <input
          ref={input}
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-controls={id}
          aria-activedescendant={choices[at] ? `${id}-${at}` : undefined}
          aria-label={t.palette.title}
          placeholder={t.palette.placeholder}
          autocomplete="off"
          spellcheck={false}
          value={typed}
          onInput={(event) => {
            setTyped(event.currentTarget.value);
            setAt(0);
          }}
          onKeyDown={(event) => {
            const last = choices.length - 1;
            if (event.key === "ArrowDown") setAt(at >= last ? 0 : at + 1);
            else if (event.key === "ArrowUp") setAt(at <= 0 ? Math.max(0, last) : at - 1);
            else if (event.key === "Enter") choose(choices[at]);
            else return;
            event.preventDefault();
          }}
        />
        <kbd aria-hidden="true">Esc</kbd>
      </div>
      <div ref={list} id={id} class="palette-list scroll" role="listbox" aria-label={t.palette.title}>
        {choices.map((choice, i) => (
          <div
            key={choice.id}
            id={`${id}-${i}`}
            role="option"
            aria-selected={i === at}
            class="palette-item"
            onPointerMove={() => setAt(i)}
            onClick={() => choose(choice)}
          >
            <Icon name={choice.icon} size={17} />
            <span class="clip">{choice.label}</span>
            {choice.detail && <span class="muted clip palette-detail">{choice.detail}</span>}
            {choice.keys && (
              <span class="palette-keys" aria-hidden="true">
                {shown(choice.keys).map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </span>
            )}
          </div>
        ))}
      </div>
      {choices.length === 0 && <p class="palette-none muted">{t.palette.none(typed)}</p>}
      <p class="sr-only" role="status">
        {t.palette.count(choices.length)}
      </p>
    </Dialog>
  );
}
