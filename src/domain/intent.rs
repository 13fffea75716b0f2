//! An intent: what a customer may want, with examples and what to do about it.

use regex::Regex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::LazyLock;
use utoipa::ToSchema;

use super::EntityType;
use super::content::Choice;

/// One file of `intents/`; the file's stem is the name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IntentSpec {
    #[serde(skip)]
    pub name: String,
    pub description: String,
    /// What customers write; entities are marked `[AW-10482](order_number)`.
    pub examples: Vec<String>,
    /// Variants of the reply, used in turn.
    #[serde(default)]
    pub reply: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
    /// Entities asked for, in this order, before the action runs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<EntityType>,
    /// How each is asked for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ask: BTreeMap<EntityType, String>,
    /// Hands over to a person; the value is the reason in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalate: Option<String>,
    /// Articles that usually cover it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub articles: Vec<String>,
    /// Offered after the reply.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
}

/// An entity's mark in an example: the words, then its type.
pub static MARKED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\[([^\[\]]+)\]\(([a-z][a-z0-9_]*)\)").expect("a fixed pattern: this is a bug"));

/// An example without the marks of entities: `track [AW-10482](order_number)` becomes
/// `track AW-10482`.
pub fn plain(example: &str) -> String {
    MARKED.replace_all(example, "$1").into_owned()
}

/// What the bot can do beyond replying.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Tells an order's state, when its number and its e-mail address both match.
    OrderStatus,
    /// Searches the catalogue.
    SuggestProducts,
    /// Says goodbye and asks how it was.
    EndConversation,
}
