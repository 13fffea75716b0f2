//! Training a branch of the encoder by gradients: [`AdamW`] with a warm-up and a linear
//! decline, in this process.
//!
//! The trunk stays as it is, so its outputs are computed once and every pass over the
//! examples costs the branch alone.

use tch::Tensor;

use super::adamw::AdamW;
use super::random::Random;
use crate::nlu::encoder::training::{BranchInTraining, LAYERS, Tokens};

/// Batches whose examples are put in order of length together, so that little is padded.
const SORTED_TOGETHER: usize = 20;

/// Share of the steps in which the rate rises.
const WARM_UP: f64 = 0.1;

#[derive(Clone, Copy, Debug)]
pub struct Tuning {
    pub epochs: f64,
    /// Examples in a step.
    pub batch: usize,
    /// Greatest learning rates: of the layers, and of the outputs above them.
    pub layer_rate: f64,
    pub output_rate: f64,
    pub dropout: f32,
}

impl Default for Tuning {
    fn default() -> Self {
        Self { epochs: 4.0, batch: 32, layer_rate: 3e-4, output_rate: 1e-3, dropout: 0.1 }
    }
}

/// Dropout (Srivastava and others 2014) with random numbers of its own: libtorch's are one
/// sequence for all threads, and a training would depend on what else is trained meanwhile.
pub struct Dropout {
    share: f32,
    random: Random,
}

impl Dropout {
    fn of_share(share: f32) -> Self {
        Self { share, random: Random::seeded(17) }
    }

    /// Some numbers become zero, and the others greater by as much as is lost.
    pub fn thin(&mut self, tensor: &Tensor) -> Tensor {
        let lost = (self.share * f32::from(u16::MAX)) as u16;
        let kept = 1.0 / (1.0 - self.share);
        let mut mask = Vec::with_capacity(tensor.numel() + 3);
        while mask.len() < tensor.numel() {
            // One random number is enough for four.
            let number = self.random.number();
            mask.extend([0, 16, 32, 48].map(|from| if (number >> from) as u16 >= lost { kept } else { 0.0 }));
        }
        tensor * Tensor::from_slice(&mask[..tensor.numel()]).to_kind(tensor.kind()).view(tensor.size().as_slice())
    }
}

/// Changes the branch and its outputs. `loss` gets what the branch says of a batch (texts ×
/// dimensions) and the numbers of its examples.
pub fn tune(
    branch: &mut BranchInTraining,
    examples: &[&Tokens],
    options: &Tuning,
    loss: impl Fn(&Tensor, &[usize], &mut Dropout) -> Tensor,
    progress: &dyn Fn(f32),
) {
    let mut random = Random::seeded(17);
    let mut dropout = Dropout::of_share(options.dropout);
    let mut optimiser = AdamW::of(branch.parameters());
    let steps_an_epoch = examples.len().div_ceil(options.batch).max(1);
    let steps = ((steps_an_epoch as f64 * options.epochs) as usize).max(1);
    let mut step = 0;
    while step < steps {
        for batch in batches(examples, options.batch, &mut random) {
            if step == steps {
                break;
            }
            let done = step as f64 / steps as f64;
            let share = ((step + 1) as f64 / (WARM_UP * steps as f64 + 1.0)).min(1.0) * (1.0 - done);
            let rate = |group| share * if group == LAYERS { options.layer_rate } else { options.output_rate };
            let texts: Vec<&Tokens> = batch.iter().map(|&example| examples[example]).collect();
            let said = branch.run(&texts, &mut |tensor| dropout.thin(&tensor));
            let loss = loss(&said, &batch, &mut dropout);
            optimiser.step(branch.parameters_mut(), &loss, rate);
            step += 1;
            progress(step as f32 / steps as f32);
        }
    }
}

/// What the branch says of many texts, in their order: a row for each.
pub fn outputs(branch: &BranchInTraining, texts: &[&Tokens]) -> Vec<Vec<f32>> {
    let _no_grad = tch::no_grad_guard();
    let width = branch.dimensions();
    let mut order: Vec<usize> = (0..texts.len()).collect();
    order.sort_by_key(|&text| texts[text].len());
    let mut said = vec![Vec::new(); texts.len()];
    for members in order.chunks(64) {
        let batch: Vec<&Tokens> = members.iter().map(|&text| texts[text]).collect();
        let flat = branch.run(&batch, &mut |tensor| tensor).contiguous().view([-1]);
        let flat = Vec::<f32>::try_from(flat).expect("a flat float tensor: this is a bug");
        for (&text, row) in members.iter().zip(flat.chunks_exact(width)) {
            said[text] = row.to_vec();
        }
    }
    said
}

/// All examples once, in random batches of like length.
fn batches(examples: &[&Tokens], size: usize, random: &mut Random) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..examples.len()).collect();
    random.shuffle(&mut order);
    let mut batches = Vec::new();
    for together in order.chunks_mut(size * SORTED_TOGETHER) {
        together.sort_by_key(|&example| examples[example].len());
        let mut sorted: Vec<Vec<usize>> = together.chunks(size).map(<[usize]>::to_vec).collect();
        random.shuffle(&mut sorted);
        batches.extend(sorted);
    }
    batches
}
