//! An article as it was, and back to it.

use axum::Json;
use axum::extract::{Path, State};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::auth::{Acting, Viewer};
use super::super::problem::{Body, Problem, ProblemDocument, Query};
use super::super::views::Page;
use super::articles::{ArticleView, locale_of, view};
use crate::engine::Engine;
use crate::store::ArticleVersion;

const LISTED: usize = 50;
const MOST: usize = 200;

#[derive(Deserialize, IntoParams)]
pub struct VersionsQuery {
    /// The shop's own language by default.
    locale: Option<String>,
    /// 1 to 200; 50 by default.
    limit: Option<usize>,
    /// A page's `next_cursor`.
    cursor: Option<i64>,
}

/// An article as somebody left it.
#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct VersionView {
    pub number: i64,
    /// `console`, `file` or `import`.
    pub source: String,
    /// Who, in the console.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_name: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// Whether it was taken away; there are no words then.
    pub removed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Restoring {
    /// The shop's own language where it is left out.
    #[serde(default)]
    pub locale: Option<String>,
    /// The version to go back to.
    pub number: i64,
}

/// An article's versions, the newest first.
#[utoipa::path(get, path = "/v1/articles/{id}/versions", params(("id" = String, Path), VersionsQuery),
    responses((status = 200, body = Page<VersionView>), (status = 404, body = ProblemDocument), (status = 422, body = ProblemDocument)))]
pub async fn list(
    _viewer: Viewer,
    State(engine): State<Engine>,
    Path(id): Path<String>,
    Query(query): Query<VersionsQuery>,
) -> Result<Json<Page<VersionView>>, Problem> {
    let limit = query.limit.unwrap_or(LISTED);
    if !(1..=MOST).contains(&limit) {
        return Err(Problem::Invalid(format!("`limit` is {limit}; write 1 to {MOST}")));
    }
    let versions = engine.store().article_versions(&id, &locale_of(&engine, query.locale.as_deref())).await?;
    if versions.is_empty() {
        return Err(Problem::NotFound("article"));
    }
    let older = versions.into_iter().filter(|version| query.cursor.is_none_or(|cursor| version.number < cursor));
    let mut items: Vec<VersionView> = older.take(limit + 1).map(VersionView::of).collect();
    let more = items.len() > limit;
    items.truncate(limit);
    let next_cursor = items.last().filter(|_| more).map(|version| version.number.to_string());
    Ok(Json(Page { items, next_cursor }))
}

/// Bring an earlier version back, as a new one; also of an article that was taken away.
#[utoipa::path(post, path = "/v1/articles/{id}/restore", params(("id" = String, Path)), request_body = Restoring,
    responses((status = 200, body = ArticleView), (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument), (status = 409, body = ProblemDocument)))]
pub async fn restore(
    Acting(agent): Acting,
    State(engine): State<Engine>,
    Path(id): Path<String>,
    Body(restoring): Body<Restoring>,
) -> Result<Json<ArticleView>, Problem> {
    let locale = locale_of(&engine, restoring.locale.as_deref());
    engine.restore_article(&agent, (&id, &locale), restoring.number).await?;
    Ok(Json(view(&engine, &id, Some(&locale)).await?))
}

impl VersionView {
    fn of(version: ArticleVersion) -> Self {
        let ArticleVersion { number, article, source, agent_name, at } = version;
        let removed = article.is_none();
        let (mut title, mut tags, mut category, mut body) = (None, None, None, None);
        if let Some(article) = article {
            (title, tags) = (Some(article.title), Some(article.tags));
            (category, body) = (Some(article.category), Some(article.body));
        }
        Self { number, source: source.as_str().to_owned(), agent_name, at, removed, title, tags, category, body }
    }
}
