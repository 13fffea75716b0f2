//! Replies that agents have ready, each under a shortcut.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Result, Store};
use crate::base::ids::new_id;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CannedReply {
    pub id: String,
    pub shortcut: String,
    pub title: String,
    pub text: String,
}

/// What became of a canned reply that was to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CannedWrite {
    Done(CannedReply),
    ShortcutTaken,
    Missing,
}

impl Store {
    pub async fn canned_replies(&self) -> Result<Vec<CannedReply>> {
        let rows = sqlx::query("SELECT id, shortcut, title, text FROM canned_replies ORDER BY shortcut")
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(canned).collect()
    }

    /// Writes a canned reply: a new one, or over the one with that id.
    pub async fn write_canned(&self, id: Option<&str>, shortcut: &str, title: &str, text: &str) -> Result<CannedWrite> {
        let now = self.now_micros();
        let mut tx = self.begin().await?;
        let other = sqlx::query("SELECT id FROM canned_replies WHERE shortcut = $1 AND id <> $2")
            .bind(shortcut)
            .bind(id.unwrap_or_default())
            .fetch_optional(&mut *tx)
            .await?;
        if other.is_some() {
            return Ok(CannedWrite::ShortcutTaken);
        }
        let row =
            match id {
                Some(id) => {
                    sqlx::query(
                        "UPDATE canned_replies SET shortcut = $2, title = $3, text = $4, changed_at = $5 WHERE id = $1 \
                     RETURNING id, shortcut, title, text",
                    )
                    .bind(id)
                    .bind(shortcut)
                    .bind(title)
                    .bind(text)
                    .bind(now)
                    .fetch_optional(&mut *tx)
                    .await?
                }
                None => sqlx::query(
                    "INSERT INTO canned_replies (id, shortcut, title, text, changed_at) VALUES ($1, $2, $3, $4, $5) \
                     ON CONFLICT (shortcut) DO NOTHING RETURNING id, shortcut, title, text",
                )
                .bind(new_id("can"))
                .bind(shortcut)
                .bind(title)
                .bind(text)
                .bind(now)
                .fetch_optional(&mut *tx)
                .await?,
            };
        tx.commit().await?;
        match (row, id) {
            (Some(row), _) => Ok(CannedWrite::Done(canned(&row)?)),
            (None, Some(_)) => Ok(CannedWrite::Missing),
            (None, None) => Ok(CannedWrite::ShortcutTaken),
        }
    }

    pub async fn delete_canned(&self, id: &str) -> Result<bool> {
        let done = sqlx::query("DELETE FROM canned_replies WHERE id = $1").bind(id).execute(&self.writer).await?;
        Ok(done.rows_affected() > 0)
    }
}

fn canned(row: &AnyRow) -> Result<CannedReply> {
    Ok(CannedReply {
        id: row.try_get("id")?,
        shortcut: row.try_get("shortcut")?,
        title: row.try_get("title")?,
        text: row.try_get("text")?,
    })
}
