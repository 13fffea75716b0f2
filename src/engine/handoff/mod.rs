//! Handing a conversation to a person and back.
//!
//! Invariant: whoever holds a conversation is in its row, and every change of it is an
//! entry of the log in the same transaction. A turn of the bot that is overtaken finds
//! the holder at its commit and keeps silent.
//!
//! `offers` gives those who wait to whom it is the turn of, `alarms` raises again what
//! nobody takes, `unread` mails what a customer who has gone did not read, and [`watch`]
//! looks after all three. `seen` tells who has read what; `filing` sends agents' files.

mod alarms;
mod filing;
mod offers;
mod seen;
mod unread;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::Engine;
use crate::answer::voices::Voice;
use crate::bus::News;
use crate::domain::content::SurveyKind;
use crate::domain::conversation::ConversationStatus;
use crate::domain::{AgentId, Author, Content, ConversationId, Entry, Seq};
use crate::store::{Agent, Change, Changed, Colleague, Role, StoreError};

const WATCH_EVERY: Duration = Duration::from_secs(1);
/// What is not urgent is looked after every tenth time.
const SELDOM: u32 = 10;

/// Who is there to take over, and where a waiting customer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Presence {
    pub agents: i64,
    /// Place in the queue, from 1.
    pub position: i64,
    pub eta_s: i64,
}

/// A change that was made, and the one that takes it back.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Where the log ends.
    pub seq: Seq,
    /// `None` where nothing was changed, or nothing takes it back.
    pub undo: Option<Undo>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Undo {
    Take,
    HandBack { requeue: bool },
    Assign(AgentId),
    Resolve,
    Reopen { hold: bool },
    Snooze(Option<Timestamp>),
}

/// What an agent says to a customer.
#[derive(Clone, Debug)]
pub struct Reply {
    pub text: String,
    /// The same key again says nothing.
    pub key: Option<String>,
    /// The last seq that the agent has seen; nobody else may have written after it.
    pub seen: Option<Seq>,
}

pub use filing::{NewFile, SendFileError};

#[derive(Debug, thiserror::Error)]
pub enum HandoffError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("there is no such conversation")]
    Missing,
    #[error("there is no such agent, or they may only look")]
    NoSuchAgent,
    #[error("{} holds this conversation", .0.name)]
    HeldByAnother(Box<Agent>),
    #[error("take the conversation first: replies come from who holds it")]
    NotHeld,
    #[error("the conversation is resolved: reopen it first")]
    Resolved,
    #[error("another agent has written meanwhile")]
    Overtaken(Vec<Entry>),
}

/// How satisfied the customer is, asked in their language.
pub(super) fn satisfaction_survey(voice: &Voice) -> Content {
    Content::Survey { kind: SurveyKind::Csat, scale: [1, 5], question: voice.phrases.survey.clone() }
}

impl Engine {
    /// An agent takes the conversation: from now on the bot is silent.
    pub async fn take(&self, id: &ConversationId, agent: &Agent) -> Result<Step, HandoffError> {
        let requeue = self.known(id).await?.queued.is_some();
        let change = Change::Take { agent: agent.id.clone(), name: agent.name.clone() };
        self.step(id, change, Some(Undo::HandBack { requeue })).await
    }

    /// An agent gives the conversation back to the bot, or back into the queue.
    pub async fn hand_back(&self, id: &ConversationId, agent: &Agent, requeue: bool) -> Result<Step, HandoffError> {
        let reason = self.voice_of(&self.known(id).await?.memory).returned(&agent.name);
        let requeue = requeue.then(|| format!("{} handed it back to the queue", agent.name));
        let author = Author::agent(&agent.id, &agent.name);
        self.step(id, Change::HandBack { author, reason, requeue }, Some(Undo::Take)).await
    }

    /// An agent lets another one (or themselves) hold the conversation.
    pub async fn assign(&self, id: &ConversationId, by: &Agent, to: &AgentId) -> Result<Step, HandoffError> {
        let agent = self.inner.store.agent(to).await?.filter(|agent| agent.role >= Role::Agent);
        let agent = agent.ok_or(HandoffError::NoSuchAgent)?;
        let before = self.known(id).await?;
        let undo = match before.holder.agent() {
            Some(holder) => Some(Undo::Assign(holder.clone())),
            None if agent.id == by.id => Some(Undo::HandBack { requeue: before.queued.is_some() }),
            None => None,
        };
        let author = Author::agent(&by.id, &by.name);
        self.step(id, Change::Assign { author, agent: agent.id, name: agent.name }, undo).await
    }

    /// An agent who holds the conversation says something.
    pub async fn reply(&self, id: &ConversationId, agent: &Agent, reply: Reply) -> Result<Seq, HandoffError> {
        let key = reply.key.map(|key| own_key(agent, &key));
        let (agent, name, content) = (agent.id.clone(), agent.name.clone(), Content::text(reply.text));
        let step = self.step(id, Change::Reply { agent, name, content, key, seen: reply.seen }, None).await?;
        Ok(step.seq)
    }

    /// An agent closes the conversation, and the customer is asked how it was.
    pub async fn resolve(&self, id: &ConversationId, agent: &Agent) -> Result<Step, HandoffError> {
        let conversation = self.known(id).await?;
        let hold = conversation.holder.agent() == Some(&agent.id);
        let then = vec![satisfaction_survey(self.voice_of(&conversation.memory))];
        let author = Author::agent(&agent.id, &agent.name);
        self.step(id, Change::Resolve { author, then }, Some(Undo::Reopen { hold })).await
    }

    /// An agent opens a resolved conversation again, and holds it if they want.
    pub async fn reopen(&self, id: &ConversationId, agent: &Agent, hold: bool) -> Result<Step, HandoffError> {
        let author = Author::agent(&agent.id, &agent.name);
        let hold = hold.then(|| (agent.id.clone(), agent.name.clone()));
        self.step(id, Change::Reopen { author, hold }, Some(Undo::Resolve)).await
    }

    /// An agent puts the conversation to sleep until then, or wakes it.
    pub async fn snooze(&self, id: &ConversationId, until: Option<Timestamp>) -> Result<Step, HandoffError> {
        let conversation = self.known(id).await?;
        if conversation.status == ConversationStatus::Resolved {
            return Err(HandoffError::Resolved);
        }
        let before = self.inner.store.listed(std::slice::from_ref(id), None).await?;
        let before = before.first().and_then(|listed| listed.snoozed_until);
        self.inner.store.snooze(id, until).await?;
        self.inner.bus.tell(News::Changed(id.clone()));
        let undo = (before != until).then_some(Undo::Snooze(before));
        Ok(Step { seq: conversation.last_seq, undo })
    }

    /// Everybody on the staff, with who is there now.
    pub async fn colleagues(&self) -> Result<Vec<Colleague>, StoreError> {
        self.inner.store.colleagues(self.present_since()).await
    }

    pub async fn colleague(&self, id: &AgentId) -> Result<Option<Colleague>, StoreError> {
        self.inner.store.colleague(id, self.present_since()).await
    }

    /// Takes an agent off the staff; those whom they were helping wait for another.
    pub async fn remove_agent(&self, agent: &Agent) -> Result<(), HandoffError> {
        for id in self.inner.store.held_by(&agent.id).await? {
            self.give_up(&id, "The agent who had it has left the team").await?;
        }
        self.inner.store.remove_agent(&agent.id).await?;
        self.inner.bus.staff_changed();
        Ok(())
    }

    /// Who is there now for somebody who joined the queue at `since`.
    pub async fn presence(&self, since: Timestamp) -> Result<Presence, StoreError> {
        let agents = self.inner.store.agents_present(self.present_since()).await?;
        let position = self.inner.store.queue_position(since).await?;
        let minutes = position * i64::from(self.inner.settings.minutes_each) / agents.max(1);
        Ok(Presence { agents, position, eta_s: minutes.max(1) * 60 })
    }

    /// Whoever was seen since then is present.
    fn present_since(&self) -> Timestamp {
        self.inner.clock.now() - SignedDuration::try_from(self.inner.settings.present).unwrap_or(SignedDuration::MAX)
    }

    async fn known(&self, id: &ConversationId) -> Result<crate::domain::Conversation, HandoffError> {
        self.inner.store.conversation(id).await?.ok_or(HandoffError::Missing)
    }

    async fn step(&self, id: &ConversationId, change: Change, undo: Option<Undo>) -> Result<Step, HandoffError> {
        match self.inner.store.change(id, change).await? {
            Changed::Done(seq) => {
                self.inner.bus.ring(id, seq);
                // Who holds how many has changed.
                self.inner.bus.staff_changed();
                Ok(Step { seq, undo })
            }
            Changed::Already(seq) => Ok(Step { seq, undo: None }),
            Changed::HeldBy(holder) => match self.inner.store.agent(&holder).await? {
                Some(agent) => Err(HandoffError::HeldByAnother(Box::new(agent))),
                None => Err(HandoffError::NotHeld),
            },
            Changed::NotHeld => Err(HandoffError::NotHeld),
            Changed::Overtaken(entries) => Err(HandoffError::Overtaken(entries)),
            Changed::Missing => Err(HandoffError::Missing),
        }
    }

    /// Gives a conversation back whose agent has gone. The customer was promised a person,
    /// so they wait for one again, and the bot answers meanwhile.
    async fn give_up(&self, id: &ConversationId, why: &str) -> Result<(), HandoffError> {
        let reason = self.voice_of(&self.known(id).await?.memory).phrases.abandoned.clone();
        let requeue = Some(why.to_owned());
        self.step(id, Change::HandBack { author: Author::system(), reason, requeue }, None).await?;
        Ok(())
    }

    /// Gives conversations back whose agent has not been seen for long.
    async fn return_abandoned(&self) -> Result<(), HandoffError> {
        let absent = SignedDuration::try_from(self.inner.settings.absent_after).unwrap_or(SignedDuration::MAX);
        for id in self.inner.store.abandoned(self.inner.clock.now() - absent).await? {
            tracing::info!(conversation = %id, "the agent has gone; the conversation returns to the bot");
            self.give_up(&id, "The agent who had it has gone").await?;
        }
        Ok(())
    }

    async fn wake_sleepers(&self) -> Result<(), HandoffError> {
        for id in self.inner.store.wake_due().await? {
            self.inner.bus.tell(News::Changed(id));
        }
        Ok(())
    }

    async fn look_after(&self, round: u32) -> Result<(), HandoffError> {
        self.wake_sleepers().await?;
        self.look_after_the_queue().await?;
        if round.is_multiple_of(SELDOM) {
            self.return_abandoned().await?;
            self.mail_unread().await?;
        }
        Ok(())
    }

    /// Those who wait: whose turn it is, and whether it takes too long.
    async fn look_after_the_queue(&self) -> Result<(), HandoffError> {
        let waiting = self.inner.store.waiting(offers::AT_ONCE).await?;
        if waiting.is_empty() {
            return Ok(());
        }
        self.offer(&waiting).await?;
        self.raise_alarms(&waiting).await
    }
}

/// An agent's own key of what they say: nobody else's is the same.
fn own_key(agent: &Agent, key: &str) -> String {
    format!("agent:{}:{key}", agent.id)
}

pub(super) async fn watch(engine: Engine) {
    let mut ticks = tokio::time::interval(WATCH_EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    for round in 0_u32.. {
        tokio::select! {
            () = engine.inner.stopping.cancelled() => return,
            _ = ticks.tick() => {}
        }
        if let Err(error) = engine.look_after(round).await {
            tracing::warn!(%error, "cannot look after those who wait");
        }
    }
}
