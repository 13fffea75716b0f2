//! What a training came to, beside the model before it. Pure.
//!
//! Two models are compared by the examples that both were judged by, each by models that
//! had not seen it. Scores over all examples would blame a model for hard examples that
//! its predecessor never had to answer.

use std::collections::{BTreeMap, HashSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::nlu::training::shop::{Confusion, Evidence, Judgement, Scores};

/// Fewer examples right than before by this share, and …
const WORSE_BY: f64 = 0.01;
/// … hardly by chance: the sign test's probability of so many more losses than gains.
const BY_CHANCE: f64 = 0.05;
/// Messages whose reading changed that are told in words.
const REREAD: usize = 30;

/// How a new model did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct ModelReport {
    pub outcome: Outcome,
    pub scores: Scores,
    /// The model before it; absent where it was not judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Scores>,
    /// Both, by the examples that they share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compared: Option<Compared>,
    /// Every intent, by name.
    pub intents: Vec<IntentChange>,
    pub confusions: Vec<Confusion>,
    /// Customers' messages of the last days that both models read, …
    pub read: usize,
    /// … how many of them the new one reads differently, …
    pub reread: usize,
    /// … and which, at most thirty.
    pub changed: Vec<Reread>,
    /// Examples that agents taught.
    pub taught: usize,
    pub seconds: f64,
}

/// What is to be done with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was put into use.
    Used,
    /// It did clearly worse than the one before, which stays in use.
    Worse,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct Compared {
    pub examples: usize,
    /// Share that was right.
    pub before: f64,
    pub now: f64,
    /// Wrong before, right now.
    pub gained: usize,
    /// Right before, wrong now.
    pub lost: usize,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct IntentChange {
    pub name: String,
    pub examples: usize,
    pub f1: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<f64>,
}

/// A customer's message that the two models read differently; no intent where it was read
/// as out of scope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct Reread {
    pub text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<String>,
}

/// Everything that a report is made of.
pub(super) struct Findings<'a> {
    pub judgement: &'a Judgement,
    pub before: Option<&'a Judgement>,
    pub read: usize,
    pub changed: Vec<Reread>,
    pub taught: usize,
    pub seconds: f64,
}

impl ModelReport {
    pub(super) fn of(findings: Findings<'_>) -> Self {
        let Findings { judgement, before, read, mut changed, taught, seconds } = findings;
        let compared = before.and_then(|before| Compared::of(&before.evidence, &judgement.evidence));
        let worse = compared.as_ref().is_some_and(Compared::is_clearly_worse);
        let earlier: BTreeMap<&str, f64> =
            before.iter().flat_map(|before| &before.by_intent).map(|score| (score.name.as_str(), score.f1)).collect();
        let change = |score: &crate::nlu::training::shop::IntentScore| IntentChange {
            name: score.name.clone(),
            examples: score.examples,
            f1: score.f1,
            before: earlier.get(score.name.as_str()).copied(),
        };
        let reread = changed.len();
        changed.truncate(REREAD);
        Self {
            outcome: if worse { Outcome::Worse } else { Outcome::Used },
            scores: judgement.scores.clone(),
            before: before.map(|before| before.scores.clone()),
            compared,
            intents: judgement.by_intent.iter().map(change).collect(),
            confusions: judgement.confusions.clone(),
            read,
            reread,
            changed,
            taught,
            seconds,
        }
    }
}

impl Compared {
    /// `None` where the two share no example.
    fn of(before: &Evidence, now: &Evidence) -> Option<Self> {
        let set = |keys: &'_ [String]| keys.iter().cloned().collect::<HashSet<String>>();
        let (was_right, was_wrong) = (set(&before.right), set(&before.wrong));
        let count = |keys: &[String], among: &HashSet<String>| keys.iter().filter(|key| among.contains(*key)).count();
        let (kept, gained) = (count(&now.right, &was_right), count(&now.right, &was_wrong));
        let (lost, still_wrong) = (count(&now.wrong, &was_right), count(&now.wrong, &was_wrong));
        let examples = kept + gained + lost + still_wrong;
        if examples == 0 {
            return None;
        }
        let share = |right: usize| right as f64 / examples as f64;
        Some(Self { examples, before: share(kept + lost), now: share(kept + gained), gained, lost })
    }

    /// By McNemar's exact test, one-sided: were losses and gains alike likely, so many
    /// losses would hardly come about.
    fn is_clearly_worse(&self) -> bool {
        self.before - self.now >= WORSE_BY && at_least_by_chance(self.lost, self.gained + self.lost) < BY_CHANCE
    }
}

/// The probability of `heads` or more among so many fair coins.
fn at_least_by_chance(heads: usize, coins: usize) -> f64 {
    // In logarithms: a coefficient of thousands has hundreds of digits.
    let mut ln_coefficient = 0.0;
    let ln_half = -(coins as f64) * std::f64::consts::LN_2;
    let mut sum = 0.0;
    for k in 0..=coins {
        if k >= heads {
            sum += f64::exp(ln_coefficient + ln_half);
        }
        ln_coefficient += f64::ln((coins - k) as f64 / (k + 1) as f64);
    }
    sum.min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nlu::training::shop::IntentScore;
    use rstest::rstest;

    fn keys(from: usize, to: usize) -> Vec<String> {
        (from..to).map(|key| key.to_string()).collect()
    }

    fn judgement(right: Vec<String>, wrong: Vec<String>) -> Judgement {
        let examples = right.len() + wrong.len();
        let accuracy = right.len() as f64 / examples as f64;
        Judgement {
            scores: Scores { examples, intents: 1, accuracy, macro_f1: accuracy, ece: 0.01 },
            by_intent: vec![IntentScore {
                name: "order".into(),
                examples,
                precision: 1.0,
                recall: accuracy,
                f1: accuracy,
            }],
            confusions: Vec::new(),
            evidence: Evidence { right, wrong },
        }
    }

    fn report(before: Option<&Judgement>, now: &Judgement) -> ModelReport {
        ModelReport::of(Findings { judgement: now, before, read: 0, changed: Vec::new(), taught: 0, seconds: 1.0 })
    }

    #[rstest]
    #[case(0, 0, 1.0)]
    #[case(1, 1, 0.5)]
    #[case(5, 5, 1.0 / 32.0)]
    #[case(8, 10, 56.0 / 1024.0)]
    fn coins_fall_as_the_binomial_says(#[case] heads: usize, #[case] coins: usize, #[case] p: f64) {
        assert!((at_least_by_chance(heads, coins) - p).abs() < 1e-12);
    }

    #[test]
    fn thousands_of_coins_are_counted_too() {
        assert!((at_least_by_chance(5000, 10_000) - 0.504).abs() < 1e-3);
        assert!(at_least_by_chance(6000, 10_000) < 1e-12);
    }

    #[test]
    fn hard_examples_that_are_new_are_not_held_against_a_model() {
        let before = judgement(keys(0, 95), keys(95, 100));
        // All twenty new ones are wrong; of the old ones, two more are right.
        let now = judgement(keys(0, 97), [keys(97, 100), keys(100, 120)].concat());
        let report = report(Some(&before), &now);
        assert!(report.scores.accuracy < before.scores.accuracy);
        let compared = report.compared.unwrap();
        assert_eq!((compared.examples, compared.gained, compared.lost), (100, 2, 0));
        assert_eq!(report.outcome, Outcome::Used);
        assert_eq!(report.intents[0].before, Some(0.95));
    }

    #[rstest]
    #[case::a_little_worse(3, Outcome::Used)]
    #[case::clearly_worse(5, Outcome::Worse)]
    fn a_model_that_does_clearly_worse_is_held_back(#[case] lost: usize, #[case] outcome: Outcome) {
        let before = judgement(keys(0, 100), Vec::new());
        let now = judgement(keys(lost, 100), keys(0, lost));
        assert_eq!(report(Some(&before), &now).outcome, outcome);
    }

    #[test]
    fn where_there_is_nothing_to_compare_it_is_used() {
        let now = judgement(keys(0, 9), keys(9, 10));
        assert_eq!(report(None, &now).outcome, Outcome::Used);
        let other = judgement(keys(100, 110), Vec::new());
        assert_eq!(report(Some(&other), &now).compared, None);
    }
}
