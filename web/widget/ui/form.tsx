/** A form in the conversation: each field says what is wrong with it, in words. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { FormField, Seq } from "../../shared/wire";
import { useUi } from "./ui";

export interface FormProps {
  /** The form's entry; 0 is what the inbox asks before the first message. */
  seq: Seq;
  fields: FormField[];
  title?: string;
  /** The words on its button. */
  send?: string;
}

export function Form({ seq, fields, title, send }: FormProps): JSX.Element {
  const { chat, words, settle } = useUi();
  const [values, setValues] = useState<Record<string, string>>({});
  const [complaints, setComplaints] = useState<Record<string, string>>({});

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const found: Record<string, string> = {};
    for (const field of fields) {
      const wrong = complaint(field, values[field.name]?.trim() ?? "");
      if (wrong) found[field.name] = words.t(wrong);
    }
    setComplaints(found);
    const first = fields.find((field) => found[field.name]);
    const element = event.currentTarget as HTMLFormElement;
    if (first) return (element.elements.namedItem(first.name) as HTMLElement).focus();
    const filled = Object.entries(values).map(([name, value]) => [name, value.trim()] as const);
    chat.submit(seq, Object.fromEntries(filled.filter(([, value]) => value)));
    settle();
  };

  return (
    <form class="bubble card" noValidate onSubmit={submit}>
      {title && <h2 dir="auto">{title}</h2>}
      {fields.map((field) => {
        const id = `f${seq}-${field.name}`;
        const wrong = complaints[field.name];
        return (
          <div class="field">
            <label for={id}>
              {field.label} {!field.required && <small>({words.t("optional")})</small>}
            </label>
            <input
              id={id}
              name={field.name}
              {...kinds[field.kind]}
              required={field.required}
              value={values[field.name] ?? ""}
              aria-invalid={wrong ? "true" : undefined}
              aria-describedby={wrong ? `${id}-wrong` : undefined}
              onInput={(event) => {
                setValues({ ...values, [field.name]: event.currentTarget.value });
                setComplaints({ ...complaints, [field.name]: "" });
              }}
            />
            {wrong && (
              <p class="wrong" id={`${id}-wrong`}>
                {wrong}
              </p>
            )}
          </div>
        );
      })}
      <button type="submit" class="primary">
        {send ?? words.t("submit")}
      </button>
    </form>
  );
}

const kinds: Record<FormField["kind"], JSX.IntrinsicElements["input"]> = {
  text: { type: "text", autoComplete: "on" },
  email: { type: "email", autoComplete: "email", inputMode: "email" },
  phone: { type: "tel", autoComplete: "tel" },
  order_number: { type: "text", autoComplete: "off", autoCapitalize: "characters", spellcheck: false },
};

/** The key of the words that say what is wrong. */
export function complaint(field: FormField, value: string): string | undefined {
  if (!value) return field.required ? "required" : undefined;
  if (field.kind === "email" && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value)) return "bad_email";
  if (field.kind === "phone" && !/^\+?[\d\s()./-]{6,}$/.test(value)) return "bad_phone";
  return undefined;
}
