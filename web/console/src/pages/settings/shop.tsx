// The shop itself: what it is called, where it is reached, and making the sample shop
// one's own.

import { useState } from "preact/hooks";
import { patch, post } from "../../net/http";
import { loadSession, me } from "../../state/session";
import { loadShop, shop } from "../../state/shop";
import { t } from "../../strings";
import type { Week } from "../../wire";
import { Button, Chip, Field, TextField } from "../../ui/basics";
import { Dialog } from "../../ui/dialog";
import { Icon } from "../../ui/icons";
import { Box, useSaving } from "./parts";
import { DAYS, OFFICE, WeekField, weekWords, wrongDay } from "./week";

export function ShopPage() {
  const settings = shop.value;
  const [replacing, setReplacing] = useState(false);
  if (!settings) return <p role="status">{t.loading}</p>;
  const { shop: facts } = settings;
  return (
    <>
      <Box title={facts.name} side={facts.sample && <Chip tone="amber">{t.shop.sample}</Chip>}>
        <dl class="facts">
          <div>
            <dt>{t.shop.locale}</dt>
            <dd>{languageName(facts.locale)}</dd>
          </div>
          <div>
            <dt>{t.shop.currency}</dt>
            <dd>{facts.currency}</dd>
          </div>
          <div>
            <dt>{t.shop.zone}</dt>
            <dd>{facts.time_zone}</dd>
          </div>
          <div>
            <dt>{t.shop.url}</dt>
            <dd>{settings.public_url || <span class="muted">{t.shop.noUrl}</span>}</dd>
          </div>
        </dl>
      </Box>
      {facts.sample && (
        <Box title={t.shop.own} text={t.shop.ownText}>
          <ul class="reasons">
            <li>{t.shop.goes}</li>
            <li>{t.shop.stays}</li>
          </ul>
          {me.value?.role === "owner" ? (
            <Button look="primary" icon="shop" onClick={() => setReplacing(true)}>
              {t.shop.begin}
            </Button>
          ) : (
            <p class="muted">{t.shop.ownerOnly}</p>
          )}
        </Box>
      )}
      {replacing && <Questionnaire old={facts.name} zone={facts.time_zone} onClose={() => setReplacing(false)} />}
    </>
  );
}

const LANGUAGES = ["en", "de", "fr", "nl", "es", "it", "pt", "pl", "sv", "da", "ar", "he"];

function languageName(locale: string): string {
  try {
    return new Intl.DisplayNames([document.documentElement.lang || "en"], { type: "language" }).of(locale) ?? locale;
  } catch {
    return locale;
  }
}

/** Five questions and a confirmation: enough for the first answers of one's own shop. */
function Questionnaire(props: { old: string; zone: string; onClose: () => void }) {
  const [step, setStep] = useState(0);
  const [name, setName] = useState("");
  const [locale, setLocale] = useState("en");
  const [week, setWeek] = useState<Week>(OFFICE);
  const [zone] = useState(() => Intl.DateTimeFormat().resolvedOptions().timeZone || props.zone);
  const [returns, setReturns] = useState("");
  const [contact, setContact] = useState("");
  const [confirm, setConfirm] = useState("");
  const [busy, save] = useSaving();
  const wrongHours = DAYS.some((day) => wrongDay(week[day] ?? []));
  const ready = [name.trim() !== "", !wrongHours, returns.trim() !== "" && contact.trim() !== "", confirm.trim() === props.old];
  const last = ready.length - 1;

  const submit = async () => {
    if (step < last) return setStep(step + 1);
    const body = {
      name: name.trim(),
      locale,
      hours: weekWords(week),
      returns: returns.trim(),
      contact: contact.trim(),
      confirm: confirm.trim(),
    };
    const done = await save(async () => {
      await post("/v1/shop/reset", body);
      // The article says the hours in words; the clock of the queue needs them as times.
      await patch("/v1/settings", { hours: { time_zone: zone, week } });
      await Promise.all([loadShop(), loadSession()]);
    }, t.shop.replaced(body.name));
    if (done) props.onClose();
  };

  return (
    <Dialog title={t.shop.begin} onClose={props.onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready[step]) void submit();
        }}
      >
        <p class="steps muted" role="status">
          {t.shop.step(step + 1, last + 1)}
        </p>
        {step === 0 && (
          <>
            <TextField label={t.shop.name} required autofocus value={name} onText={setName} placeholder={t.shop.nameExample} />
            <Field label={t.shop.locale} hint={t.shop.localeHint}>
              {(attributes) => (
                <select class="input" value={locale} onChange={(event) => setLocale(event.currentTarget.value)} {...attributes}>
                  {LANGUAGES.map((one) => (
                    <option key={one} value={one}>
                      {languageName(one)}
                    </option>
                  ))}
                </select>
              )}
            </Field>
          </>
        )}
        {step === 1 && (
          <>
            <h3>{t.shop.hours}</h3>
            <p class="muted">{t.shop.hoursText(zone)}</p>
            <WeekField week={week} onChange={setWeek} />
          </>
        )}
        {step === 2 && (
          <>
            <Field label={t.shop.returns} hint={t.shop.returnsHint}>
              {(attributes) => (
                <textarea
                  class="input"
                  rows={3}
                  required
                  placeholder={t.shop.returnsExample}
                  value={returns}
                  onInput={(event) => setReturns(event.currentTarget.value)}
                  {...attributes}
                />
              )}
            </Field>
            <Field label={t.shop.contact} hint={t.shop.contactHint}>
              {(attributes) => (
                <textarea
                  class="input"
                  rows={2}
                  required
                  placeholder={t.shop.contactExample}
                  value={contact}
                  onInput={(event) => setContact(event.currentTarget.value)}
                  {...attributes}
                />
              )}
            </Field>
          </>
        )}
        {step === last && (
          <>
            <p class="warning">
              <Icon name="alert" />
              <span>{t.shop.sure(props.old, name.trim())}</span>
            </p>
            <TextField label={t.shop.confirm(props.old)} required autofocus autocomplete="off" value={confirm} onText={setConfirm} />
          </>
        )}
        <footer class="dialog-foot">
          <Button onClick={() => (step === 0 ? props.onClose() : setStep(step - 1))}>{step === 0 ? t.cancel : t.shop.back}</Button>
          <Button look={step === last ? "danger" : "primary"} type="submit" busy={busy} disabled={!ready[step]}>
            {step === last ? t.shop.replace : t.shop.next}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
