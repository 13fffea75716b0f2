//! A branch: some of the encoder's upper layers once more, trained for one purpose.
//!
//! The encoder's own vector stays as it was published, since search lives on it. What
//! sentiment or a shop's intents need besides is learnt by a copy of the last layers. The
//! copy follows one token, the first, which stands for the whole text: in each layer it
//! asks what the encoder itself has made of the others (a ladder beside the network: Sung
//! and others, 2022). So a message still costs one pass, and a branch a few vector products
//! ([`super::ladder`]); and training, for which the encoder's part is computed once, takes
//! seconds.

use std::collections::HashMap;
use std::sync::OnceLock;

use half::{bf16, f16};
use tch::{Kind, Tensor};

use super::Vector;
use super::forward::part_of_layer;
use super::ladder::Ladder;
use super::shape::Shape;

/// The parts of a layer, each with a weight and a bias.
pub const PARTS: [&str; 6] = ["query_key_value", "attended", "attended_norm", "widened", "narrowed", "output_norm"];

/// The layers' weights, as plain numbers that any thread may hold and any file may keep.
#[derive(Debug, Default)]
pub struct Branch {
    trunk: usize,
    depth: usize,
    parts: HashMap<String, Part>,
    /// Made when it is followed first.
    ladder: OnceLock<Ladder>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    pub size: Vec<usize>,
    pub numbers: Vec<f16>,
}

impl PartialEq for Branch {
    fn eq(&self, other: &Self) -> bool {
        (self.trunk, self.depth, &self.parts) == (other.trunk, other.depth, &other.parts)
    }
}

impl Branch {
    /// The last `depth` layers of the encoder, as they are published.
    pub(super) fn untrained(weights: &HashMap<String, Tensor>, layers: usize, depth: usize) -> Self {
        let depth = depth.clamp(1, layers);
        let trunk = layers - depth;
        Self::of(trunk, depth, |number, part| part_of_layer(weights, trunk + number, part))
    }

    /// `take` gives the parts of the layers, counted from the trunk.
    pub(super) fn of(trunk: usize, depth: usize, take: impl Fn(usize, &str) -> Tensor) -> Self {
        let parts = names(depth).map(|(number, part)| {
            let tensor = take(number, &part);
            let size = tensor.size().into_iter().map(|length| length as usize).collect();
            let flat = tensor.detach().to_kind(Kind::Half).contiguous().view([-1]);
            let numbers = Vec::<f16>::try_from(flat).expect("a flat tensor of halves: this is a bug");
            (format!("{number}.{part}"), Part { size, numbers })
        });
        Self { trunk, depth, parts: parts.collect(), ladder: OnceLock::new() }
    }

    /// From a file. The error names what is missing.
    pub fn from_parts(trunk: usize, depth: usize, take: impl Fn(&str) -> Result<Part, String>) -> Result<Self, String> {
        let parts = names(depth).map(|(number, part)| {
            let name = format!("{number}.{part}");
            Ok((name.clone(), take(&name)?))
        });
        Ok(Self { trunk, depth, parts: parts.collect::<Result<_, String>>()?, ladder: OnceLock::new() })
    }

    pub fn parts(&self) -> impl Iterator<Item = (&str, &Part)> {
        self.parts.iter().map(|(name, part)| (name.as_str(), part))
    }

    /// Layers that run before it begins.
    pub fn trunk(&self) -> usize {
        self.trunk
    }

    /// Layers of its own.
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// What it says of a text, of any length. `tokens` are the text's as each of its layers
    /// finds them: layers × tokens × dimensions.
    pub(super) fn follow(&self, tokens: &[bf16], shape: &Shape) -> Vector {
        self.ladder.get_or_init(|| Ladder::of(self, shape)).follow(tokens)
    }

    pub(super) fn floats(&self, number: usize, part: &str) -> Vec<f32> {
        self.parts[&format!("{number}.{part}")].numbers.iter().map(|number| number.to_f32()).collect()
    }

    pub(super) fn tensor(&self, number: usize, part: &str) -> Tensor {
        let Part { size, numbers } = &self.parts[&format!("{number}.{part}")];
        let size: Vec<i64> = size.iter().map(|&length| length as i64).collect();
        Tensor::from_slice(numbers).view(size.as_slice())
    }
}

/// All parts of so many layers: the layer's number and `widened.weight` and the like.
pub(super) fn names(depth: usize) -> impl Iterator<Item = (usize, String)> {
    (0..depth).flat_map(|number| {
        let ends = PARTS.iter().flat_map(|part| ["weight", "bias"].map(|end| format!("{part}.{end}")));
        ends.map(move |part| (number, part))
    })
}
