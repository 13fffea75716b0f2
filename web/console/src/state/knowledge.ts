// The knowledge base: what it lacks, its articles, and the draft that is being written.
// Pure steps first, then what is kept and the calls to the server.

import { signal } from "@preact/signals";
import { go } from "../lib/router";
import { call, get, params, post, put } from "../net/http";
import { t } from "../strings";
import type { Article, ArticleDraft, ArticleRow, ArticleText, ArticleVersion, Effect, Gap, GapQuestion, Gaps, MessageRef, MissedSearch, Page, Trial } from "../wire";
import { explain } from "./actions";
import { tell, warn } from "./toasts";

export type Filter = "all" | "never_found" | "never_helps" | "edited";
export const FILTERS: readonly Filter[] = ["all", "never_found", "never_helps", "edited"];

/** The gaps once these questions are dismissed; groups that are empty now are gone. */
export function without(gaps: Gaps, dismissed: readonly MessageRef[]): Gaps {
  const gone = new Set(dismissed.map((one) => `${one.conversation_id}/${one.seq}`));
  const left = gaps.gaps.flatMap((gap) => {
    const questions = gap.questions.filter((one) => !gone.has(`${one.conversation_id}/${one.seq}`));
    if (questions.length === 0) return [];
    return [{ ...gap, questions, count: gap.count - (gap.questions.length - questions.length), reasons: reasonsOf(questions) }];
  });
  return { ...gaps, gaps: left, open: gaps.open - gone.size };
}

function reasonsOf(questions: readonly GapQuestion[]): Gap["reasons"] {
  const reasons: Gap["reasons"] = {};
  for (const question of questions) for (const reason of question.reasons) reasons[reason] = (reasons[reason] ?? 0) + 1;
  return reasons;
}

/** "a, b,, c" as a list, each once. */
export function tagsFrom(text: string): string[] {
  return [...new Set(text.split(",").map((tag) => tag.trim()).filter(Boolean))];
}

/** What is in the fields, in one value: what tells whether something is not saved yet. */
export const wordsOf = ({ title, tags, category, body }: ArticleText): string =>
  JSON.stringify([title.trim(), tags, category.trim(), body.trim()]);

export const BLANK: ArticleDraft = { title: "", tags: [], category: "", body: "", locale: "", questions: [] };

export const days = signal(30);
export const gaps = signal<Gaps | undefined>(undefined);
export const searches = signal<MissedSearch[] | undefined>(undefined);
/** What a new article begins with; it waits for the editor to take it. */
export const beginning = signal<ArticleDraft | undefined>(undefined);

export async function loadGaps() {
  gaps.value = await get<Gaps>(`/v1/knowledge/gaps?days=${days.peek()}`);
}

export async function loadSearches() {
  searches.value = (await get<Page<MissedSearch>>(`/v1/knowledge/searches?days=${days.peek()}`)).items;
}

export function listArticles(only: Filter, q: string, cursor?: string): Promise<Page<ArticleRow>> {
  return get<Page<ArticleRow>>(`/v1/articles${params({ only, q, days: days.peek(), cursor })}`);
}

const at = (id: string) => `/v1/articles/${encodeURIComponent(id)}`;

export const readArticle = (id: string, locale: string | undefined) => get<Article>(at(id) + params({ locale }));

export const versionsOf = async (id: string, locale: string) => (await get<Page<ArticleVersion>>(at(id) + `/versions${params({ locale })}`)).items;

export const createArticle = (text: ArticleText, locale: string) => post<Article>("/v1/articles", { ...text, ...(locale ? { locale } : {}) });

export const changeArticle = (article: Article, text: ArticleText) =>
  put<Article>(at(article.id), { ...text, locale: article.locale, version: article.version });

export const restoreArticle = (article: Article, number: number) => post<Article>(`${at(article.id)}/restore`, { locale: article.locale, number });

export async function removeArticle(article: Article) {
  await call(at(article.id) + params({ locale: article.locale, version: article.version }), { method: "DELETE" });
  tell(t.knowledge.removed(article.title), async () => {
    try {
      const back = await restoreArticle(article, article.version);
      tell(t.toasts.undone);
      go(pathOf(back));
    } catch (error) {
      warn(explain(error));
    }
  });
}

/** The draft's words, as the server takes them; an article's own id lets it stand in for itself. */
const draftOf = (text: ArticleText, locale: string, id?: string) => ({ ...text, ...(locale ? { locale } : {}), ...(id ? { id } : {}) });

export const tryQuestion = (question: string, text: ArticleText | undefined, locale: string, id?: string) =>
  post<Trial>("/v1/articles/try", { question, ...(text ? { article: draftOf(text, locale, id) } : {}) });

export const effectOf = (text: ArticleText, locale: string, id?: string) =>
  post<Effect>("/v1/articles/effect", { article: draftOf(text, locale, id), days: days.peek() });

export const pathOf = ({ id, locale }: { id: string; locale: string }) => `/knowledge/article/${encodeURIComponent(id)}/${encodeURIComponent(locale)}`;

/** Opens the editor on what the server makes of questions. */
export function draftFromQuestions(questions: readonly MessageRef[]) {
  return begin({ questions: questions.slice(0, 200).map(({ conversation_id, seq }) => ({ conversation_id, seq })) });
}

/** Opens the editor on a colleague's reply. */
export const draftFromReply = (reply: MessageRef) => begin({ reply });

export function draftFromWords(title: string, locale: string) {
  beginning.value = { ...BLANK, title: title.charAt(0).toUpperCase() + title.slice(1), locale };
  go("/knowledge/new");
}

async function begin(from: { questions: MessageRef[] } | { reply: MessageRef }) {
  try {
    beginning.value = await post<ArticleDraft>("/v1/articles/draft", from);
    go("/knowledge/new");
  } catch (error) {
    warn(explain(error));
  }
}

/** There is nothing to learn from these; they leave the page at once. */
export async function dismissQuestions(questions: readonly MessageRef[]) {
  const before = gaps.peek();
  if (before) gaps.value = without(before, questions);
  try {
    const messages = questions.map(({ conversation_id, seq }) => ({ conversation_id, seq }));
    const { ids } = await post<{ ids: string[] }>("/v1/lessons", { messages, verdict: "dismissed" });
    tell(t.knowledge.dismissed(questions.length), async () => {
      try {
        await post("/v1/lessons/undo", { ids });
        tell(t.toasts.undone);
        await loadGaps();
      } catch (error) {
        warn(explain(error));
      }
    });
  } catch (error) {
    gaps.value = before;
    warn(explain(error));
  }
}
