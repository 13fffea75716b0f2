//! What messages about nothing at all have in common.

use super::corpus::IntentCorpus;
use super::parts::FREEDOM;
use super::{FOLDS, OUTSIDE_SHARE};
use crate::nlu::heads::linear::Linear;
use crate::nlu::training::dense::{self, DenseData, DenseOptions, Loss};
use crate::nlu::training::folds;

/// A linear model that tells examples from messages known to be outside, and what it says
/// of each where it has not seen it.
pub(super) struct Chatter {
    pub(super) model: Linear,
    pub(super) examples: Vec<f32>,
    pub(super) outside: Vec<f32>,
}

impl Chatter {
    pub(super) fn fit(corpus: &IntentCorpus, fold_of: &[usize]) -> Self {
        let width = corpus.encodings.first().map_or(0, |encoding| encoding.vector.len());
        let mut chatter = Self {
            model: Linear { classes: 1, weights: vec![0.0; width], bias: vec![0.0] },
            examples: vec![0.0; corpus.messages()],
            outside: vec![0.0; corpus.outside.len()],
        };
        if corpus.outside.len() < FOLDS {
            return chatter;
        }
        let outside_fold = folds::grouped(corpus.outside.len(), FOLDS, 13);
        for fold in 0..FOLDS {
            let model = Self::model(corpus, |row| fold_of[row] != fold, |row| outside_fold[row] != fold);
            let score = |vector: &[f32]| model.logits(vector).first().copied().unwrap_or(0.0);
            for row in (0..corpus.messages()).filter(|&row| fold_of[row] == fold) {
                chatter.examples[row] = score(corpus.vector(row));
            }
            let outside = corpus.outside.iter().enumerate().filter(|&(row, _)| outside_fold[row] == fold);
            for (row, (_, vector)) in outside {
                chatter.outside[row] = score(vector);
            }
        }
        chatter.model = Self::model(corpus, |_| true, |_| true);
        chatter
    }

    fn model(corpus: &IntentCorpus, takes: impl Fn(usize) -> bool, takes_outside: impl Fn(usize) -> bool) -> Linear {
        let inside = (0..corpus.messages()).filter(|&row| takes(row)).map(|row| corpus.vector(row));
        let outside =
            (0..corpus.outside.len()).filter(|&row| takes_outside(row)).map(|row| corpus.outside[row].1.as_slice());
        let mut vectors: Vec<&[f32]> = inside.collect();
        let count = vectors.len();
        vectors.extend(outside);
        let targets: Vec<f32> = (0..vectors.len()).map(|row| f32::from(u8::from(row >= count))).collect();
        let outside_weight =
            count as f32 * OUTSIDE_SHARE / (1.0 - OUTSIDE_SHARE) / (vectors.len() - count).max(1) as f32;
        let weights: Vec<f32> = targets.iter().map(|&target| if target > 0.5 { outside_weight } else { 1.0 }).collect();
        let penalty = 1.0 / (FREEDOM * vectors.len() as f64);
        let data = DenseData::new(&vectors, &targets, Some(&weights), 1);
        dense::fit(&data, &DenseOptions { loss: Loss::Sigmoid, penalty, iterations: 100 }, None).model()
    }
}
