//! Trains the unhappiness head on dialogues whose customer turns are marked.
//!
//! Two layers, the second fitted to what the first says of dialogues that it has not seen.
//! The second hears, too, how unhappy the customer was a message ago; in training that is
//! what a model says that has not seen the dialogue, found in a few rounds.

use super::dense::{self, DenseData, DenseOptions, Loss};
use super::sparse::{self, SparseExample, SparseOptions};
use super::{folds, logistic};
use crate::domain::entry::AuthorKind;
use crate::nlu::heads::lexical::{LexicalModel, Sparse, Vocabulary};
use crate::nlu::heads::linear::Linear;
use crate::nlu::heads::mood::SentimentP;
use crate::nlu::heads::unhappiness::{Earlier, Heard, SignalModel, Signals, UnhappinessHead, complaint};
use crate::nlu::metrics;

const FOLDS: usize = 5;

/// Weights are held near zero by this much: there are about a thousand turns.
const RIDGE: f64 = 4.0;

/// How many single messages one turn of a dialogue outweighs: it is what will be read.
const TURN_WEIGHT: f32 = 5.0;

/// Until what was said a message ago no longer changes what is said now.
const ROUNDS: usize = 3;

pub struct Dialogue<'a> {
    pub turns: Vec<Turn<'a>>,
}

pub struct Turn<'a> {
    pub author: AuthorKind,
    pub text: &'a str,
    /// Of customer turns.
    pub vector: Option<&'a [f32]>,
    /// Of customer turns, as the mood head reads it.
    pub sentiment: Option<SentimentP>,
    /// Of marked customer turns.
    pub unhappy: Option<bool>,
    /// Minutes since the turn before it, where that is known.
    pub after: Option<f32>,
}

/// A message outside any dialogue, for the first layer only.
pub struct Single<'a> {
    pub text: &'a str,
    pub vector: &'a [f32],
    pub unhappy: bool,
}

pub struct TrainedUnhappiness {
    pub head: UnhappinessHead,
    pub validation: UnhappinessValidation,
}

#[derive(Clone, Debug, serde::Serialize)]
pub struct UnhappinessValidation {
    pub dialogues: usize,
    pub n: usize,
    pub auc: Option<f64>,
    pub precision: f64,
    pub recall: f64,
    pub threshold: f32,
}

/// A customer's turn, as the second layer sees it.
struct Row {
    signals: Signals,
    unhappy: Option<bool>,
    fold: usize,
    /// The row of the customer's message before, unless a person has answered it.
    before: Option<usize>,
}

pub fn train(dialogues: &[Dialogue<'_>], singles: &[Single<'_>]) -> TrainedUnhappiness {
    let fold_of = folds::grouped(dialogues.len(), FOLDS, 31);
    let texts = customer_turns(dialogues).map(|(turn, _)| turn.text).chain(singles.iter().map(|single| single.text));
    let vocabulary = Vocabulary::learn(texts, 2);
    let mut rows = Vec::new();
    for fold in 0..FOLDS {
        let first = FirstLayer::fit(dialogues, singles, &vocabulary, |dialogue| fold_of[dialogue] != fold);
        for (dialogue, _) in dialogues.iter().zip(&fold_of).filter(|&(_, &of)| of == fold) {
            first.rows(dialogue, &vocabulary, fold, &mut rows);
        }
    }
    let unseen = judge_unseen(&mut rows);
    let marked: Vec<(f32, bool)> = rows.iter().zip(&unseen).filter_map(|(row, &p)| Some((p, row.unhappy?))).collect();
    let (p, labels): (Vec<f32>, Vec<bool>) = marked.into_iter().unzip();
    let threshold = balanced_threshold(&p, &labels);
    let mut model = fit_signals(&rows, |_| true);
    model.threshold = threshold;

    let (precision, recall) = at_threshold(&p, &labels, threshold);
    let validation = UnhappinessValidation {
        dialogues: dialogues.len(),
        n: p.len(),
        auc: metrics::auroc(&p, &labels),
        precision,
        recall,
        threshold,
    };
    let first = FirstLayer::fit(dialogues, singles, &vocabulary, |_| true);
    let wording = LexicalModel::quantised(vocabulary, &first.wording.weights, first.wording.bias);
    TrainedUnhappiness { head: UnhappinessHead { complaint: first.complaint, wording, model }, validation }
}

/// Marked turns of customers, with their vectors.
fn customer_turns<'a, 'b>(dialogues: &'b [Dialogue<'a>]) -> impl Iterator<Item = (&'b Turn<'a>, &'a [f32])> {
    dialogues.iter().flat_map(|dialogue| &dialogue.turns).filter_map(|turn| Some((turn, turn.vector?)))
}

/// What a message by itself tells: by its vector and by its words.
struct FirstLayer {
    complaint: Linear,
    wording: sparse::FittedSparse,
}

impl FirstLayer {
    fn fit(
        dialogues: &[Dialogue<'_>],
        singles: &[Single<'_>],
        vocabulary: &Vocabulary,
        takes_part: impl Fn(usize) -> bool,
    ) -> Self {
        let mut vectors = Vec::new();
        let mut targets = Vec::new();
        let mut weights = Vec::new();
        let mut features: Vec<Sparse> = Vec::new();
        let mut add = |text: &str, vector, unhappy: bool, weight: f32| {
            vectors.push(vector);
            targets.push(f32::from(u8::from(unhappy)));
            weights.push(weight);
            features.push(vocabulary.features(text).0);
        };
        for (_, dialogue) in dialogues.iter().enumerate().filter(|&(number, _)| takes_part(number)) {
            for turn in &dialogue.turns {
                if let (Some(vector), Some(unhappy)) = (turn.vector, turn.unhappy) {
                    add(turn.text, vector, unhappy, TURN_WEIGHT);
                }
            }
        }
        for single in singles {
            add(single.text, single.vector, single.unhappy, 1.0);
        }
        let data = DenseData::new(&vectors, &targets, Some(&weights), 1);
        let penalty = 1.0 / weights.iter().map(|&weight| f64::from(weight)).sum::<f64>().max(1.0);
        let complaint = dense::fit(&data, &DenseOptions { loss: Loss::Sigmoid, penalty, iterations: 80 }, None).model();
        let examples: Vec<SparseExample<'_>> = features
            .iter()
            .zip(&targets)
            .zip(&weights)
            .map(|((row, &target), &weight)| SparseExample { row, label: u32::from(target > 0.5), weight })
            .collect();
        let options = SparseOptions { epochs: 10, step: 0.5, freedom: 3.0 };
        Self { complaint, wording: sparse::fit(&examples, vocabulary.len(), 2, &options) }
    }

    /// Appends the customer's turns of a dialogue, each read with what came before it.
    fn rows(&self, dialogue: &Dialogue<'_>, vocabulary: &Vocabulary, fold: usize, rows: &mut Vec<Row>) {
        let mut earlier: Vec<Earlier<'_>> = Vec::with_capacity(dialogue.turns.len());
        let mut before = None;
        for turn in &dialogue.turns {
            let minutes = turn.after.unwrap_or(0.0);
            earlier.iter_mut().for_each(|turn| turn.minutes_ago = Some(turn.minutes_ago.unwrap_or(0.0) + minutes));
            if let (Some(vector), Some(sentiment)) = (turn.vector, turn.sentiment) {
                let words = self.wording.logits(&vocabulary.features(turn.text).0);
                let heard =
                    Heard { sentiment, complaint: complaint(&self.complaint, vector), wording: words[1] - words[0] };
                let signals = Signals::of(turn.text, &heard, &earlier);
                rows.push(Row { signals, unhappy: turn.unhappy, fold, before });
                before = Some(rows.len() - 1);
            }
            if turn.author == AuthorKind::Agent {
                before = None;
            }
            earlier.push(Earlier {
                author: turn.author,
                text: turn.text,
                sentiment: turn.sentiment.map(|p| p[2] - p[0]),
                unhappiness: None,
                failed: false,
                minutes_ago: Some(0.0),
            });
        }
    }
}

/// What models that have not seen a row's dialogue say of it. In the end, each row knows what
/// was said of the one before it.
fn judge_unseen(rows: &mut [Row]) -> Vec<f32> {
    let mut unseen = vec![0.0; rows.len()];
    for _ in 0..ROUNDS {
        for row in rows.iter_mut() {
            row.signals.set_unhappy_before(row.before.map_or(0.0, |before| unseen[before]));
        }
        for fold in 0..FOLDS {
            let model = fit_signals(rows, |row| row.fold != fold);
            for (row, p) in rows.iter().zip(&mut unseen).filter(|(row, _)| row.fold == fold) {
                *p = model.p(&row.signals);
            }
        }
    }
    unseen
}

fn fit_signals(rows: &[Row], takes_part: impl Fn(&Row) -> bool) -> SignalModel {
    let chosen = rows.iter().filter(|row| takes_part(row)).filter_map(|row| Some((row, row.unhappy?)));
    let (values, unhappy): (Vec<Vec<f32>>, Vec<bool>) =
        chosen.map(|(row, unhappy)| (row.signals.values.to_vec(), unhappy)).unzip();
    let model = logistic::fit(&values, &unhappy, &vec![1.0; unhappy.len()], RIDGE);
    SignalModel { means: model.means, scales: model.scales, weights: model.weights, bias: model.bias, threshold: 0.5 }
}

/// The threshold at which precision and recall are nearest to each other.
fn balanced_threshold(p: &[f32], labels: &[bool]) -> f32 {
    let apart = |threshold: f32| {
        let (precision, recall) = at_threshold(p, labels, threshold);
        (precision - recall).abs()
    };
    let candidates = (20..=80).map(|percent| percent as f32 / 100.0);
    candidates.min_by(|a, b| apart(*a).total_cmp(&apart(*b))).unwrap_or(0.5)
}

/// Precision and recall.
pub fn at_threshold(p: &[f32], labels: &[bool], threshold: f32) -> (f64, f64) {
    let said = p.iter().filter(|&&p| p >= threshold).count();
    let right = p.iter().zip(labels).filter(|&(&p, &unhappy)| p >= threshold && unhappy).count();
    let unhappy = labels.iter().filter(|&&unhappy| unhappy).count();
    (right as f64 / said.max(1) as f64, right as f64 / unhappy.max(1) as f64)
}
