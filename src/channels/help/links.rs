//! Addresses within the help centre.

use crate::search::passages::article_address;

/// A page of the help centre, in a language; the shop's own needs no name.
pub fn in_language(path: &str, language: &str, own: &str) -> String {
    if language == own { path.to_owned() } else { format!("{path}?locale={language}") }
}

/// A name as a part of an address.
pub fn encoded(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// Where a link in an article leads, such that the reader stays in their language.
pub fn from_article(link: &str, locale: Option<&str>) -> Option<String> {
    let address = article_address(link)?;
    let Some(locale) = locale.filter(|_| address.starts_with("/help/") && !address.contains('?')) else {
        return Some(address);
    };
    Some(match address.split_once('#') {
        Some((page, section)) => format!("{page}?locale={locale}#{section}"),
        None => format!("{address}?locale={locale}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn names_in_any_script_stand_in_an_address() {
        assert_eq!(encoded("livraison-à-l_étranger"), "livraison-%C3%A0-l_%C3%A9tranger");
    }

    #[rstest]
    #[case("refund.md#when", None, Some("/help/refund#when"))]
    #[case("refund.md#when", Some("nl"), Some("/help/refund?locale=nl#when"))]
    #[case("/help/refund", Some("nl"), Some("/help/refund?locale=nl"))]
    #[case("/help/refund?locale=fr", Some("nl"), Some("/help/refund?locale=fr"))]
    #[case("https://a.example/help/x", Some("nl"), Some("https://a.example/help/x"))]
    #[case("#here", Some("nl"), Some("#here"))]
    #[case("javascript:x", Some("nl"), None)]
    fn a_reader_stays_in_their_language(#[case] link: &str, #[case] locale: Option<&str>, #[case] to: Option<&str>) {
        assert_eq!(from_article(link, locale).as_deref(), to);
    }
}
