// The settings: one section at a time, each saving by itself.

import { useEffect } from "preact/hooks";
import { href } from "../../lib/router";
import { explain } from "../../state/actions";
import { canManage, me } from "../../state/session";
import { loadShop, shop } from "../../state/shop";
import { warn } from "../../state/toasts";
import { t } from "../../strings";
import { Icon, type IconName } from "../../ui/icons";
import { Canned } from "./canned";
import { Hours } from "./hours";
import { Inboxes } from "./inboxes";
import { MailPage } from "./mail";
import { Me } from "./me";
import { ShopPage } from "./shop";
import { Team } from "./team";

const SECTIONS: { id: keyof typeof t.settings.sections; icon: IconName; manage?: boolean }[] = [
  { id: "me", icon: "person" },
  { id: "team", icon: "people" },
  { id: "inboxes", icon: "inbox" },
  { id: "hours", icon: "clock" },
  { id: "canned", icon: "bolt" },
  { id: "mail", icon: "mail", manage: true },
  { id: "shop", icon: "shop" },
];

export function SettingsPage(props: { section: string | undefined }) {
  useEffect(() => void loadShop().catch((error) => warn(explain(error))), []);
  const shown = SECTIONS.filter((one) => !one.manage || canManage.value);
  const section = shown.find((one) => one.id === props.section)?.id ?? "me";
  const failed = (shop.value?.mail.failed ?? 0) > 0;
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
                  {one.id === "mail" && failed && <span class="nav-count nav-count-loud">{shop.value?.mail.failed}</span>}
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
          {section === "shop" && me.value && <ShopPage />}
        </div>
      </div>
    </main>
  );
}
