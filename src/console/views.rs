//! What agents are shown of things, as JSON.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::customer::Customer;
use crate::domain::decision::{Explanation, HandoffSummary};
use crate::domain::entry::{Entry, Seq};
use crate::domain::{Analysis, Conversation};
use crate::store::{Agent, Note, Role};

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct AgentView {
    pub id: String,
    pub name: String,
    pub role: Role,
}

/// A conversation in a list.
#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct ConversationView {
    pub id: String,
    pub inbox_id: String,
    pub customer_id: String,
    /// `open` or `resolved`.
    pub status: String,
    /// `bot`, or `agent`.
    pub holder: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queued: Option<QueuedView>,
    pub last_seq: Seq,
    /// p(the customer is dissatisfied now), after their last message.
    pub unhappiness: f32,
    #[schema(value_type = String, format = DateTime)]
    #[schemars(with = "String")]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    #[schemars(with = "String")]
    pub updated_at: Timestamp,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct QueuedView {
    #[schema(value_type = String, format = DateTime)]
    #[schemars(with = "String")]
    pub since: Timestamp,
    pub reason: String,
}

/// A conversation with the whole story.
#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct StoryView {
    #[serde(flatten)]
    pub conversation: ConversationView,
    pub customer: Customer,
    pub entries: Vec<AnnotatedEntry>,
    pub notes: Vec<NoteView>,
    /// The course of the sentiment score, oldest first.
    pub sentiment: Vec<f32>,
    /// Of the last escalation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<HandoffSummary>,
    /// The last entry that the customer's client has shown.
    pub read_seq: Seq,
}

/// An entry with what was understood and why it was answered so.
#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct AnnotatedEntry {
    #[serde(flatten)]
    pub entry: Entry,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub analysis: Option<Analysis>,
    /// On a customer's message: why the bot did what it did about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Explanation>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct NoteView {
    pub id: String,
    pub seq: Seq,
    pub agent_id: String,
    pub text: String,
    #[schema(value_type = String, format = DateTime)]
    #[schemars(with = "String")]
    pub at: Timestamp,
}

/// One page of a list.
#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Give it as `cursor` to read on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// Where the log ends after a change.
#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct Reached {
    pub seq: Seq,
}

impl AgentView {
    pub fn of(agent: &Agent) -> Self {
        Self { id: agent.id.0.clone(), name: agent.name.clone(), role: agent.role }
    }
}

impl ConversationView {
    pub fn of(conversation: &Conversation) -> Self {
        let agent_id = conversation.holder.agent().map(|agent| agent.0.clone());
        Self {
            id: conversation.id.0.clone(),
            inbox_id: conversation.inbox_id.0.clone(),
            customer_id: conversation.customer_id.0.clone(),
            status: conversation.status.as_str().to_owned(),
            holder: if agent_id.is_some() { "agent" } else { "bot" }.to_owned(),
            agent_id,
            queued: conversation
                .queued
                .as_ref()
                .map(|queued| QueuedView { since: queued.at, reason: queued.reason.clone() }),
            last_seq: conversation.last_seq,
            unhappiness: conversation.memory.moods.last().map_or(0.0, |mood| mood.unhappiness),
            created_at: conversation.created_at,
            updated_at: conversation.updated_at,
        }
    }
}

impl NoteView {
    pub fn of(note: Note) -> Self {
        Self { id: note.id, seq: note.seq, agent_id: note.agent_id.0, text: note.text, at: note.at }
    }
}
