//! Websites that tried to show a chat and may not: bounded, for the owner to see.

use jiff::Timestamp;
use sqlx::Row;

use super::{Result, Store};
use crate::base::clock::from_micros;
use crate::domain::InboxId;

/// So many websites are kept for an inbox; the oldest give way.
const KEPT: i64 = 50;
/// A website's tries are written at most this often, in microseconds.
const NOTED_EVERY: i64 = 10_000_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedOrigin {
    pub origin: String,
    pub tries: i64,
    pub first_at: Timestamp,
    pub last_at: Timestamp,
}

impl Store {
    /// Notes a refused website; whether the owner does not know it yet.
    pub async fn note_refused(&self, inbox: &InboxId, origin: &str) -> Result<bool> {
        let now = self.now_micros();
        let known = sqlx::query("SELECT last_at FROM refused_origins WHERE inbox_id = $1 AND origin = $2")
            .bind(inbox.as_str())
            .bind(origin)
            .fetch_optional(&self.reader)
            .await?;
        let last_at = known.map(|row| row.try_get::<i64, _>("last_at")).transpose()?;
        if last_at.is_some_and(|at| now - at < NOTED_EVERY) {
            return Ok(false);
        }
        let mut tx = self.begin().await?;
        sqlx::query(
            "INSERT INTO refused_origins (inbox_id, origin, tries, first_at, last_at) VALUES ($1, $2, 1, $3, $3) \
             ON CONFLICT (inbox_id, origin) DO UPDATE SET tries = refused_origins.tries + 1, last_at = $3",
        )
        .bind(inbox.as_str())
        .bind(origin)
        .bind(now)
        .execute(&mut *tx)
        .await?;
        sqlx::query(
            "DELETE FROM refused_origins WHERE inbox_id = $1 AND origin NOT IN \
             (SELECT origin FROM refused_origins WHERE inbox_id = $1 ORDER BY last_at DESC, origin LIMIT $2)",
        )
        .bind(inbox.as_str())
        .bind(KEPT)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(last_at.is_none())
    }

    /// The websites that an inbox refused, the latest first.
    pub async fn refused_origins(&self, inbox: &InboxId) -> Result<Vec<RefusedOrigin>> {
        let rows = sqlx::query(
            "SELECT origin, tries, first_at, last_at FROM refused_origins WHERE inbox_id = $1 ORDER BY last_at DESC, origin",
        )
        .bind(inbox.as_str())
        .fetch_all(&self.reader)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(RefusedOrigin {
                    origin: row.try_get("origin")?,
                    tries: row.try_get("tries")?,
                    first_at: from_micros(row.try_get("first_at")?),
                    last_at: from_micros(row.try_get("last_at")?),
                })
            })
            .collect()
    }

    /// Forgets a refused website.
    pub async fn forget_refused(&self, inbox: &InboxId, origin: &str) -> Result<()> {
        sqlx::query("DELETE FROM refused_origins WHERE inbox_id = $1 AND origin = $2")
            .bind(inbox.as_str())
            .bind(origin)
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}
