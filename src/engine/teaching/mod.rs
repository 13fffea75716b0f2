//! Teaching: what was not understood, what agents say that it means, and training anew
//! from that while the server works.
//!
//! [`board`] clusters the messages that were not understood. [`lessons`] keeps what agents
//! said of them. [`training`] trains from files and lessons, on a thread that gives way to
//! customers, and [`models`] puts the result into use, here and on every other node.

mod board;
pub(super) mod doubts;
mod lessons;
mod models;
mod readings;
mod report;
mod training;

use std::borrow::Cow;
use std::sync::atomic::AtomicI64;

pub(super) use board::Group;
pub use board::{Board, BoardError, Cluster, ClusterMessage};
pub use lessons::{KnownIntent, NewIntent, TeachError, with_lessons};
pub use models::ModelError;
pub use report::{Compared, IntentChange, ModelReport, Outcome, Reread};

use self::readings::Readings;
use crate::base::privacy::mask;

/// What teaching keeps in memory; all of it can be had again.
#[derive(Default)]
pub(super) struct Teaching {
    readings: Readings,
    /// The counters of the database that this node has followed.
    model_seen: AtomicI64,
    intents_seen: AtomicI64,
}

/// A customer's words as they may be kept as an example: whose they were is nobody's
/// business, and an invented address or number in place of theirs reads as they did.
pub(super) fn example_of(text: &str) -> String {
    let masked: Cow<'_, str> = mask(text.trim());
    masked.replace("«e-mail»", "[name@example.com](email)").replace("«phone»", "[+32 470 12 34 56](phone)")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::intent::plain;

    #[test]
    fn an_example_holds_nobodys_address() {
        let example = example_of("  please mail eva.peeters@mail.example about it ");
        assert_eq!(example, "please mail [name@example.com](email) about it");
        assert_eq!(plain(&example), "please mail name@example.com about it");
    }
}
