//! What one message was understood to be (`POST /v1/analyze` and console events).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

pub use super::entity_type::EntityType;

/// The reading of one message. All confidences are calibrated probabilities.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct Analysis {
    pub language: Language,
    pub intent: Intent,
    /// The likeliest intents, best first, at most five.
    pub intent_ranking: Vec<RankedIntent>,
    pub sentiment: Sentiment,
    /// Probability of each emotion, by name.
    pub emotions: BTreeMap<String, f32>,
    pub entities: Vec<Entity>,
    pub unhappiness: Unhappiness,
    /// The version of the trained model that read it; empty where it was not kept.
    #[serde(default)]
    pub model: String,
    /// Milliseconds spent, by step.
    pub timings_ms: BTreeMap<String, f64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct Language {
    /// ISO 639-1, `und` where it cannot be told.
    pub code: String,
    pub confidence: f32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct Intent {
    pub name: String,
    pub confidence: f32,
    /// Whether the message is about something that no intent covers.
    pub out_of_scope: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct RankedIntent {
    pub name: String,
    pub confidence: f32,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct Sentiment {
    pub label: SentimentLabel,
    /// p(positive) − p(negative), in −1..1.
    pub score: f32,
    /// Probability of the label.
    pub confidence: f32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SentimentLabel {
    Negative,
    Neutral,
    Positive,
}

impl SentimentLabel {
    pub const ALL: [SentimentLabel; 3] = [SentimentLabel::Negative, SentimentLabel::Neutral, SentimentLabel::Positive];

    pub fn as_str(self) -> &'static str {
        match self {
            SentimentLabel::Negative => "negative",
            SentimentLabel::Neutral => "neutral",
            SentimentLabel::Positive => "positive",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|label| label.as_str() == name)
    }
}

/// Probability that the customer is dissatisfied now, over the conversation so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct Unhappiness {
    pub p: f32,
    /// What raised it, in words that an agent reads.
    pub reasons: Vec<String>,
}

/// Something named in the message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct Entity {
    #[serde(rename = "type")]
    pub kind: EntityType,
    /// The normalised value: `AW-10482`, `50.00 EUR`, `2026-11-20`, a product's SKU, …
    pub value: String,
    /// The words as written.
    pub text: String,
    /// Where it starts and ends in the message, in characters (Unicode scalar values).
    pub start: usize,
    pub end: usize,
    pub confidence: f32,
}

impl Analysis {
    /// The first entity of that type.
    pub fn entity(&self, kind: &EntityType) -> Option<&Entity> {
        self.entities.iter().find(|entity| entity.kind == *kind)
    }
}
