// What everybody must know at once: the line is broken, the mail does not work.

import { useEffect, useState } from "preact/hooks";
import { href } from "../lib/router";
import { disabledWebhooks, hurry, refusedOrigins } from "../state/desk";
import { canManage, line } from "../state/session";
import { t } from "../strings";
import { Button } from "../ui/basics";
import { Icon } from "../ui/icons";

/** A break shorter than this is not worth a word. */
const PATIENCE = 1_500;

export function Banners() {
  const state = line.value;
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (state.state === "open") return setLate(false);
    const timer = setTimeout(() => setLate(true), PATIENCE);
    return () => clearTimeout(timer);
  }, [state.state === "open"]);

  return (
    <div role="status">
      {late && state.state !== "open" && (
        <div class="banner" data-banner="offline">
          <Icon name="wifi" />
          <span>{t.banners.offline}</span>
          <Button small icon="refresh" onClick={hurry}>
            {t.banners.now}
          </Button>
        </div>
      )}
      {canManage.value && refusedOrigins.value > 0 && (
        <div class="banner">
          <Icon name="globe" />
          <span>{t.banners.refused}</span>
          <a class="btn btn-small" href={href("/settings/inboxes")} onClick={() => (refusedOrigins.value = 0)}>
            {t.banners.look}
          </a>
          <Button look="quiet" small icon="close" label={t.close} onClick={() => (refusedOrigins.value = 0)} />
        </div>
      )}
      {canManage.value && disabledWebhooks.value > 0 && (
        <div class="banner">
          <Icon name="link" />
          <span>{t.banners.webhook}</span>
          <a class="btn btn-small" href={href("/settings/webhooks")} onClick={() => (disabledWebhooks.value = 0)}>
            {t.banners.look}
          </a>
          <Button look="quiet" small icon="close" label={t.close} onClick={() => (disabledWebhooks.value = 0)} />
        </div>
      )}
    </div>
  );
}
