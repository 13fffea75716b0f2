// Choosing an intent: type to filter, the likely ones first, arrow keys and Enter.

import { useEffect, useId, useRef, useState } from "preact/hooks";
import { percent, words } from "../../lib/format";
import { explain } from "../../state/actions";
import { candidates, intents, loadIntents } from "../../state/teaching";
import { warn } from "../../state/toasts";
import { t } from "../../strings";
import type { Cluster } from "../../wire";
import { Dialog } from "../../ui/dialog";

interface Props {
  title: string;
  likely: Cluster["likely"];
  onClose: () => void;
  onPick: (intent: string) => void;
}

export function Pick({ title, likely, onClose, onPick }: Props) {
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const id = useId();
  useEffect(() => {
    input.current?.focus();
    // Somebody may have made one since.
    loadIntents().catch((error) => warn(explain(error)));
  }, []);
  const found = candidates(intents.value, likely, typed);
  const chosen = Math.min(at, found.length - 1);
  useEffect(() => list.current?.children[chosen]?.scrollIntoView({ block: "nearest" }), [chosen]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") setAt(Math.min(chosen + 1, found.length - 1));
    else if (event.key === "ArrowUp") setAt(Math.max(chosen - 1, 0));
    else if (event.key === "Enter" && found[chosen]) onPick(found[chosen].intent.name);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <div class="pick-body">
        <input
          ref={input}
          class="input"
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-controls={id}
          aria-activedescendant={found[chosen] ? `${id}-${chosen}` : undefined}
          aria-label={t.teaching.filter}
          placeholder={t.teaching.filter}
          autocomplete="off"
          value={typed}
          onInput={(event) => {
            setTyped(event.currentTarget.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
        />
        {found.length === 0 && <p class="muted pick-none">{t.teaching.nothingFits(typed)}</p>}
        <ul ref={list} id={id} class="pick-list" role="listbox" aria-label={t.teaching.intents}>
          {found.map(({ intent, confidence }, i) => (
            <li
              key={intent.name}
              id={`${id}-${i}`}
              role="option"
              aria-selected={i === chosen}
              class="pick-item"
              onMouseMove={() => setAt(i)}
              onClick={() => onPick(intent.name)}
            >
              <span class="pick-words">
                <strong>{words(intent.name)}</strong>
                <span class="muted">{intent.description}</span>
              </span>
              {confidence !== undefined && <span class="num muted">{percent(confidence)}</span>}
            </li>
          ))}
        </ul>
        <p class="sr-only" role="status">
          {t.palette.count(found.length)}
        </p>
      </div>
    </Dialog>
  );
}
