//! What agents change of a conversation: who holds it, what is said, whether it is open.
//!
//! Each change locks the row, checks who holds the conversation, appends the entries that
//! tell everybody, and writes the row, in one transaction.

use jiff::Timestamp;
use sqlx::{Any, Transaction};

use super::log::{Locked, NewEntry, accepted_before, append, entry, lock};
use super::questions::needed_a_person;
use super::waits::{Ending, begin_wait, end_wait};
use super::{Result, Store};
use crate::domain::content::{HandoffState, StatusState};
use crate::domain::entry::{Author, Entry, Seq};
use crate::domain::{AgentId, AuthorKind, Content, ConversationId};

/// What is done to a conversation.
#[derive(Clone, Debug)]
pub enum Change {
    /// Take it: the agent holds it, the bot is silent.
    Take { agent: AgentId, name: String },
    /// Let that agent hold it, whoever held it before.
    Assign { author: Author, agent: AgentId, name: String },
    /// Give it back to the bot; `requeue` tells why the customer still waits for a person.
    HandBack { author: Author, reason: String, requeue: Option<String> },
    /// Say something; the agent must hold the conversation. With `seen`, nobody else on
    /// the staff may have said something after that seq.
    Reply { agent: AgentId, name: String, content: Content, key: Option<String>, seen: Option<Seq> },
    /// Close it; the contents (a survey, say) follow in the log.
    Resolve { author: Author, then: Vec<Content> },
    /// Open it again, held by that agent, or by the bot.
    Reopen { author: Author, hold: Option<(AgentId, String)> },
}

/// What became of a change.
#[derive(Clone, Debug, PartialEq)]
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
    /// Another agent has said this after what the replying one has seen.
    Overtaken(Vec<Entry>),
    Missing,
}

/// How the row is to be after a change.
struct Next {
    entries: Vec<NewEntry>,
    holder: Option<AgentId>,
    status: &'static str,
    /// Why the customer waits in the queue from now on.
    queue: Queue,
    waiting: Waiting,
}

enum Queue {
    Keep,
    Leave(Ending),
    Join(String),
}

/// What becomes of `waiting_since`.
#[derive(Clone, Copy)]
enum Waiting {
    Ends = 0,
    Goes = 1,
    Begins = 2,
}

impl Store {
    /// Applies a change and writes what everybody sees of it, together.
    pub async fn change(&self, id: &ConversationId, change: Change) -> Result<Changed> {
        let now = self.now_micros();
        let mut tx = self.begin().await?;
        let Some(mut row) = lock(&mut tx, self, id).await? else { return Ok(Changed::Missing) };
        let was_held = row.holder.is_some();
        let next = match plan(&mut tx, &row, change).await? {
            Ok(next) => next,
            Err(refused) => return Ok(refused),
        };
        if was_held && next.holder.is_none() {
            skip_overtaken_turns(&mut tx, id, now).await?;
        }
        if !was_held && next.holder.is_some() {
            needed_a_person(&mut tx, id).await?;
        }
        for entry in next.entries {
            append(&mut tx, &mut row, now, entry).await?;
        }
        let (keep, reason): (i64, _) = match next.queue {
            Queue::Keep => (1, None),
            Queue::Leave(ending) => {
                end_wait(&mut tx, id, now, ending).await?;
                (0, None)
            }
            Queue::Join(reason) => {
                begin_wait(&mut tx, id, now).await?;
                (0, Some(reason))
            }
        };
        let queued_at = reason.is_some().then_some(now);
        sqlx::query(
            "UPDATE conversations SET last_seq = $2, words_seq = $3, status = $5, updated_at = $6, snoozed_until = NULL, \
             held_since = CASE WHEN $4 IS NULL THEN NULL WHEN holder = $4 THEN held_since ELSE $6 END, \
             holder = $4, \
             waiting_since = CASE WHEN $7 = 0 THEN NULL WHEN $7 = 1 THEN waiting_since ELSE $6 END, \
             queued_at = CASE WHEN $8 = 1 THEN queued_at ELSE $9 END, \
             queued_reason = CASE WHEN $8 = 1 THEN queued_reason ELSE $10 END, \
             alarms = CASE WHEN $8 = 1 THEN alarms ELSE 0 END, \
             offered_to = CASE WHEN $8 = 1 THEN offered_to ELSE NULL END, \
             offered_at = CASE WHEN $8 = 1 THEN offered_at ELSE NULL END WHERE id = $1",
        )
        .bind(id.as_str())
        .bind(row.last_seq)
        .bind(row.words_seq)
        .bind(next.holder.map(|holder| holder.0))
        .bind(next.status)
        .bind(now)
        .bind(next.waiting as i64)
        .bind(keep)
        .bind(queued_at)
        .bind(reason)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(Changed::Done(row.last_seq))
    }

    /// Puts a conversation to sleep until then, or wakes it; whether it is there and open.
    /// No entry tells of it: it is the staff's own affair.
    pub async fn snooze(&self, id: &ConversationId, until: Option<Timestamp>) -> Result<bool> {
        let done = sqlx::query(
            "UPDATE conversations SET snoozed_until = $2, offered_to = NULL, offered_at = NULL \
             WHERE id = $1 AND status = 'open'",
        )
        .bind(id.as_str())
        .bind(until.map(Timestamp::as_microsecond))
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Wakes the conversations whose time has come.
    pub async fn wake_due(&self) -> Result<Vec<ConversationId>> {
        use sqlx::Row;
        let now = self.now_micros();
        let any = sqlx::query("SELECT 1 FROM conversations WHERE snoozed_until <= $1 LIMIT 1")
            .bind(now)
            .fetch_optional(&self.reader)
            .await?;
        if any.is_none() {
            return Ok(Vec::new());
        }
        let rows = sqlx::query(
            "UPDATE conversations SET snoozed_until = NULL, updated_at = $1 WHERE snoozed_until <= $1 RETURNING id",
        )
        .bind(now)
        .fetch_all(&self.writer)
        .await?;
        rows.iter().map(|row| Ok(ConversationId(row.try_get("id")?))).collect()
    }
}

/// What a change comes to, or why it is refused.
async fn plan(
    tx: &mut Transaction<'static, Any>,
    row: &Locked,
    change: Change,
) -> Result<std::result::Result<Next, Changed>> {
    let open = |entries, holder, queue, waiting| Next { entries, holder, status: "open", queue, waiting };
    Ok(Ok(match change {
        Change::Take { agent, name } => {
            match &row.holder {
                Some(holder) if *holder == agent => return Ok(Err(Changed::Already(row.last_seq))),
                Some(holder) => return Ok(Err(Changed::HeldBy(holder.clone()))),
                None => {}
            }
            let entry = NewEntry::new(Author::agent(&agent, &name), assigned(&name));
            open(vec![entry], Some(agent), Queue::Leave(Ending::Taken), Waiting::Goes)
        }
        Change::Assign { author, agent, name } => {
            if row.holder.as_ref() == Some(&agent) {
                return Ok(Err(Changed::Already(row.last_seq)));
            }
            let entry = NewEntry::new(author, assigned(&name));
            open(vec![entry], Some(agent), Queue::Leave(Ending::Taken), Waiting::Goes)
        }
        Change::HandBack { author, reason, requeue } => {
            if row.holder.is_none() {
                return Ok(Err(Changed::Already(row.last_seq)));
            }
            if let Some(refused) = held_by_another(&row.holder, &author) {
                return Ok(Err(refused));
            }
            let entry = NewEntry::new(author, returned(reason));
            match requeue {
                Some(reason) => open(vec![entry], None, Queue::Join(reason), Waiting::Begins),
                None => open(vec![entry], None, Queue::Leave(Ending::Returned), Waiting::Ends),
            }
        }
        Change::Reply { agent, name, content, key, seen } => {
            if let Some(key) = &key
                && let Some((seq, _)) = accepted_before(tx, &row.id, key).await?
            {
                return Ok(Err(Changed::Already(seq)));
            }
            match &row.holder {
                None => return Ok(Err(Changed::NotHeld)),
                Some(holder) if *holder != agent => return Ok(Err(Changed::HeldBy(holder.clone()))),
                Some(_) => {}
            }
            if let Some(seen) = seen {
                let missed = said_by_others(tx, &row.id, seen, &agent).await?;
                if !missed.is_empty() {
                    return Ok(Err(Changed::Overtaken(missed)));
                }
            }
            let mut entry = NewEntry::new(Author::agent(&agent, &name), content);
            entry.client_key = key;
            open(vec![entry], Some(agent), Queue::Leave(Ending::Taken), Waiting::Ends)
        }
        Change::Resolve { author, then } => {
            if row.resolved {
                return Ok(Err(Changed::Already(row.last_seq)));
            }
            if let Some(refused) = held_by_another(&row.holder, &author) {
                return Ok(Err(refused));
            }
            let mut entries = vec![NewEntry::new(author, Content::state(StatusState::Resolved))];
            entries.extend(then.into_iter().map(|content| NewEntry::new(Author::system(), content)));
            let queue = Queue::Leave(Ending::Resolved);
            Next { entries, holder: None, status: "resolved", queue, waiting: Waiting::Ends }
        }
        Change::Reopen { author, hold } => {
            if !row.resolved {
                return Ok(Err(Changed::Already(row.last_seq)));
            }
            let mut entries = vec![NewEntry::new(author, Content::state(StatusState::Reopened))];
            let holder = hold.map(|(agent, name)| {
                entries.push(NewEntry::new(Author::agent(&agent, &name), assigned(&name)));
                agent
            });
            open(entries, holder, Queue::Keep, Waiting::Ends)
        }
    }))
}

/// What other agents have said after that seq.
async fn said_by_others(
    tx: &mut Transaction<'static, Any>,
    id: &ConversationId,
    after: Seq,
    agent: &AgentId,
) -> Result<Vec<Entry>> {
    let rows = sqlx::query(
        "SELECT seq, at, author_kind, author_id, author_name, content, in_reply_to, turn_id FROM entries \
         WHERE conversation_id = $1 AND seq > $2 AND author_kind = 'agent' AND author_id <> $3 AND words IS NOT NULL \
         ORDER BY seq LIMIT 100",
    )
    .bind(id.as_str())
    .bind(after)
    .bind(agent.as_str())
    .fetch_all(&mut **tx)
    .await?;
    rows.iter().map(entry).collect()
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
    let system = author.kind == AuthorKind::System;
    (!own && !system).then(|| Changed::HeldBy(holder.clone()))
}

fn assigned(name: &str) -> Content {
    Content::Handoff {
        state: HandoffState::Assigned,
        reason: format!("{name} has joined the conversation"),
        position: None,
        eta_s: None,
        agent: Some(name.to_owned()),
    }
}

fn returned(reason: String) -> Content {
    Content::Handoff { state: HandoffState::Returned, reason, position: None, eta_s: None, agent: None }
}
