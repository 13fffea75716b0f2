//! What a website asks of programs that read it: `robots.txt` (RFC 9309).

use std::time::Duration;

use texting_robots::Robot;

/// The name by which a `robots.txt` may call us.
pub const AGENT: &str = "rapport";
/// So much of the file counts, as the standard has it.
pub const LONGEST: usize = 500 * 1024;
/// A site that wants longer pauses does not want to be read.
const LONGEST_PAUSE: Duration = Duration::from_secs(600);

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RobotsError {
    #[error("its robots.txt cannot be understood ({0}): mend that line, so that what it forbids is kept")]
    Unclear(String),
    #[error(
        "its robots.txt asks for pauses of {0} s between two pages, and so not to be read: add a group for the agent `rapport` with a shorter Crawl-delay"
    )]
    Slow(u64),
}

/// What may be fetched, and how fast.
#[derive(Debug)]
pub struct Robots {
    rules: Option<Robot>,
    /// Between the ends and begins of two requests, where the site asks for it.
    pub pause: Option<Duration>,
    pub sitemaps: Vec<String>,
}

impl Robots {
    /// A site without a `robots.txt` asks for nothing.
    pub fn none() -> Self {
        Self { rules: None, pause: None, sitemaps: Vec::new() }
    }

    pub fn read(text: &[u8]) -> Result<Self, RobotsError> {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let text = &text[..text.len().min(LONGEST)];
        let rules = Robot::new(AGENT, text).map_err(|error| RobotsError::Unclear(error.to_string()))?;
        let pause = rules.delay.filter(|seconds| seconds.is_finite() && *seconds > 0.0);
        let pause = pause.map(|seconds| Duration::from_secs_f32(seconds.min(1e6)));
        if let Some(pause) = pause.filter(|pause| *pause > LONGEST_PAUSE) {
            return Err(RobotsError::Slow(pause.as_secs()));
        }
        let sitemaps = rules.sitemaps.clone();
        Ok(Self { pause, sitemaps, rules: Some(rules) })
    }

    pub fn allow(&self, address: &str) -> bool {
        self.rules.as_ref().is_none_or(|rules| rules.allowed(address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "Sitemap: https://shop.example/map.xml\n\nUser-agent: *\nDisallow: /\n\n\
        User-agent: Rapport\nDisallow: /account\nAllow: /account/help\nDisallow: /*?sort=\nCrawl-delay: 1.5\n";

    #[test]
    fn a_group_of_our_own_counts_and_the_longest_rule_wins() {
        let robots = Robots::read(FILE.as_bytes()).unwrap();
        assert_eq!(robots.sitemaps, ["https://shop.example/map.xml"]);
        assert_eq!(robots.pause, Some(Duration::from_millis(1500)));
        let allowed = |path: &str| robots.allow(&format!("https://shop.example{path}"));
        assert!(allowed("/help/returns") && allowed("/account/help"));
        assert!(!allowed("/account/orders") && !allowed("/shop?sort=price"));
        assert!(!Robots::read(b"User-agent: *\nDisallow: /").unwrap().allow("https://shop.example/help"));
        assert!(Robots::none().allow("https://shop.example/account"));
    }

    #[test]
    fn a_site_that_wants_to_be_left_alone_is() {
        let error = Robots::read(b"User-agent: *\nCrawl-delay: 86400").unwrap_err();
        assert!(error.to_string().contains("pauses of 86400 s"), "{error}");
    }
}
