// All articles, with what each did for customers.

import { useEffect, useRef, useState } from "preact/hooks";
import { go, href } from "../../lib/router";
import { ago, full, now } from "../../lib/time";
import { explain } from "../../state/actions";
import { BLANK, beginning, days, type Filter, FILTERS, listArticles, pathOf } from "../../state/knowledge";
import { canAct } from "../../state/session";
import { t } from "../../strings";
import type { ArticleRow } from "../../wire";
import { Button, Chip, Empty } from "../../ui/basics";

/** Somebody who types is waited for this long. */
const SETTLED = 200;

export function Articles() {
  const [only, setOnly] = useState<Filter>("all");
  const [typed, setTyped] = useState("");
  const [q, setQ] = useState("");
  const [rows, setRows] = useState<ArticleRow[]>();
  const [cursor, setCursor] = useState<string>();
  const [trouble, setTrouble] = useState<string>();
  // An answer to an older question is of no interest.
  const asked = useRef(0);
  const load = async (after?: string) => {
    const mine = ++asked.current;
    try {
      const page = await listArticles(only, q, after);
      if (mine !== asked.current) return;
      setRows((before) => (after && before ? [...before, ...page.items] : page.items));
      setCursor(page.next_cursor);
      setTrouble(undefined);
    } catch (error) {
      if (mine === asked.current) setTrouble(explain(error));
    }
  };
  useEffect(() => void load(), [only, q, days.value]);
  useEffect(() => {
    const due = setTimeout(setQ, SETTLED, typed.trim());
    return () => clearTimeout(due);
  }, [typed]);
  const begin = () => {
    beginning.value = BLANK;
    go("/knowledge/new");
  };
  return (
    <section aria-label={t.knowledge.parts.articles}>
      <div class="knowledge-tools">
        <label>
          <span class="sr-only">{t.knowledge.find}</span>
          <input class="input" type="search" placeholder={t.knowledge.find} value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />
        </label>
        <label>
          <span class="sr-only">{t.knowledge.only}</span>
          <select class="input" value={only} onChange={(event) => setOnly(event.currentTarget.value as Filter)}>
            {FILTERS.map((filter) => (
              <option key={filter} value={filter}>
                {t.knowledge.filters[filter]}
              </option>
            ))}
          </select>
        </label>
        {canAct.value && (
          <Button look="primary" icon="plus" onClick={begin}>
            {t.knowledge.make}
          </Button>
        )}
      </div>
      {t.knowledge.filterText[only] && <p class="muted">{t.knowledge.filterText[only]}</p>}
      {trouble && (
        <Empty icon="wifi" title={t.knowledge.failed} acts={<Button icon="refresh" onClick={() => void load()}>{t.again}</Button>}>
          <p>{trouble}</p>
        </Empty>
      )}
      {!rows && !trouble && <p role="status">{t.loading}</p>}
      {rows?.length === 0 && (
        <Empty icon="book" title={t.knowledge.noArticles}>
          <p>{t.knowledge.noArticlesText}</p>
        </Empty>
      )}
      {rows && rows.length > 0 && <Table rows={rows} />}
      {cursor && (
        <Button small onClick={() => void load(cursor)}>
          {t.knowledge.more}
        </Button>
      )}
    </section>
  );
}

function Table({ rows }: { rows: readonly ArticleRow[] }) {
  const { columns } = t.knowledge;
  return (
    <table class="knowledge-table knowledge-articles">
      <caption class="sr-only">{t.knowledge.parts.articles}</caption>
      <thead>
        <tr>
          <th scope="col">{columns.article}</th>
          <th scope="col" class="num">{columns.found}</th>
          <th scope="col" class="num">{columns.shown}</th>
          <th scope="col" class="num">{columns.helpful}</th>
          <th scope="col" class="num">{columns.unhelpful}</th>
          <th scope="col" class="num">{columns.trouble}</th>
          <th scope="col">{columns.changed}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={`${row.id}/${row.locale}`}>
            <th scope="row">
              <a href={href(pathOf(row))} lang={row.locale}>
                {row.title}
              </a>
              <span class="knowledge-of">
                <span class="muted">{row.category}</span>
                <Chip>{row.locale}</Chip>
                {row.edited && <Chip tone="accent">{t.knowledge.filters.edited}</Chip>}
              </span>
            </th>
            <Number label={columns.found} value={row.usage.found} />
            <Number label={columns.shown} value={row.usage.shown} />
            <Number label={columns.helpful} value={row.usage.helpful} />
            <Number label={columns.unhelpful} value={row.usage.unhelpful} />
            <Number label={columns.trouble} value={row.usage.asked_again + row.usage.person} />
            <td class="knowledge-when" title={full(row.at)}>
              {ago(row.at, now.value)}
              {row.agent_name && <span class="muted"> {row.agent_name}</span>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** On a narrow screen the column's name stands beside the number. */
function Number({ label, value }: { label: string; value: number }) {
  return (
    <td class={`num ${value === 0 ? "muted" : ""}`} data-label={label}>
      {value}
    </td>
  );
}
