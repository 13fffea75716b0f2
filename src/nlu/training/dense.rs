//! Fits a [`Linear`] model to vectors with libtorch: L-BFGS on a convex loss, so the result
//! does not depend on luck.

use tch::{Kind, Tensor};

use crate::nlu::heads::linear::Linear;

/// Steps that L-BFGS remembers.
const MEMORY: usize = 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// Exactly one class is right.
    Softmax,
    /// Each class is right or not, whatever the others are.
    Sigmoid,
}

#[derive(Clone, Copy, Debug)]
pub struct DenseOptions {
    pub loss: Loss,
    /// Weight of the squared weights, per example: scikit-learn's 1 / (C·n).
    pub penalty: f64,
    pub iterations: usize,
}

/// Rows, their wanted outputs, and how much each counts.
pub struct DenseData {
    /// n × (d + 1), the last column all ones.
    inputs: Tensor,
    /// n × classes.
    targets: Tensor,
    /// n × 1, of mean 1.
    weights: Tensor,
    classes: i64,
}

impl DenseData {
    pub fn single_label(vectors: &[&[f32]], labels: &[u32], classes: usize) -> Self {
        let mut targets = vec![0.0f32; labels.len() * classes];
        for (row, &label) in labels.iter().enumerate() {
            targets[row * classes + label as usize] = 1.0;
        }
        Self::new(vectors, &targets, None, classes)
    }

    /// `targets` holds `classes` numbers in 0..=1 per row.
    pub fn new(vectors: &[&[f32]], targets: &[f32], weights: Option<&[f32]>, classes: usize) -> Self {
        let rows = vectors.len() as i64;
        let width = vectors.first().map_or(0, |vector| vector.len());
        let mut flat = Vec::with_capacity(vectors.len() * (width + 1));
        for vector in vectors {
            flat.extend_from_slice(vector);
            flat.push(1.0);
        }
        let weights = match weights {
            Some(weights) => {
                let mean = weights.iter().sum::<f32>() / weights.len().max(1) as f32;
                Tensor::from_slice(weights) / f64::from(mean)
            }
            None => Tensor::ones([rows], (Kind::Float, tch::Device::Cpu)),
        };
        Self {
            inputs: Tensor::from_slice(&flat).view([rows, width as i64 + 1]),
            targets: Tensor::from_slice(targets).view([rows, classes as i64]),
            weights: weights.view([rows, 1]),
            classes: classes as i64,
        }
    }

    fn loss_and_slope(&self, model: &Tensor, options: &DenseOptions) -> (f64, Tensor) {
        let rows = self.inputs.size()[0] as f64;
        let logits = self.inputs.matmul(model);
        let (losses, residual) = match options.loss {
            Loss::Softmax => {
                let log_p = logits.log_softmax(-1, Kind::Float);
                let losses = -(&self.targets * &log_p).sum_dim_intlist(-1, true, Kind::Float);
                (losses, log_p.exp() - &self.targets)
            }
            Loss::Sigmoid => {
                // log(1 + e^x) − y·x
                let losses = (logits.softplus() - &self.targets * &logits).sum_dim_intlist(-1, true, Kind::Float);
                (losses, logits.sigmoid() - &self.targets)
            }
        };
        let slope = self.inputs.transpose(0, 1).matmul(&(residual * &self.weights)) / rows;
        // The bias, in the last row, is not penalised.
        let penalised = model.copy();
        let _ = penalised.select(0, -1).zero_();
        let loss = (losses * &self.weights).sum(Kind::Double).double_value(&[]) / rows;
        let size = (&penalised * &penalised).sum(Kind::Double).double_value(&[]);
        (loss + 0.5 * options.penalty * size, slope + penalised * options.penalty)
    }
}

/// A model under training; going on from one found for another penalty saves most steps.
pub struct Fitted(Tensor);

impl Fitted {
    pub fn model(&self) -> Linear {
        let size = self.0.size();
        let inputs = size[0] - 1;
        let weights = self.0.narrow(0, 0, inputs).transpose(0, 1).contiguous().view([-1]);
        Linear { classes: size[1] as usize, weights: floats(&weights), bias: floats(&self.0.select(0, -1)) }
    }

    /// Logits of many rows at once.
    pub fn logits(&self, vectors: &[&[f32]]) -> Vec<f32> {
        let data = DenseData::new(vectors, &[], None, 0);
        floats(&data.inputs.matmul(&self.0).contiguous().view([-1]))
    }
}

fn floats(tensor: &Tensor) -> Vec<f32> {
    Vec::try_from(&tensor.contiguous().view([-1])).expect("a flat float tensor: this is a bug")
}

pub fn fit(data: &DenseData, options: &DenseOptions, start: Option<&Fitted>) -> Fitted {
    let _no_grad = tch::no_grad_guard();
    let mut model = match start {
        Some(start) => start.0.copy(),
        None => Tensor::zeros([data.inputs.size()[1], data.classes], (Kind::Float, tch::Device::Cpu)),
    };
    let (mut loss, mut slope) = data.loss_and_slope(&model, options);
    let mut steps: Vec<(Tensor, Tensor, f64)> = Vec::new();
    for _ in 0..options.iterations {
        let mut direction = -two_loops(&slope, &steps);
        let mut descent = product(&direction, &slope);
        if descent >= 0.0 {
            // Rounding spoiled the remembered curvature: start afresh downhill.
            steps.clear();
            direction = -slope.copy();
            descent = product(&direction, &slope);
        }
        let mut length = if steps.is_empty() { (1.0 / slope.norm().double_value(&[])).min(10.0) } else { 1.0 };
        let mut found = None;
        for _ in 0..20 {
            let candidate = &model + &direction * length;
            let (new_loss, new_slope) = data.loss_and_slope(&candidate, options);
            if new_loss <= loss + 1e-4 * length * descent {
                found = Some((candidate, new_loss, new_slope));
                break;
            }
            length *= 0.5;
        }
        let Some((candidate, new_loss, new_slope)) = found else { break };
        let moved = &candidate - &model;
        let turned = &new_slope - &slope;
        let curvature = product(&moved, &turned);
        if curvature > 1e-12 {
            if steps.len() == MEMORY {
                drop(steps.remove(0));
            }
            steps.push((moved, turned, 1.0 / curvature));
        }
        let gained = loss - new_loss;
        model = candidate;
        loss = new_loss;
        slope = new_slope;
        if gained < 1e-6 * loss.abs().max(1e-3) {
            break;
        }
    }
    Fitted(model)
}

/// The two-loop recursion of L-BFGS (Nocedal and Wright, Algorithm 7.4).
fn two_loops(slope: &Tensor, steps: &[(Tensor, Tensor, f64)]) -> Tensor {
    let mut direction = slope.copy();
    let mut alphas = Vec::with_capacity(steps.len());
    for (moved, turned, rho) in steps.iter().rev() {
        let alpha = rho * product(moved, &direction);
        direction -= turned * alpha;
        alphas.push(alpha);
    }
    if let Some((_, turned, rho)) = steps.last() {
        direction /= rho * product(turned, turned);
    }
    for ((moved, turned, rho), alpha) in steps.iter().zip(alphas.iter().rev()) {
        let beta = rho * product(turned, &direction);
        direction += moved * (alpha - beta);
    }
    direction
}

fn product(a: &Tensor, b: &Tensor) -> f64 {
    (a * b).sum(Kind::Double).double_value(&[])
}
