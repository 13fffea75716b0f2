//! The shop's intents, and making one.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::auth::{Admin, Viewer};
use super::super::problem::{Body, Problem, ProblemDocument};
use super::super::views::Page;
use super::lessons::{MessageRef, Taught, places};
use crate::engine::Engine;
use crate::engine::teaching::{KnownIntent, NewIntent};

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct IntentView {
    pub name: String,
    pub description: String,
    /// In its file.
    pub examples: usize,
    /// By agents.
    pub taught: usize,
    /// Made in the console; the others stand in files.
    pub made_here: bool,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IntentWords {
    /// Small letters, digits and _, a letter first.
    pub name: String,
    /// What the customer wants, in a sentence.
    pub description: String,
    /// What the bot says to it.
    pub reply: String,
    /// Its first examples, 1 to 200.
    pub messages: Vec<MessageRef>,
}

/// All intents, by name.
#[utoipa::path(get, path = "/v1/intents", responses((status = 200, body = Page<IntentView>)))]
pub async fn list(_viewer: Viewer, State(engine): State<Engine>) -> Result<Json<Page<IntentView>>, Problem> {
    let items = engine.known_intents().await?.into_iter().map(IntentView::of).collect();
    Ok(Json(Page { items, next_cursor: None }))
}

/// A new intent with messages as its first examples. The model knows it after the next
/// training.
#[utoipa::path(post, path = "/v1/intents", request_body = IntentWords,
    responses((status = 201, body = Taught), (status = 403, body = ProblemDocument), (status = 409, body = ProblemDocument), (status = 422, body = ProblemDocument)))]
pub async fn create(
    Admin(agent): Admin,
    State(engine): State<Engine>,
    Body(words): Body<IntentWords>,
) -> Result<(StatusCode, Json<Taught>), Problem> {
    let messages = places(words.messages)?;
    let new = NewIntent { name: words.name, description: words.description, reply: words.reply };
    let ids = engine.teach_intent(&agent, new, &messages).await?;
    Ok((StatusCode::CREATED, Json(Taught { ids })))
}

/// Remove an intent that was made in the console, with everything taught of it.
#[utoipa::path(delete, path = "/v1/intents/{name}", params(("name" = String, Path)),
    responses((status = 204), (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument)))]
pub async fn remove(
    _admin: Admin,
    State(engine): State<Engine>,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    match engine.forget_intent(&name).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::NotFound("intent that was made in the console")),
    }
}

impl IntentView {
    fn of(intent: KnownIntent) -> Self {
        let KnownIntent { name, description, examples, taught, made_here } = intent;
        Self { name, description, examples, taught, made_here }
    }
}
