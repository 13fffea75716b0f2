//! What was taught in the console, and the intents as a whole, as files for other uses.

mod articles;
mod intents;
mod rasa;
mod yaml;

pub(super) use articles::export_articles;
pub(super) use intents::export_intents;
pub(super) use rasa::{METADATA, rasa_files};
