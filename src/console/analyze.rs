//! Trying the language models: what would Rapport understand?

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::auth::Viewer;
use super::problem::{Body, Problem, ProblemDocument};
use crate::domain::Analysis;
use crate::engine::Engine;

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct AnalyzeRequest {
    pub text: String,
    #[serde(default)]
    pub locale: Option<String>,
}

/// Read one message as if it were the first of a conversation.
#[utoipa::path(post, path = "/v1/analyze", request_body = AnalyzeRequest,
    responses((status = 200, body = Analysis), (status = 401, body = ProblemDocument), (status = 503, body = ProblemDocument)))]
pub async fn analyze(
    _viewer: Viewer,
    State(engine): State<Engine>,
    Body(request): Body<AnalyzeRequest>,
) -> Result<Json<Analysis>, Problem> {
    let reading = engine.read(&request.text, request.locale.as_deref()).await.map_err(|_| Problem::Busy)?;
    Ok(Json(reading.analysis))
}
