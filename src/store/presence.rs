//! Who of the staff is there, and how much they have to do.

use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::agents::{COLUMNS, read_agent};
use super::{Agent, Result, Store};
use crate::domain::AgentId;

/// An agent as their colleagues see them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colleague {
    pub agent: Agent,
    pub present: bool,
    /// Open conversations that they hold and that are not snoozed.
    pub held: i64,
    /// Conversations that are offered to them now.
    pub offers: i64,
    /// When one was last offered to them, in microseconds; 0 for never.
    pub offered_at: i64,
}

impl Store {
    /// Everybody on the staff; who was seen since `present_since` is present.
    pub async fn colleagues(&self, present_since: Timestamp) -> Result<Vec<Colleague>> {
        let sql = format!("{} ORDER BY a.created_at, a.id", select());
        let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&self.reader).await?;
        rows.iter().map(|row| read(row, present_since)).collect()
    }

    pub async fn colleague(&self, id: &AgentId, present_since: Timestamp) -> Result<Option<Colleague>> {
        let sql = format!("{} AND a.id = $1", select());
        let row = sqlx::query(AssertSqlSafe(sql)).bind(id.as_str()).fetch_optional(&self.reader).await?;
        row.as_ref().map(|row| read(row, present_since)).transpose()
    }
}

fn select() -> String {
    format!(
        "SELECT {COLUMNS}, a.seen_at, a.offered_at, \
         (SELECT COUNT(*) FROM conversations c WHERE c.holder = a.id AND c.status = 'open' AND c.snoozed_until IS NULL) AS held, \
         (SELECT COUNT(*) FROM conversations c WHERE c.offered_to = a.id AND c.holder IS NULL AND c.queued_at IS NOT NULL) AS offers \
         FROM agents a WHERE a.active = 1"
    )
}

fn read(row: &AnyRow, present_since: Timestamp) -> Result<Colleague> {
    Ok(Colleague {
        agent: read_agent(row)?,
        present: row.try_get::<i64, _>("seen_at")? >= present_since.as_microsecond(),
        held: row.try_get("held")?,
        offers: row.try_get("offers")?,
        offered_at: row.try_get("offered_at")?,
    })
}
