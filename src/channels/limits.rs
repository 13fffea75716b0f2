//! Rate limits, per visitor and per network address; whoever is over is told when to come back.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, NotUntil, Quota, RateLimiter};

use crate::base::config;

/// The limits of all sockets.
#[derive(Clone)]
pub struct Limiter {
    visitors: Arc<DefaultKeyedRateLimiter<String>>,
    addresses: Arc<DefaultKeyedRateLimiter<IpAddr>>,
}

/// A limit for one address at a time, for what nobody has to sign in for.
pub struct PerAddress(DefaultKeyedRateLimiter<IpAddr>);

/// Addresses that are remembered before the silent ones are forgotten.
const REMEMBERED: usize = 10_000;

impl PerAddress {
    pub fn new(rate: u32, burst: u32) -> Self {
        Self(RateLimiter::keyed(Quota::per_second(at_least_one(rate)).allow_burst(at_least_one(burst))))
    }

    /// Counts one call from that address; whether it is within the limit.
    pub fn admits(&self, address: IpAddr) -> bool {
        if self.0.len() > REMEMBERED {
            self.0.retain_recent();
        }
        self.0.check_key(&network_of(address)).is_ok()
    }
}

/// How long to wait before trying again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Throttled {
    pub retry_after: Duration,
}

impl Limiter {
    pub fn new(limits: &config::Limits) -> Self {
        let visitor =
            Quota::per_second(at_least_one(limits.visitor_rate)).allow_burst(at_least_one(limits.visitor_burst));
        let address = Quota::per_second(at_least_one(limits.address_rate));
        Self { visitors: Arc::new(RateLimiter::keyed(visitor)), addresses: Arc::new(RateLimiter::keyed(address)) }
    }

    /// Counts one message of that visitor from that address. The visitor counts over all
    /// of their sockets, so that opening another one gains nothing.
    pub fn count(&self, visitor: &str, address: IpAddr) -> Result<(), Throttled> {
        // `check_key` takes the key by reference to an owned String.
        self.visitors.check_key(&visitor.to_owned()).map_err(|until| wait(&until))?;
        self.addresses.check_key(&network_of(address)).map_err(|until| wait(&until))
    }

    /// Forgets who has been silent long enough to start afresh.
    pub fn forget_the_silent(&self) {
        self.visitors.retain_recent();
        self.addresses.retain_recent();
        self.visitors.shrink_to_fit();
        self.addresses.shrink_to_fit();
    }
}

fn wait(until: &NotUntil<governor::clock::QuantaInstant>) -> Throttled {
    let wait = until.wait_time_from(DefaultClock::default().now());
    Throttled { retry_after: wait.max(Duration::from_millis(1)) }
}

fn at_least_one(rate: u32) -> NonZeroU32 {
    NonZeroU32::new(rate).unwrap_or(NonZeroU32::MIN)
}

/// One household has a whole IPv6 network of 2⁶⁴ addresses: they count as one.
fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_burst_of_its_own() {
        let limit = PerAddress::new(1, 2);
        let (one, other): (IpAddr, IpAddr) = ("203.0.113.1".parse().unwrap(), "203.0.113.2".parse().unwrap());
        assert_eq!([one, one, one, other].map(|address| limit.admits(address)), [true, true, false, true]);
    }

    fn limits(visitor_rate: u32, visitor_burst: u32, address_rate: u32) -> Limiter {
        Limiter::new(&config::Limits { visitor_rate, visitor_burst, address_rate, ..config::Limits::default() })
    }

    #[test]
    fn a_burst_passes_and_the_next_is_told_when_to_come_back() {
        let limiter = limits(1, 3, 1000);
        let address: IpAddr = "192.0.2.1".parse().unwrap();
        for _ in 0..3 {
            limiter.count("ann", address).unwrap();
        }
        let throttled = limiter.count("ann", address).unwrap_err();
        assert!(throttled.retry_after <= Duration::from_secs(1), "{throttled:?}");
        limiter.count("ben", address).unwrap();
    }

    #[test]
    fn an_ipv6_network_counts_as_one_address() {
        let limiter = limits(100, 100, 1);
        limiter.count("ann", "2001:db8::1".parse().unwrap()).unwrap();
        assert!(limiter.count("ben", "2001:db8::2".parse().unwrap()).is_err());
        limiter.count("cem", "2001:db8:0:1::1".parse().unwrap()).unwrap();
    }
}
