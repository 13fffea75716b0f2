// What was delivered, what waits and what was given up, with the answers; and again.

import { useEffect, useState } from "preact/hooks";
import { href } from "../../../lib/router";
import { ago, full } from "../../../lib/time";
import { get, params, post } from "../../../net/http";
import { webhookNews } from "../../../state/desk";
import { loadWebhooks } from "../../../state/webhooks";
import { t } from "../../../strings";
import type { Delivered, Page, Webhook } from "../../../wire";
import { Button, Chip } from "../../../ui/basics";
import { Icon } from "../../../ui/icons";
import { Box, useSaving } from "../parts";
import { pretty } from "./logic";

const STATES = ["all", "waiting", "failed", "sent"] as const;
const TONES = { waiting: "amber", failed: "ember", sent: "good" } as const;
const PAGE = 20;
const HOUR = 3_600_000;
const SPANS = { hour: HOUR, day: 24 * HOUR, week: 7 * 24 * HOUR } as const;

export function Deliveries({ webhook }: { webhook: Webhook }) {
  const [state, setState] = useState<(typeof STATES)[number]>("all");
  const [list, setList] = useState<Delivered[]>();
  const [next, setNext] = useState<string>();
  const [busy, save] = useSaving();
  const path = `/v1/webhooks/${webhook.id}`;
  const load = async (cursor?: string) => {
    const page = await get<Page<Delivered>>(`${path}/messages${params({ state, limit: PAGE, cursor })}`);
    setList((known) => (cursor ? [...(known ?? []), ...page.items] : page.items));
    setNext(page.next_cursor);
  };
  const refresh = async () => void (await Promise.all([load(), loadWebhooks()]));
  const news = webhookNews.value;
  useEffect(() => void save(load, ""), [state, news, webhook.enabled]);
  const again = (since?: number) =>
    void save(async () => {
      await post(`${path}/replay`, since ? { since: new Date(Date.now() - since).toISOString() } : {});
      await refresh();
    }, t.webhooks.replayed);
  return (
    <Box
      title={t.webhooks.deliveries}
      text={t.webhooks.deliveriesText}
      side={<Button icon="refresh" label={t.webhooks.refresh} busy={busy} onClick={() => void save(refresh, "")} />}
    >
      <div class="hook-bar">
        <div class="tabs" role="group" aria-label={t.webhooks.show}>
          {STATES.map((one) => (
            <button key={one} type="button" class="tab" aria-pressed={one === state} onClick={() => setState(one)}>
              {t.webhooks.states[one]}
            </button>
          ))}
        </div>
        {webhook.enabled && (
          <div class="hook-again">
            {webhook.failed > 0 && (
              <Button small icon="refresh" onClick={() => again()}>
                {t.webhooks.replayFailed(webhook.failed)}
              </Button>
            )}
            <select
              class="input hook-since"
              aria-label={t.webhooks.replaySince}
              value=""
              onChange={(event) => {
                const chosen = event.currentTarget.value as keyof typeof SPANS | "";
                event.currentTarget.value = "";
                if (chosen) again(SPANS[chosen]);
              }}
            >
              <option value="">{t.webhooks.replaySince}</option>
              {(Object.keys(SPANS) as (keyof typeof SPANS)[]).map((one) => (
                <option key={one} value={one}>
                  {t.webhooks.spans[one]}
                </option>
              ))}
            </select>
          </div>
        )}
      </div>
      {list?.length === 0 && <p class="muted">{t.webhooks.noDeliveries[state]}</p>}
      {list && list.length > 0 && (
        <ul class="rows hook-deliveries">
          {list.map((one) => (
            <Delivery
              key={one.id}
              delivery={one}
              onAgain={
                webhook.enabled
                  ? () => void save(async () => (await post(`${path}/messages/${one.id}/replay`), refresh()), t.webhooks.replayed)
                  : undefined
              }
            />
          ))}
        </ul>
      )}
      {next && (
        <Button busy={busy} onClick={() => void save(() => load(next), "")}>
          {t.webhooks.more}
        </Button>
      )}
    </Box>
  );
}

function Delivery({ delivery, onAgain }: { delivery: Delivered; onAgain: (() => void) | undefined }) {
  return (
    <li>
      <details>
        <summary>
          <Icon name="forward" size={14} />
          <code>{delivery.type}</code>
          <Chip tone={TONES[delivery.state]}>
            {t.webhooks.states[delivery.state]}
            {delivery.status ? ` ${delivery.status}` : ""}
          </Chip>
          {delivery.state !== "sent" && !delivery.status && delivery.error && <span class="hook-error clip">{delivery.error}</span>}
          <span class="muted hook-when" title={full(delivery.created_at)}>
            {t.webhooks.ago(ago(delivery.created_at))}
          </span>
        </summary>
        <div class="hook-delivery">
          <dl class="facts">
            <div>
              <dt>webhook-id</dt>
              <dd>
                <code>{delivery.id}</code>
              </dd>
            </div>
            <div>
              <dt>{t.webhooks.tries}</dt>
              <dd class="num">{delivery.attempts}</dd>
            </div>
            {delivery.tried_at && (
              <div>
                <dt>{t.webhooks.lastTry}</dt>
                <dd>
                  {full(delivery.tried_at)}
                  {delivery.duration_ms !== undefined && ` (${t.webhooks.took(delivery.duration_ms)})`}
                </dd>
              </div>
            )}
          </dl>
          {delivery.state !== "sent" && delivery.error && <p class="mail-error">{delivery.error}</p>}
          {delivery.answer && (
            <>
              <h4>{t.webhooks.answer}</h4>
              <pre class="code hook-answer" tabIndex={0} aria-label={t.webhooks.answer}>
                {delivery.answer}
              </pre>
            </>
          )}
          <h4>{t.webhooks.body}</h4>
          <pre class="code hook-code" tabIndex={0} aria-label={t.webhooks.body}>
            {pretty(delivery.body)}
          </pre>
          <div class="hook-acts">
            {onAgain && (
              <Button small icon="refresh" onClick={onAgain}>
                {t.webhooks.again}
              </Button>
            )}
            <a class="btn btn-small" href={href(`/conversations/${delivery.conversation_id}`)}>
              {t.webhooks.conversation}
            </a>
          </div>
        </div>
      </details>
    </li>
  );
}
