// A modal dialog: the browser's own, which keeps focus inside and gives it back.

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { t } from "../strings";
import { Button } from "./basics";

interface Props {
  title: string;
  /** Read by screen readers only, where the design has no visible title. */
  quietTitle?: boolean;
  class?: string;
  onClose: () => void;
  children: ComponentChildren;
}

export function Dialog(props: Props) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = element.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={element}
      class={`dialog ${props.class ?? ""}`}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        props.onClose();
      }}
      onMouseDown={(event) => {
        // The backdrop belongs to the dialog's element; its content does not.
        if (event.target === element.current) props.onClose();
      }}
    >
      <div class="dialog-body">
        <header class={props.quietTitle ? "sr-only" : "dialog-head"}>
          <h2 id={id}>{props.title}</h2>
          {!props.quietTitle && <Button look="quiet" small icon="close" label={t.close} onClick={props.onClose} />}
        </header>
        {props.children}
      </div>
    </dialog>
  );
}
