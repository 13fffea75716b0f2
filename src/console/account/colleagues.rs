//! The staff, and what an admin changes of it.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::Console;
use super::super::auth::{Admin, Viewer};
use super::super::problem::{Body, Problem, ProblemDocument};
use super::super::views::{AgentView, Page};
use super::invitations::{LinkMade, told};
use super::name;
use crate::domain::AgentId;
use crate::store::{Agent, AgentChange, LinkKind, NewLink, Role};

const RESET_LASTS: SignedDuration = SignedDuration::from_hours(24);

/// What is left out stays as it is.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ColleagueChange {
    pub name: Option<String>,
    pub role: Option<Role>,
    /// 0 to 1000: so many conversations at once before no further one is offered.
    pub capacity: Option<i64>,
}

/// The colleagues.
#[utoipa::path(get, path = "/v1/agents", responses((status = 200, body = Page<AgentView>)))]
pub async fn list(_viewer: Viewer, State(console): State<Console>) -> Result<Json<Page<AgentView>>, Problem> {
    let colleagues = console.engine().colleagues().await?;
    Ok(Json(Page { items: colleagues.iter().map(AgentView::of).collect(), next_cursor: None }))
}

/// Change a colleague's name, role or capacity.
#[utoipa::path(patch, path = "/v1/agents/{id}", params(("id" = String, Path)), request_body = ColleagueChange,
    responses((status = 200, body = AgentView), (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument), (status = 409, body = ProblemDocument)))]
pub async fn change(
    Admin(admin): Admin,
    State(console): State<Console>,
    Path(id): Path<AgentId>,
    Body(change): Body<ColleagueChange>,
) -> Result<Json<AgentView>, Problem> {
    let colleague = find(&console, &admin, &id).await?;
    if change.role == Some(Role::Owner) {
        only_an_owner(&admin)?;
    }
    if change.role.is_some_and(|role| role != Role::Owner) {
        not_the_last_owner(&console, &colleague).await?;
    }
    if change.capacity.is_some_and(|capacity| !(0..=1000).contains(&capacity)) {
        return Err(Problem::Invalid("`capacity` lies between 0 and 1000".to_owned()));
    }
    let change = AgentChange {
        name: change.name.as_deref().map(name).transpose()?,
        role: change.role,
        capacity: change.capacity,
        ..AgentChange::default()
    };
    let agent = console.engine().store().change_agent(&id, change).await?.ok_or(Problem::NotFound("agent"))?;
    console.engine().bus().staff_changed();
    Ok(Json(console.agent_view(&agent).await?))
}

/// Take a colleague off the staff; what they hold goes back into the queue.
#[utoipa::path(delete, path = "/v1/agents/{id}", params(("id" = String, Path)),
    responses((status = 204), (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument), (status = 409, body = ProblemDocument)))]
pub async fn remove(
    Admin(admin): Admin,
    State(console): State<Console>,
    Path(id): Path<AgentId>,
) -> Result<StatusCode, Problem> {
    let colleague = find(&console, &admin, &id).await?;
    if colleague.id == admin.id {
        return Err(Problem::Conflict("oneself", "let a colleague take you off the staff".to_owned()));
    }
    not_the_last_owner(&console, &colleague).await?;
    console.engine().remove_agent(&colleague).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A one-time link by which a colleague sets a new password; the old one ends.
#[utoipa::path(post, path = "/v1/agents/{id}/reset", params(("id" = String, Path)),
    responses((status = 201, body = LinkMade), (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument)))]
pub async fn reset(
    Admin(admin): Admin,
    State(console): State<Console>,
    Path(id): Path<AgentId>,
) -> Result<(StatusCode, Json<LinkMade>), Problem> {
    let colleague = find(&console, &admin, &id).await?;
    let Some(email) = colleague.email.clone() else {
        return Err(Problem::Invalid("this agent has no address to sign in with".to_owned()));
    };
    console.engine().store().lock_out(&colleague.id).await?;
    let link = NewLink {
        kind: LinkKind::Reset,
        role: colleague.role,
        agent_id: Some(colleague.id),
        email: None,
        name: None,
        lasts: RESET_LASTS,
    };
    Ok((StatusCode::CREATED, Json(told(&console, link, &email, &admin.name).await?)))
}

/// A colleague whom this admin may change: owners are changed by owners only.
async fn find(console: &Console, admin: &Agent, id: &AgentId) -> Result<Agent, Problem> {
    let colleague = console.engine().store().agent(id).await?.ok_or(Problem::NotFound("agent"))?;
    if colleague.role == Role::Owner {
        only_an_owner(admin)?;
    }
    Ok(colleague)
}

pub(super) fn only_an_owner(admin: &Agent) -> Result<(), Problem> {
    match admin.role {
        Role::Owner => Ok(()),
        yours => Err(Problem::Forbidden { needed: Role::Owner, yours }),
    }
}

async fn not_the_last_owner(console: &Console, colleague: &Agent) -> Result<(), Problem> {
    let agents = console.engine().store().agents().await?;
    let can_sign_in = |agent: &&Agent| agent.role == Role::Owner && agent.email.is_some() && agent.id != colleague.id;
    if colleague.role == Role::Owner && !agents.iter().any(|agent| can_sign_in(&agent)) {
        let detail = format!("{} is the last owner: make another one first", colleague.name);
        return Err(Problem::Conflict("last_owner", detail));
    }
    Ok(())
}
