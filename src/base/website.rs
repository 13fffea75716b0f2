//! What an owner writes down about a website: its origin, and an inbox's public key.

/// An origin as browsers send it: scheme, host, and the port unless it is the scheme's
/// own; `*` for all. `None` where it is none.
pub fn parse_origin(text: &str) -> Option<String> {
    if text == "*" {
        return Some(text.to_owned());
    }
    let origin = text.trim().trim_end_matches('/').to_ascii_lowercase();
    let (scheme, authority) = origin.split_once("://")?;
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port.parse::<u16>().ok()?)),
        _ => (authority, None),
    };
    let usual = match scheme {
        "https" => 443,
        "http" => 80,
        _ => return None,
    };
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '[' | ']' | ':');
    if host.is_empty() || !host.chars().all(fits) {
        return None;
    }
    Some(match port.filter(|port| *port != usual) {
        Some(port) => format!("{scheme}://{host}:{port}"),
        None => format!("{scheme}://{host}"),
    })
}

/// 2 to 64 small letters, digits and hyphens.
pub fn parse_inbox_key(text: &str) -> Option<String> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    ((2..=64).contains(&text.len()) && text.chars().all(fits)).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("https://Shop.example/", "https://shop.example")]
    #[case("https://shop.example:443", "https://shop.example")]
    #[case("http://localhost:5173", "http://localhost:5173")]
    #[case("http://[::1]:8000", "http://[::1]:8000")]
    #[case("*", "*")]
    fn an_origin_is_kept_as_browsers_send_it(#[case] text: &str, #[case] origin: &str) {
        assert_eq!(parse_origin(text).as_deref(), Some(origin));
    }

    #[rstest]
    #[case("shop.example")]
    #[case("https://shop.example/path")]
    #[case("https://")]
    #[case("ftp://shop.example")]
    #[case("https://shop.example:99999")]
    #[case("https://eva@shop.example")]
    fn what_is_no_origin_is_refused(#[case] text: &str) {
        assert_eq!(parse_origin(text), None);
    }

    #[rstest]
    #[case("web-shop", true)]
    #[case("w", false)]
    #[case("Web", false)]
    fn a_key_stands_in_a_page_as_it_is(#[case] text: &str, #[case] fits: bool) {
        assert_eq!(parse_inbox_key(text).is_some(), fits);
    }
}
