//! Whether the customer is dissatisfied now, read from the conversation so far.
//!
//! One sharp message is not it yet, and a polite one may well be: a customer who asks the
//! same for the third time in plain words is unhappy. So this is a logistic model over a
//! few things that a good agent watches ([`signals`]), each of which can be told as a reason.

pub mod signals;
mod wording;

use serde::{Deserialize, Serialize};

pub use signals::{Earlier, Heard, SIGNALS, Signals};

use super::lexical::LexicalModel;
use super::linear::Linear;
use super::mood::SentimentP;
use super::numbers::sigmoid;
use crate::domain::analysis::Unhappiness;

#[derive(Clone, Debug, Default)]
pub struct UnhappinessHead {
    /// One class: how much a message, by its vector, is like those of unhappy customers.
    pub complaint: Linear,
    /// Two classes: the same by its wording.
    pub wording: LexicalModel,
    pub model: SignalModel,
}

/// The weights of the signals; at `threshold` precision and recall balance.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SignalModel {
    pub means: Vec<f32>,
    pub scales: Vec<f32>,
    pub weights: Vec<f32>,
    pub bias: f32,
    pub threshold: f32,
}

impl UnhappinessHead {
    pub fn read(&self, text: &str, vector: &[f32], sentiment: &SentimentP, earlier: &[Earlier<'_>]) -> Unhappiness {
        let heard = Heard {
            sentiment: *sentiment,
            complaint: complaint(&self.complaint, vector),
            wording: wording_score(&self.wording, text),
        };
        self.model.judge(&Signals::of(text, &heard, earlier))
    }
}

/// The linear score of a message's vector.
pub fn complaint(model: &Linear, vector: &[f32]) -> f32 {
    model.logits(vector).first().copied().unwrap_or(0.0)
}

/// Log-odds of an unhappy customer by the message's wording alone.
fn wording_score(model: &LexicalModel, text: &str) -> f32 {
    let (features, _) = model.vocabulary.features(text);
    match model.logits(&features)[..] {
        [content, unhappy] => unhappy - content,
        _ => 0.0,
    }
}

/// Below this nothing needs explaining.
const WORTH_EXPLAINING: f32 = 0.3;

/// Log-odds that a signal must add to be named.
const WORTH_NAMING: f32 = 0.2;

impl SignalModel {
    pub fn p(&self, signals: &Signals) -> f32 {
        let standard =
            signals.values.iter().zip(&self.means).zip(&self.scales).map(|((x, mean), scale)| (x - mean) / scale);
        sigmoid(self.bias + standard.zip(&self.weights).map(|(x, weight)| x * weight).sum::<f32>())
    }

    /// The probability, with what raised it above the usual, the strongest first.
    pub fn judge(&self, signals: &Signals) -> Unhappiness {
        let p = self.p(signals);
        if p < WORTH_EXPLAINING {
            return Unhappiness { p, reasons: Vec::new() };
        }
        let mut raised: Vec<(f32, String)> = (0..SIGNALS)
            .filter_map(|signal| {
                let added = (signals.values[signal] - self.means[signal]) / self.scales[signal] * self.weights[signal];
                (added > WORTH_NAMING).then(|| signals.in_words(signal).map(|words| (added, words)))?
            })
            .collect();
        raised.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut reasons: Vec<String> = Vec::with_capacity(raised.len());
        for (_, words) in raised {
            if !reasons.contains(&words) {
                reasons.push(words);
            }
        }
        Unhappiness { p, reasons }
    }

    /// Name and weight of each signal, for the training report.
    pub fn named_weights(&self) -> impl Iterator<Item = (&'static str, f32)> + '_ {
        signals::NAMES.into_iter().zip(self.weights.iter().copied())
    }
}
