// The state of the mail: whether it is configured, whether it works, what did not go out.

import { useEffect, useState } from "preact/hooks";
import { href } from "../../lib/router";
import { ago, ahead, full } from "../../lib/time";
import { get, post, remove } from "../../net/http";
import { mailNews } from "../../state/desk";
import { me } from "../../state/session";
import { loadShop, shop } from "../../state/shop";
import { t } from "../../strings";
import type { Mail, Page, ShopSettings } from "../../wire";
import { Button, Chip, TextField } from "../../ui/basics";
import { Icon } from "../../ui/icons";
import { Box, useSaving } from "./parts";

/** What the owner must know first: a mail that waits after an error means that none goes out. */
export function mailState(mail: ShopSettings["mail"]): "off" | "trouble" | "on" {
  if (!mail.configured) return "off";
  return mail.failed > 0 || mail.last_error ? "trouble" : "on";
}

const TONES = { off: "amber", trouble: "ember", on: "good" } as const;

export function MailPage() {
  const mail = shop.value?.mail;
  const news = mailNews.value;
  useEffect(() => void (news && loadShop().catch(() => undefined)), [news]);
  if (!mail) return <p role="status">{t.loading}</p>;
  return (
    <>
      <Box
        title={t.mail.title}
        text={t.mail.text}
        side={
          <Chip tone={TONES[mailState(mail)]} icon={mailState(mail) === "on" ? "check" : "alert"}>
            {t.mail[mailState(mail)]}
          </Chip>
        }
      >
        {mail.configured ? (
          <>
            <dl class="facts">
              <div>
                <dt>{t.mail.from}</dt>
                <dd>{mail.from}</dd>
              </div>
              <div>
                <dt>{t.mail.host}</dt>
                <dd>{mail.host}</dd>
              </div>
              <div>
                <dt>{t.mail.last}</dt>
                <dd>{mail.last_sent_at ? <span title={full(mail.last_sent_at)}>{t.mail.ago(ago(mail.last_sent_at))}</span> : t.mail.never}</dd>
              </div>
              <div>
                <dt>{t.mail.waiting}</dt>
                <dd class="num">{mail.waiting}</dd>
              </div>
            </dl>
            {mail.last_error && (
              <p class="mail-error">
                <Icon name="alert" size={16} /> {mail.last_error}
              </p>
            )}
            <Test />
          </>
        ) : (
          <div class="box-note">
            <p>{t.mail.how}</p>
            <pre class="code" tabIndex={0}>
              {t.mail.example}
            </pre>
          </div>
        )}
      </Box>
      <DeadLetters />
    </>
  );
}

function Test() {
  const [to, setTo] = useState(me.value?.email ?? "");
  const [busy, setBusy] = useState(false);
  const [result, setResult] = useState<{ sent: boolean; error?: string }>();
  const [, save] = useSaving();
  const run = async () => {
    setBusy(true);
    setResult(undefined);
    await save(async () => setResult(await post<{ sent: boolean; error?: string }>("/v1/settings/mail/test", { to: to.trim() })), "");
    setBusy(false);
    void save(loadShop, "");
  };
  return (
    <form
      class="mail-test"
      onSubmit={(event) => {
        event.preventDefault();
        void run();
      }}
    >
      <TextField label={t.mail.testTo} type="email" required value={to} onText={setTo} />
      <Button type="submit" icon="mail" busy={busy}>
        {t.mail.test}
      </Button>
      <p role="status" class={result?.sent ? "mail-good" : "mail-error"}>
        {result && (
          <>
            <Icon name={result.sent ? "check" : "alert"} size={16} /> {result.sent ? t.mail.arrived(to) : (result.error ?? t.mail.notSent)}
          </>
        )}
      </p>
    </form>
  );
}

function DeadLetters() {
  const [mails, setMails] = useState<Mail[]>([]);
  const [, save] = useSaving();
  const load = async () => {
    const [failed, waiting] = await Promise.all([get<Page<Mail>>("/v1/mails?state=failed"), get<Page<Mail>>("/v1/mails?state=waiting")]);
    setMails([...failed.items, ...waiting.items]);
  };
  const news = mailNews.value;
  useEffect(() => void save(load, ""), [news]);
  const after = async () => {
    await load();
    await loadShop();
  };
  if (mails.length === 0) return null;
  return (
    <Box title={t.mail.dead} text={t.mail.deadText}>
      <ul class="rows">
        {mails.map((mail) => (
          <li key={mail.id} class="rows-item">
            <span class="rows-words">
              <strong class="clip">{mail.subject}</strong>
              <span class="muted">
                {t.mail.to(mail.to)} · {t.mail.tries(mail.attempts)}
                {mail.state === "waiting" && mail.next_try_at && ` · ${t.mail.next(ahead(mail.next_try_at))}`}
              </span>
              {mail.error && <span class="mail-error">{mail.error}</span>}
            </span>
            {mail.conversation_id && <a href={href(`/conversations/${mail.conversation_id}`)}>{t.mail.open}</a>}
            <Button small icon="refresh" onClick={() => void save(async () => (await post(`/v1/mails/${mail.id}/retry`), after()), t.mail.retried)}>
              {t.mail.retry}
            </Button>
            <Button
              small
              look="quiet"
              icon="trash"
              label={t.mail.drop}
              onClick={() => void save(async () => (await remove(`/v1/mails/${mail.id}`), after()), t.mail.dropped)}
            />
          </li>
        ))}
      </ul>
    </Box>
  );
}
