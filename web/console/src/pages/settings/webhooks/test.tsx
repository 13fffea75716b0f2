// A ping, and how it went.

import { useState } from "preact/hooks";
import { post } from "../../../net/http";
import { t } from "../../../strings";
import type { Pinged, Webhook } from "../../../wire";
import { Button } from "../../../ui/basics";
import { Icon } from "../../../ui/icons";
import { useSaving } from "../parts";

export function Test({ webhook }: { webhook: Webhook }) {
  const [result, setResult] = useState<Pinged>();
  const [busy, save] = useSaving();
  const run = () => {
    setResult(undefined);
    void save(async () => setResult(await post<Pinged>(`/v1/webhooks/${webhook.id}/test`)), "");
  };
  return (
    <div class="hook-test">
      <Button icon="bolt" busy={busy} onClick={run}>
        {t.webhooks.test}
      </Button>
      <div role="status">
        {result && (
          <p class={result.works ? "mail-good" : "mail-error"}>
            <Icon name={result.works ? "check" : "alert"} size={16} />{" "}
            {result.works ? t.webhooks.works(result.status ?? 200, result.duration_ms) : t.webhooks.fails(result.error ?? "")}
          </p>
        )}
        {result?.answer && (
          <pre class="code hook-answer" tabIndex={0} aria-label={t.webhooks.answer}>
            {result.answer}
          </pre>
        )}
      </div>
    </div>
  );
}
