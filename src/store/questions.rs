//! Questions to the knowledge base: what was found and shown, and whether it helped.

use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Any, Row, Transaction};

use super::{Result, Store, StoreError, json, to_json};
use crate::base::clock::from_micros;
use crate::domain::entry::Seq;
use crate::domain::question::{Asked, AskedOutcome, FoundPassage};
use crate::domain::{Content, ConversationId};

/// Who asks within this time and finds the same has asked again.
const AGAIN_WITHIN_US: i64 = 60 * 60 * 1_000_000;

/// A question as it is kept, with its words from the log.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptQuestion {
    pub conversation_id: ConversationId,
    pub seq: Seq,
    pub content: Content,
    pub outcome: AskedOutcome,
    /// Best first.
    pub found: Vec<FoundPassage>,
    /// The article that was shown.
    pub article: Option<String>,
    pub language: String,
    pub helpful: Option<bool>,
    pub asked_again: bool,
    pub person: bool,
    /// Whether somebody said that there is nothing to learn from it.
    pub settled: bool,
    pub at: Timestamp,
}

impl Store {
    /// The questions since then, the newest first; at most so many.
    pub async fn questions(&self, since: Timestamp, limit: i64) -> Result<Vec<KeptQuestion>> {
        let rows = sqlx::query(
            "SELECT q.conversation_id, q.seq, q.outcome, q.found, q.article, q.language, q.helpful, q.asked_again, \
             q.person, q.at, e.content, (SELECT CAST(COUNT(*) AS BIGINT) FROM lessons l \
               WHERE l.conversation_id = q.conversation_id AND l.seq = q.seq \
               AND l.verdict IN ('dismissed', 'outside')) AS settled \
             FROM questions q JOIN entries e ON e.conversation_id = q.conversation_id AND e.seq = q.seq \
             WHERE q.at >= $1 ORDER BY q.at DESC, q.conversation_id, q.seq DESC LIMIT $2",
        )
        .bind(since.as_microsecond())
        .bind(limit)
        .fetch_all(&self.reader)
        .await?;
        rows.iter().map(question).collect()
    }
}

fn question(row: &AnyRow) -> Result<KeptQuestion> {
    let outcome: &str = row.try_get("outcome")?;
    let unknown = || StoreError::Corrupt { what: "outcome", reason: format!("there is no outcome `{outcome}`") };
    Ok(KeptQuestion {
        conversation_id: ConversationId(row.try_get("conversation_id")?),
        seq: row.try_get("seq")?,
        content: json(row, "content")?,
        outcome: AskedOutcome::parse(outcome).ok_or_else(unknown)?,
        found: json(row, "found")?,
        article: row.try_get("article")?,
        language: row.try_get("language")?,
        helpful: row.try_get::<Option<i64>, _>("helpful")?.map(|helpful| helpful > 0),
        asked_again: row.try_get::<i64, _>("asked_again")? > 0,
        person: row.try_get::<i64, _>("person")? > 0,
        settled: row.try_get::<i64, _>("settled")? > 0,
        at: from_micros(row.try_get("at")?),
    })
}

/// Keeps a question with the turn that answered it. If the same passage answered the
/// customer's question before, that one was asked again.
pub(super) async fn insert_question(
    tx: &mut Transaction<'static, Any>,
    id: &ConversationId,
    seq: Seq,
    asked: &Asked,
    now: i64,
) -> Result<()> {
    if let Some(nearest) = asked.nearest() {
        sqlx::query(
            "UPDATE questions SET asked_again = 1 WHERE conversation_id = $1 AND article = $3 AND section = $4 \
             AND at >= $5 AND seq = (SELECT MAX(p.seq) FROM questions p WHERE p.conversation_id = $1 AND p.seq < $2)",
        )
        .bind(id.as_str())
        .bind(seq)
        .bind(nearest.article.clone())
        .bind(nearest.section.clone())
        .bind(now - AGAIN_WITHIN_US)
        .execute(&mut **tx)
        .await?;
    }
    sqlx::query(
        "INSERT INTO questions (conversation_id, seq, outcome, found, article, section, language, at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (conversation_id, seq) DO NOTHING",
    )
    .bind(id.as_str())
    .bind(seq)
    .bind(asked.outcome.as_str())
    .bind(to_json(&asked.found))
    .bind(asked.shown().map(|passage| passage.article.clone()))
    .bind(asked.shown().map(|passage| passage.section.clone()))
    .bind(asked.language.clone())
    .bind(now)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A person comes in: the customer's last question needed one.
pub(super) async fn needed_a_person(tx: &mut Transaction<'static, Any>, id: &ConversationId) -> Result<()> {
    sqlx::query(
        "UPDATE questions SET person = 1 WHERE conversation_id = $1 \
         AND seq = (SELECT MAX(p.seq) FROM questions p WHERE p.conversation_id = $1)",
    )
    .bind(id.as_str())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What the customer said of the answer to a question.
pub(super) async fn vote_on_question(
    tx: &mut Transaction<'static, Any>,
    id: &ConversationId,
    seq: Seq,
    helpful: bool,
) -> Result<()> {
    sqlx::query("UPDATE questions SET helpful = $3 WHERE conversation_id = $1 AND seq = $2")
        .bind(id.as_str())
        .bind(seq)
        .bind(i64::from(helpful))
        .execute(&mut **tx)
        .await?;
    Ok(())
}
