//! Fits a [`Network`] with libtorch: AdamW (Loshchilov and Hutter 2019), dropout, and a
//! step that shrinks along a cosine.

use tch::nn::{self, OptimizerConfig};
use tch::{Device, Kind, Tensor};

use super::random::Random;
use crate::nlu::heads::linear::Linear;
use crate::nlu::heads::network::Network;

#[derive(Clone, Copy, Debug)]
pub struct NetworkOptions {
    pub hidden: i64,
    pub epochs: usize,
    pub batch: usize,
    pub step: f64,
    /// Share of hidden units that are silent in each step.
    pub dropout: f64,
}

impl Default for NetworkOptions {
    fn default() -> Self {
        Self { hidden: 96, epochs: 10, batch: 256, step: 2e-3, dropout: 0.4 }
    }
}

/// `weights` say how much each row counts.
pub fn fit(
    vectors: &[&[f32]],
    labels: &[u32],
    weights: &[f32],
    classes: i64,
    options: &NetworkOptions,
) -> Network {
    tch::manual_seed(17);
    let width = vectors.first().map_or(0, |vector| vector.len());
    let inputs = Tensor::from_slice(&vectors.concat()).view([vectors.len() as i64, width as i64]);
    let targets = Tensor::from_slice(&labels.iter().map(|&label| i64::from(label)).collect::<Vec<_>>());
    let mean = weights.iter().sum::<f32>() / weights.len().max(1) as f32;
    let weights = Tensor::from_slice(weights) / f64::from(mean);

    let store = nn::VarStore::new(Device::Cpu);
    let hidden = nn::linear(store.root() / "hidden", width as i64, options.hidden, Default::default());
    let output = nn::linear(store.root() / "output", options.hidden, classes, Default::default());
    // Vectors of length 1 have small numbers; the first layer should see them at scale 1.
    let scale = (width.max(1) as f64).sqrt();
    let optimiser = nn::AdamW { wd: 0.02, ..nn::AdamW::default() }.build(&store, options.step);
    let mut optimiser = optimiser.expect("an optimiser of a new store: this is a bug");

    let mut order: Vec<i64> = (0..vectors.len() as i64).collect();
    let mut random = Random::seeded(17);
    let steps = options.epochs * order.len().div_ceil(options.batch);
    let mut step = 0;
    for _ in 0..options.epochs {
        random.shuffle(&mut order);
        for rows in order.chunks(options.batch) {
            let share = step as f64 / steps.max(1) as f64;
            optimiser.set_lr(options.step * 0.5 * (1.0 + (std::f64::consts::PI * share).cos()));
            step += 1;
            let rows = Tensor::from_slice(rows);
            let units = (inputs.index_select(0, &rows) * scale).apply(&hidden).relu().dropout(options.dropout, true);
            let log_p = units.apply(&output).log_softmax(-1, Kind::Float);
            let right = log_p.gather(1, &targets.index_select(0, &rows).unsqueeze(1), false).squeeze_dim(1);
            let loss = -(right * weights.index_select(0, &rows)).mean(Kind::Float);
            optimiser.backward_step(&loss);
        }
    }
    let _no_grad = tch::no_grad_guard();
    Network { hidden: linear(&hidden, scale), output: linear(&output, 1.0) }
}

/// The layer as a head keeps it, with the scale of its inputs inside its weights.
fn linear(layer: &nn::Linear, scale: f64) -> Linear {
    let floats = |tensor: &Tensor| {
        Vec::<f32>::try_from(&tensor.contiguous().view([-1])).expect("a flat float tensor: this is a bug")
    };
    let bias = layer.bs.as_ref().map(&floats).unwrap_or_default();
    Linear { classes: bias.len(), weights: floats(&(&layer.ws * scale)), bias }
}
