// A new intent from messages: its name, what it is, and what the bot says to it.

import { useState } from "preact/hooks";
import { intents, makeIntent, nameFrom, wrongName } from "../../state/teaching";
import { t } from "../../strings";
import type { MessageRef } from "../../wire";
import { Button, Field, TextField } from "../../ui/basics";
import { Dialog } from "../../ui/dialog";
import { useSaving } from "../settings/parts";

export function IntentForm(props: { title: string; messages: readonly MessageRef[]; onClose: () => void }) {
  const [name, setName] = useState(nameFrom(props.title));
  const [description, setDescription] = useState("");
  const [reply, setReply] = useState("");
  const [tried, setTried] = useState(false);
  const [busy, save] = useSaving();
  const wrong = wrongName(name, intents.value);
  const missing = (text: string) => (tried && !text.trim() ? t.teaching.needed : undefined);
  const onSubmit = async (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (wrong || !description.trim() || !reply.trim()) return;
    const intent = { name, description: description.trim(), reply: reply.trim() };
    if (await save(() => makeIntent(intent, props.messages), "")) props.onClose();
  };
  return (
    <Dialog title={t.teaching.makeTitle(props.messages.length)} onClose={props.onClose}>
      <form class="form" onSubmit={(event) => void onSubmit(event)} noValidate>
        <TextField label={t.teaching.name} hint={t.teaching.nameHint} value={name} onText={setName} wrong={tried || name ? wrong : undefined} maxLength={60} autofocus />
        <TextField label={t.teaching.description} hint={t.teaching.descriptionHint} value={description} onText={setDescription} wrong={missing(description)} maxLength={300} />
        <Field label={t.teaching.reply} hint={t.teaching.replyHint} wrong={missing(reply)}>
          {(attributes) => (
            <textarea class="input" rows={4} maxLength={2000} value={reply} onInput={(event) => setReply(event.currentTarget.value)} {...attributes} />
          )}
        </Field>
        <footer class="dialog-foot">
          <Button onClick={props.onClose}>{t.cancel}</Button>
          <Button type="submit" look="primary" busy={busy}>
            {t.teaching.makeIt}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
