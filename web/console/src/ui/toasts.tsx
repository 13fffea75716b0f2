// The corner where toasts appear, read out politely.

import { t } from "../strings";
import { dismiss, hold, toasts, wait } from "../state/toasts";
import { Button } from "./basics";
import { Icon } from "./icons";

export function Toasts() {
  return (
    <section class="toasts" aria-label={t.toasts.region} aria-live="polite" aria-relevant="additions">
      {toasts.value.map((toast) => (
        <div
          key={toast.id}
          class={`toast ${toast.tone === "wrong" ? "toast-wrong" : ""}`}
          onPointerEnter={() => hold(toast.id)}
          onPointerLeave={() => wait(toast.id)}
          onFocusIn={() => hold(toast.id)}
          onFocusOut={() => wait(toast.id)}
        >
          <Icon name={toast.tone === "wrong" ? "alert" : "check"} size={17} />
          <span class="toast-text">{toast.text}</span>
          {toast.undo && (
            <button
              type="button"
              class="toast-undo"
              onClick={() => {
                const undo = toast.undo;
                dismiss(toast.id);
                void undo?.();
              }}
            >
              {t.toasts.undo} <kbd aria-hidden="true">Z</kbd>
            </button>
          )}
          <Button look="quiet" small icon="close" label={t.close} onClick={() => dismiss(toast.id)} />
        </div>
      ))}
    </section>
  );
}
