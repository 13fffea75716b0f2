//! Channels: where customers write besides the website, and what an inbox there needs.

use std::collections::BTreeMap;

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{ConversationId, InboxId, Seq};

/// What the owner gives so that an inbox works, by the name of its field: tokens,
/// secrets, addresses. Kept sealed.
pub type Credentials = BTreeMap<String, String>;

/// A kind of channel, as the console's form and the command line show it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChannelSpec {
    /// As inboxes name it: `slack`, `whatsapp`, `email`.
    pub kind: &'static str,
    /// As people name it.
    pub name: &'static str,
    /// What it is good for, in a sentence.
    pub summary: &'static str,
    /// The page of the documentation that leads through the set-up.
    pub guide: &'static str,
    pub fields: &'static [CredentialField],
    /// Whether the vendor calls us, so that the inbox's address must be given to it.
    pub webhook: bool,
}

#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct CredentialField {
    pub name: &'static str,
    pub label: &'static str,
    /// Where the owner finds it.
    pub help: &'static str,
    /// For example what it begins with.
    pub example: &'static str,
    pub required: bool,
    /// Never shown again.
    pub secret: bool,
}

impl CredentialField {
    /// One that is needed and may be seen.
    pub const fn plain(name: &'static str, label: &'static str, help: &'static str, example: &'static str) -> Self {
        Self { name, label, help, example, required: true, secret: false }
    }

    /// One that is needed and never shown again.
    pub const fn secret(name: &'static str, label: &'static str, help: &'static str, example: &'static str) -> Self {
        Self { name, label, help, example, required: true, secret: true }
    }

    /// The same, where it may be left empty.
    pub const fn or_empty(self) -> Self {
        Self { required: false, ..self }
    }

    pub const fn optional(name: &'static str, label: &'static str, help: &'static str, example: &'static str) -> Self {
        Self { name, label, help, example, required: false, secret: false }
    }
}

/// What a test of credentials found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct Tested {
    pub works: bool,
    /// Who the vendor says we are, or what is wrong and how to mend it; a sentence each.
    pub findings: Vec<String>,
}

/// Whom a thread tells: the customer, or colleagues who work where it leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    Customer,
    Staff,
}

/// By what a person is known.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Contact {
    /// `email`, `phone`: proven ones link channels. Others (`slack`, `whatsapp`,
    /// `mailbox`) are a channel's own names for a person.
    pub kind: String,
    /// As it is compared: small letters, E.164.
    pub value: String,
}

/// The kinds of channels, for those floors that must not know them: the console and the
/// command line.
#[async_trait]
pub trait Channels: Send + Sync {
    fn specs(&self) -> Vec<&'static ChannelSpec>;

    /// Tries credentials at the vendor's side.
    async fn test(&self, kind: &str, credentials: &Credentials) -> Tested;

    /// An inbox was made, changed or removed: connect it anew.
    fn changed(&self, inbox: &InboxId);

    /// Send what waits at once, for example after "try again".
    fn wake(&self);
}

/// What became of one entry on its way to the customer, for the console.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct Undelivered {
    pub conversation_id: ConversationId,
    /// The first entry that waits.
    pub seq: Seq,
    pub attempts: i64,
    /// Why it waits, in words.
    pub error: String,
}

impl ChannelSpec {
    /// The first thing that is missing or unknown in these credentials, in words.
    pub fn problem(&self, credentials: &Credentials) -> Option<String> {
        let known = |name: &str| self.fields.iter().any(|field| field.name == name);
        let missing = |field: &&CredentialField| {
            field.required && credentials.get(field.name).is_none_or(|value| value.trim().is_empty())
        };
        if let Some(name) = credentials.keys().find(|name| !known(name)) {
            let names: Vec<_> = self.fields.iter().map(|field| field.name).collect();
            return Some(format!("`{name}` is no credential of {}: there are {}", self.name, names.join(", ")));
        }
        let field = self.fields.iter().find(missing)?;
        Some(format!("`{}` is missing: {}", field.name, field.help))
    }
}
