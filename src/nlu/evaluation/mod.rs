//! Measuring the heads on data of others: `rapport eval`.

pub mod emotions;
pub mod fairness;
pub mod intent;
pub mod sentiment;
pub mod table;
pub mod typos;
pub mod unhappiness;

use serde::{Serialize, Serializer};

/// Four digits are more than a test set of thousands can tell.
pub(super) fn rounded<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    ((value * 1e4).round() / 1e4).serialize(serializer)
}

pub(super) fn rounded_if_any<S: Serializer>(value: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    value.map(|value| (value * 1e4).round() / 1e4).serialize(serializer)
}
