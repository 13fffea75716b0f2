// Making and changing a webhook: the address, what it is told, and, once, its secret.

import { useState } from "preact/hooks";
import { patch, post } from "../../../net/http";
import { eventKinds, putWebhook } from "../../../state/webhooks";
import { t } from "../../../strings";
import type { EventKind, Webhook } from "../../../wire";
import { Button, TextField } from "../../../ui/basics";
import { Dialog } from "../../../ui/dialog";
import { Icon } from "../../../ui/icons";
import { Copy, useSaving } from "../parts";
import { groups, wrongUrl } from "./logic";
import { Snippets } from "./secret";
import { Test } from "./test";

interface Words {
  url: string;
  description: string;
  events: EventKind[];
}

/** Two steps: what it is, then its secret; closes with what was made. */
export function Add(props: { onClose: (made?: string) => void }) {
  const [made, setMade] = useState<Webhook>();
  if (made) return <Made webhook={made} onClose={() => props.onClose(made.id)} />;
  return (
    <Form
      title={t.webhooks.add}
      done={t.webhooks.make}
      begin={{ url: "", description: "", events: [] }}
      onClose={() => props.onClose()}
      onSave={async (words) => {
        const webhook = await post<Webhook>("/v1/webhooks", words);
        putWebhook(webhook);
        setMade(webhook);
      }}
    />
  );
}

export function Change(props: { webhook: Webhook; onClose: () => void }) {
  const { webhook } = props;
  return (
    <Form
      title={t.webhooks.change}
      done={t.settings.save}
      begin={webhook}
      onClose={props.onClose}
      onSave={async (words) => {
        // An address that stays must not end a pause.
        const { url, ...rest } = words;
        putWebhook(await patch<Webhook>(`/v1/webhooks/${webhook.id}`, url === webhook.url ? rest : words));
        props.onClose();
      }}
    />
  );
}

function Form(props: { title: string; done: string; begin: Words; onClose: () => void; onSave: (words: Words) => Promise<void> }) {
  const [url, setUrl] = useState(props.begin.url);
  const [description, setDescription] = useState(props.begin.description);
  const [some, setSome] = useState(props.begin.events.length > 0);
  const [events, setEvents] = useState<EventKind[]>(props.begin.events);
  const [tried, setTried] = useState(false);
  const [busy, save] = useSaving();
  const problem = wrongUrl(url);
  const wrong = tried && (problem === "none" || problem === "scheme") ? t.webhooks.wrongUrl : null;
  const nothing = tried && some && events.length === 0;
  const submit = () => {
    setTried(true);
    if (problem === "none" || problem === "scheme" || (some && events.length === 0)) return;
    void save(() => props.onSave({ url: url.trim(), description: description.trim(), events: some ? events : [] }), "");
  };
  const toggle = (kind: EventKind, on: boolean) => setEvents(on ? [...events, kind] : events.filter((one) => one !== kind));
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <form
        class="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <TextField
          label={t.webhooks.url}
          hint={problem === "plain" ? t.webhooks.plainUrl : t.webhooks.urlHint}
          wrong={wrong}
          required
          autofocus
          inputMode="url"
          value={url}
          onText={setUrl}
          placeholder="https://shop.example/rapport"
        />
        <TextField label={t.webhooks.name} value={description} onText={setDescription} placeholder={t.webhooks.nameExample} maxLength={200} />
        <fieldset class="hook-kinds">
          <legend>{t.webhooks.what}</legend>
          <label class="check">
            <input type="radio" name="what" checked={!some} onChange={() => setSome(false)} />
            {t.webhooks.everything}
          </label>
          <label class="check">
            <input type="radio" name="what" checked={some} onChange={() => setSome(true)} />
            {t.webhooks.some}
          </label>
          {some && (
            <div class="hook-groups scroll" tabIndex={0} role="group" aria-label={t.webhooks.some}>
              {groups(eventKinds.value).map(([about, kinds]) => (
                <section key={about} aria-label={t.webhooks.groups[about] ?? about}>
                  <h3>{t.webhooks.groups[about] ?? about}</h3>
                  {kinds.map((kind) => (
                    <label key={kind.type} class="hook-kind">
                      <input
                        type="checkbox"
                        checked={events.includes(kind.type)}
                        onChange={(event) => toggle(kind.type, event.currentTarget.checked)}
                      />
                      <span>
                        <code>{kind.type}</code>
                        <span class="muted">{kind.description.replaceAll("`", "")}</span>
                      </span>
                    </label>
                  ))}
                </section>
              ))}
            </div>
          )}
          {nothing && (
            <p class="wrong" role="alert">
              <Icon name="alert" size={15} />
              <span>{t.webhooks.chooseOne}</span>
            </p>
          )}
        </fieldset>
        <footer class="dialog-foot">
          <Button onClick={props.onClose}>{t.cancel}</Button>
          <Button look="primary" type="submit" busy={busy}>
            {props.done}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}

function Made({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  return (
    <Dialog title={t.webhooks.made} onClose={onClose}>
      <p class="dialog-text">{t.webhooks.madeText}</p>
      <div class="hook-secret">
        <p class="code" tabIndex={0} aria-label={t.webhooks.secret}>
          {webhook.secret}
        </p>
        <Copy text={webhook.secret ?? ""} label={t.webhooks.copySecret} />
      </div>
      <Snippets />
      <Test webhook={webhook} />
      <footer class="dialog-foot">
        <Button look="primary" onClick={onClose}>
          {t.webhooks.ready}
        </Button>
      </footer>
    </Dialog>
  );
}
