//! What may be asked of a pass, and what it gives.

use std::sync::Arc;

use half::bf16;
use rayon::prelude::*;

use super::Vector;
use super::branch::Branch;
use super::shape::Shape;

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
    /// Texts of which a pass shall give the same go into one batch.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.layers == other.layers && self.lowest_tokens() == other.lowest_tokens()
    }

    /// After so many layers, and each above but the last, a pass must keep the tokens' outputs.
    pub(super) fn lowest_tokens(&self) -> Option<usize> {
        self.branches.iter().map(|branch| branch.trunk()).chain(self.tokens_from).min()
    }
}

impl Encoding {
    /// Follows the wanted branches, which the pass has left to the asker: the thread that
    /// owns the model goes on with the next batch meanwhile.
    pub(super) fn with_branches(mut self, wanted: &Wanted, shape: &Shape) -> Self {
        let Some(lowest) = wanted.lowest_tokens().filter(|_| !wanted.branches.is_empty()) else { return self };
        let in_one_layer = self.tokens.len() / (shape.layers - lowest);
        let follow =
            |branch: &Arc<Branch>| branch.follow(&self.tokens[(branch.trunk() - lowest) * in_one_layer..], shape);
        self.branches = wanted.branches.par_iter().map(follow).collect();
        // What was kept for the branches alone.
        let kept_from = wanted.tokens_from.unwrap_or(shape.layers);
        self.tokens.drain(..(kept_from - lowest) * in_one_layer);
        self
    }
}
