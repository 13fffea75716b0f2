//! Who calls: a bearer token or a session's cookie, the agent behind it, and what their
//! role may do.

use axum::extract::{FromRef, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::request::Parts;

use super::Console;
use super::origin::own_page;
use super::problem::Problem;
use crate::base::cookie;
use crate::store::{Agent, Role};

/// Whoever may look.
pub struct Viewer(pub Agent);

/// Whoever may also act: an agent, an admin, the owner.
pub struct Acting(pub Agent);

/// Whoever may also change the shop's settings.
pub struct Admin(pub Agent);

/// Whoever owns the shop.
pub struct Owner(#[expect(dead_code, reason = "that they own it is all that is asked today")] pub Agent);

/// By what somebody comes in.
pub(super) enum Key {
    Token(String),
    Session(String),
}

impl Key {
    /// The key that a request has, a token before a cookie.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let header = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        if let Some(token) = header.and_then(|value| value.strip_prefix("Bearer ")) {
            return Some(Key::Token(token.trim().to_owned()));
        }
        session_of(headers).map(Key::Session)
    }

    pub async fn agent(&self, console: &Console) -> Result<Agent, Problem> {
        let store = console.engine().store();
        let agent = match self {
            Key::Token(token) => store.agent_by_token(token).await?,
            Key::Session(secret) => store.agent_by_session(secret).await?,
        };
        let agent = agent.ok_or(Problem::Unauthorized)?;
        store.seen(&agent.id).await?;
        Ok(agent)
    }
}

/// The secret in the session's cookie.
pub(super) fn session_of(headers: &HeaderMap) -> Option<String> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookie::session_in(lines).map(str::to_owned)
}

async fn agent_with(parts: &Parts, console: &Console, needed: Role) -> Result<Agent, Problem> {
    let key = Key::of(&parts.headers).ok_or(Problem::Unauthorized)?;
    if matches!(key, Key::Session(_)) && !own_page(&parts.method, &parts.headers, console.public_url()) {
        return Err(Problem::Foreign);
    }
    let agent = key.agent(console).await?;
    if agent.role < needed {
        return Err(Problem::Forbidden { needed, yours: agent.role });
    }
    Ok(agent)
}

macro_rules! extract {
    ($($name:ident needs $role:ident;)+) => {$(
        impl<S> FromRequestParts<S> for $name
        where
            Console: FromRef<S>,
            S: Send + Sync,
        {
            type Rejection = Problem;

            async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
                agent_with(parts, &Console::from_ref(state), Role::$role).await.map($name)
            }
        }
    )+};
}

extract! {
    Viewer needs Viewer;
    Acting needs Agent;
    Admin needs Admin;
    Owner needs Owner;
}
