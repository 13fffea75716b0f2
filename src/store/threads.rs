//! Threads: a conversation's place at a vendor's side, with one number, the last seq that
//! was sent there. Like a socket, a thread that missed something reads the log on.
//!
//! Whoever sends leases the thread: the lease moves its next try into the future, so that
//! a sender which dies is followed by the next try. A crash between the vendor's taking a
//! message and our noting it sends that one message again; nothing else does.

use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Any, AssertSqlSafe, Row, Transaction};

use super::contacts::{find_person, is_known_as, keep_person};
use super::visitors::new_conversation;
use super::{Result, Store, StoreError, json, to_json};
use crate::base::clock::from_micros;
use crate::domain::entry::Seq;
use crate::domain::{Audience, Contact, ConversationId, CustomerId, InboxId, ThreadId};

#[derive(Clone, Debug, PartialEq)]
pub struct Thread {
    pub id: ThreadId,
    pub conversation_id: ConversationId,
    pub inbox_id: InboxId,
    pub audience: Audience,
    /// The channel's own name of the place, for example a telephone number.
    pub place: String,
    /// What the channel needs to write there.
    pub details: serde_json::Value,
    pub last_seq: Seq,
    /// The last entry that is done.
    pub sent_seq: Seq,
    /// Of the entry after it, so many messages have gone out.
    pub sent_parts: i64,
    /// When the customer last wrote.
    pub customer_at: Timestamp,
    pub attempts: i64,
    pub next_at: Timestamp,
    pub error: Option<String>,
}

/// Who writes, as far as the channel knows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Person {
    /// Proven: whoever has one of these is this person. The first that is known decides.
    pub contacts: Vec<Contact>,
    pub name: Option<String>,
    /// Where to write to them; proves nothing.
    pub email: Option<String>,
    pub phone: Option<String>,
    pub locale: Option<String>,
}

/// A person in a place.
#[derive(Clone, Debug, PartialEq)]
pub struct Reached {
    pub thread: ThreadId,
    pub conversation_id: ConversationId,
    pub customer_id: CustomerId,
}

/// Why a conversation's words have not gone out yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Waits {
    pub inbox_id: InboxId,
    /// The first entry that waits.
    pub seq: Seq,
    pub attempts: i64,
    pub next_at: Timestamp,
    pub error: String,
}

const COLUMNS: &str = "t.id, t.conversation_id, t.inbox_id, t.audience, t.place, t.details, t.last_seq, t.sent_seq, \
                       t.sent_parts, t.customer_at, t.attempts, t.next_at, t.error";

impl Store {
    /// The conversation that a place stands for, made if it is new, with its person. With
    /// `resume`, a new place continues that conversation.
    pub async fn reach(
        &self,
        inbox: &InboxId,
        place: &str,
        details: &serde_json::Value,
        person: &Person,
        resume: Option<&ConversationId>,
    ) -> Result<Reached> {
        loop {
            let mut tx = self.begin().await?;
            // Lost against another who made the same at the same moment: theirs is found next.
            if let Some(reached) = self.try_to_reach(&mut tx, (inbox, place), details, person, resume).await? {
                tx.commit().await?;
                return Ok(reached);
            }
        }
    }

    async fn try_to_reach(
        &self,
        tx: &mut Transaction<'static, Any>,
        (inbox, place): (&InboxId, &str),
        details: &serde_json::Value,
        person: &Person,
        resume: Option<&ConversationId>,
    ) -> Result<Option<Reached>> {
        let now = self.now_micros();
        // Two first messages at once would each make a person, a conversation and a thread.
        sqlx::query(self.dialect.lock_inbox()).bind(inbox.as_str()).execute(&mut **tx).await?;
        let known = sqlx::query(
            // What waited for the customer to write goes out now.
            "UPDATE threads SET details = $3, customer_at = $4, \
             next_at = CASE WHEN last_seq > sent_seq AND error IS NOT NULL THEN $4 ELSE next_at END \
             WHERE inbox_id = $1 AND place = $2 RETURNING id, conversation_id",
        )
        .bind(inbox.as_str())
        .bind(place)
        .bind(to_json(details))
        .bind(now)
        .fetch_optional(&mut **tx)
        .await?;
        if let Some(row) = known {
            let conversation_id = ConversationId(row.try_get("conversation_id")?);
            let Some(customer_id) = owner(tx, &conversation_id).await? else { return Ok(None) };
            // In a place of several people others write, too: what is known of them is not the owner's.
            if is_known_as(tx, &customer_id, person).await? {
                keep_person(tx, &customer_id, person, now).await?;
            }
            return Ok(Some(Reached { thread: ThreadId(row.try_get("id")?), conversation_id, customer_id }));
        }
        let resumed = match resume {
            Some(id) => owner(tx, id).await?.map(|customer| (id.clone(), customer)),
            None => None,
        };
        let (conversation_id, customer_id) = match resumed {
            Some(resumed) => resumed,
            None => {
                let Some(customer_id) = find_person(tx, person, now).await? else { return Ok(None) };
                (new_conversation(tx, inbox, &customer_id, now).await?, customer_id)
            }
        };
        let thread = ThreadId::generate();
        let row = sqlx::query(
            "INSERT INTO threads (id, conversation_id, inbox_id, audience, place, details, last_seq, sent_seq, \
             customer_at, next_at, created_at) \
             SELECT $1, c.id, $3, 'customer', $4, $5, c.last_seq, c.last_seq, $6, $6, $6 FROM conversations c \
             WHERE c.id = $2 ON CONFLICT (inbox_id, place) DO NOTHING RETURNING id",
        )
        .bind(thread.as_str())
        .bind(conversation_id.as_str())
        .bind(inbox.as_str())
        .bind(place)
        .bind(to_json(details))
        .bind(now)
        .fetch_optional(&mut **tx)
        .await?;
        if row.is_none() {
            return Ok(None);
        }
        follow(tx, &conversation_id).await?;
        Ok(Some(Reached { thread, conversation_id, customer_id }))
    }

    /// A thread for colleagues who follow a conversation elsewhere, from that seq on;
    /// whether it is new.
    pub async fn add_staff_thread(
        &self,
        inbox: &InboxId,
        conversation: &ConversationId,
        place: &str,
        after: Seq,
    ) -> Result<bool> {
        let now = self.now_micros();
        let mut tx = self.begin().await?;
        let row = sqlx::query(
            "INSERT INTO threads (id, conversation_id, inbox_id, audience, place, last_seq, sent_seq, customer_at, \
             next_at, created_at) \
             SELECT $1, c.id, $3, 'staff', $4, c.last_seq, $5, $6, $6, $6 FROM conversations c WHERE c.id = $2 \
             ON CONFLICT (inbox_id, place) DO NOTHING RETURNING id",
        )
        .bind(ThreadId::generate().0)
        .bind(conversation.as_str())
        .bind(inbox.as_str())
        .bind(place)
        .bind(after)
        .bind(now)
        .fetch_optional(&mut *tx)
        .await?;
        if row.is_some() {
            follow(&mut tx, conversation).await?;
        }
        tx.commit().await?;
        Ok(row.is_some())
    }

    /// Leases threads that have something to send, until then.
    pub async fn lease_threads(&self, until: Timestamp, limit: i64) -> Result<Vec<Thread>> {
        let now = self.now_micros();
        let any = sqlx::query("SELECT 1 FROM threads WHERE last_seq > sent_seq AND next_at <= $1 LIMIT 1")
            .bind(now)
            .fetch_optional(&self.reader)
            .await?;
        if any.is_none() {
            return Ok(Vec::new());
        }
        let rows = sqlx::query(AssertSqlSafe(format!(
            "UPDATE threads AS t SET next_at = $2, attempts = t.attempts + 1 WHERE t.last_seq > t.sent_seq \
             AND t.next_at <= $1 AND t.id IN (SELECT d.id FROM threads d JOIN inboxes i ON i.id = d.inbox_id \
               WHERE d.last_seq > d.sent_seq AND d.next_at <= $1 AND i.active = 1 ORDER BY d.next_at, d.id LIMIT $3) \
             RETURNING {}",
            COLUMNS.replace("t.", "")
        )))
        .bind(now)
        .bind(until.as_microsecond())
        .bind(limit)
        .fetch_all(&self.writer)
        .await?;
        rows.iter().map(thread).collect()
    }

    pub async fn thread(&self, id: &ThreadId) -> Result<Option<Thread>> {
        let row = sqlx::query(AssertSqlSafe(format!("SELECT {COLUMNS} FROM threads t WHERE t.id = $1")))
            .bind(id.as_str())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(thread).transpose()
    }

    pub async fn thread_at(&self, inbox: &InboxId, place: &str) -> Result<Option<Thread>> {
        let row = sqlx::query(AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM threads t WHERE t.inbox_id = $1 AND t.place = $2"
        )))
        .bind(inbox.as_str())
        .bind(place)
        .fetch_optional(&self.reader)
        .await?;
        row.as_ref().map(thread).transpose()
    }

    /// The threads of a conversation.
    pub async fn threads_of(&self, id: &ConversationId) -> Result<Vec<Thread>> {
        let rows = sqlx::query(AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM threads t WHERE t.conversation_id = $1 ORDER BY t.created_at, t.id"
        )))
        .bind(id.as_str())
        .fetch_all(&self.reader)
        .await?;
        rows.iter().map(thread).collect()
    }

    /// What a channel keeps of a thread.
    pub async fn set_thread_details(&self, id: &ThreadId, details: &serde_json::Value) -> Result<()> {
        sqlx::query("UPDATE threads SET details = $2 WHERE id = $1")
            .bind(id.as_str())
            .bind(to_json(details))
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Everything up to that entry is done, and whoever sends goes on: the lease stays.
    pub async fn thread_sent(&self, id: &ThreadId, seq: Seq) -> Result<()> {
        sqlx::query(
            "UPDATE threads SET sent_seq = $2, sent_parts = 0, attempts = 1, error = NULL WHERE id = $1 AND sent_seq <= $2",
        )
        .bind(id.as_str())
        .bind(seq)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// Everything up to that entry is done, and the lease ends: what comes next is due at once.
    pub async fn thread_done(&self, id: &ThreadId, seq: Seq) -> Result<()> {
        sqlx::query(
            "UPDATE threads SET sent_seq = $2, sent_parts = 0, attempts = 0, error = NULL, next_at = $3 \
             WHERE id = $1 AND sent_seq <= $2",
        )
        .bind(id.as_str())
        .bind(seq)
        .bind(self.now_micros())
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// What waits in a thread is due at once, unless it waits for a reason.
    pub async fn thread_due(&self, id: &ThreadId) -> Result<()> {
        sqlx::query("UPDATE threads SET next_at = $2 WHERE id = $1 AND last_seq > sent_seq AND error IS NULL")
            .bind(id.as_str())
            .bind(self.now_micros())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// The thread is tried again then, and why.
    pub async fn thread_waits(&self, id: &ThreadId, error: &str, until: Timestamp) -> Result<()> {
        sqlx::query("UPDATE threads SET error = $2, next_at = $3 WHERE id = $1")
            .bind(id.as_str())
            .bind(error)
            .bind(until.as_microsecond())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Lets what waits in a conversation go out at once; whether anything waits.
    pub async fn retry_threads(&self, id: &ConversationId) -> Result<bool> {
        let done = sqlx::query(
            "UPDATE threads SET next_at = $2, attempts = 0 WHERE conversation_id = $1 AND last_seq > sent_seq",
        )
        .bind(id.as_str())
        .bind(self.now_micros())
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Lets what waits in an inbox go out at once: its trouble is over.
    pub async fn wake_threads(&self, inbox: &InboxId) -> Result<()> {
        sqlx::query("UPDATE threads SET next_at = $2, attempts = 0 WHERE inbox_id = $1 AND last_seq > sent_seq")
            .bind(inbox.as_str())
            .bind(self.now_micros())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Frees every lease. Only for a node that knows it is alone with the database.
    pub async fn free_thread_leases(&self) -> Result<()> {
        sqlx::query("UPDATE threads SET next_at = $1 WHERE last_seq > sent_seq AND error IS NULL AND next_at > $1")
            .bind(self.now_micros())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// What of a conversation has not gone out although it was tried.
    pub async fn waits(&self, id: &ConversationId) -> Result<Vec<Waits>> {
        let rows = sqlx::query(
            "SELECT inbox_id, sent_seq, attempts, next_at, error FROM threads \
             WHERE conversation_id = $1 AND last_seq > sent_seq AND error IS NOT NULL ORDER BY created_at, id",
        )
        .bind(id.as_str())
        .fetch_all(&self.reader)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(Waits {
                    inbox_id: InboxId(row.try_get("inbox_id")?),
                    seq: row.try_get::<i64, _>("sent_seq")? + 1,
                    attempts: row.try_get("attempts")?,
                    next_at: from_micros(row.try_get("next_at")?),
                    error: row.try_get("error")?,
                })
            })
            .collect()
    }
}

/// From now on each new entry tells the conversation's threads.
async fn follow(tx: &mut Transaction<'static, Any>, id: &ConversationId) -> Result<()> {
    sqlx::query("UPDATE conversations SET outward = 1 WHERE id = $1").bind(id.as_str()).execute(&mut **tx).await?;
    Ok(())
}

async fn owner(tx: &mut Transaction<'static, Any>, id: &ConversationId) -> Result<Option<CustomerId>> {
    let row = sqlx::query("SELECT customer_id FROM conversations WHERE id = $1")
        .bind(id.as_str())
        .fetch_optional(&mut **tx)
        .await?;
    row.map(|row| Ok(CustomerId(row.try_get("customer_id")?))).transpose()
}

fn thread(row: &AnyRow) -> Result<Thread> {
    Ok(Thread {
        id: ThreadId(row.try_get("id")?),
        conversation_id: ConversationId(row.try_get("conversation_id")?),
        inbox_id: InboxId(row.try_get("inbox_id")?),
        audience: match row.try_get::<&str, _>("audience")? {
            "customer" => Audience::Customer,
            "staff" => Audience::Staff,
            other => {
                return Err(StoreError::Corrupt { what: "thread", reason: format!("nobody is a `{other}`") });
            }
        },
        place: row.try_get("place")?,
        details: json(row, "details")?,
        last_seq: row.try_get("last_seq")?,
        sent_seq: row.try_get("sent_seq")?,
        sent_parts: row.try_get("sent_parts")?,
        customer_at: from_micros(row.try_get("customer_at")?),
        attempts: row.try_get("attempts")?,
        next_at: from_micros(row.try_get("next_at")?),
        error: row.try_get("error")?,
    })
}
