// The settings: one section at a time, each saving by itself.

import { useEffect } from "preact/hooks";
import { href } from "../../lib/router";
import { explain } from "../../state/actions";
import { canManage, me } from "../../state/session";
import { loadShop, shop } from "../../state/shop";
import { warn } from "../../state/toasts";
import { loadWebhooks, webhooks } from "../../state/webhooks";
import { t } from "../../strings";
import { Icon, type IconName } from "../../ui/icons";
import { Canned } from "./canned";
import { Hours } from "./hours";
import { Inboxes } from "./inboxes";
import { MailPage } from "./mail";
import { Me } from "./me";
import { ShopPage } from "./shop";
import { Team } from "./team";
import { Webhooks } from "./webhooks/list";
import { inTrouble } from "./webhooks/logic";

const SECTIONS: { id: keyof typeof t.settings.sections; icon: IconName; manage?: boolean }[] = [
  { id: "me", icon: "person" },
  { id: "team", icon: "people" },
  { id: "inboxes", icon: "inbox" },
  { id: "hours", icon: "clock" },
  { id: "canned", icon: "bolt" },
  { id: "mail", icon: "mail", manage: true },
  { id: "webhooks", icon: "link", manage: true },
  { id: "shop", icon: "shop" },
];

export function SettingsPage(props: { section: string | undefined }) {
  useEffect(() => void loadShop().catch((error) => warn(explain(error))), []);
  useEffect(() => void (canManage.value && loadWebhooks().catch((error) => warn(explain(error)))), [canManage.value]);
  const shown = SECTIONS.filter((one) => !one.manage || canManage.value);
  const section = shown.find((one) => one.id === props.section)?.id ?? "me";
  const loud: Partial<Record<(typeof SECTIONS)[number]["id"], number>> = {
    mail: shop.value?.mail.failed ?? 0,
    webhooks: inTrouble(webhooks.value ?? []),
  };
  return (
    <main id="main" class="page settings scroll">
      <header class="page-head">
        <h1>{t.settings.title}</h1>
      </header>
      <div class="settings-frame">
        <nav class="settings-nav" aria-label={t.settings.title}>
          <ul>
            {shown.map((one) => (
              <li key={one.id}>
                <a class="nav-item" href={href(`/settings/${one.id}`)} aria-current={one.id === section ? "page" : undefined}>
                  <Icon name={one.icon} />
                  <span class="nav-label">{t.settings.sections[one.id]}</span>
                  {(loud[one.id] ?? 0) > 0 && <span class="nav-count nav-count-loud">{loud[one.id]}</span>}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <div class="settings-body">
          <h2>{t.settings.sections[section]}</h2>
          {section === "me" && <Me />}
          {section === "team" && <Team />}
          {section === "inboxes" && <Inboxes />}
          {section === "hours" && <Hours />}
          {section === "canned" && <Canned />}
          {section === "mail" && <MailPage />}
          {section === "webhooks" && <Webhooks />}
          {section === "shop" && me.value && <ShopPage />}
        </div>
      </div>
    </main>
  );
}
