//! The time, passed in: production reads the system's clock, tests move their own.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};

/// A source of the current time; cheap to clone.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    #[default]
    System,
    Manual(ManualClock),
}

impl Clock {
    /// The current time, cut to microseconds (the database's resolution), so that a
    /// time read back from the database equals the one that was written.
    pub fn now(&self) -> Timestamp {
        match self {
            #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
            Clock::System => truncate(Timestamp::now()),
            Clock::Manual(clock) => clock.now(),
        }
    }
}

/// A clock that stands still until a test moves it.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    pub fn new(start: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(start.as_microsecond())))
    }

    pub fn now(&self) -> Timestamp {
        from_micros(self.0.load(Ordering::SeqCst))
    }

    pub fn advance(&self, by: SignedDuration) {
        let micros = i64::try_from(by.as_micros()).expect("a test moves its clock by less than 290,000 years");
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}

/// The time of a microsecond count since 1970, as the database stores it.
/// A count outside jiff's range (a corrupt row) becomes the epoch.
pub fn from_micros(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn truncate(time: Timestamp) -> Timestamp {
    from_micros(time.as_microsecond())
}
