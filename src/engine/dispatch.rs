//! Who thinks about which turn: one worker a conversation, in the order of its messages.
//!
//! The queue in memory only saves a look into the database. What does not fit into it,
//! or was in it when the process died, is found by [`poll`] once its lease runs out.

use std::collections::{HashMap, VecDeque};
use std::panic::AssertUnwindSafe;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use tokio::sync::Semaphore;

use super::think::{ThinkError, Thought};
use super::{Engine, LEASE};
use crate::bus::{News, Passing};
use crate::domain::{Author, ConversationId, TurnId};
use crate::store::{StoreError, TurnCommit, TurnRef};

/// Turns thought about at once. The models take them in batches, so more of them in
/// flight means larger batches, not more threads.
const IN_FLIGHT: usize = 64;
const TAKEN_OVER_AT_ONCE: i64 = 200;
const POLL_EVERY: Duration = Duration::from_millis(500);
/// A turn that failed so often is answered with an apology and a person.
const ATTEMPTS: i64 = 4;
/// Thinking longer than this shows the customer that somebody is at it.
const TYPING_AFTER: Duration = Duration::from_millis(400);

/// Turns that wait in memory, by conversation. A conversation has an entry exactly as
/// long as a worker is on it.
pub(super) struct Queues {
    waiting: Mutex<Waiting>,
    permits: Semaphore,
    limit: usize,
}

#[derive(Default)]
struct Waiting {
    conversations: HashMap<ConversationId, Queue>,
    turns: usize,
}

/// What became of a turn that was to be queued.
#[derive(Debug, PartialEq, Eq)]
enum Pushed {
    Queued,
    /// Queued, and nobody works on its conversation yet.
    NeedsWorker,
    Full,
}

struct Queue {
    /// The turn that a worker is on.
    current: Option<TurnId>,
    next: VecDeque<TurnRef>,
}

impl Queues {
    pub fn new(limit: usize) -> Self {
        Self { waiting: Mutex::default(), permits: Semaphore::new(IN_FLIGHT), limit }
    }

    /// Adds a turn.
    fn push(&self, turn: TurnRef) -> Pushed {
        let mut waiting = self.lock();
        if waiting.turns >= self.limit {
            return Pushed::Full;
        }
        if let Some(queue) = waiting.conversations.get_mut(&turn.conversation_id) {
            let known = queue.current.as_ref() == Some(&turn.id) || queue.next.iter().any(|next| next.id == turn.id);
            if !known {
                queue.next.push_back(turn);
                waiting.turns += 1;
            }
            return Pushed::Queued;
        }
        let id = turn.conversation_id.clone();
        waiting.conversations.insert(id, Queue { current: None, next: VecDeque::from([turn]) });
        waiting.turns += 1;
        Pushed::NeedsWorker
    }

    /// The next turn of a conversation; with none left, its worker is released.
    fn pop(&self, id: &ConversationId) -> Option<TurnRef> {
        let mut waiting = self.lock();
        let queue = waiting.conversations.get_mut(id)?;
        match queue.next.pop_front() {
            Some(turn) => {
                queue.current = Some(turn.id.clone());
                waiting.turns -= 1;
                Some(turn)
            }
            None => {
                waiting.conversations.remove(id);
                None
            }
        }
    }

    fn busy(&self) -> bool {
        !self.lock().conversations.is_empty()
    }

    /// How many more turns fit.
    fn room(&self) -> usize {
        self.limit.saturating_sub(self.lock().turns)
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // Nothing under this lock can panic halfway through a change.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes over turns that no living node works on, and keeps this node's leases.
pub(super) async fn poll(engine: Engine) {
    let mut ticks = tokio::time::interval(POLL_EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = engine.inner.stopping.cancelled() => return,
            _ = ticks.tick() => {}
        }
        if let Err(error) = engine.take_over().await {
            tracing::warn!(%error, "cannot look for turns to take over");
        }
    }
}

impl Engine {
    /// Hands a turn to a worker, or leaves it to the disk where too many wait already.
    pub(super) async fn dispatch(&self, turn: TurnRef) {
        let (id, turn_id) = (turn.conversation_id.clone(), turn.id.clone());
        match self.inner.queues.push(turn) {
            Pushed::Queued => {}
            Pushed::NeedsWorker => {
                let engine = self.clone();
                self.inner.workers.spawn(async move { engine.work(id).await });
            }
            Pushed::Full => {
                metrics::counter!("rapport_turns_left_to_disk_total").increment(1);
                if let Err(error) = self.inner.store.disown_turn(&turn_id).await {
                    tracing::warn!(%error, "a turn that found no room keeps its lease until it runs out");
                }
            }
        }
    }

    async fn take_over(&self) -> Result<(), StoreError> {
        let until = self.inner.clock.now() + LEASE;
        if self.inner.queues.busy() {
            self.inner.store.renew_leases(&self.inner.node, until).await?;
        }
        let room = i64::try_from(self.inner.queues.room()).unwrap_or(i64::MAX).min(TAKEN_OVER_AT_ONCE);
        if room == 0 {
            return Ok(());
        }
        let turns = self.inner.store.lease_turns(&self.inner.node, until, room).await?;
        if !turns.is_empty() {
            tracing::info!(turns = turns.len(), "took over turns that were left behind");
        }
        for turn in turns {
            self.dispatch(turn).await;
        }
        Ok(())
    }

    /// Works off one conversation's turns, in order.
    async fn work(&self, id: ConversationId) {
        while let Some(turn) = self.inner.queues.pop(&id) {
            if self.inner.stopping.is_cancelled() {
                // The next start finds it; thinking now could outlast the stop.
                continue;
            }
            let Ok(_permit) = self.inner.queues.permits.acquire().await else { return };
            self.take_turn(&turn).await;
        }
    }

    /// Thinks and speaks, again after a failure, until the turn is finished.
    async fn take_turn(&self, turn: &TurnRef) {
        let mut failures = 0;
        loop {
            let attempt = AssertUnwindSafe(self.try_turn(turn, failures)).catch_unwind().await;
            let error = match attempt {
                Ok(Ok(())) => return,
                Ok(Err(error)) => error,
                Err(_) => TurnError::Panicked,
            };
            failures += 1;
            metrics::counter!("rapport_turn_failures_total").increment(1);
            tracing::warn!(conversation = %turn.conversation_id, turn = %turn.id, failures, %error, "a turn failed");
            let pause = Duration::from_millis(100 << failures.min(5));
            tokio::select! {
                () = self.inner.stopping.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    async fn try_turn(&self, turn: &TurnRef, failures: i64) -> Result<(), TurnError> {
        let started = Instant::now();
        let Some(work) = self.inner.store.load_turn(turn, super::think::HISTORY).await? else { return Ok(()) };
        let loaded = started.elapsed();
        let thought = if failures + work.attempts >= ATTEMPTS {
            self.apologise(&work)
        } else {
            self.show_typing_while(&turn.conversation_id, self.think(&work)).await?
        };
        let thinking = started.elapsed() - loaded;
        let Thought { outcome, acts } = thought;
        let analysis = outcome.analysis.as_ref();
        let (intent, confidence) = analysis.map_or(("", 0.0), |a| (a.intent.name.as_str(), a.intent.confidence));
        let timings = analysis.map(|analysis| analysis.timings_ms.clone()).unwrap_or_default();
        let line = tracing::info_span!(
            "turn",
            conversation = %turn.conversation_id,
            seq = turn.message_seq,
            intent,
            confidence,
            sentiment = analysis.map_or(0.0, |a| a.sentiment.score),
            unhappiness = analysis.map_or(0.0, |a| a.unhappiness.p),
            acts = acts.join("+"),
            escalated = outcome.escalate.is_some(),
        );
        let analysed = outcome.analysis.is_some();
        let committed = self.inner.store.commit_turn(turn, outcome).await?;
        if analysed && committed != TurnCommit::AlreadyDone {
            self.inner.bus.tell(News::Analysed(turn.conversation_id.clone(), turn.message_seq));
        }
        if let TurnCommit::Spoken(entries) = &committed {
            self.inner.bus.ring_with(&turn.conversation_id, entries);
        }
        let total = started.elapsed();
        metrics::histogram!("rapport_turn_seconds").record(total.as_secs_f64());
        metrics::counter!("rapport_turns_total", "end" => end_name(&committed)).increment(1);
        let timing = |part: &str| timings.get(part).copied().unwrap_or_default();
        line.in_scope(|| {
            tracing::info!(
                encoder_ms = timing("encoder"),
                heads_ms = timing("heads") + timing("entities"),
                search_ms = timing("search"),
                end = end_name(&committed),
                load_ms = millis(loaded),
                think_ms = millis(thinking),
                commit_ms = millis(total - loaded - thinking),
                "turn"
            );
        });
        Ok(())
    }

    async fn show_typing_while<T>(&self, id: &ConversationId, thinking: impl Future<Output = T>) -> T {
        let mut thinking = std::pin::pin!(thinking);
        if let Ok(thought) = tokio::time::timeout(TYPING_AFTER, &mut thinking).await {
            return thought;
        }
        let author = Author::bot(&self.inner.settings.assistant);
        self.inner.bus.pass(id, Passing::Typing { author, on: true });
        thinking.await
    }
}

#[derive(Debug, thiserror::Error)]
enum TurnError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Think(#[from] ThinkError),
    #[error("thinking panicked")]
    Panicked,
}

fn end_name(end: &TurnCommit) -> &'static str {
    match end {
        TurnCommit::Spoken(_) => "spoken",
        TurnCommit::Overtaken => "overtaken",
        TurnCommit::AlreadyDone => "already_done",
    }
}

fn millis(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 100_000.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(conversation: &str, seq: i64) -> TurnRef {
        TurnRef {
            id: TurnId(format!("{conversation}{seq}")),
            conversation_id: ConversationId(conversation.into()),
            message_seq: seq,
        }
    }

    #[test]
    fn a_conversation_has_one_worker_and_keeps_its_order() {
        let queues = Queues::new(10);
        assert_eq!(queues.push(turn("a", 1)), Pushed::NeedsWorker);
        assert_eq!(queues.push(turn("a", 2)), Pushed::Queued);
        assert_eq!(queues.push(turn("b", 1)), Pushed::NeedsWorker);
        let a = ConversationId("a".into());
        assert_eq!(queues.pop(&a), Some(turn("a", 1)));
        assert_eq!(queues.push(turn("a", 1)), Pushed::Queued);
        // The turn at work was not queued again.
        assert_eq!(queues.pop(&a), Some(turn("a", 2)));
        assert_eq!(queues.pop(&a), None);
        assert_eq!(queues.push(turn("a", 3)), Pushed::NeedsWorker, "its worker was released");
    }

    #[test]
    fn a_full_queue_leaves_turns_to_the_disk() {
        let queues = Queues::new(1);
        assert_eq!(queues.push(turn("a", 1)), Pushed::NeedsWorker);
        assert_eq!(queues.push(turn("b", 1)), Pushed::Full);
        assert_eq!(queues.room(), 0);
        assert_eq!(queues.pop(&ConversationId("b".into())), None);
    }
}
