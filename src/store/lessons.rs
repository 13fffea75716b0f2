//! Teaching: messages that were not understood, what agents said of them, and intents
//! that were made in the console.
//!
//! A message may be judged more than once; the latest lesson on it counts. Taking one
//! back deletes its row, so that what was said before counts again.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Any, AssertSqlSafe, Row, Transaction};

use super::questions::vote_on_question;
use super::shop::bump;
use super::{Result, Store, StoreError, json, to_json};
use crate::base::clock::from_micros;
use crate::base::ids::new_id;
use crate::domain::entry::Seq;
use crate::domain::intent::IntentSpec;
use crate::domain::teaching::{Doubt, DoubtReason, Verdict};
use crate::domain::{AgentId, Content, ConversationId};

const LESSON: &str = "SELECT l.id, l.verdict, l.intent, l.text, l.locale, l.agent_id, a.name AS agent_name, \
     l.conversation_id, l.seq, l.at FROM lessons l JOIN agents a ON a.id = l.agent_id";
/// Of each message, the latest lesson.
const LATEST: &str = "NOT EXISTS (SELECT 1 FROM lessons n WHERE n.conversation_id = l.conversation_id \
     AND n.seq = l.seq AND n.id > l.id)";

/// A customer's message that was not understood, and that nobody has judged yet.
#[derive(Clone, Debug, PartialEq)]
pub struct DoubtedMessage {
    pub conversation_id: ConversationId,
    pub seq: Seq,
    pub content: Content,
    pub reasons: Vec<DoubtReason>,
    pub at: Timestamp,
}

#[derive(Clone, Debug)]
pub struct NewLesson {
    pub conversation_id: ConversationId,
    pub seq: Seq,
    pub verdict: Verdict,
    /// Without personal data.
    pub text: String,
    pub locale: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Lesson {
    pub id: String,
    pub verdict: Verdict,
    pub text: String,
    pub locale: Option<String>,
    pub agent_id: AgentId,
    pub agent_name: String,
    pub conversation_id: ConversationId,
    pub seq: Seq,
    pub at: Timestamp,
}

/// An intent that was made in the console.
#[derive(Clone, Debug, PartialEq)]
pub struct TaughtIntent {
    pub spec: IntentSpec,
    pub agent_name: String,
    pub at: Timestamp,
}

/// A message as a customer wrote it.
#[derive(Clone, Debug, PartialEq)]
pub struct SaidMessage {
    pub conversation_id: ConversationId,
    pub seq: Seq,
    pub content: Content,
}

impl Store {
    /// Customers' messages since then that were not understood and that nobody has judged,
    /// the newest first; at most so many.
    pub async fn doubted(&self, since: Timestamp, limit: i64) -> Result<Vec<DoubtedMessage>> {
        let rows = sqlx::query(
            "SELECT d.conversation_id, d.seq, d.reason, d.at, e.content FROM doubts d \
             JOIN entries e ON e.conversation_id = d.conversation_id AND e.seq = d.seq \
             WHERE d.at >= $1 AND NOT EXISTS \
               (SELECT 1 FROM lessons l WHERE l.conversation_id = d.conversation_id AND l.seq = d.seq) \
             ORDER BY d.at DESC, d.conversation_id, d.seq DESC LIMIT $2",
        )
        .bind(since.as_microsecond())
        .bind(limit)
        .fetch_all(&self.reader)
        .await?;
        let mut places = BTreeMap::new();
        let mut messages: Vec<DoubtedMessage> = Vec::new();
        for row in &rows {
            let key = (row.try_get::<String, _>("conversation_id")?, row.try_get::<Seq, _>("seq")?);
            let reason: &str = row.try_get("reason")?;
            let reason = DoubtReason::parse(reason).ok_or_else(|| unknown("reason", reason))?;
            let place = *places.entry(key.clone()).or_insert(messages.len());
            if place == messages.len() {
                messages.push(DoubtedMessage {
                    conversation_id: ConversationId(key.0),
                    seq: key.1,
                    content: json(row, "content")?,
                    reasons: Vec::new(),
                    at: from_micros(row.try_get("at")?),
                });
            }
            messages[place].reasons.push(reason);
        }
        messages.iter_mut().for_each(|message| message.reasons.sort_unstable());
        Ok(messages)
    }

    /// What customers wrote since then, the newest first; at most so many.
    pub async fn said(&self, since: Timestamp, limit: i64) -> Result<Vec<SaidMessage>> {
        let rows = sqlx::query(
            "SELECT e.conversation_id, e.seq, e.content FROM entries e \
             JOIN analyses a ON a.conversation_id = e.conversation_id AND a.seq = e.seq \
             WHERE e.author_kind = 'customer' AND e.at >= $1 ORDER BY e.position DESC LIMIT $2",
        )
        .bind(since.as_microsecond())
        .bind(limit)
        .fetch_all(&self.reader)
        .await?;
        let message = |row: &AnyRow| {
            Ok(SaidMessage {
                conversation_id: ConversationId(row.try_get("conversation_id")?),
                seq: row.try_get("seq")?,
                content: json(row, "content")?,
            })
        };
        rows.iter().map(message).collect()
    }

    /// Keeps what an agent said of messages, all of it or nothing; the lessons' ids.
    pub async fn teach(&self, agent: &AgentId, lessons: &[NewLesson]) -> Result<Vec<String>> {
        let mut tx = self.begin().await?;
        let ids = insert_lessons(&mut tx, agent, lessons, self.now_micros()).await?;
        tx.commit().await?;
        Ok(ids)
    }

    /// Takes lessons back; how many there were.
    pub async fn unteach(&self, ids: &[String]) -> Result<u64> {
        let mut tx = self.begin().await?;
        let mut gone = 0;
        for id in ids {
            gone += sqlx::query("DELETE FROM lessons WHERE id = $1").bind(id).execute(&mut *tx).await?.rows_affected();
        }
        tx.commit().await?;
        Ok(gone)
    }

    /// The lessons that count, the newest first.
    pub async fn lessons(&self) -> Result<Vec<Lesson>> {
        let rows = sqlx::query(AssertSqlSafe(format!("{LESSON} WHERE {LATEST} ORDER BY l.id DESC")))
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(lesson).collect()
    }

    /// Those about messages of one conversation.
    pub async fn lessons_of(&self, id: &ConversationId) -> Result<Vec<Lesson>> {
        let sql = format!("{LESSON} WHERE l.conversation_id = $1 AND {LATEST} ORDER BY l.seq");
        let rows = sqlx::query(AssertSqlSafe(sql)).bind(id.as_str()).fetch_all(&self.reader).await?;
        rows.iter().map(lesson).collect()
    }

    /// By name.
    pub async fn taught_intents(&self) -> Result<Vec<TaughtIntent>> {
        let rows = sqlx::query(
            "SELECT t.name, t.spec, a.name AS agent_name, t.at FROM taught_intents t \
             JOIN agents a ON a.id = t.agent_id ORDER BY t.name",
        )
        .fetch_all(&self.reader)
        .await?;
        let taught = |row: &AnyRow| {
            let spec = IntentSpec { name: row.try_get("name")?, ..json(row, "spec")? };
            Ok(TaughtIntent { spec, agent_name: row.try_get("agent_name")?, at: from_micros(row.try_get("at")?) })
        };
        rows.iter().map(taught).collect()
    }

    /// Makes an intent with its first examples; the lessons' ids, or `None` where the name
    /// is taken.
    pub async fn teach_intent(
        &self,
        agent: &AgentId,
        spec: &IntentSpec,
        lessons: &[NewLesson],
    ) -> Result<Option<Vec<String>>> {
        let now = self.now_micros();
        let mut tx = self.begin().await?;
        let made = sqlx::query(
            "INSERT INTO taught_intents (name, spec, agent_id, at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (name) DO NOTHING RETURNING name",
        )
        .bind(spec.name.clone())
        .bind(to_json(spec))
        .bind(agent.as_str())
        .bind(now)
        .fetch_optional(&mut *tx)
        .await?;
        if made.is_none() {
            return Ok(None);
        }
        let ids = insert_lessons(&mut tx, agent, lessons, now).await?;
        bump(&mut tx, "intents").await?;
        tx.commit().await?;
        Ok(Some(ids))
    }

    /// Removes an intent that was made in the console, and the lessons that name it;
    /// whether there was one.
    pub async fn forget_intent(&self, name: &str) -> Result<bool> {
        let mut tx = self.begin().await?;
        let gone = sqlx::query("DELETE FROM taught_intents WHERE name = $1").bind(name).execute(&mut *tx).await?;
        if gone.rows_affected() == 0 {
            return Ok(false);
        }
        sqlx::query("DELETE FROM lessons WHERE intent = $1").bind(name).execute(&mut *tx).await?;
        bump(&mut tx, "intents").await?;
        tx.commit().await?;
        Ok(true)
    }
}

/// Notes that messages of a conversation are worth a look; the same reason again adds nothing.
pub(super) async fn insert_doubts(
    tx: &mut Transaction<'static, Any>,
    id: &ConversationId,
    doubts: &[Doubt],
    now: i64,
) -> Result<()> {
    for doubt in doubts {
        sqlx::query(
            "INSERT INTO doubts (conversation_id, seq, reason, at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (conversation_id, seq, reason) DO NOTHING",
        )
        .bind(id.as_str())
        .bind(doubt.seq)
        .bind(doubt.reason.as_str())
        .bind(now)
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

/// A vote on an answer, or a change of it, is one on how the customer's message was
/// understood.
pub(super) async fn vote_on_understanding(
    tx: &mut Transaction<'static, Any>,
    id: &ConversationId,
    about: Seq,
    helpful: bool,
    now: i64,
) -> Result<()> {
    let row = sqlx::query("SELECT in_reply_to FROM entries WHERE conversation_id = $1 AND seq = $2")
        .bind(id.as_str())
        .bind(about)
        .fetch_optional(&mut **tx)
        .await?;
    let Some(seq) = row.map(|row| row.try_get::<Option<Seq>, _>("in_reply_to")).transpose()?.flatten() else {
        return Ok(());
    };
    vote_on_question(tx, id, seq, helpful).await?;
    let doubt = Doubt { seq, reason: DoubtReason::Unhelpful };
    if !helpful {
        return insert_doubts(tx, id, &[doubt], now).await;
    }
    sqlx::query("DELETE FROM doubts WHERE conversation_id = $1 AND seq = $2 AND reason = $3")
        .bind(id.as_str())
        .bind(seq)
        .bind(doubt.reason.as_str())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

async fn insert_lessons(
    tx: &mut Transaction<'static, Any>,
    agent: &AgentId,
    lessons: &[NewLesson],
    now: i64,
) -> Result<Vec<String>> {
    let mut ids = Vec::with_capacity(lessons.len());
    for new in lessons {
        let id = new_id("les");
        sqlx::query(
            "INSERT INTO lessons (id, verdict, intent, text, locale, agent_id, conversation_id, seq, at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(id.clone())
        .bind(new.verdict.as_str())
        .bind(new.verdict.intent().map(str::to_owned))
        .bind(new.text.clone())
        .bind(new.locale.clone())
        .bind(agent.as_str())
        .bind(new.conversation_id.as_str())
        .bind(new.seq)
        .bind(now)
        .execute(&mut **tx)
        .await?;
        ids.push(id);
    }
    Ok(ids)
}

fn lesson(row: &AnyRow) -> Result<Lesson> {
    let verdict: &str = row.try_get("verdict")?;
    let intent: Option<String> = row.try_get("intent")?;
    Ok(Lesson {
        id: row.try_get("id")?,
        verdict: Verdict::of(verdict, intent).ok_or_else(|| unknown("verdict", verdict))?,
        text: row.try_get("text")?,
        locale: row.try_get("locale")?,
        agent_id: AgentId(row.try_get("agent_id")?),
        agent_name: row.try_get("agent_name")?,
        conversation_id: ConversationId(row.try_get("conversation_id")?),
        seq: row.try_get("seq")?,
        at: from_micros(row.try_get("at")?),
    })
}

fn unknown(what: &'static str, found: &str) -> StoreError {
    StoreError::Corrupt { what, reason: format!("there is no {what} `{found}`") }
}
