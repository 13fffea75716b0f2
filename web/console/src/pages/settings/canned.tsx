// Canned replies: what is said often, behind a slash and a few letters.

import { useEffect, useState } from "preact/hooks";
import { plain } from "../../lib/format";
import { post, put, remove } from "../../net/http";
import { filled } from "../../state/canned";
import { canAct } from "../../state/session";
import { canned, loadCanned } from "../../state/shop";
import { t } from "../../strings";
import type { Canned as Reply } from "../../wire";
import { Button, Empty, Field, TextField } from "../../ui/basics";
import { Dialog } from "../../ui/dialog";
import { Box, useSaving } from "./parts";

const SHORTCUT = /^[a-z0-9-]{1,32}$/;

export function Canned() {
  const [editing, setEditing] = useState<Partial<Reply>>();
  const [, save] = useSaving();
  useEffect(() => void save(loadCanned, ""), []);
  const may = canAct.value;
  const add = may && (
    <Button look="primary" icon="plus" onClick={() => setEditing({})}>
      {t.canned.add}
    </Button>
  );
  return (
    <>
      <Box title={t.canned.title} text={t.canned.text} side={canned.value.length > 0 && add}>
        {canned.value.length === 0 ? (
          <Empty icon="bolt" title={t.canned.none} level={3} acts={add}>
            <p>{t.canned.noneText}</p>
          </Empty>
        ) : (
          <ul class="rows">
            {[...canned.value]
              .sort((a, b) => a.shortcut.localeCompare(b.shortcut))
              .map((reply) => (
                <li key={reply.id} class="rows-item">
                  <code class="canned-key">/{reply.shortcut}</code>
                  <span class="rows-words">
                    <strong class="clip">{reply.title}</strong>
                    <span class="muted clip">{plain(reply.text)}</span>
                  </span>
                  {may && (
                    <>
                      <Button look="quiet" small icon="pencil" label={t.canned.edit(reply.title)} onClick={() => setEditing(reply)} />
                      <Button
                        look="quiet"
                        small
                        icon="trash"
                        label={t.canned.remove(reply.title)}
                        onClick={() => void save(async () => (await remove(`/v1/canned-replies/${reply.id}`), loadCanned()), t.canned.removed)}
                      />
                    </>
                  )}
                </li>
              ))}
          </ul>
        )}
      </Box>
      {editing && <Edit reply={editing} onClose={() => setEditing(undefined)} />}
    </>
  );
}

function Edit(props: { reply: Partial<Reply>; onClose: () => void }) {
  const [title, setTitle] = useState(props.reply.title ?? "");
  const [shortcut, setShortcut] = useState(props.reply.shortcut ?? "");
  const [text, setText] = useState(props.reply.text ?? "");
  const [busy, save] = useSaving();
  const wrong = shortcut !== "" && !SHORTCUT.test(shortcut) ? t.canned.wrongShortcut : null;
  const submit = async () => {
    const body = { title: title.trim(), shortcut, text: text.trim() };
    const { id } = props.reply;
    const done = await save(async () => {
      await (id ? put(`/v1/canned-replies/${id}`, body) : post("/v1/canned-replies", body));
      await loadCanned();
    });
    if (done) props.onClose();
  };
  return (
    <Dialog title={props.reply.id ? t.canned.change : t.canned.add} onClose={props.onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (!wrong) void submit();
        }}
      >
        <TextField label={t.canned.name} required value={title} onText={setTitle} placeholder={t.canned.nameExample} />
        <TextField
          label={t.canned.shortcut}
          hint={t.canned.shortcutHint}
          wrong={wrong}
          required
          value={shortcut}
          onText={(typed) => setShortcut(typed.replace(/^\//, "").toLowerCase())}
          placeholder="hello"
        />
        <Field label={t.canned.body} hint={t.canned.bodyHint}>
          {(attributes) => (
            <textarea class="input" rows={5} required value={text} onInput={(event) => setText(event.currentTarget.value)} {...attributes} />
          )}
        </Field>
        {text.includes("{") && (
          <p class="canned-try">
            <span class="muted">{t.canned.becomes}</span> {filled(text, { customer: "Ann", agent: "Noor" })}
          </p>
        )}
        <footer class="dialog-foot">
          <Button onClick={props.onClose}>{t.cancel}</Button>
          <Button look="primary" type="submit" busy={busy}>
            {t.settings.save}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
