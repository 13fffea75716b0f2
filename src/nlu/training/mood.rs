//! Trains the mood head on general comments (GoEmotions) and on support messages.
//!
//! What is reported is measured on trades that were held out whole: a model that has read
//! about hotels only tells nothing about hotels.

use super::dense::{self, DenseData, DenseOptions, Loss};
use super::folds;
use super::logistic::{self, Opinions};
use super::sparse::{self, FittedSparse, SparseExample, SparseOptions};
use crate::nlu::heads::lexical::{LexicalModel, Sparse, Vocabulary};
use crate::nlu::heads::linear::Linear;
use crate::nlu::heads::mood::{MoodHead, SentimentP, blended};
use crate::nlu::heads::numbers::{argmax, log_softmax};
use crate::nlu::metrics;

/// How many general comments one support message outweighs.
const SUPPORT_WEIGHT: f32 = 8.0;

const FOLDS: usize = 5;

/// A comment of the GoEmotions data set.
pub struct Comment<'a> {
    pub text: &'a str,
    pub vector: &'a [f32],
    /// As [`crate::domain::SentimentLabel::ALL`] counts; `None` where it is both.
    pub sentiment: Option<u32>,
    /// Numbers of the shown emotions.
    pub emotions: Vec<usize>,
}

/// One of our own support messages.
pub struct Message<'a> {
    pub text: &'a str,
    pub vector: &'a [f32],
    pub trade: &'a str,
    pub sentiment: u32,
}

pub struct TrainedMood {
    pub head: MoodHead,
    pub validation: MoodValidation,
    /// The blend's probabilities for each support message, by models that have not seen its trade.
    pub unseen: Vec<SentimentP>,
}

#[derive(Clone, Debug, serde::Serialize)]
pub struct MoodValidation {
    pub n: usize,
    pub trades: usize,
    pub accuracy: f64,
    pub macro_f1: f64,
    pub ece: f64,
    pub blend: [f32; 3],
}

pub fn train(
    comments: &[Comment<'_>],
    messages: &[Message<'_>],
    emotion_names: &[String],
    progress: &dyn Fn(f32),
) -> TrainedMood {
    let fold_of = by_trade(messages);
    let texts = comments.iter().map(|comment| comment.text).chain(messages.iter().map(|message| message.text));
    let vocabulary = Vocabulary::learn(texts, 3);
    let wording = Wording::of(&vocabulary, comments, messages);

    let mut unseen: Vec<[Vec<f32>; 3]> = vec![Default::default(); messages.len()];
    for fold in 0..FOLDS {
        let models = Models::fit(comments, messages, &wording, vocabulary.len(), |row| fold_of[row] != fold);
        for (row, message) in messages.iter().enumerate().filter(|&(row, _)| fold_of[row] == fold) {
            unseen[row] = [
                models.general.logits(message.vector),
                models.support.logits(message.vector),
                models.wording.logits(&wording.messages[row]),
            ];
            unseen[row].iter_mut().for_each(|logits| log_softmax(logits));
        }
        progress((fold + 1) as f32 / (FOLDS + 2) as f32);
    }
    let blend = fit_blend(messages, &unseen);
    let unseen: Vec<SentimentP> = unseen.into_iter().map(|opinions| blended(opinions, &blend)).collect();
    let validation = validate(messages, &unseen, blend);

    let models = Models::fit(comments, messages, &wording, vocabulary.len(), |_| true);
    progress((FOLDS + 1) as f32 / (FOLDS + 2) as f32);
    let head = MoodHead {
        general: models.general,
        support: models.support,
        wording: LexicalModel::quantised(vocabulary, &models.wording.weights, models.wording.bias),
        blend,
        emotion_names: emotion_names.to_vec(),
        emotions: fit_emotions(comments, emotion_names.len()),
    };
    progress(1.0);
    TrainedMood { head, validation, unseen }
}

/// Folds of whole trades.
fn by_trade(messages: &[Message<'_>]) -> Vec<usize> {
    let mut trades: Vec<&str> = messages.iter().map(|message| message.trade).collect();
    trades.sort_unstable();
    trades.dedup();
    let fold_of_trade = folds::grouped(trades.len(), FOLDS, 21);
    let find = |message: &Message<'_>| trades.binary_search(&message.trade).map_or(0, |trade| fold_of_trade[trade]);
    messages.iter().map(find).collect()
}

struct Wording {
    comments: Vec<Sparse>,
    messages: Vec<Sparse>,
}

impl Wording {
    fn of(vocabulary: &Vocabulary, comments: &[Comment<'_>], messages: &[Message<'_>]) -> Self {
        Self {
            comments: comments.iter().map(|comment| vocabulary.features(comment.text).0).collect(),
            messages: messages.iter().map(|message| vocabulary.features(message.text).0).collect(),
        }
    }
}

struct Models {
    general: Linear,
    support: Linear,
    wording: FittedSparse,
}

impl Models {
    fn fit(
        comments: &[Comment<'_>],
        messages: &[Message<'_>],
        wording: &Wording,
        features: usize,
        takes_part: impl Fn(usize) -> bool,
    ) -> Self {
        let mut vectors = Vec::new();
        let mut labels = Vec::new();
        let mut weights = Vec::new();
        let mut sparse = Vec::new();
        for (comment, row) in comments.iter().zip(&wording.comments) {
            let Some(label) = comment.sentiment else { continue };
            vectors.push(comment.vector);
            labels.push(label);
            weights.push(1.0);
            sparse.push(SparseExample { row, label, weight: 1.0 });
        }
        let general_rows = vectors.len();
        for (number, (message, row)) in messages.iter().zip(&wording.messages).enumerate() {
            if takes_part(number) {
                vectors.push(message.vector);
                labels.push(message.sentiment);
                weights.push(SUPPORT_WEIGHT);
                // Less than for the vectors: one line's words are its own.
                sparse.push(SparseExample { row, label: message.sentiment, weight: SUPPORT_WEIGHT / 2.0 });
            }
        }
        let options = SparseOptions { epochs: 8, step: 0.5, freedom: 1.0 };
        Self {
            general: linear(&vectors, &labels, &weights, 10.0),
            support: linear(&vectors[general_rows..], &labels[general_rows..], &weights[general_rows..], 3.0),
            wording: sparse::fit(&sparse, features, 3, &options),
        }
    }
}

fn linear(vectors: &[&[f32]], labels: &[u32], weights: &[f32], freedom: f64) -> Linear {
    let mut targets = vec![0.0f32; labels.len() * 3];
    for (row, &label) in labels.iter().enumerate() {
        targets[row * 3 + label as usize] = 1.0;
    }
    let data = DenseData::new(vectors, &targets, Some(weights), 3);
    let penalty = 1.0 / (freedom * labels.len().max(1) as f64);
    dense::fit(&data, &DenseOptions { loss: Loss::Softmax, penalty, iterations: 100 }, None).model()
}

fn fit_emotions(comments: &[Comment<'_>], emotions: usize) -> Linear {
    let vectors: Vec<&[f32]> = comments.iter().map(|comment| comment.vector).collect();
    let mut targets = vec![0.0f32; comments.len() * emotions];
    for (row, comment) in comments.iter().enumerate() {
        for &emotion in &comment.emotions {
            targets[row * emotions + emotion] = 1.0;
        }
    }
    let data = DenseData::new(&vectors, &targets, None, emotions);
    let penalty = 1.0 / (10.0 * comments.len().max(1) as f64);
    dense::fit(&data, &DenseOptions { loss: Loss::Sigmoid, penalty, iterations: 80 }, None).model()
}

fn fit_blend(messages: &[Message<'_>], unseen: &[[Vec<f32>; 3]]) -> [f32; 3] {
    let rows: Vec<Opinions<'_>> = messages
        .iter()
        .zip(unseen)
        .map(|(message, opinions)| Opinions {
            views: opinions.iter().map(Vec::as_slice).collect(),
            truth: message.sentiment as usize,
            weight: 1.0,
        })
        .collect();
    let weights = logistic::blend(&rows, 3);
    [weights[0], weights[1], weights[2]]
}

fn validate(messages: &[Message<'_>], unseen: &[SentimentP], blend: [f32; 3]) -> MoodValidation {
    let truth: Vec<usize> = messages.iter().map(|message| message.sentiment as usize).collect();
    let predicted: Vec<usize> = unseen.iter().map(|p| argmax(p)).collect();
    let confidence: Vec<f32> = unseen.iter().zip(&predicted).map(|(p, &best)| p[best]).collect();
    let right: Vec<bool> = truth.iter().zip(&predicted).map(|(t, p)| t == p).collect();
    let mut trades: Vec<&str> = messages.iter().map(|message| message.trade).collect();
    trades.sort_unstable();
    trades.dedup();
    MoodValidation {
        n: messages.len(),
        trades: trades.len(),
        accuracy: metrics::accuracy(&truth, &predicted),
        macro_f1: metrics::macro_f1(&truth, &predicted),
        ece: metrics::ece(&confidence, &right),
        blend,
    }
}
