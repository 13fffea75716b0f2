//! Training anew, and which model is in use.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::auth::{Admin, Viewer};
use super::super::problem::{Problem, ProblemDocument};
use crate::engine::Engine;
use crate::engine::teaching::{ModelError, ModelReport};
use crate::store::{ModelVersion, StoreError, Training};

/// The last training, and the models that there are.
#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct TrainingView {
    /// The last one, running or not; absent before the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<TrainingState>,
    /// The number of the model in use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_use: Option<i64>,
    /// The last ten, and the one in use; the newest first.
    pub models: Vec<ModelView>,
    /// Examples and messages outside that were taught since the newest model.
    pub lessons_since: usize,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct TrainingState {
    pub id: String,
    /// `running`, `done`, `cancelled` or `failed`.
    pub state: String,
    /// What is being done, in words.
    pub step: String,
    /// Share of the step that is done, from 0 to 1.
    pub done: f64,
    pub agent_name: String,
    /// The model that came of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    #[schemars(with = "String")]
    pub began_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    #[schemars(with = "Option<String>")]
    pub ended_at: Option<Timestamp>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct ModelView {
    pub number: i64,
    /// `console`, or `files` for what `rapport train` wrote.
    pub source: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_name: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// Whether it reads the vectors of the encoder that runs; it cannot be used otherwise.
    pub fits: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<ModelReport>,
}

/// The training and the models.
#[utoipa::path(get, path = "/v1/training", responses((status = 200, body = TrainingView)))]
pub async fn read(_viewer: Viewer, State(engine): State<Engine>) -> Result<Json<TrainingView>, Problem> {
    Ok(Json(view(&engine).await?))
}

/// Train anew, from the files and from what was taught.
#[utoipa::path(post, path = "/v1/training",
    responses((status = 202, body = TrainingView), (status = 403, body = ProblemDocument), (status = 409, body = ProblemDocument)))]
pub async fn begin(
    Admin(agent): Admin,
    State(engine): State<Engine>,
) -> Result<(StatusCode, Json<TrainingView>), Problem> {
    if engine.begin_training(&agent.id).await?.is_none() {
        return Err(Problem::Conflict("running", "a training runs already; wait for it, or call it off".to_owned()));
    }
    Ok((StatusCode::ACCEPTED, Json(view(&engine).await?)))
}

/// Call the running training off; the model in use stays.
#[utoipa::path(delete, path = "/v1/training",
    responses((status = 204), (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument)))]
pub async fn cancel(_admin: Admin, State(engine): State<Engine>) -> Result<StatusCode, Problem> {
    match engine.cancel_training().await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::NotFound("training that runs")),
    }
}

/// Put a model into use: back to an earlier one, or one that did worse all the same.
#[utoipa::path(post, path = "/v1/models/{number}/use", params(("number" = i64, Path)),
    responses((status = 200, body = TrainingView), (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument), (status = 409, body = ProblemDocument)))]
pub async fn put_in_use(
    _admin: Admin,
    State(engine): State<Engine>,
    Path(number): Path<i64>,
) -> Result<Json<TrainingView>, Problem> {
    match engine.use_model(number).await {
        Ok(_) => Ok(Json(view(&engine).await?)),
        Err(ModelError::Missing(_)) => Err(Problem::NotFound("model")),
        Err(ModelError::Store(error)) => Err(error.into()),
        Err(error @ ModelError::Unusable { .. }) => Err(Problem::Conflict("unusable", error.to_string())),
        Err(error @ (ModelError::Files(_) | ModelError::Panicked)) => Err(Problem::Internal(error.into())),
    }
}

async fn view(engine: &Engine) -> Result<TrainingView, StoreError> {
    let store = engine.store();
    let encoder = engine.nlu().encoder().identity();
    // Before the list, so that what is in use stands in it.
    let in_use = store.model_in_use().await?;
    let models = store.models().await?;
    let newest = models.first().map(|model| model.at);
    let lessons = store.lessons().await?;
    let since = |lesson: &&crate::store::Lesson| {
        lesson.verdict != crate::domain::teaching::Verdict::Dismissed && newest.is_none_or(|at| lesson.at > at)
    };
    Ok(TrainingView {
        last: store.last_training().await?.map(TrainingState::of),
        in_use,
        lessons_since: lessons.iter().filter(since).count(),
        models: models.into_iter().map(|model| ModelView::of(model, encoder)).collect(),
    })
}

impl TrainingState {
    fn of(training: Training) -> Self {
        Self {
            id: training.id,
            state: training.state.as_str().to_owned(),
            step: training.step,
            done: training.done as f64 / 1000.0,
            agent_name: training.agent_name,
            model: training.version,
            error: training.error,
            began_at: training.began_at,
            ended_at: training.ended_at,
        }
    }
}

impl ModelView {
    fn of(model: ModelVersion, encoder: &str) -> Self {
        Self {
            number: model.number,
            source: model.source.as_str().to_owned(),
            agent_name: model.agent_name,
            at: model.at,
            fits: model.encoder == encoder,
            // A report that an older program wrote may not be readable; the model is.
            report: model.report.and_then(|report| serde_json::from_str(&report).ok()),
        }
    }
}
