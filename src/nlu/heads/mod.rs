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
use intent::IntentHead;
use mood::MoodHead;
use unhappiness::UnhappinessHead;

/// All heads of one shop. A message is read by one such set as a whole, so that what is
/// read of it fits together while a newer set takes over.
#[derive(Clone)]
pub struct Heads {
    pub intent: Arc<IntentHead>,
    pub mood: Arc<MoodHead>,
    pub unhappiness: Arc<UnhappinessHead>,
    /// The intent head's version, as it was named when it was put in place; analyses tell it.
    pub version: Arc<str>,
}

/// The version of heads that were read from files and have no other name.
const FROM_FILES: &str = "files";

impl Heads {
    /// Reads each head from the first of the folders that has it; `encoder` is the identity
    /// of the running encoder.
    pub fn load(folders: &[PathBuf], encoder: &str) -> Result<Self, HeadFileError> {
        let path = |name: &str| {
            let mut paths = folders.iter().map(|folder| folder.join(name));
            let there = paths.clone().find(|path| path.exists());
            // Where none has it, the last is missed by name.
            there.or_else(|| paths.next_back()).unwrap_or_else(|| name.into())
        };
        Ok(Self {
            intent: Arc::new(file::load(encoder, &path(INTENT_FILE))?),
            mood: Arc::new(file::load(encoder, &path(MOOD_FILE))?),
            unhappiness: Arc::new(file::load(encoder, &path(UNHAPPINESS_FILE))?),
            version: FROM_FILES.into(),
        })
    }
}
