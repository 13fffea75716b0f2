//! What became of each message: pure book-keeping of one conversation.

use std::collections::VecDeque;

use tokio::time::Instant;

use crate::domain::Seq;

use super::super::tally::Tally;

pub struct Track {
    last_seen: Seq,
    /// Messages that are not settled, the oldest first; the first has the number `first`.
    open: VecDeque<Message>,
    first: u64,
    /// The messages answered last, to tell a second turn for one of them.
    answered: VecDeque<(Seq, String)>,
}

struct Message {
    due: Instant,
    /// Whether it belongs to the measured time.
    counts: bool,
    seq: Option<Seq>,
    settled: bool,
}

/// So many answered messages are remembered.
const REMEMBERED: usize = 16;

impl Track {
    pub fn after(last_seen: Seq) -> Self {
        Self { last_seen, open: VecDeque::new(), first: 0, answered: VecDeque::new() }
    }

    /// Notes a message; returns its number.
    pub fn sending(&mut self, due: Instant, counts: bool) -> u64 {
        self.open.push_back(Message { due, counts, seq: None, settled: false });
        self.first + self.open.len() as u64 - 1
    }

    pub fn acknowledged(&mut self, number: u64, seq: Seq, now: Instant, tally: &mut Tally) -> Option<Instant> {
        let message = self.open.get_mut(usize::try_from(number.checked_sub(self.first)?).ok()?)?;
        if message.seq.replace(seq).is_some() {
            tally.duplicated += 1;
        } else if message.counts {
            tally.acknowledged_in(now - message.due);
        }
        None
    }

    /// Notes an event. Returns when to write next, once a message is answered.
    pub fn event(
        &mut self,
        seq: Seq,
        in_reply_to: Option<Seq>,
        turn: Option<&str>,
        now: Instant,
        tally: &mut Tally,
    ) -> Option<Instant> {
        if seq <= self.last_seen {
            tally.duplicated += 1;
            return None;
        }
        if seq > self.last_seen + 1 {
            tally.out_of_order += 1;
        }
        self.last_seen = seq;

        let asked = in_reply_to?;
        let turn = turn.unwrap_or_default();
        if let Some((_, first_turn)) = self.answered.iter().find(|(seq, _)| *seq == asked) {
            if first_turn != turn {
                tally.duplicated += 1;
            }
            return None;
        }
        let message = self.open.iter_mut().find(|message| message.seq == Some(asked))?;
        message.settled = true;
        if message.counts {
            tally.answered_in(now - message.due);
        }
        if self.answered.len() == REMEMBERED {
            self.answered.pop_front();
        }
        self.answered.push_back((asked, turn.to_owned()));
        self.forget_settled();
        Some(now)
    }

    /// Notes a message that the server did not take, and said so.
    pub fn refused(&mut self, number: u64) {
        let index = number.checked_sub(self.first).and_then(|index| usize::try_from(index).ok());
        if let Some(message) = index.and_then(|index| self.open.get_mut(index)) {
            message.settled = true;
            self.forget_settled();
        }
    }

    pub fn is_settled(&self) -> bool {
        self.open.is_empty()
    }

    /// Messages that were sent, not refused, and not answered.
    pub fn lost(&self) -> u64 {
        self.open.iter().filter(|message| message.counts && !message.settled).count() as u64
    }

    fn forget_settled(&mut self) {
        while self.open.front().is_some_and(|message| message.settled) {
            self.open.pop_front();
            self.first += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Instant {
        Instant::now()
    }

    #[test]
    fn a_message_is_acknowledged_answered_and_forgotten() {
        let (mut track, mut tally) = (Track::after(0), Tally::default());
        let number = track.sending(now(), true);
        track.acknowledged(number, 1, now(), &mut tally);
        assert_eq!(track.event(1, None, None, now(), &mut tally), None);
        assert!(track.event(2, Some(1), Some("t"), now(), &mut tally).is_some());
        assert_eq!(track.event(3, Some(1), Some("t"), now(), &mut tally), None, "the turn's second event");
        assert!(track.is_settled());
        assert_eq!((tally.acknowledged, tally.answered, tally.duplicated, tally.out_of_order), (1, 1, 0, 0));
    }

    #[test]
    fn answers_may_come_in_another_order_than_questions() {
        let (mut track, mut tally) = (Track::after(0), Tally::default());
        let numbers = [track.sending(now(), true), track.sending(now(), true)];
        track.acknowledged(numbers[1], 2, now(), &mut tally);
        track.acknowledged(numbers[0], 1, now(), &mut tally);
        for seq in 1..=2 {
            track.event(seq, None, None, now(), &mut tally);
        }
        track.event(3, Some(2), Some("b"), now(), &mut tally);
        assert_eq!(track.lost(), 1);
        track.event(4, Some(1), Some("a"), now(), &mut tally);
        assert_eq!((track.lost(), tally.answered), (0, 2));
    }

    #[test]
    fn tells_what_a_correct_server_never_does() {
        let (mut track, mut tally) = (Track::after(0), Tally::default());
        let number = track.sending(now(), true);
        track.acknowledged(number, 1, now(), &mut tally);
        track.event(1, None, None, now(), &mut tally);
        track.event(1, None, None, now(), &mut tally);
        track.event(3, Some(1), Some("a"), now(), &mut tally);
        track.event(4, Some(1), Some("b"), now(), &mut tally);
        assert_eq!((tally.duplicated, tally.out_of_order), (2, 1));
    }

    #[test]
    fn a_refused_message_is_not_lost() {
        let (mut track, mut tally) = (Track::after(0), Tally::default());
        let numbers = [track.sending(now(), true), track.sending(now(), true)];
        track.refused(numbers[0]);
        assert_eq!(track.lost(), 1);
        track.acknowledged(numbers[1], 1, now(), &mut tally);
        assert_eq!(tally.acknowledged, 1);
    }
}
