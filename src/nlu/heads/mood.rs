//! How a message sounds: negative, neutral or positive, and which emotions it shows.
//!
//! All of it is read from a branch of the encoder that was trained on comments of all
//! kinds and on messages of customers to companies. The two kinds are judged by different
//! measures: "two hours late and no one at the desk" is a plain fact between friends and
//! a complaint to a company. So there are two opinions on the sentiment, and a third
//! number says which kind of text this is (a mixture of experts: Jacobs and others, 1991).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::linear::Linear;
use super::numbers::{argmax, sigmoid, softmax};
use crate::domain::{Sentiment, SentimentLabel};
use crate::nlu::encoder::Branch;

#[derive(Clone, Debug, Default)]
pub struct MoodHead {
    pub branch: Arc<Branch>,
    /// Outputs in the order of [`OPINIONS`], then one for each emotion.
    pub outputs: Linear,
    /// Divides the sentiments' logits, so that probabilities are what they say: for
    /// comments, and for messages to companies.
    pub temperatures: [f32; 2],
    pub emotions: Vec<Emotion>,
}

/// An emotion, and the probability from which it counts as shown.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Emotion {
    pub name: String,
    pub threshold: f32,
}

/// Outputs before the emotions: three for comments, three for messages to companies, and
/// the log-odds of being one of the latter.
pub const OPINIONS: usize = 7;

/// Probabilities of the labels in the order of [`SentimentLabel::ALL`].
pub type SentimentP = [f32; 3];

/// What the branch says of one message.
#[derive(Clone, Debug)]
pub struct Moods {
    pub sentiment: SentimentP,
    pub emotions: BTreeMap<String, f32>,
}

impl MoodHead {
    /// `said` is what the head's branch says of the text.
    pub fn read(&self, said: &[f32]) -> Moods {
        let outputs = self.outputs.logits(said);
        let (opinions, emotions) = outputs.split_at(OPINIONS.min(outputs.len()));
        Moods {
            sentiment: mixed(opinions, &self.temperatures),
            emotions: self
                .emotions
                .iter()
                .map(|emotion| emotion.name.clone())
                .zip(emotions.iter().map(|&logit| sigmoid(logit)))
                .collect(),
        }
    }

    /// The emotions that are shown, of probabilities that [`MoodHead::read`] gave.
    pub fn shown<'a>(&'a self, moods: &'a Moods) -> impl Iterator<Item = &'a str> {
        let shown = |emotion: &&Emotion| moods.emotions.get(&emotion.name).is_some_and(|&p| p >= emotion.threshold);
        self.emotions.iter().filter(shown).map(|emotion| emotion.name.as_str())
    }
}

/// Both opinions, each as far as the text is of its kind.
pub fn mixed(opinions: &[f32], temperatures: &[f32; 2]) -> SentimentP {
    let [a, b, c, d, e, f, kind] = *opinions else { return [0.0, 1.0, 0.0] };
    let opinion = |logits: [f32; 3], temperature: f32| {
        let mut p = logits.map(|logit| logit / temperature);
        softmax(&mut p);
        p
    };
    let comment = opinion([a, b, c], temperatures[0]);
    let message = opinion([d, e, f], temperatures[1]);
    let share = sigmoid(kind);
    std::array::from_fn(|label| share * message[label] + (1.0 - share) * comment[label])
}

pub fn verdict(p: &SentimentP) -> Sentiment {
    let best = argmax(p);
    Sentiment { label: SentimentLabel::ALL[best], score: p[2] - p[0], confidence: p[best] }
}
