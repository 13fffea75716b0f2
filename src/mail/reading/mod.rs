//! Reading other people's mails: what is new in them, whether a person wrote them, who that
//! is, and which mail they answer.
//!
//! It works on the mail alone, without IO: what follows from it, others know.

mod automatic;
mod html;
mod proof;
mod quoted;
mod thread;
mod words;

#[cfg(test)]
mod tests;

pub use automatic::{Machine, machine};
pub use proof::is_proven;
pub use thread::{Threaded, threaded};
pub use words::{Attached, files, needs_subject, sender, subject, words};
