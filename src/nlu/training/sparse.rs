//! Fits class weights to sparse features: multinomial logistic regression by stochastic
//! gradient steps, AdaGrad's step size per feature (Duchi, Hazan and Singer 2011).

use super::random::Random;
use crate::nlu::heads::lexical::Sparse;
use crate::nlu::heads::numbers::softmax;

#[derive(Clone, Copy, Debug)]
pub struct SparseOptions {
    pub epochs: usize,
    pub step: f32,
    /// scikit-learn's C: the greater, the less the weights are held down.
    pub freedom: f32,
}

impl Default for SparseOptions {
    fn default() -> Self {
        Self { epochs: 12, step: 1.0, freedom: 20.0 }
    }
}

/// Weights (`features` × `classes`) and biases.
pub struct FittedSparse {
    pub weights: Vec<f32>,
    pub bias: Vec<f32>,
}

impl FittedSparse {
    pub fn logits(&self, row: &Sparse) -> Vec<f32> {
        let mut logits = self.bias.clone();
        add_logits(&self.weights, row, &mut logits);
        logits
    }
}

/// One training example.
#[derive(Clone, Copy)]
pub struct SparseExample<'a> {
    pub row: &'a Sparse,
    pub label: u32,
    /// How much it counts; 1 is usual.
    pub weight: f32,
}

pub fn fit(examples: &[SparseExample<'_>], features: usize, classes: usize, options: &SparseOptions) -> FittedSparse {
    let mut weights = vec![0.0f32; features * classes];
    let mut bias = vec![0.0f32; classes];
    let mut seen = vec![1e-3f32; features];
    let mut seen_bias = 1e-3f32;
    let mut occurrences = vec![0u32; features];
    for example in examples {
        for &(feature, _) in example.row {
            occurrences[feature as usize] += 1;
        }
    }
    // The penalty on a feature is paid in the steps that touch it: rarer ones pay more at
    // a time, and all pay 1/C per pass.
    let penalties: Vec<f32> = occurrences.iter().map(|&n| 1.0 / (options.freedom * n.max(1) as f32)).collect();

    let mut order: Vec<usize> = (0..examples.len()).collect();
    let mut random = Random::seeded(7);
    let mut residual = vec![0.0f32; classes];
    for epoch in 0..options.epochs {
        random.shuffle(&mut order);
        // Smaller steps towards the end settle what AdaGrad leaves restless.
        let step = options.step * (1.0 - 0.8 * epoch as f32 / options.epochs as f32);
        for &index in &order {
            let example = examples[index];
            residual.copy_from_slice(&bias);
            add_logits(&weights, example.row, &mut residual);
            softmax(&mut residual);
            residual[example.label as usize] -= 1.0;
            if example.weight != 1.0 {
                residual.iter_mut().for_each(|r| *r *= example.weight);
            }
            let size: f32 = residual.iter().map(|r| r * r).sum();
            if size < 1e-6 {
                continue;
            }
            for &(feature, value) in example.row {
                let feature = feature as usize;
                seen[feature] += value * value * size;
                let rate = step / seen[feature].sqrt();
                let shrink = 1.0 / (1.0 + rate * penalties[feature]);
                let factor = rate * value;
                let row = &mut weights[feature * classes..(feature + 1) * classes];
                for (weight, r) in row.iter_mut().zip(&residual) {
                    *weight = (*weight - factor * r) * shrink;
                }
            }
            seen_bias += size;
            let rate = 0.1 * step / seen_bias.sqrt();
            for (b, r) in bias.iter_mut().zip(&residual) {
                *b -= rate * r;
            }
        }
    }
    FittedSparse { weights, bias }
}

fn add_logits(weights: &[f32], row: &Sparse, logits: &mut [f32]) {
    let classes = logits.len();
    for &(feature, value) in row {
        let feature = feature as usize;
        let weights = &weights[feature * classes..(feature + 1) * classes];
        for (logit, weight) in logits.iter_mut().zip(weights) {
            *logit += value * weight;
        }
    }
}
