//! Heads: small models that read one thing each from a message's vector and wording.

pub mod intent;
pub mod lexical;
pub mod linear;
pub mod neighbours;
pub mod numbers;
