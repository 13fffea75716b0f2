//! What may be asked of a pass, and what it gives.

use std::sync::Arc;

use half::bf16;

use super::Vector;
use super::branch::Branch;

/// What a pass shall give beside the text's vector.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// The view from several layers.
    pub layers: bool,
    /// What these say of the text.
    pub branches: Vec<Arc<Branch>>,
    /// The tokens' outputs after so many layers, and after each above but the last: what a
    /// branch that begins there is trained on.
    pub tokens_from: Option<usize>,
}

/// One text as a pass saw it.
#[derive(Clone, Debug, Default)]
pub struct Encoding {
    /// The text's meaning, of length 1.
    pub vector: Vector,
    /// The means of the last [`super::VIEWED`] layers, the first token's and the greatest
    /// outputs of the last: six times as many numbers as the vector, of length 1 together.
    pub layers: Vector,
    /// One for each wanted branch, in their order; of any length.
    pub branches: Vec<Vector>,
    /// Layers × tokens × dimensions.
    pub tokens: Vec<bf16>,
}

impl Wanted {
    /// Texts of which the same is wanted go into one batch.
    pub(super) fn is(&self, other: &Self) -> bool {
        let same = |(a, b): (&Arc<Branch>, &Arc<Branch>)| Arc::ptr_eq(a, b);
        self.layers == other.layers
            && self.tokens_from == other.tokens_from
            && self.branches.len() == other.branches.len()
            && self.branches.iter().zip(&other.branches).all(same)
    }
}
