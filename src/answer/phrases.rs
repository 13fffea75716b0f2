//! The bot's own sentences, for where neither an intent nor an article has the words.
//!
//! They tell the truth, say what happens next, and promise nothing that nobody does. The
//! words themselves stand in `voices/`, a file a language.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// By name; a shop may replace any of them. `{…}` is filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phrases {
    pub dont_know: String,
    pub dont_know_waiting: String,
    pub leave_open: String,
    pub which: String,
    pub none_of_these: String,
    pub other_language: String,
    pub ask_order_number: String,
    pub ask_email: String,
    pub ask_other: String,
    pub again: String,
    pub no_such_order: String,
    pub queued_first: String,
    pub queued: String,
    pub still_queued: String,
    pub nobody_there: String,
    pub still_nobody: String,
    pub takes_longer: String,
    pub nobody_came: String,
    pub leave_address: String,
    pub will_write: String,
    pub back_at: String,
    pub address_noted: String,
    pub returned: String,
    pub abandoned: String,
    pub apology: String,
    pub no_words: String,
    pub survey: String,
    pub talk_to_person: String,
    pub reason_intent: String,
    pub reason_unhappy: String,
    pub reason_failed: String,
}

impl Phrases {
    /// These phrases, with some of them in the shop's own words.
    ///
    /// # Errors
    /// The name that is not known, and what would do.
    pub fn replaced(&self, by: &BTreeMap<String, String>) -> Result<Self, (String, String)> {
        let mut phrases = serde_json::to_value(self).expect("plain strings: this is a bug");
        let known = phrases.as_object_mut().expect("a struct: this is a bug");
        for (name, text) in by {
            if known.insert(name.clone(), text.clone().into()).is_none() {
                known.remove(name);
                let names: Vec<&str> = known.keys().map(String::as_str).collect();
                return Err((name.clone(), format!("the phrases are {}", names.join(", "))));
            }
        }
        Ok(serde_json::from_value(phrases).expect("the same fields: this is a bug"))
    }

    /// Whether these words of the bot admit that it did not know.
    pub fn admits_ignorance(&self, text: &str) -> bool {
        text == self.dont_know || text == self.dont_know_waiting || text == self.apology
    }
}

#[cfg(test)]
mod tests {
    use super::super::voices::Voices;
    use super::*;

    #[test]
    fn the_documentation_shows_every_phrase() {
        let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/configuration.md")).unwrap();
        let block = page.split("```toml").nth(1).and_then(|rest| rest.split("```").next()).expect("a TOML block");
        let shown: toml::Table = block.parse().unwrap();
        let shown: Phrases = shown["phrases"].clone().try_into().unwrap();
        let voices = Voices::default();
        assert_eq!(shown, voices.own().phrases);
        let names = toml::Table::try_from(&voices.own().phrases).unwrap();
        assert!(names.keys().all(|name| block.contains(&format!("{name} = "))));
    }
}
