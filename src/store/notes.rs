//! Agents' notes: they hang beside a seq of the log, and no customer sees them.

use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::{Result, Store};
use crate::base::clock::from_micros;
use crate::base::ids::new_id;
use crate::base::privacy::{Kinds, mask_kinds};
use crate::domain::entry::Seq;
use crate::domain::{AgentId, ConversationId};

const SELECT: &str =
    "SELECT n.id, n.seq, n.agent_id, a.name, n.text, n.at FROM notes n JOIN agents a ON a.id = n.agent_id";

#[derive(Clone, Debug)]
pub struct Note {
    pub id: String,
    pub seq: Seq,
    pub agent_id: AgentId,
    pub agent_name: String,
    pub text: String,
    pub at: Timestamp,
}

impl Store {
    /// Keeps what was said about a conversation among the staff.
    pub async fn add_note(&self, id: &ConversationId, agent: &super::Agent, text: &str) -> Result<Note> {
        let now = self.now_micros();
        // A colleague who takes a card's number down on the telephone must not keep it either.
        let text = mask_kinds(text, Kinds::CARDS).into_owned();
        let row = sqlx::query(
            "INSERT INTO notes (id, conversation_id, seq, agent_id, text, at) \
             SELECT $1, id, last_seq, $3, $4, $5 FROM conversations WHERE id = $2 RETURNING id, seq",
        )
        .bind(new_id("not"))
        .bind(id.as_str())
        .bind(agent.id.as_str())
        .bind(text.clone())
        .bind(now)
        .fetch_one(&self.writer)
        .await?;
        Ok(Note {
            id: row.try_get("id")?,
            seq: row.try_get("seq")?,
            agent_id: agent.id.clone(),
            agent_name: agent.name.clone(),
            text,
            at: from_micros(now),
        })
    }

    /// Takes an agent's own note back; whether there was one.
    pub async fn delete_note(&self, id: &ConversationId, note: &str, agent: &AgentId) -> Result<bool> {
        let done = sqlx::query("DELETE FROM notes WHERE id = $1 AND conversation_id = $2 AND agent_id = $3")
            .bind(note)
            .bind(id.as_str())
            .bind(agent.as_str())
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    pub async fn note(&self, id: &str) -> Result<Option<Note>> {
        let row = sqlx::query(AssertSqlSafe(format!("{SELECT} WHERE n.id = $1")))
            .bind(id)
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(note).transpose()
    }

    pub async fn notes(&self, id: &ConversationId) -> Result<Vec<Note>> {
        let rows = sqlx::query(AssertSqlSafe(format!("{SELECT} WHERE n.conversation_id = $1 ORDER BY n.at, n.id")))
            .bind(id.as_str())
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(note).collect()
    }
}

fn note(row: &AnyRow) -> Result<Note> {
    Ok(Note {
        id: row.try_get("id")?,
        seq: row.try_get("seq")?,
        agent_id: AgentId(row.try_get("agent_id")?),
        agent_name: row.try_get("name")?,
        text: row.try_get("text")?,
        at: from_micros(row.try_get("at")?),
    })
}
