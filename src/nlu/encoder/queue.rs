//! What waits for the model: customers' messages first, indexing and training behind them.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::{EncodeError, Encoding, Wanted};

/// After so many batches of live messages, one waiting low-priority batch has its turn, so
/// that a busy shop still gets its new articles indexed.
const LIVE_BATCHES_IN_A_ROW: u32 = 4;

pub(super) struct LiveJob {
    pub tokens: Vec<u32>,
    pub wanted: Wanted,
    pub reply: oneshot::Sender<Result<Encoding, EncodeError>>,
}

pub(super) struct BulkJob {
    pub batch: Vec<Vec<u32>>,
    pub wanted: Wanted,
    pub reply: std::sync::mpsc::SyncSender<Result<Vec<Encoding>, EncodeError>>,
}

/// One run of the model.
pub(super) enum Work {
    Live(Vec<LiveJob>),
    Bulk(BulkJob),
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refused {
    Full,
    Closed,
}

pub(super) struct Queue {
    capacity: usize,
    budget: usize,
    state: Mutex<State>,
    arrived: Condvar,
}

#[derive(Default)]
struct State {
    live: VecDeque<LiveJob>,
    bulk: VecDeque<BulkJob>,
    live_batches: u32,
    closed: bool,
}

impl Queue {
    pub(super) fn new(capacity: usize, budget: usize) -> Self {
        Self { capacity, budget, state: Mutex::default(), arrived: Condvar::new() }
    }

    pub(super) fn push_live(&self, job: LiveJob) -> Result<(), Refused> {
        let mut state = self.lock();
        if state.closed {
            return Err(Refused::Closed);
        }
        if state.live.len() >= self.capacity {
            // Those who left must not keep out those who came.
            state.live.retain(|waiting| !waiting.reply.is_closed());
            if state.live.len() >= self.capacity {
                return Err(Refused::Full);
            }
        }
        state.live.push_back(job);
        drop(state);
        self.arrived.notify_one();
        Ok(())
    }

    /// Not bounded here: each caller of `encode_all` has at most one batch waiting.
    pub(super) fn push_bulk(&self, job: BulkJob) -> Result<(), Refused> {
        let mut state = self.lock();
        if state.closed {
            return Err(Refused::Closed);
        }
        state.bulk.push_back(job);
        drop(state);
        self.arrived.notify_one();
        Ok(())
    }

    /// Blocks until there is work; `None` once the queue is closed.
    pub(super) fn next(&self) -> Option<Work> {
        let mut state = self.lock();
        loop {
            if state.closed {
                return None;
            }
            if let Some(work) = self.take(&mut state) {
                return Some(work);
            }
            state = self.arrived.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Refuses what comes and lets go of what waits: its askers see their channel close.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.live.clear();
        state.bulk.clear();
        drop(state);
        self.arrived.notify_all();
    }

    pub(super) fn waiting(&self) -> usize {
        self.lock().live.len()
    }

    fn take(&self, state: &mut State) -> Option<Work> {
        let bulk_is_due = state.live_batches >= LIVE_BATCHES_IN_A_ROW;
        if !bulk_is_due || state.bulk.is_empty() {
            let batch = self.live_batch(&mut state.live);
            if !batch.is_empty() {
                state.live_batches = state.live_batches.saturating_add(1);
                return Some(Work::Live(batch));
            }
        }
        state.live_batches = 0;
        state.bulk.pop_front().map(Work::Bulk)
    }

    /// First come, first served, as far as the budget goes and the same is wanted. The
    /// first fits always.
    fn live_batch(&self, live: &mut VecDeque<LiveJob>) -> Vec<LiveJob> {
        let mut batch: Vec<LiveJob> = Vec::new();
        let mut longest = 0;
        while let Some(job) = live.front() {
            if job.reply.is_closed() {
                live.pop_front();
                continue;
            }
            if batch.first().is_some_and(|first| !first.wanted.is(&job.wanted)) {
                break;
            }
            let longest_with = longest.max(job.tokens.len());
            if !batch.is_empty() && longest_with * (batch.len() + 1) > self.budget {
                break;
            }
            longest = longest_with;
            batch.extend(live.pop_front());
        }
        batch
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it holds the lock, and every state is valid.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
