// What an inbox needs at the vendor's side: its fields with help under each, and a test of
// what is entered before anything is kept.

import { useEffect, useState } from "preact/hooks";
import { post } from "../../net/http";
import { explain } from "../../state/actions";
import { changedFields, entered, missing, type Typed } from "../../state/channels";
import { t } from "../../strings";
import type { ChannelField, ChannelSpec, Tested } from "../../wire";
import { Button, Field } from "../../ui/basics";
import { Icon } from "../../ui/icons";

interface Props {
  spec: ChannelSpec;
  typed: Typed;
  /** What the inbox has already; of secrets only that there is one. */
  kept?: Typed;
  onTyped: (typed: Typed) => void;
}

export function ChannelFields({ spec, typed, kept, onTyped }: Props) {
  return (
    <>
      {spec.fields.map((field) => (
        <Entry
          key={field.name}
          field={field}
          value={typed[field.name] ?? ""}
          isSet={field.secret && Boolean(kept?.[field.name])}
          onText={(text) => onTyped({ ...typed, [field.name]: text })}
        />
      ))}
    </>
  );
}

function Entry(props: { field: ChannelField; value: string; isSet: boolean; onText: (text: string) => void }) {
  const { field, value, isSet } = props;
  const [shown, setShown] = useState(false);
  const placeholder = isSet ? t.inboxes.set : field.example;
  return (
    <Field label={field.required ? field.label : t.inboxes.optional(field.label)} hint={field.help}>
      {(attributes) => (
        <span class={field.secret ? "secret" : ""}>
          <input
            class="input"
            // No browser offers to keep it as somebody's password, which it is not.
            type="text"
            data-masked={field.secret && !shown ? "" : undefined}
            autocomplete="off"
            spellcheck={false}
            autocapitalize="off"
            placeholder={placeholder}
            value={value}
            onInput={(event) => props.onText(event.currentTarget.value)}
            {...attributes}
          />
          {field.secret && value && (
            <Button look="quiet" onClick={() => setShown(!shown)} pressed={shown}>
              {shown ? t.inboxes.hide : t.inboxes.show}
            </Button>
          )}
        </span>
      )}
    </Field>
  );
}

export type Outcome = Tested | { missing: string[] };

/** Tries what is entered, and remembers how it went until something is changed. */
export function useTest(spec: ChannelSpec | undefined, typed: Typed, kept: Typed = {}, inbox?: string) {
  const [outcome, setOutcome] = useState<Outcome>();
  const [busy, setBusy] = useState(false);
  useEffect(() => setOutcome(undefined), [typed]);
  const run = async () => {
    if (!spec) return;
    const empty = missing(spec, typed, kept);
    if (empty.length > 0) return setOutcome({ missing: empty });
    setBusy(true);
    try {
      // Of an inbox that is there, what is not sent is what it has.
      const credentials = inbox ? changedFields(spec, typed, kept) : entered(spec, typed);
      setOutcome(await post<Tested>("/v1/channels/test", { channel: spec.kind, credentials, ...(inbox ? { inbox } : {}) }));
    } catch (error) {
      setOutcome({ works: false, findings: [explain(error)] });
    } finally {
      setBusy(false);
    }
  };
  return { outcome, busy, run };
}

export function Findings({ outcome }: { outcome: Outcome | undefined }) {
  const works = outcome !== undefined && "works" in outcome && outcome.works;
  return (
    <div role="status" class="findings-place">
      {outcome && (
        <div class={`findings ${works ? "findings-good" : "findings-bad"}`}>
          <Icon name={works ? "done" : "alert"} size={17} />
          <div>
            {"missing" in outcome ? (
              <p>{t.inboxes.missing(outcome.missing)}</p>
            ) : (
              <>
                <strong>{works ? t.inboxes.works : t.inboxes.worksNot}</strong>
                <ul>
                  {outcome.findings.map((finding) => (
                    <li key={finding}>{finding}</li>
                  ))}
                </ul>
              </>
            )}
          </div>
        </div>
      )}
    </div>
  );
}

/** The page that leads through the set-up, as a link where it is one. */
export function Guide({ spec }: { spec: ChannelSpec }) {
  return (
    <p class="guide muted">
      <Icon name="book" size={15} />
      <span>
        {t.inboxes.guide}{" "}
        {/^https?:/.test(spec.guide) ? (
          <a href={spec.guide} target="_blank" rel="noopener noreferrer">
            {spec.guide}
          </a>
        ) : (
          <code>{spec.guide}</code>
        )}
      </span>
    </p>
  );
}
