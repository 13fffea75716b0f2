//! The loop from a question to a better knowledge base.
//!
//! [`asked`] notes what each turn found and showed. [`gaps`] groups the questions that
//! found no answer, or none that helped. [`usage`] counts what each article did. [`draft`]
//! makes the beginning of an article from questions and from what a colleague replied.
//! [`trial`] asks a question of a draft. [`edit`] writes articles, which are answered from
//! at once.

pub(super) mod asked;
mod draft;
mod edit;
mod gaps;
mod trial;
mod usage;

pub use draft::{ArticleDraft, DraftError};
pub use edit::{EditError, NewWords, id_of_title};
pub use gaps::{Gap, GapQuestion, GapReason, Gaps};
pub use trial::{Effect, EffectChange, Trial, TrialAnswer, TrialError};
pub use usage::Usage;
