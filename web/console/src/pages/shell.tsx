// The frame around every page of the desk: navigation, banners, overlays, commands.

import { useEffect } from "preact/hooks";
import { Help, helpOpen } from "../keys/help";
import { type Choice, Palette, paletteOpen } from "../keys/palette";
import { useCommands } from "../keys/commands";
import { match } from "../keys/match";
import { plain } from "../lib/format";
import { go } from "../lib/router";
import { theme, switchTheme } from "../lib/theme";
import * as alerts from "../state/alerts";
import * as desk from "../state/desk";
import { rows, view } from "../state/inbox";
import { nameOfCustomer } from "../state/names";
import type { View } from "../state/order";
import { VIEWS } from "../state/order";
import { me, setStatus, signOut } from "../state/session";
import { sendWhenBack } from "../state/sending";
import { loadShop } from "../state/shop";
import { undoLatest, warn } from "../state/toasts";
import { explain } from "../state/actions";
import { t } from "../strings";
import { Banners } from "./banners";
import { InboxPage } from "./inbox/page";
import { KnowledgePage } from "./knowledge/page";
import { Nav } from "./nav";
import { SettingsPage } from "./settings/page";
import { TeachingPage } from "./teaching/page";
import { TodayPage } from "./today/page";

export function togglePresence() {
  const mine = me.peek();
  if (mine) setStatus(mine.status === "away" ? "available" : "away").catch((error) => warn(explain(error)));
}

export function Shell(props: { route: string[] }) {
  const id = me.value!.id;
  useEffect(() => {
    desk.start();
    // The pages do without the settings' words until they are here.
    loadShop().catch(() => {});
    const stops = [desk.hear(alerts.onFrame), alerts.keepTitle(), sendWhenBack(desk.waitingReplies)];
    return () => {
      for (const stop of stops) stop();
      desk.stop();
    };
  }, [id]);

  const toView = (to: View) => () => go(`/inbox/${to}`);
  useCommands(
    {
      palette: () => (paletteOpen.value = true),
      help: () => (helpOpen.value = true),
      undo: () => void undoLatest(),
      presence: togglePresence,
      theme: switchTheme,
      sound: () => (alerts.sound.value = !alerts.sound.value),
      demo: () => window.open("/", "_blank", "noopener"),
      logout: () => void signOut().catch((error) => warn(explain(error))),
      goOpen: toView("open"),
      goMine: toView("mine"),
      goWaiting: toView("waiting"),
      goUnassigned: toView("unassigned"),
      goSnoozed: toView("snoozed"),
      goResolved: toView("resolved"),
      goKnowledge: () => go("/knowledge"),
      goTeaching: () => go("/understanding"),
      goToday: () => go("/today"),
      goSettings: () => go("/settings"),
    },
    [],
  );
  theme.value;

  return (
    <div class="app">
      <a class="skip" href="#main" onClick={focusMain}>
        {t.skip}
      </a>
      <Banners />
      <div class="app-frame">
        <Nav route={props.route} />
        <Page route={props.route} />
      </div>
      <Palette find={findConversations} />
      <Help />
      <p class="sr-only" role="status" aria-live="assertive">
        {alerts.announcement.value}
      </p>
    </div>
  );
}

function Page({ route }: { route: string[] }) {
  const [page, first, second, third] = route;
  if (page === "today") return <TodayPage />;
  if (page === "knowledge") return <KnowledgePage part={first} id={second} locale={third} />;
  if (page === "understanding") return <TeachingPage />;
  if (page === "settings") return <SettingsPage section={first} />;
  if (page === "conversations" && first) return <Redirect to={`/inbox/${view.peek()}/${first}`} />;
  if (page === "inbox" && VIEWS.includes(first as View)) return <InboxPage view={first as View} id={second} />;
  return <Redirect to="/inbox/open" />;
}

function Redirect(props: { to: string }) {
  useEffect(() => go(props.to, "replace"), [props.to]);
  return <main id="main" />;
}

/** The skip link must not change the route, which lives after the #. */
function focusMain(event: MouseEvent) {
  event.preventDefault();
  const main = document.getElementById("main");
  main?.setAttribute("tabindex", "-1");
  main?.focus();
}

function findConversations(typed: string): Choice[] {
  if (typed.trim().length < 2) return [];
  const hits: { choice: Choice; score: number }[] = [];
  for (const row of rows.values()) {
    const name = nameOfCustomer(row);
    const said = row.preview ? plain(row.preview.text) : "";
    const score = Math.max(match(typed, name), match(typed, row.customer.email ?? ""), match(typed, said) > 50 ? 30 : 0);
    if (score >= 30) {
      const run = () => go(`/inbox/${row.status === "resolved" ? "resolved" : view.peek()}/${row.id}`);
      hits.push({ score, choice: { id: row.id, label: name, detail: said, icon: "person", run } });
    }
  }
  return hits
    .sort((a, b) => b.score - a.score)
    .slice(0, 20)
    .map((hit) => hit.choice);
}
