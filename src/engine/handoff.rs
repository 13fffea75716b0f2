//! Handing a conversation to a person and back.
//!
//! Invariant: whoever holds a conversation is in its row, and every change of it is an
//! entry of the log in the same transaction. A turn of the bot that is overtaken finds
//! the holder at its commit and keeps silent.

use std::time::Duration;

use jiff::SignedDuration;

use super::Engine;
use crate::domain::content::SurveyKind;
use crate::domain::{Author, Content, ConversationId, Seq};
use crate::store::{Agent, Change, Changed, StoreError};

const WATCH_EVERY: Duration = Duration::from_secs(10);

/// Who is there to take over, and where a waiting customer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Presence {
    pub agents: i64,
    /// Place in the queue, from 1.
    pub position: i64,
    pub eta_s: i64,
}

#[derive(Debug, thiserror::Error)]
pub enum HandoffError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("there is no such conversation")]
    Missing,
    #[error("another agent holds this conversation")]
    HeldByAnother,
    #[error("take the conversation first: replies come from who holds it")]
    NotHeld,
}

impl Engine {
    /// An agent takes the conversation: from now on the bot is silent.
    pub async fn take(&self, id: &ConversationId, agent: &Agent) -> Result<Seq, HandoffError> {
        self.change(id, Change::Take { agent: agent.id.clone(), name: agent.name.clone() }).await
    }

    /// An agent gives the conversation back to the bot.
    pub async fn hand_back(&self, id: &ConversationId, agent: &Agent) -> Result<Seq, HandoffError> {
        let reason = self.inner.settings.phrases.returned(&agent.name);
        self.change(id, Change::HandBack { author: Author::agent(&agent.id, &agent.name), reason, requeue: None }).await
    }

    /// An agent who holds the conversation says something. The same key again says nothing.
    pub async fn reply(
        &self,
        id: &ConversationId,
        agent: &Agent,
        text: String,
        key: Option<String>,
    ) -> Result<Seq, HandoffError> {
        let key = key.map(|key| format!("agent:{}:{key}", agent.id));
        let (agent, name) = (agent.id.clone(), agent.name.clone());
        self.change(id, Change::Reply { agent, name, content: Content::text(text), key }).await
    }

    /// An agent closes the conversation, and the customer is asked how it was.
    pub async fn resolve(&self, id: &ConversationId, agent: &Agent) -> Result<Seq, HandoffError> {
        let then = vec![self.satisfaction_survey()];
        self.change(id, Change::Resolve { author: Author::agent(&agent.id, &agent.name), then }).await
    }

    /// Who is there now for somebody who joined the queue at `since`.
    pub async fn presence(&self, since: jiff::Timestamp) -> Result<Presence, StoreError> {
        let present = SignedDuration::try_from(self.inner.settings.present).unwrap_or(SignedDuration::MAX);
        let agents = self.inner.store.agents_present(self.inner.clock.now() - present).await?;
        let position = self.inner.store.queue_position(since).await?;
        let minutes = position * i64::from(self.inner.settings.minutes_each) / agents.max(1);
        Ok(Presence { agents, position, eta_s: minutes.max(1) * 60 })
    }

    pub(super) fn satisfaction_survey(&self) -> Content {
        let question = self.inner.settings.phrases.survey();
        Content::Survey { kind: SurveyKind::Csat, scale: [1, 5], question }
    }

    async fn change(&self, id: &ConversationId, change: Change) -> Result<Seq, HandoffError> {
        match self.inner.store.change(id, change).await? {
            Changed::Done(seq) => {
                self.inner.bus.ring(id, seq);
                Ok(seq)
            }
            Changed::Already(seq) => Ok(seq),
            Changed::HeldBy(_) => Err(HandoffError::HeldByAnother),
            Changed::NotHeld => Err(HandoffError::NotHeld),
            Changed::Missing => Err(HandoffError::Missing),
        }
    }

    /// Gives conversations back whose agent has not been seen for long. The customer was
    /// promised a person, so they wait for one again, and the bot answers meanwhile.
    async fn return_abandoned(&self) -> Result<(), HandoffError> {
        let absent = SignedDuration::try_from(self.inner.settings.absent_after).unwrap_or(SignedDuration::MAX);
        for id in self.inner.store.abandoned(self.inner.clock.now() - absent).await? {
            tracing::info!(conversation = %id, "the agent has gone; the conversation returns to the bot");
            let reason = self.inner.settings.phrases.abandoned();
            let requeue = Some("The agent who had it has gone".to_owned());
            self.change(&id, Change::HandBack { author: Author::system(), reason, requeue }).await?;
        }
        Ok(())
    }
}

pub(super) async fn watch(engine: Engine) {
    let mut ticks = tokio::time::interval(WATCH_EVERY);
    loop {
        tokio::select! {
            () = engine.inner.stopping.cancelled() => return,
            _ = ticks.tick() => {}
        }
        if let Err(error) = engine.return_abandoned().await {
            tracing::warn!(%error, "cannot look for abandoned conversations");
        }
    }
}
