// Other records of the same person: who may be one, who was found to be one.

import { useState } from "preact/hooks";
import { ago, full } from "../../lib/time";
import { part } from "../../state/people";
import { canAct } from "../../state/session";
import { t } from "../../strings";
import type { Facts, Profile } from "../../wire";
import { Avatar, Button } from "../../ui/basics";
import { nameOfProfile, SamePerson } from "./same";

export function MaybeSame({ facts, conversation }: { facts: Facts; conversation: string }) {
  const [asking, setAsking] = useState<Profile | "somebody">();
  const may = canAct.value;
  return (
    <>
      {facts.possible_duplicates.length > 0 && (
        <ul class="alike">
          {facts.possible_duplicates.map((one) => (
            <li key={one.id}>
              <Avatar name={one.name ?? one.email} seed={one.id} size="s" />
              <span class="alike-words">
                <span class="clip">{nameOfProfile(one)}</span>
                <span class="muted">
                  {t.people.same[one.same]} · {t.people.conversations(one.conversations)}
                </span>
              </span>
              {may && (
                <Button small label={t.people.samePersonAs(nameOfProfile(one))} popup="dialog" onClick={() => setAsking(one)}>
                  {t.people.samePerson}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {may && (
        <button type="button" class="link alike-more" onClick={() => setAsking("somebody")}>
          {t.people.other}
        </button>
      )}
      {asking && (
        <SamePerson
          facts={facts}
          conversation={conversation}
          other={asking === "somebody" ? undefined : asking}
          onClose={() => setAsking(undefined)}
        />
      )}
    </>
  );
}

export function Merges({ facts, conversation }: { facts: Facts; conversation: string }) {
  const [busy, setBusy] = useState<string>();
  return (
    <ul class="alike">
      {facts.merges.map((one) => (
        <li key={one.id}>
          <Avatar name={one.customer.name ?? one.customer.email} seed={one.customer.id} size="s" />
          <span class="alike-words">
            <span class="clip">{nameOfProfile(one.customer)}</span>
            <span class="muted" title={full(one.at)}>
              {t.people.conversations(one.conversations)} · {t.people.by(one.agent_name, ago(one.at))}
            </span>
          </span>
          {canAct.value && (
            <Button
              small
              icon="undo"
              flip
              busy={busy === one.id}
              label={t.people.undoOf(nameOfProfile(one.customer))}
              onClick={() => {
                setBusy(one.id);
                void part(one.id, [facts.customer.id, one.customer.id], conversation).finally(() => setBusy(undefined));
              }}
            >
              {t.people.undo}
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}
