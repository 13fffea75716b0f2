//! Signing in and out: a cookie in the browser, its hash in the database.

use std::net::SocketAddr;

use axum::Json;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::Console;
use super::super::auth::{Key, session_of};
use super::super::origin::same_origin;
use super::super::problem::{Body, Problem, ProblemDocument};
use super::super::views::AgentView;
use super::{caller, verified};
use crate::base::cookie::SESSION as SESSION_COOKIE;
use crate::base::email::parse_email;
use crate::store::{Agent, SESSION};

#[derive(Deserialize, Serialize, JsonSchema, ToSchema)]
pub struct SignIn {
    pub email: String,
    pub password: String,
}

/// Who is signed in, for a page that begins.
#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct SessionView {
    /// The shop's name.
    pub shop: String,
    /// Whether nobody owns the console yet.
    pub setup: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentView>,
}

/// Is somebody signed in? Needs nothing.
#[utoipa::path(get, path = "/v1/session", security(()), responses((status = 200, body = SessionView)))]
pub async fn current(State(console): State<Console>, headers: HeaderMap) -> Result<Response, Problem> {
    let key = Key::of(&headers);
    let agent = match &key {
        Some(key) => match key.agent(&console).await {
            Ok(agent) => Some(console.agent_view(&agent).await?),
            Err(Problem::Unauthorized) => None,
            Err(problem) => return Err(problem),
        },
        None => None,
    };
    let setup = agent.is_none() && !console.engine().store().has_owner().await?;
    // A page that begins makes the cookie last as long again as the session does.
    let renewed = key.filter(|_| agent.is_some());
    let mut response = Json(SessionView { shop: console.shop_name().await?, setup, agent }).into_response();
    if let Some(Key::Session(secret)) = renewed {
        response.headers_mut().insert(header::SET_COOKIE, cookie(&console, &secret, SESSION.as_secs())?);
    }
    Ok(response)
}

/// Sign in; the answer sets the cookie.
#[utoipa::path(post, path = "/v1/session", security(()), request_body = SignIn,
    responses((status = 200, body = AgentView), (status = 401, body = ProblemDocument), (status = 429, body = ProblemDocument)))]
pub async fn sign_in(
    State(console): State<Console>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Body(SignIn { email, password }): Body<SignIn>,
) -> Result<Response, Problem> {
    if !same_origin(&headers, console.public_url()) {
        return Err(Problem::Foreign);
    }
    let email = parse_email(&email).ok_or(Problem::WrongPassword)?;
    console.throttle().count(caller(address, &headers), &email)?;
    let (agent, kept) = console.engine().store().credentials(&email).await?.unzip();
    let fits = verified(password, kept).await?;
    let agent = agent.filter(|_| fits).ok_or(Problem::WrongPassword)?;
    signed_in(&console, &agent).await
}

/// Sign out, here and on the server.
#[utoipa::path(delete, path = "/v1/session", responses((status = 204)))]
pub async fn sign_out(State(console): State<Console>, headers: HeaderMap) -> Result<Response, Problem> {
    if !same_origin(&headers, console.public_url()) {
        return Err(Problem::Foreign);
    }
    if let Some(secret) = session_of(&headers) {
        console.engine().store().end_session(&secret).await?;
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.headers_mut().insert(header::SET_COOKIE, cookie(&console, "", 0)?);
    Ok(response)
}

/// A new session with its cookie, answered by who that is.
pub(super) async fn signed_in(console: &Console, agent: &Agent) -> Result<Response, Problem> {
    let store = console.engine().store();
    let secret = store.create_session(&agent.id).await?;
    store.seen(&agent.id).await?;
    let mut response = Json(console.agent_view(agent).await?).into_response();
    response.headers_mut().insert(header::SET_COOKIE, cookie(console, &secret, SESSION.as_secs())?);
    Ok(response)
}

fn cookie(console: &Console, secret: &str, lasts_s: i64) -> Result<HeaderValue, Problem> {
    let secure = if console.public_url().starts_with("https://") { "; Secure" } else { "" };
    let text = format!("{SESSION_COOKIE}={secret}; Path=/; Max-Age={lasts_s}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&text).map_err(|error| Problem::Internal(error.into()))
}
