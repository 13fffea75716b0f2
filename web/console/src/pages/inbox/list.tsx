// The live list: search, the rows in the order of need, and what to do when it is empty.

import { count } from "../../lib/format";
import { keepStill, list, listState, loadMore, loadOpen, newcomers, search, shownCounts, wanted, inboxFilter, inboxes } from "../../state/inbox";
import type { View } from "../../state/order";
import { t } from "../../strings";
import { Button, Empty } from "../../ui/basics";
import { Icon } from "../../ui/icons";
import { Virtual } from "../../ui/virtual";
import { Row } from "./row";

const HEIGHT = 80;

/** A pointer that rests lets the list go on after this time. */
const REST = 8_000;
let rest: ReturnType<typeof setTimeout> | undefined;

function pointer(inside: boolean) {
  clearTimeout(rest);
  keepStill.value = inside;
  if (inside) rest = setTimeout(() => (keepStill.value = false), REST);
}

export function List(props: { view: View; current: string | undefined }) {
  const ids = list.value;
  const searching = wanted.value !== "";
  const total = searching ? ids.length : (shownCounts.value[props.view] ?? ids.length);
  const inbox = inboxes.value.find((one) => one.id === inboxFilter.value);
  return (
    <section class="pane list" aria-labelledby="list-title">
      <header class="list-head">
        <div class="list-title">
          <h2 id="list-title">{searching ? t.list.found : t.views[props.view]}</h2>
          <span class="num muted">{count(total)}</span>
          {inbox && <span class="chip">{inbox.name}</span>}
        </div>
        <div class="search">
          <Icon name="search" size={16} />
          <input
            id="search"
            type="search"
            class="input"
            aria-label={t.list.search}
            placeholder={t.list.search}
            value={wanted.value}
            autocomplete="off"
            onInput={(event) => void search(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === "Escape") {
                event.preventDefault();
                void search("");
                event.currentTarget.blur();
              } else if (event.key === "ArrowDown" || event.key === "Enter") {
                event.preventDefault();
                document.querySelector<HTMLAnchorElement>(".virtual-row a")?.focus();
              }
            }}
          />
          <kbd aria-hidden="true">/</kbd>
        </div>
      </header>
      {newcomers.value > 0 && (
        <button type="button" class="newcomers" onClick={() => (keepStill.value = false)}>
          <Icon name="up" size={15} />
          {t.list.newcomers(newcomers.value)}
        </button>
      )}
      {ids.length > 0 ? (
        <Virtual
          ids={ids}
          height={HEIGHT}
          current={props.current}
          label={t.views[props.view]}
          onEnd={() => void loadMore()}
          onPointerInside={pointer}
        >
          {(id) => <Row id={id} view={props.view} current={id === props.current} />}
        </Virtual>
      ) : (
        <None view={props.view} />
      )}
    </section>
  );
}

function None(props: { view: View }) {
  if (listState.value === "loading") {
    return (
      <div class="list-loading" aria-busy="true" aria-label={t.loading}>
        {Array.from({ length: 6 }, (_, i) => (
          <div key={i} class="list-ghost">
            <span class="skeleton" />
            <span class="skeleton" />
          </div>
        ))}
      </div>
    );
  }
  if (listState.value === "failed") {
    return (
      <Empty icon="wifi" title={t.list.failed} acts={<Button icon="refresh" onClick={() => void loadOpen()}>{t.again}</Button>}>
        <p>{t.errors.unreachable}</p>
      </Empty>
    );
  }
  if (wanted.value) {
    return (
      <Empty icon="search" title={t.list.noneFound(wanted.value)} acts={<Button onClick={() => void search("")}>{t.list.clear}</Button>}>
        <p>{t.list.noneFoundText}</p>
      </Empty>
    );
  }
  const words = t.empty[props.view];
  const demo = props.view === "open" || props.view === "waiting" || props.view === "unassigned";
  return (
    <Empty
      icon={props.view === "waiting" ? "check" : props.view === "snoozed" ? "moon" : props.view === "resolved" ? "done" : "inbox"}
      title={words.title}
      acts={
        demo && (
          <a class="btn" href="/" target="_blank" rel="noopener">
            <Icon name="shop" />
            <span>{t.empty.demo}</span>
          </a>
        )
      }
    >
      <p>{words.text}</p>
    </Empty>
  );
}
