//! How long to wait before the next attempt to connect.

use std::time::Duration;

/// Doubles from `first` to `longest`; each wait is drawn from the upper half of its
/// step, so that a thousand clients of a restarted server do not return as one.
#[derive(Clone, Debug)]
pub struct Backoff {
    first: Duration,
    longest: Duration,
    attempts: u32,
}

impl Default for Backoff {
    fn default() -> Self {
        Self::new(Duration::from_millis(100), Duration::from_secs(5))
    }
}

impl Backoff {
    pub fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest, attempts: 0 }
    }

    /// The next wait. `chance` is a uniformly random number.
    pub fn next(&mut self, chance: u32) -> Duration {
        let step = self.first.saturating_mul(2_u32.saturating_pow(self.attempts)).min(self.longest);
        self.attempts = self.attempts.saturating_add(1);
        step / 2 + (step / 2).mul_f64(f64::from(chance) / f64::from(u32::MAX))
    }

    /// To be called once a connection is good.
    pub fn reset(&mut self) {
        self.attempts = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_up_to_the_longest_and_starts_anew_after_a_success() {
        let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_millis(350));
        let waits: Vec<u128> = (0..4).map(|_| backoff.next(u32::MAX).as_millis()).collect();
        assert_eq!(waits, [100, 200, 350, 350]);
        backoff.reset();
        assert_eq!(backoff.next(0), Duration::from_millis(50));
    }

    #[test]
    fn never_overflows() {
        let mut backoff = Backoff::default();
        let longest = (0..100).map(|_| backoff.next(u32::MAX)).max().unwrap();
        assert_eq!(longest, Duration::from_secs(5));
    }
}
