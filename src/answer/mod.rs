//! A decision put into words: answers with their sources, questions back, product cards,
//! an order's state, and the bot's own sentences.
//!
//! It renders what policy decided, from what search found. It decides nothing, reads no
//! database and keeps no state.

pub mod clarify;
pub mod extract;
pub mod knowledge;
pub mod markdown;
pub mod order;
pub mod phrases;
pub mod products;
pub mod voices;
