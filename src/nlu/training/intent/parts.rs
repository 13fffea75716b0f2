//! The views that linear models and neighbours take, each trained on one split.

use tch::{Kind, Tensor};

use super::corpus::IntentCorpus;
use super::split::Split;
use crate::nlu::heads::lexical::{Sparse, Vocabulary};
use crate::nlu::heads::neighbours::{NEIGHBOURS, Nearest};
use crate::nlu::training::dense::{self, DenseData, DenseOptions, Fitted, Loss};
use crate::nlu::training::sparse::{self, FittedSparse, SparseExample, SparseOptions};

/// scikit-learn's C of the models on vectors.
pub(super) const FREEDOM: f64 = 20.0;

/// The linear model on the vector, and the nearest examples.
pub(super) struct DensePart {
    pub(super) fitted: Fitted,
    /// Of the test rows.
    pub(super) logits: Vec<f32>,
    pub(super) nearest: Vec<Nearest>,
}

impl DensePart {
    pub(super) fn fit(corpus: &IntentCorpus, split: &Split) -> Self {
        let vectors = corpus.vectors(&split.train);
        let labels = split.labels(corpus);
        let data = DenseData::single_label(&vectors, &labels, split.classes);
        let penalty = 1.0 / (FREEDOM * split.train.len().max(1) as f64);
        let fitted = dense::fit(&data, &DenseOptions { loss: Loss::Softmax, penalty, iterations: 100 }, None);
        let test = corpus.vectors(&split.test);
        let (logits, nearest) = if test.is_empty() {
            Default::default()
        } else {
            (fitted.logits(&test), nearest(&test, &vectors, &labels))
        };
        Self { fitted, logits, nearest }
    }
}

/// The nearest training rows of many test rows.
pub(super) fn nearest(test: &[&[f32]], train: &[&[f32]], labels: &[u32]) -> Vec<Nearest> {
    let matrix = |rows: &[&[f32]]| Tensor::from_slice(&rows.concat()).view([rows.len() as i64, -1]);
    let train = matrix(train).transpose(0, 1);
    let count = NEIGHBOURS.min(labels.len());
    let mut found = Vec::with_capacity(test.len());
    for chunk in test.chunks(512) {
        let (cosines, rows) = matrix(chunk).matmul(&train).topk(count as i64, -1, true, true);
        let cosines = Vec::<f32>::try_from(cosines.contiguous().view([-1])).expect("floats: this is a bug");
        let rows = Vec::<i64>::try_from(rows.to_kind(Kind::Int64).contiguous().view([-1])).expect("this is a bug");
        for (cosines, rows) in cosines.chunks_exact(count).zip(rows.chunks_exact(count)) {
            found.push(cosines.iter().zip(rows).map(|(&cosine, &row)| (cosine, labels[row as usize])).collect());
        }
    }
    found
}

pub(super) struct LexicalPart {
    pub(super) vocabulary: Vocabulary,
    pub(super) fitted: FittedSparse,
}

impl LexicalPart {
    pub(super) fn fit(corpus: &IntentCorpus, split: &Split) -> Self {
        // What occurs once among thousands is noise; among dozens it may be all there is.
        let min_documents = if split.train.len() > 2000 { 2 } else { 1 };
        let texts = split.train.iter().map(|&row| corpus.texts[row].as_str());
        let vocabulary = Vocabulary::learn(texts.clone(), min_documents);
        let rows: Vec<Sparse> = texts.map(|text| vocabulary.features(text).0).collect();
        let labels = split.labels(corpus);
        let rows = rows.iter().zip(labels).map(|(row, label)| SparseExample { row, label, weight: 1.0 });
        let options = SparseOptions::default();
        let fitted = sparse::fit(&rows.collect::<Vec<_>>(), vocabulary.len(), split.classes, &options);
        Self { vocabulary, fitted }
    }
}

/// The linear model on what several layers make of a message.
pub(super) struct LayersPart {
    pub(super) fitted: Fitted,
    /// Of the test rows.
    pub(super) logits: Vec<f32>,
}

impl LayersPart {
    pub(super) fn fit(corpus: &IntentCorpus, split: &Split) -> Self {
        let views = |rows: &[usize]| -> Vec<&[f32]> {
            rows.iter().map(|&row| corpus.encodings[row].layers.as_slice()).collect()
        };
        let data = DenseData::single_label(&views(&split.train), &split.labels(corpus), split.classes);
        let penalty = 1.0 / (FREEDOM * split.train.len().max(1) as f64);
        let fitted = dense::fit(&data, &DenseOptions { loss: Loss::Softmax, penalty, iterations: 60 }, None);
        let logits = if split.test.is_empty() { Vec::new() } else { fitted.logits(&views(&split.test)) };
        Self { fitted, logits }
    }
}
