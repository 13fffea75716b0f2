//! The branch of the encoder that learns a shop's intents.
//!
//! Each intent is a direction, each message a unit vector: the branch's beside the
//! encoder's own. Branch and directions are trained together so that messages turn towards
//! their intent's direction (a cosine classifier: Gidaris and Komodakis 2018).

use tch::{Kind, Reduction, Tensor};

use super::corpus::IntentCorpus;
use super::split::Split;
use crate::nlu::encoder::training::{BranchInTraining, Tokens};
use crate::nlu::encoder::{Branch, Encoder};
use crate::nlu::heads::intent::joined;
use crate::nlu::heads::linear::Linear;
use crate::nlu::training::tuning::{self, Dropout, Tuning};

/// What a cosine is multiplied with before the softmax.
const SCALE: f64 = 16.0;

/// Share of a label that is spread over all intents, since some labels are wrong.
const SMOOTHING: f64 = 0.1;

pub(super) struct TunedPart {
    pub(super) branch: Branch,
    pub(super) directions: Linear,
    /// Of the test rows, one after the other.
    pub(super) logits: Vec<f32>,
}

/// More passes where there is little to pass over, and never more work than for some
/// ten thousand examples.
pub(super) fn epochs(examples: usize) -> f64 {
    let examples = examples.max(1) as f64;
    (8_500.0 / examples).clamp(4.0, 10.0).min((60_000.0 / examples).max(1.0))
}

impl TunedPart {
    pub(super) fn fit(
        encoder: &Encoder,
        untrained: &Branch,
        corpus: &IntentCorpus,
        split: &Split,
        progress: &dyn Fn(f32),
    ) -> Self {
        let mut branch = BranchInTraining::start(encoder, untrained);
        let tokens: Vec<&Tokens> = split.train.iter().map(|&row| &corpus.encodings[row].tokens).collect();
        let labels: Vec<i64> = split.labels(corpus).into_iter().map(i64::from).collect();
        let before = joined_rows(&tuning::outputs(&branch, &tokens), corpus, &split.train);
        let directions = branch.add_output(&centres(&before, &labels, split.classes));

        let own = matrix(corpus.vectors(&split.train).into_iter());
        let labels = Tensor::from_slice(&labels);
        let loss = |said: &Tensor, rows: &[usize], dropout: &mut Dropout| {
            let rows: Vec<i64> = rows.iter().map(|&row| row as i64).collect();
            let rows = Tensor::from_slice(&rows);
            let own = dropout.thin(&own.index_select(0, &rows));
            let messages = Tensor::cat(&[unit(said, 1), own], 1) * std::f64::consts::FRAC_1_SQRT_2;
            let logits = messages.matmul(&unit(&directions, 0)) * SCALE;
            logits.cross_entropy_loss(&labels.index_select(0, &rows), None::<Tensor>, Reduction::Mean, -100, SMOOTHING)
        };
        let options = Tuning { epochs: epochs(split.train.len()), ..Tuning::default() };
        tuning::tune(&mut branch, &tokens, &options, loss, progress);

        let model = tch::no_grad(|| unit(&directions, 0) * SCALE);
        let test: Vec<&Tokens> = split.test.iter().map(|&row| &corpus.encodings[row].tokens).collect();
        let logits = if test.is_empty() {
            Vec::new()
        } else {
            let rows = joined_rows(&tuning::outputs(&branch, &test), corpus, &split.test);
            floats(&tch::no_grad(|| matrix(rows.iter().map(Vec::as_slice)).matmul(&model)))
        };
        let directions =
            Linear { classes: split.classes, weights: floats(&model.transpose(0, 1)), bias: vec![0.0; split.classes] };
        Self { branch: branch.branch(), directions, logits }
    }
}

fn joined_rows(said: &[Vec<f32>], corpus: &IntentCorpus, rows: &[usize]) -> Vec<Vec<f32>> {
    said.iter().zip(rows).map(|(said, &row)| joined(said, corpus.vector(row))).collect()
}

/// Each intent's messages added up: dimensions × classes.
fn centres(messages: &[Vec<f32>], labels: &[i64], classes: usize) -> Tensor {
    let width = messages.first().map_or(0, Vec::len);
    let mut sums = vec![0.0f32; classes * width];
    for (message, &label) in messages.iter().zip(labels) {
        let sum = &mut sums[label as usize * width..(label as usize + 1) * width];
        sum.iter_mut().zip(message).for_each(|(sum, x)| *sum += x);
    }
    let sums = Tensor::from_slice(&sums).view([classes as i64, width as i64]);
    tch::no_grad(|| unit(&sums.transpose(0, 1), 0))
}

fn unit(tensor: &Tensor, dimension: i64) -> Tensor {
    let length = tensor.norm_scalaropt_dim(2.0, [dimension], true).clamp_min(1e-6);
    tensor / length
}

fn matrix<'a>(rows: impl Iterator<Item = &'a [f32]>) -> Tensor {
    let rows: Vec<&[f32]> = rows.collect();
    Tensor::from_slice(&rows.concat()).view([rows.len() as i64, -1])
}

fn floats(tensor: &Tensor) -> Vec<f32> {
    let flat = tensor.detach().to_kind(Kind::Float).contiguous().view([-1]);
    Vec::try_from(flat).expect("a flat float tensor: this is a bug")
}
