// What was searched for in the help centre in vain.

import { useEffect, useState } from "preact/hooks";
import { ago, full, now } from "../../lib/time";
import { explain } from "../../state/actions";
import { days, draftFromWords, loadSearches, searches } from "../../state/knowledge";
import { canAct } from "../../state/session";
import { t } from "../../strings";
import { Button, Empty } from "../../ui/basics";

export function SearchList() {
  const [trouble, setTrouble] = useState<string>();
  const load = () => loadSearches().then(() => setTrouble(undefined), (error) => setTrouble(explain(error)));
  useEffect(() => void load(), [days.value]);
  const shown = searches.value;
  if (trouble) {
    return (
      <Empty icon="wifi" title={t.knowledge.failed} acts={<Button icon="refresh" onClick={() => void load()}>{t.again}</Button>}>
        <p>{trouble}</p>
      </Empty>
    );
  }
  if (!shown) return <p role="status">{t.loading}</p>;
  if (shown.length === 0) {
    return (
      <Empty icon="search" title={t.knowledge.noSearches}>
        <p>{t.knowledge.noSearchesText}</p>
      </Empty>
    );
  }
  return (
    <table class="knowledge-table">
      <caption class="sr-only">{t.knowledge.parts.searches}</caption>
      <thead>
        <tr>
          <th scope="col">{t.knowledge.terms}</th>
          <th scope="col" class="num">{t.knowledge.times}</th>
          <th scope="col">{t.knowledge.last}</th>
          {canAct.value && <td />}
        </tr>
      </thead>
      <tbody>
        {shown.map((one) => (
          <tr key={`${one.locale}/${one.terms}`}>
            <th scope="row" lang={one.locale}>
              {one.terms}
            </th>
            <td class="num">{one.count}</td>
            <td title={full(one.last_at)}>{ago(one.last_at, now.value)}</td>
            {canAct.value && (
              <td>
                <Button small icon="pencil" label={t.knowledge.writeOn(one.terms)} onClick={() => draftFromWords(one.terms, one.locale)} />
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
