//! A customer's question to the knowledge base: what was found, what was shown, and
//! whether it helped.

use serde::{Deserialize, Serialize};

/// What a turn made of a question.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    pub outcome: AskedOutcome,
    /// Best first.
    pub found: Vec<FoundPassage>,
    /// The place in `found` of the passage that was shown.
    pub shown: Option<usize>,
    /// In which it was answered.
    pub language: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskedOutcome {
    /// An article answered.
    Answered,
    /// The bot offered some to choose from.
    Offered,
    /// The bot said that it did not know.
    Declined,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FoundPassage {
    pub article: String,
    pub section: String,
    pub confidence: f32,
}

impl AskedOutcome {
    pub fn as_str(self) -> &'static str {
        match self {
            AskedOutcome::Answered => "answered",
            AskedOutcome::Offered => "offered",
            AskedOutcome::Declined => "declined",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        let all = [AskedOutcome::Answered, AskedOutcome::Offered, AskedOutcome::Declined];
        all.into_iter().find(|outcome| outcome.as_str() == name)
    }
}

impl Asked {
    /// The passage that was shown, or else the one that was nearest.
    pub fn nearest(&self) -> Option<&FoundPassage> {
        self.found.get(self.shown.unwrap_or(0))
    }

    pub fn shown(&self) -> Option<&FoundPassage> {
        self.shown.and_then(|place| self.found.get(place))
    }
}
