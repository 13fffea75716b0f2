//! The words of the trade: conversations, entries, turns, analyses, products.
//!
//! Plain data and pure functions. No IO, no async, no database, no model.

pub mod analysis;
pub mod article;
pub mod channel;
pub mod content;
pub mod conversation;
pub mod customer;
pub mod decision;
pub mod entity_spec;
pub mod entity_type;
pub mod entry;
pub mod hours;
pub mod inbox;
pub mod intent;
pub mod masking;
pub mod order;
pub mod product;
pub mod question;
pub mod redacted;
pub mod settings;
pub mod teaching;
pub mod webhook;

pub use analysis::{Analysis, Entity, Sentiment, SentimentLabel};
pub use channel::{Audience, Contact, Credentials};
pub use content::Content;
pub use conversation::{Conversation, Holder, Memory};
pub use entity_type::EntityType;
pub use entry::{Author, AuthorKind, Entry, Seq};

crate::string_id! {
    /// One conversation of one customer in one inbox.
    ConversationId = "cnv";
    /// A person who writes to the shop, known by name or not.
    CustomerId = "cus";
    /// The bot's work on one customer message.
    TurnId = "trn";
    /// A place where customers write: a website, a Slack workspace, a phone number.
    InboxId = "inb";
    /// A member of the shop's staff.
    AgentId = "agt";
    /// A bearer token of an agent or of a program.
    TokenId = "tok";
    /// An uploaded file.
    FileId = "fil";
    /// A mail that is to go out, or went.
    MailId = "mai";
    /// A conversation's place in a channel.
    ThreadId = "thr";
    /// Two customers found to be one.
    MergeId = "mrg";
    /// Another system's address that events are sent to.
    WebhookId = "whk";
}
