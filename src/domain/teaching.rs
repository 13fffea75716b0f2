//! Teaching: which messages were not understood, and what somebody said that they mean.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::entry::Seq;

/// Why a customer's message is worth a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DoubtReason {
    /// No intent covers it, or so it was read.
    OutOfScope,
    /// An intent was read, but with little confidence.
    Unsure,
    /// The bot admitted that it did not know.
    NoAnswer,
    /// The bot asked which of several things was meant, and none was.
    InVain,
    /// The customer said that the answer did not help.
    Unhelpful,
}

/// One reason to look at one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// The customer's message.
    pub seq: Seq,
    pub reason: DoubtReason,
}

/// What somebody said of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It means this intent.
    Example(String),
    /// It is about nothing that the shop's intents are for.
    Outside,
    /// There is nothing to learn from it.
    Dismissed,
}

impl DoubtReason {
    pub const ALL: [DoubtReason; 5] = [
        DoubtReason::OutOfScope,
        DoubtReason::Unsure,
        DoubtReason::NoAnswer,
        DoubtReason::InVain,
        DoubtReason::Unhelpful,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            DoubtReason::OutOfScope => "out_of_scope",
            DoubtReason::Unsure => "unsure",
            DoubtReason::NoAnswer => "no_answer",
            DoubtReason::InVain => "in_vain",
            DoubtReason::Unhelpful => "unhelpful",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == name)
    }
}

impl Verdict {
    pub fn as_str(&self) -> &'static str {
        match self {
            Verdict::Example(_) => "example",
            Verdict::Outside => "outside",
            Verdict::Dismissed => "dismissed",
        }
    }

    /// `None` where the name is none, or an example lacks its intent.
    pub fn of(name: &str, intent: Option<String>) -> Option<Self> {
        match name {
            "example" => intent.map(Verdict::Example),
            "outside" => Some(Verdict::Outside),
            "dismissed" => Some(Verdict::Dismissed),
            _ => None,
        }
    }

    pub fn intent(&self) -> Option<&str> {
        match self {
            Verdict::Example(intent) => Some(intent),
            Verdict::Outside | Verdict::Dismissed => None,
        }
    }
}
