//! AdamW (Loshchilov and Hutter 2019) with the gradient clipped to a length.
//!
//! libtorch's own takes a pass over all weights for each of its nine operations, which is
//! as long as the layers themselves take for a small batch. This takes one.

use tch::{Kind, Tensor};

use crate::nlu::encoder::training::Parameter;

const BETA_1: f32 = 0.9;
const BETA_2: f32 = 0.98;
const DECAY: f32 = 0.01;
const EPSILON: f32 = 1e-8;
/// The greatest length of all gradients together.
const CLIP: f32 = 1.0;

/// What is remembered of the gradients.
pub struct AdamW {
    memories: Vec<Memory>,
    steps: i32,
}

/// One parameter's gradient, and the running means of it and of its squares.
struct Memory {
    slope: Vec<f32>,
    mean: Vec<f32>,
    square: Vec<f32>,
}

impl AdamW {
    pub fn of(parameters: &[Parameter]) -> Self {
        let memory = |parameter: &Parameter| {
            let nothing = || vec![0.0; parameter.values().len()];
            Memory { slope: nothing(), mean: nothing(), square: nothing() }
        };
        Self { memories: parameters.iter().map(memory).collect(), steps: 0 }
    }

    /// Moves the parameters down the loss; `rate` is told the group of each.
    pub fn step(&mut self, parameters: &mut [Parameter], loss: &Tensor, rate: impl Fn(usize) -> f64) {
        self.steps += 1;
        let leaves: Vec<&Tensor> = parameters.iter().map(Parameter::leaf).collect();
        let gradients = Tensor::run_backward(&[loss], &leaves, false, false);
        for (gradient, memory) in gradients.into_iter().zip(&mut self.memories) {
            gradient.to_kind(Kind::Float).copy_data(&mut memory.slope, memory.mean.len());
        }
        let length = self.memories.iter().map(|memory| squares(&memory.slope)).sum::<f32>().sqrt();
        let clip = (CLIP / (length + 1e-6)).min(1.0);
        // Both means begin at zero: these take that out again.
        let from_zero = (1.0 - BETA_2.powi(self.steps)).sqrt();
        let (length, epsilon) = (from_zero / (1.0 - BETA_1.powi(self.steps)), EPSILON * from_zero);
        for (parameter, Memory { slope, mean, square }) in parameters.iter_mut().zip(&mut self.memories) {
            let rate = rate(parameter.group()) as f32;
            let (kept, rate) = (1.0 - rate * DECAY, rate * length);
            parameter.change(|values| {
                for (((value, slope), mean), square) in values.iter_mut().zip(slope).zip(mean).zip(square) {
                    let slope = *slope * clip;
                    *mean += (1.0 - BETA_1) * (slope - *mean);
                    *square += (1.0 - BETA_2) * (slope * slope - *square);
                    *value = kept * *value - rate * (*mean / (square.sqrt() + epsilon));
                }
            });
        }
    }
}

fn squares(gradient: &[f32]) -> f32 {
    // Several sums at once: the processor adds them up together, and rounding spoils less.
    let mut sums = [0.0; 16];
    let chunks = gradient.chunks_exact(sums.len());
    let rest = chunks.remainder().iter().map(|x| x * x).sum::<f32>();
    for chunk in chunks {
        sums.iter_mut().zip(chunk).for_each(|(sum, x)| *sum += x * x);
    }
    rest + sums.iter().sum::<f32>()
}

#[cfg(test)]
mod tests {
    use tch::nn::OptimizerConfig;
    use tch::{Device, nn};

    use super::*;

    /// A loss of two parameters that bends differently in each direction.
    fn loss(a: &Tensor, b: &Tensor) -> Tensor {
        (a * 3.0 - 1.0).pow_tensor_scalar(2).sum(Kind::Float) + (a.sum(Kind::Float) * b).sin().sum(Kind::Float)
    }

    #[test]
    fn it_steps_as_libtorch_does() {
        let start = [Tensor::from_slice(&[0.3f32, -0.4, 2.0]), Tensor::from_slice(&[0.7f32, 0.1])];
        let store = nn::VarStore::new(Device::Cpu);
        let theirs: Vec<Tensor> =
            start.iter().zip(["a", "b"]).map(|(value, name)| store.root().var_copy(name, value)).collect();
        let config = nn::AdamW { beta1: 0.9, beta2: 0.98, wd: 0.01, eps: 1e-8, amsgrad: false };
        let mut their_optimiser = config.build(&store, 0.05).unwrap();

        let mut ours: Vec<Parameter> = start.iter().map(|value| Parameter::of(value, 0, Kind::Float)).collect();
        let mut our_optimiser = AdamW::of(&ours);
        for _ in 0..30 {
            their_optimiser.backward_step_clip_norm(&loss(&theirs[0], &theirs[1]), 1.0);
            let loss = loss(ours[0].leaf(), ours[1].leaf());
            our_optimiser.step(&mut ours, &loss, |_| 0.05);
        }
        for (ours, theirs) in ours.iter().zip(&theirs) {
            let theirs = Vec::<f32>::try_from(theirs.detach()).unwrap();
            for (ours, theirs) in ours.values().iter().zip(theirs) {
                assert!((ours - theirs).abs() < 1e-4, "{ours} {theirs}");
            }
        }
    }
}
