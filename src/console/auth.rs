//! Who calls: a bearer token, the agent behind it, and what their role may do.

use axum::Json;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;

use super::problem::{Problem, ProblemDocument};
use super::views::AgentView;
use crate::engine::Engine;
use crate::store::{Agent, Role};

/// Whoever may look.
pub struct Viewer(pub Agent);

/// Whoever may also act: an agent, an admin, the owner.
pub struct Acting(pub Agent);

impl<S> FromRequestParts<S> for Viewer
where
    Engine: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let engine = Engine::from_ref(state);
        let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header.and_then(|value| value.strip_prefix("Bearer ")).ok_or(Problem::Unauthorized)?;
        let agent = engine.store().agent_by_token(token.trim()).await?.ok_or(Problem::Unauthorized)?;
        engine.store().seen(&agent.id).await?;
        Ok(Viewer(agent))
    }
}

impl<S> FromRequestParts<S> for Acting
where
    Engine: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Viewer(agent) = Viewer::from_request_parts(parts, state).await?;
        if agent.role < Role::Agent {
            return Err(Problem::Forbidden(Role::Agent.as_str(), agent.role.as_str()));
        }
        Ok(Acting(agent))
    }
}

/// Who am I?
#[utoipa::path(get, path = "/v1/me", responses((status = 200, body = AgentView), (status = 401, body = ProblemDocument)))]
pub async fn me(Viewer(agent): Viewer) -> Json<AgentView> {
    Json(AgentView::of(&agent))
}
