//! To be written.

pub mod client;
pub mod commands;
