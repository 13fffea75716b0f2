//! Training the heads, in this process, on the encoder's vectors.
//!
//! Pure but for reading the given files: it writes nothing and prints nothing; the command
//! line does. Training twice gives the same heads.

pub mod comments;
pub mod dense;
pub mod dialogues;
pub mod folds;
pub mod intent;
pub mod intents;
pub mod logistic;
pub mod mood;
pub mod random;
pub mod sparse;
pub mod unhappiness;

pub use intents::{IntentsError, plain, read_intent, read_intents};
