//! What the knowledge base lacks: questions that nothing answers, by what they mean, and
//! searches in the help centre without a result.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::auth::Viewer;
use super::super::problem::{Problem, ProblemDocument, Query};
use super::super::views::Page;
use super::back;
use crate::domain::entry::Seq;
use crate::engine::Engine;
use crate::engine::knowledge::{Gap, GapQuestion, GapReason};
use crate::store::MissedSearch;

/// Questions of a group that are shown.
const SHOWN: usize = 100;
/// Searches that are listed.
const SEARCHES: i64 = 100;

#[derive(Deserialize, IntoParams)]
pub struct SpanQuery {
    /// How far back, 1 to 365; 30 by default.
    days: Option<u64>,
}

/// Questions that found no answer, or none that helped.
#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct GapsView {
    pub days: u64,
    /// All questions to the knowledge base.
    pub asked: usize,
    /// Those without an answer that helped.
    pub open: usize,
    /// Of these, those that today's articles answer.
    pub closed: usize,
    /// The largest first.
    pub gaps: Vec<GapView>,
}

/// Questions that mean about the same.
#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct GapView {
    /// A title for the article that is missing.
    pub title: String,
    pub count: usize,
    /// Why they are here (`no_answer`, `unhelpful`, `asked_again`, `person`), and how many.
    pub reasons: BTreeMap<String, usize>,
    /// The article that comes nearest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest: Option<String>,
    /// The most central first, at most a hundred.
    pub questions: Vec<GapQuestionView>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct GapQuestionView {
    pub conversation_id: String,
    pub seq: Seq,
    /// Without personal data.
    pub text: String,
    pub reasons: Vec<String>,
    #[schema(value_type = String, format = DateTime)]
    #[schemars(with = "String")]
    pub at: Timestamp,
}

/// Words that were searched for in the help centre in vain.
#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct MissedSearchView {
    /// Without personal data.
    pub terms: String,
    pub locale: String,
    pub count: i64,
    #[schema(value_type = String, format = DateTime)]
    #[schemars(with = "String")]
    pub last_at: Timestamp,
}

/// Questions that nothing answers, in groups.
#[utoipa::path(get, path = "/v1/knowledge/gaps", params(SpanQuery),
    responses((status = 200, body = GapsView), (status = 401, body = ProblemDocument), (status = 422, body = ProblemDocument), (status = 503, body = ProblemDocument)))]
pub async fn gaps(
    _viewer: Viewer,
    State(engine): State<Engine>,
    Query(query): Query<SpanQuery>,
) -> Result<Json<GapsView>, Problem> {
    let (days, span) = back(query.days)?;
    let found = engine.gaps(span).await?;
    let gaps = found.gaps.into_iter().map(GapView::of).collect();
    Ok(Json(GapsView { days, asked: found.asked, open: found.open, closed: found.closed, gaps }))
}

/// Searches in the help centre without a result, the most frequent first; a hundred at most.
#[utoipa::path(get, path = "/v1/knowledge/searches", params(SpanQuery),
    responses((status = 200, body = Page<MissedSearchView>), (status = 401, body = ProblemDocument), (status = 422, body = ProblemDocument)))]
pub async fn searches(
    _viewer: Viewer,
    State(engine): State<Engine>,
    Query(query): Query<SpanQuery>,
) -> Result<Json<Page<MissedSearchView>>, Problem> {
    let (_, span) = back(query.days)?;
    let since = engine.clock().now() - jiff::SignedDuration::try_from(span).unwrap_or_default();
    let missed = engine.store().missed_searches(since, SEARCHES).await?;
    Ok(Json(Page { items: missed.into_iter().map(MissedSearchView::of).collect(), next_cursor: None }))
}

impl GapView {
    fn of(gap: Gap) -> Self {
        let name = |(reason, count): (GapReason, usize)| (reason.as_str().to_owned(), count);
        Self {
            title: gap.title,
            count: gap.questions.len(),
            reasons: gap.reasons.into_iter().map(name).collect(),
            nearest: gap.nearest,
            questions: gap.questions.into_iter().take(SHOWN).map(GapQuestionView::of).collect(),
        }
    }
}

impl GapQuestionView {
    fn of(question: GapQuestion) -> Self {
        let GapQuestion { conversation_id, seq, text, reasons, at } = question;
        let reasons = reasons.into_iter().map(|reason| reason.as_str().to_owned()).collect();
        Self { conversation_id: conversation_id.0, seq, text, reasons, at }
    }
}

impl MissedSearchView {
    fn of(missed: MissedSearch) -> Self {
        let MissedSearch { terms, locale, count, last_at } = missed;
        Self { terms, locale, count, last_at }
    }
}
