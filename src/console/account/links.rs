//! One-time links: the first owner, invited colleagues, forgotten passwords.

use std::net::SocketAddr;

use axum::Json;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::Console;
use super::super::origin::same_origin;
use super::super::problem::{Body, Problem, ProblemDocument};
use super::super::views::AgentView;
use super::session::signed_in;
use super::{caller, email, hashed, name};
use crate::base::secret::token_hash;
use crate::store::{Link, LinkKind, LinkUse, Newcomer, Role};

/// What a one-time link is for.
#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct LinkView {
    /// `setup`, `invitation` or `reset`.
    pub kind: String,
    pub role: Role,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    #[schemars(with = "String")]
    pub expires_at: Timestamp,
}

/// Who comes in by a link.
#[derive(Deserialize, Serialize, JsonSchema, ToSchema)]
pub struct ComeIn {
    pub password: String,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub email: Option<String>,
}

/// What is this link for?
#[utoipa::path(get, path = "/v1/links/{token}", security(()), params(("token" = String, Path)),
    responses((status = 200, body = LinkView), (status = 404, body = ProblemDocument)))]
pub async fn read(State(console): State<Console>, Path(token): Path<String>) -> Result<Json<LinkView>, Problem> {
    let link = find(&console, &token).await?;
    Ok(Json(LinkView {
        kind: link.kind.as_str().to_owned(),
        role: link.role,
        email: link.email,
        name: link.name,
        expires_at: link.expires_at,
    }))
}

/// Use the link up, and sign in.
#[utoipa::path(post, path = "/v1/links/{token}", security(()), params(("token" = String, Path)), request_body = ComeIn,
    responses((status = 200, body = AgentView), (status = 404, body = ProblemDocument), (status = 409, body = ProblemDocument), (status = 422, body = ProblemDocument)))]
pub async fn enter(
    State(console): State<Console>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Path(token): Path<String>,
    Body(newcomer): Body<ComeIn>,
) -> Result<Response, Problem> {
    if !same_origin(&headers, console.public_url()) {
        return Err(Problem::Foreign);
    }
    console.throttle().count(caller(address, &headers), &token_hash(&token))?;
    let link = find(&console, &token).await?;
    let newcomer = checked(&link, newcomer).await?;
    match console.engine().store().use_link(&token, newcomer).await? {
        LinkUse::Done(agent) => signed_in(&console, &agent).await,
        LinkUse::Gone => Err(Problem::NotFound("link")),
        LinkUse::AddressTaken => {
            Err(Problem::Conflict("taken", "somebody has this address already: sign in, or take another".to_owned()))
        }
    }
}

async fn find(console: &Console, token: &str) -> Result<Link, Problem> {
    let store = console.engine().store();
    let link = store.link(token).await?.ok_or(Problem::NotFound("link"))?;
    // A set-up link ends with the set-up, by whatever way the owner came.
    if link.kind == LinkKind::Setup && store.has_owner().await? {
        return Err(Problem::NotFound("link"));
    }
    Ok(link)
}

async fn checked(link: &Link, given: ComeIn) -> Result<Newcomer, Problem> {
    let (name, email) = match link.kind {
        LinkKind::Reset => (None, None),
        LinkKind::Invitation => (Some(name(given.name.as_deref().unwrap_or_default())?), None),
        LinkKind::Setup => {
            let name = name(given.name.as_deref().unwrap_or_default())?;
            (Some(name), Some(email(given.email.as_deref().unwrap_or_default())?))
        }
    };
    Ok(Newcomer { name, email, password_hash: hashed(given.password).await? })
}
