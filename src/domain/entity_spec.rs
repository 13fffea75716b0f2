//! An entity type of the shop's own: how its values are written. One file of `entities/`;
//! the file's stem is the type's name.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntitySpec {
    #[serde(skip)]
    pub name: String,
    /// For people: what it is.
    pub description: String,
    /// The values, with other words for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<EntityValue>,
    /// Regular expressions; case does not count. The first group is the value, or else the
    /// whole match.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub patterns: Vec<String>,
    /// Messages in which values are marked: `I wear [size 42](shoe_size)`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<String>,
}

/// A value: alone, or with its synonyms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum EntityValue {
    Plain(String),
    #[serde(rename_all = "snake_case")]
    WithSynonyms {
        value: String,
        synonyms: Vec<String>,
    },
}

impl EntityValue {
    pub fn value(&self) -> &str {
        match self {
            EntityValue::Plain(value) | EntityValue::WithSynonyms { value, .. } => value,
        }
    }

    pub fn synonyms(&self) -> &[String] {
        match self {
            EntityValue::Plain(_) => &[],
            EntityValue::WithSynonyms { synonyms, .. } => synonyms,
        }
    }
}
