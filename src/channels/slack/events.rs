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
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    Said(Said),
    Pressed(Pressed),
    /// A colleague's word in a staff thread, or a button there.
    StaffSaid(Said),
    StaffPressed(Pressed),
    Command(Command),
    /// Slack tells that the app was removed, or its token withdrawn.
    Removed,
}

/// A message; fields as Slack names them.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Said {
    pub channel: String,
    pub ts: String,
    pub thread_ts: Option<String>,
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

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct File {
    pub id: String,
    pub name: Option<String>,
    #[serde(default)]
    pub mimetype: String,
    pub size: Option<u64>,
    pub url_private: Option<String>,
    /// `check_file_info` where the rest has to be asked for.
    pub file_access: Option<String>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Pressed {
    pub channel: String,
    /// Of the message with the button.
    pub ts: String,
    pub thread_ts: Option<String>,
    pub user: String,
    pub team: Option<String>,
    pub action: String,
    pub value: String,
    pub title: String,
    pub at: String,
    /// The message's blocks, so that it can show what was chosen.
    pub blocks: Value,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Command {
    pub command: String,
    #[serde(default)]
    pub text: String,
    pub user_id: String,
    pub team_id: Option<String>,
    pub trigger_id: String,
    pub response_url: String,
}

impl Said {
    /// The message under which an answer belongs; none in a direct message outside threads.
    pub fn thread(&self) -> Option<&str> {
        match (&self.thread_ts, is_direct(&self.channel)) {
            (Some(thread), _) => Some(thread),
            (None, true) => None,
            (None, false) => Some(&self.ts),
        }
    }

    pub fn key(&self) -> String {
        format!("{}:{}", self.channel, self.ts)
    }
}

impl Pressed {
    pub fn key(&self) -> String {
        format!("press:{}:{}:{}:{}", self.channel, self.ts, self.user, self.at)
    }

    /// As [`Said::thread`]: the message stands in a thread already.
    pub fn thread(&self) -> Option<&str> {
        if is_direct(&self.channel) {
            self.thread_ts.as_deref()
        } else {
            Some(self.thread_ts.as_ref().unwrap_or(&self.ts))
        }
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

/// The events of a delivery that mean something to us.
pub fn take_apart(delivery: &Value, staff_channel: Option<&str>) -> Vec<NewEvent> {
    let event = match delivery["type"].as_str() {
        Some("event_callback") => happened(delivery, staff_channel),
        Some("block_actions") => pressed(delivery, staff_channel),
        None if delivery["command"].is_string() => commanded(delivery),
        _ => None,
    };
    event.into_iter().collect()
}

fn happened(delivery: &Value, staff_channel: Option<&str>) -> Option<NewEvent> {
    let event = &delivery["event"];
    match event["type"].as_str()? {
        kind @ ("message" | "app_mention") => said(delivery, kind == "app_mention", staff_channel),
        "app_uninstalled" | "tokens_revoked" => {
            Some(new(delivery["event_id"].as_str()?.to_owned(), "app".to_owned(), &Event::Removed))
        }
        _ => None,
    }
}

/// A message that people wrote; ours, other apps', edits and notices are none.
fn said(delivery: &Value, is_mention: bool, staff_channel: Option<&str>) -> Option<NewEvent> {
    let event = &delivery["event"];
    let is_new = matches!(event["subtype"].as_str(), None | Some("file_share" | "thread_broadcast" | "me_message"));
    if !is_new || !event["bot_id"].is_null() || event["user"] == "USLACKBOT" {
        return None;
    }
    let mut said: Said = from_value(event.clone()).ok()?;
    let place = place(&said.channel, said.thread());
    if staff_channel == Some(said.channel.as_str()) {
        // Only threads are ours there.
        said.thread_ts.as_ref()?;
        return Some(new(said.key(), place, &Event::StaffSaid(said)));
    }
    let called = is_direct(&said.channel) || is_mention || ours(delivery).any(|bot| mentions(&said.text, bot));
    if !called && said.thread_ts.is_none() {
        return None;
    }
    said.overheard = !called;
    // `message` and `app_mention` of one message are one. Where it takes the second to know
    // that we were called, the first must not stand in its way; the engine knows the key.
    let key = if said.overheard { format!("{}:overheard", said.key()) } else { said.key() };
    Some(new(key, place, &Event::Said(said)))
}

fn pressed(delivery: &Value, staff_channel: Option<&str>) -> Option<NewEvent> {
    let (action, message) = (&delivery["actions"][0], &delivery["message"]);
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let chosen = &action["selected_option"];
    let pressed = Pressed {
        channel: text(&delivery["channel"]["id"]).or_else(|| text(&delivery["container"]["channel_id"]))?,
        ts: text(&message["ts"]).or_else(|| text(&delivery["container"]["message_ts"]))?,
        thread_ts: text(&message["thread_ts"]).or_else(|| text(&delivery["container"]["thread_ts"])),
        user: text(&delivery["user"]["id"])?,
        team: text(&delivery["user"]["team_id"]),
        action: text(&action["action_id"])?,
        value: text(&action["value"]).or_else(|| text(&chosen["value"]))?,
        title: text(&action["text"]["text"]).or_else(|| text(&chosen["text"]["text"])).unwrap_or_default(),
        at: text(&action["action_ts"]).or_else(|| text(&delivery["trigger_id"]))?,
        blocks: message["blocks"].clone(),
    };
    let place = place(&pressed.channel, pressed.thread());
    if staff_channel == Some(pressed.channel.as_str()) {
        return Some(new(pressed.key(), place, &Event::StaffPressed(pressed)));
    }
    // A link is a button, too: pressed, it says nothing.
    parse_pick(&pressed.value)?;
    Some(new(pressed.key(), place, &Event::Pressed(pressed)))
}

fn commanded(delivery: &Value) -> Option<NewEvent> {
    let command: Command = from_value(delivery.clone()).ok()?;
    let place = format!("command/{}", command.user_id);
    Some(new(format!("command:{}", command.trigger_id), place, &Event::Command(command)))
}

fn new(key: String, place: String, event: &Event) -> NewEvent {
    NewEvent { key, place, body: to_value(event).unwrap_or_else(|_| json!({})) }
}

/// By what Slack calls us, in this delivery.
fn ours(delivery: &Value) -> impl Iterator<Item = &str> {
    delivery["authorizations"].as_array().into_iter().flatten().filter_map(|one| one["user_id"].as_str())
}

/// Whether a text calls somebody: `<@U123>` or `<@U123|name>`.
fn mentions(text: &str, user: &str) -> bool {
    text.contains(&format!("<@{user}>")) || text.contains(&format!("<@{user}|"))
}

pub fn is_direct(channel: &str) -> bool {
    channel.starts_with('D')
}

/// The place of a conversation: a thread, or a whole direct message.
pub fn place(channel: &str, thread: Option<&str>) -> String {
    match thread.filter(|_| !is_direct(channel)) {
        Some(thread) => format!("{channel}/{thread}"),
        None => channel.to_owned(),
    }
}
