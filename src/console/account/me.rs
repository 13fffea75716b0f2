//! What an agent sees and changes of themselves.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::Console;
use super::super::auth::{Viewer, session_of};
use super::super::problem::{Body, Problem, ProblemDocument};
use super::super::views::AgentView;
use super::{hashed, name, verified};
use crate::store::{AgentChange, AgentStatus};

/// What is left out stays as it is.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MyChange {
    pub name: Option<String>,
    pub status: Option<AgentStatus>,
    /// Whether I get mails while I am not there.
    pub mail: Option<bool>,
}

#[derive(Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct NewPassword {
    pub current: String,
    pub new: String,
}

/// Who am I?
#[utoipa::path(get, path = "/v1/me", responses((status = 200, body = AgentView), (status = 401, body = ProblemDocument)))]
pub async fn read(Viewer(agent): Viewer, State(console): State<Console>) -> Result<Json<AgentView>, Problem> {
    Ok(Json(console.agent_view(&agent).await?))
}

/// Change my name, whether I am available, whether I get mails.
#[utoipa::path(patch, path = "/v1/me", request_body = MyChange,
    responses((status = 200, body = AgentView), (status = 422, body = ProblemDocument)))]
pub async fn change(
    Viewer(agent): Viewer,
    State(console): State<Console>,
    Body(change): Body<MyChange>,
) -> Result<Json<AgentView>, Problem> {
    let change = AgentChange {
        name: change.name.as_deref().map(name).transpose()?,
        status: change.status,
        mail: change.mail,
        ..AgentChange::default()
    };
    let store = console.engine().store();
    let agent = store.change_agent(&agent.id, change).await?.ok_or(Problem::Unauthorized)?;
    console.engine().bus().staff_changed();
    Ok(Json(console.agent_view(&agent).await?))
}

/// Change my password; my other sessions end.
#[utoipa::path(post, path = "/v1/me/password", request_body = NewPassword,
    responses((status = 204), (status = 401, body = ProblemDocument), (status = 422, body = ProblemDocument)))]
pub async fn password(
    Viewer(agent): Viewer,
    State(console): State<Console>,
    headers: HeaderMap,
    Body(passwords): Body<NewPassword>,
) -> Result<StatusCode, Problem> {
    let store = console.engine().store();
    let email = agent.email.clone().ok_or_else(|| {
        Problem::Invalid("you have no address to sign in with; `rapport agent create` makes a colleague who has".into())
    })?;
    let kept = store.credentials(&email).await?.map(|(_, kept)| kept);
    if !verified(passwords.current, kept).await? {
        return Err(Problem::WrongPassword);
    }
    store.set_password(&agent.id, &hashed(passwords.new).await?).await?;
    store.end_sessions_of(&agent.id, session_of(&headers).as_deref()).await?;
    Ok(StatusCode::NO_CONTENT)
}
