//! Search: help articles and products, found by words and by meaning.
//!
//! An index is plain memory, built from values and swapped as a whole; nothing here reads
//! a database or runs a model. Vectors come in as slices of `f32`, made elsewhere.

pub mod articles;
pub mod confidence;
pub mod fusion;
pub mod knowledge;
pub mod lexical;
pub mod lint;
pub mod metrics;
pub mod passages;
pub mod products;
pub mod questions;
pub mod sentences;
pub mod significance;
pub mod spelling;
pub mod synonyms;
pub mod twins;
pub mod typos;
pub mod vectors;
pub mod votes;
pub mod wish;
pub mod words;

pub use articles::Problem;
pub use knowledge::{Knowledge, KnowledgeIndex, Mode, PassageHit, Query};
pub use passages::Passage;
pub use products::{Catalogue, CatalogueIndex, ProductHit};
pub use synonyms::Synonyms;
