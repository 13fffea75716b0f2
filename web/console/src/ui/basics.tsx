// Buttons, avatars, fields, switches: the controls of every page.

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { initials, tone } from "../lib/format";
import { Icon, type IconName } from "./icons";

type Look = "primary" | "quiet" | "danger" | "plain";

export interface ButtonProps {
  look?: Look;
  small?: boolean;
  icon?: IconName;
  /** Mirrors the icon where the text runs from right to left. */
  flip?: boolean;
  /** For a button with nothing but an icon. */
  label?: string;
  keys?: string;
  busy?: boolean;
  disabled?: boolean;
  pressed?: boolean;
  expanded?: boolean;
  controls?: string;
  popup?: "menu" | "dialog" | "listbox";
  type?: "button" | "submit";
  class?: string;
  id?: string;
  onClick?: (event: MouseEvent) => void;
  children?: ComponentChildren;
}

export function Button(props: ButtonProps) {
  const only = !props.children;
  const title = props.keys ? `${props.label ?? ""} (${props.keys})`.trim() : only ? props.label : undefined;
  const classes = ["btn"];
  if (props.look && props.look !== "plain") classes.push(`btn-${props.look}`);
  if (props.small) classes.push("btn-small");
  if (only) classes.push("btn-icon");
  if (props.class) classes.push(props.class);
  const inert = props.disabled || props.busy;
  return (
    <button
      id={props.id}
      type={props.type ?? "button"}
      class={classes.join(" ")}
      aria-label={props.label}
      title={title}
      // Stays focusable while it is busy or has nothing to do, so that focus is not lost.
      aria-disabled={inert ? "true" : undefined}
      aria-pressed={props.pressed}
      aria-expanded={props.expanded}
      aria-controls={props.controls}
      aria-haspopup={props.popup}
      onClick={(event) => {
        if (inert) event.preventDefault();
        else props.onClick?.(event);
      }}
    >
      {props.busy ? <span class="spin" /> : props.icon && <Icon name={props.icon} size={props.small ? 16 : 18} flip={props.flip} />}
      {props.children && <span>{props.children}</span>}
    </button>
  );
}

/** Initials, or the shape of a person where the name is not known. */
export function Avatar(props: { name: string | null | undefined; seed: string; size?: "s" | "l" }) {
  return (
    <span class={`avatar tone-${tone(props.seed)} ${props.size ? `avatar-${props.size}` : ""}`} aria-hidden="true">
      {props.name ? initials(props.name) : <Icon name="person" size={props.size === "s" ? 14 : props.size === "l" ? 22 : 18} />}
    </span>
  );
}

export function BotAvatar(props: { size?: "s" | "l" }) {
  return (
    <span class={`avatar avatar-bot ${props.size ? `avatar-${props.size}` : ""}`} aria-hidden="true">
      <Icon name="bot" size={props.size === "s" ? 15 : 19} />
    </span>
  );
}

export function Switch(props: { on: boolean; label: string; onChange: (on: boolean) => void; disabled?: boolean }) {
  return (
    <button
      type="button"
      role="switch"
      class="switch"
      aria-checked={props.on}
      aria-disabled={props.disabled ? "true" : undefined}
      onClick={() => !props.disabled && props.onChange(!props.on)}
    >
      <span class="track" aria-hidden="true">
        <span class="knob" />
      </span>
      <span>{props.label}</span>
    </button>
  );
}

export interface FieldProps {
  label: string;
  hint?: ComponentChildren;
  wrong?: string | null | undefined;
  children: (attributes: { id: string; "aria-describedby"?: string; "aria-invalid"?: "true" }) => ComponentChildren;
}

/** A label, a control, a hint and what is wrong with it, tied together for readers. */
export function Field(props: FieldProps) {
  const id = useId();
  const described = [props.hint && `${id}-hint`, props.wrong && `${id}-wrong`].filter(Boolean).join(" ");
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      {props.children({
        id,
        ...(described ? { "aria-describedby": described } : {}),
        ...(props.wrong ? { "aria-invalid": "true" as const } : {}),
      })}
      {props.hint && (
        <p class="hint" id={`${id}-hint`}>
          {props.hint}
        </p>
      )}
      {props.wrong && (
        <p class="wrong" id={`${id}-wrong`} role="alert">
          <Icon name="alert" size={15} />
          <span>{props.wrong}</span>
        </p>
      )}
    </div>
  );
}

interface TextFieldProps {
  label: string;
  hint?: ComponentChildren;
  wrong?: string | null | undefined;
  value: string;
  onText: (text: string) => void;
  type?: "text" | "email";
  placeholder?: string;
  autocomplete?: string;
  maxLength?: number;
  inputMode?: "url" | "decimal";
  required?: boolean;
  readOnly?: boolean;
  autofocus?: boolean;
}

export function TextField({ label, hint, wrong, onText, type, autofocus, ...rest }: TextFieldProps) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (autofocus) input.current?.focus();
  }, []);
  return (
    <Field label={label} hint={hint} wrong={wrong}>
      {(attributes) => {
        const shared = { class: "input", ref: input, ...rest, ...attributes };
        const onInput = (event: { currentTarget: HTMLInputElement }) => onText(event.currentTarget.value);
        return type === "email" ? <input type="email" {...shared} onInput={onInput} /> : <input type="text" {...shared} onInput={onInput} />;
      }}
    </Field>
  );
}

export function Empty(props: { icon: IconName; title: string; children?: ComponentChildren; acts?: ComponentChildren; level?: 2 | 3 }) {
  const Heading = props.level === 3 ? "h3" : "h2";
  return (
    <div class="empty">
      <span class="art">
        <Icon name={props.icon} size={34} />
      </span>
      <Heading>{props.title}</Heading>
      {props.children}
      {props.acts && <div class="acts">{props.acts}</div>}
    </div>
  );
}

export function Chip(props: { tone?: "ember" | "amber" | "good" | "bot" | "accent" | undefined; icon?: IconName; title?: string; children: ComponentChildren }) {
  return (
    <span class={`chip ${props.tone ? `chip-${props.tone}` : ""}`} title={props.title}>
      {props.icon && <Icon name={props.icon} size={12} />}
      <span>{props.children}</span>
    </span>
  );
}
