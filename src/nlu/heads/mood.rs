//! How a message sounds: negative, neutral or positive, and which emotions it shows.
//!
//! Three opinions are blended: a linear model on the vector trained on general comments and
//! support messages, one trained on support messages alone (where complaints are told as
//! facts, without emotion words), and one on the wording. The emotions come from general
//! comments and are independent of each other: a message may show several or none.

use std::collections::BTreeMap;

use super::lexical::LexicalModel;
use super::linear::Linear;
use super::numbers::{argmax, log_softmax, sigmoid, softmax};
use crate::domain::{Sentiment, SentimentLabel};

#[derive(Clone, Debug, Default)]
pub struct MoodHead {
    pub general: Linear,
    pub support: Linear,
    pub wording: LexicalModel,
    /// Weights of the three opinions; their sum plays the part of a temperature.
    pub blend: [f32; 3],
    pub emotion_names: Vec<String>,
    pub emotions: Linear,
}

/// Probabilities of the labels in the order of [`SentimentLabel::ALL`].
pub type SentimentP = [f32; 3];

impl MoodHead {
    pub fn sentiment(&self, text: &str, vector: &[f32]) -> SentimentP {
        let (features, _) = self.wording.vocabulary.features(text);
        let opinions = [self.general.logits(vector), self.support.logits(vector), self.wording.logits(&features)];
        blended(opinions, &self.blend)
    }

    pub fn emotions(&self, vector: &[f32]) -> BTreeMap<String, f32> {
        let logits = self.emotions.logits(vector);
        self.emotion_names.iter().cloned().zip(logits.into_iter().map(sigmoid)).collect()
    }
}

/// Logits of each opinion to one probability per label.
pub fn blended(opinions: [Vec<f32>; 3], weights: &[f32; 3]) -> SentimentP {
    let mut scores = vec![0.0f32; 3];
    for (mut opinion, weight) in opinions.into_iter().zip(weights) {
        log_softmax(&mut opinion);
        scores.iter_mut().zip(&opinion).for_each(|(score, log_p)| *score += weight * log_p);
    }
    softmax(&mut scores);
    [scores[0], scores[1], scores[2]]
}

pub fn verdict(p: &SentimentP) -> Sentiment {
    let best = argmax(p);
    Sentiment { label: SentimentLabel::ALL[best], score: p[2] - p[0], confidence: p[best] }
}
