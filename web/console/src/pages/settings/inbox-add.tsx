// A new inbox, led through: where customers write, what is needed for it, and what is left
// to do at the vendor's side.

import { useEffect, useState } from "preact/hooks";
import { post } from "../../net/http";
import { channelIcon, channels, entered, loadChannels, missing, type Typed } from "../../state/channels";
import { loadInboxes } from "../../state/inbox";
import { t } from "../../strings";
import type { ChannelSpec, Inbox } from "../../wire";
import { Button, TextField } from "../../ui/basics";
import { Dialog } from "../../ui/dialog";
import { Icon, type IconName } from "../../ui/icons";
import { ChannelFields, Findings, Guide, useTest } from "./channel-form";
import { Copy, useSaving } from "./parts";

interface Props {
  onClose: () => void;
  /** The inbox is there; the dialog may still tell what comes next. */
  onMade: (inbox: Inbox) => void;
}

type Step = { at: "choose" } | { at: "website" } | { at: "channel"; spec: ChannelSpec } | { at: "made"; spec: ChannelSpec; inbox: Inbox };

export function AddInbox(props: Props) {
  const [step, setStep] = useState<Step>({ at: "choose" });
  useEffect(() => void loadChannels().catch(() => {}), []);
  const back = () => setStep({ at: "choose" });
  switch (step.at) {
    case "choose":
      return (
        <Dialog title={t.inboxes.where} onClose={props.onClose}>
          <ul class="choices">
            <Choice icon="globe" name={t.inboxes.website} text={t.inboxes.websiteText} onChoose={() => setStep({ at: "website" })} />
            {channels.value?.map((spec) => (
              <Choice key={spec.kind} icon={channelIcon(spec.kind)} name={spec.name} text={spec.summary} onChoose={() => setStep({ at: "channel", spec })} />
            ))}
          </ul>
        </Dialog>
      );
    case "website":
      return (
        <Dialog title={t.inboxes.addOne(t.inboxes.website)} class="small" onClose={props.onClose}>
          <Website
            onBack={back}
            onDone={(inbox) => {
              props.onMade(inbox);
              props.onClose();
            }}
          />
        </Dialog>
      );
    case "channel":
      return (
        <Dialog title={t.inboxes.addOne(step.spec.name)} onClose={props.onClose}>
          <OfChannel
            spec={step.spec}
            onBack={back}
            onDone={(inbox) => {
              props.onMade(inbox);
              setStep({ at: "made", spec: step.spec, inbox });
            }}
          />
        </Dialog>
      );
    case "made":
      return (
        <Dialog title={t.inboxes.made(step.inbox.name)} onClose={props.onClose}>
          <Made spec={step.spec} inbox={step.inbox} onClose={props.onClose} />
        </Dialog>
      );
  }
}

function Choice(props: { icon: IconName; name: string; text: string; onChoose: () => void }) {
  return (
    <li>
      <button type="button" class="choice" onClick={props.onChoose}>
        <Icon name={props.icon} size={22} />
        <span>
          <strong>{props.name}</strong>
          <span class="muted">{props.text}</span>
        </span>
        <Icon name="forward" size={16} flip />
      </button>
    </li>
  );
}

function Website(props: { onBack: () => void; onDone: (inbox: Inbox) => void }) {
  const [name, setName] = useState("");
  const [key, setKey] = useState("");
  const [busy, save] = useSaving();
  const public_key = key || suggestedKey(name);
  const submit = async () => {
    await save(async () => {
      const made = await post<Inbox>("/v1/inboxes", { name: name.trim(), public_key });
      await loadInboxes();
      props.onDone(made);
    });
  };
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <TextField label={t.inboxes.name} hint={t.inboxes.nameHint} required value={name} onText={setName} placeholder={t.inboxes.nameExample} autofocus />
      <TextField label={t.inboxes.key} hint={t.inboxes.keyHint} value={public_key} onText={setKey} />
      <footer class="dialog-foot">
        <Button onClick={props.onBack}>{t.inboxes.other}</Button>
        <Button look="primary" type="submit" busy={busy} disabled={!name.trim() || !public_key}>
          {t.inboxes.make}
        </Button>
      </footer>
    </form>
  );
}

function OfChannel({ spec, ...props }: { spec: ChannelSpec; onBack: () => void; onDone: (inbox: Inbox) => void }) {
  const [name, setName] = useState(spec.name);
  const [typed, setTyped] = useState<Typed>({});
  const [busy, save] = useSaving();
  const test = useTest(spec, typed);
  const ready = name.trim() !== "" && missing(spec, typed).length === 0;
  const submit = async () => {
    await save(async () => {
      const made = await post<Inbox>("/v1/inboxes", { name: name.trim(), channel: spec.kind, credentials: entered(spec, typed) });
      await loadInboxes();
      props.onDone(made);
    }, "");
  };
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) void submit();
        else void test.run();
      }}
    >
      <Guide spec={spec} />
      <TextField label={t.inboxes.name} hint={t.inboxes.nameHint} required value={name} onText={setName} maxLength={100} />
      <ChannelFields spec={spec} typed={typed} onTyped={setTyped} />
      <Findings outcome={test.outcome} />
      <footer class="dialog-foot">
        <Button onClick={props.onBack}>{t.inboxes.other}</Button>
        <Button icon="bolt" busy={test.busy} onClick={() => void test.run()}>
          {t.inboxes.test}
        </Button>
        <Button look="primary" type="submit" busy={busy} disabled={!ready}>
          {t.inboxes.make}
        </Button>
      </footer>
    </form>
  );
}

function Made(props: { spec: ChannelSpec; inbox: Inbox; onClose: () => void }) {
  const { spec, inbox } = props;
  return (
    <div class="form">
      {spec.webhook ? <Webhook channel={spec.name} url={inbox.webhook_url} /> : <p>{t.inboxes.noWebhook(spec.name)}</p>}
      <Guide spec={spec} />
      <p>{t.inboxes.firstMessage}</p>
      <footer class="dialog-foot">
        <Button look="primary" onClick={props.onClose}>
          {t.done}
        </Button>
      </footer>
    </div>
  );
}

/** The address to enter at the vendor's side. */
export function Webhook(props: { channel: string; url: string }) {
  return (
    <div class="webhook">
      <p>{t.inboxes.webhookText(props.channel)}</p>
      <p class="code" tabIndex={0} aria-label={t.inboxes.webhook}>
        {props.url}
      </p>
      <Copy text={props.url} label={t.inboxes.copyWebhook} />
    </div>
  );
}

export function suggestedKey(name: string): string {
  return name
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40);
}
