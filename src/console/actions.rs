//! Acting: take, reply, note, hand back, resolve.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::auth::Acting;
use super::conversations::find;
use super::problem::{Body, Problem, ProblemDocument};
use super::views::{NoteView, Reached};
use crate::domain::ConversationId;
use crate::engine::Engine;

/// The longest reply or note, in bytes.
const LONGEST: usize = 32 * 1024;

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct Words {
    pub text: String,
}

/// Take the conversation: from now on the bot is silent.
#[utoipa::path(post, path = "/v1/conversations/{id}/take", params(("id" = String, Path)),
    responses((status = 200, body = Reached), (status = 404, body = ProblemDocument), (status = 409, body = ProblemDocument)))]
pub async fn take(
    Acting(agent): Acting,
    State(engine): State<Engine>,
    Path(id): Path<ConversationId>,
) -> Result<Json<Reached>, Problem> {
    Ok(Json(Reached { seq: engine.take(&id, &agent).await? }))
}

/// Give the conversation back to the bot.
#[utoipa::path(post, path = "/v1/conversations/{id}/hand-back", params(("id" = String, Path)),
    responses((status = 200, body = Reached), (status = 404, body = ProblemDocument), (status = 409, body = ProblemDocument)))]
pub async fn hand_back(
    Acting(agent): Acting,
    State(engine): State<Engine>,
    Path(id): Path<ConversationId>,
) -> Result<Json<Reached>, Problem> {
    Ok(Json(Reached { seq: engine.hand_back(&id, &agent).await? }))
}

/// Close the conversation; the customer is asked how it was.
#[utoipa::path(post, path = "/v1/conversations/{id}/resolve", params(("id" = String, Path)),
    responses((status = 200, body = Reached), (status = 404, body = ProblemDocument), (status = 409, body = ProblemDocument)))]
pub async fn resolve(
    Acting(agent): Acting,
    State(engine): State<Engine>,
    Path(id): Path<ConversationId>,
) -> Result<Json<Reached>, Problem> {
    Ok(Json(Reached { seq: engine.resolve(&id, &agent).await? }))
}

/// Say something to the customer. The same `Idempotency-Key` again says nothing.
#[utoipa::path(post, path = "/v1/conversations/{id}/messages", request_body = Words,
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = Reached), (status = 409, body = ProblemDocument), (status = 422, body = ProblemDocument)))]
pub async fn reply(
    Acting(agent): Acting,
    State(engine): State<Engine>,
    Path(id): Path<ConversationId>,
    headers: HeaderMap,
    Body(words): Body<Words>,
) -> Result<(StatusCode, Json<Reached>), Problem> {
    let text = fit(words.text)?;
    let key = headers.get("idempotency-key").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let seq = engine.reply(&id, &agent, text, key).await?;
    Ok((StatusCode::CREATED, Json(Reached { seq })))
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
    let note = engine.store().add_note(&id, &agent.id, &text).await?;
    Ok((StatusCode::CREATED, Json(NoteView::of(note))))
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
