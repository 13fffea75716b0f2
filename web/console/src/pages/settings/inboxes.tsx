// The inboxes, and of a website's: the snippet to paste, the websites that may show the
// widget, how it looks and what it asks first, with a preview beside it.

import { useEffect, useState } from "preact/hooks";
import { ago, full } from "../../lib/time";
import { call, get, patch, post } from "../../net/http";
import { channelIcon, inboxState } from "../../state/channels";
import { refusedOrigins } from "../../state/desk";
import { inboxes, loadInboxes } from "../../state/inbox";
import { canManage } from "../../state/session";
import { t } from "../../strings";
import type { FormField, Inbox, InboxSettings } from "../../wire";
import { Button, Empty, Field, Switch, TextField } from "../../ui/basics";
import { Dialog } from "../../ui/dialog";
import { Icon } from "../../ui/icons";
import { AddInbox } from "./inbox-add";
import { ChannelInbox, replace } from "./inbox-channel";
import { Box, Copy, Save, useSaving } from "./parts";
import { Preview } from "./preview";

export function Inboxes() {
  const [chosen, setChosen] = useState<string>();
  const [adding, setAdding] = useState(false);
  useEffect(() => {
    void loadInboxes();
    refusedOrigins.value = 0;
  }, []);
  const list = inboxes.value;
  const inbox = list.find((one) => one.id === chosen) ?? list[0];
  const add = canManage.value && (
    <Button icon="plus" onClick={() => setAdding(true)}>
      {t.inboxes.add}
    </Button>
  );
  return (
    <>
      {(list.length > 1 || add) && (
        <div class="tabs">
          {list.map((one) => (
            <button key={one.id} type="button" class="tab" aria-pressed={one.id === inbox?.id} onClick={() => setChosen(one.id)}>
              <Icon name={channelIcon(one.channel)} size={15} />
              <span>{one.name}</span>
              <Trouble inbox={one} />
              {one.refused.length > 0 && <span class="nav-count nav-count-loud">{one.refused.length}</span>}
            </button>
          ))}
          {add}
        </div>
      )}
      {inbox ? (
        inbox.channel === "web" ? <One key={inbox.id} inbox={inbox} /> : <ChannelInbox key={inbox.id} inbox={inbox} />
      ) : (
        <Empty icon="inbox" title={t.inboxes.none} level={3}>
          <p>{t.inboxes.noneText}</p>
        </Empty>
      )}
      {adding && (
        <AddInbox onClose={() => setAdding(false)} onMade={(made) => setChosen(made.id)} />
      )}
    </>
  );
}

/** What is wrong with an inbox is seen before it is chosen. */
function Trouble({ inbox }: { inbox: Inbox }) {
  const state = inboxState(inbox);
  if (state === "works") return null;
  return (
    <span class={`tab-state tab-${state}`} role="img" aria-label={t.inboxes.states[state]} title={inbox.trouble ?? t.inboxes.states[state]}>
      <Icon name={state === "trouble" ? "alert" : "pause"} size={14} />
    </span>
  );
}

function One({ inbox }: { inbox: Inbox }) {
  return (
    <>
      {inbox.refused.length > 0 && <Refused inbox={inbox} />}
      <Box title={t.inboxes.snippet} text={t.inboxes.snippetText} side={<Copy text={inbox.snippet} label={t.inboxes.copy} />}>
        <pre class="code" tabIndex={0} aria-label={t.inboxes.snippet}>
          {inbox.snippet}
        </pre>
        <p class="muted">{t.inboxes.snippetMore}</p>
      </Box>
      <Origins inbox={inbox} />
      <Looks inbox={inbox} />
      {canManage.value && <Secret inbox={inbox} />}
    </>
  );
}

function Refused({ inbox }: { inbox: Inbox }) {
  const [, save] = useSaving();
  return (
    <section class="card box refused" aria-labelledby="refused">
      <header class="box-head">
        <div>
          <h3 id="refused">
            <Icon name="globe" /> {t.inboxes.refused(inbox.refused.length)}
          </h3>
          <p class="muted">{t.inboxes.refusedText}</p>
        </div>
      </header>
      <ul class="rows">
        {inbox.refused.map((one) => (
          <li key={one.origin} class="rows-item">
            <span class="rows-words">
              <strong class="clip">{one.origin}</strong>
              <span class="muted" title={full(one.last_at)}>
                {t.inboxes.tried(one.tries, ago(one.last_at))}
              </span>
            </span>
            {canManage.value && (
              <>
                <Button
                  look="primary"
                  icon="check"
                  onClick={() =>
                    void save(
                      async () => replace(await post<Inbox>(`/v1/inboxes/${inbox.id}/origins`, { origin: one.origin })),
                      t.inboxes.allowed(one.origin),
                    )
                  }
                >
                  {t.inboxes.allow}
                </Button>
                <Button
                  look="quiet"
                  icon="close"
                  label={t.inboxes.forget(one.origin)}
                  onClick={() =>
                    void save(
                      async () =>
                        replace(await call<Inbox>(`/v1/inboxes/${inbox.id}/refused?origin=${encodeURIComponent(one.origin)}`, { method: "DELETE" })),
                      "",
                    )
                  }
                />
              </>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What an owner types or pastes, as an origin; undefined where it is none. */
export function originOf(typed: string): string | undefined {
  const text = typed.trim();
  if (!text) return undefined;
  try {
    const url = new URL(/^https?:\/\//i.test(text) ? text : `https://${text}`);
    return url.hostname.includes(".") || url.hostname === "localhost" ? url.origin : undefined;
  } catch {
    return undefined;
  }
}

function Origins({ inbox }: { inbox: Inbox }) {
  const [typed, setTyped] = useState("");
  const [wrong, setWrong] = useState<string>();
  const [busy, save] = useSaving();
  const manage = canManage.value;
  const add = async () => {
    const origin = originOf(typed);
    if (!origin) return setWrong(t.inboxes.wrongOrigin);
    setWrong(undefined);
    const done = await save(
      async () => replace(await post<Inbox>(`/v1/inboxes/${inbox.id}/origins`, { origin })),
      t.inboxes.allowed(origin),
    );
    if (done) setTyped("");
  };
  return (
    <Box title={t.inboxes.origins} text={t.inboxes.originsText}>
      {inbox.origins.length > 0 && (
        <ul class="rows">
          {inbox.origins.map((origin) => (
            <li key={origin} class="rows-item">
              <Icon name="globe" />
              <span class="rows-words clip">{origin}</span>
              {manage && (
                <Button
                  look="quiet"
                  small
                  icon="trash"
                  label={t.inboxes.disallow(origin)}
                  onClick={() =>
                    void save(
                      async () =>
                        replace(await call<Inbox>(`/v1/inboxes/${inbox.id}/origins?origin=${encodeURIComponent(origin)}`, { method: "DELETE" })),
                      t.inboxes.disallowed(origin),
                    )
                  }
                />
              )}
            </li>
          ))}
        </ul>
      )}
      {manage && (
        <form
          class="inline-form"
          onSubmit={(event) => {
            event.preventDefault();
            void add();
          }}
        >
          <TextField label={t.inboxes.origin} placeholder="https://shop.example" value={typed} onText={setTyped} wrong={wrong} inputMode="url" />
          <Button type="submit" icon="plus" busy={busy} disabled={!typed.trim()}>
            {t.inboxes.allow}
          </Button>
        </form>
      )}
    </Box>
  );
}

const ACCENT = "#17624a";
const KINDS: FormField["kind"][] = ["text", "email", "phone", "order_number"];

function Looks({ inbox }: { inbox: Inbox }) {
  const [name, setName] = useState(inbox.name);
  const [settings, setSettings] = useState<InboxSettings>(inbox.settings ?? {});
  const [busy, save] = useSaving();
  const theme = settings.theme ?? {};
  const set = (change: Partial<InboxSettings>) => setSettings({ ...settings, ...change });
  const paint = (change: Partial<NonNullable<InboxSettings["theme"]>>) => set({ theme: { ...theme, ...change } });
  const changed = name !== inbox.name || JSON.stringify(settings) !== JSON.stringify(inbox.settings ?? {});
  const preChat = settings.pre_chat ?? undefined;
  return (
    <Box title={t.inboxes.looks} text={t.inboxes.looksText}>
      <div class="looks">
        <fieldset class="plain form" disabled={!canManage.value}>
          <TextField label={t.inboxes.name} hint={t.inboxes.nameHint} value={name} onText={setName} />
          <TextField label={t.inboxes.assistant} value={settings.assistant ?? ""} onText={(assistant) => set({ assistant })} maxLength={60} />
          <Field label={t.inboxes.greeting}>
            {(attributes) => (
              <textarea
                class="input"
                rows={3}
                maxLength={500}
                value={settings.greeting ?? ""}
                onInput={(event) => set({ greeting: event.currentTarget.value })}
                {...attributes}
              />
            )}
          </Field>
          <div class="form-pair">
            <Field label={t.inboxes.accent}>
              {(attributes) => (
                <span class="color">
                  <input
                    type="color"
                    value={theme.accent ?? ACCENT}
                    onInput={(event) => paint({ accent: event.currentTarget.value })}
                    {...attributes}
                  />
                  <span class="num muted">{theme.accent ?? t.inboxes.usual}</span>
                </span>
              )}
            </Field>
            <Field label={t.inboxes.scheme}>
              {(attributes) => (
                <select
                  class="input"
                  value={theme.scheme ?? "auto"}
                  onChange={(event) => paint({ scheme: event.currentTarget.value as "auto" })}
                  {...attributes}
                >
                  {(["auto", "light", "dark"] as const).map((one) => (
                    <option key={one} value={one}>
                      {t.inboxes.schemes[one]}
                    </option>
                  ))}
                </select>
              )}
            </Field>
            <Field label={t.inboxes.side}>
              {(attributes) => (
                <select
                  class="input"
                  value={theme.side ?? "right"}
                  onChange={(event) => paint({ side: event.currentTarget.value as "right" })}
                  {...attributes}
                >
                  {(["right", "left"] as const).map((one) => (
                    <option key={one} value={one}>
                      {t.inboxes.sides[one]}
                    </option>
                  ))}
                </select>
              )}
            </Field>
            <Field label={t.inboxes.radius}>
              {(attributes) => (
                <input
                  type="range"
                  min={0}
                  max={32}
                  value={theme.radius ?? 16}
                  onInput={(event) => paint({ radius: Number(event.currentTarget.value) })}
                  {...attributes}
                />
              )}
            </Field>
          </div>
          <TextField
            label={t.inboxes.launcher}
            hint={t.inboxes.launcherHint}
            value={theme.launcher ?? ""}
            onText={(launcher) => paint({ launcher })}
            maxLength={40}
          />
          <h4>{t.inboxes.preChat}</h4>
          <Switch
            on={preChat !== undefined}
            label={t.inboxes.preChatOn}
            onChange={(on) => {
              const { pre_chat: _, ...rest } = settings;
              setSettings(on ? { ...rest, pre_chat: { text: "", fields: [{ name: "email", label: t.door.email, kind: "email", required: true }] } } : rest);
            }}
          />
          {preChat && (
            <div class="form prechat">
              <TextField
                label={t.inboxes.preChatText}
                value={preChat.text ?? ""}
                maxLength={500}
                onText={(text) => set({ pre_chat: { ...preChat, text } })}
              />
              {preChat.fields.map((field, i) => {
                const put = (change: Partial<FormField>) =>
                  set({ pre_chat: { ...preChat, fields: preChat.fields.map((one, j) => (i === j ? { ...one, ...change } : one)) } });
                return (
                  <div key={i} class="prechat-field">
                    <input class="input" aria-label={t.inboxes.question(i + 1)} value={field.label} onInput={(event) => put({ label: event.currentTarget.value })} />
                    <select
                      class="input"
                      aria-label={t.inboxes.kindOf(i + 1)}
                      value={field.kind}
                      onChange={(event) => {
                        const kind = event.currentTarget.value as FormField["kind"];
                        put({ kind, name: kind === "text" ? `field_${i + 1}` : kind });
                      }}
                    >
                      {KINDS.map((kind) => (
                        <option key={kind} value={kind}>
                          {t.inboxes.kinds[kind]}
                        </option>
                      ))}
                    </select>
                    <label class="check">
                      <input type="checkbox" checked={field.required} onChange={(event) => put({ required: event.currentTarget.checked })} />
                      {t.inboxes.required}
                    </label>
                    {preChat.fields.length > 1 && (
                      <Button
                        look="quiet"
                        small
                        icon="trash"
                        label={t.inboxes.removeQuestion(i + 1)}
                        onClick={() => set({ pre_chat: { ...preChat, fields: preChat.fields.filter((_, j) => j !== i) } })}
                      />
                    )}
                  </div>
                );
              })}
              {preChat.fields.length < 6 && (
                <Button
                  small
                  icon="plus"
                  onClick={() =>
                    set({
                      pre_chat: {
                        ...preChat,
                        fields: [...preChat.fields, { name: `field_${preChat.fields.length + 1}`, label: t.inboxes.newQuestion, kind: "text", required: false }],
                      },
                    })
                  }
                >
                  {t.inboxes.addQuestion}
                </Button>
              )}
            </div>
          )}
        </fieldset>
        <Preview inbox={inbox.public_key} settings={settings} accent={theme.accent ?? ACCENT} />
      </div>
      {canManage.value && (
        <Save
          busy={busy}
          changed={changed && name.trim() !== ""}
          onForget={() => {
            setName(inbox.name);
            setSettings(inbox.settings ?? {});
          }}
          onSave={() => void save(async () => replace(await patch<Inbox>(`/v1/inboxes/${inbox.id}`, { name: name.trim(), settings: cleaned(settings) })))}
        />
      )}
    </Box>
  );
}

/** Empty fields are left out, so that the widget's own words stand there. */
export function cleaned(settings: InboxSettings): InboxSettings {
  const keep = <T extends object>(value: T): T =>
    Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined && one !== "" && one !== null)) as T;
  const result = keep(settings);
  if (result.theme) result.theme = keep(result.theme);
  return result;
}

function Secret({ inbox }: { inbox: Inbox }) {
  const [secret, setSecret] = useState<string>();
  const [asking, setAsking] = useState(false);
  const [, save] = useSaving();
  return (
    <Box title={t.inboxes.secret} text={t.inboxes.secretText}>
      {secret ? (
        <>
          <p class="code" tabIndex={0}>
            {secret}
          </p>
          <footer class="box-foot">
            <Button onClick={() => setAsking(true)}>{t.inboxes.renew}</Button>
            <Copy text={secret} label={t.team.copy} />
          </footer>
        </>
      ) : (
        <Button onClick={() => void save(async () => setSecret((await get<{ secret: string }>(`/v1/inboxes/${inbox.id}/secret`)).secret), "")}>
          {t.inboxes.showSecret}
        </Button>
      )}
      {asking && (
        <Dialog title={t.inboxes.renew} class="small" onClose={() => setAsking(false)}>
          <p class="dialog-text">{t.inboxes.renewText}</p>
          <footer class="dialog-foot">
            <Button onClick={() => setAsking(false)}>{t.cancel}</Button>
            <Button
              look="danger"
              onClick={() => {
                setAsking(false);
                void save(async () => setSecret((await post<{ secret: string }>(`/v1/inboxes/${inbox.id}/secret`)).secret), t.inboxes.renewed);
              }}
            >
              {t.inboxes.renew}
            </Button>
          </footer>
        </Dialog>
      )}
    </Box>
  );
}
