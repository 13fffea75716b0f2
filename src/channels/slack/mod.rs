//! Slack: customers in direct messages, channels and Slack Connect, and colleagues who work
//! from a channel of their own.
//!
//! Events arrive at the inbox's address or through Socket Mode, and are the same events;
//! `slack_wire` has their form and that of messages, `slack_app` the calls. It must not know
//! what is answered, nor keep anything of a conversation.

mod spec;
mod staff;

use std::sync::Arc;

use async_trait::async_trait;
use axum::http::StatusCode;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

pub use spec::KIND;

use super::calls::{Consequence, Failure};
use super::channel::{
    Buttons, Capabilities, Channel, ChannelError, FileLimits, Happening, Incoming, IncomingFile, Intake, List, Markup,
    Outgoing, Receipt, Refusal, Request, SendError, Tools,
};
use super::render::unmarked;
use super::slack_app::api::Api;
use super::slack_app::people::People;
use super::slack_app::{signature, socket_mode};
use super::slack_wire::events::{Event, File, Pressed, Said};
use super::slack_wire::{blocks, events};
use crate::domain::channel::{Audience, Tested};
use crate::store::{ChannelEvent, Inbox, SentMark, Thread};

static CAPABILITIES: Capabilities = Capabilities {
    markup: Markup::Slack,
    // Four sections; Slack cuts a text at 40,000 signs.
    text: 12_000,
    buttons: Some(Buttons { most: 25, title: blocks::TITLE, text: 3000 }),
    list: Some(List { rows: 100, title: blocks::TITLE, description: blocks::TITLE, text: 3000 }),
    // Two blocks each, of fifty.
    cards: Some(10),
    files: Some(FileLimits { bytes: 1_000_000_000, caption: 3000 }),
    digest: false,
    typing: false,
    edits: false,
    receipts: false,
    window: None,
    // Slack takes one a second in a channel, and some hundred a minute in all; it says when it is too much.
    rate: 5.0,
};

struct Slack {
    api: Api,
    tools: Tools,
    people: People,
    signing_secret: String,
    app_token: Option<String>,
    staff_channel: Option<String>,
}

#[async_trait]
impl Channel for Slack {
    fn capabilities(&self) -> &'static Capabilities {
        &CAPABILITIES
    }

    fn receive(&self, request: &Request) -> Result<Receipt, Refusal> {
        signature::verify(&self.signing_secret, request)?;
        let unreadable = Refusal { status: StatusCode::BAD_REQUEST, reason: "neither JSON nor a form of Slack's" };
        let delivery = events::parse(&request.body).ok_or(unreadable)?;
        if delivery["type"] == "url_verification" {
            let answer = json!({"challenge": delivery["challenge"]}).to_string();
            return Ok(Receipt { answer, media_type: Some("application/json"), ..Receipt::default() });
        }
        if delivery["type"] == "app_rate_limited" {
            let minute = delivery["minute_rate_limited"].as_i64();
            tracing::warn!(minute, "Slack withholds events for a minute: more than 30,000 came in an hour");
        }
        Ok(Receipt { events: events::take_apart(&delivery, self.staff_channel.as_deref()), ..Receipt::default() })
    }

    fn is_overheard(&self, event: &ChannelEvent) -> bool {
        event.body["overheard"] == true
    }

    async fn understand(&self, event: &ChannelEvent) -> Result<Vec<Happening>, ChannelError> {
        let event = serde_json::from_value(event.body.clone())
            .map_err(|error| ChannelError::Never(format!("it was kept in another form: {error}")))?;
        match event {
            Event::Said(said) if said.spot.staff => self.staff_said(said).await,
            Event::Said(said) => self.said(said).await,
            Event::Pressed(pressed) if pressed.spot.staff => self.staff_pressed(pressed).await,
            Event::Pressed(pressed) => self.pressed(pressed).await,
            Event::Command(command) => self.commanded(command).await,
            // If it is true, this fails, and says what to do.
            Event::Removed => self.api.who().await.map(|_| Vec::new()).map_err(Into::into),
        }
    }

    async fn send(&self, thread: &Thread, messages: &[Outgoing], _key: &str) -> Result<SentMark, SendError> {
        let opens = thread.audience == Audience::Staff && thread.details["channel"].is_null();
        let place = if opens { json!({"channel": self.staff_channel}) } else { thread.details.clone() };
        let mut mark = SentMark::default();
        for message in messages {
            if let Outgoing::File { id, name, .. } = message {
                let bytes = self.tools.files.read(id).await;
                let bytes = bytes.map_err(|error| SendError::Refused(format!("the file cannot be read: {error}")))?;
                self.api.upload(&place, name, bytes).await?;
                continue;
            }
            let written = match message {
                Outgoing::Text(text) if opens => blocks::escalation(text, &thread.conversation_id),
                message => blocks::message(message),
            };
            let posted = self.post(&place, written).await?;
            let (channel, ts) =
                (posted["channel"].as_str().unwrap_or_default(), posted["ts"].as_str().unwrap_or_default());
            mark.external_id = Some(format!("{channel}:{ts}"));
            if opens {
                mark.details = Some(json!({"channel": channel, "thread_ts": ts}));
            }
        }
        Ok(mark)
    }

    async fn test(&self) -> Tested {
        spec::test(self).await
    }

    fn has_staff(&self) -> bool {
        self.staff_channel.is_some()
    }

    async fn answer_staff(&self, place: &str, by: &str, words: &str) {
        self.tell(place, by, words).await;
    }

    async fn listen(&self, intake: &dyn Intake, stopping: CancellationToken) -> Result<(), ChannelError> {
        match &self.app_token {
            Some(token) => {
                socket_mode::listen(&self.api.with(token), self.staff_channel.as_deref(), intake, stopping).await
            }
            None => {
                stopping.cancelled().await;
                Ok(())
            }
        }
    }
}

impl Slack {
    async fn said(&self, said: Said) -> Result<Vec<Happening>, ChannelError> {
        let us = self.people.us(&self.api).await?;
        let user = self.people.user(&self.api, &said.user, self.tools.clock.now()).await?;
        if user.is_bot {
            return Ok(Vec::new());
        }
        let mut text = unmarked(&said.text, &us.user);
        let mut files = Vec::new();
        for file in &said.files {
            match self.file(file).await {
                Ok(file) => files.push(file),
                Err(failure) if failure.consequence == Consequence::Refused => {
                    let words = failure.reason;
                    text.push_str(&format!("\n[{}: {words}]", file.name.as_ref().unwrap_or(&file.id)));
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(vec![Happening::Message(Box::new(Incoming {
            key: said.spot.key(),
            place: said.spot.place(),
            details: said.spot.details(),
            person: user.person(us, said.user_team.as_deref().or(said.team.as_deref())),
            text: Some(text),
            files,
            ..Incoming::default()
        }))])
    }

    async fn pressed(&self, pressed: Pressed) -> Result<Vec<Happening>, ChannelError> {
        let us = self.people.us(&self.api).await?;
        let user = self.people.user(&self.api, &pressed.user, self.tools.clock.now()).await?;
        if let Some(blocks) = blocks::chosen(&pressed.blocks, &pressed.title) {
            let update = json!({"channel": pressed.spot.channel, "ts": pressed.spot.ts, "text": pressed.title, "blocks": blocks});
            // It only looks better: the choice counts without it.
            if let Err(error) = self.api.post("chat.update", &update).await {
                tracing::info!(error = error.reason, "a message at Slack still shows its buttons");
            }
        }
        Ok(vec![Happening::Message(Box::new(Incoming {
            key: pressed.key(),
            place: pressed.spot.place(),
            details: pressed.spot.details(),
            person: user.person(us, pressed.team.as_deref()),
            pressed: Some(pressed.value),
            ..Incoming::default()
        }))])
    }

    /// A file's bytes. Of files from other workspaces the event tells only the id.
    async fn file(&self, file: &File) -> Result<IncomingFile, Failure> {
        let asked: Option<File> = match file.file_access.as_deref() {
            Some("check_file_info") => {
                serde_json::from_value(self.api.get("files.info", &[("file", &file.id)]).await?["file"].take()).ok()
            }
            _ => None,
        };
        let file = asked.as_ref().unwrap_or(file);
        let (size, most) = (file.size.unwrap_or(0), self.tools.files.largest);
        if size > most as u64 {
            return Err(Failure::refused(format!("{size} bytes, above the limit of {most}; it was not kept")));
        }
        let bytes = self.api.download(file.url_private.as_deref().unwrap_or_default(), most).await?;
        let name = file.name.clone().unwrap_or_else(|| file.id.clone());
        Ok(IncomingFile { name, media_type: file.mimetype.clone().unwrap_or_default(), bytes })
    }

    /// Posts a message. Where Slack dislikes its blocks, it goes without pictures, and at
    /// last in words alone: a picture out of Slack's reach must not cost the answer.
    async fn post(&self, place: &Value, mut message: Value) -> Result<Value, Failure> {
        message["channel"] = place["channel"].clone();
        if let Some(thread) = place["thread_ts"].as_str() {
            message["thread_ts"] = json!(thread);
        }
        message["unfurl_links"] = json!(false);
        message["unfurl_media"] = json!(false);
        let simpler = [blocks::without_pictures(&message["blocks"]), json!([])];
        let mut posted = self.api.post("chat.postMessage", &message).await;
        for blocks in simpler {
            match &posted {
                Err(failure) if failure.reason.contains("(invalid_blocks") => {
                    tracing::warn!(reason = failure.reason, "a message is sent in a simpler form");
                }
                _ => break,
            }
            message["blocks"] = blocks;
            posted = self.api.post("chat.postMessage", &message).await;
        }
        posted.map_err(|failure| match failure.reason.contains("(missing_scope)") {
            // Nothing else goes out either, until the owner has given the right.
            true => Failure { consequence: Consequence::Revoked, ..failure },
            false => failure,
        })
    }
}

/// A channel for an inbox.
fn connect(inbox: &Inbox, tools: &Tools) -> Result<Arc<dyn Channel>, String> {
    let field = |name: &str| inbox.credentials.get(name).map(|value| value.trim()).filter(|value| !value.is_empty());
    let (signing_secret, app_token, staff_channel) =
        (field("signing_secret"), field("app_token"), field("staff_channel"));
    if signing_secret.is_none() && app_token.is_none() {
        return Err(
            "enter the signing secret (Slack calls this server) or an app-level token (this server calls Slack): \
                    without one of them nothing arrives"
                .to_owned(),
        );
    }
    if let Some(channel) = staff_channel
        && !(channel.starts_with(['C', 'G']) && channel.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit()))
    {
        return Err(format!(
            "`{channel}` is no channel's id: it looks like C0123456789 and stands at the end of the channel's details"
        ));
    }
    let base = field("api_base").unwrap_or("https://slack.com/api").trim_end_matches('/').to_owned();
    let token = field("bot_token").unwrap_or_default().to_owned();
    Ok(Arc::new(Slack {
        api: Api::new(tools.outbound.clone(), base, token),
        tools: tools.clone(),
        people: People::default(),
        signing_secret: signing_secret.unwrap_or_default().to_owned(),
        app_token: app_token.map(str::to_owned),
        staff_channel: staff_channel.map(str::to_owned),
    }))
}
