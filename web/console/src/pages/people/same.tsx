// A dialog that shows two records side by side before they are put together; it finds the
// other one first, where nobody has said which.

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { money } from "../../lib/format";
import { ago, date } from "../../lib/time";
import { get } from "../../net/http";
import { findCustomers, merge } from "../../state/people";
import { shopCurrency } from "../../state/shop";
import { nameOfCustomer } from "../../state/names";
import { explain } from "../../state/actions";
import { warn } from "../../state/toasts";
import { t } from "../../strings";
import type { Facts, Profile } from "../../wire";
import { Avatar, Button, TextField } from "../../ui/basics";
import { Dialog } from "../../ui/dialog";
import { Known } from "./known";

/** Letters that come closer together than this are searched for at once. */
const PAUSE = 200;

interface Props {
  facts: Facts;
  /** The conversation beside which this was asked. */
  conversation: string;
  /** Who may be the same; asked for where it is missing. */
  other?: Profile | undefined;
  onClose: () => void;
}

export function SamePerson(props: Props) {
  const [other, setOther] = useState(props.other);
  return (
    <Dialog title={t.people.dialog} class="wide" onClose={props.onClose}>
      {other ? (
        <Compare {...props} other={other} onBack={props.other ? undefined : () => setOther(undefined)} />
      ) : (
        <Find own={props.facts.customer.id} onFound={setOther} />
      )}
    </Dialog>
  );
}

export function nameOfProfile(profile: { id: string; name?: string; email?: string }): string {
  return nameOfCustomer({ customer: profile, customer_id: profile.id });
}

function Find(props: { own: string; onFound: (found: Profile) => void }) {
  const [words, setWords] = useState("");
  const [found, setFound] = useState<Profile[]>();
  const abort = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => abort.current?.abort(), []);
  useEffect(() => {
    abort.current?.abort();
    setFound(undefined);
    if (words.trim().length < 2) return;
    const mine = (abort.current = new AbortController());
    const timer = setTimeout(async () => {
      try {
        const all = await findCustomers(words.trim(), mine.signal);
        setFound(all.filter((one) => one.id !== props.own));
      } catch (error) {
        if (!mine.signal.aborted) warn(explain(error));
      }
    }, PAUSE);
    return () => clearTimeout(timer);
  }, [words]);
  return (
    <div class="form">
      <TextField label={t.people.find} hint={t.people.findHint} value={words} onText={setWords} autofocus autocomplete="off" />
      <div role="status" aria-live="polite">
        {found?.length === 0 && <p class="muted">{t.people.nobody(words.trim())}</p>}
      </div>
      {found && found.length > 0 && (
        <ul class="rows people-found">
          {found.map((one) => (
            <li key={one.id} class="rows-item">
              <Avatar name={one.name ?? one.email} seed={one.id} />
              <span class="rows-words">
                <strong class="clip">{nameOfProfile(one)}</strong>
                <span class="muted clip">{[one.email, one.phone, one.external_id].filter(Boolean).join(" · ") || t.details.unverified}</span>
              </span>
              <Button small onClick={() => props.onFound(one)} label={t.people.samePersonAs(nameOfProfile(one))}>
                {t.people.samePerson} …
              </Button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Compare(props: Props & { other: Profile; onBack?: (() => void) | undefined }) {
  const [theirs, setTheirs] = useState<Facts>();
  const [busy, setBusy] = useState(false);
  const { facts, other } = props;
  useEffect(() => {
    const abort = new AbortController();
    get<Facts>(`/v1/customers/${other.id}`, abort.signal).then(setTheirs, (error) => {
      if (!abort.signal.aborted) warn(explain(error));
    });
    return () => abort.abort();
  }, [other.id]);
  const own = nameOfProfile(facts.customer);
  const put = async () => {
    setBusy(true);
    await merge(facts.customer.id, other, props.conversation);
    props.onClose();
  };
  return (
    <>
      <div class="pair">
        <Side title={t.people.kept} facts={facts} />
        {theirs ? <Side title={t.people.mergedSide} facts={theirs} /> : <div class="pair-side" aria-busy="true" aria-label={t.loading} />}
      </div>
      <p class="dialog-text">{t.people.what(own)}</p>
      <p class="dialog-text muted">{t.people.sure}</p>
      <footer class="dialog-foot">
        {props.onBack && <Button onClick={props.onBack}>{t.people.choose}</Button>}
        <Button onClick={props.onClose}>{t.cancel}</Button>
        <Button look="primary" icon="people" busy={busy} disabled={!theirs} onClick={() => void put()}>
          {t.people.do}
        </Button>
      </footer>
    </>
  );
}

function Side({ title, facts }: { title: string; facts: Facts }) {
  const { customer } = facts;
  const names = t.people.facts;
  return (
    <section class="pair-side" aria-label={title}>
      <header>
        <Avatar name={customer.name ?? customer.email} seed={customer.id} />
        <div>
          <span class="muted">{title}</span>
          <h3 class="clip">{nameOfProfile(customer)}</h3>
        </div>
      </header>
      <dl class="facts">
        <Fact name={names.email}>{customer.email}</Fact>
        <Fact name={names.phone}>{customer.phone}</Fact>
        <Fact name={names.number}>{customer.external_id}</Fact>
        <Fact name={names.known}>{facts.contacts.length > 0 && <Known contacts={facts.contacts} />}</Fact>
        <Fact name={names.value}>
          {Number(facts.value ?? 0) > 0 && <span class="num">{money(facts.value!, facts.orders[0]?.currency ?? shopCurrency())}</span>}
        </Fact>
        <Fact name={names.talks}>
          {facts.conversations.length > 0 && (
            <>
              {facts.conversations.length}, {t.people.lastAt(ago(facts.conversations[0]!.updated_at))}
            </>
          )}
        </Fact>
        <Fact name={names.since}>{date(customer.created_at)}</Fact>
      </dl>
    </section>
  );
}

function Fact(props: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd>{props.children || <span class="muted">{t.people.nothing}</span>}</dd>
    </div>
  );
}
