//! Teaching the bot: what it did not understand, what agents say of it, and training anew.

pub mod board;
pub mod intents;
pub mod lessons;
pub mod models;

use crate::console::problem::Problem;
use crate::engine::teaching::TeachError;

impl From<TeachError> for Problem {
    fn from(error: TeachError) -> Self {
        let detail = error.to_string();
        match error {
            TeachError::Store(error) => error.into(),
            TeachError::NameTaken(_) => Problem::Conflict("taken", detail),
            TeachError::NoSuchIntent(_) | TeachError::NoWords(..) | TeachError::Unfit(_) => Problem::Invalid(detail),
        }
    }
}
