//! Events on their way to the endpoints of webhooks.
//!
//! An event is written once for an endpoint and a place in the log: its id is made of
//! both, so that reading the log again adds nothing, and so that ids sort as the log does.

use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Any, AssertSqlSafe, Row, Transaction};

use super::{Result, Store, StoreError};
use crate::base::clock::from_micros;
use crate::domain::webhook::EventKind;
use crate::domain::{ConversationId, WebhookId};

/// An event about to be written for an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewWebhookMessage {
    pub id: String,
    pub webhook_id: WebhookId,
    pub kind: EventKind,
    pub conversation_id: ConversationId,
    pub body: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookMessageState {
    Waiting,
    Sent,
    /// Given up, or skipped; only a person sends it again.
    Failed,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookMessage {
    pub id: String,
    pub kind: String,
    pub conversation_id: ConversationId,
    pub body: String,
    pub state: WebhookMessageState,
    pub attempts: i64,
    pub next_at: Timestamp,
    pub status: Option<i64>,
    pub answer: Option<String>,
    pub error: Option<String>,
    pub duration_ms: Option<i64>,
    pub tried_at: Option<Timestamp>,
    pub sent_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

/// One try, as it is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebhookTry {
    pub message: String,
    pub status: Option<i64>,
    pub answer: Option<String>,
    pub error: Option<String>,
    pub duration_ms: i64,
}

/// What is to be sent again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replay {
    One(String),
    Failed,
    /// Everything since then, sent or not.
    Since(Timestamp),
}

impl WebhookMessageState {
    pub fn as_str(self) -> &'static str {
        match self {
            WebhookMessageState::Waiting => "waiting",
            WebhookMessageState::Sent => "sent",
            WebhookMessageState::Failed => "failed",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        [Self::Waiting, Self::Sent, Self::Failed].into_iter().find(|state| state.as_str() == name)
    }
}

impl Store {
    /// How far a follower of the log has come; 0 where it never began.
    pub async fn follower(&self, name: &str) -> Result<i64> {
        let row = sqlx::query("SELECT position FROM followers WHERE name = $1")
            .bind(name)
            .fetch_optional(&self.reader)
            .await?;
        Ok(row.map(|row| row.try_get("position")).transpose()?.unwrap_or(0))
    }

    /// Writes events and how far the log was read for them, together.
    pub async fn fan_out(&self, follower: &str, position: i64, messages: &[NewWebhookMessage]) -> Result<()> {
        let now = self.now_micros();
        let mut tx = self.begin().await?;
        for message in messages {
            insert(&mut tx, now, message).await?;
        }
        sqlx::query(
            "INSERT INTO followers (name, position) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET position = \
             CASE WHEN followers.position < $2 THEN $2 ELSE followers.position END",
        )
        .bind(follower)
        .bind(position)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// What is due for an endpoint, in its order.
    pub async fn due_webhook_messages(&self, id: &WebhookId, limit: i64) -> Result<Vec<WebhookMessage>> {
        let rows = sqlx::query(
            "SELECT * FROM webhook_messages WHERE webhook_id = $1 AND state = 'waiting' AND next_at <= $2 \
             ORDER BY id LIMIT $3",
        )
        .bind(id.as_str())
        .bind(self.now_micros())
        .bind(limit)
        .fetch_all(&self.reader)
        .await?;
        rows.iter().map(message).collect()
    }

    /// An endpoint's messages in that state (or in any), the newest first, after `cursor`.
    pub async fn webhook_messages(
        &self,
        id: &WebhookId,
        state: Option<WebhookMessageState>,
        cursor: Option<&str>,
        limit: i64,
    ) -> Result<Vec<WebhookMessage>> {
        let rows = sqlx::query(
            "SELECT * FROM webhook_messages WHERE webhook_id = $1 AND ($2 = '' OR state = $2) \
             AND ($3 = '' OR id < $3) ORDER BY id DESC LIMIT $4",
        )
        .bind(id.as_str())
        .bind(state.map(WebhookMessageState::as_str).unwrap_or_default())
        .bind(cursor.unwrap_or_default())
        .bind(limit)
        .fetch_all(&self.reader)
        .await?;
        rows.iter().map(message).collect()
    }

    pub async fn webhook_message(&self, id: &WebhookId, message_id: &str) -> Result<Option<WebhookMessage>> {
        let row = sqlx::query("SELECT * FROM webhook_messages WHERE webhook_id = $1 AND id = $2")
            .bind(id.as_str())
            .bind(message_id)
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(message).transpose()
    }

    /// Sends messages again, at once and from the start; how many.
    pub async fn replay_webhook(&self, id: &WebhookId, what: &Replay) -> Result<u64> {
        let (rule, one, since) = match what {
            Replay::One(message) => ("id = $2", message.as_str(), 0),
            Replay::Failed => ("state = 'failed'", "", 0),
            Replay::Since(time) => ("created_at >= $3", "", time.as_microsecond()),
        };
        let mut tx = self.begin().await?;
        let done = sqlx::query(AssertSqlSafe(format!(
            "UPDATE webhook_messages SET state = 'waiting', attempts = 0, next_at = 0, sent_at = NULL \
             WHERE webhook_id = $1 AND {rule} AND $2 = $2 AND $3 = $3"
        )))
        .bind(id.as_str())
        .bind(one)
        .bind(since)
        .execute(&mut *tx)
        .await?;
        sqlx::query("UPDATE webhooks SET paused_until = NULL WHERE id = $1")
            .bind(id.as_str())
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(done.rows_affected())
    }

    /// Gives up what waits for an endpoint; it can be replayed. How many there were.
    pub async fn skip_webhook_messages(&self, id: &WebhookId, reason: &str) -> Result<u64> {
        let done = sqlx::query(
            "UPDATE webhook_messages SET state = 'failed', error = $2 WHERE webhook_id = $1 AND state = 'waiting'",
        )
        .bind(id.as_str())
        .bind(reason)
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected())
    }

    /// Forgets messages that were sent before `sent`, and any from before `all`.
    pub async fn forget_webhook_messages(&self, sent: Timestamp, all: Timestamp) -> Result<u64> {
        let done =
            sqlx::query("DELETE FROM webhook_messages WHERE created_at < $2 OR (created_at < $1 AND state = 'sent')")
                .bind(sent.as_microsecond())
                .bind(all.as_microsecond())
                .execute(&self.writer)
                .await?;
        Ok(done.rows_affected())
    }
}

/// An endpoint that was removed meanwhile gets nothing.
async fn insert(tx: &mut Transaction<'static, Any>, now: i64, message: &NewWebhookMessage) -> Result<()> {
    sqlx::query(
        "INSERT INTO webhook_messages (id, webhook_id, kind, conversation_id, body, state, created_at) \
         SELECT $1, $2, $3, $4, $5, 'waiting', $6 WHERE EXISTS (SELECT 1 FROM webhooks WHERE id = $2) \
         ON CONFLICT (id) DO NOTHING",
    )
    .bind(message.id.clone())
    .bind(message.webhook_id.0.clone())
    .bind(message.kind.as_str())
    .bind(message.conversation_id.0.clone())
    .bind(message.body.clone())
    .bind(now)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Notes a try and what the message is after it.
pub(super) async fn note(
    tx: &mut Transaction<'static, Any>,
    now: i64,
    tried: &WebhookTry,
    (state, next_at): (&'static str, i64),
) -> Result<()> {
    sqlx::query(
        "UPDATE webhook_messages SET state = $2, next_at = $3, attempts = attempts + 1, status = $4, answer = $5, \
         error = $6, duration_ms = $7, tried_at = $8, sent_at = CASE WHEN $2 = 'sent' THEN $8 ELSE NULL END \
         WHERE id = $1",
    )
    .bind(tried.message.clone())
    .bind(state)
    .bind(next_at)
    .bind(tried.status)
    .bind(tried.answer.clone())
    .bind(tried.error.clone())
    .bind(tried.duration_ms)
    .bind(now)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

fn message(row: &AnyRow) -> Result<WebhookMessage> {
    let time =
        |column: &str| -> Result<Option<Timestamp>> { Ok(row.try_get::<Option<i64>, _>(column)?.map(from_micros)) };
    let state: &str = row.try_get("state")?;
    Ok(WebhookMessage {
        id: row.try_get("id")?,
        kind: row.try_get("kind")?,
        conversation_id: ConversationId(row.try_get("conversation_id")?),
        body: row.try_get("body")?,
        state: WebhookMessageState::parse(state).ok_or_else(|| StoreError::Corrupt {
            what: "message of a webhook",
            reason: format!("no state is `{state}`"),
        })?,
        attempts: row.try_get("attempts")?,
        next_at: from_micros(row.try_get("next_at")?),
        status: row.try_get("status")?,
        answer: row.try_get("answer")?,
        error: row.try_get("error")?,
        duration_ms: row.try_get("duration_ms")?,
        tried_at: time("tried_at")?,
        sent_at: time("sent_at")?,
        created_at: from_micros(row.try_get("created_at")?),
    })
}
