//! Errors as problem documents (RFC 9457); the one place that maps them to statuses.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::Entry;
use crate::engine::HandoffError;
use crate::store::{Role, StoreError};

/// The largest body that the agents' API reads.
pub const LARGEST_BODY: usize = 256 * 1024;

/// The body of an error.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct ProblemDocument {
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    /// What to do about it.
    pub detail: String,
    /// Tells cases with the same status apart, where a program may want to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// With `held`: who holds the conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<HolderView>,
    /// With `conflict`: what another agent said meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missed: Option<Vec<Entry>>,
}

/// Who holds a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct HolderView {
    pub id: String,
    pub name: String,
}

#[derive(Debug, thiserror::Error)]
pub enum Problem {
    #[error("sign in, or send `Authorization: Bearer TOKEN`; `rapport token create --role agent` makes one")]
    Unauthorized,
    #[error("the address or the password is wrong")]
    WrongPassword,
    #[error("this needs the role `{}`; yours is `{}`", .needed.as_str(), .yours.as_str())]
    Forbidden { needed: Role, yours: Role },
    #[error("another website sent this request; the console answers to its own pages only")]
    Foreign,
    #[error("there is no such {0}")]
    NotFound(&'static str),
    #[error("{0}")]
    Invalid(String),
    #[error("the body is larger than {LARGEST_BODY} bytes")]
    TooLarge,
    #[error("a file may have {0} bytes")]
    FileTooLarge(usize),
    /// A code and what to do.
    #[error("{1}")]
    Conflict(&'static str, String),
    #[error("{} holds this conversation", .0.name)]
    Held(HolderView),
    #[error("another agent has written meanwhile; read it, and send again with its `seq` as `seen_seq`")]
    Missed(Vec<Entry>),
    #[error("too many tries; wait {} s", .0.as_secs().max(1))]
    Throttled(Duration),
    #[error("too many messages are being read just now; try again in a second")]
    Busy,
    #[error("something went wrong on our side; the log has the details")]
    Internal(#[source] anyhow::Error),
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Problem::Internal(error.into())
    }
}

/// A JSON body; what is wrong with it is a problem document, too.
#[derive(FromRequest)]
#[from_request(via(axum::Json), rejection(Problem))]
pub struct Body<T>(pub T);

/// A body that may be left out, or be empty.
pub struct MaybeBody<T>(pub Option<T>);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for MaybeBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let bytes = Bytes::from_request(request, state).await.map_err(|_| Problem::TooLarge)?;
        if bytes.trim_ascii().is_empty() {
            return Ok(Self(None));
        }
        let body = serde_json::from_slice(&bytes);
        body.map(|body| Self(Some(body)))
            .map_err(|error| Problem::Invalid(format!("the body is no such JSON: {error}")))
    }
}

/// A query string, likewise.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(Problem))]
pub struct Query<T>(pub T);

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            return Problem::TooLarge;
        }
        Problem::Invalid(rejection.body_text())
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Problem::Invalid(rejection.body_text())
    }
}

impl From<HandoffError> for Problem {
    fn from(error: HandoffError) -> Self {
        let detail = error.to_string();
        match error {
            HandoffError::Store(error) => error.into(),
            HandoffError::Missing => Problem::NotFound("conversation"),
            HandoffError::NoSuchAgent => Problem::Invalid(detail),
            HandoffError::HeldByAnother(agent) => Problem::Held(HolderView { id: agent.id.0, name: agent.name }),
            HandoffError::NotHeld => Problem::Conflict("not_held", detail),
            HandoffError::Resolved => Problem::Conflict("resolved", detail),
            HandoffError::Overtaken(entries) => Problem::Missed(entries),
        }
    }
}

impl Problem {
    fn status(&self) -> StatusCode {
        match self {
            Problem::Unauthorized | Problem::WrongPassword => StatusCode::UNAUTHORIZED,
            Problem::Forbidden { .. } | Problem::Foreign => StatusCode::FORBIDDEN,
            Problem::NotFound(_) => StatusCode::NOT_FOUND,
            Problem::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Problem::TooLarge | Problem::FileTooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Problem::Conflict(..) | Problem::Held(_) | Problem::Missed(_) => StatusCode::CONFLICT,
            Problem::Throttled(_) => StatusCode::TOO_MANY_REQUESTS,
            Problem::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Problem::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn code(&self) -> Option<&'static str> {
        match self {
            Problem::Conflict(code, _) => Some(code),
            Problem::Held(_) => Some("held"),
            Problem::Missed(_) => Some("conflict"),
            Problem::Throttled(_) => Some("throttled"),
            Problem::Foreign => Some("foreign"),
            _ => None,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        if let Problem::Internal(error) = &self {
            tracing::error!(error = format!("{error:#}"), "a request failed");
        }
        let status = self.status();
        let mut document = ProblemDocument {
            kind: "about:blank".to_owned(),
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            detail: self.to_string(),
            code: self.code().map(str::to_owned),
            ..ProblemDocument::default()
        };
        let wait = if let Problem::Throttled(wait) = &self { Some(wait.as_secs().max(1)) } else { None };
        match self {
            Problem::Held(holder) => document.holder = Some(holder),
            Problem::Missed(entries) => document.missed = Some(entries),
            _ => {}
        }
        let body = serde_json::to_string(&document).expect("a problem serialises: this is a bug");
        let mut response = (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response();
        let headers = response.headers_mut();
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = wait {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}
