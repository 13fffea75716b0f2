//! Calls to a vendor's HTTP interface: what goes wrong on the way is the same for all, and
//! is told in the same words. What a vendor's own error codes mean, its channel says.

use std::time::Duration;

use axum::body::Bytes;
use reqwest::{RequestBuilder, Response, StatusCode, header};

use super::channel::{ChannelError, SendError};
use crate::base::outbound::{ReadError, read_within};

/// A vendor that asks for a pause and does not say how long.
const PAUSE: u64 = 30;

/// Why a call did not do what it should.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// Busy, broken, out of reach; not again before `after`.
    #[error("{reason}")]
    Later { reason: String, after: Option<Duration> },
    /// The credentials work no more, or give no right to this.
    #[error("{0}")]
    Revoked(String),
    /// It will never do this. The code is the vendor's own, where there is one.
    #[error("{words}")]
    Refused { code: String, words: String },
}

impl CallError {
    pub fn later(reason: impl Into<String>) -> Self {
        CallError::Later { reason: reason.into(), after: None }
    }

    pub fn refused(words: impl Into<String>) -> Self {
        CallError::Refused { code: String::new(), words: words.into() }
    }
}

/// The vendor's answer, unless it is busy or broken: then it is tried again.
pub async fn taken(vendor: &str, request: RequestBuilder) -> Result<Response, CallError> {
    let response = request.send().await.map_err(|error| unreachable(vendor, error))?;
    let status = response.status();
    if status == StatusCode::TOO_MANY_REQUESTS {
        let asked = response.headers().get(header::RETRY_AFTER).and_then(|after| after.to_str().ok()?.parse().ok());
        let reason = format!("{vendor} takes no more for a while ({status})");
        return Err(CallError::Later { reason, after: Some(Duration::from_secs(asked.unwrap_or(PAUSE))) });
    }
    if status.is_server_error() {
        return Err(CallError::later(format!("{vendor} is out of order ({status})")));
    }
    Ok(response)
}

/// A response's JSON.
pub async fn json(vendor: &str, response: Response) -> Result<serde_json::Value, CallError> {
    let status = response.status();
    response.json().await.map_err(|error| match error.is_decode() {
        true => CallError::later(format!("{vendor} answered {status} with no JSON")),
        false => unreachable(vendor, error),
    })
}

/// A file's bytes, at most so many.
pub async fn bytes(vendor: &str, response: Response, most: usize) -> Result<Bytes, CallError> {
    read_within(response, most).await.map_err(|error| match error {
        ReadError::TooLarge(most) => CallError::refused(format!("above the limit of {most} bytes; it was not kept")),
        ReadError::Broken(error) => unreachable(vendor, error),
    })
}

fn unreachable(vendor: &str, error: reqwest::Error) -> CallError {
    if error.is_timeout() {
        return CallError::later(format!("{vendor} did not answer in time"));
    }
    // The reason stands at the end of the chain; the address may hold a secret.
    let error = error.without_url();
    let mut cause: &dyn std::error::Error = &error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    CallError::later(format!("{vendor} cannot be reached: {cause}"))
}

impl From<CallError> for SendError {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Later { reason, after } => SendError::Later { reason, after },
            CallError::Revoked(words) => SendError::Revoked(words),
            CallError::Refused { words, .. } => SendError::Refused(words),
        }
    }
}

impl From<CallError> for ChannelError {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Later { reason, .. } => ChannelError::Later(reason),
            CallError::Revoked(words) => ChannelError::Revoked(words),
            CallError::Refused { words, .. } => ChannelError::Never(words),
        }
    }
}
