// What the sections of the settings share: a box with a title, a saving button, a copy button.

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { explain } from "../../state/actions";
import { tell, warn } from "../../state/toasts";
import { t } from "../../strings";
import { Button } from "../../ui/basics";

export function Box(props: { title: string; text?: ComponentChildren; side?: ComponentChildren; children?: ComponentChildren }) {
  return (
    <section class="card box">
      <header class="box-head">
        <div>
          <h3>{props.title}</h3>
          {props.text && <p class="muted">{props.text}</p>}
        </div>
        {props.side}
      </header>
      {props.children}
    </section>
  );
}

/** Runs a call, tells how it went, and whether it went well. */
export function useSaving(): [boolean, (run: () => Promise<unknown>, done?: string) => Promise<boolean>] {
  const [busy, setBusy] = useState(false);
  const save = async (run: () => Promise<unknown>, done: string = t.settings.saved) => {
    setBusy(true);
    try {
      await run();
      if (done) tell(done);
      return true;
    } catch (error) {
      warn(explain(error));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return [busy, save];
}

export function Save(props: { busy: boolean; changed: boolean; onSave: () => void; onForget?: () => void }) {
  return (
    <footer class="box-foot">
      {props.changed && props.onForget && <Button onClick={props.onForget}>{t.settings.forget}</Button>}
      <Button look="primary" busy={props.busy} disabled={!props.changed} onClick={props.onSave}>
        {t.settings.save}
      </Button>
    </footer>
  );
}

export function Copy(props: { text: string; label: string }) {
  const [done, setDone] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(props.text);
    } catch {
      // Without a secure context there is no clipboard; the old way asks for a selection.
      if (!copyBySelection(props.text)) return warn(t.settings.notCopied);
    }
    setDone(true);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setDone(false), 2_500);
  };
  return (
    <>
      <Button icon={done ? "check" : "copy"} onClick={() => void copy()}>
        {done ? t.settings.copied : props.label}
      </Button>
      <span class="sr-only" role="status">
        {done ? t.settings.copied : ""}
      </span>
    </>
  );
}

function copyBySelection(text: string): boolean {
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "sr-only";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}
