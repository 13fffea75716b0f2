//! Slack's Web API: its calls, its files, and what its errors mean, in words for the owner.

use axum::body::Bytes;
use reqwest::{RequestBuilder, Url};
use serde_json::{Value, json};

use crate::base::outbound::Outbound;
use crate::channels::calls::{self, Consequence, FILE, Failure};

#[derive(Clone)]
pub struct Api(calls::Api);

impl Api {
    /// `base` has no slash at the end.
    pub fn new(outbound: Outbound, base: String, token: String) -> Self {
        Self(calls::Api { outbound, base, token, judge })
    }

    /// The same, with another token.
    pub fn with(&self, token: &str) -> Self {
        Self(calls::Api { token: token.to_owned(), ..self.0.clone() })
    }

    pub fn outbound(&self) -> &Outbound {
        &self.0.outbound
    }

    /// A method that writes.
    pub async fn post(&self, method: &str, body: &Value) -> Result<Value, Failure> {
        Ok(self.call(self.0.outbound.client().post(self.0.url(method)?).json(body)).await?.0)
    }

    /// A method that reads; those take no JSON.
    pub async fn get(&self, method: &str, query: &[(&str, &str)]) -> Result<Value, Failure> {
        let mut url = self.0.url(method)?;
        url.query_pairs_mut().extend_pairs(query);
        Ok(self.call(self.0.outbound.client().get(url)).await?.0)
    }

    /// Who we are, and the scopes that we have, separated by commas.
    pub async fn who(&self) -> Result<(Value, String), Failure> {
        self.call(self.0.outbound.client().post(self.0.url("auth.test")?)).await
    }

    async fn call(&self, request: RequestBuilder) -> Result<(Value, String), Failure> {
        let response = self.0.send(request).await?;
        let scopes = response.headers().get("x-oauth-scopes").and_then(|scopes| scopes.to_str().ok());
        let scopes = scopes.unwrap_or_default().to_owned();
        let answer: Value = response.json().await.map_err(Failure::unreachable)?;
        if answer["ok"] == true {
            return Ok((answer, scopes));
        }
        let (consequence, reason) = meaning(&answer);
        Err(Failure { consequence, reason, after: None, body: answer })
    }

    /// Posts to an address that Slack gave for one answer.
    pub async fn respond(&self, address: &str, body: &Value) -> Result<(), Failure> {
        let url = self.0.outbound.check(address).map_err(|error| Failure::refused(error.to_string()))?;
        let sent = self.0.outbound.client().post(url).json(body).send().await;
        sent.map(drop).map_err(Failure::unreachable)
    }

    /// Puts a file into a channel; Slack takes it in three steps.
    pub async fn upload(&self, place: &Value, name: &str, bytes: Vec<u8>) -> Result<(), Failure> {
        let length = bytes.len().to_string();
        let ticket = self.get("files.getUploadURLExternal", &[("filename", name), ("length", &length)]).await?;
        let url = self.slacks(ticket["upload_url"].as_str().unwrap_or_default())?;
        self.0.send(self.0.outbound.client().post(url).timeout(FILE).body(bytes)).await?;
        let mut done = json!({"files": [{"id": ticket["file_id"], "title": name}], "channel_id": place["channel"]});
        if let Some(thread) = place["thread_ts"].as_str() {
            done["thread_ts"] = json!(thread);
        }
        self.post("files.completeUploadExternal", &done).await.map(drop)
    }

    /// A file's bytes, at most so many.
    pub async fn download(&self, address: &str, most: usize) -> Result<Bytes, Failure> {
        self.slacks(address)?;
        let bytes = self.0.fetch(address, most).await?;
        bytes.ok_or_else(|| Failure::refused(format!("above the limit of {most} bytes; it was not kept")))
    }

    /// An address of Slack's own: the token goes nowhere else.
    fn slacks(&self, address: &str) -> Result<Url, Failure> {
        let refused = |words: &str| Failure::refused(words);
        let url = self.0.outbound.check(address).map_err(|error| refused(&error.to_string()))?;
        let host = url.host_str().unwrap_or_default();
        let is_bases = Url::parse(&self.0.base).is_ok_and(|base| base.origin() == url.origin());
        let is_slacks = url.scheme() == "https" && (host.ends_with(".slack.com") || host.ends_with(".slack-gov.com"));
        if is_bases || is_slacks { Ok(url) } else { Err(refused("it lies outside Slack")) }
    }
}

/// What a status means that says no more. Slack's own errors come with 200.
fn judge(status: u16, _: &Value) -> (Consequence, String) {
    match status {
        429 => (Consequence::Later, "Slack takes no more for a while (429)".to_owned()),
        // Without the right to read a file, Slack leads to its front page.
        300..400 => (Consequence::Refused, "Slack did not hand it over: the app needs the scope files:read".to_owned()),
        404 | 410 => (Consequence::Refused, format!("Slack does not have it ({status})")),
        _ => (Consequence::Later, format!("Slack is out of order ({status})")),
    }
}

/// What an error code means, and what to do.
fn meaning(answer: &Value) -> (Consequence, String) {
    let code = answer["error"].as_str().unwrap_or("no reason");
    let (consequence, words) = match code {
        "ratelimited"
        | "rate_limited"
        | "message_limit_exceeded"
        | "internal_error"
        | "fatal_error"
        | "service_unavailable"
        | "request_timeout"
        | "team_added_to_org" => (Consequence::Later, "Slack is busy or out of order"),
        "invalid_auth" | "not_authed" | "token_expired" | "token_revoked" | "org_login_required" => (
            Consequence::Revoked,
            "Slack does not know this token any more: copy it anew from the app's page OAuth & Permissions, and enter it in \
             the inbox",
        ),
        "account_inactive" => (
            Consequence::Revoked,
            "the app was removed from the workspace: install it again, and enter its new token in the inbox",
        ),
        "missing_scope" => {
            let scope = answer["needed"].as_str().unwrap_or("that it needs");
            let words = format!(
                "the app lacks the scope {scope} ({code}): add it on the page OAuth & Permissions, and install the app again"
            );
            return (Consequence::Refused, words);
        }
        "channel_not_found" => {
            (Consequence::Refused, "Slack does not find the channel: it is gone, or private and the app is not in it")
        }
        "is_archived" => (Consequence::Refused, "the channel is archived"),
        "not_in_channel" => (Consequence::Refused, "the app is not in the channel: invite it there with /invite"),
        "cannot_dm_bot" | "user_not_found" | "user_disabled" => {
            (Consequence::Refused, "Slack does not deliver to this person any more")
        }
        "messages_tab_disabled" => {
            (Consequence::Refused, "the app takes no direct messages: switch on the Messages Tab on its page App Home")
        }
        code if code.starts_with("restricted_action") => {
            (Consequence::Refused, "the workspace's rules forbid the app to write here")
        }
        _ => (Consequence::Refused, "Slack refuses it"),
    };
    (consequence, format!("{words} ({code})"))
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
        let (consequence, reason) = meaning(&json!({"ok": false, "error": code}));
        let error = SendError::from(Failure { consequence, reason, after: None, body: Value::Null });
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
        let api = Api::new(Outbound::new(&[]), "https://proxy.example/api".into(), String::new());
        assert_eq!(api.slacks(address).is_ok(), goes);
    }
}
