//! Which places of the log were seen, and up to where it is settled.
//!
//! PostgreSQL gives a position when an entry is inserted and shows it when its transaction
//! commits, so a lower one can appear after a higher one. The cursor that a follower resumes
//! from is therefore the place below which nothing can appear any more: a gap is waited
//! for until its transaction must have ended, committed or not.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// No transaction of ours stays open for so long.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub struct Gaps {
    /// Everything up to here was seen, or will never be.
    settled: i64,
    /// Seen above that.
    ahead: BTreeSet<i64>,
    /// Since when a gap holds the cursor back.
    held_since: Option<Instant>,
    patience: Duration,
}

impl Gaps {
    /// Begins at a position. Where positions are given and shown in one order, a gap is
    /// nothing to wait for.
    pub fn new(settled: i64, in_order: bool) -> Self {
        let patience = if in_order { Duration::ZERO } else { PATIENCE };
        Self { settled, ahead: BTreeSet::new(), held_since: None, patience }
    }

    /// Everything up to here is settled.
    pub fn cursor(&self) -> i64 {
        self.settled
    }

    /// Whether this place is new.
    pub fn see(&mut self, position: i64) -> bool {
        position > self.settled && self.ahead.insert(position)
    }

    /// Moves the cursor over what is settled by now.
    pub fn settle(&mut self, now: Instant) {
        self.advance();
        if self.ahead.is_empty() {
            self.held_since = None;
            return;
        }
        let since = *self.held_since.get_or_insert(now);
        if now.duration_since(since) >= self.patience {
            // What is missing below was rolled back.
            if let Some(first) = self.ahead.first().copied() {
                self.settled = first - 1;
            }
            self.advance();
            self.held_since = if self.ahead.is_empty() { None } else { Some(now) };
            if self.patience.is_zero() && !self.ahead.is_empty() {
                self.settle(now);
            }
        }
    }

    fn advance(&mut self) {
        let before = self.settled;
        while self.ahead.first() == Some(&(self.settled + 1)) {
            self.ahead.pop_first();
            self.settled += 1;
        }
        if self.settled > before {
            self.held_since = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_waits_for_a_place_that_is_not_settled() {
        let start = Instant::now();
        let mut gaps = Gaps::new(10, false);
        assert!(gaps.see(11) && gaps.see(13));
        assert!(!gaps.see(13) && !gaps.see(9), "each place is new once");
        gaps.settle(start);
        assert_eq!(gaps.cursor(), 11);
        assert!(gaps.see(12), "it was committed later");
        gaps.settle(start);
        assert_eq!(gaps.cursor(), 13);
    }

    #[test]
    fn what_was_rolled_back_holds_the_cursor_only_for_a_while() {
        let start = Instant::now();
        let mut gaps = Gaps::new(10, false);
        gaps.see(12);
        gaps.settle(start);
        gaps.settle(start + PATIENCE / 2);
        assert_eq!(gaps.cursor(), 10);
        gaps.settle(start + PATIENCE);
        assert_eq!(gaps.cursor(), 12);
        gaps.see(14);
        gaps.settle(start + PATIENCE);
        assert_eq!(gaps.cursor(), 12, "a new gap has its own time");
    }

    #[test]
    fn one_writer_leaves_nothing_to_wait_for() {
        let mut gaps = Gaps::new(10, true);
        for position in [12, 13, 15] {
            gaps.see(position);
        }
        gaps.settle(Instant::now());
        assert_eq!(gaps.cursor(), 15);
    }
}
