// A day and an hour of one's own choosing.

import { useState } from "preact/hooks";
import { t } from "../../strings";
import { Button, Field } from "../../ui/basics";
import { Dialog } from "../../ui/dialog";

function local(at: Date): string {
  const two = (n: number) => String(n).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

export function SnoozeDialog(props: { onClose: () => void; onPick: (until: Date) => void }) {
  const [text, setText] = useState(() => local(new Date(Date.now() + 86_400_000)));
  const until = new Date(text);
  const wrong = !(until.getTime() > Date.now());
  return (
    <Dialog title={t.snooze.dialog} class="small" onClose={props.onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (!wrong) props.onPick(until);
        }}
      >
        <Field label={t.snooze.until} hint={t.snooze.hint} wrong={wrong ? t.snooze.past : null}>
          {(attributes) => (
            <input
              class="input"
              type="datetime-local"
              value={text}
              min={local(new Date())}
              onInput={(event) => setText(event.currentTarget.value)}
              {...attributes}
            />
          )}
        </Field>
        <footer class="dialog-foot">
          <Button onClick={props.onClose}>{t.cancel}</Button>
          <Button look="primary" type="submit" disabled={wrong}>
            {t.acts.snooze}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
