// The secret that verifies deliveries, a new one in its place, and how to verify.

import { useState } from "preact/hooks";
import { ahead } from "../../../lib/time";
import { get, post } from "../../../net/http";
import { loadWebhooks } from "../../../state/webhooks";
import { t } from "../../../strings";
import type { Webhook } from "../../../wire";
import { Button } from "../../../ui/basics";
import { Dialog } from "../../../ui/dialog";
import { Icon } from "../../../ui/icons";
import { Box, Copy, useSaving } from "../parts";
import { LANGUAGES, SNIPPETS, type Language } from "./logic";

export function Secret({ webhook }: { webhook: Webhook }) {
  const [secret, setSecret] = useState<string>();
  const [asking, setAsking] = useState(false);
  const [busy, save] = useSaving();
  const path = `/v1/webhooks/${webhook.id}/secret`;
  return (
    <Box title={t.webhooks.secret} text={t.webhooks.secretText}>
      {webhook.old_secret_until && (
        <p class="hook-note">
          <Icon name="info" size={16} /> {t.webhooks.bothUntil(ahead(webhook.old_secret_until))}
        </p>
      )}
      {secret && (
        <div class="hook-secret">
          <p class="code" tabIndex={0} aria-label={t.webhooks.secret}>
            {secret}
          </p>
          <Copy text={secret} label={t.webhooks.copySecret} />
        </div>
      )}
      <div class="hook-acts">
        {!secret && (
          <Button busy={busy} onClick={() => void save(async () => setSecret((await get<{ secret: string }>(path)).secret), "")}>
            {t.webhooks.showSecret}
          </Button>
        )}
        <Button icon="refresh" onClick={() => setAsking(true)}>
          {t.webhooks.rotate}
        </Button>
      </div>
      <Snippets />
      {asking && (
        <Dialog title={t.webhooks.rotate} class="small" onClose={() => setAsking(false)}>
          <p class="dialog-text">{t.webhooks.rotateText}</p>
          <footer class="dialog-foot">
            <Button onClick={() => setAsking(false)}>{t.cancel}</Button>
            <Button
              look="primary"
              onClick={() => {
                setAsking(false);
                void save(async () => {
                  setSecret((await post<{ secret: string }>(path)).secret);
                  await loadWebhooks();
                }, t.webhooks.rotated);
              }}
            >
              {t.webhooks.rotate}
            </Button>
          </footer>
        </Dialog>
      )}
    </Box>
  );
}

export function Snippets() {
  const [language, setLanguage] = useState<Language>("python");
  return (
    <section class="hook-snippets" aria-label={t.webhooks.verify}>
      <header>
        <strong>{t.webhooks.verify}</strong>
        <div class="tabs">
          {LANGUAGES.map((one) => (
            <button key={one} type="button" class="tab" aria-pressed={one === language} onClick={() => setLanguage(one)}>
              {t.webhooks.languages[one]}
            </button>
          ))}
        </div>
      </header>
      <pre class="code hook-code" tabIndex={0} aria-label={t.webhooks.languages[language]}>
        {SNIPPETS[language]}
      </pre>
      <div class="hook-acts">
        <Copy text={SNIPPETS[language]} label={t.webhooks.copySnippet} />
      </div>
    </section>
  );
}
