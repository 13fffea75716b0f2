// The way around: views with their numbers, inboxes, the other pages, and one's own presence.

import { count } from "../lib/format";
import { go, href } from "../lib/router";
import { switchTheme } from "../lib/theme";
import { hint } from "../keys/shortcuts";
import { helpOpen } from "../keys/help";
import { paletteOpen } from "../keys/palette";
import { channelIcon, inboxState } from "../state/channels";
import { choose, inboxes, inboxFilter, shownCounts, view } from "../state/inbox";
import type { View } from "../state/order";
import { colleagues, me, signOut } from "../state/session";
import { sound } from "../state/alerts";
import { explain } from "../state/actions";
import { warn } from "../state/toasts";
import { t } from "../strings";
import { Avatar } from "../ui/basics";
import { Icon, type IconName, Mark } from "../ui/icons";
import { Menu } from "../ui/menu";
import type { CommandId } from "../keys/commands";
import { togglePresence } from "./shell";

const LISTS: { view: View; icon: IconName; command: CommandId }[] = [
  { view: "mine", icon: "person", command: "goMine" },
  { view: "waiting", icon: "clock", command: "goWaiting" },
  { view: "unassigned", icon: "bot", command: "goUnassigned" },
  { view: "open", icon: "inbox", command: "goOpen" },
  { view: "snoozed", icon: "moon", command: "goSnoozed" },
  { view: "resolved", icon: "done", command: "goResolved" },
];

export function Nav(props: { route: string[] }) {
  const page = props.route[0];
  const counts = shownCounts.value;
  return (
    <nav class="nav" aria-label={t.nav.label}>
      <div class="nav-head">
        <Mark />
        <span class="nav-name">{t.product}</span>
        <button type="button" class="nav-palette" onClick={() => (paletteOpen.value = true)} title={`${t.palette.title} (${hint("palette")})`}>
          <Icon name="search" size={16} />
          <span class="sr-only">{t.palette.title}</span>
          <kbd aria-hidden="true">{hint("palette")}</kbd>
        </button>
      </div>

      <ul class="nav-list nav-views">
        {LISTS.map((one) => {
          const here = page === "inbox" && view.value === one.view;
          const number = counts[one.view] ?? 0;
          return (
            <li key={one.view}>
              <a
                class="nav-item"
                href={href(`/inbox/${one.view}`)}
                aria-current={here ? "page" : undefined}
                title={`${t.views[one.view]} (${hint(one.command)})`}
              >
                <Icon name={one.icon} />
                <span class="nav-label">{t.views[one.view]}</span>
                {number > 0 && one.view !== "resolved" && (
                  <span class={`nav-count num ${one.view === "waiting" ? "nav-count-loud" : ""}`}>{count(number)}</span>
                )}
              </a>
            </li>
          );
        })}
      </ul>

      {inboxes.value.length > 1 && (
        <div class="nav-inboxes">
          <h2 class="nav-title">{t.nav.inboxes}</h2>
          <ul class="nav-list">
            {[undefined, ...inboxes.value].map((inbox) => (
              <li key={inbox?.id ?? "all"}>
                <button
                  type="button"
                  class="nav-item"
                  aria-pressed={inboxFilter.value === inbox?.id}
                  onClick={() => {
                    choose(view.peek(), inbox?.id);
                    if (page !== "inbox") go(`/inbox/${view.peek()}`);
                  }}
                >
                  <Icon name={inbox ? channelIcon(inbox.channel) : "ring"} />
                  <span class="nav-label clip">{inbox?.name ?? t.nav.allInboxes}</span>
                  {inbox && inboxState(inbox) === "trouble" && (
                    <span class="nav-trouble" role="img" aria-label={t.inboxes.states.trouble} title={inbox.trouble}>
                      <Icon name="alert" size={15} />
                    </span>
                  )}
                </button>
              </li>
            ))}
          </ul>
        </div>
      )}

      <ul class="nav-list nav-pages">
        <li>
          <a class="nav-item" href={href("/knowledge")} aria-current={page === "knowledge" ? "page" : undefined} title={`${t.nav.knowledge} (${hint("goKnowledge")})`}>
            <Icon name="book" />
            <span class="nav-label">{t.nav.knowledge}</span>
          </a>
        </li>
        <li>
          <a class="nav-item" href={href("/understanding")} aria-current={page === "understanding" ? "page" : undefined} title={`${t.nav.teaching} (${hint("goTeaching")})`}>
            <Icon name="spark" />
            <span class="nav-label">{t.nav.teaching}</span>
          </a>
        </li>
        <li>
          <a class="nav-item" href={href("/today")} aria-current={page === "today" ? "page" : undefined} title={`${t.nav.today} (${hint("goToday")})`}>
            <Icon name="chart" />
            <span class="nav-label">{t.nav.today}</span>
          </a>
        </li>
        <li>
          <a class="nav-item" href={href("/settings")} aria-current={page === "settings" ? "page" : undefined} title={`${t.nav.settings} (${hint("goSettings")})`}>
            <Icon name="cog" />
            <span class="nav-label">{t.nav.settings}</span>
          </a>
        </li>
        <li class="nav-me">
          <Me />
        </li>
      </ul>
    </nav>
  );
}

function Me() {
  const mine = me.value;
  if (!mine) return null;
  const away = mine.status === "away";
  const others = colleagues.value.filter((one) => one.id !== mine.id && one.present && one.status === "available" && one.role !== "viewer");
  return (
    <Menu
      label={t.me.menu(mine.name, away ? t.me.away : t.me.available)}
      class="me"
      named
      title={t.me.others(others.map((one) => one.name))}
      items={[
        { label: away ? t.me.beAvailable : t.me.beAway, icon: away ? "check" : "moon", run: togglePresence },
        { label: sound.value ? t.me.mute : t.me.unmute, icon: sound.value ? "mute" : "sound", run: () => (sound.value = !sound.value) },
        { label: t.commands.theme, icon: "sun", run: switchTheme },
        { label: t.commands.help, icon: "keyboard", run: () => (helpOpen.value = true) },
        { label: t.settings.sections.me, icon: "person", run: () => go("/settings/me") },
        { label: t.commands.logout, icon: "exit", run: () => void signOut().catch((error) => warn(explain(error))) },
      ]}
    >
      <span class="me-face">
        <Avatar name={mine.name} seed={mine.id} />
        <span class={`dot ${away ? "dot-away" : "dot-on"}`} />
      </span>
      <span class="sr-only">{t.me.menu(mine.name, away ? t.me.away : t.me.available)}</span>
      <span class="me-words">
        <span class="clip me-name">{mine.name}</span>
        <span class="clip me-load num">
          {away ? t.me.away : mine.role === "viewer" ? t.roles.viewer : t.me.load(mine.held, mine.capacity)}
        </span>
      </span>
      <Icon name="up" size={15} />
    </Menu>
  );
}
