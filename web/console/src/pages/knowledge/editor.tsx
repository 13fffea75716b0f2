// Writing an article: its words with a preview, a question to try, its versions.

import { useEffect, useMemo, useState } from "preact/hooks";
import { Markdown } from "../../../../shared/markdown-view";
import { go, href } from "../../lib/router";
import { explain } from "../../state/actions";
import { BLANK, beginning, changeArticle, createArticle, pathOf, readArticle, removeArticle, tagsFrom, wordsOf } from "../../state/knowledge";
import { canAct } from "../../state/session";
import { tell, warn } from "../../state/toasts";
import { t } from "../../strings";
import type { Article, ArticleDraft, ArticleText } from "../../wire";
import { Refusal } from "../../net/http";
import { Button, Empty, Field, TextField } from "../../ui/basics";
import { Dialog } from "../../ui/dialog";
import { Icon } from "../../ui/icons";
import { Trial } from "./trial";
import { Versions } from "./versions";

/** An article that is there. */
export function Editor({ id, locale }: { id: string; locale: string | undefined }) {
  const [article, setArticle] = useState<Article>();
  const [trouble, setTrouble] = useState<string>();
  const load = () =>
    readArticle(id, locale).then(
      (read) => {
        setArticle(read);
        setTrouble(undefined);
      },
      (error) => setTrouble(error instanceof Refusal && error.problem.status === 404 ? t.knowledge.goneText : explain(error)),
    );
  useEffect(() => void load(), [id, locale]);
  if (trouble) {
    return (
      <main id="main" class="page knowledge scroll">
        <Back />
        <Empty icon="book" title={t.knowledge.gone} acts={<Button icon="refresh" onClick={() => void load()}>{t.again}</Button>}>
          <p>{trouble}</p>
        </Empty>
      </main>
    );
  }
  if (!article) {
    return (
      <main id="main" class="page knowledge scroll">
        <p role="status">{t.knowledge.loading}</p>
      </main>
    );
  }
  // Another version begins with its own words.
  return <Desk key={article.version} begun={{ ...article, questions: [] }} article={article} onArticle={setArticle} />;
}

export function NewArticle() {
  const [begun] = useState<ArticleDraft>(() => beginning.peek() ?? BLANK);
  useEffect(() => void (beginning.value = undefined), []);
  return <Desk begun={begun} onArticle={(article) => go(pathOf(article), "replace")} />;
}

interface DeskProps {
  begun: ArticleDraft;
  article?: Article;
  onArticle: (article: Article) => void;
}

function Desk({ begun, article, onArticle }: DeskProps) {
  const [title, setTitle] = useState(begun.title);
  const [tags, setTags] = useState(begun.tags.join(", "));
  const [category, setCategory] = useState(begun.category);
  const [locale, setLocale] = useState(begun.locale);
  const [body, setBody] = useState(begun.body);
  const [preview, setPreview] = useState(!canAct.value);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [overtaken, setOvertaken] = useState(false);
  const [removing, setRemoving] = useState(false);
  const text: ArticleText = useMemo(() => ({ title: title.trim(), tags: tagsFrom(tags), category: category.trim(), body }), [title, tags, category, body]);
  const changed = !article || wordsOf(text) !== wordsOf(article);
  useEffect(() => {
    if (!changed) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [changed]);

  const save = async (event?: Event) => {
    event?.preventDefault();
    setTried(true);
    if (!text.title || !text.body.trim() || busy) return;
    setBusy(true);
    try {
      const saved = article ? await changeArticle(article, text) : await createArticle(text, locale.trim());
      tell(t.knowledge.saved(saved.title));
      onArticle(saved);
    } catch (error) {
      if (error instanceof Refusal && error.problem.code === "overtaken") setOvertaken(true);
      else warn(explain(error));
    } finally {
      setBusy(false);
    }
  };
  const missing = (words: string) => (tried && !words.trim() ? t.knowledge.needed : undefined);

  return (
    <main id="main" class="page knowledge scroll">
      <Back />
      <header class="page-head knowledge-head">
        <h1>{article ? article.title : t.knowledge.newTitle}</h1>
        {article && (
          <a class="btn btn-small" href={`${article.url}?locale=${encodeURIComponent(article.locale)}`} target="_blank" rel="noopener">
            <Icon name="globe" size={16} />
            <span>{t.knowledge.visit}</span>
          </a>
        )}
      </header>
      {overtaken && (
        <p class="knowledge-overtaken" role="alert">
          <Icon name="alert" size={16} />
          <span>{t.knowledge.overtaken}</span>
          <Button small onClick={() => article && void readArticle(article.id, article.locale).then(onArticle, (error) => warn(explain(error)))}>
            {t.knowledge.loadTheirs}
          </Button>
        </p>
      )}
      <div class="knowledge-desk">
        <form class="knowledge-form" onSubmit={(event) => void save(event)} noValidate>
          {begun.questions.length > 0 && (
            <details class="knowledge-asks" open>
              <summary>{t.knowledge.asks}</summary>
              <ul>
                {begun.questions.map((question) => (
                  <li key={question}>{question}</li>
                ))}
              </ul>
            </details>
          )}
          <TextField label={t.knowledge.fields.title} hint={t.knowledge.fields.titleHint} value={title} onText={setTitle} wrong={missing(title)} maxLength={200} readOnly={!canAct.value} autofocus={!article} />
          <div class="knowledge-row">
            <TextField label={t.knowledge.fields.category} value={category} onText={setCategory} maxLength={60} readOnly={!canAct.value} />
            <TextField label={t.knowledge.fields.locale} value={locale} onText={setLocale} maxLength={12} readOnly={!!article || !canAct.value} />
          </div>
          <TextField label={t.knowledge.fields.tags} hint={t.knowledge.fields.tagsHint} value={tags} onText={setTags} readOnly={!canAct.value} />
          <div class="knowledge-modes" role="group" aria-label={t.knowledge.modes}>
            <Button small pressed={!preview} onClick={() => setPreview(false)}>
              {t.knowledge.edit}
            </Button>
            <Button small pressed={preview} onClick={() => setPreview(true)}>
              {t.knowledge.preview}
            </Button>
          </div>
          {preview ? (
            <section class="card prose knowledge-preview" aria-label={t.knowledge.preview} lang={locale || undefined} dir="auto">
              {body.trim() ? <Markdown text={body} under={2} link={inHelp} /> : <p class="muted">{t.knowledge.nothing}</p>}
            </section>
          ) : (
            <Field label={t.knowledge.fields.body} hint={t.knowledge.fields.bodyHint} wrong={missing(body)}>
              {(attributes) => (
                <textarea
                  class="input knowledge-body"
                  rows={18}
                  maxLength={100_000}
                  lang={locale || undefined}
                  dir="auto"
                  readOnly={!canAct.value}
                  value={body}
                  onInput={(event) => setBody(event.currentTarget.value)}
                  onKeyDown={(event) => {
                    if (event.key === "s" && (event.ctrlKey || event.metaKey)) void save(event);
                  }}
                  {...attributes}
                />
              )}
            </Field>
          )}
          {canAct.value && (
            <footer class="knowledge-foot">
              <Button type="submit" look="primary" busy={busy} disabled={!changed}>
                {t.knowledge.save}
              </Button>
              <span class="muted" role="status">
                {changed ? t.knowledge.unsaved : t.knowledge.isSaved}
              </span>
              {article && (
                <Button look="quiet" icon="trash" class="knowledge-remove" popup="dialog" onClick={() => setRemoving(true)}>
                  {t.knowledge.remove}
                </Button>
              )}
            </footer>
          )}
        </form>
        <aside class="knowledge-aside">
          <Trial text={text} locale={locale} article={article} changed={changed} first={begun.questions[0] ?? ""} />
          {article && <Versions article={article} onArticle={onArticle} />}
        </aside>
      </div>
      {removing && article && (
        <Dialog title={t.knowledge.remove} onClose={() => setRemoving(false)}>
          <p class="knowledge-sure">{t.knowledge.removeSure(article.title)}</p>
          <footer class="dialog-foot">
            <Button onClick={() => setRemoving(false)}>{t.cancel}</Button>
            <Button
              look="danger"
              onClick={() =>
                void removeArticle(article).then(
                  () => go("/knowledge/articles", "replace"),
                  (error) => warn(explain(error)),
                )
              }
            >
              {t.knowledge.remove}
            </Button>
          </footer>
        </Dialog>
      )}
    </main>
  );
}

/** A link between articles' files leads to the page, as it will in the help centre. */
function inHelp(link: string): string {
  const file = /^(?:\.\/)?([\w.-]+)\.md(#.*)?$/.exec(link);
  return file ? `/help/${file[1]}${file[2] ?? ""}` : link;
}

function Back() {
  return (
    <p class="knowledge-back">
      <a href={href("/knowledge/articles")}>
        <Icon name="left" size={16} flip />
        <span>{t.knowledge.back}</span>
      </a>
    </p>
  );
}
