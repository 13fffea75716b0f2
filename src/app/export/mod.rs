//! What was taught in the console, and the intents as a whole, as files for other uses.

mod intents;
mod yaml;

pub(super) use intents::{IntentsExport, export_intents};
