//! What agents say that messages mean.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::auth::{Acting, Viewer};
use super::super::problem::{Body, Problem, ProblemDocument};
use super::super::views::Page;
use crate::bus::News;
use crate::domain::ConversationId;
use crate::domain::entry::Seq;
use crate::domain::teaching::Verdict;
use crate::engine::Engine;
use crate::store::Lesson;

/// Messages that are judged at once.
const AT_ONCE: usize = 200;

/// A customer's message.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct MessageRef {
    #[schema(value_type = String)]
    pub conversation_id: ConversationId,
    pub seq: Seq,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Teaching {
    /// 1 to 200 messages.
    pub messages: Vec<MessageRef>,
    /// `example` (they mean the intent), `outside` (no intent is for them), or `dismissed`
    /// (there is nothing to learn from them).
    pub verdict: String,
    /// With `example`.
    #[serde(default)]
    pub intent: Option<String>,
}

/// What was kept; the ids take it back.
#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct Taught {
    pub ids: Vec<String>,
}

/// A message with what somebody said that it means.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct LessonView {
    pub id: String,
    pub verdict: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intent: Option<String>,
    /// Without personal data.
    pub text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    pub agent_name: String,
    pub conversation_id: String,
    pub seq: Seq,
    #[schema(value_type = String, format = DateTime)]
    #[schemars(with = "String")]
    pub at: Timestamp,
}

/// The lessons that count, the newest first.
#[utoipa::path(get, path = "/v1/lessons", responses((status = 200, body = Page<LessonView>)))]
pub async fn list(_viewer: Viewer, State(engine): State<Engine>) -> Result<Json<Page<LessonView>>, Problem> {
    let items = engine.store().lessons().await?.into_iter().map(LessonView::of).collect();
    Ok(Json(Page { items, next_cursor: None }))
}

/// Say what messages mean. The model learns it at the next training.
#[utoipa::path(post, path = "/v1/lessons", request_body = Teaching,
    responses((status = 201, body = Taught), (status = 403, body = ProblemDocument), (status = 422, body = ProblemDocument)))]
pub async fn create(
    Acting(agent): Acting,
    State(engine): State<Engine>,
    Body(teaching): Body<Teaching>,
) -> Result<(StatusCode, Json<Taught>), Problem> {
    let messages = places(teaching.messages)?;
    let verdict = Verdict::of(&teaching.verdict, teaching.intent).ok_or_else(|| {
        let needed = "`verdict` is example (with an `intent`), outside or dismissed";
        Problem::Invalid(needed.to_owned())
    })?;
    let ids = engine.teach(&agent, &messages, verdict).await?;
    engine.bus().tell(News::Teaching);
    Ok((StatusCode::CREATED, Json(Taught { ids })))
}

/// Take lessons back; what was said of the messages before counts again.
#[utoipa::path(post, path = "/v1/lessons/undo", request_body = Taught,
    responses((status = 204), (status = 403, body = ProblemDocument)))]
pub async fn undo(
    _agent: Acting,
    State(engine): State<Engine>,
    Body(taught): Body<Taught>,
) -> Result<StatusCode, Problem> {
    engine.store().unteach(&taught.ids).await?;
    engine.bus().tell(News::Teaching);
    Ok(StatusCode::NO_CONTENT)
}

pub(super) fn places(messages: Vec<MessageRef>) -> Result<Vec<(ConversationId, Seq)>, Problem> {
    if !(1..=AT_ONCE).contains(&messages.len()) {
        return Err(Problem::Invalid(format!("`messages` has 1 to {AT_ONCE} messages")));
    }
    Ok(messages.into_iter().map(|message| (message.conversation_id, message.seq)).collect())
}

impl LessonView {
    pub fn of(lesson: Lesson) -> Self {
        Self {
            id: lesson.id,
            verdict: lesson.verdict.as_str().to_owned(),
            intent: lesson.verdict.intent().map(str::to_owned),
            text: lesson.text,
            locale: lesson.locale,
            agent_name: lesson.agent_name,
            conversation_id: lesson.conversation_id.0,
            seq: lesson.seq,
            at: lesson.at,
        }
    }
}
