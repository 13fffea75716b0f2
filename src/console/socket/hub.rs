//! The hub: one task a process that reads the news once and writes each frame once, for
//! all open consoles.
//!
//! It follows the log by position, so a missed ring loses nothing: the next one, or the
//! tick, brings it. Frames that only tell of a state (lists, presence) are put together
//! for a moment, so that a busy second costs a few of them, not hundreds. While no console
//! is open it only keeps up with the log's end.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use axum::extract::ws::Utf8Bytes;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::super::shop::webhooks::WebhookHealth;
use super::super::views::{AgentView, ConversationView, CountsView, NoteView};
use super::frames::{ConsoleEvent, ConsoleServerFrame};
use crate::bus::News;
use crate::domain::{AgentId, ConversationId, Seq};
use crate::engine::Engine;
use crate::store::{Gaps, Placed, StoreError};

/// Frames that may wait for a slow reader before it is told to reload.
const AHEAD: usize = 1024;
const PAGE: i64 = 500;
/// News taken at once before the log is read.
const AT_ONCE: usize = 256;
/// Changed conversations are put together for so long.
const LISTS_EVERY: Duration = Duration::from_millis(50);
/// Counts and presence are told at most so often.
const STATE_EVERY: Duration = Duration::from_millis(500);
/// Without any news the log is looked at so often, for what other nodes wrote.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Agents come and go without news: their sockets end, their time runs out.
const PRESENCE_EVERY: Duration = Duration::from_secs(5);

/// A frame, written once.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub text: Utf8Bytes,
    /// The place of an event in the log.
    pub position: Option<i64>,
    /// Whom alone it concerns.
    pub only: Option<AgentId>,
}

/// Where sessions listen; cheap to clone.
#[derive(Clone)]
pub struct Hub {
    frames: broadcast::Sender<Told>,
    cursor: Arc<AtomicI64>,
}

impl Hub {
    /// Starts it at the end of the log as it is now; where places may not be settled yet,
    /// a little before. Nobody listens yet, so nobody is told twice.
    pub async fn start(engine: Engine, stopping: CancellationToken, tasks: &TaskTracker) -> Result<Self, StoreError> {
        let gaps = engine.store().gaps_from(engine.store().settled_end().await?);
        let hub = Self { frames: broadcast::channel(AHEAD).0, cursor: Arc::new(AtomicI64::new(gaps.cursor())) };
        let news = engine.bus().subscribe_everywhere();
        let reader = Reader {
            hub: hub.clone(),
            engine,
            gaps,
            changed: HashSet::new(),
            lists_due: None,
            counts_due: None,
            staff_due: None,
            counts: None,
            staff: Vec::new(),
        };
        tasks.spawn(async move {
            tokio::select! {
                () = stopping.cancelled() => {}
                () = reader.run(news) => {}
            }
        });
        Ok(hub)
    }

    pub(super) fn subscribe(&self) -> broadcast::Receiver<Told> {
        self.frames.subscribe()
    }

    /// Everything up to here has been told.
    pub(super) fn cursor(&self) -> i64 {
        self.cursor.load(Ordering::Acquire)
    }
}

struct Reader {
    hub: Hub,
    engine: Engine,
    gaps: Gaps,
    /// Conversations whose form in the lists has changed.
    changed: HashSet<ConversationId>,
    lists_due: Option<Instant>,
    counts_due: Option<Instant>,
    staff_due: Option<Instant>,
    /// As told last.
    counts: Option<CountsView>,
    staff: Vec<AgentView>,
}

impl Reader {
    async fn run(mut self, mut news: broadcast::Receiver<News>) {
        let mut look = tokio::time::interval(LOOK_EVERY);
        let mut presence = tokio::time::interval(PRESENCE_EVERY);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        presence.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let due = [self.lists_due, self.counts_due, self.staff_due].into_iter().flatten().min();
            let done = tokio::select! {
                one = news.recv() => match one {
                    Ok(_) | Err(RecvError::Lagged(_)) if self.nobody_listens() => Ok(()),
                    Ok(one) => self.take(one, &mut news).await,
                    // The log is the truth; of what passes, some was missed.
                    Err(RecvError::Lagged(_)) => self.read_log().await,
                    Err(RecvError::Closed) => return,
                },
                () = sleep_until(due) => self.tell_states().await,
                _ = look.tick() => match self.nobody_listens() {
                    true => self.keep_up().await,
                    false => self.read_log().await,
                },
                _ = presence.tick(), if !self.nobody_listens() => {
                    self.staff_due.get_or_insert_with(Instant::now);
                    Ok(())
                }
            };
            if let Err(error) = done {
                tracing::warn!(%error, "the consoles could not be told; it is tried again");
            }
        }
    }

    fn nobody_listens(&self) -> bool {
        self.hub.frames.receiver_count() == 0
    }

    /// Goes to the end of the log without reading it. Whoever begins to listen meanwhile
    /// reads everything up to that end itself, or is told from the old place on.
    async fn keep_up(&mut self) -> Result<(), StoreError> {
        let end = self.engine.store().settled_end().await?;
        if self.nobody_listens() && end > self.gaps.cursor() {
            self.gaps = self.engine.store().gaps_from(end);
            self.hub.cursor.store(end, Ordering::Release);
        }
        Ok(())
    }

    /// Handles a piece of news and what has come with it; the log is read once for all.
    async fn take(&mut self, first: News, news: &mut broadcast::Receiver<News>) -> Result<(), StoreError> {
        let mut grown = self.one(first).await?;
        for _ in 0..AT_ONCE {
            match news.try_recv() {
                Ok(one) => grown |= self.one(one).await?,
                Err(TryRecvError::Lagged(_)) => grown = true,
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
        if grown { self.read_log().await } else { Ok(()) }
    }

    /// Handles one piece of news; whether a log has grown.
    async fn one(&mut self, news: News) -> Result<bool, StoreError> {
        match news {
            News::Reached(_) => return Ok(true),
            News::Changed(id) => self.has_changed(id),
            News::Analysed(id, seq) => {
                self.tell_analysis(&id, seq).await?;
                self.has_changed(id);
            }
            News::Noted(id, note) => {
                // It may have been taken back since.
                if let Some(note) = self.engine.store().note(&note).await? {
                    let note = Some(NoteView::of(note));
                    self.tell(&ConsoleServerFrame::Note { conversation_id: id.0, note, deleted: None });
                }
            }
            News::NoteGone(id, note) => {
                self.tell(&ConsoleServerFrame::Note { conversation_id: id.0, note: None, deleted: Some(note) });
            }
            News::Typing { id, author, on } => {
                self.tell(&ConsoleServerFrame::Typing { conversation_id: id.0, author, on });
            }
            News::Read(id, seq) => self.tell(&ConsoleServerFrame::Read { conversation_id: id.0, seq }),
            News::Seen(agent, id, seq) => {
                self.send(&ConsoleServerFrame::Seen { conversation_id: id.0, seq }, None, Some(agent));
            }
            News::Urgent(id, step) => {
                let conversation = self.engine.store().conversation(&id).await?;
                let waiting_since = conversation.and_then(|one| one.queued).map(|queued| queued.at);
                self.tell(&ConsoleServerFrame::Urgent { conversation_id: id.0, step, waiting_since });
            }
            News::Staff => self.staff_due = self.staff_due.or(Some(Instant::now() + STATE_EVERY / 5)),
            News::RefusedOrigin(inbox, origin) => {
                self.tell(&ConsoleServerFrame::RefusedOrigin { inbox_id: inbox.0, origin });
            }
            News::Teaching => self.tell(&ConsoleServerFrame::Teaching),
            News::Webhook(id) => {
                if let Some(webhook) = self.engine.store().webhook(&id).await? {
                    let health = WebhookHealth::of(&webhook);
                    self.tell(&ConsoleServerFrame::Webhook { id: id.0, health });
                }
            }
            News::Mail(id) => {
                if let Some(mail) = self.engine.store().mail(&id).await? {
                    self.tell(&ConsoleServerFrame::Mail {
                        id: id.0,
                        state: mail.state.as_str().to_owned(),
                        kind: mail.kind,
                        conversation_id: mail.conversation_id.map(|id| id.0),
                        error: mail.error,
                    });
                }
            }
        }
        Ok(false)
    }

    /// Tells every entry that was not told.
    async fn read_log(&mut self) -> Result<(), StoreError> {
        let mut after = self.gaps.cursor();
        loop {
            let batch = self.engine.store().feed(after, PAGE).await?;
            let complete = i64::try_from(batch.len()).unwrap_or(PAGE) < PAGE;
            for placed in batch {
                after = placed.position;
                if self.gaps.see(placed.position) {
                    self.gaps.settle(Instant::now());
                    self.has_changed(placed.conversation_id.clone());
                    let position = placed.position;
                    let frame = event(placed, self.gaps.cursor());
                    self.send(&frame, Some(position), None);
                }
            }
            if complete {
                break;
            }
        }
        self.gaps.settle(Instant::now());
        self.hub.cursor.store(self.gaps.cursor(), Ordering::Release);
        Ok(())
    }

    async fn tell_analysis(&mut self, id: &ConversationId, seq: Seq) -> Result<(), StoreError> {
        let Some((analysis, explanation)) = self.engine.store().understanding(id, seq).await? else { return Ok(()) };
        self.tell(&ConsoleServerFrame::Analysis {
            conversation_id: id.0.clone(),
            seq,
            analysis: Box::new(analysis),
            explanation: explanation.map(Box::new),
        });
        Ok(())
    }

    fn has_changed(&mut self, id: ConversationId) {
        self.changed.insert(id);
        let now = Instant::now();
        self.lists_due.get_or_insert(now + LISTS_EVERY);
        self.counts_due.get_or_insert(now + STATE_EVERY);
    }

    /// Tells the states whose time has come.
    async fn tell_states(&mut self) -> Result<(), StoreError> {
        let now = Instant::now();
        let due = |time: Option<Instant>| time.is_some_and(|time| time <= now);
        if due(self.lists_due) {
            self.lists_due = None;
            let ids: Vec<_> = self.changed.drain().collect();
            for some in ids.chunks(100) {
                for listed in self.engine.store().listed(some, None).await? {
                    let conversation = Box::new(ConversationView::of(&listed));
                    self.tell(&ConsoleServerFrame::Conversation { conversation });
                }
            }
        }
        if due(self.counts_due) {
            self.counts_due = None;
            let counts = CountsView::everybodys(&self.engine.store().counts(None, None, None).await?);
            if self.counts.as_ref() != Some(&counts) {
                self.tell(&ConsoleServerFrame::Queue(counts.clone()));
                self.counts = Some(counts);
            }
        }
        if due(self.staff_due) {
            self.staff_due = None;
            let agents: Vec<_> = self.engine.colleagues().await?.iter().map(AgentView::of).collect();
            if self.staff != agents {
                self.tell(&ConsoleServerFrame::Presence { agents: agents.clone() });
                self.staff = agents;
            }
        }
        Ok(())
    }

    fn tell(&self, frame: &ConsoleServerFrame) {
        self.send(frame, None, None);
    }

    fn send(&self, frame: &ConsoleServerFrame, position: Option<i64>, only: Option<AgentId>) {
        if self.hub.frames.receiver_count() > 0 {
            let told = Told { text: written(frame), position, only };
            // Nobody listens any more: then nobody misses it.
            let _ = self.hub.frames.send(told);
        }
    }
}

/// An entry as an event frame.
pub(super) fn event(placed: Placed, cursor: i64) -> ConsoleServerFrame {
    ConsoleServerFrame::Event(Box::new(ConsoleEvent {
        cursor,
        conversation_id: placed.conversation_id.0,
        entry: placed.entry,
        analysis: placed.analysis,
    }))
}

pub(super) fn written(frame: &ConsoleServerFrame) -> Utf8Bytes {
    serde_json::to_string(frame).expect("our own frames serialise: this is a bug").into()
}

async fn sleep_until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due.into()).await,
        None => std::future::pending().await,
    }
}
