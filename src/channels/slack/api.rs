//! Slack's Web API: calls, files, and what its errors mean for us, in words for the owner.

use std::time::Duration;

use axum::body::Bytes;
use reqwest::{RequestBuilder, Url, header};
use serde_json::{Value, json};

use crate::base::outbound::Outbound;
use crate::channels::calls::{self, CallError};

/// A large file takes longer than a call.
const FILE_PATIENCE: Duration = Duration::from_secs(55);
const SLACK: &str = "Slack";

#[derive(Clone)]
pub struct Api {
    pub outbound: Outbound,
    /// Without a slash at the end.
    pub base: String,
    pub token: String,
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

    /// Who we are, and the scopes that we have, separated by commas.
    pub async fn who(&self) -> Result<(Value, String), CallError> {
        let url = self.url(&format!("{}/auth.test", self.base))?;
        answered(self.outbound.client().post(url).bearer_auth(&self.token)).await
    }

    /// Posts to an address that Slack gave for one answer.
    pub async fn respond(&self, address: &str, body: &Value) -> Result<(), CallError> {
        calls::taken(SLACK, self.outbound.client().post(self.url(address)?).json(body)).await.map(drop)
    }

    /// Puts a file into a channel; Slack takes it in three steps.
    pub async fn upload(&self, place: &Value, name: &str, bytes: Vec<u8>) -> Result<(), CallError> {
        let length = bytes.len().to_string();
        let ticket = self.get("files.getUploadURLExternal", &[("filename", name), ("length", &length)]).await?;
        let url = self.url(ticket["upload_url"].as_str().unwrap_or_default())?;
        let request = self.outbound.client().post(url).timeout(FILE_PATIENCE);
        calls::taken(SLACK, request.header(header::CONTENT_TYPE, "application/octet-stream").body(bytes)).await?;
        let mut done = json!({"files": [{"id": ticket["file_id"], "title": name}], "channel_id": place["channel"]});
        if let Some(thread) = place["thread_ts"].as_str() {
            done["thread_ts"] = json!(thread);
        }
        self.post("files.completeUploadExternal", &done).await.map(drop)
    }

    /// A file's bytes, at most so many; the token goes to nobody but Slack.
    pub async fn download(&self, address: &str, most: usize) -> Result<Bytes, CallError> {
        let url = self.url(address)?;
        if !self.is_slacks(&url) {
            return Err(CallError::refused("it lies outside Slack"));
        }
        let request = self.outbound.client().get(url).bearer_auth(&self.token).timeout(FILE_PATIENCE);
        let response = calls::taken(SLACK, request).await?;
        let kind = response.headers().get(header::CONTENT_TYPE).map(|kind| kind.as_bytes()).unwrap_or_default();
        // Without the right to read, Slack shows the way to its front page.
        if !response.status().is_success() || kind.starts_with(b"text/html") {
            return Err(CallError::refused("Slack did not hand it over: the app needs the scope files:read"));
        }
        calls::bytes(SLACK, response, most).await
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

/// What a method answered, and the scopes of our token.
async fn answered(request: RequestBuilder) -> Result<(Value, String), CallError> {
    let response = calls::taken(SLACK, request).await?;
    let scopes = response.headers().get("x-oauth-scopes").and_then(|scopes| scopes.to_str().ok());
    let scopes = scopes.unwrap_or_default().to_owned();
    let answer = calls::json(SLACK, response).await?;
    if answer["ok"] == true { Ok((answer, scopes)) } else { Err(meaning(&answer)) }
}

/// What an error code means, and what to do.
fn meaning(answer: &Value) -> CallError {
    let code = answer["error"].as_str().unwrap_or("no reason");
    let words = match code {
        "ratelimited"
        | "rate_limited"
        | "message_limit_exceeded"
        | "internal_error"
        | "fatal_error"
        | "service_unavailable"
        | "request_timeout"
        | "team_added_to_org" => {
            return CallError::later(format!("Slack is busy or out of order ({code})"));
        }
        "invalid_auth" | "not_authed" | "token_expired" | "token_revoked" | "org_login_required" => {
            return CallError::Revoked(format!(
                "Slack does not know this token any more ({code}): copy it anew from the app's page OAuth & Permissions, \
                 and enter it in the inbox"
            ));
        }
        "account_inactive" => {
            return CallError::Revoked(format!(
                "the app was removed from the workspace ({code}): install it again, and enter its new token in the inbox"
            ));
        }
        "missing_scope" => {
            let scope = answer["needed"].as_str().unwrap_or("that it needs");
            let words = format!(
                "the app lacks the scope {scope} ({code}): add it on the page OAuth & Permissions, and install the app again"
            );
            return CallError::Refused { code: code.to_owned(), words };
        }
        "channel_not_found" => "Slack does not find the channel: it is gone, or private and the app is not in it",
        "is_archived" => "the channel is archived",
        "not_in_channel" => "the app is not in the channel: invite it there with /invite",
        "cannot_dm_bot" | "user_not_found" | "user_disabled" => "Slack does not deliver to this person any more",
        "messages_tab_disabled" => "the app takes no direct messages: switch on the Messages Tab on its page App Home",
        code if code.starts_with("restricted_action") => "the workspace's rules forbid the app to write here",
        _ => "Slack refuses it",
    };
    CallError::Refused { code: code.to_owned(), words: format!("{words} ({code})") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channels::channel::SendError;
    use rstest::rstest;

    #[rstest]
    #[case("ratelimited", "later")]
    #[case("internal_error", "later")]
    #[case("token_revoked", "revoked")]
    #[case("account_inactive", "revoked")]
    #[case("missing_scope", "refused")]
    #[case("is_archived", "refused")]
    #[case("restricted_action_read_only_channel", "refused")]
    #[case("something_new", "refused")]
    fn an_error_code_says_whether_to_try_again(#[case] code: &str, #[case] meant: &str) {
        let error = SendError::from(meaning(&json!({"ok": false, "error": code})));
        assert!(error.to_string().contains(code), "the owner can look it up: {error}");
        let found = match error {
            SendError::Later { .. } => "later",
            SendError::Revoked(_) => "revoked",
            SendError::Refused(_) => "refused",
            SendError::WindowClosed(_) => "closed",
        };
        assert_eq!(found, meant);
    }

    #[rstest]
    #[case("https://files.slack.com/files-pri/T1-F1/a.png", true)]
    #[case("https://proxy.example/files-pri/a.png", true)]
    #[case("http://files.slack.com/a.png", false)]
    #[case("https://files.slack.com.evil.example/a.png", false)]
    #[case("https://evilslack.com/a.png", false)]
    #[case("https://docs.example/a.png", false)]
    fn the_token_goes_to_nobody_but_slack(#[case] address: &str, #[case] goes: bool) {
        let api = Api { outbound: Outbound::new(&[]), base: "https://proxy.example/api".into(), token: String::new() };
        assert_eq!(api.is_slacks(&Url::parse(address).unwrap()), goes);
    }
}
