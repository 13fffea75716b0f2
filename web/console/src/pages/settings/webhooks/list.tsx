// The webhooks: which other systems are told what, and how each of them does.

import { useEffect, useRef, useState } from "preact/hooks";
import { ago, full } from "../../../lib/time";
import { webhookNews } from "../../../state/desk";
import { loadEventKinds, loadWebhooks, webhooks } from "../../../state/webhooks";
import { t } from "../../../strings";
import type { Webhook } from "../../../wire";
import { Button, Chip, Empty } from "../../../ui/basics";
import { Icon, type IconName } from "../../../ui/icons";
import { Box, useSaving } from "../parts";
import { Add } from "./form";
import { nameOf } from "./logic";
import { One } from "./one";

const HEALTH: Record<Webhook["health"], { tone?: "good" | "amber" | "ember"; icon: IconName }> = {
  new: { icon: "clock" },
  good: { tone: "good", icon: "check" },
  failing: { tone: "amber", icon: "alert" },
  disabled: { tone: "ember", icon: "close" },
};

export function Health({ of }: { of: Webhook }) {
  const { tone, icon } = HEALTH[of.health];
  return (
    <Chip tone={of.health === "disabled" && !of.trouble ? undefined : tone} icon={icon}>
      {t.webhooks.health[of.health]}
    </Chip>
  );
}

export function Webhooks() {
  const [chosen, setChosen] = useState<string>();
  const [adding, setAdding] = useState(false);
  const [, save] = useSaving();
  const news = webhookNews.value;
  useEffect(() => void save(loadWebhooks, ""), [news]);
  useEffect(() => void save(loadEventKinds, ""), []);
  const left = useRef<string | undefined>(undefined);
  useEffect(() => {
    // The button that was pressed is gone: focus goes in with the reader, and back.
    document.getElementById(chosen ? "webhook-back" : `webhook-${left.current}`)?.focus();
    left.current = chosen;
  }, [chosen]);
  const list = webhooks.value;
  const webhook = list?.find((one) => one.id === chosen);
  if (!list) return <p role="status">{t.loading}</p>;
  if (webhook) return <One key={webhook.id} webhook={webhook} onBack={() => setChosen(undefined)} />;
  const add = (
    <Button look="primary" icon="plus" onClick={() => setAdding(true)}>
      {t.webhooks.add}
    </Button>
  );
  return (
    <>
      <Box title={t.webhooks.title} text={t.webhooks.text} side={list.length > 0 && add}>
        {list.length === 0 ? (
          <Empty icon="link" title={t.webhooks.none} level={3} acts={add}>
            <p>{t.webhooks.noneText}</p>
          </Empty>
        ) : (
          <ul class="rows">
            {list.map((one) => (
              <li key={one.id} class="rows-item">
                <Icon name="link" />
                <span class="rows-words">
                  <strong class="clip">{nameOf(one)}</strong>
                  <span class="muted clip">{one.url}</span>
                  <span class="muted">
                    {one.last_sent_at ? <span title={full(one.last_sent_at)}>{t.webhooks.lastSent(ago(one.last_sent_at))}</span> : t.webhooks.noneSent}
                    {one.waiting > 0 && ` · ${t.webhooks.waiting(one.waiting)}`}
                    {one.failed > 0 && ` · ${t.webhooks.failed(one.failed)}`}
                  </span>
                  {one.trouble && <span class="mail-error">{one.trouble}</span>}
                </span>
                <Health of={one} />
                <Button id={`webhook-${one.id}`} icon="forward" flip label={t.webhooks.open(nameOf(one))} look="quiet" onClick={() => setChosen(one.id)} />
              </li>
            ))}
          </ul>
        )}
      </Box>
      {adding && (
        <Add
          onClose={(made) => {
            setAdding(false);
            if (made) setChosen(made);
          }}
        />
      )}
    </>
  );
}
