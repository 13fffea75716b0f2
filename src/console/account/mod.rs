//! Coming in: signing in and out, one-time links, and who is on the staff.

pub(super) mod colleagues;
pub(super) mod invitations;
pub(super) mod links;
pub(super) mod me;
pub(super) mod session;

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;

use super::problem::Problem;
use crate::base::email::parse_email;
use crate::base::proxy;
use crate::base::secret::{SHORTEST_PASSWORD, password_hash, verify_password};

/// No password is longer; hashing one takes its time.
const LONGEST_PASSWORD: usize = 1024;
const LONGEST_NAME: usize = 100;

/// A hash that no password has: checking against it takes as long as against a real one,
/// so that the time does not tell whose addresses are known.
const NOBODYS_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Whether the password is the one kept; `None` is kept by nobody.
async fn verified(password: String, kept: Option<String>) -> Result<bool, Problem> {
    let known = kept.is_some();
    let kept = kept.unwrap_or_else(|| NOBODYS_HASH.to_owned());
    let fits = off_the_async_threads(move || verify_password(&password, &kept)).await?;
    Ok(known && fits)
}

async fn hashed(password: String) -> Result<String, Problem> {
    let length = password.chars().count();
    if length < SHORTEST_PASSWORD {
        let detail = format!("the password is too short: take at least {SHORTEST_PASSWORD} signs; a few words will do");
        return Err(Problem::Invalid(detail));
    }
    if password.len() > LONGEST_PASSWORD {
        return Err(Problem::Invalid(format!("the password has more than {LONGEST_PASSWORD} bytes")));
    }
    off_the_async_threads(move || password_hash(&password)).await
}

/// Where a request comes from, for counting tries.
fn caller(peer: SocketAddr, headers: &HeaderMap) -> IpAddr {
    let forwarded = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    proxy::caller(peer.ip(), forwarded)
}

async fn off_the_async_threads<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Problem::Internal(error.into()))
}

fn email(text: &str) -> Result<String, Problem> {
    parse_email(text).ok_or_else(|| Problem::Invalid(format!("`{text}` is no e-mail address")))
}

/// A name that customers may see.
fn name(text: &str) -> Result<String, Problem> {
    let name = text.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.contains(char::is_control) {
        return Err(Problem::Invalid(format!("`name` has 1 to {LONGEST_NAME} signs in one line")));
    }
    Ok(name.to_owned())
}
