//! The append-only log of a conversation.
//!
//! Invariant: a conversation's entries carry the seqs 1, 2, 3, … without a gap, and
//! `conversations.last_seq` is the last of them. Every append goes through
//! [`append`], inside a transaction that has locked the conversation's row.

use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Any, Row, Transaction};

use super::turns::TurnRef;
use super::{Result, Store, StoreError, json, to_json};
use crate::base::clock::from_micros;
use crate::base::privacy::Kinds;
use crate::domain::content::StatusState;
use crate::domain::entry::{Author, AuthorKind, Entry, Seq};
use crate::domain::{AgentId, Content, ConversationId, TurnId};

/// A customer's message, as a channel hands it in.
#[derive(Clone, Debug)]
pub struct NewMessage {
    pub conversation_id: ConversationId,
    pub author: Author,
    /// The client's own id of the message: the same again adds nothing.
    pub client_key: String,
    /// Attached files first, then the words; the last one is what is acknowledged.
    pub contents: Vec<Content>,
}

/// What became of a customer's message.
#[derive(Clone, Debug, PartialEq)]
pub struct Accepted {
    pub seq: Seq,
    pub at: Timestamp,
    /// The bot's work on it; none while a person holds the conversation, nor for a repeat.
    pub turn: Option<TurnRef>,
    /// Whether this message had been accepted before.
    pub repeated: bool,
    /// What was written; nothing for a repeat.
    pub entries: Vec<Entry>,
}

/// An entry that is about to get its seq.
#[derive(Clone, Debug)]
pub struct NewEntry {
    pub author: Author,
    pub content: Content,
    pub in_reply_to: Option<Seq>,
    pub turn: Option<TurnId>,
    pub client_key: Option<String>,
}

impl NewEntry {
    pub fn new(author: Author, content: Content) -> Self {
        Self { author, content, in_reply_to: None, turn: None, client_key: None }
    }
}

/// A conversation's row, locked until the transaction ends.
pub(super) struct Locked {
    pub id: ConversationId,
    pub resolved: bool,
    pub holder: Option<AgentId>,
    pub last_seq: Seq,
    /// The last entry with words.
    pub words_seq: Seq,
    /// Since when the customer waits in the queue, in microseconds.
    pub queued_at: Option<i64>,
    /// Whether threads of channels follow the log.
    pub outward: bool,
}

impl Store {
    /// Commits a customer's message and, while the bot holds the conversation, the turn
    /// that will answer it. When this returns, the message is on disk.
    ///
    /// The turn is leased to `lease_owner` at once, which saves a transaction of its own.
    pub async fn accept_message(
        &self,
        message: NewMessage,
        lease_owner: &str,
        lease_until: Timestamp,
    ) -> Result<Option<Accepted>> {
        let now = self.now_micros();
        let mut tx = self.begin().await?;
        let Some(mut conversation) = lock(&mut tx, self, &message.conversation_id).await? else {
            return Ok(None);
        };
        if let Some((seq, at)) = accepted_before(&mut tx, &conversation.id, &message.client_key).await? {
            return Ok(Some(Accepted { seq, at, turn: None, repeated: true, entries: Vec::new() }));
        }
        let mut entries = Vec::new();
        if conversation.resolved {
            let reopened = NewEntry::new(Author::system(), Content::state(StatusState::Reopened));
            entries.push(append(&mut tx, &mut conversation, now, reopened).await?);
        }
        let last = message.contents.len().saturating_sub(1);
        for (place, content) in message.contents.into_iter().enumerate() {
            let mut entry = NewEntry::new(message.author.clone(), content);
            entry.client_key = (place == last).then(|| message.client_key.clone());
            entries.push(append(&mut tx, &mut conversation, now, entry).await?);
        }
        let seq = conversation.last_seq;
        // What a person holds waits for that person; whatever slept wakes up.
        sqlx::query(
            "UPDATE conversations SET last_seq = $2, words_seq = $3, customer_seq = $2, status = 'open', \
             updated_at = $4, snoozed_until = NULL, waiting_since = \
             CASE WHEN holder IS NULL THEN waiting_since ELSE COALESCE(waiting_since, $4) END WHERE id = $1",
        )
        .bind(conversation.id.as_str())
        .bind(seq)
        .bind(conversation.words_seq)
        .bind(now)
        .execute(&mut *tx)
        .await?;
        let turn = if conversation.holder.is_none() {
            let turn = TurnRef { id: TurnId::generate(), conversation_id: conversation.id.clone(), message_seq: seq };
            sqlx::query(
                "INSERT INTO turns (id, conversation_id, message_seq, state, lease_owner, lease_until, created_at) \
                 VALUES ($1, $2, $3, 'pending', $4, $5, $6)",
            )
            .bind(turn.id.as_str())
            .bind(turn.conversation_id.as_str())
            .bind(seq)
            .bind(lease_owner)
            .bind(lease_until.as_microsecond())
            .bind(now)
            .execute(&mut *tx)
            .await?;
            Some(turn)
        } else {
            None
        };
        tx.commit().await?;
        Ok(Some(Accepted { seq, at: from_micros(now), turn, repeated: false, entries }))
    }

    /// Writes what a customer said beside the conversation: no turn answers it, it wakes
    /// and reopens nothing. The entry, unless it was written before.
    pub async fn add_aside(
        &self,
        id: &ConversationId,
        author: Author,
        client_key: &str,
        content: Content,
    ) -> Result<Option<Entry>> {
        let now = self.now_micros();
        let mut tx = self.begin().await?;
        let Some(mut conversation) = lock(&mut tx, self, id).await? else { return Ok(None) };
        if accepted_before(&mut tx, id, client_key).await?.is_some() {
            return Ok(None);
        }
        let mut entry = NewEntry::new(author, content);
        entry.client_key = Some(client_key.to_owned());
        let entry = append(&mut tx, &mut conversation, now, entry).await?;
        sqlx::query("UPDATE conversations SET last_seq = $2, words_seq = $3, updated_at = $4 WHERE id = $1")
            .bind(id.as_str())
            .bind(conversation.last_seq)
            .bind(conversation.words_seq)
            .bind(now)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(Some(entry))
    }

    /// The entries after `after`, in order, at most `limit`.
    pub async fn entries(&self, id: &ConversationId, after: Seq, limit: i64) -> Result<Vec<Entry>> {
        let rows = sqlx::query(
            "SELECT seq, at, author_kind, author_id, author_name, content, in_reply_to, turn_id \
             FROM entries WHERE conversation_id = $1 AND seq > $2 ORDER BY seq LIMIT $3",
        )
        .bind(id.as_str())
        .bind(after)
        .bind(limit)
        .fetch_all(&self.reader)
        .await?;
        rows.iter().map(entry).collect()
    }

    /// Under which key an entry was written, if under one.
    pub async fn entry_key(&self, id: &ConversationId, seq: Seq) -> Result<Option<String>> {
        let row = sqlx::query("SELECT client_key FROM entries WHERE conversation_id = $1 AND seq = $2")
            .bind(id.as_str())
            .bind(seq)
            .fetch_optional(&self.reader)
            .await?;
        Ok(row.map(|row| row.try_get("client_key")).transpose()?.flatten())
    }

    /// One entry, if the log has it.
    pub async fn entry(&self, id: &ConversationId, seq: Seq) -> Result<Option<Entry>> {
        Ok(self.entries(id, seq - 1, 1).await?.into_iter().find(|entry| entry.seq == seq))
    }
}

/// Locks a conversation for the rest of the transaction.
pub(super) async fn lock(
    tx: &mut Transaction<'static, Any>,
    store: &Store,
    id: &ConversationId,
) -> Result<Option<Locked>> {
    let row = sqlx::query(store.dialect.lock_conversation()).bind(id.as_str()).fetch_optional(&mut **tx).await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Locked {
        id: id.clone(),
        resolved: row.try_get::<&str, _>("status")? == "resolved",
        holder: row.try_get::<Option<String>, _>("holder")?.map(AgentId),
        last_seq: row.try_get("last_seq")?,
        words_seq: row.try_get("words_seq")?,
        queued_at: row.try_get("queued_at")?,
        outward: row.try_get::<i64, _>("outward")? != 0,
    }))
}

/// Adds one entry after the last, and gives it as it stands there. The caller writes
/// `last_seq` and `words_seq` back before it commits.
///
/// Invariant: no entry holds the number of a payment card that somebody typed, in whatever channel.
/// What is never written is in no backup, no export and no other system.
pub(super) async fn append(
    tx: &mut Transaction<'static, Any>,
    conversation: &mut Locked,
    now: i64,
    entry: NewEntry,
) -> Result<Entry> {
    conversation.last_seq += 1;
    let entry = NewEntry { content: entry.content.masked(Kinds::CARDS), ..entry };
    let line = entry.content.line();
    if line.is_some() {
        conversation.words_seq = conversation.last_seq;
    }
    sqlx::query(
        "INSERT INTO entries (conversation_id, seq, at, author_kind, author_id, author_name, content, in_reply_to, \
         turn_id, client_key, words) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(conversation.id.as_str())
    .bind(conversation.last_seq)
    .bind(now)
    .bind(entry.author.kind.as_str())
    .bind(entry.author.id.clone())
    .bind(entry.author.name.clone())
    .bind(to_json(&entry.content))
    .bind(entry.in_reply_to)
    .bind(entry.turn.as_ref().map(|turn| turn.0.clone()))
    .bind(entry.client_key)
    .bind(line)
    .execute(&mut **tx)
    .await?;
    if conversation.outward {
        sqlx::query("UPDATE threads SET last_seq = $2 WHERE conversation_id = $1")
            .bind(conversation.id.as_str())
            .bind(conversation.last_seq)
            .execute(&mut **tx)
            .await?;
    }
    Ok(Entry {
        seq: conversation.last_seq,
        at: from_micros(now),
        author: entry.author,
        content: entry.content,
        in_reply_to: entry.in_reply_to,
        turn: entry.turn,
    })
}

/// Where a message with this client key stands already, if it does.
pub(super) async fn accepted_before(
    tx: &mut Transaction<'static, Any>,
    id: &ConversationId,
    client_key: &str,
) -> Result<Option<(Seq, Timestamp)>> {
    let row = sqlx::query("SELECT seq, at FROM entries WHERE conversation_id = $1 AND client_key = $2")
        .bind(id.as_str())
        .bind(client_key)
        .fetch_optional(&mut **tx)
        .await?;
    row.map(|row| Ok((row.try_get("seq")?, from_micros(row.try_get("at")?)))).transpose()
}

pub(super) fn entry(row: &AnyRow) -> Result<Entry> {
    let kind: &str = row.try_get("author_kind")?;
    let kind = AuthorKind::parse(kind)
        .ok_or_else(|| StoreError::Corrupt { what: "author", reason: format!("no author is a `{kind}`") })?;
    Ok(Entry {
        seq: row.try_get("seq")?,
        at: from_micros(row.try_get("at")?),
        author: Author { kind, id: row.try_get("author_id")?, name: row.try_get("author_name")? },
        content: json(row, "content")?,
        in_reply_to: row.try_get("in_reply_to")?,
        turn: row.try_get::<Option<String>, _>("turn_id")?.map(TurnId),
    })
}
