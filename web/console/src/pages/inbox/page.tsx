// The inbox: the list, the conversation, what is known of the customer. Side by side
// where there is room, one after the other on a phone.

import { computed, signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { useCommands } from "../../keys/commands";
import { go } from "../../lib/router";
import { stored } from "../../lib/stored";
import { current } from "../../state/desk";
import { choose, list, rows } from "../../state/inbox";
import type { View } from "../../state/order";
import { t } from "../../strings";
import { allowNotifications } from "../../state/alerts";
import { Button, Empty } from "../../ui/basics";
import { ConversationPane } from "../conversation/pane";
import { Details } from "../conversation/details";
import { List } from "./list";

/** Whether the customer's facts are shown beside the conversation. */
export const detailsWide = stored("details", true);
/** Whether they lie over it, where there is no room beside it. */
export const detailsOver = signal(false);

const WIDE = matchMedia("(min-width: 1240px)");
const beside = signal(WIDE.matches);
WIDE.addEventListener("change", () => (beside.value = WIDE.matches));

export const detailsShown = computed(() => (beside.value ? detailsWide.value : detailsOver.value));

export function toggleDetails() {
  if (beside.peek()) detailsWide.value = !detailsWide.value;
  else detailsOver.value = !detailsOver.value;
}

export function InboxPage(props: { view: View; id: string | undefined }) {
  const { id } = props;
  useEffect(() => choose(props.view), [props.view]);
  useEffect(() => {
    current.value = id;
    detailsOver.value = false;
    return () => {
      current.value = undefined;
    };
  }, [id]);

  const step = (by: number) => {
    const ids = list.peek();
    if (ids.length === 0) return;
    const at = id ? ids.indexOf(id) : -1;
    const next = ids[at < 0 ? 0 : Math.min(ids.length - 1, Math.max(0, at + by))];
    if (!next) return;
    go(`/inbox/${props.view}/${next}`, id ? "replace" : "push");
    focusSoon(`[data-id="${next}"]`);
  };
  // On a phone one pane hides the other, and the focus with it.
  const before = useRef<string | undefined>(id);
  useEffect(() => {
    if (id === before.current) return;
    focusIfLost(id ? ".talk-back" : `[data-id="${before.current}"]`);
    before.current = id;
  }, [id]);

  useCommands(
    {
      down: () => step(1),
      up: () => step(-1),
      search: () => document.getElementById("search")?.focus(),
      neediest: () => {
        // The neediest of those whom nobody helps: the list is in that order.
        const next = list.peek().find((one) => one !== id && rows.get(one)?.holder === "bot") ?? list.peek()[0];
        if (next) go(`/inbox/${props.view}/${next}`);
      },
      details: toggleDetails,
      leave: () => {
        if (detailsOver.peek()) detailsOver.value = false;
        else if (id) go(`/inbox/${props.view}`);
      },
    },
    [props.view, id],
  );

  return (
    <main
      id="main"
      class="inbox"
      data-pane={id ? (detailsOver.value ? "details" : "conversation") : "list"}
      data-details={id ? (detailsWide.value ? "wide" : "none") : "none"}
    >
      <h1 class="sr-only">{t.nav.inbox}</h1>
      <List view={props.view} current={id} />
      {id ? (
        <>
          <ConversationPane key={id} id={id} view={props.view} />
          <Details id={id} />
        </>
      ) : (
        <Nothing />
      )}
    </main>
  );
}

function focusSoon(selector: string) {
  requestAnimationFrame(() => requestAnimationFrame(() => document.querySelector<HTMLElement>(selector)?.focus({ preventScroll: true })));
}

function focusIfLost(selector: string) {
  const active = document.activeElement;
  const lost = !active || active === document.body || !(active as HTMLElement).checkVisibility?.();
  if (lost) focusSoon(selector);
}

/** Asked once, where there is room for it, and never again. */
const askedToNotify = stored("asked-to-notify", false);

function Notifying() {
  const possible = "Notification" in window && Notification.permission === "default";
  if (askedToNotify.value || !possible) return null;
  return (
    <div class="notifying">
      <p>{t.conversation.notify}</p>
      <div>
        <Button small icon="bell" onClick={() => void allowNotifications().then(() => (askedToNotify.value = true))}>
          {t.conversation.notifyYes}
        </Button>
        <Button small look="quiet" onClick={() => (askedToNotify.value = true)}>
          {t.conversation.notifyNo}
        </Button>
      </div>
    </div>
  );
}

function Nothing() {
  // An empty list says itself what to do.
  const empty = list.value.length === 0;
  return (
    <section class="pane nothing" aria-label={t.conversation.none}>
      {empty ? (
        <div class="empty">
          <Notifying />
        </div>
      ) : (
        <Empty icon="inbox" title={t.conversation.none}>
          <p>{t.conversation.noneText}</p>
          <Notifying />
          <p class="muted nothing-keys">
            <kbd>J</kbd> <kbd>K</kbd> {t.conversation.keysWalk} · <kbd>H</kbd> {t.conversation.keysNext} · <kbd>?</kbd> {t.conversation.keysAll}
          </p>
        </Empty>
      )}
    </section>
  );
}
