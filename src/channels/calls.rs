//! Calls to a vendor's HTTP API in JSON, with a bearer token; and what follows when one
//! fails, whoever the vendor is. It must not know what a vendor's errors mean.

use std::time::Duration;

use axum::body::Bytes;
use reqwest::{RequestBuilder, Response, Url};
use serde_json::Value;

use super::channel::{ChannelError, SendError};
use crate::base::outbound::{Outbound, ReadError, read_within};

/// A file takes longer than words.
pub const FILE: Duration = Duration::from_secs(50);

/// An API at its address.
#[derive(Clone)]
pub struct Api {
    pub outbound: Outbound,
    /// Without a slash at the end.
    pub base: String,
    pub token: String,
    /// What a refusal means: of the status and the body.
    pub judge: fn(u16, &Value) -> (Consequence, String),
}

/// A call that failed, in words for the console.
#[derive(Debug)]
pub struct Failure {
    pub consequence: Consequence,
    pub reason: String,
    /// How long the vendor asks to wait.
    pub after: Option<Duration>,
    /// What the vendor answered.
    pub body: Value,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consequence {
    /// It may work later.
    Later,
    /// The credentials work no more.
    Revoked,
    /// The reply window is closed.
    Closed,
    /// This never works.
    Refused,
}

impl Failure {
    /// No answer, or one that makes no sense to us.
    pub fn later(reason: impl Into<String>) -> Self {
        Self { consequence: Consequence::Later, reason: reason.into(), after: None, body: Value::Null }
    }

    pub fn refused(reason: impl Into<String>) -> Self {
        Self { consequence: Consequence::Refused, ..Self::later(reason) }
    }

    pub fn unreachable(error: reqwest::Error) -> Self {
        Self::later(if error.is_timeout() {
            "the vendor did not answer in time"
        } else {
            "the vendor cannot be reached"
        })
    }
}

impl Api {
    pub async fn get(&self, path: &str) -> Result<Value, Failure> {
        self.call(self.outbound.client().get(self.url(path)?)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        self.call(self.outbound.client().post(self.url(path)?).json(body)).await
    }

    pub async fn upload(&self, path: &str, form: reqwest::multipart::Form) -> Result<Value, Failure> {
        self.call(self.outbound.client().post(self.url(path)?).multipart(form).timeout(FILE)).await
    }

    /// The bytes at an address that the vendor named; `None` if they are more than `most`.
    pub async fn fetch(&self, address: &str, most: usize) -> Result<Option<Bytes>, Failure> {
        let url = self.outbound.check(address).map_err(|error| Failure::later(error.to_string()))?;
        let response = self.send(self.outbound.client().get(url).timeout(FILE)).await?;
        match read_within(response, most).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(ReadError::TooLarge(_)) => Ok(None),
            Err(ReadError::Broken(error)) => Err(Failure::unreachable(error)),
        }
    }

    pub fn url(&self, path: &str) -> Result<Url, Failure> {
        self.outbound.check(&format!("{}/{path}", self.base)).map_err(|error| Failure::later(error.to_string()))
    }

    async fn call(&self, request: RequestBuilder) -> Result<Value, Failure> {
        self.send(request).await?.json().await.map_err(Failure::unreachable)
    }

    /// What is answered to a request of the vendor's own kind.
    pub async fn send(&self, request: RequestBuilder) -> Result<Response, Failure> {
        let response = request.bearer_auth(&self.token).send().await.map_err(Failure::unreachable)?;
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status().as_u16();
        let after = response.headers().get("retry-after").and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let body: Value = response.json().await.unwrap_or_default();
        let (consequence, reason) = (self.judge)(status, &body);
        Err(Failure { consequence, reason, after: after.map(Duration::from_secs), body })
    }
}

impl From<Failure> for SendError {
    fn from(Failure { consequence, reason, after, .. }: Failure) -> Self {
        match consequence {
            Consequence::Later => SendError::Later { reason, after },
            Consequence::Revoked => SendError::Revoked(reason),
            Consequence::Closed => SendError::WindowClosed(reason),
            Consequence::Refused => SendError::Refused(reason),
        }
    }
}

impl From<Failure> for ChannelError {
    fn from(Failure { consequence, reason, .. }: Failure) -> Self {
        match consequence {
            Consequence::Later => ChannelError::Later(reason),
            Consequence::Revoked => ChannelError::Revoked(reason),
            Consequence::Closed | Consequence::Refused => ChannelError::Never(reason),
        }
    }
}
