//! The console's cookie, as requests carry it.

/// The name of the session's cookie.
pub const SESSION: &str = "rapport_session";

/// The session's secret in the `Cookie` headers of a request.
pub fn session_in<'a>(lines: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == SESSION).map(|(_, secret)| secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_found_among_others() {
        assert_eq!(session_in(["theme=dark"].into_iter()), None);
        let lines = ["theme=dark; other_rapport_session=y", "rapport_session=ses_x; a=b"];
        assert_eq!(session_in(lines.into_iter()), Some("ses_x"));
    }
}
