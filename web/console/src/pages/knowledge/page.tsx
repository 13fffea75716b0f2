// Knowledge: what the articles lack, the articles themselves, and the editor.

import { useEffect } from "preact/hooks";
import { href } from "../../lib/router";
import { days } from "../../state/knowledge";
import { canAct } from "../../state/session";
import { t } from "../../strings";
import { Icon } from "../../ui/icons";
import { Articles } from "./articles";
import { Editor, NewArticle } from "./editor";
import { GapList } from "./gaps";
import { SearchList } from "./searches";

const SPANS = [7, 30, 90];
const PARTS = ["gaps", "articles", "searches"] as const;
type Part = (typeof PARTS)[number];

interface Props {
  part: string | undefined;
  id: string | undefined;
  locale: string | undefined;
}

export function KnowledgePage({ part, id, locale }: Props) {
  // Another part begins at its top.
  useEffect(() => document.getElementById("main")?.scrollTo(0, 0), [part, id]);
  if (part === "article" && id) return <Editor key={`${id}/${locale}`} id={id} locale={locale} />;
  if (part === "new" && canAct.value) return <NewArticle />;
  const shown: Part = PARTS.includes(part as Part) ? (part as Part) : "gaps";
  return (
    <main id="main" class="page knowledge scroll">
      <header class="page-head teaching-head">
        <h1>{t.knowledge.title}</h1>
        <label class="teaching-days">
          <span class="sr-only">{t.knowledge.days}</span>
          <select class="input" value={days.value} onChange={(event) => (days.value = Number(event.currentTarget.value))}>
            {SPANS.map((span) => (
              <option key={span} value={span}>
                {t.knowledge.lastDays(span)}
              </option>
            ))}
          </select>
        </label>
        <a class="btn" href="/help" target="_blank" rel="noopener">
          <Icon name="globe" size={18} />
          <span>{t.knowledge.help}</span>
        </a>
      </header>
      <nav class="knowledge-parts" aria-label={t.knowledge.partsLabel}>
        {PARTS.map((one) => (
          <a key={one} href={href(`/knowledge/${one}`)} aria-current={one === shown ? "page" : undefined}>
            {t.knowledge.parts[one]}
          </a>
        ))}
      </nav>
      {shown === "gaps" && <GapList />}
      {shown === "articles" && <Articles />}
      {shown === "searches" && <SearchList />}
    </main>
  );
}
