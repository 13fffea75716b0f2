// A password with a way to see it, and with how long it would stand.

import { useState } from "preact/hooks";
import { t } from "../../strings";
import { Field } from "../../ui/basics";

export const SHORTEST = 10;

interface Props {
  label: string;
  hint?: string;
  value: string;
  onText: (text: string) => void;
  autocomplete: "current-password" | "new-password";
  wrong?: string | undefined;
  strength?: boolean;
}

/** 0 to 3: length counts more than odd signs do. */
export function strength(password: string): number {
  if (password.length < SHORTEST) return 0;
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\d/, /[^\p{L}\d]/u].filter((kind) => kind.test(password)).length;
  const different = new Set(password).size;
  if (different < 6) return 1;
  if (password.length >= 16 || (password.length >= 12 && kinds >= 3)) return 3;
  return 2;
}

export function PasswordField(props: Props) {
  const [seen, setSeen] = useState(false);
  const score = strength(props.value);
  return (
    <Field label={props.label} hint={props.hint} wrong={props.wrong}>
      {(attributes) => (
        <>
          <span class="password">
            <input
              class="input"
              type={(seen ? "text" : "password") as "password"}
              autocomplete={props.autocomplete}
              spellcheck={false}
              autocapitalize="off"
              required
              value={props.value}
              onInput={(event) => props.onText(event.currentTarget.value)}
              {...attributes}
            />
            <button type="button" class="password-see" aria-pressed={seen} onClick={() => setSeen(!seen)}>
              {seen ? t.door.hide : t.door.show}
            </button>
          </span>
          {props.strength && props.value !== "" && (
            <span class="strength" role="status">
              <span class={`strength-bar strength-${score}`} aria-hidden="true">
                <i />
                <i />
                <i />
              </span>
              {t.door.strength[score]}
            </span>
          )}
        </>
      )}
    </Field>
  );
}
