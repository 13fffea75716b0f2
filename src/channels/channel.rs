//! What every channel is: a translation between a vendor's wire format and the engine.
//!
//! A channel verifies and splits what the vendor delivers ([`Channel::receive`]), says what
//! it means ([`Channel::understand`]), and writes what the log tells ([`Channel::send`]).
//! It keeps nothing: events, threads and deliveries lie in the database, and the workers
//! that lease, repeat and give up are the same for all (`reception`, `delivery`).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::base::clock::Clock;
use crate::base::outbound::Outbound;
use crate::domain::channel::{ChannelSpec, Tested};
use crate::domain::content::ProductCard;
use crate::domain::{Author, ConversationId, FileId, Seq};
use crate::engine::files::Files;
use crate::store::{ChannelEvent, DeliveryNote, Inbox, NewEvent, Person, SentMark, StoreError, Thread};

/// A kind of channel: what its inboxes need, and how one is connected.
pub struct Kind {
    pub spec: &'static ChannelSpec,
    pub capabilities: &'static Capabilities,
    /// Makes the channel of an inbox; a sentence where its credentials cannot be used.
    pub connect: fn(&Inbox, &Tools) -> Connected,
}

/// A channel that is connected, or why it cannot be.
pub type Connected = Result<Arc<dyn Channel>, String>;

/// What channels work with.
#[derive(Clone)]
pub struct Tools {
    pub outbound: Outbound,
    pub files: Files,
    pub clock: Clock,
    /// Where this server is reached, without a slash at the end.
    pub address: String,
    /// The shop's name, for subjects and greetings.
    pub shop: String,
}

#[async_trait]
pub trait Channel: Send + Sync {
    fn capabilities(&self) -> &'static Capabilities;

    /// Checks that a request comes from the vendor, in constant time and over the raw body,
    /// and takes it apart. No IO: the vendor waits.
    fn receive(&self, request: &Request) -> Result<Receipt, Refusal>;

    /// Whether an event matters only where its place has a conversation already: what is
    /// said among others, in a place to which nobody has called us, is none of our business.
    fn is_overheard(&self, _event: &ChannelEvent) -> bool {
        false
    }

    /// What a kept event means; it may ask the vendor (for a name, for a file).
    async fn understand(&self, event: &ChannelEvent) -> Result<Vec<Happening>, ChannelError>;

    /// Writes messages of one entry (or, of a digest, of all that wait) where the thread
    /// leads. `key` names them: the same key is the same words again.
    async fn send(&self, thread: &Thread, messages: &[Outgoing], key: &str) -> Result<SentMark, SendError>;

    /// Writes a digest, where it matters whose words are whose.
    async fn send_digest(&self, thread: &Thread, said: &[Said], key: &str) -> Result<SentMark, SendError> {
        let messages: Vec<Outgoing> = said.iter().flat_map(|said| said.messages.iter().cloned()).collect();
        self.send(thread, &messages, key).await
    }

    /// Asks the vendor whether the credentials work, and for what they are good.
    async fn test(&self) -> Tested;

    /// Asks the customer to write, where the reply window is closed; `None` where the
    /// channel has no means to.
    async fn reopen(&self, _thread: &Thread) -> Result<Option<SentMark>, SendError> {
        Ok(None)
    }

    /// The customer's message was read and is being answered: read marks, typing.
    async fn noticed(&self, _thread: &Thread) {}

    /// Whether colleagues work on waiting conversations from here (`staff`).
    fn has_staff(&self) -> bool {
        false
    }

    /// Tells a colleague what became of what they did, if they need to know: nobody else
    /// sees it. `place` and `by` are those of their [`StaffAct`].
    async fn answer_staff(&self, _place: &str, _by: &str, _words: &str) {}

    /// Keeps a connection of its own to the vendor (a socket, a mailbox), for channels that
    /// are not called; ends when it is broken, and is then called again after a while.
    async fn listen(&self, _intake: &dyn Intake, stopping: CancellationToken) -> Result<(), ChannelError> {
        stopping.cancelled().await;
        Ok(())
    }
}

/// Where a channel with a connection of its own puts what came; acknowledge to the vendor
/// only once it has returned.
#[async_trait]
pub trait Intake: Send + Sync {
    async fn keep(&self, events: Vec<NewEvent>) -> Result<(), StoreError>;
}

/// A vendor's request, as it came.
#[derive(Debug)]
pub struct Request {
    pub headers: HeaderMap,
    pub query: BTreeMap<String, String>,
    /// `GET` subscribes; everything else delivers.
    pub is_get: bool,
    pub body: Bytes,
    pub now: Timestamp,
}

impl Request {
    /// A header's text; empty where it is missing or no text.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// What a genuine request carried.
#[derive(Debug, Default)]
pub struct Receipt {
    pub events: Vec<NewEvent>,
    /// What the vendor wants to read; nothing for most.
    pub answer: String,
    /// `text/plain` unless it is said.
    pub media_type: Option<&'static str>,
}

/// A request that is not believed, with the status that the vendor expects.
#[derive(Debug, PartialEq, Eq)]
pub struct Refusal {
    pub status: StatusCode,
    /// For the log; never a secret.
    pub reason: &'static str,
}

/// What an event means.
#[derive(Debug)]
pub enum Happening {
    Message(Box<Incoming>),
    Delivery(DeliveryNote),
    /// A customer says with a sign (a thumb, say) whether a message helped.
    Rated {
        /// The vendor's id of that message.
        external_id: String,
        helpful: bool,
    },
    /// A customer wants no messages any more, or wants them again.
    OptOut {
        place: String,
        out: bool,
    },
    /// A colleague works on a conversation from the vendor's side.
    Staff(StaffAct),
}

/// A customer's message.
#[derive(Debug, Default)]
pub struct Incoming {
    /// The vendor's id of the message: the same again adds nothing.
    pub key: String,
    pub person: Person,
    /// The vendor's name of the chat, thread or mailbox: one conversation each.
    pub place: String,
    /// What `send` needs to write there.
    pub details: serde_json::Value,
    pub text: Option<String>,
    pub files: Vec<IncomingFile>,
    /// The id of the option that was pressed, as [`Outgoing`] gave it.
    pub pressed: Option<String>,
    /// A conversation begun elsewhere that this continues; its proof is the channel's duty.
    pub resume: Option<ConversationId>,
    /// Stands in the log for whoever reads it, and asks for no answer: a reaction, an
    /// opt-out. Of such a message only the text is kept.
    pub quiet: bool,
}

#[derive(Debug)]
pub struct IncomingFile {
    pub name: String,
    pub media_type: String,
    pub bytes: Bytes,
}

/// What a colleague did at the vendor's side.
#[derive(Debug)]
pub struct StaffAct {
    pub target: StaffTarget,
    /// Where the colleague is, in the vendor's words, for [`Channel::answer_staff`].
    pub place: String,
    /// The colleague's verified e-mail address, by which Rapport knows them.
    pub email: String,
    /// The vendor's name of the colleague, for [`Channel::answer_staff`].
    pub by: String,
    pub act: StaffDeed,
    /// The same key again does nothing.
    pub key: String,
}

/// Which conversation a colleague means.
#[derive(Debug, PartialEq, Eq)]
pub enum StaffTarget {
    /// The one that a button names.
    Conversation(ConversationId),
    /// The one in whose staff thread a message with this external id was sent.
    Thread(String),
    /// The one that they hold and call so: by its id, or by the customer's name or address.
    /// Empty where they hold one alone.
    Held(String),
}

#[derive(Debug)]
pub enum StaffDeed {
    Reply(String),
    Take,
    HandBack,
    Resolve,
}

/// What a channel can show; what it cannot is rendered down (`render`).
#[derive(Debug)]
pub struct Capabilities {
    pub markup: Markup,
    /// Signs in one text message.
    pub text: usize,
    pub buttons: Option<Buttons>,
    pub list: Option<List>,
    /// Product cards in one message.
    pub cards: Option<usize>,
    pub files: Option<FileLimits>,
    /// Whether several entries make one message (mail).
    pub digest: bool,
    pub typing: bool,
    pub edits: bool,
    pub receipts: bool,
    /// So long after the customer's last message the shop may write freely.
    pub window: Option<Duration>,
    /// Messages a second that one inbox may send.
    pub rate: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Markup {
    /// Links stand behind their words.
    Plain,
    /// As it is: the channel writes its own form.
    Markdown,
    /// Slack's mrkdwn.
    Slack,
    WhatsApp,
}

#[derive(Clone, Copy, Debug)]
pub struct Buttons {
    pub most: usize,
    /// Signs of a title.
    pub title: usize,
    /// Signs of the words above them.
    pub text: usize,
}

#[derive(Clone, Copy, Debug)]
pub struct List {
    pub rows: usize,
    pub title: usize,
    pub description: usize,
    pub text: usize,
}

#[derive(Clone, Copy, Debug)]
pub struct FileLimits {
    pub bytes: i64,
    /// Signs of the words with it.
    pub caption: usize,
}

/// One message in a channel, within its limits; texts are in the channel's markup.
#[derive(Clone, Debug, PartialEq)]
pub enum Outgoing {
    Text(String),
    Buttons { text: String, options: Vec<Pick> },
    List { text: String, options: Vec<Pick> },
    Cards { items: Vec<Card> },
    File { id: FileId, name: String, media_type: String, bytes: i64, caption: String },
}

/// The messages of one entry, with who said them.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    pub by: Author,
    pub messages: Vec<Outgoing>,
}

/// An option that can be pressed; `id` comes back as `pressed`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pick {
    pub id: String,
    pub title: String,
    /// Where a list shows more than the title.
    pub description: String,
}

/// A product; addresses are absolute.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    pub id: String,
    pub product: ProductCard,
}

/// Why an event could not be understood now.
#[derive(Debug, thiserror::Error)]
pub enum ChannelError {
    /// It may work later.
    #[error("{0}")]
    Later(String),
    /// It never will.
    #[error("{0}")]
    Never(String),
    /// The vendor does not know us any more.
    #[error("{0}")]
    Revoked(String),
}

/// Why a message did not go out; the words are for the console.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Busy, broken, out of reach, too fast: it is tried again, not before `after`.
    #[error("{reason}")]
    Later { reason: String, after: Option<Duration> },
    /// This message never arrives (the number is blocked, the channel archived): it is
    /// marked as failed, and the next one is tried.
    #[error("{0}")]
    Refused(String),
    /// The credentials work no more: the whole inbox waits until they are renewed.
    #[error("{0}")]
    Revoked(String),
    /// The reply window is closed: it waits until the customer writes.
    #[error("{0}")]
    WindowClosed(String),
}

impl SendError {
    pub fn later(reason: impl Into<String>) -> Self {
        SendError::Later { reason: reason.into(), after: None }
    }
}

/// The id of an option: `c12.3` is the fourth choice of the entry 12.
pub fn pick_id(kind: char, seq: Seq, place: i64) -> String {
    format!("{kind}{seq}.{place}")
}

/// Takes such an id apart.
pub fn parse_pick(id: &str) -> Option<(char, Seq, i64)> {
    let mut signs = id.chars();
    let kind = signs.next().filter(char::is_ascii_lowercase)?;
    let (seq, place) = signs.as_str().split_once('.')?;
    Some((kind, seq.parse().ok()?, place.parse().ok()?))
}
