//! The knowledge base: articles and their versions, what they did for customers, the
//! questions that nothing answers, and drafts of what would.

pub mod articles;
pub mod board;
pub mod drafts;
pub mod versions;

use std::time::Duration;

use crate::console::problem::Problem;
use crate::engine::knowledge::{DraftError, EditError, TrialError};
use crate::engine::teaching::BoardError;

const DAYS: u64 = 30;
const MOST_DAYS: u64 = 365;

/// How far back, as a call says it.
fn back(days: Option<u64>) -> Result<(u64, Duration), Problem> {
    let days = days.unwrap_or(DAYS);
    if !(1..=MOST_DAYS).contains(&days) {
        return Err(Problem::Invalid(format!("`days` is {days}; write 1 to {MOST_DAYS}")));
    }
    Ok((days, Duration::from_secs(days * 24 * 60 * 60)))
}

impl From<EditError> for Problem {
    fn from(error: EditError) -> Self {
        let detail = error.to_string();
        match error {
            EditError::Store(error) => error.into(),
            EditError::Unfit(_) => Problem::Invalid(detail),
            EditError::Taken(_) => Problem::Conflict("taken", detail),
            EditError::Overtaken(_) => Problem::Conflict("overtaken", detail),
            EditError::Missing => Problem::NotFound("article"),
        }
    }
}

impl From<DraftError> for Problem {
    fn from(error: DraftError) -> Self {
        let detail = error.to_string();
        match error {
            DraftError::Store(error) => error.into(),
            DraftError::NoWords(..) => Problem::Invalid(detail),
        }
    }
}

impl From<TrialError> for Problem {
    fn from(error: TrialError) -> Self {
        match error {
            TrialError::Store(error) => error.into(),
            TrialError::Read(_) => Problem::Busy,
            TrialError::Build(error) => Problem::Internal(error.into()),
        }
    }
}

impl From<BoardError> for Problem {
    fn from(error: BoardError) -> Self {
        match error {
            BoardError::Store(error) => error.into(),
            BoardError::Encode(_) => Problem::Busy,
        }
    }
}
