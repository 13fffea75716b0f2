//! What Slack delivers, over HTTP or a socket, taken apart: who said, pressed or commanded
//! what, and where. Pure; it knows nothing of the Web API.
//!
//! The inbox is one workspace's, so a place is a channel and a thread in it; a direct
//! message is one place, however it is threaded.

use reqwest::Url;
use serde::{Deserialize, Serialize};
use serde_json::{Value, from_value, json, to_value};

use crate::channels::channel::parse_pick;
use crate::store::NewEvent;

/// An event as it is kept.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    Said(Said),
    Pressed(Pressed),
    Command(Command),
    /// Slack tells that the app was removed, or its token withdrawn.
    Removed,
}

/// Where a message stands.
#[derive(Debug, Serialize, Deserialize)]
pub struct Spot {
    pub channel: String,
    pub ts: String,
    pub thread_ts: Option<String>,
    /// In the channel where colleagues work.
    #[serde(default)]
    pub staff: bool,
}

/// What somebody wrote; fields as Slack names them.
#[derive(Debug, Serialize, Deserialize)]
pub struct Said {
    #[serde(flatten)]
    pub spot: Spot,
    pub user: String,
    pub team: Option<String>,
    /// Set in channels that are shared with other workspaces.
    pub user_team: Option<String>,
    #[serde(default)]
    pub text: String,
    #[serde(default)]
    pub files: Vec<File>,
    /// Said among others in a thread, and not to us.
    #[serde(default)]
    pub overheard: bool,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub struct File {
    pub id: String,
    pub name: Option<String>,
    pub mimetype: Option<String>,
    pub size: Option<u64>,
    pub url_private: Option<String>,
    /// `check_file_info` where the rest has to be asked for.
    pub file_access: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Pressed {
    /// Of the message with the button.
    #[serde(flatten)]
    pub spot: Spot,
    pub user: String,
    pub team: Option<String>,
    pub action: String,
    pub value: String,
    pub title: String,
    pub at: String,
    /// The message's blocks, so that it can show what was chosen.
    pub blocks: Value,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Command {
    pub command: String,
    #[serde(default)]
    pub text: String,
    pub user_id: String,
    pub trigger_id: String,
    pub response_url: String,
}

impl Spot {
    fn is_direct(&self) -> bool {
        self.channel.starts_with('D')
    }

    /// The place of the conversation: a thread, or a whole direct message.
    pub fn place(&self) -> String {
        match self.is_direct() {
            true => self.channel.clone(),
            false => format!("{}/{}", self.channel, self.thread_ts.as_ref().unwrap_or(&self.ts)),
        }
    }

    /// Where an answer goes: below the message, but in a direct message only if it was
    /// written in a thread.
    pub fn details(&self) -> Value {
        let own = Some(&self.ts).filter(|_| !self.is_direct());
        match self.thread_ts.as_ref().or(own) {
            Some(thread) => json!({"channel": self.channel, "thread_ts": thread}),
            None => json!({"channel": self.channel}),
        }
    }

    /// The message's name.
    pub fn key(&self) -> String {
        format!("{}:{}", self.channel, self.ts)
    }
}

/// The JSON of a delivery: the body itself, or what its form holds.
pub fn parse(body: &[u8]) -> Option<Value> {
    if body.trim_ascii_start().starts_with(b"{") {
        return serde_json::from_slice(body).ok();
    }
    let mut form = Url::parse("form:/").ok()?;
    form.set_query(Some(std::str::from_utf8(body).ok()?));
    let fields: serde_json::Map<_, _> =
        form.query_pairs().map(|(name, value)| (name.into_owned(), Value::String(value.into_owned()))).collect();
    match fields.get("payload").and_then(Value::as_str) {
        Some(payload) => serde_json::from_str(payload).ok(),
        None => (!fields.is_empty()).then_some(Value::Object(fields)),
    }
}

/// What of a delivery means something to us.
pub fn take_apart(delivery: &Value, staff_channel: Option<&str>) -> Vec<NewEvent> {
    let event = match delivery["type"].as_str() {
        Some("event_callback") => match delivery["event"]["type"].as_str() {
            Some("message" | "app_mention") => said(delivery, staff_channel),
            Some("app_uninstalled" | "tokens_revoked") => {
                delivery["event_id"].as_str().map(|id| new(id.to_owned(), "app".to_owned(), &Event::Removed))
            }
            _ => None,
        },
        Some("block_actions") => pressed(delivery, staff_channel),
        None if delivery["command"].is_string() => commanded(delivery),
        _ => None,
    };
    event.into_iter().collect()
}

/// A message that people wrote; ours, other apps', edits and notices are none.
fn said(delivery: &Value, staff_channel: Option<&str>) -> Option<NewEvent> {
    let event = &delivery["event"];
    let is_new = matches!(event["subtype"].as_str(), None | Some("file_share" | "thread_broadcast" | "me_message"));
    if !is_new || !event["bot_id"].is_null() || event["user"] == "USLACKBOT" {
        return None;
    }
    let mut said: Said = from_value(event.clone()).ok()?;
    said.spot.staff = staff_channel == Some(said.spot.channel.as_str());
    let called = said.spot.is_direct() || event["type"] == "app_mention" || ours(delivery).any(|us| said.calls(us));
    // Elsewhere in a channel nobody talks to us; in the staff channel, only threads are ours.
    if said.spot.thread_ts.is_none() && (said.spot.staff || !called) {
        return None;
    }
    said.overheard = !called && !said.spot.staff;
    // `message` and `app_mention` of one message are one. Where it takes the second to know
    // that we were called, the first must not stand in its way; the engine knows the key.
    let key = if said.overheard { format!("{}:overheard", said.spot.key()) } else { said.spot.key() };
    Some(new(key, said.spot.place(), &Event::Said(said)))
}

impl Said {
    /// Whether the text calls somebody: `<@U123>` or `<@U123|name>`.
    fn calls(&self, user: &str) -> bool {
        self.text.contains(&format!("<@{user}>")) || self.text.contains(&format!("<@{user}|"))
    }
}

/// By what Slack calls us, in this delivery.
fn ours(delivery: &Value) -> impl Iterator<Item = &str> {
    delivery["authorizations"].as_array().into_iter().flatten().filter_map(|one| one["user_id"].as_str())
}

fn pressed(delivery: &Value, staff_channel: Option<&str>) -> Option<NewEvent> {
    let text = |paths: [&str; 2]| paths.iter().find_map(|path| Some(delivery.pointer(path)?.as_str()?.to_owned()));
    let channel = text(["/channel/id", "/container/channel_id"])?;
    let spot = Spot {
        ts: text(["/message/ts", "/container/message_ts"])?,
        thread_ts: text(["/message/thread_ts", "/container/thread_ts"]),
        staff: staff_channel == Some(channel.as_str()),
        channel,
    };
    let pressed = Pressed {
        user: text(["/user/id", ""])?,
        team: text(["/user/team_id", ""]),
        action: text(["/actions/0/action_id", ""])?,
        value: text(["/actions/0/value", "/actions/0/selected_option/value"])?,
        title: text(["/actions/0/text/text", "/actions/0/selected_option/text/text"]).unwrap_or_default(),
        at: text(["/actions/0/action_ts", "/trigger_id"])?,
        blocks: delivery["message"]["blocks"].clone(),
        spot,
    };
    // A link is a button, too: pressed, it says nothing.
    (pressed.spot.staff || parse_pick(&pressed.value).is_some())
        .then(|| new(pressed.key(), pressed.spot.place(), &Event::Pressed(pressed)))
}

impl Pressed {
    pub fn key(&self) -> String {
        format!("press:{}:{}:{}", self.spot.key(), self.user, self.at)
    }
}

fn commanded(delivery: &Value) -> Option<NewEvent> {
    let command: Command = from_value(delivery.clone()).ok()?;
    let place = format!("command/{}", command.user_id);
    Some(new(format!("command:{}", command.trigger_id), place, &Event::Command(command)))
}

fn new(key: String, place: String, event: &Event) -> NewEvent {
    NewEvent { key, place, body: to_value(event).unwrap_or_default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn delivery(event: Value) -> Value {
        let authorizations = json!([{"team_id": "T1", "user_id": "U0BOT", "is_bot": true}]);
        json!({"type": "event_callback", "event_id": "Ev1", "event": event, "authorizations": authorizations})
    }

    fn message(channel: &str, more: Value) -> Value {
        let mut event =
            json!({"type": "message", "channel": channel, "user": "U1", "team": "T1", "ts": "2.0", "text": "hi"});
        for (name, value) in more.as_object().into_iter().flatten() {
            event[name] = value.clone();
        }
        delivery(event)
    }

    #[rstest]
    #[case::direct(message("D1", json!({})), Some(("D1:2.0", "D1")))]
    #[case::direct_in_a_thread(message("D1", json!({"thread_ts": "1.0"})), Some(("D1:2.0", "D1")))]
    #[case::not_called(message("C1", json!({})), None)]
    #[case::called(message("C1", json!({"text": "<@U0BOT> hi"})), Some(("C1:2.0", "C1/2.0")))]
    #[case::called_by_name(message("C1", json!({"text": "<@U0BOT|bot> hi"})), Some(("C1:2.0", "C1/2.0")))]
    #[case::the_same(message("C1", json!({"type": "app_mention"})), Some(("C1:2.0", "C1/2.0")))]
    #[case::called_in_a_thread(message("C1", json!({"type": "app_mention", "thread_ts": "1.0"})), Some(("C1:2.0", "C1/1.0")))]
    #[case::in_a_thread(message("C1", json!({"thread_ts": "1.0"})), Some(("C1:2.0:overheard", "C1/1.0")))]
    #[case::with_a_file(message("D1", json!({"subtype": "file_share", "files": [{"id": "F1"}]})), Some(("D1:2.0", "D1")))]
    #[case::our_own(message("D1", json!({"bot_id": "B1"})), None)]
    #[case::edited(message("D1", json!({"subtype": "message_changed"})), None)]
    #[case::joined(message("D1", json!({"subtype": "channel_join"})), None)]
    #[case::slackbot(message("D1", json!({"user": "USLACKBOT"})), None)]
    #[case::nobody(delivery(json!({"type": "message", "channel": "D1", "ts": "2.0"})), None)]
    #[case::staff(message("C0STAFF", json!({"thread_ts": "1.0"})), Some(("C0STAFF:2.0", "C0STAFF/1.0")))]
    #[case::staff_beside(message("C0STAFF", json!({"text": "<@U0BOT> hi"})), None)]
    #[case::removed(delivery(json!({"type": "app_uninstalled"})), Some(("Ev1", "app")))]
    #[case::other(delivery(json!({"type": "reaction_added"})), None)]
    #[case::rubbish(json!({"type": 5, "event": []}), None)]
    #[case::command(
        json!({"command": "/resolve", "text": "", "user_id": "U1", "trigger_id": "1.2", "response_url": "https://a"}),
        Some(("command:1.2", "command/U1")),
    )]
    fn what_is_said_to_us_is_kept_once(#[case] delivery: Value, #[case] kept: Option<(&str, &str)>) {
        let events = take_apart(&delivery, Some("C0STAFF"));
        let found = events.first().map(|event| (event.key.as_str(), event.place.as_str()));
        assert_eq!(found, kept);
        assert!(events.iter().all(|event| from_value::<Event>(event.body.clone()).is_ok()), "it can be read again");
    }

    #[rstest]
    #[case::button(json!({"action_id": "c3.1", "value": "c3.1", "text": {"text": "Two"}, "action_ts": "9.9"}), Some("c3.1"))]
    #[case::menu(
        json!({"action_id": "menu", "selected_option": {"value": "c3.7", "text": {"text": "Eight"}}, "action_ts": "9.9"}),
        Some("c3.7")
    )]
    #[case::link(json!({"action_id": "open", "action_ts": "9.9"}), None)]
    #[case::somebody_elses(json!({"action_id": "x", "value": "rm -rf", "action_ts": "9.9"}), None)]
    fn a_pressed_button_names_its_option(#[case] action: Value, #[case] value: Option<&str>) {
        let payload = json!({
            "type": "block_actions", "actions": [action], "user": {"id": "U1", "team_id": "T1"}, "channel": {"id": "C1"},
            "message": {"ts": "2.0", "thread_ts": "1.0", "blocks": []}
        });
        let form =
            format!("payload={}", payload.to_string().replace('%', "%25").replace('&', "%26").replace('+', "%2B"));
        let events = take_apart(&parse(form.as_bytes()).unwrap(), None);
        let pressed = events.first().map(|event| (event.place.as_str(), event.body["value"].as_str().unwrap()));
        assert_eq!(pressed, value.map(|value| ("C1/1.0", value)));
    }

    #[test]
    fn a_body_is_json_or_a_form_or_nothing() {
        assert_eq!(parse(b" {\"a\":1}"), Some(json!({"a": 1})));
        assert_eq!(
            parse(b"command=%2Fresolve&text=Ann+Field"),
            Some(json!({"command": "/resolve", "text": "Ann Field"}))
        );
        assert_eq!(parse(b""), None);
        assert_eq!(parse(b"{"), None);
        assert_eq!(parse(&[0xff, 0xfe]), None);
        assert_eq!(parse(b"payload=no"), None);
    }
}
