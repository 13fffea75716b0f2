//! The database: repositories over one pool for reading and one for writing.
//!
//! One set of SQL serves SQLite and PostgreSQL; what differs stands in [`dialect`].
//! Nothing here decides: it keeps what the floors above decided, in one transaction a
//! decision. No transaction is held across the network or a model's run.

mod agents;
mod articles;
mod canned;
mod changes;
mod channel_events;
mod contacts;
mod conversations;
mod deliveries;
mod dialect;
mod editions;
mod examination;
mod facts;
mod feed;
mod feedback;
mod gaps;
mod help;
mod inboxes;
mod introduction;
mod lessons;
mod listing;
mod log;
mod mails;
mod merges;
mod models;
mod notes;
mod people;
mod presence;
mod questions;
mod queue;
mod receipts;
mod refused;
mod reports;
mod sessions;
mod settings;
mod shop;
mod sources;
mod threads;
mod trainings;
mod turns;
mod visitors;
mod waits;
mod webhook_messages;
mod webhooks;

use std::path::Path;

use sqlx::any::{AnyPoolOptions, AnyRow};
use sqlx::{Any, AnyConnection, AnyPool, Connection, Row, Transaction};

pub use agents::{Agent, AgentChange, AgentStatus, NewAgent, Role};
pub use articles::{ArticleSource, ArticleVersion, ArticleWrite, KeptArticle};
pub use canned::{CannedReply, CannedWrite};
pub use changes::{Change, Changed};
pub use channel_events::{ChannelEvent, NewEvent};
pub use deliveries::{DeliveryNote, Noted, SentMark};
pub use dialect::Dialect;
pub use examination::Examination;
pub use facts::{Facts, PastRating, PastTrack};
pub use feed::Placed;
pub use feedback::{Feedback, FeedbackKind};
pub use gaps::Gaps;
pub use help::{ArticleVote, HelpSearch, MissedSearch, Votes};
pub use inboxes::{Inbox, NewInbox};
pub use introduction::Introduction;
pub use lessons::{DoubtedMessage, Lesson, NewLesson, SaidMessage, TaughtIntent};
pub use listing::{Counts, HolderFilter, ListCursor, ListOrder, ListState, Listed, ListedCustomer, Listing, Preview};
pub use log::{Accepted, NewEntry, NewMessage};
pub use mails::{Mail, MailKind, MailState, NewMail, Outbox};

pub use merges::{Merge, Merging, Unmerging};
pub use models::{ModelSource, ModelVersion, NewModel};
pub use notes::Note;
pub use people::{KnownBy, MaybeSame, Profile, Resemblance};
pub use presence::Colleague;
pub use questions::KeptQuestion;
pub use queue::{Unread, Waiting};
pub use refused::RefusedOrigin;
pub use reports::{DayReport, HourCount, hour_start};
pub use sessions::{Link, LinkKind, LinkUse, NewLink, Newcomer, SESSION};
pub use shop::{ImportedEvent, StoredFile, Track};
pub use sources::{Edits, PageName, ReadPage, Source, SourceCounts, SourcePage, Taking};
pub use threads::{Person, Reached, Thread, Waits};
pub use trainings::{Training, TrainingEnd, TrainingState};
pub use turns::{TurnCommit, TurnOutcome, TurnRef, TurnWork};
pub use visitors::{Identity, ImportedCustomer, Proof, Visitor};
pub use webhook_messages::{NewWebhookMessage, Replay, WebhookMessage, WebhookMessageState, WebhookTry};
pub use webhooks::{NewWebhook, Webhook, WebhookChange, WebhookCounts, WebhookFailure};

use crate::base::clock::Clock;
use crate::base::vault::Vault;

/// A handle on the database; cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    reader: AnyPool,
    writer: AnyPool,
    dialect: Dialect,
    clock: Clock,
    /// Seals other services' secrets.
    vault: Option<Vault>,
}

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the database {place} cannot be opened: {source}; mend its address, or restore it from a backup")]
    Open { place: String, source: sqlx::Error },
    #[error("the database cannot be used: {0}")]
    Database(#[from] sqlx::Error),
    #[error("the database's tables cannot be brought up to date: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    #[error("`{0}` is no database address: write sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME")]
    Address(String),
    #[error("the database runs with {name} = {found}, which would lose acknowledged messages; it must be {needed}")]
    WeakDurability { name: &'static str, found: String, needed: &'static str },
    #[error("a stored {what} cannot be read: {reason}")]
    Corrupt { what: &'static str, reason: String },
}

pub type Result<T> = std::result::Result<T, StoreError>;

impl Store {
    /// Opens the database, brings its tables up to date, and checks that a commit is durable.
    pub async fn open(url: &str, clock: Clock) -> Result<Self> {
        sqlx::any::install_default_drivers();
        let dialect = Dialect::of(url)?;
        try_to_connect(url, dialect).await.map_err(|source| StoreError::Open { place: place(url), source })?;
        let writer = pool(url, dialect, dialect.writers()).await?;
        dialect.migrate(&writer).await?;
        let reader = match dialect {
            Dialect::Sqlite => pool(url, dialect, 4).await?,
            Dialect::Postgres => writer.clone(),
        };
        let store = Self { reader, writer, dialect, clock, vault: None };
        dialect.check_durability(&store.writer).await?;
        Ok(store)
    }

    /// The same database, with what seals and opens secrets.
    pub fn with_vault(self, vault: Vault) -> Self {
        Self { vault: Some(vault), ..self }
    }

    /// The address of the SQLite database in a data directory.
    pub fn sqlite_url(data_dir: &Path) -> String {
        format!("sqlite:{}?mode=rwc", data_dir.join("rapport.db").display())
    }

    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        sqlx::query("SELECT 1").execute(&self.reader).await?;
        Ok(())
    }

    pub async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }

    async fn begin(&self) -> Result<Transaction<'static, Any>> {
        Ok(self.writer.begin_with(self.dialect.begin()).await?)
    }

    fn now_micros(&self) -> i64 {
        self.clock.now().as_microsecond()
    }
}

/// Connects once by itself: a pool would try a damaged file again and again, and tell
/// only that its time was up.
async fn try_to_connect(url: &str, dialect: Dialect) -> std::result::Result<(), sqlx::Error> {
    let mut connection = AnyConnection::connect(url).await?;
    dialect.configure(&mut connection).await?;
    connection.close().await
}

/// An address without its password.
fn place(url: &str) -> String {
    match url.rsplit_once('@') {
        Some((_, place)) => place.to_owned(),
        None => url.split('?').next().unwrap_or(url).to_owned(),
    }
}

async fn pool(url: &str, dialect: Dialect, connections: u32) -> Result<AnyPool> {
    let pool = AnyPoolOptions::new()
        .max_connections(connections)
        // A test before each use would cost a round trip a query; a dead connection
        // shows itself in the query that follows, and its turn is tried again.
        .test_before_acquire(false)
        .after_connect(move |connection, _| Box::pin(dialect.configure(connection)))
        // SQLite itself rolls back when the disk is full. sqlx does not notice, and would
        // refuse every later transaction on that connection: it gives way to a new one.
        .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
        .connect(url)
        .await?;
    Ok(pool)
}

/// Reads a JSON column.
fn json<T: serde::de::DeserializeOwned>(row: &AnyRow, column: &'static str) -> Result<T> {
    let text: &str = row.try_get(column)?;
    parse_json(text, column)
}

fn parse_json<T: serde::de::DeserializeOwned>(text: &str, what: &'static str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| StoreError::Corrupt { what, reason: error.to_string() })
}

fn to_json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("our own types serialise: this is a bug")
}
