//! Passes that were asked for ahead of their use: a message is read while it is still on
//! its way to the disk.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::{EncodeError, Encoding, Wanted};

pub(super) type Answer = oneshot::Receiver<Result<Encoding, EncodeError>>;

/// Texts that are kept for their asker; beyond that the oldest gives way. The queue skips
/// a pass whose answer nobody holds any more.
const MOST: usize = 256;

#[derive(Default)]
pub(super) struct Ahead(Mutex<VecDeque<Asked>>);

struct Asked {
    text: String,
    wanted: Wanted,
    answer: Answer,
}

impl Ahead {
    pub(super) fn keep(&self, text: &str, wanted: &Wanted, answer: Answer) {
        let mut waiting = self.lock();
        if waiting.len() == MOST {
            waiting.pop_front();
        }
        waiting.push_back(Asked { text: text.to_owned(), wanted: wanted.clone(), answer });
    }

    /// The answer to a text that was asked for ahead, once. New branches may have come
    /// since: then the old ones' answer is of no use.
    pub(super) fn take(&self, text: &str, wanted: &Wanted) -> Option<Answer> {
        let mut waiting = self.lock();
        let place = waiting.iter().position(|asked| asked.text == text && asked.wanted.is(wanted))?;
        waiting.remove(place).map(|asked| asked.answer)
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Asked>> {
        // Nothing under this lock can panic halfway through a change.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_answer_is_taken_once_and_the_oldest_gives_way() {
        let (ahead, wanted) = (Ahead::default(), Wanted::default());
        let mut replies = Vec::new();
        for number in 0..=MOST {
            let (reply, answer) = oneshot::channel();
            ahead.keep(&number.to_string(), &wanted, answer);
            replies.push(reply);
        }
        assert!(ahead.take("0", &wanted).is_none() && replies[0].is_closed());
        assert!(ahead.take("1", &wanted).is_some() && ahead.take("1", &wanted).is_none());
        let other = Wanted { layers: true, ..Wanted::default() };
        assert!(ahead.take("2", &other).is_none() && ahead.take("2", &wanted).is_some());
    }
}
