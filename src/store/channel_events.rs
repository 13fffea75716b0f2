//! What vendors delivered: kept before it is acknowledged, worked on afterwards.
//!
//! The primary key (inbox, key) makes a redelivery nothing new; a check before the write
//! would let two of them through at once. Within a place (a chat, a mailbox) events are
//! worked on one after another, in the order of their coming.

use jiff::Timestamp;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Result, Store, json, to_json};
use crate::domain::InboxId;

/// An event about to be kept.
#[derive(Clone, Debug, PartialEq)]
pub struct NewEvent {
    /// The vendor's own id of it.
    pub key: String,
    /// What belongs together: events of one place keep their order.
    pub place: String,
    pub body: serde_json::Value,
}

/// An event that is to be worked on.
#[derive(Clone, Debug, PartialEq)]
pub struct ChannelEvent {
    pub inbox_id: InboxId,
    pub key: String,
    pub place: String,
    pub body: serde_json::Value,
    pub attempts: i64,
    pub at: Timestamp,
}

impl Store {
    /// Keeps events, those that are new; how many that were. When this returns they are on disk.
    pub async fn keep_events(&self, inbox: &InboxId, events: &[NewEvent]) -> Result<u64> {
        if events.is_empty() {
            return Ok(0);
        }
        let now = self.now_micros();
        let mut tx = self.begin().await?;
        let mut new = 0;
        for event in events {
            let done = sqlx::query(
                "INSERT INTO channel_events (inbox_id, key, place, body, state, next_at, at) \
                 VALUES ($1, $2, $3, $4, 'pending', $5, $5) ON CONFLICT (inbox_id, key) DO NOTHING",
            )
            .bind(inbox.as_str())
            .bind(event.key.clone())
            .bind(event.place.clone())
            .bind(to_json(&event.body).replace("\\u0000", ""))
            .bind(now)
            .execute(&mut *tx)
            .await?;
            new += done.rows_affected();
        }
        tx.commit().await?;
        Ok(new)
    }

    /// Leases events that are due, until then: of each place the oldest that is pending.
    pub async fn lease_events(&self, until: Timestamp, limit: i64) -> Result<Vec<ChannelEvent>> {
        let now = self.now_micros();
        let any = sqlx::query("SELECT 1 FROM channel_events WHERE state = 'pending' AND next_at <= $1 LIMIT 1")
            .bind(now)
            .fetch_optional(&self.reader)
            .await?;
        if any.is_none() {
            return Ok(Vec::new());
        }
        let rows = sqlx::query(
            "UPDATE channel_events SET next_at = $2, attempts = attempts + 1 WHERE state = 'pending' AND next_at <= $1 \
             AND (inbox_id, key) IN (SELECT inbox_id, key FROM channel_events e WHERE state = 'pending' AND next_at <= $1 \
               AND NOT EXISTS (SELECT 1 FROM channel_events b WHERE b.state = 'pending' AND b.inbox_id = e.inbox_id \
                 AND b.place = e.place AND (b.at < e.at OR (b.at = e.at AND b.key < e.key))) \
               ORDER BY at, key LIMIT $3) \
             RETURNING inbox_id, key, place, body, attempts, at",
        )
        .bind(now)
        .bind(until.as_microsecond())
        .bind(limit)
        .fetch_all(&self.writer)
        .await?;
        rows.iter().map(event).collect()
    }

    /// An event is done; what it said is kept elsewhere now, or nowhere.
    pub async fn event_done(&self, event: &ChannelEvent) -> Result<()> {
        self.end_event(event, "done", None).await
    }

    /// An event that cannot be worked on is given up: what it said stays for whoever looks.
    pub async fn event_failed(&self, event: &ChannelEvent, error: &str) -> Result<()> {
        self.end_event(event, "failed", Some(error)).await
    }

    /// An event is tried again then.
    pub async fn event_again(&self, event: &ChannelEvent, error: &str, at: Timestamp) -> Result<()> {
        sqlx::query("UPDATE channel_events SET next_at = $3, error = $4 WHERE inbox_id = $1 AND key = $2")
            .bind(event.inbox_id.as_str())
            .bind(event.key.clone())
            .bind(at.as_microsecond())
            .bind(error)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Frees every lease. Only for a node that knows it is alone with the database.
    pub async fn free_event_leases(&self) -> Result<()> {
        let now = self.now_micros();
        sqlx::query("UPDATE channel_events SET next_at = $1 WHERE state = 'pending' AND next_at > $1")
            .bind(now)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Forgets events that were done before then: no vendor delivers them again.
    pub async fn forget_events(&self, before: Timestamp) -> Result<()> {
        sqlx::query("DELETE FROM channel_events WHERE state <> 'pending' AND at < $1")
            .bind(before.as_microsecond())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn end_event(&self, event: &ChannelEvent, state: &str, error: Option<&str>) -> Result<()> {
        sqlx::query(
            "UPDATE channel_events SET state = $3, error = $4, body = CASE WHEN $3 = 'done' THEN 'null' ELSE body END \
             WHERE inbox_id = $1 AND key = $2",
        )
        .bind(event.inbox_id.as_str())
        .bind(event.key.clone())
        .bind(state)
        .bind(error)
        .execute(&self.writer)
        .await?;
        Ok(())
    }
}

fn event(row: &AnyRow) -> Result<ChannelEvent> {
    Ok(ChannelEvent {
        inbox_id: InboxId(row.try_get("inbox_id")?),
        key: row.try_get("key")?,
        place: row.try_get("place")?,
        body: json(row, "body")?,
        attempts: row.try_get("attempts")?,
        at: crate::base::clock::from_micros(row.try_get("at")?),
    })
}
