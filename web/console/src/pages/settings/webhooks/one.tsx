// One webhook: how it does, what it is told, its deliveries, its secret.

import { useState } from "preact/hooks";
import { ago, ahead, full } from "../../../lib/time";
import { patch, remove } from "../../../net/http";
import { loadWebhooks, putWebhook, webhooks } from "../../../state/webhooks";
import { t } from "../../../strings";
import type { Webhook } from "../../../wire";
import { Button } from "../../../ui/basics";
import { Dialog } from "../../../ui/dialog";
import { Icon } from "../../../ui/icons";
import { Box, useSaving } from "../parts";
import { Deliveries } from "./deliveries";
import { Change } from "./form";
import { Health } from "./list";
import { nameOf } from "./logic";
import { Secret } from "./secret";
import { Test } from "./test";

export function One({ webhook, onBack }: { webhook: Webhook; onBack: () => void }) {
  const [asking, setAsking] = useState<"change" | "remove" | "enable">();
  const [busy, save] = useSaving();
  const close = () => setAsking(undefined);
  const enable = (enabled: boolean, skip_waiting = false) => {
    close();
    void save(
      async () => putWebhook(await patch<Webhook>(`/v1/webhooks/${webhook.id}`, { enabled, ...(skip_waiting ? { skip_waiting } : {}) })),
      enabled ? t.webhooks.enabled : t.webhooks.disabled,
    );
  };
  return (
    <>
      <div>
        <Button id="webhook-back" look="quiet" icon="left" flip onClick={onBack}>
          {t.webhooks.all}
        </Button>
      </div>
      <Box title={nameOf(webhook)} text={<span class="hook-url">{webhook.url}</span>} side={<Health of={webhook} />}>
        {webhook.trouble && (
          <p class="mail-error">
            <Icon name="alert" size={16} /> {webhook.trouble}
          </p>
        )}
        <dl class="facts">
          <div>
            <dt>{t.webhooks.told}</dt>
            <dd>{webhook.events.length === 0 ? t.webhooks.everything : webhook.events.join(", ")}</dd>
          </div>
          <div>
            <dt>{t.webhooks.last}</dt>
            <dd>{webhook.last_sent_at ? <span title={full(webhook.last_sent_at)}>{t.webhooks.ago(ago(webhook.last_sent_at))}</span> : t.webhooks.noneSent}</dd>
          </div>
          {webhook.failing_since && (
            <div>
              <dt>{t.webhooks.failingSince}</dt>
              <dd title={full(webhook.failing_since)}>{ahead(webhook.failing_since)}</dd>
            </div>
          )}
          {webhook.next_try_at && (
            <div>
              <dt>{t.webhooks.nextTry}</dt>
              <dd title={full(webhook.next_try_at)}>{ahead(webhook.next_try_at)}</dd>
            </div>
          )}
          <div>
            <dt>{t.webhooks.waits}</dt>
            <dd class="num">{webhook.waiting}</dd>
          </div>
        </dl>
        {webhook.health === "disabled" && <p class="muted">{t.webhooks.kept}</p>}
        <div class="hook-acts">
          {webhook.enabled ? (
            <Button busy={busy} onClick={() => enable(false)}>
              {t.webhooks.disable}
            </Button>
          ) : (
            <Button look="primary" busy={busy} onClick={() => (webhook.waiting > 0 ? setAsking("enable") : enable(true))}>
              {t.webhooks.enable}
            </Button>
          )}
          <Button icon="pencil" onClick={() => setAsking("change")}>
            {t.webhooks.change}
          </Button>
          <Button icon="trash" onClick={() => setAsking("remove")}>
            {t.webhooks.remove}
          </Button>
        </div>
        <Test webhook={webhook} />
      </Box>
      <Deliveries webhook={webhook} />
      <Secret webhook={webhook} />
      {asking === "change" && <Change webhook={webhook} onClose={close} />}
      {asking === "enable" && (
        <Dialog title={t.webhooks.enable} class="small" onClose={close}>
          <p class="dialog-text">{t.webhooks.enableText(webhook.waiting)}</p>
          <footer class="dialog-foot">
            <Button onClick={() => enable(true, true)}>{t.webhooks.skip}</Button>
            <Button look="primary" onClick={() => enable(true)}>
              {t.webhooks.sendAll}
            </Button>
          </footer>
        </Dialog>
      )}
      {asking === "remove" && (
        <Dialog title={t.webhooks.removeTitle(nameOf(webhook))} class="small" onClose={close}>
          <p class="dialog-text">{t.webhooks.removeText}</p>
          <footer class="dialog-foot">
            <Button onClick={close}>{t.cancel}</Button>
            <Button
              look="danger"
              busy={busy}
              onClick={() =>
                void save(async () => {
                  await remove(`/v1/webhooks/${webhook.id}`);
                  webhooks.value = (webhooks.peek() ?? []).filter((one) => one.id !== webhook.id);
                  onBack();
                  await loadWebhooks();
                }, t.webhooks.removed)
              }
            >
              {t.webhooks.remove}
            </Button>
          </footer>
        </Dialog>
      )}
    </>
  );
}
