//! Connects inboxes with their channels, and keeps them connected: those that listen by
//! themselves are listened to, and what the console or the command line changes takes
//! effect within a few seconds.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::channel::{Channel, ChannelError, Intake, Kind, Tools};
use super::{delivery, reception, staff};
use crate::domain::channel::{ChannelSpec, Channels, Tested};
use crate::domain::{Credentials, InboxId};
use crate::engine::Engine;
use crate::store::{Inbox, NewEvent, StoreError};

/// Inboxes are compared with the database so often.
const LOOK_EVERY: Duration = Duration::from_secs(3);
/// A connection that broke is tried again after so long; longer each time.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// A handle on all connected inboxes; cheap to clone.
#[derive(Clone)]
pub struct Switchboard {
    shared: Arc<Shared>,
}

struct Shared {
    engine: Engine,
    tools: Tools,
    kinds: &'static [Kind],
    lines: RwLock<HashMap<InboxId, Arc<Line>>>,
    /// Something may be due to be sent.
    outward: Notify,
    /// Something has come in.
    inward: Notify,
    /// Inboxes are to be compared at once.
    changed: Notify,
    stopping: CancellationToken,
    tasks: TaskTracker,
}

/// An inbox with its channel.
pub(super) struct Line {
    pub inbox: Inbox,
    pub channel: Arc<dyn Channel>,
    /// As many messages a second as the vendor takes.
    pub pace: DefaultDirectRateLimiter,
    /// Whether the database says that it does not work.
    troubled: AtomicBool,
    connected: CancellationToken,
}

impl Switchboard {
    /// Connects the inboxes and begins to work; ends with `stopping`.
    pub async fn start(
        engine: Engine,
        tools: Tools,
        kinds: &'static [Kind],
        stopping: CancellationToken,
        tasks: TaskTracker,
    ) -> Result<Self, StoreError> {
        let shared = Shared {
            engine,
            tools,
            kinds,
            lines: RwLock::default(),
            outward: Notify::new(),
            inward: Notify::new(),
            changed: Notify::new(),
            stopping,
            tasks,
        };
        let board = Self { shared: Arc::new(shared) };
        board.compare().await?;
        let tasks = &board.shared.tasks;
        tasks.spawn(keep_up(board.clone()));
        tasks.spawn(reception::work(board.clone()));
        tasks.spawn(delivery::work(board.clone()));
        tasks.spawn(staff::watch(board.clone()));
        Ok(board)
    }

    pub fn router(&self) -> Router {
        reception::router(self.clone())
    }

    pub(super) fn engine(&self) -> &Engine {
        &self.shared.engine
    }

    pub(super) fn tools(&self) -> &Tools {
        &self.shared.tools
    }

    pub(super) fn stopping(&self) -> &CancellationToken {
        &self.shared.stopping
    }

    pub(super) fn tasks(&self) -> &TaskTracker {
        &self.shared.tasks
    }

    pub(super) fn outward(&self) -> &Notify {
        &self.shared.outward
    }

    pub(super) fn inward(&self) -> &Notify {
        &self.shared.inward
    }

    pub(super) fn line(&self, inbox: &InboxId) -> Option<Arc<Line>> {
        self.shared.lines.read().unwrap_or_else(PoisonError::into_inner).get(inbox).cloned()
    }

    pub(super) fn lines(&self) -> Vec<Arc<Line>> {
        self.shared.lines.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// Something has just worked: if the inbox was in trouble, it is no more.
    pub(super) async fn works(&self, line: &Line) -> Result<(), StoreError> {
        match line.troubled.load(Ordering::Relaxed) {
            true => self.trouble(&line.inbox.id, None).await,
            false => Ok(()),
        }
    }

    /// Notes that an inbox does not work, or works again, and lets what waited go out.
    pub(super) async fn trouble(&self, inbox: &InboxId, trouble: Option<&str>) -> Result<(), StoreError> {
        if let Some(line) = self.line(inbox) {
            line.troubled.store(trouble.is_some(), Ordering::Relaxed);
        }
        let store = self.shared.engine.store();
        if store.set_trouble(inbox, trouble).await? {
            match trouble {
                Some(reason) => tracing::warn!(%inbox, reason, "an inbox does not work"),
                None => {
                    tracing::info!(%inbox, "the inbox works again");
                    store.wake_threads(inbox).await?;
                }
            }
        }
        Ok(())
    }

    /// Connects what is new, and what has changed anew.
    async fn compare(&self) -> Result<(), StoreError> {
        let wanted: Vec<Inbox> = self.shared.engine.store().inboxes().await?;
        let wanted: HashMap<InboxId, Inbox> = wanted
            .into_iter()
            .filter(|inbox| inbox.active && inbox.channel != "web")
            .map(|inbox| (inbox.id.clone(), inbox))
            .collect();
        let gone: Vec<Arc<Line>> = self
            .lines()
            .into_iter()
            .filter(|line| wanted.get(&line.inbox.id).is_none_or(|inbox| !same(inbox, &line.inbox)))
            .collect();
        for line in gone {
            line.connected.cancel();
            self.shared.lines.write().unwrap_or_else(PoisonError::into_inner).remove(&line.inbox.id);
        }
        for inbox in wanted.into_values() {
            if self.line(&inbox.id).is_none() {
                self.connect(inbox).await?;
            }
        }
        Ok(())
    }

    async fn connect(&self, inbox: Inbox) -> Result<(), StoreError> {
        let connected = self.shared.kinds.iter().find(|kind| kind.spec.kind == inbox.channel).map_or_else(
            || Err(format!("there is no channel `{}` in this version", inbox.channel)),
            |kind| (kind.connect)(&inbox, &self.shared.tools),
        );
        let channel = match connected {
            Ok(channel) => channel,
            Err(reason) => return self.trouble(&inbox.id, Some(&reason)).await,
        };
        let rate = channel.capabilities().rate.max(0.1);
        let quota = Quota::with_period(Duration::from_secs_f64(1.0 / rate)).expect("the period is above nothing");
        let burst = NonZeroU32::new(rate.ceil() as u32).unwrap_or(NonZeroU32::MIN);
        let line = Arc::new(Line {
            channel,
            pace: RateLimiter::direct(quota.allow_burst(burst)),
            troubled: AtomicBool::new(inbox.trouble.is_some()),
            connected: self.shared.stopping.child_token(),
            inbox,
        });
        self.shared.lines.write().unwrap_or_else(PoisonError::into_inner).insert(line.inbox.id.clone(), line.clone());
        self.shared.tasks.spawn(listen(self.clone(), line));
        self.shared.outward.notify_one();
        Ok(())
    }
}

/// Whether a line can stay as it is.
fn same(wanted: &Inbox, connected: &Inbox) -> bool {
    wanted.credentials == connected.credentials && wanted.channel == connected.channel
}

async fn keep_up(board: Switchboard) {
    loop {
        tokio::select! {
            () = board.stopping().cancelled() => return,
            () = board.shared.changed.notified() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        if let Err(error) = board.compare().await {
            tracing::warn!(%error, "cannot look for changed inboxes");
        }
    }
}

/// Keeps a channel's own connection open, for those that have one.
async fn listen(board: Switchboard, line: Arc<Line>) {
    let intake = Kept { board: board.clone(), inbox: line.inbox.id.clone() };
    let mut pause = FIRST_PAUSE;
    while !line.connected.is_cancelled() {
        let began = tokio::time::Instant::now();
        let ended = line.channel.listen(&intake, line.connected.clone()).await;
        if line.connected.is_cancelled() {
            return;
        }
        if began.elapsed() > LONGEST_PAUSE {
            pause = FIRST_PAUSE;
        }
        match ended {
            Ok(()) => pause = FIRST_PAUSE,
            Err(ChannelError::Later(reason)) => {
                tracing::info!(inbox = %line.inbox.id, reason, "a channel's connection broke; it is tried again");
            }
            Err(ChannelError::Revoked(reason) | ChannelError::Never(reason)) => {
                if let Err(error) = board.trouble(&line.inbox.id, Some(&reason)).await {
                    tracing::warn!(%error, "cannot note that an inbox does not work");
                }
                pause = LONGEST_PAUSE;
            }
        }
        tokio::select! {
            () = line.connected.cancelled() => return,
            () = tokio::time::sleep(pause) => pause = (pause * 2).min(LONGEST_PAUSE),
        }
    }
}

struct Kept {
    board: Switchboard,
    inbox: InboxId,
}

#[async_trait]
impl Intake for Kept {
    async fn keep(&self, events: Vec<NewEvent>) -> Result<(), StoreError> {
        self.board.shared.engine.store().keep_events(&self.inbox, &events).await?;
        self.board.shared.inward.notify_one();
        Ok(())
    }
}

#[async_trait]
impl Channels for Switchboard {
    fn specs(&self) -> Vec<&'static ChannelSpec> {
        self.shared.kinds.iter().map(|kind| kind.spec).collect()
    }

    async fn test(&self, kind: &str, credentials: &Credentials) -> Tested {
        test(self.shared.kinds, &self.shared.tools, kind, credentials).await
    }

    fn changed(&self, _inbox: &InboxId) {
        self.shared.changed.notify_one();
    }

    fn wake(&self) {
        self.shared.outward.notify_one();
    }
}

/// Tries credentials at the vendor's side, without a server.
pub async fn test(kinds: &[Kind], tools: &Tools, kind: &str, credentials: &Credentials) -> Tested {
    let wrong = |finding: String| Tested { works: false, findings: vec![finding] };
    let Some(kind) = kinds.iter().find(|known| known.spec.kind == kind) else {
        let known: Vec<_> = kinds.iter().map(|kind| kind.spec.kind).collect();
        return wrong(format!("there is no channel `{kind}`: there are {}", known.join(", ")));
    };
    if let Some(problem) = kind.spec.problem(credentials) {
        return wrong(problem);
    }
    let inbox = Inbox {
        id: InboxId("inb_test".to_owned()),
        public_key: "test".to_owned(),
        name: "Test".to_owned(),
        secret: String::new(),
        origins: Vec::new(),
        channel: kind.spec.kind.to_owned(),
        settings: crate::domain::inbox::InboxSettings::default(),
        credentials: credentials.clone(),
        trouble: None,
        active: true,
    };
    match (kind.connect)(&inbox, tools) {
        Ok(channel) => channel.test().await,
        Err(reason) => wrong(reason),
    }
}
