//! Understanding: what a message means, how its writer feels, what it names.
//!
//! One pass of one encoder gives a vector; small heads read everything from it.
//! This floor knows texts and labels. It knows nothing of the database, of articles or
//! products beyond their names, or of what is done about a message.

pub mod clusters;
pub mod encoder;
pub mod entities;
pub mod evaluation;
pub mod heads;
pub mod language;
pub mod metrics;
mod reader;
pub mod training;

pub use encoder::{EncodeError, Encoder, Vector};
pub use entities::ProductName;
pub use reader::{IntentReading, Nlu, NluError, NluOptions, PastTurn, ReadError, Reading, Utterance};
