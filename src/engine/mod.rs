//! One turn of the conversation: persist, then think, then speak.
//!
//! [`intake`](Engine::accept) commits a customer's message with the turn that will
//! answer it. [`dispatch`] gives turns to workers, one at a time within a conversation.
//! `think` reads, searches and decides with no transaction open. The store commits the
//! outcome under the turn's unique key, and the bell rings after the commit.
//!
//! A crash anywhere repeats a turn's thinking, never its speaking.

mod dispatch;
pub mod files;
mod find;
mod handoff;
mod indexing;
mod intake;
pub mod knowledge;
mod observe;
mod opening;
mod people;
mod post;
mod render;
mod shop;
mod suggest;
pub mod teaching;
mod think;
mod vectors;
pub mod websites;
mod weigh;

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use find::Found;
pub use handoff::{HandoffError, NewFile, Presence, Reply, SendFileError, Step, Undo};
pub use intake::{Inbound, IntakeError};
pub use opening::ShopIdentity;
pub use shop::{IntentSet, RebuildError, Shop};
pub use suggest::{SuggestError, Suggestion};
pub use weigh::{Heard, Part, Scales, Standing, Understood, at, understand};

use crate::answer::voices::{Voice, Voices};
use crate::base::clock::Clock;
use crate::base::config::{Config, ConfigError, unfit};
use crate::bus::Bus;
use crate::mail::Mailer;
use crate::nlu::Nlu;
use crate::policy::Thresholds;
use crate::store::Store;

/// How long a node may think about a turn before another may take it over, unless it
/// renews. A crash's turns wait at most this long.
pub const LEASE: Duration = Duration::from_secs(4);

/// A handle on the engine; cheap to clone.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    bus: Bus,
    nlu: Nlu,
    shop: Shop,
    settings: Settings,
    /// The way out for mails, where one is configured.
    mailer: Option<Mailer>,
    clock: Clock,
    teaching: teaching::Teaching,
    /// This process, as the owner of leases.
    node: String,
    queues: dispatch::Queues,
    workers: TaskTracker,
    stopping: CancellationToken,
}

/// What an engine is made of.
pub struct Parts {
    pub store: Store,
    pub bus: Bus,
    pub nlu: Nlu,
    pub shop: Shop,
    pub mailer: Option<Mailer>,
}

/// What of the configuration a turn depends on.
#[derive(Clone, Debug)]
pub struct Settings {
    pub assistant: String,
    /// In which customers are answered, the shop's own first.
    pub languages: Vec<String>,
    pub time_zone: jiff::tz::TimeZone,
    pub thresholds: Thresholds,
    pub present: Duration,
    pub absent_after: Duration,
    pub minutes_each: u32,
    /// Unread words of an agent are mailed after so long.
    pub mail_after: Duration,
    /// The shop's name in the configuration.
    pub shop: String,
    /// Where this server is reached.
    pub address: String,
    pub queued_turns: usize,
    pub voices: Voices,
}

impl Settings {
    pub fn of(config: &Config) -> Result<Self, ConfigError> {
        let languages = config.shop.languages();
        Ok(Self {
            assistant: config.assistant.name.clone(),
            time_zone: jiff::tz::TimeZone::get(&config.shop.time_zone).unwrap_or(jiff::tz::TimeZone::UTC),
            thresholds: config.policy.clone(),
            present: Duration::from_secs(config.handoff.present_s.into()),
            absent_after: Duration::from_secs(config.handoff.absent_after_s.into()),
            minutes_each: config.handoff.minutes_each,
            mail_after: Duration::from_secs(config.handoff.mail_after_s.into()),
            shop: config.shop.name.clone(),
            address: config.address(),
            queued_turns: config.limits.queued_turns,
            voices: Voices::of(&languages[0], &config.phrases)
                .map_err(|(name, needed)| unfit(&format!("phrases.{name}"), "…", &needed))?,
            languages,
        })
    }
}

impl Engine {
    pub fn new(parts: Parts, settings: Settings, clock: Clock) -> Self {
        let Parts { store, bus, nlu, shop, mailer } = parts;
        let queues = dispatch::Queues::new(settings.queued_turns);
        Self {
            inner: Arc::new(Inner {
                store,
                bus,
                nlu,
                shop,
                settings,
                mailer,
                clock,
                teaching: teaching::Teaching::default(),
                node: crate::base::ids::new_id("node"),
                queues,
                workers: TaskTracker::new(),
                stopping: CancellationToken::new(),
            }),
        }
    }

    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    pub fn bus(&self) -> &Bus {
        &self.inner.bus
    }

    pub fn nlu(&self) -> &Nlu {
        &self.inner.nlu
    }

    pub fn shop(&self) -> &Shop {
        &self.inner.shop
    }

    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// The shop's own language: everything that it has, it has in that.
    pub(crate) fn own_language(&self) -> &str {
        &self.inner.settings.languages[0]
    }

    /// The bot's words in the language in which a conversation is held, so far as it is known.
    fn voice(&self, language: Option<&str>) -> &Voice {
        let voices = &self.inner.settings.voices;
        language.map_or(voices.own(), |language| voices.in_language(language))
    }

    /// Starts the poller that takes over turns which a crash or a full queue left behind,
    /// the watch over those who wait for a person, and the sending of mails.
    pub fn start(&self) {
        self.inner.workers.spawn(dispatch::poll(self.clone()));
        self.inner.workers.spawn(handoff::watch(self.clone()));
        self.inner.workers.spawn(post::deliver(self.clone()));
    }

    /// Stops taking new turns and waits for those in flight, at most `patience`.
    /// Whatever is left stays in the database for the next start.
    pub async fn stop(&self, patience: Duration) {
        self.inner.stopping.cancel();
        self.inner.workers.close();
        if tokio::time::timeout(patience, self.inner.workers.wait()).await.is_err() {
            tracing::warn!("turns were still in flight; the next start answers them");
        }
    }
}
