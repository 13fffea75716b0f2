//! Heads: small models that read one thing each from a message's vector and wording.
//!
//! Each is plain data with a pure `read`; `training` makes them, [`file`] keeps them.

pub mod file;
pub mod intent;
pub mod lexical;
pub mod linear;
pub mod mood;
pub mod neighbours;
pub mod network;
pub mod numbers;
pub mod unhappiness;

use std::path::Path;

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
    /// Reads `folder` (`models/heads`); `encoder` is the identity of the running encoder.
    pub fn load(folder: &Path, encoder: &str) -> Result<Self, HeadFileError> {
        Ok(Self {
            intent: file::load(encoder, &folder.join(INTENT_FILE))?,
            mood: file::load(encoder, &folder.join(MOOD_FILE))?,
            unhappiness: file::load(encoder, &folder.join(UNHAPPINESS_FILE))?,
        })
    }
}
