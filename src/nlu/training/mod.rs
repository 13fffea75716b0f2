//! Training the heads, in this process, on the encoder's vectors.

pub mod dense;
pub mod folds;
pub mod intent;
pub mod logistic;
pub mod random;
pub mod sparse;
