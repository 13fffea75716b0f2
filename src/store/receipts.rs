//! Read receipts, both ways: what the customer's client has shown, and up to where an
//! agent has read.

use sqlx::Row;

use super::log::{NewEntry, accepted_before, append, lock};
use super::{Result, Store};
use crate::domain::content::Delivery;
use crate::domain::entry::{Author, Entry, Seq};
use crate::domain::{AgentId, Content, ConversationId};

impl Store {
    /// Writes what the customer's client has shown, for the agents' read marks; whether
    /// that was news.
    pub async fn mark_read(&self, id: &ConversationId, seq: Seq) -> Result<bool> {
        let done =
            sqlx::query("UPDATE conversations SET read_seq = $2 WHERE id = $1 AND read_seq < $2 AND last_seq >= $2")
                .bind(id.as_str())
                .bind(seq)
                .execute(&self.writer)
                .await?;
        Ok(done.rows_affected() > 0)
    }

    pub async fn read_seq(&self, id: &ConversationId) -> Result<Seq> {
        let row = sqlx::query("SELECT read_seq FROM conversations WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(&self.reader)
            .await?;
        Ok(row.map(|row| row.try_get("read_seq")).transpose()?.unwrap_or(0))
    }

    /// Up to where an agent has read; never goes back. Whether that was news.
    pub async fn mark_seen(&self, agent: &AgentId, id: &ConversationId, seq: Seq) -> Result<bool> {
        let done = sqlx::query(
            "INSERT INTO seen (agent_id, conversation_id, seq) \
             SELECT $1, c.id, CASE WHEN c.last_seq < $3 THEN c.last_seq ELSE $3 END FROM conversations c WHERE c.id = $2 \
             ON CONFLICT (agent_id, conversation_id) DO UPDATE SET seq = excluded.seq WHERE excluded.seq > seen.seq",
        )
        .bind(agent.as_str())
        .bind(id.as_str())
        .bind(seq)
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Writes into the log that the agent who holds the conversation has read the customer's
    /// last message, once, and only while nobody has answered it: an answer says more.
    pub async fn tell_read(&self, id: &ConversationId, agent: &AgentId, seq: Seq) -> Result<Option<Entry>> {
        let now = self.now_micros();
        let mut tx = self.begin().await?;
        let Some(mut conversation) = lock(&mut tx, self, id).await? else { return Ok(None) };
        if conversation.holder.as_ref() != Some(agent) || conversation.words_seq > seq {
            return Ok(None);
        }
        let message = conversation.words_seq;
        let by_customer =
            sqlx::query("SELECT 1 FROM entries WHERE conversation_id = $1 AND seq = $2 AND author_kind = 'customer'")
                .bind(id.as_str())
                .bind(message)
                .fetch_optional(&mut *tx)
                .await?;
        let key = format!("read:{message}");
        if by_customer.is_none() || accepted_before(&mut tx, id, &key).await?.is_some() {
            return Ok(None);
        }
        let content =
            Content::Status { state: None, message: Some(message), delivery: Some(Delivery::Read), reason: None };
        let mut entry = NewEntry::new(Author::system(), content);
        entry.client_key = Some(key);
        let entry = append(&mut tx, &mut conversation, now, entry).await?;
        sqlx::query("UPDATE conversations SET last_seq = $2 WHERE id = $1")
            .bind(id.as_str())
            .bind(entry.seq)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(Some(entry))
    }
}
