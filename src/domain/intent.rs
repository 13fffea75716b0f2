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
    /// What differs in other languages, by their codes: each a file of its own.
    #[serde(skip)]
    pub translations: BTreeMap<String, Translation>,
}

/// `NAME.LANGUAGE.yaml` beside an intent's file: what is said differently in that language.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Translation {
    pub examples: Vec<String>,
    pub reply: Vec<String>,
    pub ask: BTreeMap<EntityType, String>,
    pub choices: Vec<Choice>,
}

impl IntentSpec {
    /// What customers write, in whatever language.
    pub fn examples_in_all_languages(&self) -> impl Iterator<Item = &String> {
        self.examples.iter().chain(self.translations.values().flat_map(|translation| &translation.examples))
    }

    /// The replies in a language; `None` where there are none in it. `own` is the language
    /// of the intent's own file.
    pub fn reply_in(&self, language: &str, own: &str) -> Option<&[String]> {
        self.translations
            .get(language)
            .map(|translation| translation.reply.as_slice())
            .filter(|reply| !reply.is_empty())
            .or_else(|| (language == own).then_some(self.reply.as_slice()))
    }

    /// How an entity is asked for in a language, where the intent says.
    pub fn ask_in(&self, slot: EntityType, language: &str, own: &str) -> Option<&String> {
        let translated = self.translations.get(language).and_then(|translation| translation.ask.get(&slot));
        translated.or_else(|| self.ask.get(&slot).filter(|_| language == own))
    }

    /// The choices in a language, or else the intent's own.
    pub fn choices_in(&self, language: &str) -> &[Choice] {
        let translated = self.translations.get(language).map(|translation| translation.choices.as_slice());
        translated.filter(|choices| !choices.is_empty()).unwrap_or(&self.choices)
    }
}

/// An entity's mark in an example: the words, then its type.
pub static MARKED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\[([^\[\]]+)\]\(([a-z_]+)\)").expect("a fixed pattern: this is a bug"));

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_has_its_own_words_or_none() {
        let words = |text: &str| vec![text.to_owned()];
        let dutch =
            Translation { examples: words("waar is mijn pakje"), reply: words("Onderweg."), ..Translation::default() };
        let spec = IntentSpec {
            examples: words("where is my parcel"),
            reply: words("On its way."),
            ask: BTreeMap::from([(EntityType::Email, "Which address?".to_owned())]),
            translations: BTreeMap::from([("nl".to_owned(), dutch)]),
            ..IntentSpec::default()
        };
        assert_eq!(spec.examples_in_all_languages().count(), 2);
        assert_eq!(spec.reply_in("nl", "en"), Some(&words("Onderweg.")[..]));
        assert_eq!(spec.reply_in("en", "en"), Some(&words("On its way.")[..]));
        assert_eq!(spec.reply_in("fr", "en"), None);
        assert_eq!(spec.ask_in(EntityType::Email, "nl", "en"), None);
        assert!(spec.ask_in(EntityType::Email, "en", "en").is_some());
    }
}
