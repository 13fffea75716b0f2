//! Conversations: who holds them, who waits, and what agents change.

use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Any, AssertSqlSafe, Row, Transaction};

use super::log::{NewEntry, accepted_before, append, lock};
use super::{Result, Store, json};
use crate::base::clock::from_micros;
use crate::base::ids::new_id;
use crate::domain::conversation::{ConversationStatus, Holder, Queued};
use crate::domain::entry::{Author, Seq};
use crate::domain::{AgentId, Content, Conversation, ConversationId, CustomerId, InboxId};

const COLUMNS: &str = "id, inbox_id, customer_id, status, holder, queued_at, queued_reason, last_seq, memory, \
                       created_at, updated_at";

/// Which conversations an agent wants to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConversationFilter {
    /// Waiting for a person, the longest first.
    Queued,
    /// Held by a person.
    Assigned,
    Open,
    Resolved,
    All,
}

/// What an agent does to a conversation.
#[derive(Clone, Debug)]
pub enum Change {
    /// Take it: the agent holds it, the bot is silent.
    Take { agent: AgentId, name: String },
    /// Give it back to the bot; `requeue` tells why the customer still waits for a person.
    HandBack { author: Author, reason: String, requeue: Option<String> },
    /// Say something; the agent must hold the conversation.
    Reply { agent: AgentId, name: String, content: Content, key: Option<String> },
    /// Close it; the contents (a survey, say) follow in the log.
    Resolve { author: Author, then: Vec<Content> },
}

/// What became of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed {
    /// Done; the log's last seq.
    Done(Seq),
    /// Nothing to do: it was like that already, or the key was used before. The seq
    /// is that of the entry that stands for it.
    Already(Seq),
    /// Another agent holds it.
    HeldBy(AgentId),
    /// Nobody holds it, so nobody can reply for the shop.
    NotHeld,
    Missing,
}

#[derive(Clone, Debug)]
pub struct Note {
    pub id: String,
    pub seq: Seq,
    pub agent_id: AgentId,
    pub text: String,
    pub at: Timestamp,
}

impl Store {
    pub async fn conversation(&self, id: &ConversationId) -> Result<Option<Conversation>> {
        let row = sqlx::query(AssertSqlSafe(format!("SELECT {COLUMNS} FROM conversations WHERE id = $1")))
            .bind(id.as_str())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(conversation).transpose()
    }

    /// Conversations after `cursor` (the id of the last one seen), at most `limit`.
    pub async fn conversations(
        &self,
        filter: ConversationFilter,
        cursor: Option<&ConversationId>,
        limit: i64,
    ) -> Result<Vec<Conversation>> {
        let (condition, order) = match filter {
            ConversationFilter::Queued => ("queued_at IS NOT NULL AND holder IS NULL", "queued_at"),
            ConversationFilter::Assigned => ("holder IS NOT NULL", "updated_at"),
            ConversationFilter::Open => ("status = 'open'", "updated_at"),
            ConversationFilter::Resolved => ("status = 'resolved'", "updated_at"),
            ConversationFilter::All => ("1 = 1", "updated_at"),
        };
        // The queue is worked from its front; every other list shows the newest first.
        let (direction, comparison) = match filter {
            ConversationFilter::Queued => ("ASC", ">"),
            _ => ("DESC", "<"),
        };
        let sql = format!(
            "SELECT {COLUMNS} FROM conversations WHERE {condition} AND ($1 IS NULL OR ({order}, id) {comparison} \
             (SELECT {order}, id FROM conversations WHERE id = $1)) ORDER BY {order} {direction}, id {direction} LIMIT $2"
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(cursor.map(|cursor| cursor.0.clone()))
            .bind(limit)
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(conversation).collect()
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

    /// Applies an agent's change and writes what everybody sees of it, together.
    pub async fn change(&self, id: &ConversationId, change: Change) -> Result<Changed> {
        let now = self.now_micros();
        let mut tx = self.begin().await?;
        let Some(mut row) = lock(&mut tx, self, id).await? else { return Ok(Changed::Missing) };
        let was_held = row.holder.is_some();
        let mut waits_for = None;
        let (entries, holder, status) = match change {
            Change::Take { agent, name } => {
                match &row.holder {
                    Some(holder) if *holder == agent => return Ok(Changed::Already(row.last_seq)),
                    Some(holder) => return Ok(Changed::HeldBy(holder.clone())),
                    None => {}
                }
                let content = assigned(&name);
                (vec![NewEntry::new(Author::agent(&agent, &name), content)], Some(agent), "open")
            }
            Change::HandBack { author, reason, requeue } => {
                if row.holder.is_none() {
                    return Ok(Changed::Already(row.last_seq));
                }
                if let Some(refused) = held_by_another(&row.holder, &author) {
                    return Ok(refused);
                }
                waits_for = requeue;
                (vec![NewEntry::new(author, returned(reason))], None, "open")
            }
            Change::Reply { agent, name, content, key } => {
                if let Some(key) = &key
                    && let Some((seq, _)) = accepted_before(&mut tx, id, key).await?
                {
                    return Ok(Changed::Already(seq));
                }
                match &row.holder {
                    None => return Ok(Changed::NotHeld),
                    Some(holder) if *holder != agent => return Ok(Changed::HeldBy(holder.clone())),
                    Some(_) => {}
                }
                let mut entry = NewEntry::new(Author::agent(&agent, &name), content);
                entry.client_key = key;
                (vec![entry], Some(agent), "open")
            }
            Change::Resolve { author, then } => {
                if row.resolved {
                    return Ok(Changed::Already(row.last_seq));
                }
                if let Some(refused) = held_by_another(&row.holder, &author) {
                    return Ok(refused);
                }
                let resolved = Content::state(crate::domain::content::StatusState::Resolved);
                let mut entries = vec![NewEntry::new(author, resolved)];
                entries.extend(then.into_iter().map(|content| NewEntry::new(Author::system(), content)));
                (entries, None, "resolved")
            }
        };
        if was_held && holder.is_none() {
            skip_overtaken_turns(&mut tx, id, now).await?;
        }
        for entry in entries {
            append(&mut tx, &mut row, now, entry).await?;
        }
        // Whoever holds or closes a conversation ends its waiting.
        let queued_at = waits_for.is_some().then_some(now);
        sqlx::query(
            "UPDATE conversations SET last_seq = $2, holder = $3, status = $4, updated_at = $5, \
             held_since = CASE WHEN $3 IS NULL THEN NULL WHEN holder = $3 THEN held_since ELSE $5 END, \
             queued_at = $6, queued_reason = $7 WHERE id = $1",
        )
        .bind(id.as_str())
        .bind(row.last_seq)
        .bind(holder.map(|holder| holder.0))
        .bind(status)
        .bind(now)
        .bind(queued_at)
        .bind(waits_for)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(Changed::Done(row.last_seq))
    }

    /// Writes what the customer's client has shown, for the agents' read marks.
    pub async fn mark_read(&self, id: &ConversationId, seq: Seq) -> Result<()> {
        sqlx::query("UPDATE conversations SET read_seq = $2 WHERE id = $1 AND read_seq < $2 AND last_seq >= $2")
            .bind(id.as_str())
            .bind(seq)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    pub async fn read_seq(&self, id: &ConversationId) -> Result<Seq> {
        let row = sqlx::query("SELECT read_seq FROM conversations WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(&self.reader)
            .await?;
        Ok(row.map(|row| row.try_get("read_seq")).transpose()?.unwrap_or(0))
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

    /// Keeps what was said about a conversation among the staff.
    pub async fn add_note(&self, id: &ConversationId, agent: &AgentId, text: &str) -> Result<Note> {
        let now = self.now_micros();
        let row = sqlx::query(
            "INSERT INTO notes (id, conversation_id, seq, agent_id, text, at) \
             SELECT $1, id, last_seq, $3, $4, $5 FROM conversations WHERE id = $2 RETURNING id, seq",
        )
        .bind(new_id("not"))
        .bind(id.as_str())
        .bind(agent.as_str())
        .bind(text)
        .bind(now)
        .fetch_one(&self.writer)
        .await?;
        Ok(Note {
            id: row.try_get("id")?,
            seq: row.try_get("seq")?,
            agent_id: agent.clone(),
            text: text.to_owned(),
            at: from_micros(now),
        })
    }

    pub async fn notes(&self, id: &ConversationId) -> Result<Vec<Note>> {
        let rows =
            sqlx::query("SELECT id, seq, agent_id, text, at FROM notes WHERE conversation_id = $1 ORDER BY at, id")
                .bind(id.as_str())
                .fetch_all(&self.reader)
                .await?;
        rows.iter()
            .map(|row| {
                Ok(Note {
                    id: row.try_get("id")?,
                    seq: row.try_get("seq")?,
                    agent_id: AgentId(row.try_get("agent_id")?),
                    text: row.try_get("text")?,
                    at: from_micros(row.try_get("at")?),
                })
            })
            .collect()
    }
}

/// Turns that a person's holding has overtaken are not made up for once the bot is back.
async fn skip_overtaken_turns(tx: &mut Transaction<'_, Any>, id: &ConversationId, now: i64) -> Result<()> {
    sqlx::query(
        "UPDATE turns SET state = 'skipped', finished_at = $2 WHERE conversation_id = $1 AND state = 'pending'",
    )
    .bind(id.as_str())
    .bind(now)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Only the holder, or the system itself, gives a conversation away.
fn held_by_another(holder: &Option<AgentId>, author: &Author) -> Option<Changed> {
    let holder = holder.as_ref()?;
    let own = author.id.as_deref() == Some(holder.as_str());
    let system = author.kind == crate::domain::AuthorKind::System;
    (!own && !system).then(|| Changed::HeldBy(holder.clone()))
}

fn assigned(name: &str) -> Content {
    Content::Handoff {
        state: crate::domain::content::HandoffState::Assigned,
        reason: format!("{name} has joined the conversation"),
        position: None,
        eta_s: None,
        agent: Some(name.to_owned()),
    }
}

fn returned(reason: String) -> Content {
    Content::Handoff {
        state: crate::domain::content::HandoffState::Returned,
        reason,
        position: None,
        eta_s: None,
        agent: None,
    }
}

fn conversation(row: &AnyRow) -> Result<Conversation> {
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
