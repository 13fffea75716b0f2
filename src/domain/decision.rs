//! Why the bot did what it did: stored with the turn, shown to agents in full and to
//! customers in plain words.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct Explanation {
    /// What was done, in order, for example `answer`, `suggest`, `escalate`.
    pub acts: Vec<String>,
    /// Why, a sentence each.
    pub because: Vec<String>,
    /// The passages that were weighed, best first.
    pub passages: Vec<WeighedPassage>,
    /// What an agent needs to take over, where the turn escalated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<HandoffSummary>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct WeighedPassage {
    pub article: String,
    pub section: String,
    /// Calibrated probability that the passage answers the message.
    pub confidence: f32,
}

/// The story so far, for the person who takes over.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct HandoffSummary {
    /// Why a person is needed, the strongest first.
    pub reasons: Vec<String>,
    /// What the customer wanted, in their own words, oldest first.
    pub asked: Vec<String>,
    /// The course of the sentiment score, oldest first.
    pub sentiment: Vec<f32>,
    /// What was named: order numbers, addresses, products.
    pub entities: Vec<super::Entity>,
}
