//! A branch under training: the same layers, with weights that gradients reach.

use half::bf16;
use tch::nn::{Path, VarStore};
use tch::{Device, Kind, Tensor};

use super::bert::Precision;
use super::branch::{Branch, names};
use super::forward::{Layer, Square};
use super::{Encoder, Shape, numbers};

/// The tokens of a text as each layer of a branch finds them: layers × tokens × dimensions.
pub type Tokens = Vec<bf16>;

/// Learning-rate groups of the optimiser.
pub const LAYERS: usize = 0;
pub const OUTPUTS: usize = 1;

pub struct BranchInTraining {
    store: VarStore,
    trunk: usize,
    depth: usize,
    shape: Shape,
    kind: Kind,
}

impl BranchInTraining {
    /// Weights stay in single precision; the layers compute in what is fastest here.
    pub fn start(encoder: &Encoder, from: &Branch) -> Self {
        let kind = match encoder.speed().precision {
            Precision::Bf16 => Kind::BFloat16,
            Precision::Auto | Precision::Fp32 => Kind::Float,
        };
        let store = VarStore::new(Device::Cpu);
        let root = store.root().set_group(LAYERS);
        for (number, part) in names(from.depth()) {
            let weights = from.tensor(number, &part).to_kind(Kind::Float);
            let _ = root.var_copy(&variable(number, &part), &weights);
        }
        Self { store, trunk: from.trunk(), depth: from.depth(), shape: encoder.shape().clone(), kind }
    }

    /// Where further variables belong: the outputs that are trained with the layers.
    pub fn outputs(&self) -> Path<'_> {
        self.store.root().set_group(OUTPUTS)
    }

    pub fn store(&self) -> &VarStore {
        &self.store
    }

    pub fn dimensions(&self) -> usize {
        self.shape.dimensions
    }

    /// What the branch says of each text, in single precision: texts × dimensions.
    pub fn run(&self, texts: &[&Tokens], dropout: f64) -> Tensor {
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
        let variables = self.store.variables();
        let layer = |number| Layer::of(&self.shape, |part| variables[&variable(number, part)].to_kind(self.kind));
        let climb = |first, number| Some(layer(number).ask(first, &hidden(number), &square, dropout));
        (0..self.depth).fold(None, climb).expect("a branch has layers: this is a bug").to_kind(Kind::Float)
    }

    /// The branch as it is now.
    pub fn branch(&self) -> Branch {
        let variables = self.store.variables();
        Branch::of(self.trunk, self.depth, |number, part| variables[&variable(number, part)].shallow_clone())
    }
}

/// libtorch's names have no dots.
fn variable(number: usize, part: &str) -> String {
    format!("{number}_{}", part.replace('.', "_"))
}
