// An article's versions: who changed what, and back to any of them.

import { useEffect, useState } from "preact/hooks";
import { ago, full, now } from "../../lib/time";
import { explain } from "../../state/actions";
import { restoreArticle, versionsOf } from "../../state/knowledge";
import { canAct } from "../../state/session";
import { tell, warn } from "../../state/toasts";
import { t } from "../../strings";
import type { Article, ArticleVersion } from "../../wire";
import { Button } from "../../ui/basics";

export function Versions({ article, onArticle }: { article: Article; onArticle: (article: Article) => void }) {
  const [versions, setVersions] = useState<ArticleVersion[]>([]);
  const [open, setOpen] = useState<number>();
  useEffect(() => {
    versionsOf(article.id, article.locale).then(setVersions, (error) => warn(explain(error)));
  }, [article.version]);
  const restore = async (number: number) => {
    try {
      const back = await restoreArticle(article, number);
      tell(t.knowledge.restored(number));
      onArticle(back);
    } catch (error) {
      warn(explain(error));
    }
  };
  return (
    <section class="card knowledge-versions" aria-labelledby="versions-title">
      <h2 id="versions-title">{t.knowledge.versions}</h2>
      <ol>
        {versions.map((version) => {
          const shown = open === version.number;
          const inUse = version.number === article.version;
          return (
            <li key={version.number}>
              <div class="knowledge-version">
                <span>
                  <strong>{t.knowledge.version(version.number)}</strong>{" "}
                  <span class="muted" title={full(version.at)}>
                    {ago(version.at, now.value)}, {t.knowledge.by(version.agent_name, version.source)}
                    {inUse && `, ${t.knowledge.now}`}
                    {version.removed && `, ${t.knowledge.isRemoved}`}
                  </span>
                </span>
                {!version.removed && (
                  <Button small look="quiet" expanded={shown} onClick={() => setOpen(shown ? undefined : version.number)}>
                    {shown ? t.knowledge.hide : t.knowledge.show}
                    <span class="sr-only"> {t.knowledge.version(version.number)}</span>
                  </Button>
                )}
              </div>
              {shown && (
                <>
                  <pre class="knowledge-was" tabIndex={0} lang={article.locale} dir="auto">
                    {version.title}
                    {"\n\n"}
                    {version.body}
                  </pre>
                  {canAct.value && !inUse && (
                    <Button small icon="undo" onClick={() => void restore(version.number)}>
                      {t.knowledge.restore(version.number)}
                    </Button>
                  )}
                </>
              )}
            </li>
          );
        })}
      </ol>
    </section>
  );
}
