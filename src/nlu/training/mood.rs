//! Trains the mood head: a branch of the encoder, on general comments (GoEmotions) and on
//! support messages at once.
//!
//! It is measured on trades that stand in another folder and are never trained on: a model
//! that has read about hotels only tells nothing about hotels.

use std::sync::Arc;

use tch::{Device, Kind, Reduction, Tensor};

use super::TrainError;
use super::random::Random;
use super::tuning::{self, Dropout, Tuning};
use crate::nlu::encoder::training::{BranchInTraining, Tokens};
use crate::nlu::encoder::{Encoder, Wanted};
use crate::nlu::heads::linear::Linear;
use crate::nlu::heads::mood::{Emotion, MoodHead, OPINIONS};
use crate::nlu::heads::numbers::{argmax, log_softmax, sigmoid};
use crate::nlu::metrics;

/// Layers of the branch.
const DEPTH: usize = 3;

/// How often a support message is read for each time that a comment is.
const SUPPORT_READINGS: usize = 4;

/// One in so many rows of each kind is held back to set temperatures and thresholds.
const HELD_BACK: usize = 20;

/// How much each task counts beside the sentiment of comments. Each opinion learns from the
/// other kind as well, as far as that can be: what is angry or glad between friends would
/// be to a company, while what is plain may be a complaint.
const SUPPORT_WEIGHT: f64 = 1.5;
const KIND_WEIGHT: f64 = 0.3;
const EMOTIONS_WEIGHT: f64 = 12.0;

const SMOOTHING: f64 = 0.05;

/// A comment of the GoEmotions data set.
pub struct Comment {
    pub text: String,
    /// As [`crate::domain::SentimentLabel::ALL`] counts, each label's share: a comment may
    /// be marked as positive and as negative.
    pub sentiment: [f32; 3],
    /// One number an emotion: 1 where it is shown.
    pub emotions: Vec<f32>,
}

/// One of our own support messages.
pub struct Message {
    pub text: String,
    pub sentiment: u32,
}

pub struct TrainedMood {
    pub head: MoodHead,
    pub validation: MoodValidation,
}

/// On what was held back to set temperatures and thresholds; the figures that count come
/// from `rapport eval`.
#[derive(Clone, Debug, serde::Serialize)]
pub struct MoodValidation {
    pub comments: usize,
    pub messages: usize,
    pub comment_accuracy: f64,
    pub message_accuracy: f64,
    pub emotions_macro_f1: f64,
}

/// All rows: comments first, then messages.
struct Rows<'a> {
    comments: &'a [Comment],
    messages: &'a [Message],
    tokens: Vec<Tokens>,
}

/// `progress` is told what is being done and the share of it that is.
pub fn train(
    encoder: &Encoder,
    comments: &[Comment],
    messages: &[Message],
    emotion_names: &[String],
    progress: &dyn Fn(&str, f32),
) -> Result<TrainedMood, TrainError> {
    let untrained = encoder.untrained_branch(DEPTH)?;
    let texts: Vec<&str> = comments
        .iter()
        .map(|comment| comment.text.as_str())
        .chain(messages.iter().map(|message| message.text.as_str()))
        .collect();
    let wanted = Wanted { tokens_from: Some(untrained.trunk()), ..Wanted::default() };
    let told = |done: usize| progress("encoding comments and messages", done as f32 / texts.len().max(1) as f32);
    let encodings = encoder.read_all(&texts, &wanted, told)?;
    let rows = Rows { comments, messages, tokens: encodings.into_iter().map(|encoding| encoding.tokens).collect() };

    let (held_back, trained_on) = rows.split();
    let mut branch = BranchInTraining::start(encoder, &untrained);
    let outputs = OPINIONS + emotion_names.len();
    let width = branch.dimensions() as i64;
    let to = (Kind::Float, Device::Cpu);
    tch::manual_seed(17);
    let weights = branch.add_output(&(Tensor::randn([outputs as i64, width], to) * 0.02));
    let bias = branch.add_output(&Tensor::zeros([outputs as i64], to));
    let examples: Vec<&Tokens> = trained_on.iter().map(|&row| &rows.tokens[row]).collect();
    let loss = |said: &Tensor, batch: &[usize], dropout: &mut Dropout| {
        let logits = dropout.thin(said).linear(&weights, Some(&bias));
        let batch: Vec<usize> = batch.iter().map(|&example| trained_on[example]).collect();
        rows.loss(&logits, &batch, emotion_names.len())
    };
    let options = Tuning { epochs: 2.0, batch: 48, layer_rate: 3e-4, ..Tuning::default() };
    tuning::tune(&mut branch, &examples, &options, loss, &|done| progress("training the moods", done));

    let head = MoodHead {
        branch: Arc::new(branch.branch()),
        outputs: Linear { classes: outputs, weights: floats(&weights), bias: floats(&bias) },
        temperatures: [1.0; 2],
        emotions: emotion_names.iter().map(|name| Emotion { name: name.clone(), threshold: 0.5 }).collect(),
    };
    let tokens: Vec<&Tokens> = held_back.iter().map(|&row| &rows.tokens[row]).collect();
    let said: Vec<Vec<f32>> = tuning::outputs(&branch, &tokens).iter().map(|said| head.outputs.logits(said)).collect();
    Ok(rows.settle(head, &held_back, &said))
}

impl Rows<'_> {
    /// What is held back, and what is trained on: a row as often as it is read.
    fn split(&self) -> (Vec<usize>, Vec<usize>) {
        let mut order: Vec<usize> = (0..self.tokens.len()).collect();
        Random::seeded(21).shuffle(&mut order);
        let (mut held_back, mut trained_on) = (Vec::new(), Vec::new());
        for (place, row) in order.into_iter().enumerate() {
            if place % HELD_BACK == 0 {
                held_back.push(row);
                continue;
            }
            let readings = if row < self.comments.len() { 1 } else { SUPPORT_READINGS };
            trained_on.extend(std::iter::repeat_n(row, readings));
        }
        (held_back, trained_on)
    }

    fn loss(&self, logits: &Tensor, batch: &[usize], emotions: usize) -> Tensor {
        let (comments, messages): (Vec<usize>, Vec<usize>) =
            (0..batch.len()).partition(|&place| batch[place] < self.comments.len());
        let kinds: Vec<f32> = batch.iter().map(|&row| f32::from(u8::from(row >= self.comments.len()))).collect();
        let kind = logits.select(1, OPINIONS as i64 - 1);
        let mut loss = binary(&kind, &Tensor::from_slice(&kinds)) * KIND_WEIGHT;
        if !comments.is_empty() {
            let share = comments.len() as f64 / batch.len() as f64;
            let said = logits.index_select(0, &numbers(&comments));
            let of = |place: &usize| &self.comments[batch[*place]];
            let sentiments: Vec<f32> = comments.iter().flat_map(|place| of(place).sentiment).collect();
            let sentiments = Tensor::from_slice(&sentiments).view([-1, 3]);
            let surprise = |opinion: i64, weights: &Tensor| {
                let said = said.narrow(1, 3 * opinion, 3).log_softmax(-1, Kind::Float);
                -(said * &sentiments * weights).sum_dim_intlist(1, false, Kind::Float).mean(Kind::Float)
            };
            let all = Tensor::from_slice(&[1.0f32, 1.0, 1.0]);
            let plainly_felt = Tensor::from_slice(&[1.0f32, 0.0, 1.0]);
            let sentiment = surprise(0, &all) + surprise(1, &plainly_felt);
            let shown: Vec<f32> = comments.iter().flat_map(|place| of(place).emotions.iter().copied()).collect();
            let shown = Tensor::from_slice(&shown).view([-1, emotions as i64]);
            let emotions = binary(&said.narrow(1, OPINIONS as i64, emotions as i64), &shown);
            loss += (sentiment + emotions * EMOTIONS_WEIGHT) * share;
        }
        if !messages.is_empty() {
            let share = messages.len() as f64 / batch.len() as f64;
            let said = logits.index_select(0, &numbers(&messages));
            let labels: Vec<i64> = messages.iter().map(|&place| i64::from(self.label(batch[place]))).collect();
            let labels = Tensor::from_slice(&labels);
            let surprise = |opinion: i64| {
                let said = said.narrow(1, 3 * opinion, 3);
                said.cross_entropy_loss(&labels, None::<Tensor>, Reduction::Mean, -100, SMOOTHING)
            };
            loss += (surprise(0) + surprise(1) * SUPPORT_WEIGHT) * share;
        }
        loss
    }

    /// Of a message.
    fn label(&self, row: usize) -> u32 {
        self.messages[row - self.comments.len()].sentiment
    }

    /// Sets temperatures and thresholds by what was held back.
    fn settle(&self, mut head: MoodHead, held_back: &[usize], said: &[Vec<f32>]) -> TrainedMood {
        let mut judged: [Vec<(&[f32], usize)>; 2] = Default::default();
        let mut comments: Vec<(&[f32], &Comment)> = Vec::new();
        for (&row, said) in held_back.iter().zip(said) {
            match self.comments.get(row) {
                Some(comment) => {
                    comments.push((&said[OPINIONS..], comment));
                    // Only what is marked as one thing can be right or wrong.
                    if let Some(label) = comment.sentiment.iter().position(|&share| share > 0.99) {
                        judged[0].push((&said[..3], label));
                    }
                }
                None => judged[1].push((&said[3..6], self.label(row) as usize)),
            }
        }
        let mut macro_f1 = 0.0;
        for (number, emotion) in head.emotions.iter_mut().enumerate() {
            let p: Vec<f32> = comments.iter().map(|(said, _)| sigmoid(said[number])).collect();
            let shown: Vec<bool> = comments.iter().map(|(_, comment)| comment.emotions[number] > 0.5).collect();
            let (threshold, f1) = metrics::best_f1_threshold(&p, &shown);
            emotion.threshold = threshold;
            macro_f1 += f1 / comments.first().map_or(1, |(_, comment)| comment.emotions.len()) as f64;
        }
        head.temperatures = [temperature(&judged[0]), temperature(&judged[1])];
        let validation = MoodValidation {
            comments: comments.len(),
            messages: judged[1].len(),
            comment_accuracy: accuracy(&judged[0]),
            message_accuracy: accuracy(&judged[1]),
            emotions_macro_f1: macro_f1,
        };
        TrainedMood { head, validation }
    }
}

/// The temperature of the least surprise (Guo and others, 2017).
fn temperature(rows: &[(&[f32], usize)]) -> f32 {
    let surprise = |temperature: f32| -> f32 {
        let of = |(logits, label): &(&[f32], usize)| {
            let mut log_p: Vec<f32> = logits.iter().map(|logit| logit / temperature).collect();
            log_softmax(&mut log_p);
            -log_p[*label]
        };
        rows.iter().map(of).sum()
    };
    let tried = (0..60).map(|step| 0.4 * 1.05f32.powi(step));
    tried.min_by(|a, b| surprise(*a).total_cmp(&surprise(*b))).unwrap_or(1.0)
}

fn accuracy(rows: &[(&[f32], usize)]) -> f64 {
    let right = rows.iter().filter(|(logits, label)| argmax(logits) == *label).count();
    right as f64 / rows.len().max(1) as f64
}

fn binary(logits: &Tensor, targets: &Tensor) -> Tensor {
    logits.binary_cross_entropy_with_logits(targets, None::<Tensor>, None::<Tensor>, Reduction::Mean)
}

fn numbers(places: &[usize]) -> Tensor {
    Tensor::from_slice(&places.iter().map(|&place| place as i64).collect::<Vec<_>>())
}

fn floats(tensor: &Tensor) -> Vec<f32> {
    let flat = tensor.detach().contiguous().view([-1]);
    Vec::try_from(flat).expect("a flat float tensor: this is a bug")
}
