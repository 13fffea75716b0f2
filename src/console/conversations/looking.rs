//! Looking: the queue and the lists, one conversation, its log.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use utoipa::IntoParams;

use super::super::auth::Viewer;
use super::super::problem::{Problem, ProblemDocument, Query};
use super::super::teaching::lessons::LessonView;
use super::super::views::{
    AnnotatedEntry, ConversationView, CountsView, CustomerView, MailNote, MoodView, NoteView, Page, StoryView,
    SuggestionView, WaitView,
};
use crate::domain::entry::{Entry, Seq};
use crate::domain::{AgentId, ConversationId, InboxId, conversation::Conversation};
use crate::engine::{Engine, SuggestError};
use crate::store::{HolderFilter, ListCursor, ListOrder, ListState, Listing};

/// The most entries that come with a conversation; read on with `/entries`.
const STORY: i64 = 500;
const LONGEST_SEARCH: usize = 200;

#[derive(Deserialize, IntoParams)]
pub struct ListQuery {
    /// `queued`, `assigned`, `open`, `snoozed`, `resolved` or `all`.
    state: Option<String>,
    /// `me`, `none` (the bot), or an agent's id.
    holder: Option<String>,
    /// `me`: offered to me.
    offered: Option<String>,
    #[param(value_type = Option<String>)]
    inbox: Option<InboxId>,
    channel: Option<String>,
    /// Words in a message or in what is known of the customer.
    q: Option<String>,
    /// `need`, `newest` or `oldest`.
    order: Option<String>,
    cursor: Option<String>,
    /// 1 to 200, 50 by default.
    limit: Option<i64>,
}

#[derive(Deserialize, IntoParams)]
pub struct CountsQuery {
    #[param(value_type = Option<String>)]
    inbox: Option<InboxId>,
    channel: Option<String>,
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
    Viewer(agent): Viewer,
    State(engine): State<Engine>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<ConversationView>>, Problem> {
    let listing = listing(query, &agent.id)?;
    let (items, next) = engine.store().list(&listing, Some(&agent.id)).await?;
    let next_cursor = next.map(|cursor| format!("{}.{}.{}", cursor.now, cursor.key, cursor.id));
    Ok(Json(Page { items: items.iter().map(ConversationView::of).collect(), next_cursor }))
}

/// How many conversations there are in each list.
#[utoipa::path(get, path = "/v1/conversations/counts", params(CountsQuery),
    responses((status = 200, body = CountsView), (status = 401, body = ProblemDocument)))]
pub async fn counts(
    Viewer(agent): Viewer,
    State(engine): State<Engine>,
    Query(query): Query<CountsQuery>,
) -> Result<Json<CountsView>, Problem> {
    let counts = engine.store().counts(Some(&agent.id), query.inbox.as_ref(), query.channel.as_deref()).await?;
    Ok(Json(CountsView::mine(&counts)))
}

/// One conversation with its story: entries, analyses, reasons, notes.
#[utoipa::path(get, path = "/v1/conversations/{id}", params(("id" = String, Path)),
    responses((status = 200, body = StoryView), (status = 401, body = ProblemDocument), (status = 404, body = ProblemDocument)))]
pub async fn read(
    Viewer(agent): Viewer,
    State(engine): State<Engine>,
    Path(id): Path<ConversationId>,
) -> Result<Json<StoryView>, Problem> {
    let conversation = find(&engine, &id).await?;
    let store = engine.store();
    let customer = store.customer(&conversation.customer_id).await?.ok_or(Problem::NotFound("customer"))?;
    let listed = store.listed(std::slice::from_ref(&id), Some(&agent.id)).await?;
    let listed = listed.first().ok_or(Problem::NotFound("conversation"))?;
    let after = (conversation.last_seq - STORY).max(0);
    let entries = store.entries(&id, after, STORY).await?;
    let mut analyses: HashMap<Seq, _> = store.analyses(&id).await?.into_iter().collect();
    let explanations = store.explanations(&id).await?;
    let summary = explanations.iter().rev().find_map(|(_, explanation)| explanation.summary.clone());
    let mut explanations: HashMap<Seq, _> = explanations.into_iter().collect();
    let lessons = store.lessons_of(&id).await?;
    let mut lessons: HashMap<Seq, _> = lessons.into_iter().map(|lesson| (lesson.seq, lesson)).collect();
    let annotate = |entry: Entry| AnnotatedEntry {
        lesson: lessons.remove(&entry.seq).map(LessonView::of),
        analysis: analyses.remove(&entry.seq),
        explanation: explanations.remove(&entry.seq),
        entry,
    };
    Ok(Json(StoryView {
        page: store.last_page(&customer.id).await?,
        conversation: ConversationView { who: None, ..ConversationView::of(listed) },
        customer: CustomerView::of(customer),
        entries: entries.into_iter().map(annotate).collect(),
        notes: store.notes(&id).await?.into_iter().map(NoteView::of).collect(),
        sentiment: conversation.memory.moods.iter().map(|mood| mood.sentiment).collect(),
        moods: conversation.memory.moods.iter().map(MoodView::of).collect(),
        summary,
        read_seq: store.read_seq(&id).await?,
        here: engine.bus().is_open(&id),
        mails: store.mails_of(&id).await?.into_iter().map(MailNote::of).collect(),
        waits: store.waits(&id).await?.into_iter().map(WaitView::of).collect(),
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

/// Replies from the knowledge base to the customer's last message, the best first.
#[utoipa::path(get, path = "/v1/conversations/{id}/suggestions", params(("id" = String, Path)),
    responses((status = 200, body = Page<SuggestionView>), (status = 404, body = ProblemDocument), (status = 503, body = ProblemDocument)))]
pub async fn suggestions(
    _viewer: Viewer,
    State(engine): State<Engine>,
    Path(id): Path<ConversationId>,
) -> Result<Json<Page<SuggestionView>>, Problem> {
    let conversation = find(&engine, &id).await?;
    let found = engine.suggestions(&id, conversation.last_seq).await.map_err(|error| match error {
        SuggestError::Store(error) => error.into(),
        SuggestError::Read(_) => Problem::Busy,
    })?;
    Ok(Json(Page { items: found.into_iter().map(SuggestionView::of).collect(), next_cursor: None }))
}

pub(super) async fn find(engine: &Engine, id: &ConversationId) -> Result<Conversation, Problem> {
    engine.store().conversation(id).await?.ok_or(Problem::NotFound("conversation"))
}

fn listing(query: ListQuery, me: &AgentId) -> Result<Listing, Problem> {
    let state = match query.state.as_deref() {
        Some("queued") => ListState::Queued,
        Some("assigned") => ListState::Assigned,
        Some("open") => ListState::Open,
        Some("snoozed") => ListState::Snoozed,
        Some("resolved") => ListState::Resolved,
        Some("all") | None => ListState::All,
        Some(other) => {
            let known = "queued, assigned, open, snoozed, resolved or all";
            return Err(Problem::Invalid(format!("`state` is `{other}`; write {known}")));
        }
    };
    let order = match query.order.as_deref() {
        Some("need") => ListOrder::Need,
        Some("newest") => ListOrder::Newest,
        Some("oldest") => ListOrder::Oldest,
        Some(other) => return Err(Problem::Invalid(format!("`order` is `{other}`; write need, newest or oldest"))),
        None if state == ListState::Queued => ListOrder::Oldest,
        None => ListOrder::Newest,
    };
    let holder = query.holder.map(|holder| match holder.as_str() {
        "me" => HolderFilter::Agent(me.clone()),
        "none" => HolderFilter::Bot,
        _ => HolderFilter::Agent(AgentId(holder)),
    });
    let offered_to = match query.offered.as_deref() {
        Some("me") => Some(me.clone()),
        Some(other) => return Err(Problem::Invalid(format!("`offered` is `{other}`; write me"))),
        None => None,
    };
    let search = query.q.filter(|words| !words.trim().is_empty());
    if search.as_ref().is_some_and(|words| words.len() > LONGEST_SEARCH) {
        return Err(Problem::Invalid(format!("`q` has more than {LONGEST_SEARCH} bytes")));
    }
    let cursor = query.cursor.as_deref().map(cursor).transpose()?;
    let limit = query.limit.unwrap_or(50).clamp(1, 200);
    let (inbox, channel) = (query.inbox, query.channel);
    Ok(Listing { state, holder, offered_to, inbox, channel, search, order, cursor, limit })
}

fn cursor(text: &str) -> Result<ListCursor, Problem> {
    let mut parts = text.splitn(3, '.');
    let mut number = || parts.next()?.parse().ok();
    let read = number().zip(number());
    read.zip(parts.next())
        .map(|((now, key), id)| ListCursor { now, key, id: ConversationId(id.to_owned()) })
        .ok_or_else(|| Problem::Invalid("`cursor` is not the `next_cursor` of a page".to_owned()))
}
