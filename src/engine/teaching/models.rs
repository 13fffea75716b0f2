//! Which trained model is in use, here and on every other node.
//!
//! Every model is a version in the database, whether the console trained it or
//! `rapport train` wrote it to a file, and the one that was put into use last is in use
//! everywhere. A file is taken over once: after that it is a version like the others, and
//! a restart changes nothing.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::base::home::Home;
use crate::bus::News;
use crate::engine::Engine;
use crate::nlu::NluError;
use crate::nlu::heads::file::{self, INTENT_FILE};
use crate::nlu::heads::intent::IntentHead;
use crate::nlu::training::shop::Judgement;
use crate::store::{ModelSource, NewModel, StoreError};

#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Files(#[from] NluError),
    #[error("model {number} cannot be used: {reason}; train anew")]
    Unusable { number: i64, reason: String },
    #[error("there is no model {0}")]
    Missing(i64),
    #[error("reading the trained heads panicked")]
    Panicked,
}

impl Engine {
    /// Reads what `rapport train` has written. An intent head that is new becomes a version
    /// and is put into use; one that was taken over before changes nothing.
    pub async fn adopt_heads(&self, home: &Home) -> Result<(), ModelError> {
        let (nlu, files) = (self.inner.nlu.clone(), home.clone());
        let read = tokio::task::spawn_blocking(move || {
            nlu.reload_feelings(&files)?;
            let path =
                files.heads_folders().into_iter().map(|folder| folder.join(INTENT_FILE)).find(|path| path.exists());
            Ok::<_, NluError>(path.and_then(|path| std::fs::read(path).ok()))
        });
        let bytes = read.await.map_err(|_| ModelError::Panicked)??;
        if let Some(head) = bytes
            && file::from_bytes::<IntentHead>(self.encoder_identity(), &head).is_ok()
        {
            let judgement = Judgement::of_file(&head).and_then(|judgement| serde_json::to_string(&judgement).ok());
            let model = self.new_model(ModelSource::Files, head, judgement);
            if let Some(number) = self.inner.store.adopt_model(model).await? {
                tracing::info!(model = number, "the heads that were trained are a new model");
            }
        }
        self.follow_model().await
    }

    /// Puts the version that the database names into use, if it is not yet.
    pub(in crate::engine) async fn follow_model(&self) -> Result<(), ModelError> {
        let seen = self.inner.store.version("model").await?;
        if let Some(number) = self.inner.store.model_in_use().await?
            && self.inner.nlu.heads().version.as_ref() != name_of(number)
        {
            self.load_model(number).await?;
        }
        self.inner.teaching.model_seen.store(seen, Ordering::Release);
        Ok(())
    }

    /// As [`Engine::follow_model`], after a glance at a counter.
    pub(in crate::engine) async fn follow_model_if(&self, version: i64) {
        if self.inner.teaching.model_seen.swap(version, Ordering::AcqRel) == version {
            return;
        }
        if let Err(error) = self.follow_model().await {
            tracing::warn!(%error, "the model that was put into use elsewhere cannot be used here; the old one goes on");
        }
        self.inner.bus.tell(News::Teaching);
    }

    /// Puts a kept version into use everywhere; how long the step took here.
    pub async fn use_model(&self, number: i64) -> Result<Duration, ModelError> {
        // Here first: one that this node cannot use is put on no other.
        let took = self.load_model(number).await?;
        if !self.inner.store.use_model(number).await? {
            return Err(ModelError::Missing(number));
        }
        self.inner.bus.tell(News::Teaching);
        Ok(took)
    }

    async fn load_model(&self, number: i64) -> Result<Duration, ModelError> {
        let bytes = self.inner.store.model_head(number).await?.ok_or(ModelError::Missing(number))?;
        let identity = self.encoder_identity().to_owned();
        let read = tokio::task::spawn_blocking(move || file::from_bytes::<IntentHead>(&identity, &bytes));
        let head = read.await.unwrap_or_else(|_| Err("reading it panicked".to_owned()));
        let head = head.map_err(|reason| ModelError::Unusable { number, reason })?;
        Ok(self.swap_in(Arc::new(head), number))
    }

    pub(super) fn swap_in(&self, head: Arc<IntentHead>, number: i64) -> Duration {
        let took = self.inner.nlu.use_intents(head, &name_of(number));
        tracing::info!(model = number, took_us = took.as_micros(), "another model reads from now on");
        took
    }

    pub(super) fn new_model(&self, source: ModelSource, head: Vec<u8>, judgement: Option<String>) -> NewModel {
        NewModel {
            source,
            agent: None,
            encoder: self.encoder_identity().to_owned(),
            digest: hex::encode(Sha256::digest(&head)),
            head,
            report: None,
            evidence: judgement,
        }
    }

    fn encoder_identity(&self) -> &str {
        self.inner.nlu.encoder().identity()
    }
}

/// What analyses call it.
pub(super) fn name_of(number: i64) -> String {
    number.to_string()
}
