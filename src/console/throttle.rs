//! How often somebody may try to sign in, by network address and by e-mail address.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::problem::Problem;

const FROM_ONE_ADDRESS: NonZeroU32 = NonZeroU32::new(20).expect("20 is not 0");
const FOR_ONE_PERSON: NonZeroU32 = NonZeroU32::new(10).expect("10 is not 0");

pub(super) struct Throttle {
    addresses: DefaultKeyedRateLimiter<IpAddr>,
    people: DefaultKeyedRateLimiter<String>,
}

impl Default for Throttle {
    fn default() -> Self {
        let every = |seconds, burst| {
            Quota::with_period(Duration::from_secs(seconds)).expect("the period is not 0").allow_burst(burst)
        };
        Self {
            addresses: RateLimiter::keyed(every(3, FROM_ONE_ADDRESS)),
            people: RateLimiter::keyed(every(30, FOR_ONE_PERSON)),
        }
    }
}

impl Throttle {
    /// Counts a try; `person` is the e-mail address, or the link.
    pub fn count(&self, address: IpAddr, person: &str) -> Result<(), Problem> {
        let now = DefaultClock::default().now();
        self.addresses.check_key(&address).map_err(|until| Problem::Throttled(until.wait_time_from(now)))?;
        self.people.check_key(&person.to_owned()).map_err(|until| Problem::Throttled(until.wait_time_from(now)))
    }

    /// Forgets who has been silent long enough to start afresh.
    pub fn forget_the_silent(&self) {
        self.addresses.retain_recent();
        self.people.retain_recent();
        self.addresses.shrink_to_fit();
        self.people.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guessing_one_password_ends_after_ten_tries_and_many_after_twenty() {
        let throttle = Throttle::default();
        let (here, there) = ([192, 0, 2, 1].into(), [192, 0, 2, 2].into());
        for _ in 0..10 {
            throttle.count(here, "eva@shop.example").unwrap();
        }
        assert!(matches!(throttle.count(there, "eva@shop.example"), Err(Problem::Throttled(_))));
        for person in 0..10 {
            throttle.count(here, &person.to_string()).unwrap();
        }
        assert!(matches!(throttle.count(here, "ben@shop.example"), Err(Problem::Throttled(_))));
        throttle.count(there, "ben@shop.example").unwrap();
    }
}
