//! Errors as problem documents (RFC 9457); the one place that maps them to statuses.

use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::engine::HandoffError;
use crate::store::StoreError;

/// The largest body that the agents' API reads.
pub const LARGEST_BODY: usize = 256 * 1024;

/// The body of an error.
#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct ProblemDocument {
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    /// What to do about it.
    pub detail: String,
}

#[derive(Debug, thiserror::Error)]
pub enum Problem {
    #[error("send `Authorization: Bearer TOKEN`; `rapport token create --role agent` makes one")]
    Unauthorized,
    #[error("this needs the role `{0}`; your token has `{1}`")]
    Forbidden(&'static str, &'static str),
    #[error("there is no such {0}")]
    NotFound(&'static str),
    #[error("{0}")]
    Invalid(String),
    #[error("the body is larger than {LARGEST_BODY} bytes")]
    TooLarge,
    #[error("{0}")]
    Conflict(String),
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
        match error {
            HandoffError::Store(error) => error.into(),
            HandoffError::Missing => Problem::NotFound("conversation"),
            HandoffError::HeldByAnother | HandoffError::NotHeld => Problem::Conflict(error.to_string()),
        }
    }
}

impl Problem {
    fn status(&self) -> StatusCode {
        match self {
            Problem::Unauthorized => StatusCode::UNAUTHORIZED,
            Problem::Forbidden(..) => StatusCode::FORBIDDEN,
            Problem::NotFound(_) => StatusCode::NOT_FOUND,
            Problem::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Problem::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Problem::Conflict(_) => StatusCode::CONFLICT,
            Problem::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Problem::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        if let Problem::Internal(error) = &self {
            tracing::error!(error = format!("{error:#}"), "a request failed");
        }
        let status = self.status();
        let document = ProblemDocument {
            kind: "about:blank".to_owned(),
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            detail: self.to_string(),
        };
        let body = serde_json::to_string(&document).expect("a problem serialises: this is a bug");
        let mut response = (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response();
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, header::HeaderValue::from_static("Bearer"));
        }
        response
    }
}
