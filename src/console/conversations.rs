//! Looking: the queue and the lists, one conversation, its log.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use utoipa::IntoParams;

use super::auth::Viewer;
use super::problem::{Problem, ProblemDocument, Query};
use super::views::{AnnotatedEntry, ConversationView, NoteView, Page, StoryView};
use crate::domain::entry::{Entry, Seq};
use crate::domain::{ConversationId, conversation::Conversation};
use crate::engine::Engine;
use crate::store::ConversationFilter;

/// The most entries that come with a conversation; read on with `/entries`.
const STORY: i64 = 500;

#[derive(Deserialize, IntoParams)]
pub struct ListQuery {
    /// `queued` (the longest waiting first), `assigned`, `open`, `resolved` or `all` (the newest first).
    state: Option<String>,
    cursor: Option<String>,
    /// 1 to 200, 50 by default.
    limit: Option<i64>,
}

#[derive(Deserialize, IntoParams)]
pub struct EntriesQuery {
    /// Entries after this seq; `cursor`, from the page before, says the same.
    #[serde(alias = "cursor")]
    after: Option<Seq>,
    /// 1 to 500, 100 by default.
    limit: Option<i64>,
}

/// Conversations, a page at a time.
#[utoipa::path(get, path = "/v1/conversations", params(ListQuery),
    responses((status = 200, body = Page<ConversationView>), (status = 401, body = ProblemDocument), (status = 422, body = ProblemDocument)))]
pub async fn list(
    _viewer: Viewer,
    State(engine): State<Engine>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<ConversationView>>, Problem> {
    let filter = match query.state.as_deref() {
        Some("queued") => ConversationFilter::Queued,
        Some("assigned") => ConversationFilter::Assigned,
        Some("open") => ConversationFilter::Open,
        Some("resolved") => ConversationFilter::Resolved,
        Some("all") | None => ConversationFilter::All,
        Some(other) => {
            let detail = format!("`state` is `{other}`; write queued, assigned, open, resolved or all");
            return Err(Problem::Invalid(detail));
        }
    };
    let limit = query.limit.unwrap_or(50).clamp(1, 200);
    let cursor = query.cursor.map(ConversationId);
    let conversations = engine.store().conversations(filter, cursor.as_ref(), limit).await?;
    let full = i64::try_from(conversations.len()).is_ok_and(|n| n == limit);
    let next_cursor = conversations.last().filter(|_| full).map(|last| last.id.0.clone());
    Ok(Json(Page { items: conversations.iter().map(ConversationView::of).collect(), next_cursor }))
}

/// One conversation with its story: entries, analyses, reasons, notes.
#[utoipa::path(get, path = "/v1/conversations/{id}", params(("id" = String, Path)),
    responses((status = 200, body = StoryView), (status = 401, body = ProblemDocument), (status = 404, body = ProblemDocument)))]
pub async fn read(
    _viewer: Viewer,
    State(engine): State<Engine>,
    Path(id): Path<ConversationId>,
) -> Result<Json<StoryView>, Problem> {
    let conversation = find(&engine, &id).await?;
    let store = engine.store();
    let customer = store.customer(&conversation.customer_id).await?.ok_or(Problem::NotFound("customer"))?;
    let after = (conversation.last_seq - STORY).max(0);
    let entries = store.entries(&id, after, STORY).await?;
    let mut analyses: HashMap<Seq, _> = store.analyses(&id).await?.into_iter().collect();
    let explanations = store.explanations(&id).await?;
    let summary = explanations.iter().rev().find_map(|(_, explanation)| explanation.summary.clone());
    let mut explanations: HashMap<Seq, _> = explanations.into_iter().collect();
    let sentiment = conversation.memory.moods.iter().map(|mood| mood.sentiment).collect();
    let annotate = |entry: Entry| AnnotatedEntry {
        analysis: analyses.remove(&entry.seq),
        explanation: explanations.remove(&entry.seq),
        entry,
    };
    Ok(Json(StoryView {
        conversation: ConversationView::of(&conversation),
        customer,
        entries: entries.into_iter().map(annotate).collect(),
        notes: store.notes(&id).await?.into_iter().map(NoteView::of).collect(),
        sentiment,
        summary,
        read_seq: store.read_seq(&id).await?,
    }))
}

/// The log of a conversation, after a seq.
#[utoipa::path(get, path = "/v1/conversations/{id}/entries", params(("id" = String, Path), EntriesQuery),
    responses((status = 200, body = Page<Entry>), (status = 401, body = ProblemDocument), (status = 404, body = ProblemDocument)))]
pub async fn entries(
    _viewer: Viewer,
    State(engine): State<Engine>,
    Path(id): Path<ConversationId>,
    Query(query): Query<EntriesQuery>,
) -> Result<Json<Page<Entry>>, Problem> {
    let conversation = find(&engine, &id).await?;
    let limit = query.limit.unwrap_or(100).clamp(1, 500);
    let items = engine.store().entries(&id, query.after.unwrap_or(0), limit).await?;
    let last = items.last().map(|entry| entry.seq);
    let next_cursor = last.filter(|seq| *seq < conversation.last_seq).map(|seq| seq.to_string());
    Ok(Json(Page { items, next_cursor }))
}

pub(super) async fn find(engine: &Engine, id: &ConversationId) -> Result<Conversation, Problem> {
    engine.store().conversation(id).await?.ok_or(Problem::NotFound("conversation"))
}
