//! A conversation's state between two turns.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use super::{AgentId, ConversationId, CustomerId, EntityType, InboxId, Seq};

#[derive(Clone, Debug, PartialEq)]
pub struct Conversation {
    pub id: ConversationId,
    pub inbox_id: InboxId,
    pub customer_id: CustomerId,
    pub status: ConversationStatus,
    /// Who speaks for the shop. There is exactly one holder at any moment.
    pub holder: Holder,
    /// Set while the customer waits for a person; the bot goes on answering what it can.
    pub queued: Option<Queued>,
    pub last_seq: Seq,
    pub memory: Memory,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConversationStatus {
    Open,
    Resolved,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    Bot,
    Agent(AgentId),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Queued {
    pub at: Timestamp,
    pub reason: String,
}

/// What the bot remembers of the conversation so far: policy's own state, kept as JSON.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    /// The course of the customer's mood, oldest first, at most [`Memory::MOODS`].
    pub moods: Vec<Mood>,
    /// Answers in a row that failed: not known, or voted unhelpful.
    pub failed_answers: u32,
    /// An action that waits for an entity that the customer was asked for.
    pub pending: Option<Pending>,
    /// Whether the customer was asked where to write to, since nobody was there.
    pub asked_for_address: bool,
    /// The message after which the customer was asked which of several things was meant.
    pub clarified: Option<Seq>,
    /// How often each intent's reply was used, so that variants take turns.
    pub replies_used: BTreeMap<String, u32>,
    /// The page that the customer looks at, from `hello` or `track`.
    pub page: Option<String>,
    /// The language in which they are answered, from their last message on.
    pub language: Option<String>,
    /// The customer's messages that say what the conversation is about, oldest first: what a
    /// follow-up leans on. Their words stand in the log alone.
    pub subject: Vec<Seq>,
}

/// How one customer message sounded.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mood {
    pub seq: Seq,
    /// p(positive) − p(negative).
    pub sentiment: f32,
    /// p(the customer is dissatisfied now).
    pub unhappiness: f32,
}

/// A flow that waits for its next slot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pending {
    pub intent: String,
    pub filled: BTreeMap<EntityType, String>,
    pub asked: EntityType,
    /// How often it was asked for in vain.
    pub tries: u32,
}

impl Memory {
    pub const MOODS: usize = 20;

    pub fn remember_mood(&mut self, mood: Mood) {
        if self.moods.len() == Self::MOODS {
            self.moods.remove(0);
        }
        self.moods.push(mood);
    }

    /// p(the customer is dissatisfied now), in thousandths.
    pub fn unhappiness_permille(&self) -> i64 {
        self.moods.last().map_or(0, |mood| (1000.0 * mood.unhappiness.clamp(0.0, 1.0)).round() as i64)
    }
}

impl ConversationStatus {
    pub fn as_str(self) -> &'static str {
        match self {
            ConversationStatus::Open => "open",
            ConversationStatus::Resolved => "resolved",
        }
    }
}

impl Holder {
    pub fn agent(&self) -> Option<&AgentId> {
        match self {
            Holder::Bot => None,
            Holder::Agent(id) => Some(id),
        }
    }
}
