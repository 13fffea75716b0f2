//! Training the heads, in this process, on the encoder's vectors.
//!
//! Pure but for reading the given files: it writes nothing and prints nothing; the command
//! line does. Training twice gives the same heads.

pub mod adamw;
pub mod comments;
pub mod dense;
pub mod dialogues;
pub mod folds;
pub mod intent;
pub mod intents;
pub mod logistic;
pub mod mood;
pub mod parallel;
pub mod random;
pub mod shop;
pub mod sparse;
pub mod tuning;
pub mod unhappiness;

use super::encoder::{EncodeError, StartError};

pub use intents::{IntentsError, is_intent_name, plain, read_intent, read_intents};

/// Why heads could not be trained.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    #[error(transparent)]
    Weights(#[from] StartError),
    #[error(transparent)]
    Encode(#[from] EncodeError),
    #[error("the training was called off")]
    Cancelled,
    #[error("there is nothing to tell apart: training needs examples of at least two intents")]
    TooFew,
}
