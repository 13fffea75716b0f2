//! Acting: take, reply, note, assign, snooze, hand back, resolve, reopen.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::Console;
use super::super::auth::{Acting, Viewer};
use super::super::problem::{Body, MaybeBody, Problem, ProblemDocument};
use super::super::views::{NoteView, Reached};
use super::looking::find;
use crate::bus::News;
use crate::domain::{AgentId, ConversationId, Seq};
use crate::engine::{Engine, Reply};

/// The longest reply or note, in bytes.
const LONGEST: usize = 32 * 1024;
/// Nobody sleeps longer.
const LONGEST_SNOOZE: SignedDuration = SignedDuration::from_hours(366 * 24);

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct Words {
    pub text: String,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct ReplyWords {
    pub text: String,
    /// The last seq that you have seen: if a colleague has written after it, nothing is sent.
    #[serde(default)]
    pub seen_seq: Option<Seq>,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(default)]
pub struct HandBack {
    /// Whether the customer waits for a person again.
    pub requeue: bool,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct Assign {
    #[schema(value_type = String)]
    pub agent_id: AgentId,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct Snooze {
    /// `null` wakes it.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[schemars(with = "Option<String>")]
    pub until: Option<Timestamp>,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(default)]
pub struct Reopen {
    /// Whether I hold it then.
    pub hold: bool,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct SeenUpTo {
    pub seq: Seq,
}

/// Take the conversation: from now on the bot is silent.
#[utoipa::path(post, path = "/v1/conversations/{id}/take", params(("id" = String, Path)),
    responses((status = 200, body = Reached), (status = 404, body = ProblemDocument), (status = 409, body = ProblemDocument)))]
pub async fn take(
    Acting(agent): Acting,
    State(engine): State<Engine>,
    Path(id): Path<ConversationId>,
) -> Result<Json<Reached>, Problem> {
    Ok(Json(Reached::of(&id, engine.take(&id, &agent).await?)))
}

/// Give the conversation back to the bot, or back into the queue.
#[utoipa::path(post, path = "/v1/conversations/{id}/hand-back", params(("id" = String, Path)), request_body = Option<HandBack>,
    responses((status = 200, body = Reached), (status = 404, body = ProblemDocument), (status = 409, body = ProblemDocument)))]
pub async fn hand_back(
    Acting(agent): Acting,
    State(engine): State<Engine>,
    Path(id): Path<ConversationId>,
    MaybeBody(body): MaybeBody<HandBack>,
) -> Result<Json<Reached>, Problem> {
    let HandBack { requeue } = body.unwrap_or_default();
    Ok(Json(Reached::of(&id, engine.hand_back(&id, &agent, requeue).await?)))
}

/// Let an agent hold it, whoever held it before.
#[utoipa::path(post, path = "/v1/conversations/{id}/assign", params(("id" = String, Path)), request_body = Assign,
    responses((status = 200, body = Reached), (status = 404, body = ProblemDocument), (status = 422, body = ProblemDocument)))]
pub async fn assign(
    Acting(agent): Acting,
    State(engine): State<Engine>,
    Path(id): Path<ConversationId>,
    Body(assign): Body<Assign>,
) -> Result<Json<Reached>, Problem> {
    Ok(Json(Reached::of(&id, engine.assign(&id, &agent, &assign.agent_id).await?)))
}

/// Out of the lists until then, or until the customer writes.
#[utoipa::path(post, path = "/v1/conversations/{id}/snooze", params(("id" = String, Path)), request_body = Snooze,
    responses((status = 200, body = Reached), (status = 404, body = ProblemDocument), (status = 409, body = ProblemDocument), (status = 422, body = ProblemDocument)))]
pub async fn snooze(
    Acting(_agent): Acting,
    State(engine): State<Engine>,
    Path(id): Path<ConversationId>,
    Body(Snooze { until }): Body<Snooze>,
) -> Result<Json<Reached>, Problem> {
    let now = engine.clock().now();
    if until.is_some_and(|until| until <= now || until > now + LONGEST_SNOOZE) {
        return Err(Problem::Invalid("`until` lies in the next 366 days".to_owned()));
    }
    Ok(Json(Reached::of(&id, engine.snooze(&id, until).await?)))
}

/// Close the conversation; the customer is asked how it was.
#[utoipa::path(post, path = "/v1/conversations/{id}/resolve", params(("id" = String, Path)),
    responses((status = 200, body = Reached), (status = 404, body = ProblemDocument), (status = 409, body = ProblemDocument)))]
pub async fn resolve(
    Acting(agent): Acting,
    State(engine): State<Engine>,
    Path(id): Path<ConversationId>,
) -> Result<Json<Reached>, Problem> {
    Ok(Json(Reached::of(&id, engine.resolve(&id, &agent).await?)))
}

/// Open a resolved conversation again.
#[utoipa::path(post, path = "/v1/conversations/{id}/reopen", params(("id" = String, Path)), request_body = Option<Reopen>,
    responses((status = 200, body = Reached), (status = 404, body = ProblemDocument)))]
pub async fn reopen(
    Acting(agent): Acting,
    State(engine): State<Engine>,
    Path(id): Path<ConversationId>,
    MaybeBody(body): MaybeBody<Reopen>,
) -> Result<Json<Reached>, Problem> {
    let Reopen { hold } = body.unwrap_or_default();
    Ok(Json(Reached::of(&id, engine.reopen(&id, &agent, hold).await?)))
}

/// I have read up to there.
#[utoipa::path(post, path = "/v1/conversations/{id}/seen", params(("id" = String, Path)), request_body = SeenUpTo,
    responses((status = 204), (status = 404, body = ProblemDocument)))]
pub async fn seen(
    Viewer(agent): Viewer,
    State(engine): State<Engine>,
    Path(id): Path<ConversationId>,
    Body(SeenUpTo { seq }): Body<SeenUpTo>,
) -> Result<StatusCode, Problem> {
    find(&engine, &id).await?;
    engine.seen(&agent.id, &id, seq).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Say something to the customer. The same `Idempotency-Key` again says nothing.
#[utoipa::path(post, path = "/v1/conversations/{id}/messages", request_body = ReplyWords,
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = Reached), (status = 409, body = ProblemDocument), (status = 422, body = ProblemDocument)))]
pub async fn reply(
    Acting(agent): Acting,
    State(engine): State<Engine>,
    Path(id): Path<ConversationId>,
    headers: HeaderMap,
    Body(words): Body<ReplyWords>,
) -> Result<(StatusCode, Json<Reached>), Problem> {
    let key = headers.get("idempotency-key").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let reply = Reply { text: fit(words.text)?, key, seen: words.seen_seq };
    let seq = engine.reply(&id, &agent, reply).await?;
    // Who answers has read what they answer.
    engine.seen(&agent.id, &id, seq).await?;
    Ok((StatusCode::CREATED, Json(Reached { seq, undo: None })))
}

/// Try at once what waits to go out over a channel.
#[utoipa::path(post, path = "/v1/conversations/{id}/deliver", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = ProblemDocument), (status = 409, body = ProblemDocument)))]
pub async fn deliver(
    _agent: Acting,
    State(console): State<Console>,
    Path(id): Path<ConversationId>,
) -> Result<StatusCode, Problem> {
    let store = console.engine().store();
    store.conversation(&id).await?.ok_or(Problem::NotFound("conversation"))?;
    if !store.retry_threads(&id).await? {
        return Err(Problem::Conflict("delivered", "nothing waits to be sent".to_owned()));
    }
    console.channels().wake();
    Ok(StatusCode::NO_CONTENT)
}

/// Leave a note for colleagues; the customer never sees it.
#[utoipa::path(post, path = "/v1/conversations/{id}/notes", request_body = Words, params(("id" = String, Path)),
    responses((status = 201, body = NoteView), (status = 404, body = ProblemDocument), (status = 422, body = ProblemDocument)))]
pub async fn note(
    Acting(agent): Acting,
    State(engine): State<Engine>,
    Path(id): Path<ConversationId>,
    Body(words): Body<Words>,
) -> Result<(StatusCode, Json<NoteView>), Problem> {
    let text = fit(words.text)?;
    find(&engine, &id).await?;
    let note = engine.store().add_note(&id, &agent, &text).await?;
    engine.bus().tell(News::Noted(id, note.id.clone()));
    Ok((StatusCode::CREATED, Json(NoteView::of(note))))
}

/// Take my own note back.
#[utoipa::path(delete, path = "/v1/conversations/{id}/notes/{note}", params(("id" = String, Path), ("note" = String, Path)),
    responses((status = 204), (status = 404, body = ProblemDocument)))]
pub async fn delete_note(
    Acting(agent): Acting,
    State(engine): State<Engine>,
    Path((id, note)): Path<(ConversationId, String)>,
) -> Result<StatusCode, Problem> {
    if !engine.store().delete_note(&id, &note, &agent.id).await? {
        return Err(Problem::NotFound("note of yours"));
    }
    engine.bus().tell(News::NoteGone(id, note));
    Ok(StatusCode::NO_CONTENT)
}

fn fit(text: String) -> Result<String, Problem> {
    if text.trim().is_empty() {
        return Err(Problem::Invalid("`text` is empty".to_owned()));
    }
    if text.len() > LONGEST {
        return Err(Problem::Invalid(format!("`text` has {} bytes; {LONGEST} are the most", text.len())));
    }
    Ok(text)
}
