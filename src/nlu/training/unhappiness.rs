//! Trains the unhappiness head on dialogues whose customer turns are marked.
//!
//! Two layers, the second fitted to what the first says of dialogues that it has not seen.

use super::dense::{self, DenseData, DenseOptions, Loss};
use super::{folds, logistic};
use crate::domain::entry::AuthorKind;
use crate::nlu::heads::linear::Linear;
use crate::nlu::heads::mood::SentimentP;
use crate::nlu::heads::unhappiness::{Earlier, SignalModel, Signals, UnhappinessHead};
use crate::nlu::metrics;

const FOLDS: usize = 5;

/// Weights are held near zero by this much: there are a few hundred turns, not thousands.
const RIDGE: f64 = 4.0;

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
}

/// A message outside any dialogue, for the first layer only.
pub struct Single<'a> {
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

pub fn train(dialogues: &[Dialogue<'_>], singles: &[Single<'_>]) -> TrainedUnhappiness {
    let fold_of = folds::grouped(dialogues.len(), FOLDS, 31);
    let mut rows = Vec::new();
    let mut labels = Vec::new();
    let mut row_fold = Vec::new();
    for fold in 0..FOLDS {
        let complaint = fit_complaint(dialogues, singles, |dialogue| fold_of[dialogue] != fold);
        for (dialogue, _) in dialogues.iter().zip(&fold_of).filter(|&(_, &of)| of == fold) {
            for (signals, unhappy) in signals(dialogue, &complaint) {
                rows.push(signals);
                labels.push(unhappy);
                row_fold.push(fold);
            }
        }
    }
    // The second layer is judged on folds that it has not seen either.
    let mut unseen = vec![0.0; rows.len()];
    for fold in 0..FOLDS {
        let model = fit_signals(&rows, &labels, |row| row_fold[row] != fold);
        for row in (0..rows.len()).filter(|&row| row_fold[row] == fold) {
            unseen[row] = model.p(&rows[row]);
        }
    }
    let threshold = balanced_threshold(&unseen, &labels);
    let mut model = fit_signals(&rows, &labels, |_| true);
    model.threshold = threshold;

    let (precision, recall) = at_threshold(&unseen, &labels, threshold);
    let validation = UnhappinessValidation {
        dialogues: dialogues.len(),
        n: rows.len(),
        auc: metrics::auroc(&unseen, &labels),
        precision,
        recall,
        threshold,
    };
    let complaint = fit_complaint(dialogues, singles, |_| true);
    TrainedUnhappiness { head: UnhappinessHead { complaint, model }, validation }
}

fn fit_complaint(dialogues: &[Dialogue<'_>], singles: &[Single<'_>], takes_part: impl Fn(usize) -> bool) -> Linear {
    let mut vectors = Vec::new();
    let mut targets = Vec::new();
    let mut weights = Vec::new();
    for (_, dialogue) in dialogues.iter().enumerate().filter(|&(number, _)| takes_part(number)) {
        for turn in &dialogue.turns {
            if let (Some(vector), Some(unhappy)) = (turn.vector, turn.unhappy) {
                vectors.push(vector);
                targets.push(f32::from(u8::from(unhappy)));
                weights.push(2.0);
            }
        }
    }
    for single in singles {
        vectors.push(single.vector);
        targets.push(f32::from(u8::from(single.unhappy)));
        weights.push(1.0);
    }
    let data = DenseData::new(&vectors, &targets, Some(&weights), 1);
    let penalty = 1.0 / (2.0 * vectors.len().max(1) as f64);
    dense::fit(&data, &DenseOptions { loss: Loss::Sigmoid, penalty, iterations: 60 }, None).model()
}

/// The marked turns of a dialogue, each read with what came before it.
fn signals(dialogue: &Dialogue<'_>, complaint: &Linear) -> Vec<(Signals, bool)> {
    let mut earlier: Vec<Earlier<'_>> = Vec::with_capacity(dialogue.turns.len());
    let mut found = Vec::new();
    for turn in &dialogue.turns {
        if let (Some(vector), Some(sentiment), Some(unhappy)) = (turn.vector, &turn.sentiment, turn.unhappy) {
            let score = complaint.logits(vector).first().copied().unwrap_or(0.0);
            found.push((Signals::of(turn.text, score, sentiment, &earlier), unhappy));
        }
        earlier.push(Earlier {
            author: turn.author,
            text: turn.text,
            sentiment: turn.sentiment.map(|p| p[2] - p[0]),
            failed: false,
        });
    }
    found
}

fn fit_signals(rows: &[Signals], labels: &[bool], takes_part: impl Fn(usize) -> bool) -> SignalModel {
    let chosen: Vec<usize> = (0..rows.len()).filter(|&row| takes_part(row)).collect();
    let values: Vec<Vec<f32>> = chosen.iter().map(|&row| rows[row].values.to_vec()).collect();
    let unhappy: Vec<bool> = chosen.iter().map(|&row| labels[row]).collect();
    let model = logistic::fit(&values, &unhappy, &vec![1.0; chosen.len()], RIDGE);
    SignalModel { means: model.means, scales: model.scales, weights: model.weights, bias: model.bias, threshold: 0.5 }
}

/// The threshold with the best F1.
fn balanced_threshold(p: &[f32], labels: &[bool]) -> f32 {
    let f1 = |threshold: f32| {
        let (precision, recall) = at_threshold(p, labels, threshold);
        if precision + recall == 0.0 { 0.0 } else { 2.0 * precision * recall / (precision + recall) }
    };
    let candidates = (20..=80).map(|percent| percent as f32 / 100.0);
    candidates.max_by(|a, b| f1(*a).total_cmp(&f1(*b))).unwrap_or(0.5)
}

/// Precision and recall.
pub fn at_threshold(p: &[f32], labels: &[bool], threshold: f32) -> (f64, f64) {
    let said = p.iter().filter(|&&p| p >= threshold).count();
    let right = p.iter().zip(labels).filter(|&(&p, &unhappy)| p >= threshold && unhappy).count();
    let unhappy = labels.iter().filter(|&&unhappy| unhappy).count();
    (right as f64 / said.max(1) as f64, right as f64 / unhappy.max(1) as f64)
}
