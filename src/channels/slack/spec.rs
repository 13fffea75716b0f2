//! What an inbox at Slack needs, and whether what was entered works.

use serde_json::json;

use super::{CAPABILITIES, Slack, connect};
use crate::channels::channel::Kind;
use crate::domain::channel::{ChannelSpec, CredentialField as Field, Tested};

pub const KIND: Kind = Kind { spec: &SPEC, capabilities: &CAPABILITIES, connect };

const PAGE: &str = "The app's page OAuth & Permissions, after it was installed.";
const BASIC: &str = "The app's page Basic Information; not needed with Socket Mode.";
const SOCKET: &str = "Only for Socket Mode, where Slack cannot reach this server: page Basic Information, App-Level Tokens, \
                      scope connections:write.";
const STAFF: &str = "The id of a channel where colleagues are told of those who wait, and can answer them.";

static SPEC: ChannelSpec = ChannelSpec {
    kind: "slack",
    name: "Slack",
    summary: "Customers write in direct messages, channels and Slack Connect; colleagues can work from a channel.",
    guide: "docs/channels/slack.md",
    fields: &[
        Field::secret("bot_token", "Bot token", PAGE, "xoxb-…"),
        Field::secret("signing_secret", "Signing secret", BASIC, "8f742231b10e…").or_empty(),
        Field::secret("app_token", "App-level token", SOCKET, "xapp-…").or_empty(),
        Field::optional("staff_channel", "Staff channel", STAFF, "C0123456789"),
        Field::optional(
            "api_base",
            "Address of the Web API",
            "Only for a proxy before Slack.",
            "https://slack.com/api",
        ),
    ],
    webhook: true,
};

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
        Err(error) => {
            return Tested { works: false, findings: vec![format!("The bot token does not work: {}.", error.reason)] };
        }
    };
    let name = |field: &str| who[field].as_str().unwrap_or("?").to_owned();
    let mut findings = vec![format!("Slack knows us as {} in the workspace {}.", name("user"), name("team"))];
    let has = |wanted: &str| scopes.split(',').any(|scope| scope.trim() == wanted);
    let mut works = has("chat:write");
    for (scope, without) in SCOPES.iter().filter(|(scope, _)| !has(scope)) {
        findings.push(format!("The scope {scope} is missing: {without}. Add it and install the app again."));
    }
    if let Some(token) = &slack.app_token {
        let opened = slack.api.with(token).post("apps.connections.open", &json!({})).await;
        works &= opened.is_ok();
        findings.push(match opened {
            Ok(_) => "Socket Mode works: no public address is needed.".to_owned(),
            Err(error) => format!("Socket Mode does not work: {}.", error.reason),
        });
    }
    if let Some(channel) = &slack.staff_channel {
        let info = slack.api.get("conversations.info", &[("channel", channel)]).await;
        let is_member = info.as_ref().is_ok_and(|info| info["channel"]["is_member"] == true);
        works &= is_member;
        findings.push(match info {
            Ok(info) if is_member => {
                format!(
                    "Those who wait for a person are told in #{}.",
                    info["channel"]["name"].as_str().unwrap_or(channel)
                )
            }
            Ok(_) => "The app is not in the staff channel: write /invite and the app's name there.".to_owned(),
            Err(error) => format!("The staff channel cannot be looked at: {}.", error.reason),
        });
    }
    Tested { works, findings }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn the_guides_manifest_asks_for_what_the_test_looks_for() {
        let guide = include_str!("../../../docs/channels/slack.md");
        let manifest = guide.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        let manifest: Value = serde_norway::from_str(manifest).unwrap();
        let listed = |path: &str| -> Vec<&str> {
            manifest.pointer(path).unwrap().as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect()
        };
        let scopes = listed("/oauth_config/scopes/bot");
        for (scope, _) in SCOPES {
            assert!(scopes.contains(&scope), "{scope}");
        }
        // Slack refuses a manifest with an event whose scope is not in it.
        let needs = [
            ("app_mention", "app_mentions:read"),
            ("message.im", "im:history"),
            ("message.mpim", "mpim:history"),
            ("message.channels", "channels:history"),
            ("message.groups", "groups:history"),
        ];
        let events = listed("/settings/event_subscriptions/bot_events");
        for (event, scope) in needs {
            assert!(events.contains(&event) && scopes.contains(&scope), "{event} needs {scope}");
        }
        let commands = manifest.pointer("/features/slash_commands").unwrap().as_array().unwrap();
        assert_eq!(
            commands.iter().map(|one| one["command"].as_str().unwrap()).collect::<Vec<_>>(),
            ["/resolve", "/handback"]
        );
    }
}
