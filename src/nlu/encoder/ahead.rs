//! Passes that were asked for ahead of their use: a message is read while it is still on
//! its way to the disk.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::{EncodeError, Vector};

pub(super) type Answer = oneshot::Receiver<Result<Vector, EncodeError>>;

/// Texts that are kept for their asker; beyond that the oldest gives way. The queue skips
/// a pass whose answer nobody holds any more.
const MOST: usize = 256;

#[derive(Default)]
pub(super) struct Ahead(Mutex<VecDeque<(String, Answer)>>);

impl Ahead {
    pub(super) fn keep(&self, text: &str, answer: Answer) {
        let mut waiting = self.lock();
        if waiting.len() == MOST {
            waiting.pop_front();
        }
        waiting.push_back((text.to_owned(), answer));
    }

    /// The answer to a text that was asked for ahead, once.
    pub(super) fn take(&self, text: &str) -> Option<Answer> {
        let mut waiting = self.lock();
        let place = waiting.iter().position(|(known, _)| known == text)?;
        waiting.remove(place).map(|(_, answer)| answer)
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<(String, Answer)>> {
        // Nothing under this lock can panic halfway through a change.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_answer_is_taken_once_and_the_oldest_gives_way() {
        let ahead = Ahead::default();
        let mut replies = Vec::new();
        for number in 0..=MOST {
            let (reply, answer) = oneshot::channel();
            ahead.keep(&number.to_string(), answer);
            replies.push(reply);
        }
        assert!(ahead.take("0").is_none() && replies[0].is_closed());
        assert!(ahead.take("1").is_some() && ahead.take("1").is_none());
    }
}
