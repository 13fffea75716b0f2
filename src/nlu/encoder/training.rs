//! A branch under training: the same layers, with weights that gradients reach.

use half::bf16;
use tch::{Kind, Tensor};

use super::bert::Precision;
use super::branch::{Branch, names};
use super::forward::{Layer, Square};
use super::{Encoder, Shape, numbers};

/// The tokens of a text as each layer of a branch finds them: layers × tokens × dimensions.
pub type Tokens = Vec<bf16>;

/// Learning-rate groups of the optimiser.
pub const LAYERS: usize = 0;
pub const OUTPUTS: usize = 1;

/// Weights that are trained: kept in single precision, computed with in what is fastest.
pub struct Parameter {
    group: usize,
    values: Vec<f32>,
    leaf: Tensor,
}

pub struct BranchInTraining {
    /// The layers' parts, layer by layer, and after them what was added.
    parameters: Vec<Parameter>,
    trunk: usize,
    depth: usize,
    shape: Shape,
    kind: Kind,
}

impl Parameter {
    pub fn of(weights: &Tensor, group: usize, kind: Kind) -> Self {
        let leaf = weights.detach().to_kind(kind).copy().set_requires_grad(true);
        Self { group, values: floats(weights), leaf }
    }

    pub fn group(&self) -> usize {
        self.group
    }

    /// All numbers, one after the other.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// What the network computes with, and what has the gradient.
    pub fn leaf(&self) -> &Tensor {
        &self.leaf
    }

    pub fn change(&mut self, how: impl FnOnce(&mut [f32])) {
        how(&mut self.values);
        let values = self.tensor();
        tch::no_grad(|| self.leaf.copy_(&values));
    }

    fn tensor(&self) -> Tensor {
        Tensor::from_slice(&self.values).view(self.leaf.size().as_slice())
    }
}

impl BranchInTraining {
    pub fn start(encoder: &Encoder, from: &Branch) -> Self {
        let kind = match encoder.speed().precision {
            Precision::Bf16 => Kind::BFloat16,
            Precision::Auto | Precision::Fp32 => Kind::Float,
        };
        let parameters =
            names(from.depth()).map(|(number, part)| Parameter::of(&from.tensor(number, &part), LAYERS, kind));
        Self {
            parameters: parameters.collect(),
            trunk: from.trunk(),
            depth: from.depth(),
            shape: encoder.shape().clone(),
            kind,
        }
    }

    /// Trains these weights, too: an output above the layers, in single precision. What is
    /// given back follows the training.
    pub fn add_output(&mut self, weights: &Tensor) -> Tensor {
        let parameter = Parameter::of(weights, OUTPUTS, Kind::Float);
        let leaf = parameter.leaf.shallow_clone();
        self.parameters.push(parameter);
        leaf
    }

    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    pub fn parameters_mut(&mut self) -> &mut [Parameter] {
        &mut self.parameters
    }

    pub fn dimensions(&self) -> usize {
        self.shape.dimensions
    }

    /// What the branch says of each text, in single precision: texts × dimensions. `thin` is
    /// the dropout.
    pub fn run(&self, texts: &[&Tokens], thin: &mut dyn FnMut(Tensor) -> Tensor) -> Tensor {
        let width = self.shape.dimensions;
        let in_one_layer = |tokens: &Tokens| tokens.len() / self.depth;
        let square = Square::of(texts.iter().map(|tokens| in_one_layer(tokens) / width), self.kind);
        let hidden = |number: usize| {
            let layer = |tokens: &&Tokens| {
                let length = in_one_layer(tokens);
                tokens[number * length..(number + 1) * length].to_vec()
            };
            let mut flat: Vec<bf16> = texts.iter().flat_map(layer).collect();
            flat.resize(square.rows * width, bf16::ZERO);
            numbers::tensor(&flat).view([square.rows as i64, width as i64]).to_kind(self.kind)
        };
        let layer = |number| Layer::of(&self.shape, |part| self.parameter(number, part).leaf.shallow_clone());
        let mut climb = |first, number| Some(layer(number).ask(first, &hidden(number), &square, thin));
        (0..self.depth).fold(None, &mut climb).expect("a branch has layers: this is a bug").to_kind(Kind::Float)
    }

    /// The branch as it is now.
    pub fn branch(&self) -> Branch {
        Branch::of(self.trunk, self.depth, |number, part| self.parameter(number, part).tensor())
    }

    fn parameter(&self, number: usize, part: &str) -> &Parameter {
        let place = names(self.depth).position(|(layer, name)| layer == number && name == part);
        &self.parameters[place.expect("each layer has each part: this is a bug")]
    }
}

fn floats(tensor: &Tensor) -> Vec<f32> {
    let flat = tensor.detach().to_kind(Kind::Float).contiguous().view([-1]);
    Vec::try_from(flat).expect("a flat float tensor: this is a bug")
}
