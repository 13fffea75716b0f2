//! Canned replies: what is said often, under a shortcut.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::auth::{Acting, Viewer};
use super::problem::{Body, Problem, ProblemDocument};
use super::views::Page;
use crate::engine::Engine;
use crate::store::{CannedReply, CannedWrite};

const LONGEST_TEXT: usize = 8 * 1024;

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct CannedView {
    pub id: String,
    pub shortcut: String,
    pub title: String,
    /// `{customer}` and `{agent}` stand for names.
    pub text: String,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct CannedWords {
    /// 1 to 32 small letters, digits and hyphens.
    pub shortcut: String,
    pub title: String,
    pub text: String,
}

/// The canned replies, by shortcut.
#[utoipa::path(get, path = "/v1/canned-replies", responses((status = 200, body = Page<CannedView>)))]
pub async fn list(_viewer: Viewer, State(engine): State<Engine>) -> Result<Json<Page<CannedView>>, Problem> {
    let items = engine.store().canned_replies().await?.into_iter().map(view).collect();
    Ok(Json(Page { items, next_cursor: None }))
}

/// A new one.
#[utoipa::path(post, path = "/v1/canned-replies", request_body = CannedWords,
    responses((status = 201, body = CannedView), (status = 409, body = ProblemDocument), (status = 422, body = ProblemDocument)))]
pub async fn create(
    _agent: Acting,
    State(engine): State<Engine>,
    Body(words): Body<CannedWords>,
) -> Result<(StatusCode, Json<CannedView>), Problem> {
    Ok((StatusCode::CREATED, Json(write(&engine, None, words).await?)))
}

/// New words for one.
#[utoipa::path(put, path = "/v1/canned-replies/{id}", params(("id" = String, Path)), request_body = CannedWords,
    responses((status = 200, body = CannedView), (status = 404, body = ProblemDocument), (status = 409, body = ProblemDocument)))]
pub async fn replace(
    _agent: Acting,
    State(engine): State<Engine>,
    Path(id): Path<String>,
    Body(words): Body<CannedWords>,
) -> Result<Json<CannedView>, Problem> {
    Ok(Json(write(&engine, Some(&id), words).await?))
}

/// No more of it.
#[utoipa::path(delete, path = "/v1/canned-replies/{id}", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = ProblemDocument)))]
pub async fn remove(
    _agent: Acting,
    State(engine): State<Engine>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    match engine.store().delete_canned(&id).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::NotFound("canned reply")),
    }
}

async fn write(engine: &Engine, id: Option<&str>, words: CannedWords) -> Result<CannedView, Problem> {
    let CannedWords { shortcut, title, text } = words;
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !(1..=32).contains(&shortcut.len()) || !shortcut.chars().all(fits) {
        return Err(Problem::Invalid("`shortcut` has 1 to 32 small letters, digits and hyphens".to_owned()));
    }
    let title = title.trim();
    if title.is_empty() || title.chars().count() > 100 {
        return Err(Problem::Invalid("`title` has 1 to 100 signs".to_owned()));
    }
    if text.trim().is_empty() || text.len() > LONGEST_TEXT {
        return Err(Problem::Invalid(format!("`text` has 1 to {LONGEST_TEXT} bytes")));
    }
    match engine.store().write_canned(id, &shortcut, title, &text).await? {
        CannedWrite::Done(reply) => Ok(view(reply)),
        CannedWrite::ShortcutTaken => {
            Err(Problem::Conflict("taken", format!("/{shortcut} is another reply's: take another shortcut")))
        }
        CannedWrite::Missing => Err(Problem::NotFound("canned reply")),
    }
}

fn view(reply: CannedReply) -> CannedView {
    let CannedReply { id, shortcut, title, text } = reply;
    CannedView { id, shortcut, title, text }
}
