//! Rapport: a customer-support chat server for small businesses.
//!
//! The house has floors; a module imports only from floors below its own, and
//! siblings on one floor never import each other (`tests/it/floors.rs` enforces it):
//!
//! ```text
//! app
//! channels   console   insight
//! engine
//! policy     answer
//! nlu   search   sources   store   bus   mail   wire
//! domain
//! base
//! ```
//!
//! `docs/architecture.md` walks one message through the house, floor by floor.

pub mod answer;
pub mod app;
pub mod base;
pub mod bus;
pub mod channels;
pub mod console;
pub mod domain;
pub mod engine;
pub mod mail;
pub mod nlu;
pub mod policy;
pub mod search;
pub mod sources;
pub mod store;
pub mod wire;
