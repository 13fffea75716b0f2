// What the settings of the widget look like, drawn here while they are changed; saved
// ones are tried in the real widget, on a page of its own.

import { t } from "../../strings";
import type { InboxSettings } from "../../wire";
import { Icon } from "../../ui/icons";

/** Black or white, whichever is read better on the colour. */
export function inkOn(color: string): "#ffffff" | "#141414" {
  const part = (at: number) => {
    const value = parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  const light = 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5);
  return 1.05 / (light + 0.05) >= (light + 0.05) / 0.0565 ? "#ffffff" : "#141414";
}

export function Preview(props: { inbox: string; settings: InboxSettings; accent: string }) {
  const { settings, accent } = props;
  const theme = settings.theme ?? {};
  const form = settings.pre_chat ?? undefined;
  const radius = theme.radius ?? 20;
  const paint = { "--preview-accent": accent, "--preview-ink": inkOn(accent), "--preview-radius": `${radius}px` };
  return (
    <figure class={`preview preview-${theme.scheme ?? "auto"} preview-${theme.side ?? "right"}`} style={paint}>
      <div class="preview-window" aria-hidden="true">
        <div class="preview-head">
          <span class="preview-face" />
          <strong>{settings.assistant || t.preview.assistant}</strong>
          <span>{t.preview.automatic}</span>
        </div>
        <div class="preview-body">
          <p class="preview-greeting">{settings.greeting || t.preview.greeting}</p>
          <p class="preview-soft">{t.preview.disclosure}</p>
          {form ? (
            <div class="preview-form">
              {form.text && <p>{form.text}</p>}
              {form.fields.map((field, i) => (
                <span key={i} class="preview-field">
                  {field.label}
                  {field.required && " *"}
                </span>
              ))}
              <span class="preview-button">{t.preview.start}</span>
            </div>
          ) : (
            t.preview.starters.map((text) => (
              <span key={text} class="preview-chip">
                {text}
              </span>
            ))
          )}
        </div>
        <div class="preview-write">
          {t.preview.write}
          <Icon name="send" size={15} />
        </div>
      </div>
      <div class="preview-launcher" aria-hidden="true">
        <Icon name="chat" size={22} />
        {theme.launcher && <span>{theme.launcher}</span>}
      </div>
      <figcaption class="muted">
        {t.preview.caption}{" "}
        <a href={`/console/preview.html?inbox=${encodeURIComponent(props.inbox)}`} target="_blank" rel="noopener">
          {t.preview.real}
        </a>
      </figcaption>
    </figure>
  );
}
