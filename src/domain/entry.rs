//! An entry of a conversation's log.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{AgentId, Content, TurnId};

/// A place in a conversation's log: gap-free, from 1, never reused.
pub type Seq = i64;

/// One entry of the log: what everybody who may see the conversation sees, in this order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct Entry {
    pub seq: Seq,
    #[schemars(with = "String")]
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    pub author: Author,
    pub content: Content,
    /// The customer message that a bot turn answers; only bot turns carry it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_reply_to: Option<Seq>,
    /// The bot turn that this entry belongs to; entries of one turn are contiguous.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turn: Option<TurnId>,
}

/// Who wrote an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct Author {
    pub kind: AuthorKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuthorKind {
    Customer,
    Bot,
    Agent,
    System,
}

impl AuthorKind {
    pub fn as_str(self) -> &'static str {
        match self {
            AuthorKind::Customer => "customer",
            AuthorKind::Bot => "bot",
            AuthorKind::Agent => "agent",
            AuthorKind::System => "system",
        }
    }

    /// The kind of that name, as the database stores it.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "customer" => Some(AuthorKind::Customer),
            "bot" => Some(AuthorKind::Bot),
            "agent" => Some(AuthorKind::Agent),
            "system" => Some(AuthorKind::System),
            _ => None,
        }
    }
}

impl Author {
    pub fn customer(id: &super::CustomerId) -> Self {
        Self { kind: AuthorKind::Customer, id: Some(id.0.clone()), name: None }
    }

    pub fn bot(name: &str) -> Self {
        Self { kind: AuthorKind::Bot, id: None, name: Some(name.to_owned()) }
    }

    pub fn agent(id: &AgentId, name: &str) -> Self {
        Self { kind: AuthorKind::Agent, id: Some(id.0.clone()), name: Some(name.to_owned()) }
    }

    pub fn system() -> Self {
        Self { kind: AuthorKind::System, id: None, name: None }
    }
}
