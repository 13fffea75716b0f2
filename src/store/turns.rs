//! Turns: the bot's work on customer messages, leased, finished exactly once.

use jiff::Timestamp;
use sqlx::{AssertSqlSafe, Row};

use super::conversations::{COLUMNS, conversation};
use super::lessons::insert_doubts;
use super::log::{NewEntry, append, lock};
use super::questions::{insert_question, needed_a_person};
use super::waits::begin_wait;
use super::{Result, Store, to_json};
use crate::domain::conversation::{Memory, Mood};
use crate::domain::decision::Explanation;
use crate::domain::entry::{Author, AuthorKind, Entry, Seq};
use crate::domain::question::Asked;
use crate::domain::teaching::Doubt;
use crate::domain::{Analysis, Content, Conversation, ConversationId, TurnId};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurnRef {
    pub id: TurnId,
    pub conversation_id: ConversationId,
    pub message_seq: Seq,
}

/// What a worker needs to think about a turn.
#[derive(Clone, Debug)]
pub struct TurnWork {
    pub conversation: Conversation,
    /// The message to answer.
    pub message: Entry,
    /// Entries before the message, oldest first.
    pub history: Vec<Entry>,
    /// How often this turn was tried before.
    pub attempts: i64,
}

/// What thinking about a turn came to.
#[derive(Clone, Debug)]
pub struct TurnOutcome {
    pub author: Author,
    pub contents: Vec<Content>,
    pub memory: Memory,
    /// Why a person is needed, where one is.
    pub escalate: Option<String>,
    pub analysis: Option<Analysis>,
    pub explanation: Explanation,
    /// Messages that turned out not to be understood.
    pub doubts: Vec<Doubt>,
    /// What the knowledge base made of the message, where it was asked.
    pub asked: Option<Asked>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum TurnCommit {
    /// The bot has spoken: this is what was written.
    Spoken(Vec<Entry>),
    /// A person has taken the conversation meanwhile: nothing was said.
    Overtaken,
    /// Somebody else has finished this turn.
    AlreadyDone,
}

impl Store {
    /// Loads a pending turn with its conversation, its message and up to `history`
    /// entries before it; `None` once it is finished.
    pub async fn load_turn(&self, turn: &TurnRef, history: i64) -> Result<Option<TurnWork>> {
        let row = sqlx::query(AssertSqlSafe(format!(
            "SELECT t.attempts, {COLUMNS} FROM turns t JOIN conversations c ON c.id = t.conversation_id \
             WHERE t.id = $1 AND t.state = 'pending'"
        )))
        .bind(turn.id.as_str())
        .fetch_optional(&self.reader)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let conversation = conversation(&row)?;
        let mut history = self.entries(&turn.conversation_id, turn.message_seq - 1 - history, history + 1).await?;
        history.retain(|entry| entry.seq <= turn.message_seq);
        let Some(message) = history.pop().filter(|entry| entry.seq == turn.message_seq) else { return Ok(None) };
        Ok(Some(TurnWork { conversation, message, history, attempts: row.try_get("attempts")? }))
    }

    /// Commits what the bot says, remembers and decided, in one transaction whose
    /// unique key is the turn: whoever comes second changes nothing.
    pub async fn commit_turn(&self, turn: &TurnRef, outcome: TurnOutcome) -> Result<TurnCommit> {
        let now = self.now_micros();
        let mut tx = self.begin().await?;
        let Some(mut conversation) = lock(&mut tx, self, &turn.conversation_id).await? else {
            return Ok(TurnCommit::AlreadyDone);
        };
        let overtaken = conversation.holder.is_some();
        let finished = sqlx::query(
            "UPDATE turns SET state = $2, finished_at = $3, explanation = $4 WHERE id = $1 AND state = 'pending'",
        )
        .bind(turn.id.as_str())
        .bind(if overtaken { "skipped" } else { "done" })
        .bind(now)
        .bind(to_json(&outcome.explanation))
        .execute(&mut *tx)
        .await?;
        if finished.rows_affected() == 0 {
            return Ok(TurnCommit::AlreadyDone);
        }
        if let Some(analysis) = &outcome.analysis {
            sqlx::query(
                "INSERT INTO analyses (conversation_id, seq, analysis) VALUES ($1, $2, $3) \
                 ON CONFLICT (conversation_id, seq) DO NOTHING",
            )
            .bind(conversation.id.as_str())
            .bind(turn.message_seq)
            .bind(to_json(analysis))
            .execute(&mut *tx)
            .await?;
        }
        insert_doubts(&mut tx, &conversation.id, &outcome.doubts, now).await?;
        if overtaken {
            tx.commit().await?;
            return Ok(TurnCommit::Overtaken);
        }
        let mut entries = Vec::new();
        for content in outcome.contents {
            let mut entry = NewEntry::new(outcome.author.clone(), content);
            entry.in_reply_to = Some(turn.message_seq);
            entry.turn = Some(turn.id.clone());
            entries.push(append(&mut tx, &mut conversation, now, entry).await?);
        }
        if let Some(asked) = &outcome.asked {
            insert_question(&mut tx, &conversation.id, turn.message_seq, asked, now).await?;
        }
        if outcome.escalate.is_some() {
            needed_a_person(&mut tx, &conversation.id).await?;
        }
        let begins_to_wait = outcome.escalate.is_some() && conversation.queued_at.is_none();
        sqlx::query(
            "UPDATE conversations SET last_seq = $2, words_seq = $3, memory = $4, unhappiness = $5, updated_at = $6, \
             queued_at = CASE WHEN queued_at IS NULL AND $7 IS NOT NULL THEN $6 ELSE queued_at END, \
             waiting_since = CASE WHEN queued_at IS NULL AND $7 IS NOT NULL THEN $6 ELSE waiting_since END, \
             queued_reason = COALESCE(queued_reason, $7) WHERE id = $1",
        )
        .bind(conversation.id.as_str())
        .bind(conversation.last_seq)
        .bind(conversation.words_seq)
        .bind(to_json(&outcome.memory))
        .bind(outcome.memory.unhappiness_permille())
        .bind(now)
        .bind(outcome.escalate)
        .execute(&mut *tx)
        .await?;
        if begins_to_wait {
            begin_wait(&mut tx, &conversation.id, now).await?;
        }
        tx.commit().await?;
        Ok(TurnCommit::Spoken(entries))
    }

    /// Keeps how a message to a person was understood, and how it sounded; once.
    pub async fn keep_analysis(&self, id: &ConversationId, analysis: &Analysis, mood: Mood) -> Result<()> {
        let mut tx = self.begin().await?;
        if lock(&mut tx, self, id).await?.is_none() {
            return Ok(());
        }
        let new = sqlx::query(
            "INSERT INTO analyses (conversation_id, seq, analysis) VALUES ($1, $2, $3) \
             ON CONFLICT (conversation_id, seq) DO NOTHING",
        )
        .bind(id.as_str())
        .bind(mood.seq)
        .bind(to_json(analysis))
        .execute(&mut *tx)
        .await?;
        if new.rows_affected() == 0 {
            return Ok(());
        }
        let row =
            sqlx::query("SELECT memory FROM conversations WHERE id = $1").bind(id.as_str()).fetch_one(&mut *tx).await?;
        let mut memory: Memory = super::json(&row, "memory")?;
        memory.remember_mood(mood);
        sqlx::query("UPDATE conversations SET memory = $2, unhappiness = $3 WHERE id = $1")
            .bind(id.as_str())
            .bind(to_json(&memory))
            .bind(memory.unhappiness_permille())
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Keeps this node's leases while it works on them.
    pub async fn renew_leases(&self, owner: &str, until: Timestamp) -> Result<()> {
        sqlx::query("UPDATE turns SET lease_until = $2 WHERE lease_owner = $1 AND state = 'pending'")
            .bind(owner)
            .bind(until.as_microsecond())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Lets go of a turn that this node will not work on; its lease runs out by itself.
    pub async fn disown_turn(&self, id: &TurnId) -> Result<()> {
        sqlx::query("UPDATE turns SET lease_owner = NULL WHERE id = $1 AND state = 'pending'")
            .bind(id.as_str())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Takes over pending turns whose lease has run out, oldest first.
    pub async fn lease_turns(&self, owner: &str, until: Timestamp, limit: i64) -> Result<Vec<TurnRef>> {
        let now = self.now_micros();
        // Most of the time there is none, and a read costs the writer nothing.
        let any = sqlx::query("SELECT 1 FROM turns WHERE state = 'pending' AND lease_until < $1 LIMIT 1")
            .bind(now)
            .fetch_optional(&self.reader)
            .await?;
        if any.is_none() {
            return Ok(Vec::new());
        }
        let mut tx = self.begin().await?;
        let rows = sqlx::query(
            "UPDATE turns SET lease_owner = $1, lease_until = $2, attempts = attempts + 1 WHERE id IN \
             (SELECT id FROM turns WHERE state = 'pending' AND lease_until < $3 \
              ORDER BY created_at, message_seq LIMIT $4) \
             RETURNING id, conversation_id, message_seq",
        )
        .bind(owner)
        .bind(until.as_microsecond())
        .bind(now)
        .bind(limit)
        .fetch_all(&mut *tx)
        .await?;
        tx.commit().await?;
        let mut turns = rows
            .iter()
            .map(|row| {
                Ok(TurnRef {
                    id: TurnId(row.try_get("id")?),
                    conversation_id: ConversationId(row.try_get("conversation_id")?),
                    message_seq: row.try_get("message_seq")?,
                })
            })
            .collect::<Result<Vec<_>>>()?;
        turns.sort_by(|a, b| (&a.conversation_id, a.message_seq).cmp(&(&b.conversation_id, b.message_seq)));
        Ok(turns)
    }

    /// Frees every lease. Only for a node that knows it is alone with the database.
    pub async fn free_leases(&self) -> Result<()> {
        sqlx::query("UPDATE turns SET lease_owner = NULL, lease_until = 0 WHERE state = 'pending'")
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// The analysis of a customer message, once it was read.
    pub async fn analyses(&self, id: &ConversationId) -> Result<Vec<(Seq, Analysis)>> {
        let rows = sqlx::query("SELECT seq, analysis FROM analyses WHERE conversation_id = $1 ORDER BY seq")
            .bind(id.as_str())
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(|row| Ok((row.try_get("seq")?, super::json(row, "analysis")?))).collect()
    }

    /// Why the bot did what it did, by the seq of the message that it answered.
    pub async fn explanations(&self, id: &ConversationId) -> Result<Vec<(Seq, Explanation)>> {
        let rows = sqlx::query(
            "SELECT message_seq, explanation FROM turns \
             WHERE conversation_id = $1 AND explanation IS NOT NULL ORDER BY message_seq",
        )
        .bind(id.as_str())
        .fetch_all(&self.reader)
        .await?;
        rows.iter().map(|row| Ok((row.try_get("message_seq")?, super::json(row, "explanation")?))).collect()
    }
}

impl TurnWork {
    /// The bot's last words before the message, for what it asked or admitted.
    pub fn last_bot_entry(&self) -> Option<&Entry> {
        self.history.iter().rev().find(|entry| entry.author.kind == AuthorKind::Bot)
    }
}
