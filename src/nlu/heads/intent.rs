//! What a message is about: five views of it, blended, and whether any intent covers it.
//!
//! The views: a linear model on the vector (what is meant), one on what several layers
//! make of the message, one on the wording, the nearest examples, and a branch of the
//! encoder that was trained on the examples. Their log-probabilities are added with
//! weights found by cross-validation; a temperature makes the result a calibrated
//! probability. The rule for what no intent covers looks at three of the views only: the
//! trained ones are as sure of strange messages as of known ones.

use std::sync::Arc;

use super::lexical::LexicalModel;
use super::linear::Linear;
use super::neighbours::{self, Nearest, Neighbours};
use super::numbers::{argmax, log_odds, log_softmax, sigmoid, softmax};
use crate::nlu::encoder::{Branch, Encoding};

#[derive(Clone, Debug, Default)]
pub struct IntentHead {
    pub labels: Vec<String>,
    pub dense: Linear,
    /// On [`Encoding::layers`].
    pub layers: Linear,
    pub lexical: LexicalModel,
    pub neighbours: Neighbours,
    pub tuned: Option<TunedIntent>,
    pub blend: Blend,
    /// One class: how much a message is like those that no shop's intents cover.
    pub chatter: Linear,
    /// The three views that the scope rule goes by.
    pub scope_blend: Blend,
    pub scope: ScopeRule,
}

/// A branch of the encoder, and the directions in which it sees the intents.
#[derive(Clone, Debug, Default)]
pub struct TunedIntent {
    pub branch: Arc<Branch>,
    /// On [`joined`] vectors.
    pub directions: Linear,
}

/// The branch's vector beside the encoder's, of length 1 together: what was known before
/// the training stays in sight.
pub fn joined(branch: &[f32], vector: &[f32]) -> Vec<f32> {
    let length = branch.iter().map(|x| x * x).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
    let half = std::f32::consts::FRAC_1_SQRT_2;
    branch.iter().map(|x| x / length * half).chain(vector.iter().map(|x| x * half)).collect()
}

/// One message as the views see it: log-probabilities per class, and what the scope rule
/// needs besides. A view that was not taken is empty.
#[derive(Clone, Debug, Default)]
pub struct Views {
    pub dense: Vec<f32>,
    pub layers: Vec<f32>,
    pub lexical: Vec<f32>,
    pub neighbours: Vec<f32>,
    pub tuned: Vec<f32>,
    pub nearest: Nearest,
    /// Log of the summed exponentials of the dense logits, before they were normalised.
    pub energy: f32,
    /// Share of the message's words and word pairs that training has seen.
    pub known: f32,
    /// Log-odds of being chatter; 0 where training had no such messages.
    pub chatter: f32,
}

#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Blend {
    pub dense: f32,
    pub layers: f32,
    pub lexical: f32,
    pub neighbours: f32,
    pub tuned: f32,
    pub temperature: f32,
}

impl Default for Blend {
    fn default() -> Self {
        Self { dense: 1.0, layers: 0.0, lexical: 0.5, neighbours: 0.3, tuned: 0.0, temperature: 1.0 }
    }
}

/// The views in the order of [`Blend::of`].
pub const VIEWS: [&str; 5] = ["dense", "layers", "lexical", "neighbours", "tuned"];

impl Blend {
    /// Of weights that are made to add up to 1: the temperature takes up what that changes.
    pub fn of(weights: [f32; VIEWS.len()]) -> Self {
        let total = weights.iter().sum::<f32>().max(0.05);
        let [dense, layers, lexical, neighbours, tuned] = weights.map(|weight| weight / total);
        Self { dense, layers, lexical, neighbours, tuned, temperature: 1.0 / total }
    }

    /// One view and nothing else.
    pub fn alone(view: usize) -> Self {
        Self::of(std::array::from_fn(|other| f32::from(u8::from(other == view))))
    }

    /// Unnormalised log-probabilities before the temperature.
    pub fn scores(&self, views: &Views) -> Vec<f32> {
        let weights = [self.dense, self.layers, self.lexical, self.neighbours, self.tuned];
        let mut scores = vec![0.0; views.dense.len()];
        for (weight, view) in weights.into_iter().zip(views.log_p()) {
            scores.iter_mut().zip(view).for_each(|(score, log_p)| *score += weight * log_p);
        }
        scores
    }

    pub fn probabilities(&self, views: &Views) -> Vec<f32> {
        let mut scores = self.scores(views);
        scores.iter_mut().for_each(|score| *score /= self.temperature);
        softmax(&mut scores);
        scores
    }
}

/// Things about a reading that differ between what intents cover and what they do not.
pub const SCOPE_FEATURES: usize = 9;

/// A logistic model of "no intent covers this", and the probability from which it is said.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct ScopeRule {
    pub means: Vec<f32>,
    pub scales: Vec<f32>,
    pub weights: Vec<f32>,
    pub bias: f32,
    pub threshold: f32,
}

impl ScopeRule {
    /// Probability that no intent covers the message.
    pub fn outside(&self, features: &[f32; SCOPE_FEATURES]) -> f32 {
        let standard = features.iter().zip(&self.means).zip(&self.scales).map(|((x, mean), scale)| (x - mean) / scale);
        sigmoid(self.bias + standard.zip(&self.weights).map(|(x, weight)| x * weight).sum::<f32>())
    }
}

pub fn scope_features(views: &Views, probabilities: &[f32]) -> [f32; SCOPE_FEATURES] {
    let best = argmax(probabilities);
    let entropy: f32 = probabilities.iter().map(|p| if *p > 0.0 { -p * p.ln() } else { 0.0 }).sum();
    let nearest = views.nearest.first().map_or(0.0, |&(cosine, _)| cosine);
    let closest_few = views.nearest.iter().take(5);
    let few = closest_few.clone().map(|(cosine, _)| cosine).sum::<f32>() / closest_few.len().max(1) as f32;
    let agreeing = views.nearest.iter().filter(|&&(_, label)| label as usize == best);
    [
        log_odds(probabilities.get(best).copied().unwrap_or(0.0)),
        entropy,
        nearest,
        few,
        agreeing.count() as f32 / views.nearest.len().max(1) as f32,
        views.energy,
        views.lexical.get(best).copied().unwrap_or(0.0),
        views.known,
        views.chatter,
    ]
}

/// The head's verdict on one message.
#[derive(Clone, Debug)]
pub struct IntentVerdict {
    /// One per label.
    pub probabilities: Vec<f32>,
    /// Probability that no intent covers it.
    pub outside: f32,
    pub out_of_scope: bool,
}

impl IntentVerdict {
    pub fn best(&self) -> usize {
        argmax(&self.probabilities)
    }
}

impl IntentHead {
    /// `tuned` is what the head's own branch says of the text, where it has one.
    pub fn read(&self, text: &str, encoding: &Encoding, tuned: Option<&[f32]>) -> IntentVerdict {
        let views = self.views(text, encoding, tuned);
        let probabilities = self.blend.probabilities(&views);
        let outside = self.scope.outside(&scope_features(&views, &self.scope_blend.probabilities(&views)));
        IntentVerdict { out_of_scope: outside >= self.scope.threshold, probabilities, outside }
    }

    pub fn views(&self, text: &str, encoding: &Encoding, tuned: Option<&[f32]>) -> Views {
        let vector = &encoding.vector;
        let (features, known) = self.lexical.vocabulary.features(text);
        let nearest = self.neighbours.nearest(vector);
        let chatter = self.chatter.logits(vector).first().copied().unwrap_or(0.0);
        let views = Views::new(self.dense.logits(vector), self.lexical.logits(&features), nearest, known);
        let tuned = match (&self.tuned, tuned) {
            (Some(own), Some(said)) => own.directions.logits(&joined(said, vector)),
            _ => Vec::new(),
        };
        views.with_layers(self.layers.logits(&encoding.layers)).with_tuned(tuned).with_chatter(chatter)
    }
}

impl Views {
    /// In the order of [`VIEWS`].
    pub fn log_p(&self) -> [&Vec<f32>; VIEWS.len()] {
        [&self.dense, &self.layers, &self.lexical, &self.neighbours, &self.tuned]
    }

    pub fn new(mut dense: Vec<f32>, mut lexical: Vec<f32>, nearest: Nearest, known: f32) -> Self {
        let energy = super::numbers::log_sum_exp(&dense);
        log_softmax(&mut dense);
        log_softmax(&mut lexical);
        let neighbours = neighbours::vote(&nearest, dense.len());
        Self { dense, lexical, neighbours, nearest, energy, known, ..Self::default() }
    }

    #[must_use]
    pub fn with_layers(mut self, mut logits: Vec<f32>) -> Self {
        log_softmax(&mut logits);
        self.layers = logits;
        self
    }

    #[must_use]
    pub fn with_tuned(mut self, mut logits: Vec<f32>) -> Self {
        log_softmax(&mut logits);
        self.tuned = logits;
        self
    }

    #[must_use]
    pub fn with_chatter(mut self, log_odds: f32) -> Self {
        self.chatter = log_odds;
        self
    }
}
