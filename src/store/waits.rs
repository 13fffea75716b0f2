//! Each time that a customer waited for a person, kept for the reports.

use sqlx::{Any, Transaction};

use super::Result;
use crate::domain::ConversationId;

/// How a waiting ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    Taken,
    Resolved,
    /// The customer is with the bot again.
    Returned,
}

pub(super) async fn begin_wait(tx: &mut Transaction<'static, Any>, id: &ConversationId, now: i64) -> Result<()> {
    sqlx::query(
        "INSERT INTO waits (conversation_id, since) VALUES ($1, $2) ON CONFLICT (conversation_id, since) DO NOTHING",
    )
    .bind(id.as_str())
    .bind(now)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub(super) async fn end_wait(
    tx: &mut Transaction<'static, Any>,
    id: &ConversationId,
    now: i64,
    ending: Ending,
) -> Result<()> {
    let ending = match ending {
        Ending::Taken => "taken",
        Ending::Resolved => "resolved",
        Ending::Returned => "returned",
    };
    sqlx::query("UPDATE waits SET ended_at = $2, ending = $3 WHERE conversation_id = $1 AND ended_at IS NULL")
        .bind(id.as_str())
        .bind(now)
        .bind(ending)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
