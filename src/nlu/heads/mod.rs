//! Heads: small models that read one thing each from a message's vector and wording.
//!
//! Each is plain data with a pure `read`; `training` makes them, [`file`] keeps them.

pub mod file;
pub mod intent;
pub mod lexical;
pub mod linear;
pub mod mood;
pub mod neighbours;
pub mod numbers;
pub mod unhappiness;

use std::path::PathBuf;
use std::sync::Arc;

use file::{HeadFileError, INTENT_FILE, MOOD_FILE, UNHAPPINESS_FILE};
use intent::{IntentHead, IntentVerdict, Views};
use mood::{MoodHead, Moods};
use unhappiness::UnhappinessHead;

use super::encoder::{Encoding, Wanted};

/// All heads of one shop. A message is read by one such set as a whole, so that what is
/// read of it fits together while a newer set takes over.
#[derive(Clone)]
pub struct Heads {
    pub intent: Arc<IntentHead>,
    pub mood: Arc<MoodHead>,
    pub unhappiness: Arc<UnhappinessHead>,
    /// The intent head's version, as it was named when it was put in place; analyses tell it.
    pub version: Arc<str>,
    /// What a pass must give for all of them.
    wanted: Wanted,
}

/// The version of heads that were read from files and have no other name.
const FROM_FILES: &str = "files";

impl Heads {
    /// Reads each head from the first of the folders that has it; `encoder` is the identity
    /// of the running encoder.
    pub fn load(folders: &[PathBuf], encoder: &str) -> Result<Self, HeadFileError> {
        let path = |name: &str| place(folders, name);
        Ok(Self::of(
            Arc::new(file::load(encoder, &path(INTENT_FILE))?),
            Arc::new(file::load(encoder, &path(MOOD_FILE))?),
            Arc::new(file::load(encoder, &path(UNHAPPINESS_FILE))?),
            FROM_FILES,
        ))
    }

    fn of(intent: Arc<IntentHead>, mood: Arc<MoodHead>, unhappiness: Arc<UnhappinessHead>, version: &str) -> Self {
        let tuned = intent.tuned.as_ref().map(|tuned| Arc::clone(&tuned.branch));
        let branches = tuned.into_iter().chain([Arc::clone(&mood.branch)]).collect();
        let wanted = Wanted { layers: true, branches, tokens_from: None };
        Self { intent, mood, unhappiness, version: version.into(), wanted }
    }

    /// To measure an intent head alone.
    pub fn of_intent(intent: IntentHead) -> Self {
        let branches = intent.tuned.iter().map(|tuned| Arc::clone(&tuned.branch)).collect();
        let heads = Self::of(Arc::new(intent), Arc::default(), Arc::default(), FROM_FILES);
        Self { wanted: Wanted { branches, ..heads.wanted }, ..heads }
    }

    /// The same heads with another for intents.
    #[must_use]
    pub fn with_intents(&self, head: Arc<IntentHead>, version: &str) -> Self {
        Self::of(head, Arc::clone(&self.mood), Arc::clone(&self.unhappiness), version)
    }

    /// The same heads with the feelings of others.
    #[must_use]
    pub fn with_feelings(&self, others: &Self) -> Self {
        Self::of(Arc::clone(&self.intent), Arc::clone(&others.mood), Arc::clone(&others.unhappiness), &self.version)
    }

    pub fn wanted(&self) -> &Wanted {
        &self.wanted
    }

    /// What the message is about, from a pass that gave what is [`Heads::wanted`].
    pub fn read_intent(&self, text: &str, encoding: &Encoding) -> IntentVerdict {
        let tuned = self.intent.tuned.as_ref().and(encoding.branches.first());
        self.intent.read(text, encoding, tuned.map(Vec::as_slice))
    }

    /// What the intent head sees in the message, from the same pass.
    pub fn intent_views(&self, text: &str, encoding: &Encoding) -> Views {
        let tuned = self.intent.tuned.as_ref().and(encoding.branches.first());
        self.intent.views(text, encoding, tuned.map(Vec::as_slice))
    }

    /// How it sounds, from the same pass.
    pub fn read_mood(&self, encoding: &Encoding) -> Moods {
        self.mood.read(encoding.branches.last().map(Vec::as_slice).unwrap_or_default())
    }
}

/// Where the first of the folders that has this head has it.
pub fn place(folders: &[PathBuf], name: &str) -> PathBuf {
    let mut paths = folders.iter().map(|folder| folder.join(name));
    let there = paths.clone().find(|path| path.exists());
    // Where none has it, the last is missed by name.
    there.or_else(|| paths.next_back()).unwrap_or_else(|| name.into())
}
