//! Who is at the other end when a web server on this machine stands between.

use std::net::IpAddr;

/// The caller's network address. A proxy on this machine tells it as the last entry of
/// `X-Forwarded-For`; from anybody else that header is a claim, and not believed.
pub fn caller<'a>(peer: IpAddr, forwarded_for: impl Iterator<Item = &'a str>) -> IpAddr {
    if !peer.to_canonical().is_loopback() {
        return peer;
    }
    let last = forwarded_for.last().and_then(|line| line.rsplit(',').next());
    last.and_then(|address| address.trim().trim_matches(['[', ']']).parse().ok()).unwrap_or(peer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("127.0.0.1", &[], "127.0.0.1")]
    #[case("127.0.0.1", &["203.0.113.9"], "203.0.113.9")]
    #[case("::ffff:127.0.0.1", &["1.1.1.1, 203.0.113.9"], "203.0.113.9")]
    #[case("::1", &["1.1.1.1", "2001:db8::9"], "2001:db8::9")]
    #[case("127.0.0.1", &["unknown"], "127.0.0.1")]
    #[case("198.51.100.7", &["203.0.113.9"], "198.51.100.7")]
    fn only_a_proxy_on_this_machine_is_believed(#[case] peer: &str, #[case] told: &[&str], #[case] caller_is: &str) {
        assert_eq!(caller(peer.parse().unwrap(), told.iter().copied()), caller_is.parse::<IpAddr>().unwrap());
    }
}
