//! The outbox: mails that are to go out, written in the transaction of what they tell of.
//!
//! A mail is tried by whoever leases it: the lease moves its next try into the future, so
//! that a sender which dies is followed by the next try. A crash between the server's
//! taking a mail and our noting it sends that mail again; nothing else does.

use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Any, Row, Transaction};

use super::{Result, Store};
use crate::base::clock::from_micros;
use crate::domain::{ConversationId, MailId, Seq};

/// A mail about to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMail {
    /// What it is about: the same again writes nothing.
    pub key: String,
    pub kind: MailKind,
    pub conversation_id: Option<ConversationId>,
    /// The last of the entries that it carries.
    pub seq: Option<Seq>,
    pub to: String,
    pub subject: String,
    pub body: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailKind {
    /// A customer waits, and the agent is not there.
    Escalation,
    /// An agent's words to a customer who has gone.
    Reply,
    Invitation,
    Reset,
    /// An endpoint of a webhook was disabled.
    Webhook,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailState {
    Waiting,
    Sent,
    /// Tried as often as mails are; only a person tries it again.
    Failed,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    pub id: MailId,
    pub kind: String,
    pub conversation_id: Option<ConversationId>,
    pub seq: Option<Seq>,
    pub to: String,
    pub subject: String,
    pub body: String,
    pub state: MailState,
    pub attempts: i64,
    pub next_at: Timestamp,
    pub error: Option<String>,
    pub created_at: Timestamp,
    pub sent_at: Option<Timestamp>,
}

/// How the outbox is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outbox {
    pub waiting: i64,
    pub failed: i64,
    pub last_error: Option<String>,
    pub last_sent_at: Option<Timestamp>,
}

impl MailKind {
    pub fn as_str(self) -> &'static str {
        match self {
            MailKind::Escalation => "escalation",
            MailKind::Reply => "reply",
            MailKind::Invitation => "invitation",
            MailKind::Reset => "reset",
            MailKind::Webhook => "webhook",
        }
    }
}

impl MailState {
    pub fn as_str(self) -> &'static str {
        match self {
            MailState::Waiting => "waiting",
            MailState::Sent => "sent",
            MailState::Failed => "failed",
        }
    }
}

impl Store {
    /// Writes a mail that stands alone; whether it is new.
    pub async fn add_mail(&self, mail: &NewMail) -> Result<bool> {
        let mut tx = self.begin().await?;
        let new = insert_mail(&mut tx, self.now_micros(), mail).await?;
        tx.commit().await?;
        Ok(new)
    }

    /// Leases mails whose time has come, until then.
    pub async fn lease_mails(&self, until: Timestamp, limit: i64) -> Result<Vec<Mail>> {
        let now = self.now_micros();
        let any = sqlx::query("SELECT 1 FROM mails WHERE state = 'waiting' AND next_at <= $1 LIMIT 1")
            .bind(now)
            .fetch_optional(&self.reader)
            .await?;
        if any.is_none() {
            return Ok(Vec::new());
        }
        let rows = sqlx::query(
            "UPDATE mails SET next_at = $2, attempts = attempts + 1 WHERE id IN \
             (SELECT id FROM mails WHERE state = 'waiting' AND next_at <= $1 ORDER BY next_at, id LIMIT $3) RETURNING *",
        )
        .bind(now)
        .bind(until.as_microsecond())
        .bind(limit)
        .fetch_all(&self.writer)
        .await?;
        rows.iter().map(mail).collect()
    }

    /// Notes that a mail has gone out. One that carried a secret is emptied.
    pub async fn mail_sent(&self, id: &MailId) -> Result<()> {
        sqlx::query(
            "UPDATE mails SET state = 'sent', sent_at = $2, error = NULL, \
             body = CASE WHEN kind IN ('invitation', 'reset') THEN '' ELSE body END WHERE id = $1",
        )
        .bind(id.as_str())
        .bind(self.now_micros())
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// Notes why a mail did not go out, and when it is tried again; `None` gives it up.
    pub async fn mail_failed(&self, id: &MailId, error: &str, again: Option<Timestamp>) -> Result<()> {
        sqlx::query(
            "UPDATE mails SET state = CASE WHEN $3 IS NULL THEN 'failed' ELSE 'waiting' END, error = $2, \
             next_at = COALESCE($3, next_at) WHERE id = $1 AND state = 'waiting'",
        )
        .bind(id.as_str())
        .bind(error)
        .bind(again.map(Timestamp::as_microsecond))
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    pub async fn mail(&self, id: &MailId) -> Result<Option<Mail>> {
        let row =
            sqlx::query("SELECT * FROM mails WHERE id = $1").bind(id.as_str()).fetch_optional(&self.reader).await?;
        row.as_ref().map(mail).transpose()
    }

    /// Mails in that state (or in any), the newest first, after the one with the id `cursor`.
    pub async fn mails(&self, state: Option<MailState>, cursor: Option<&MailId>, limit: i64) -> Result<Vec<Mail>> {
        let rows = sqlx::query(
            "SELECT * FROM mails WHERE ($1 = '' OR state = $1) AND ($2 = '' OR id < $2) ORDER BY id DESC LIMIT $3",
        )
        .bind(state.map(MailState::as_str).unwrap_or_default())
        .bind(cursor.map(|id| id.0.clone()).unwrap_or_default())
        .bind(limit)
        .fetch_all(&self.reader)
        .await?;
        rows.iter().map(mail).collect()
    }

    /// Mails to the customer of a conversation, the oldest first.
    pub async fn mails_of(&self, id: &ConversationId) -> Result<Vec<Mail>> {
        let rows = sqlx::query("SELECT * FROM mails WHERE conversation_id = $1 AND kind = 'reply' ORDER BY id")
            .bind(id.as_str())
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(mail).collect()
    }

    /// Tries a mail again from the start; whether there was one that is not sent.
    pub async fn retry_mail(&self, id: &MailId) -> Result<bool> {
        let done = sqlx::query(
            "UPDATE mails SET state = 'waiting', attempts = 0, next_at = $2 WHERE id = $1 AND state <> 'sent'",
        )
        .bind(id.as_str())
        .bind(self.now_micros())
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected() > 0)
    }

    pub async fn delete_mail(&self, id: &MailId) -> Result<bool> {
        let done = sqlx::query("DELETE FROM mails WHERE id = $1").bind(id.as_str()).execute(&self.writer).await?;
        Ok(done.rows_affected() > 0)
    }

    pub async fn outbox(&self) -> Result<Outbox> {
        let row = sqlx::query(
            "SELECT CAST(COALESCE(SUM(CASE WHEN state = 'waiting' THEN 1 ELSE 0 END), 0) AS BIGINT) AS waiting, \
             CAST(COALESCE(SUM(CASE WHEN state = 'failed' THEN 1 ELSE 0 END), 0) AS BIGINT) AS failed, \
             MAX(sent_at) AS last_sent FROM mails",
        )
        .fetch_one(&self.reader)
        .await?;
        let error = sqlx::query(
            "SELECT error FROM mails WHERE error IS NOT NULL AND state <> 'sent' ORDER BY next_at DESC LIMIT 1",
        )
        .fetch_optional(&self.reader)
        .await?;
        Ok(Outbox {
            waiting: row.try_get("waiting")?,
            failed: row.try_get("failed")?,
            last_error: error.map(|row| row.try_get("error")).transpose()?,
            last_sent_at: row.try_get::<Option<i64>, _>("last_sent")?.map(from_micros),
        })
    }
}

/// Writes a mail within a transaction; whether it is new.
pub(super) async fn insert_mail(tx: &mut Transaction<'static, Any>, now: i64, mail: &NewMail) -> Result<bool> {
    let row = sqlx::query(
        "INSERT INTO mails (id, key, kind, conversation_id, seq, recipient, subject, body, state, next_at, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', $9, $9) ON CONFLICT (key) DO NOTHING RETURNING id",
    )
    .bind(MailId::generate().0)
    .bind(mail.key.clone())
    .bind(mail.kind.as_str())
    .bind(mail.conversation_id.as_ref().map(|id| id.0.clone()))
    .bind(mail.seq)
    .bind(mail.to.clone())
    .bind(mail.subject.clone())
    .bind(mail.body.clone())
    .bind(now)
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.is_some())
}

fn mail(row: &AnyRow) -> Result<Mail> {
    Ok(Mail {
        id: MailId(row.try_get("id")?),
        kind: row.try_get("kind")?,
        conversation_id: row.try_get::<Option<String>, _>("conversation_id")?.map(ConversationId),
        seq: row.try_get("seq")?,
        to: row.try_get("recipient")?,
        subject: row.try_get("subject")?,
        body: row.try_get("body")?,
        state: match row.try_get("state")? {
            "sent" => MailState::Sent,
            "failed" => MailState::Failed,
            _ => MailState::Waiting,
        },
        attempts: row.try_get("attempts")?,
        next_at: from_micros(row.try_get("next_at")?),
        error: row.try_get("error")?,
        created_at: from_micros(row.try_get("created_at")?),
        sent_at: row.try_get::<Option<i64>, _>("sent_at")?.map(from_micros),
    })
}
