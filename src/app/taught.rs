//! What agents taught in the console, for commands that work on the shop's files.

use crate::domain::intent::IntentSpec;
use crate::engine::IntentSet;
use crate::engine::teaching::with_lessons;
use crate::store::{Lesson, Store, StoreError};

/// Lessons, and intents that were made in the console.
#[derive(Debug, Default)]
pub(super) struct Taught {
    lessons: Vec<Lesson>,
    intents: Vec<IntentSpec>,
}

impl Taught {
    pub async fn read(store: &Store) -> Result<Self, StoreError> {
        let intents = store.taught_intents().await?.into_iter().map(|intent| intent.spec);
        Ok(Self { lessons: store.lessons().await?, intents: intents.collect() })
    }

    /// The files' intents with what was taught, by name, and the messages that none is for.
    /// A file goes before an intent of the console.
    pub fn join(&self, files: Vec<IntentSpec>) -> (Vec<IntentSpec>, Vec<String>) {
        let all: IntentSet = self.intents.iter().cloned().chain(files).collect();
        with_lessons(&all, &self.lessons)
    }
}
