//! Articles: listed with what they did, read, written, taken away.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::auth::{Acting, Viewer};
use super::super::problem::{Body, Problem, ProblemDocument, Query};
use super::super::views::Page;
use super::back;
use crate::domain::article::Article;
use crate::engine::Engine;
use crate::engine::knowledge::{EditError, NewWords, Usage};
use crate::store::{KeptArticle, Votes};

const LISTED: usize = 100;
const MOST: usize = 500;
/// How many articles may have the same title.
const NUMBERED: usize = 50;

#[derive(Deserialize, IntoParams)]
pub struct ArticlesQuery {
    /// `all` (the default), `never_found`, `never_helps`, or `edited` (after their files).
    only: Option<String>,
    /// Words in the title, the category or the id.
    q: Option<String>,
    /// Over how many days questions are counted, 1 to 365; 30 by default.
    days: Option<u64>,
    /// 1 to 500; 100 by default.
    limit: Option<usize>,
    /// A page's `next_cursor`.
    cursor: Option<String>,
}

/// Which of an article's languages.
#[derive(Deserialize, IntoParams)]
pub struct LocaleQuery {
    /// The shop's own language by default.
    locale: Option<String>,
}

#[derive(Deserialize, IntoParams)]
pub struct RemovalQuery {
    /// The shop's own language by default.
    locale: Option<String>,
    /// The version that was seen.
    version: i64,
}

/// An article in a list.
#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct ArticleRow {
    pub id: String,
    pub locale: String,
    pub title: String,
    pub category: String,
    /// Where customers read it.
    pub url: String,
    pub version: i64,
    /// Whether it was edited here after its file was read.
    pub edited: bool,
    /// Who changed it last, where it was in the console.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_name: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    #[schemars(with = "String")]
    pub at: Timestamp,
    pub usage: UsageView,
}

/// What an article did for customers, in all its languages.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct UsageView {
    /// Questions for which it was among what was found.
    pub found: usize,
    /// Questions that it answered.
    pub shown: usize,
    /// Customers who said that it helped, in the chat or on its page, and that it did not.
    pub helpful: usize,
    pub unhelpful: usize,
    /// Customers who asked the same again.
    pub asked_again: usize,
    /// Questions after which a person had to come in.
    pub person: usize,
}

/// An article with its words.
#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct ArticleView {
    pub id: String,
    pub locale: String,
    pub title: String,
    pub tags: Vec<String>,
    pub category: String,
    #[schema(value_type = String, format = Date)]
    #[schemars(with = "String")]
    pub updated: Date,
    /// Markdown.
    pub body: String,
    pub url: String,
    /// Give it with a change.
    pub version: i64,
    pub edited: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_name: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// The languages that it stands in.
    pub locales: Vec<String>,
}

/// The words of an article, new or changed.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ArticleWords {
    /// Of a new one: letters, digits, - and _; made of the title where it is left out.
    #[serde(default)]
    pub id: Option<String>,
    /// The shop's own language where it is left out.
    #[serde(default)]
    pub locale: Option<String>,
    /// The question or the matter, as a customer would name it.
    pub title: String,
    /// Other words that customers use for it.
    #[serde(default)]
    pub tags: Vec<String>,
    #[serde(default)]
    pub category: String,
    /// Markdown.
    pub body: String,
    /// Of a change: the version that was seen.
    #[serde(default)]
    pub version: Option<i64>,
}

/// Articles, a page at a time, by id and language.
#[utoipa::path(get, path = "/v1/articles", params(ArticlesQuery),
    responses((status = 200, body = Page<ArticleRow>), (status = 401, body = ProblemDocument), (status = 422, body = ProblemDocument)))]
pub async fn list(
    _viewer: Viewer,
    State(engine): State<Engine>,
    Query(query): Query<ArticlesQuery>,
) -> Result<Json<Page<ArticleRow>>, Problem> {
    let (_, span) = back(query.days)?;
    let limit = query.limit.unwrap_or(LISTED);
    if !(1..=MOST).contains(&limit) {
        return Err(Problem::Invalid(format!("`limit` is {limit}; write 1 to {MOST}")));
    }
    let counts = Counts { usage: engine.usage(span).await?, votes: engine.store().article_votes().await? };
    let wanted = filter(query.only.as_deref())?;
    let words = query.q.unwrap_or_default().to_lowercase();
    let mut rows: Vec<ArticleRow> = engine
        .store()
        .kept_articles()
        .await?
        .into_iter()
        .filter(|kept| query.cursor.as_ref().is_none_or(|cursor| key_of(&kept.article) > *cursor))
        .filter(|kept| has_words(&kept.article, &words))
        .filter(|kept| wanted(kept, counts.usage.get(&kept.article.id)))
        .take(limit + 1)
        .map(|kept| ArticleRow::of(kept, &counts))
        .collect();
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next_cursor = rows.last().filter(|_| more).map(|row| format!("{}/{}", row.id, row.locale));
    Ok(Json(Page { items: rows, next_cursor }))
}

/// One article in one language.
#[utoipa::path(get, path = "/v1/articles/{id}", params(("id" = String, Path), LocaleQuery),
    responses((status = 200, body = ArticleView), (status = 404, body = ProblemDocument)))]
pub async fn read(
    _viewer: Viewer,
    State(engine): State<Engine>,
    Path(id): Path<String>,
    Query(query): Query<LocaleQuery>,
) -> Result<Json<ArticleView>, Problem> {
    Ok(Json(view(&engine, &id, query.locale.as_deref()).await?))
}

/// A new article. It is answered from at once.
#[utoipa::path(post, path = "/v1/articles", request_body = ArticleWords,
    responses((status = 201, body = ArticleView), (status = 403, body = ProblemDocument), (status = 409, body = ProblemDocument), (status = 422, body = ProblemDocument)))]
pub async fn create(
    Acting(agent): Acting,
    State(engine): State<Engine>,
    Body(words): Body<ArticleWords>,
) -> Result<(StatusCode, Json<ArticleView>), Problem> {
    let is_named = words.id.is_some();
    let mut article = words.article(&engine)?;
    let base = article.id.clone();
    for number in 2..NUMBERED {
        match engine.create_article(&agent, &article).await {
            // An id that was made of the title makes room for the one that has it.
            Err(EditError::Taken(_)) if !is_named && number + 1 < NUMBERED => article.id = format!("{base}-{number}"),
            created => {
                created?;
                break;
            }
        }
    }
    Ok((StatusCode::CREATED, Json(view(&engine, &article.id, Some(&article.locale)).await?)))
}

/// New words for an article. It is answered from at once; what it said stays among its versions.
#[utoipa::path(put, path = "/v1/articles/{id}", params(("id" = String, Path)), request_body = ArticleWords,
    responses((status = 200, body = ArticleView), (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument), (status = 409, body = ProblemDocument), (status = 422, body = ProblemDocument)))]
pub async fn replace(
    Acting(agent): Acting,
    State(engine): State<Engine>,
    Path(id): Path<String>,
    Body(words): Body<ArticleWords>,
) -> Result<Json<ArticleView>, Problem> {
    let seen = words.version.ok_or_else(|| Problem::Invalid("`version` is the one that you have seen".to_owned()))?;
    let article = ArticleWords { id: Some(id), ..words }.article(&engine)?;
    engine.change_article(&agent, &article, seen).await?;
    Ok(Json(view(&engine, &article.id, Some(&article.locale)).await?))
}

/// Take an article away. Its versions stay, and each can be brought back.
#[utoipa::path(delete, path = "/v1/articles/{id}", params(("id" = String, Path), RemovalQuery),
    responses((status = 204), (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument), (status = 409, body = ProblemDocument)))]
pub async fn remove(
    Acting(agent): Acting,
    State(engine): State<Engine>,
    Path(id): Path<String>,
    Query(query): Query<RemovalQuery>,
) -> Result<StatusCode, Problem> {
    let locale = locale_of(&engine, query.locale.as_deref());
    engine.remove_article(&agent, &id, &locale, query.version).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn view(engine: &Engine, id: &str, locale: Option<&str>) -> Result<ArticleView, Problem> {
    let locale = locale_of(engine, locale);
    let kept = engine.store().kept_article(id, &locale).await?.ok_or(Problem::NotFound("article"))?;
    let versions = engine.store().articles_with_id(id).await?;
    Ok(ArticleView::of(kept, versions.into_iter().map(|article| article.locale).collect()))
}

pub(super) fn locale_of(engine: &Engine, locale: Option<&str>) -> String {
    locale.map_or_else(|| engine.settings().languages[0].clone(), str::to_owned)
}

struct Counts {
    usage: HashMap<String, Usage>,
    votes: HashMap<(String, String), Votes>,
}

type Filter = fn(&KeptArticle, Option<&Usage>) -> bool;

fn filter(only: Option<&str>) -> Result<Filter, Problem> {
    match only.unwrap_or("all") {
        "all" => Ok(|_, _| true),
        "never_found" => Ok(|_, usage| usage.is_none()),
        "never_helps" => Ok(|_, usage| usage.is_some_and(Usage::never_helps)),
        "edited" => Ok(|kept, _| kept.edited),
        other => Err(Problem::Invalid(format!("`only` is `{other}`; write all, never_found, never_helps or edited"))),
    }
}

fn has_words(article: &Article, words: &str) -> bool {
    let text = format!("{} {} {}", article.id, article.title, article.category).to_lowercase();
    words.split_whitespace().all(|word| text.contains(word))
}

/// In the order of the list.
fn key_of(article: &Article) -> String {
    format!("{}/{}", article.id, article.locale)
}

impl ArticleWords {
    pub(super) fn article(self, engine: &Engine) -> Result<Article, Problem> {
        let words = NewWords { title: self.title, tags: self.tags, category: self.category, body: self.body };
        Ok(engine.article_of(self.id.as_deref(), self.locale.as_deref(), words)?)
    }
}

impl ArticleRow {
    fn of(kept: KeptArticle, counts: &Counts) -> Self {
        let KeptArticle { article, version, edited, agent_name, at } = kept;
        let usage = counts.usage.get(&article.id).copied().unwrap_or_default();
        let votes = counts.votes.get(&(article.id.clone(), article.locale.clone())).copied().unwrap_or_default();
        let number = |count: i64| usize::try_from(count).unwrap_or_default();
        let usage = UsageView {
            found: usage.found,
            shown: usage.shown,
            helpful: usage.helpful + number(votes.helpful),
            unhelpful: usage.unhelpful + number(votes.unhelpful),
            asked_again: usage.asked_again,
            person: usage.person,
        };
        let url = article.url();
        let Article { id, locale, title, category, .. } = article;
        Self { id, locale, title, category, url, version, edited, agent_name, at, usage }
    }
}

impl ArticleView {
    fn of(kept: KeptArticle, locales: Vec<String>) -> Self {
        let KeptArticle { article, version, edited, agent_name, at } = kept;
        let url = article.url();
        let Article { id, title, tags, category, locale, updated, body } = article;
        let body = body.trim().to_owned();
        Self { id, locale, title, tags, category, updated, body, url, version, edited, agent_name, at, locales }
    }
}
