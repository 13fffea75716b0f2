//! The logs of all conversations as one, in the order in which their entries were written.
//!
//! A position is given when an entry is inserted and seen when its transaction commits: on
//! PostgreSQL, a lower one may be seen after a higher one. Whoever reads on from a
//! position must reckon with that; within one conversation the order is that of `seq`.

use sqlx::Row;

use super::log::entry;
use super::{Dialect, Gaps, Result, Store, parse_json};
use crate::domain::decision::Explanation;
use crate::domain::{Analysis, ConversationId, CustomerId, Entry, InboxId, Seq};

/// So many of the last places may not be settled on PostgreSQL.
const UNSETTLED: i64 = 200;

/// An entry with its place among all.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    pub position: i64,
    pub conversation_id: ConversationId,
    pub inbox_id: InboxId,
    pub customer_id: CustomerId,
    pub entry: Entry,
    /// Of the customer's message that it is, or that it answers.
    pub analysis: Option<Analysis>,
}

impl Store {
    /// Entries after a position, at most `limit`.
    pub async fn feed(&self, after: i64, limit: i64) -> Result<Vec<Placed>> {
        let rows = sqlx::query(
            "SELECT e.position, e.conversation_id, e.seq, e.at, e.author_kind, e.author_id, e.author_name, e.content, \
             e.in_reply_to, e.turn_id, a.analysis, c.inbox_id, c.customer_id FROM entries e \
             JOIN conversations c ON c.id = e.conversation_id \
             LEFT JOIN analyses a ON a.conversation_id = e.conversation_id AND a.seq = COALESCE(e.in_reply_to, e.seq) \
             WHERE e.position > $1 ORDER BY e.position LIMIT $2",
        )
        .bind(after)
        .bind(limit)
        .fetch_all(&self.reader)
        .await?;
        rows.iter()
            .map(|row| {
                let analysis: Option<String> = row.try_get("analysis")?;
                Ok(Placed {
                    position: row.try_get("position")?,
                    conversation_id: ConversationId(row.try_get("conversation_id")?),
                    inbox_id: InboxId(row.try_get("inbox_id")?),
                    customer_id: CustomerId(row.try_get("customer_id")?),
                    entry: entry(row)?,
                    analysis: analysis.map(|text| parse_json(&text, "analysis")).transpose()?,
                })
            })
            .collect()
    }

    /// The last position there is; 0 in an empty log.
    pub async fn last_position(&self) -> Result<i64> {
        let row = sqlx::query("SELECT COALESCE(MAX(position), 0) AS last FROM entries").fetch_one(&self.reader).await?;
        Ok(row.try_get("last")?)
    }

    /// The place up to which nothing can appear in the log any more.
    pub async fn settled_end(&self) -> Result<i64> {
        let last = self.last_position().await?;
        Ok(match self.dialect {
            Dialect::Sqlite => last,
            Dialect::Postgres => (last - UNSETTLED).max(0),
        })
    }

    /// For who follows the log from a position on: which places it has seen.
    pub fn gaps_from(&self, position: i64) -> Gaps {
        Gaps::new(position, self.dialect == Dialect::Sqlite)
    }

    /// How the message at that seq was understood, and why the bot did what it did.
    pub async fn understanding(
        &self,
        id: &ConversationId,
        seq: Seq,
    ) -> Result<Option<(Analysis, Option<Explanation>)>> {
        let row = sqlx::query(
            "SELECT a.analysis, t.explanation FROM analyses a \
             LEFT JOIN turns t ON t.conversation_id = a.conversation_id AND t.message_seq = a.seq \
             WHERE a.conversation_id = $1 AND a.seq = $2",
        )
        .bind(id.as_str())
        .bind(seq)
        .fetch_optional(&self.reader)
        .await?;
        row.map(|row| {
            let explanation: Option<String> = row.try_get("explanation")?;
            let explanation = explanation.map(|text| parse_json(&text, "explanation")).transpose()?;
            Ok((super::json(&row, "analysis")?, explanation))
        })
        .transpose()
    }
}
