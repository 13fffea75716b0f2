//! The numbers that the policy compares with: the configuration's `[policy]`.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Thresholds {
    /// From this probability on an intent is acted on.
    pub intent: f32,
    /// From this probability that the shop knows an answer on, it is given …
    pub answer: f32,
    /// … if a passage is the one from this probability on.
    pub passage: f32,
    /// From this probability on an article goes before the reply of a well-recognised intent
    /// that does not name it …
    pub unrelated: f32,
    /// … which an intent is from this probability on.
    pub recognised: f32,
    /// From this probability that the shop knows an answer on, it is worth a question back
    /// which one is meant.
    pub clarify: f32,
    /// How many questions are offered then.
    pub choices: usize,
    /// Below this probability of every passage an intent that articles cover is not believed.
    pub doubt: f32,
    /// What a message out of scope leaves of every article's odds.
    pub out_of_scope: f32,
    /// From this probability of dissatisfaction on a person is brought in, if the customer
    /// sounded dissatisfied lately …
    pub unhappiness: f32,
    /// … which they did from this probability on.
    pub unhappiness_before: f32,
    /// From this probability on a person is brought in at the first such message.
    pub unhappiness_at_once: f32,
    /// So many failed answers in a row bring in a person.
    pub failed_answers: u32,
    /// How often a slot is asked for again before the matter is dropped.
    pub slot_tries: u32,
}

impl Thresholds {
    /// Each probability with its name in the configuration.
    pub fn probabilities(&self) -> [(&'static str, f32); 11] {
        [
            ("intent", self.intent),
            ("answer", self.answer),
            ("passage", self.passage),
            ("unrelated", self.unrelated),
            ("recognised", self.recognised),
            ("clarify", self.clarify),
            ("doubt", self.doubt),
            ("out_of_scope", self.out_of_scope),
            ("unhappiness", self.unhappiness),
            ("unhappiness_before", self.unhappiness_before),
            ("unhappiness_at_once", self.unhappiness_at_once),
        ]
    }
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            intent: 0.5,
            answer: 0.66,
            passage: 0.42,
            unrelated: 0.7,
            recognised: 0.8,
            clarify: 0.6,
            choices: 3,
            doubt: 0.15,
            out_of_scope: 0.4,
            // On the dialogues that unhappiness is trained on, judged by models that had not seen
            // them, these bring in most of those who need a person, and soonest, of all rules
            // by which 94 of 100 persons are not brought in for nothing.
            unhappiness: 0.35,
            unhappiness_before: 0.4,
            unhappiness_at_once: 0.75,
            failed_answers: 2,
            slot_tries: 2,
        }
    }
}
