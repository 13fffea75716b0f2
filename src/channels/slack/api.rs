//! Slack's Web API: calls, files, and what its errors mean for us, in words for the owner.

use std::time::Duration;

use axum::body::Bytes;
use reqwest::{RequestBuilder, Response, StatusCode, Url, header};
use serde_json::{Value, json};

use crate::base::outbound::Outbound;
use crate::channels::channel::{ChannelError, SendError};

/// A large file takes longer than a call.
const FILE_PATIENCE: Duration = Duration::from_secs(55);

#[derive(Clone)]
pub struct Api {
    pub outbound: Outbound,
    /// Without a slash at the end.
    pub base: String,
    pub token: String,
}

#[derive(Debug, thiserror::Error)]
pub enum CallError {
    #[error("{reason}")]
    Later { reason: String, after: Option<Duration> },
    /// The token works no more.
    #[error("{0}")]
    Revoked(String),
    #[error("{words}")]
    Refused { code: String, words: String },
}

impl Api {
    /// The same, with another token.
    pub fn with(&self, token: &str) -> Self {
        Self { token: token.to_owned(), ..self.clone() }
    }

    /// A method that writes.
    pub async fn post(&self, method: &str, body: &Value) -> Result<Value, CallError> {
        let url = self.url(&format!("{}/{method}", self.base))?;
        Ok(answered(self.outbound.client().post(url).bearer_auth(&self.token).json(body)).await?.0)
    }

    /// A method that reads; those take no JSON.
    pub async fn get(&self, method: &str, query: &[(&str, &str)]) -> Result<Value, CallError> {
        let mut url = self.url(&format!("{}/{method}", self.base))?;
        url.query_pairs_mut().extend_pairs(query);
        Ok(answered(self.outbound.client().get(url).bearer_auth(&self.token)).await?.0)
    }

    /// Who we are, and what we may do.
    pub async fn who(&self) -> Result<(Value, Vec<String>), CallError> {
        let url = self.url(&format!("{}/auth.test", self.base))?;
        let (who, scopes) = answered(self.outbound.client().post(url).bearer_auth(&self.token)).await?;
        Ok((who, scopes.split(',').map(|scope| scope.trim().to_owned()).collect()))
    }

    /// Puts a file into a channel; Slack takes it in three steps.
    pub async fn upload(&self, place: &Value, (name, caption): (&str, &str), bytes: Vec<u8>) -> Result<(), CallError> {
        let length = bytes.len().to_string();
        let ticket = self.get("files.getUploadURLExternal", &[("filename", name), ("length", &length)]).await?;
        let url = self.url(ticket["upload_url"].as_str().unwrap_or_default())?;
        let request = self.outbound.client().post(url).timeout(FILE_PATIENCE);
        taken(request.header(header::CONTENT_TYPE, "application/octet-stream").body(bytes)).await?;
        let mut done = json!({"files": [{"id": ticket["file_id"], "title": name}], "channel_id": place["channel"]});
        if let Some(thread) = place["thread_ts"].as_str() {
            done["thread_ts"] = json!(thread);
        }
        if !caption.is_empty() {
            done["initial_comment"] = json!(caption);
        }
        self.post("files.completeUploadExternal", &done).await.map(drop)
    }

    /// A file's bytes, at most so many; the token goes to nobody but Slack.
    pub async fn download(&self, address: &str, most: usize) -> Result<Bytes, CallError> {
        let refused = |words: &str| CallError::Refused { code: "file".to_owned(), words: words.to_owned() };
        let url = self.url(address)?;
        if !self.is_slacks(&url) {
            return Err(refused("it lies outside Slack"));
        }
        let request = self.outbound.client().get(url).bearer_auth(&self.token).timeout(FILE_PATIENCE);
        let mut response = taken(request).await?;
        let is_page =
            response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
        if response.status().is_redirection() || is_page {
            return Err(refused("Slack did not hand it over: the app needs the scope files:read"));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
            if bytes.len() + chunk.len() > most {
                return Err(refused(&format!("it is above the limit of {most} bytes")));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes.into())
    }

    fn is_slacks(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default();
        let is_bases = Url::parse(&self.base).is_ok_and(|base| base.origin() == url.origin());
        is_bases || (url.scheme() == "https" && (host.ends_with(".slack.com") || host.ends_with(".slack-gov.com")))
    }

    fn url(&self, address: &str) -> Result<Url, CallError> {
        self.outbound.check(address).map_err(|error| CallError::Revoked(error.to_string()))
    }
}

/// Posts to an address that Slack gave for one answer.
pub async fn respond(outbound: &Outbound, address: &str, body: &Value) -> Result<(), CallError> {
    let url = outbound.check(address).map_err(|error| CallError::Revoked(error.to_string()))?;
    taken(outbound.client().post(url).json(body)).await.map(drop)
}

/// What a method answered, and the scopes of our token.
async fn answered(request: RequestBuilder) -> Result<(Value, String), CallError> {
    let response = taken(request).await?;
    let scopes = response.headers().get("x-oauth-scopes").and_then(|scopes| scopes.to_str().ok());
    let scopes = scopes.unwrap_or_default().to_owned();
    let status = response.status();
    let value: Value = match response.json().await {
        Ok(value) => value,
        Err(error) if error.is_decode() => return Err(later(format!("Slack answered {status} with no JSON"))),
        Err(error) => return Err(unreachable(error)),
    };
    match value["ok"] == true {
        true => Ok((value, scopes)),
        false => Err(meaning(&value)),
    }
}

/// A response, unless it says that Slack is busy or broken.
async fn taken(request: RequestBuilder) -> Result<Response, CallError> {
    let response = request.send().await.map_err(unreachable)?;
    let status = response.status();
    if status == StatusCode::TOO_MANY_REQUESTS {
        let seconds = response.headers().get(header::RETRY_AFTER).and_then(|after| after.to_str().ok()?.parse().ok());
        let reason = "Slack takes no more messages for a while (429)".to_owned();
        return Err(CallError::Later { reason, after: Some(Duration::from_secs(seconds.unwrap_or(30))) });
    }
    if status.is_server_error() {
        return Err(later(format!("Slack is out of order ({status})")));
    }
    Ok(response)
}

fn later(reason: String) -> CallError {
    CallError::Later { reason, after: None }
}

fn unreachable(error: reqwest::Error) -> CallError {
    if error.is_timeout() {
        return later("Slack did not answer in time".to_owned());
    }
    // The reason stands at the end of the chain; the address may hold a secret.
    let error = error.without_url();
    let mut cause: &dyn std::error::Error = &error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    later(format!("Slack cannot be reached: {cause}"))
}

/// What an error code means, and what to do.
fn meaning(answer: &Value) -> CallError {
    let code = answer["error"].as_str().unwrap_or("no reason");
    let renew = "copy the token from the app's page \u{201c}OAuth & Permissions\u{201d} and enter it in the inbox";
    let words = match code {
        "ratelimited"
        | "rate_limited"
        | "message_limit_exceeded"
        | "internal_error"
        | "fatal_error"
        | "service_unavailable"
        | "request_timeout"
        | "team_added_to_org" => {
            return later(format!("Slack is busy or out of order ({code})"));
        }
        "invalid_auth" | "not_authed" | "token_expired" | "token_revoked" | "org_login_required" => {
            return CallError::Revoked(format!("Slack does not know this token any more ({code}): {renew}"));
        }
        "account_inactive" => {
            return CallError::Revoked(format!(
                "the app was removed from the workspace ({code}): install it there again, then {renew}"
            ));
        }
        "missing_scope" => format!(
            "the app may not do this (missing_scope): add the scope {} on its page \u{201c}OAuth & Permissions\u{201d} and install \
             it again",
            answer["needed"].as_str().unwrap_or("that it names")
        ),
        "channel_not_found" => {
            "Slack does not find the channel (channel_not_found): it is gone, or private and the app \
                                is not in it"
                .to_owned()
        }
        "is_archived" => "the Slack channel is archived (is_archived)".to_owned(),
        "not_in_channel" => "the app is not in the channel (not_in_channel): invite it there with /invite".to_owned(),
        "cannot_dm_bot" | "user_not_found" | "user_disabled" | "users_not_found" => {
            format!("Slack does not deliver to this person any more ({code})")
        }
        "messages_tab_disabled" => {
            "the app takes no direct messages (messages_tab_disabled): switch on \u{201c}Messages Tab\u{201d} \
                                    on its page \u{201c}App Home\u{201d}"
                .to_owned()
        }
        "restricted_action"
        | "restricted_action_thread_only_channel"
        | "restricted_action_read_only_channel"
        | "restricted_action_non_threadable_channel" => {
            format!("the workspace's rules forbid the app to write in this channel ({code})")
        }
        _ => format!("Slack refuses it ({code})"),
    };
    CallError::Refused { code: code.to_owned(), words }
}

impl From<CallError> for SendError {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Later { reason, after } => SendError::Later { reason, after },
            CallError::Revoked(words) => SendError::Revoked(words),
            // Nothing else would go out either, until the owner has given the right.
            CallError::Refused { code, words } if code == "missing_scope" => SendError::Revoked(words),
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
