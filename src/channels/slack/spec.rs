//! What an inbox at Slack needs, and whether what was entered works.

use serde_json::json;

use super::{Slack, connect};
use crate::channels::channel::Kind;
use crate::domain::channel::{ChannelSpec, CredentialField, Tested};

pub const KIND: Kind = Kind { spec: &SPEC, connect };

static SPEC: ChannelSpec = ChannelSpec {
    kind: "slack",
    name: "Slack",
    summary: "Customers write in direct messages, channels and Slack Connect; colleagues can work from a channel.",
    guide: "docs/channels/slack.md",
    webhook: true,
    fields: &[
        secret(
            "bot_token",
            "Bot token",
            "Page \u{201c}OAuth & Permissions\u{201d} of the app, after it is installed.",
            "xoxb-…",
            true,
        ),
        secret(
            "signing_secret",
            "Signing secret",
            "Page \u{201c}Basic Information\u{201d}; not needed with Socket Mode.",
            "8f742231b10e…",
            false,
        ),
        secret(
            "app_token",
            "App-level token",
            "Only for Socket Mode, where Slack cannot reach this server: page \u{201c}Basic Information\u{201d}, with the scope \
             connections:write.",
            "xapp-…",
            false,
        ),
        open(
            "staff_channel",
            "Staff channel",
            "The id of a channel where colleagues take those who wait.",
            "C0123456789",
        ),
        open("api_base", "Address of the Web API", "Only where a proxy stands before Slack.", "https://slack.com/api"),
    ],
};

const fn secret(
    name: &'static str,
    label: &'static str,
    help: &'static str,
    example: &'static str,
    required: bool,
) -> CredentialField {
    CredentialField { name, label, help, example, required, secret: true }
}

const fn open(name: &'static str, label: &'static str, help: &'static str, example: &'static str) -> CredentialField {
    CredentialField { name, label, help, example, required: false, secret: false }
}

/// What the app needs, and what does not work without it.
const SCOPES: [(&str, &str); 9] = [
    ("chat:write", "nothing can be answered"),
    ("im:history", "direct messages do not arrive"),
    ("app_mentions:read", "mentions in channels do not arrive"),
    ("channels:history", "threads in public channels do not go on without a mention"),
    ("groups:history", "threads in private channels do not go on without a mention"),
    ("users:read", "customers have no names"),
    ("users:read.email", "customers are not known by their address, and colleagues cannot work from Slack"),
    ("files:read", "files of customers do not arrive"),
    ("files:write", "files do not go to customers"),
];

/// Asks Slack who we are and what we may do.
pub async fn test(slack: &Slack) -> Tested {
    let (who, scopes) = match slack.api.who().await {
        Ok(answer) => answer,
        Err(error) => return Tested { works: false, findings: vec![format!("The bot token does not work: {error}.")] },
    };
    let name = |field: &str| who[field].as_str().unwrap_or("?").to_owned();
    let mut findings = vec![format!("Slack knows us as {} in the workspace {}.", name("user"), name("team"))];
    let has = |scope: &str| scopes.iter().any(|one| one == scope);
    let mut works = has("chat:write");
    for (scope, without) in SCOPES.iter().filter(|(scope, _)| !has(scope)) {
        findings.push(format!("The scope {scope} is missing: {without}. Add it and install the app again."));
    }
    if let Some(token) = &slack.app_token {
        match slack.api.with(token).post("apps.connections.open", &json!({})).await {
            Ok(_) => findings.push("Socket Mode works: no public address is needed.".to_owned()),
            Err(error) => {
                works = false;
                findings.push(format!("Socket Mode does not work: {error}."));
            }
        }
    }
    if let Some(channel) = &slack.staff_channel {
        match slack.api.get("conversations.info", &[("channel", channel)]).await {
            Ok(info) if info["channel"]["is_member"] == true => {
                let name = info["channel"]["name"].as_str().unwrap_or(channel);
                findings.push(format!("Those who wait for a person are told in #{name}."));
            }
            Ok(_) => {
                works = false;
                findings.push("The app is not in the staff channel: write /invite and its name there.".to_owned());
            }
            Err(error) => {
                works = false;
                findings.push(format!("The staff channel cannot be looked at: {error}."));
            }
        }
    }
    Tested { works, findings }
}
