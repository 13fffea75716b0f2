//! The queue of those who wait for a person: whose turn it is to take them, how often
//! their waiting was raised, and whose words they have not read.

use jiff::Timestamp;
use sqlx::Row;

use super::log::{NewEntry, append, lock};
use super::mails::{NewMail, insert_mail};
use super::{Result, Store};
use crate::base::clock::from_micros;
use crate::domain::{AgentId, Author, Content, ConversationId, CustomerId, Seq};

/// A conversation whose customer waits, and that nobody holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub id: ConversationId,
    pub customer_id: CustomerId,
    pub since: Timestamp,
    pub reason: String,
    /// How often it was told to the staff.
    pub alarms: i64,
    pub offered_to: Option<AgentId>,
    pub offered_at: Option<Timestamp>,
}

/// Agents' words that a customer who left an address did not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    pub id: ConversationId,
    pub email: String,
    pub name: Option<String>,
    /// After this seq it was neither read nor mailed.
    pub after: Seq,
    /// The last of the words.
    pub last: Seq,
}

impl Store {
    /// Who waits, the longest first.
    pub async fn waiting(&self, limit: i64) -> Result<Vec<Waiting>> {
        let rows = sqlx::query(
            "SELECT id, customer_id, queued_at, queued_reason, alarms, offered_to, offered_at FROM conversations \
             WHERE queued_at IS NOT NULL AND holder IS NULL AND snoozed_until IS NULL ORDER BY queued_at, id LIMIT $1",
        )
        .bind(limit)
        .fetch_all(&self.reader)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(Waiting {
                    id: ConversationId(row.try_get("id")?),
                    customer_id: CustomerId(row.try_get("customer_id")?),
                    since: from_micros(row.try_get("queued_at")?),
                    reason: row.try_get::<Option<String>, _>("queued_reason")?.unwrap_or_default(),
                    alarms: row.try_get("alarms")?,
                    offered_to: row.try_get::<Option<String>, _>("offered_to")?.map(AgentId),
                    offered_at: row.try_get::<Option<i64>, _>("offered_at")?.map(from_micros),
                })
            })
            .collect()
    }

    /// Offers a waiting conversation to an agent instead of whom it was offered to before;
    /// whether it still stood so.
    pub async fn offer(&self, waiting: &Waiting, agent: Option<&AgentId>) -> Result<bool> {
        let now = self.now_micros();
        let mut tx = self.begin().await?;
        let done = sqlx::query(
            "UPDATE conversations SET offered_to = $2, offered_at = $3 WHERE id = $1 AND holder IS NULL \
             AND queued_at = $4 AND COALESCE(offered_to, '') = $5",
        )
        .bind(waiting.id.as_str())
        .bind(agent.map(|agent| agent.0.clone()))
        .bind(agent.map(|_| now))
        .bind(waiting.since.as_microsecond())
        .bind(waiting.offered_to.as_ref().map(|agent| agent.0.clone()).unwrap_or_default())
        .execute(&mut *tx)
        .await?;
        if let Some(agent) = agent {
            sqlx::query("UPDATE agents SET offered_at = $2 WHERE id = $1")
                .bind(agent.as_str())
                .bind(now)
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(done.rows_affected() > 0)
    }

    /// Raises a waiting for the `alarm`th time: what the customer is told and the mails to
    /// the staff, together and once. The log's last seq; `None` where it was raised
    /// already, or has ended.
    pub async fn raise(
        &self,
        waiting: &Waiting,
        alarm: i64,
        contents: Vec<Content>,
        mails: &[NewMail],
    ) -> Result<Option<Seq>> {
        let now = self.now_micros();
        let mut tx = self.begin().await?;
        let Some(mut row) = lock(&mut tx, self, &waiting.id).await? else { return Ok(None) };
        for content in contents {
            append(&mut tx, &mut row, now, NewEntry::new(Author::system(), content)).await?;
        }
        let done = sqlx::query(
            "UPDATE conversations SET alarms = $2, last_seq = $3, words_seq = $4 \
             WHERE id = $1 AND alarms < $2 AND queued_at = $5 AND holder IS NULL",
        )
        .bind(waiting.id.as_str())
        .bind(alarm)
        .bind(row.last_seq)
        .bind(row.words_seq)
        .bind(waiting.since.as_microsecond())
        .execute(&mut *tx)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(None);
        }
        for mail in mails {
            insert_mail(&mut tx, now, mail).await?;
        }
        tx.commit().await?;
        Ok(Some(row.last_seq))
    }

    /// Agents' words said before `before` that customers with an address did not read.
    /// What is older than `since` is left alone, and so are those whom a channel tells.
    pub async fn unread(&self, since: Timestamp, before: Timestamp, limit: i64) -> Result<Vec<Unread>> {
        let rows = sqlx::query(
            "SELECT c.id, k.email, k.name, \
             CASE WHEN c.read_seq > c.mailed_seq THEN c.read_seq ELSE c.mailed_seq END AS after_seq, MAX(e.seq) AS last \
             FROM conversations c JOIN customers k ON k.id = c.customer_id \
             JOIN entries e ON e.conversation_id = c.id AND e.author_kind = 'agent' AND e.words IS NOT NULL \
               AND e.seq > c.read_seq AND e.seq > c.mailed_seq \
             WHERE k.email IS NOT NULL AND c.words_seq > c.read_seq AND c.words_seq > c.mailed_seq AND c.updated_at >= $1 \
             AND NOT EXISTS (SELECT 1 FROM threads t WHERE t.conversation_id = c.id AND t.audience = 'customer') \
             GROUP BY c.id, k.email, k.name, c.read_seq, c.mailed_seq HAVING MAX(e.at) <= $2 ORDER BY c.id LIMIT $3",
        )
        .bind(since.as_microsecond())
        .bind(before.as_microsecond())
        .bind(limit)
        .fetch_all(&self.reader)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(Unread {
                    id: ConversationId(row.try_get("id")?),
                    email: row.try_get("email")?,
                    name: row.try_get("name")?,
                    after: row.try_get("after_seq")?,
                    last: row.try_get("last")?,
                })
            })
            .collect()
    }

    /// Writes the mail that carries unread words, and that they are on their way; whether
    /// nobody did before.
    pub async fn mail_unread(&self, unread: &Unread, mail: &NewMail) -> Result<bool> {
        let now = self.now_micros();
        let mut tx = self.begin().await?;
        let done =
            sqlx::query("UPDATE conversations SET mailed_seq = $2 WHERE id = $1 AND mailed_seq < $2 AND read_seq < $2")
                .bind(unread.id.as_str())
                .bind(unread.last)
                .execute(&mut *tx)
                .await?;
        let new = done.rows_affected() > 0 && insert_mail(&mut tx, now, mail).await?;
        tx.commit().await?;
        Ok(new)
    }
}
