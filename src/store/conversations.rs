//! Conversations one at a time: who holds them, and who waits.

use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::{Result, Store, json};
use crate::base::clock::from_micros;
use crate::domain::conversation::{ConversationStatus, Holder, Queued};
use crate::domain::{AgentId, Conversation, ConversationId, CustomerId, InboxId};

pub(super) const COLUMNS: &str = "c.id, c.inbox_id, c.customer_id, c.status, c.holder, c.queued_at, c.queued_reason, \
                                  c.last_seq, c.memory, c.created_at, c.updated_at";

impl Store {
    pub async fn conversation(&self, id: &ConversationId) -> Result<Option<Conversation>> {
        let row = sqlx::query(AssertSqlSafe(format!("SELECT {COLUMNS} FROM conversations c WHERE c.id = $1")))
            .bind(id.as_str())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(conversation).transpose()
    }

    /// The place in the queue of a conversation that joined it at `since`, from 1.
    pub async fn queue_position(&self, since: Timestamp) -> Result<i64> {
        let row = sqlx::query(
            "SELECT COUNT(*) AS ahead FROM conversations \
             WHERE queued_at IS NOT NULL AND holder IS NULL AND queued_at < $1",
        )
        .bind(since.as_microsecond())
        .fetch_one(&self.reader)
        .await?;
        Ok(row.try_get::<i64, _>("ahead")? + 1)
    }

    /// The conversations that an agent holds.
    pub async fn held_by(&self, agent: &AgentId) -> Result<Vec<ConversationId>> {
        let rows = sqlx::query("SELECT id FROM conversations WHERE holder = $1")
            .bind(agent.as_str())
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(|row| Ok(ConversationId(row.try_get("id")?))).collect()
    }

    /// Conversations that agents hold who have not been seen since `seen_before`.
    pub async fn abandoned(&self, seen_before: Timestamp) -> Result<Vec<ConversationId>> {
        let rows = sqlx::query(
            "SELECT c.id FROM conversations c JOIN agents a ON a.id = c.holder \
             WHERE a.seen_at < $1 AND c.held_since < $1",
        )
        .bind(seen_before.as_microsecond())
        .fetch_all(&self.reader)
        .await?;
        rows.iter().map(|row| Ok(ConversationId(row.try_get("id")?))).collect()
    }
}

pub(super) fn conversation(row: &AnyRow) -> Result<Conversation> {
    let queued_at: Option<i64> = row.try_get("queued_at")?;
    let reason: Option<String> = row.try_get("queued_reason")?;
    let holder: Option<String> = row.try_get("holder")?;
    Ok(Conversation {
        id: ConversationId(row.try_get("id")?),
        inbox_id: InboxId(row.try_get("inbox_id")?),
        customer_id: CustomerId(row.try_get("customer_id")?),
        status: match row.try_get::<&str, _>("status")? {
            "resolved" => ConversationStatus::Resolved,
            _ => ConversationStatus::Open,
        },
        holder: holder.map_or(Holder::Bot, |id| Holder::Agent(AgentId(id))),
        queued: queued_at.map(|at| Queued { at: from_micros(at), reason: reason.unwrap_or_default() }),
        last_seq: row.try_get("last_seq")?,
        memory: json(row, "memory")?,
        created_at: from_micros(row.try_get("created_at")?),
        updated_at: from_micros(row.try_get("updated_at")?),
    })
}
