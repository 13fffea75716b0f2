//! Training anew while the server works: one at a time, behind customers' messages.
//!
//! The examples are encoded in the encoder's queue for work that can wait, and trained on
//! a thread of low priority. What comes of it is kept as a version, with a report, and put
//! into use unless it did clearly worse.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::oneshot;

use super::example_of;
use super::lessons::with_lessons;
use super::models::ModelError;
use super::readings::read_all;
use super::report::{Findings, ModelReport, Outcome, Reread};
use crate::base::priority;
use crate::bus::News;
use crate::domain::AgentId;
use crate::domain::intent::{IntentSpec, plain};
use crate::engine::Engine;
use crate::engine::think::words_of;
use crate::nlu::EncodeError;
use crate::nlu::training::TrainError;
use crate::nlu::training::shop::{Judgement, Watch, train_shop};
use crate::store::{ModelSource, NewModel, StoreError, TrainingEnd};

/// A node that has not told how far it is for so long is gone.
const LEASE: SignedDuration = SignedDuration::from_secs(60);
/// How often the consoles are told.
const TELL_EVERY: Duration = Duration::from_millis(400);
/// Messages that are read by both models, of the last days.
const RECENT: SignedDuration = SignedDuration::from_hours(30 * 24);
const RECENT_MESSAGES: i64 = 300;

/// What there is to learn from.
struct Material {
    specs: Vec<IntentSpec>,
    outside: Vec<String>,
    /// What customers wrote lately, without personal data.
    recent: Vec<String>,
    before: Option<Judgement>,
    taught: usize,
}

/// Why a training came to nothing.
#[derive(Debug, thiserror::Error)]
enum TrainingError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Train(#[from] TrainError),
    #[error(transparent)]
    Encode(#[from] EncodeError),
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error("no thread can be started for it: {0}")]
    Thread(#[from] std::io::Error),
    #[error("the model cannot be written: {0}")]
    Unwritable(String),
    #[error("the training panicked; the log has the details")]
    Panicked,
}

/// What the training's thread and the task that watches it share.
struct Progress {
    now: Mutex<(String, f32)>,
    called_off: AtomicBool,
}

impl Engine {
    /// Begins to train; `None` while a training runs already, here or elsewhere.
    pub async fn begin_training(&self, agent: &AgentId) -> Result<Option<String>, StoreError> {
        let Some(id) = self.inner.store.begin_training(agent, self.lease_of_training()).await? else {
            return Ok(None);
        };
        let (engine, training, agent) = (self.clone(), id.clone(), agent.clone());
        self.inner.workers.spawn(async move { engine.run_training(&training, agent).await });
        self.inner.bus.tell(News::Teaching);
        Ok(Some(id))
    }

    /// Asks the training to stop, wherever it runs; whether one runs.
    pub async fn cancel_training(&self) -> Result<bool, StoreError> {
        let asked = self.inner.store.cancel_training().await?;
        self.inner.bus.tell(News::Teaching);
        Ok(asked)
    }

    async fn run_training(&self, id: &str, agent: AgentId) {
        let end = match self.train_and_use(id, agent).await {
            Ok(end) => end,
            Err(error) => TrainingEnd::Failed(error.to_string()),
        };
        match &end {
            TrainingEnd::Failed(error) => tracing::warn!(training = id, error, "a training failed"),
            end => tracing::info!(training = id, ?end, "a training ended"),
        }
        if let Err(error) = self.inner.store.end_training(id, &end).await {
            tracing::warn!(training = id, %error, "that a training ended cannot be noted; its lease will tell");
        }
        self.inner.bus.tell(News::Teaching);
    }

    async fn train_and_use(&self, id: &str, agent: AgentId) -> Result<TrainingEnd, TrainingError> {
        let material = self.material().await?;
        let progress = Arc::new(Progress { now: Mutex::default(), called_off: AtomicBool::new(false) });
        let trained = self.on_a_quiet_thread(material, progress.clone())?;
        let ended = self.watch_training(id, &progress, trained).await.ok_or(TrainingError::Panicked)?;
        let Finished { head, judgement, report } = match ended {
            Ok(finished) => finished,
            Err(TrainingError::Train(TrainError::Cancelled)) => return Ok(TrainingEnd::Cancelled),
            Err(error) => return Err(error),
        };
        let model = NewModel {
            agent: Some(agent),
            report: Some(to_json(&report)),
            ..self.new_model(ModelSource::Console, head, Some(judgement))
        };
        let number = self.inner.store.add_model(model, false).await?;
        if report.outcome == Outcome::Used {
            self.use_model(number).await?;
        }
        Ok(TrainingEnd::Done(number))
    }

    async fn material(&self) -> Result<Material, StoreError> {
        let store = &self.inner.store;
        let lessons = store.lessons().await?;
        let taught = lessons.iter().filter(|lesson| lesson.verdict.intent().is_some()).count();
        let (specs, mut outside) = with_lessons(&self.inner.shop.intents(), &lessons);
        outside.extend(self.inner.shop.outside());
        let said = store.said(self.inner.clock.now() - RECENT, RECENT_MESSAGES).await?;
        let mut recent: Vec<String> = said.iter().map(|said| plain(&example_of(&words_of(&said.content)))).collect();
        recent.retain(|text| !text.is_empty());
        recent.sort_unstable();
        recent.dedup();
        let evidence = match store.model_in_use().await? {
            Some(number) => store.model_evidence(number).await?,
            None => None,
        };
        // What an older program wrote may not be readable; then there is nothing to compare.
        let before = evidence.and_then(|evidence| serde_json::from_str(&evidence).ok());
        Ok(Material { specs, outside, recent, before, taught })
    }

    /// The thread ends by itself, at the latest when it is called off.
    fn on_a_quiet_thread(
        &self,
        material: Material,
        progress: Arc<Progress>,
    ) -> std::io::Result<oneshot::Receiver<Trained>> {
        let engine = self.clone();
        let (tell, told) = oneshot::channel();
        std::thread::Builder::new().name("training".to_owned()).spawn(move || {
            priority::give_way();
            // Nobody waits any more where the server stops.
            let trained = catch_unwind(AssertUnwindSafe(|| engine.train(&material, &progress)));
            if let Ok(trained) = trained {
                let _ = tell.send(trained);
            }
        })?;
        Ok(told)
    }

    /// Tells how far it is until it has ended; `None` where it panicked.
    async fn watch_training(
        &self,
        id: &str,
        progress: &Progress,
        mut trained: oneshot::Receiver<Trained>,
    ) -> Option<Trained> {
        let mut tick = tokio::time::interval(TELL_EVERY);
        loop {
            tokio::select! {
                ended = &mut trained => return ended.ok(),
                () = self.inner.stopping.cancelled() => {
                    progress.called_off.store(true, Ordering::Relaxed);
                    return Some(Err(TrainError::Cancelled.into()));
                }
                _ = tick.tick() => {}
            }
            let (step, share) = progress.now();
            let permille = (share.clamp(0.0, 1.0) * 1000.0) as i64;
            match self.inner.store.training_goes_on(id, &step, permille, self.lease_of_training()).await {
                Ok(true) => {}
                Ok(false) => progress.called_off.store(true, Ordering::Relaxed),
                // The next moment may be better; the lease outlasts some of them.
                Err(error) => tracing::debug!(training = id, %error, "how far the training is cannot be told"),
            }
            self.inner.bus.tell(News::Teaching);
        }
    }

    fn train(&self, material: &Material, progress: &Progress) -> Trained {
        let began = Instant::now();
        let watch = Watch {
            show: &|step, share| progress.show(step, share),
            cancelled: &|| progress.called_off.load(Ordering::Relaxed),
            threads: 1,
        };
        let encoder = self.inner.nlu.encoder();
        let trained = train_shop(encoder, &material.specs, &material.outside, &watch)?;
        progress.show("reading recent messages", 0.0);
        let texts: Vec<&str> = material.recent.iter().map(String::as_str).collect();
        let heads = self.inner.nlu.heads();
        let old = self.inner.teaching.readings.of(encoder, &heads, &texts)?;
        let new = read_all(encoder, &heads.with_intents(trained.head.clone(), "new"), &texts)?;
        let mut changed = Vec::new();
        for (text, (before, now)) in texts.iter().zip(old.into_iter().zip(new)) {
            let (before, now) = (before.intents.covered(), now.intents.covered());
            if before != now {
                changed.push(Reread { text: (*text).to_owned(), before, now });
            }
        }
        let report = ModelReport::of(Findings {
            judgement: &trained.judgement,
            before: material.before.as_ref(),
            read: texts.len(),
            changed,
            taught: material.taught,
            seconds: began.elapsed().as_secs_f64(),
        });
        let head = trained.to_bytes(encoder).map_err(TrainingError::Unwritable)?;
        Ok(Finished { head, judgement: to_json(&trained.judgement), report })
    }

    fn lease_of_training(&self) -> Timestamp {
        self.inner.clock.now() + LEASE
    }
}

fn to_json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("plain data becomes JSON: this is a bug")
}

type Trained = Result<Finished, TrainingError>;

/// What a training made, ready to be kept.
struct Finished {
    head: Vec<u8>,
    /// JSON.
    judgement: String,
    report: ModelReport,
}

impl Progress {
    fn show(&self, step: &str, share: f32) {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        *now = (step.to_owned(), share);
    }

    fn now(&self) -> (String, f32) {
        self.now.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
