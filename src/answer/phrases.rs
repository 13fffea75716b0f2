//! The bot's own sentences, for where neither an intent nor an article has the words.
//!
//! They tell the truth, say what happens next, and promise nothing that nobody does.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::EntityType;

/// English by default; a shop may replace any of them. `{…}` is filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Phrases {
    pub dont_know: String,
    pub dont_know_waiting: String,
    pub which: String,
    pub none_of_these: String,
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

impl Default for Phrases {
    fn default() -> Self {
        let owned = str::to_owned;
        Self {
            dont_know: owned("I don't know that one, and I would rather not guess. Shall I get someone from the team?"),
            dont_know_waiting: owned(
                "I don't know that one, and I would rather not guess. A person will read it when it is your turn.",
            ),
            which: owned("I am not quite sure what you mean. Is it one of these?"),
            none_of_these: owned("None of these"),
            ask_order_number: owned(
                "What is the order number? It starts with AW- and stands in your confirmation e-mail.",
            ),
            ask_email: owned("And which e-mail address did you order with?"),
            ask_other: owned("Could you tell me the {slot}?"),
            again: owned("I could not find it in your message. {question}"),
            no_such_order: owned(
                "I find no order with that number and that e-mail address together. Please check both; \
                 they stand in your confirmation e-mail.",
            ),
            queued_first: owned("I have asked a colleague to take over. You are next; it should take about {minutes}."),
            queued: owned(
                "I have asked a colleague to take over. You are number {position} in the queue; \
                 it should take about {minutes}.",
            ),
            still_queued: owned(
                "You are number {position} in the queue; a colleague will be with you in about {minutes}.",
            ),
            nobody_there: owned(
                "I would like to hand you over to a colleague, but nobody is here right now. Your conversation is \
                 saved and the team reads it as soon as somebody is back. If you leave your e-mail address, \
                 they can write to you.",
            ),
            still_nobody: owned(
                "Nobody from the team is here right now. Your conversation is saved, and they read it as soon as \
                 somebody is back. If you leave your e-mail address, they can write to you.",
            ),
            takes_longer: owned(
                "I am sorry that it takes longer than I said: everybody is busy. I have asked the team again. \
                 You are number {position} in the queue; it should take about {minutes}.",
            ),
            nobody_came: owned("I am sorry: nobody from the team has come yet. I have told them again."),
            leave_address: owned("If you leave your e-mail address, they can write to you."),
            will_write: owned("They will write to {email}."),
            back_at: owned("The team is back {when}."),
            address_noted: owned("Thank you. A colleague will write to {email}. You can go on asking me meanwhile."),
            returned: owned("{agent} has handed the conversation back to the assistant"),
            abandoned: owned("Our colleague had to leave; the assistant is back, and you are in the queue again"),
            apology: owned(
                "Something went wrong on our side, and I could not read your message. I have asked a colleague to look at it.",
            ),
            no_words: owned("Thank you, I have received it. I cannot look inside files: what should I know about it?"),
            survey: owned("How satisfied are you with this conversation?"),
            talk_to_person: owned("Talk to a person"),
            reason_intent: owned("This is for a person to look after"),
            reason_unhappy: owned("You are not happy with how this goes, so a person should look at it"),
            reason_failed: owned("I could not answer you, so a person should"),
        }
    }
}

impl Phrases {
    /// The default phrases, with some of them in the shop's own words.
    ///
    /// # Errors
    /// The name that is not known, and what would do.
    pub fn replaced(by: &BTreeMap<String, String>) -> Result<Self, (String, String)> {
        let mut phrases = serde_json::to_value(Self::default()).expect("plain strings: this is a bug");
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

    /// The question for a slot that the intent has no words for.
    pub fn ask(&self, slot: &EntityType) -> String {
        match slot {
            EntityType::OrderNumber => self.ask_order_number.clone(),
            EntityType::Email => self.ask_email.clone(),
            other => self.ask_other.replace("{slot}", &other.as_str().replace('_', " ")),
        }
    }

    pub fn again(&self, question: &str) -> String {
        self.again.replace("{question}", question)
    }

    /// Told when the customer joins the queue.
    pub fn queued(&self, position: i64, eta_s: i64) -> String {
        let phrase = if position <= 1 { &self.queued_first } else { &self.queued };
        phrase.replace("{position}", &position.to_string()).replace("{minutes}", &minutes(eta_s))
    }

    /// Told when a waiting customer asks again.
    pub fn still_queued(&self, position: i64, eta_s: i64) -> String {
        self.still_queued.replace("{position}", &position.to_string()).replace("{minutes}", &minutes(eta_s))
    }

    /// Told when a waiting customer has waited longer than promised, and somebody is there.
    pub fn takes_longer(&self, position: i64, eta_s: i64) -> String {
        self.takes_longer.replace("{position}", &position.to_string()).replace("{minutes}", &minutes(eta_s))
    }

    /// Told when nobody has come and nobody is there.
    pub fn nobody_came(&self, email: Option<&str>, back_at: Option<&str>) -> String {
        let write = match email {
            Some(email) => self.will_write.replace("{email}", email),
            None => self.leave_address.clone(),
        };
        let back = back_at.map(|when| format!(" {}", self.back(when))).unwrap_or_default();
        format!("{}{back} {write}", self.nobody_came)
    }

    /// When somebody is back, for example `on Monday at 09:00`.
    pub fn back(&self, when: &str) -> String {
        self.back_at.replace("{when}", when)
    }

    pub fn address_noted(&self, email: &str) -> String {
        self.address_noted.replace("{email}", email)
    }

    pub fn returned(&self, agent: &str) -> String {
        self.returned.replace("{agent}", agent)
    }

    pub fn abandoned(&self) -> String {
        self.abandoned.clone()
    }

    pub fn apology(&self) -> String {
        self.apology.clone()
    }

    pub fn no_words(&self) -> String {
        self.no_words.clone()
    }

    pub fn survey(&self) -> String {
        self.survey.clone()
    }
}

fn minutes(seconds: i64) -> String {
    match (seconds + 59) / 60 {
        ..=1 => "a minute".to_owned(),
        minutes => format!("{minutes} minutes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_queue_is_told_in_plain_words() {
        let phrases = Phrases::default();
        assert!(phrases.queued(1, 60).contains("You are next; it should take about a minute."));
        assert!(phrases.queued(3, 700).contains("number 3 in the queue; it should take about 12 minutes."));
    }

    #[test]
    fn a_shop_may_speak_in_its_own_words() {
        let own = BTreeMap::from([("which".to_owned(), "Which one?".to_owned())]);
        let phrases = Phrases::replaced(&own).unwrap();
        assert_eq!(phrases, Phrases { which: "Which one?".into(), ..Phrases::default() });
        let (name, needed) = Phrases::replaced(&BTreeMap::from([("wich".to_owned(), String::new())])).unwrap_err();
        assert!(name == "wich" && needed.contains("which"), "{needed}");
    }

    #[test]
    fn the_documentation_shows_every_phrase() {
        let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/configuration.md")).unwrap();
        let block = page.split("```toml").nth(1).and_then(|rest| rest.split("```").next()).expect("a TOML block");
        let shown: toml::Table = block.parse().unwrap();
        let shown: Phrases = shown["phrases"].clone().try_into().unwrap();
        assert_eq!(shown, Phrases::default());
        let names = toml::Table::try_from(Phrases::default()).unwrap();
        assert!(names.keys().all(|name| block.contains(&format!("{name} = "))));
    }

    #[test]
    fn its_own_ignorance_is_recognised() {
        let phrases = Phrases::default();
        assert!(phrases.admits_ignorance(&phrases.dont_know));
        assert!(!phrases.admits_ignorance(&phrases.which));
    }
}
