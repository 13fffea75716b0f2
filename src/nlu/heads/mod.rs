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

use file::{HeadFileError, INTENT_FILE, MOOD_FILE, UNHAPPINESS_FILE};
use intent::IntentHead;
use mood::MoodHead;
use unhappiness::UnhappinessHead;

/// All heads of one shop.
pub struct Heads {
    pub intent: IntentHead,
    pub mood: MoodHead,
    pub unhappiness: UnhappinessHead,
}

impl Heads {
    /// Reads each head from the first of the folders that has it; `encoder` is the identity
    /// of the running encoder.
    pub fn load(folders: &[PathBuf], encoder: &str) -> Result<Self, HeadFileError> {
        let path = |name: &str| place(folders, name);
        Ok(Self {
            intent: file::load(encoder, &path(INTENT_FILE))?,
            mood: file::load(encoder, &path(MOOD_FILE))?,
            unhappiness: file::load(encoder, &path(UNHAPPINESS_FILE))?,
        })
    }
}

/// Where the first of the folders that has this head has it.
pub fn place(folders: &[PathBuf], name: &str) -> PathBuf {
    let mut paths = folders.iter().map(|folder| folder.join(name));
    let there = paths.clone().find(|path| path.exists());
    // Where none has it, the last is missed by name.
    there.or_else(|| paths.next_back()).unwrap_or_else(|| name.into())
}
