// An inbox beside the website: whether it works, what it is called, its access, and the
// address for the vendor's side.

import { useEffect, useState } from "preact/hooks";
import { patch } from "../../net/http";
import { begun, changedFields, channels, inboxState, loadChannels, missing, type Typed } from "../../state/channels";
import { inboxes } from "../../state/inbox";
import { canManage } from "../../state/session";
import { t } from "../../strings";
import type { ChannelSpec, Inbox } from "../../wire";
import { Button, Chip, Switch } from "../../ui/basics";
import { ChannelFields, Findings, Guide, useTest } from "./channel-form";
import { Webhook } from "./inbox-add";
import { Box, Save, useSaving } from "./parts";

export function ChannelInbox({ inbox }: { inbox: Inbox }) {
  useEffect(() => void loadChannels().catch(() => {}), []);
  const all = channels.value;
  const spec = all?.find((one) => one.kind === inbox.channel);
  return (
    <>
      <State inbox={inbox} spec={spec} />
      {all && !spec && <p class="muted">{t.inboxes.unknownChannel(inbox.channel)}</p>}
      {spec?.webhook && (
        <Box title={t.inboxes.webhook}>
          <Webhook channel={spec.name} url={inbox.webhook_url} />
        </Box>
      )}
      <Named inbox={inbox} />
      {spec && canManage.value && <Access key={JSON.stringify(inbox.credentials)} inbox={inbox} spec={spec} />}
    </>
  );
}

export function replace(changed: Inbox) {
  inboxes.value = inboxes.peek().map((one) => (one.id === changed.id ? changed : one));
}

const NOTHING: Typed = {};

function State({ inbox, spec }: { inbox: Inbox; spec: ChannelSpec | undefined }) {
  const [busy, save] = useSaving();
  // What the inbox has is tested where nothing else is entered.
  const test = useTest(spec, spec ? begunOnce(spec, inbox) : NOTHING, inbox.credentials, inbox.id);
  const state = inboxState(inbox);
  const tone = state === "works" ? "good" : state === "trouble" ? "ember" : undefined;
  return (
    <Box
      title={t.inboxes.state}
      text={state === "trouble" ? undefined : t.inboxes.stateText[state]}
      side={
        <Chip tone={tone} icon={state === "works" ? "check" : state === "trouble" ? "alert" : "pause"}>
          {t.inboxes.states[state]}
        </Chip>
      }
    >
      {state === "trouble" && <p class="warning-words">{inbox.trouble}</p>}
      {canManage.value && (
        <div class="switch-row">
          <Switch
            on={inbox.active}
            disabled={busy}
            label={t.inboxes.on}
            onChange={(active) =>
              void save(
                async () => replace(await patch<Inbox>(`/v1/inboxes/${inbox.id}`, { active })),
                active ? t.inboxes.awake : t.inboxes.asleep,
              )
            }
          />
          <span class="push" />
          <Button icon="bolt" busy={test.busy} disabled={!spec} onClick={() => void test.run()}>
            {t.inboxes.testAgain}
          </Button>
        </div>
      )}
      <Findings outcome={test.outcome} />
    </Box>
  );
}

/** The same object for the same inbox, so that a finding stays until something changes. */
const begunOf = new WeakMap<Inbox, Typed>();

function begunOnce(spec: ChannelSpec, inbox: Inbox): Typed {
  const known = begunOf.get(inbox) ?? begun(spec, inbox.credentials);
  begunOf.set(inbox, known);
  return known;
}

function Named({ inbox }: { inbox: Inbox }) {
  const [name, setName] = useState(inbox.name);
  const [busy, save] = useSaving();
  if (!canManage.value) return null;
  return (
    <Box title={t.inboxes.name} text={t.inboxes.nameHint}>
      <form
        class="inline-form inline-bare"
        onSubmit={(event) => {
          event.preventDefault();
          void save(async () => replace(await patch<Inbox>(`/v1/inboxes/${inbox.id}`, { name: name.trim() })));
        }}
      >
        <input class="input" aria-label={t.inboxes.name} value={name} maxLength={100} onInput={(event) => setName(event.currentTarget.value)} />
        <Button type="submit" busy={busy} disabled={!name.trim() || name.trim() === inbox.name}>
          {t.settings.save}
        </Button>
      </form>
    </Box>
  );
}

function Access({ inbox, spec }: { inbox: Inbox; spec: ChannelSpec }) {
  const [typed, setTyped] = useState(() => begun(spec, inbox.credentials));
  const [busy, save] = useSaving();
  const test = useTest(spec, typed, inbox.credentials, inbox.id);
  const changes = changedFields(spec, typed, inbox.credentials);
  const changed = Object.keys(changes).length > 0;
  return (
    <Box title={t.inboxes.access} text={t.inboxes.accessText(spec.name)}>
      <div class="form">
        <Guide spec={spec} />
        <ChannelFields spec={spec} typed={typed} kept={inbox.credentials} onTyped={setTyped} />
        <Findings outcome={test.outcome} />
        {changed && (
          <Button icon="bolt" busy={test.busy} class="start" onClick={() => void test.run()}>
            {t.inboxes.test}
          </Button>
        )}
      </div>
      <Save
        busy={busy}
        changed={changed && missing(spec, typed, inbox.credentials).length === 0}
        onForget={() => setTyped(begun(spec, inbox.credentials))}
        onSave={() => void save(async () => replace(await patch<Inbox>(`/v1/inboxes/${inbox.id}`, { credentials: changes })))}
      />
    </Box>
  );
}
