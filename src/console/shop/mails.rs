//! The outbox: what could not be sent, tried again or thrown away; and a test mail.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::auth::Admin;
use super::super::problem::{Body, Problem, ProblemDocument, Query};
use super::super::views::Page;
use crate::base::email::parse_email;
use crate::domain::MailId;
use crate::engine::Engine;
use crate::store::{Mail, MailState};

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct MailView {
    pub id: String,
    /// `escalation`, `reply`, `invitation`, `reset` or `webhook`.
    pub kind: String,
    pub to: String,
    pub subject: String,
    /// `waiting`, `sent` or `failed`.
    pub state: String,
    pub attempts: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    #[schemars(with = "String")]
    pub created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    #[schemars(with = "Option<String>")]
    pub next_try_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    #[schemars(with = "Option<String>")]
    pub sent_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

#[derive(Deserialize, IntoParams)]
pub struct MailsQuery {
    /// `waiting`, `sent`, `failed` or `all`.
    state: Option<String>,
    #[param(value_type = Option<String>)]
    cursor: Option<MailId>,
    /// 1 to 200, 50 by default.
    limit: Option<i64>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct TestMail {
    pub to: String,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct TestedView {
    pub sent: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Mails, the newest first.
#[utoipa::path(get, path = "/v1/mails", params(MailsQuery),
    responses((status = 200, body = Page<MailView>), (status = 403, body = ProblemDocument), (status = 422, body = ProblemDocument)))]
pub async fn list(
    _admin: Admin,
    State(engine): State<Engine>,
    Query(query): Query<MailsQuery>,
) -> Result<Json<Page<MailView>>, Problem> {
    let state = match query.state.as_deref() {
        Some("waiting") => Some(MailState::Waiting),
        Some("sent") => Some(MailState::Sent),
        Some("failed") => Some(MailState::Failed),
        Some("all") | None => None,
        Some(other) => {
            return Err(Problem::Invalid(format!("`state` is `{other}`; write waiting, sent, failed or all")));
        }
    };
    let limit = query.limit.unwrap_or(50).clamp(1, 200);
    let mails = engine.store().mails(state, query.cursor.as_ref(), limit).await?;
    let full = i64::try_from(mails.len()).is_ok_and(|n| n == limit);
    let next_cursor = mails.last().filter(|_| full).map(|mail| mail.id.0.clone());
    Ok(Json(Page { items: mails.into_iter().map(view).collect(), next_cursor }))
}

/// Try a mail again, now.
#[utoipa::path(post, path = "/v1/mails/{id}/retry", params(("id" = String, Path)),
    responses((status = 200, body = MailView), (status = 404, body = ProblemDocument)))]
pub async fn retry(
    _admin: Admin,
    State(engine): State<Engine>,
    Path(id): Path<MailId>,
) -> Result<Json<MailView>, Problem> {
    engine.store().retry_mail(&id).await?;
    Ok(Json(view(engine.store().mail(&id).await?.ok_or(Problem::NotFound("mail"))?)))
}

/// Throw a mail away.
#[utoipa::path(delete, path = "/v1/mails/{id}", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = ProblemDocument)))]
pub async fn remove(
    _admin: Admin,
    State(engine): State<Engine>,
    Path(id): Path<MailId>,
) -> Result<StatusCode, Problem> {
    match engine.store().delete_mail(&id).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::NotFound("mail")),
    }
}

/// Send a mail at once, and tell how it went.
#[utoipa::path(post, path = "/v1/settings/mail/test", request_body = TestMail,
    responses((status = 200, body = TestedView), (status = 403, body = ProblemDocument), (status = 422, body = ProblemDocument)))]
pub async fn test(
    _admin: Admin,
    State(engine): State<Engine>,
    Body(mail): Body<TestMail>,
) -> Result<Json<TestedView>, Problem> {
    let to = parse_email(&mail.to).ok_or_else(|| Problem::Invalid(format!("`{}` is no e-mail address", mail.to)))?;
    let error = engine.test_mail(&to).await.err().map(|error| error.to_string());
    Ok(Json(TestedView { sent: error.is_none(), error }))
}

fn view(mail: Mail) -> MailView {
    MailView {
        id: mail.id.0,
        kind: mail.kind,
        to: mail.to,
        subject: mail.subject,
        state: mail.state.as_str().to_owned(),
        attempts: mail.attempts,
        conversation_id: mail.conversation_id.map(|id| id.0),
        created_at: mail.created_at,
        next_try_at: (mail.state == MailState::Waiting).then_some(mail.next_at),
        sent_at: mail.sent_at,
        error: mail.error,
    }
}
