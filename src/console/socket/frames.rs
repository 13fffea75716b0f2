//! The frames of the console's socket: JSON text, tagged by `type`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::shop::webhooks::WebhookHealth;
use super::super::views::{AgentView, ConversationView, CountsView, NoteView};
use crate::domain::decision::Explanation;
use crate::domain::{Analysis, Author, Entry, Seq};
use crate::store::AgentStatus;
use crate::wire::{ErrorCode, ErrorFrame};

/// What a console says.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ConsoleClientFrame {
    /// The first frame. With a cursor of an earlier frame, what came after it follows.
    Hello {
        #[serde(default)]
        resume_after: Option<i64>,
    },
    /// I type there.
    Typing {
        conversation_id: String,
        on: bool,
    },
    /// I have read up to there.
    Seen {
        conversation_id: String,
        seq: Seq,
    },
    /// Whether I want new conversations.
    Status {
        status: AgentStatus,
    },
    Ping,
}

/// What the server says.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ConsoleServerFrame {
    Welcome {
        agent: AgentView,
        /// Where the log stands now.
        cursor: i64,
        heartbeat_s: u64,
    },
    /// One entry of a conversation's log.
    Event(Box<ConsoleEvent>),
    /// How the customer's message at that seq was understood.
    Analysis {
        conversation_id: String,
        seq: Seq,
        analysis: Box<Analysis>,
        #[serde(skip_serializing_if = "Option::is_none")]
        explanation: Option<Box<Explanation>>,
    },
    /// A conversation's new form in the lists.
    Conversation {
        conversation: Box<ConversationView>,
    },
    /// A note came, or went.
    Note {
        conversation_id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        note: Option<NoteView>,
        #[serde(skip_serializing_if = "Option::is_none")]
        deleted: Option<String>,
    },
    /// How many there are in each list.
    Queue(CountsView),
    Presence {
        agents: Vec<AgentView>,
    },
    Typing {
        conversation_id: String,
        author: Author,
        on: bool,
    },
    /// I have read this in another window.
    Seen {
        conversation_id: String,
        seq: Seq,
    },
    /// The customer has.
    Read {
        conversation_id: String,
        seq: Seq,
    },
    /// Nobody has taken it.
    Urgent {
        conversation_id: String,
        step: i64,
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schemars(with = "Option<String>")]
        waiting_since: Option<Timestamp>,
    },
    /// A website tried to open the chat and may not.
    RefusedOrigin {
        inbox_id: String,
        origin: String,
    },
    /// A mail was sent, or failed.
    Mail {
        id: String,
        /// `waiting` (it is tried again), `sent` or `failed`.
        state: String,
        kind: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        conversation_id: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<String>,
    },
    /// An endpoint of a webhook began to fail, works again, or was disabled.
    Webhook {
        id: String,
        health: WebhookHealth,
    },
    /// Something was taught, a training has come further, or another model is in use:
    /// `GET /v1/training` and `GET /v1/understanding` tell it.
    Teaching,
    /// Read the lists anew; what comes after the cursor follows.
    Reload {
        cursor: i64,
    },
    Error(ErrorFrame),
    Pong,
}

/// An entry with its place among all, and how the customer's message was understood that
/// it is, or that it answers.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ConsoleEvent {
    pub cursor: i64,
    pub conversation_id: String,
    #[serde(flatten)]
    pub entry: Entry,
    pub analysis: Option<Analysis>,
}

impl ConsoleClientFrame {
    pub fn parse(text: &str) -> Result<Self, ErrorFrame> {
        serde_json::from_str(text)
            .map_err(|error| ErrorFrame::new(ErrorCode::BadFrame, format!("this frame cannot be read: {error}")))
    }
}
