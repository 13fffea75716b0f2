//! What became of what was sent: the vendor's ids of messages, and what it told of them.
//!
//! A vendor tells `read` before `delivered` if it likes: a state never goes back.

use sqlx::{Any, AssertSqlSafe, Row, Transaction};

use super::log::{NewEntry, accepted_before, append, lock};
use super::threads::Thread;
use super::{Result, Store, to_json};
use crate::domain::content::Delivery;
use crate::domain::entry::{Author, Entry, Seq};
use crate::domain::{Content, ConversationId, InboxId};

/// A message that the vendor has taken.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SentMark {
    /// By which it will tell what became of it.
    pub external_id: Option<String>,
    /// What the thread is to remember from now on.
    pub details: Option<serde_json::Value>,
}

/// What a vendor tells of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryNote {
    pub external_id: String,
    pub state: Delivery,
    /// Why it failed, in words.
    pub reason: Option<String>,
}

/// What became of a note.
#[derive(Clone, Debug, PartialEq)]
pub enum Noted {
    /// The log tells it now.
    Told(ConversationId, Box<Entry>),
    /// It was known, or something later is.
    Stale,
    /// No message has this id, or not yet.
    Unknown,
}

impl Store {
    /// Notes that one more message of the entry after `sent_seq` was taken by the vendor.
    pub async fn part_sent(&self, thread: &Thread, seq: Seq, parts: i64, mark: &SentMark) -> Result<()> {
        let now = self.now_micros();
        let mut tx = self.begin().await?;
        sqlx::query(
            "UPDATE threads SET sent_parts = $2, details = COALESCE($3, details), attempts = 1, error = NULL \
             WHERE id = $1",
        )
        .bind(thread.id.as_str())
        .bind(parts)
        .bind(mark.details.as_ref().map(to_json))
        .execute(&mut *tx)
        .await?;
        if let Some(external_id) = &mark.external_id {
            sqlx::query(
                "INSERT INTO deliveries (inbox_id, external_id, conversation_id, seq, state, at) \
                 VALUES ($1, $2, $3, $4, 'sent', $5) ON CONFLICT (inbox_id, external_id) DO NOTHING",
            )
            .bind(thread.inbox_id.as_str())
            .bind(external_id.clone())
            .bind(thread.conversation_id.as_str())
            .bind(seq)
            .bind(now)
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Writes into the log what a vendor told, unless something later is known.
    pub async fn note_delivery(&self, inbox: &InboxId, note: &DeliveryNote) -> Result<Noted> {
        let now = self.now_micros();
        let mut tx = self.begin().await?;
        let row = sqlx::query("SELECT conversation_id, seq FROM deliveries WHERE inbox_id = $1 AND external_id = $2")
            .bind(inbox.as_str())
            .bind(note.external_id.clone())
            .fetch_optional(&mut *tx)
            .await?;
        let Some(row) = row else { return Ok(Noted::Unknown) };
        let (id, seq) = (ConversationId(row.try_get("conversation_id")?), row.try_get::<i64, _>("seq")?);
        let later: Vec<String> = later(note.state).iter().map(|state| format!("'{state}'")).collect();
        let done = sqlx::query(AssertSqlSafe(format!(
            "UPDATE deliveries SET state = $3, reason = $4, at = $5 WHERE inbox_id = $1 AND external_id = $2 \
             AND state NOT IN ({})",
            later.join(", ")
        )))
        .bind(inbox.as_str())
        .bind(note.external_id.clone())
        .bind(name(note.state))
        .bind(note.reason.clone())
        .bind(now)
        .execute(&mut *tx)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(Noted::Stale);
        }
        let told = tell(&mut tx, self, (&id, seq), note.state, note.reason.as_deref()).await?;
        tx.commit().await?;
        Ok(told.map_or(Noted::Stale, |entry| Noted::Told(id, Box::new(entry))))
    }

    /// The entry of which a message with that id was sent.
    pub async fn sent_as(&self, inbox: &InboxId, external_id: &str) -> Result<Option<(ConversationId, Seq)>> {
        let row = sqlx::query("SELECT conversation_id, seq FROM deliveries WHERE inbox_id = $1 AND external_id = $2")
            .bind(inbox.as_str())
            .bind(external_id.to_owned())
            .fetch_optional(&self.reader)
            .await?;
        row.map(|row| Ok((ConversationId(row.try_get("conversation_id")?), row.try_get("seq")?))).transpose()
    }

    /// Writes into the log that an entry will not reach the customer, and why.
    pub async fn entry_failed(&self, id: &ConversationId, seq: Seq, reason: &str) -> Result<Option<Entry>> {
        let mut tx = self.begin().await?;
        let told = tell(&mut tx, self, (id, seq), Delivery::Failed, Some(reason)).await?;
        tx.commit().await?;
        Ok(told)
    }
}

fn name(state: Delivery) -> &'static str {
    match state {
        Delivery::Sent => "sent",
        Delivery::Delivered => "delivered",
        Delivery::Read => "read",
        Delivery::Failed => "failed",
    }
}

/// The states after which this one is no news.
fn later(state: Delivery) -> &'static [&'static str] {
    match state {
        // What we note ourselves when the vendor takes it says less than the vendor's own word.
        Delivery::Sent => &["delivered", "read", "failed"],
        Delivery::Delivered => &["delivered", "read", "failed"],
        Delivery::Read => &["read"],
        Delivery::Failed => &["delivered", "read", "failed"],
    }
}

/// Appends the status, once for each entry and state, and none that the log has passed.
async fn tell(
    tx: &mut Transaction<'static, Any>,
    store: &Store,
    (id, seq): (&ConversationId, Seq),
    state: Delivery,
    reason: Option<&str>,
) -> Result<Option<Entry>> {
    let Some(mut conversation) = lock(tx, store, id).await? else { return Ok(None) };
    let key = |state: &str| format!("delivery:{seq}:{state}");
    for passed in std::iter::once(&name(state)).chain(later(state)) {
        if accepted_before(tx, id, &key(passed)).await?.is_some() {
            return Ok(None);
        }
    }
    let content =
        Content::Status { state: None, message: Some(seq), delivery: Some(state), reason: reason.map(str::to_owned) };
    let mut entry = NewEntry::new(Author::system(), content);
    entry.client_key = Some(key(name(state)));
    let entry = append(tx, &mut conversation, store.now_micros(), entry).await?;
    sqlx::query("UPDATE conversations SET last_seq = $2 WHERE id = $1")
        .bind(id.as_str())
        .bind(entry.seq)
        .execute(&mut **tx)
        .await?;
    Ok(Some(entry))
}
