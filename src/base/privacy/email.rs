//! E-mail addresses, as people type them into a chat.

use std::sync::LazyLock;

use regex::Regex;

use super::{Finding, Kind};

/// Narrower than RFC 5321: no quoted names and no bare hosts, which in a chat are mistakes.
/// Both ends are letters, digits or the like, so a sentence's full stop stays outside.
static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x)
        [\p{L}\p{N}_] (?: [\p{L}\p{N}._%+'-]* [\p{L}\p{N}_%+-] )?
        @ (?: [\p{L}\p{N}] (?: [\p{L}\p{N}-]* [\p{L}\p{N}] )? \. )+
        \p{L}{2,24} \b",
    )
    .expect("the pattern is constant: this is a bug")
});

pub(super) fn find(text: &str, all: &mut Vec<Finding>) {
    let address = |found: regex::Match<'_>| Finding {
        kind: Kind::Email,
        span: found.range(),
        value: found.as_str().to_lowercase(),
        scheme: "",
        confidence: 0.99,
    };
    all.extend(ADDRESS.find_iter(text).map(address));
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    #[rstest]
    #[case("mail me at Anna.Peeters@Example.com.", &["anna.peeters@example.com"])]
    #[case("(anna+shop@mail.example.be), thanks", &["anna+shop@mail.example.be"])]
    #[case("it's 'a@b.co' or <c-d@e-f.org>!", &["a@b.co", "c-d@e-f.org"])]
    #[case("josé@exämple.de?", &["josé@exämple.de"])]
    #[case("from a@b.be,c@d.nl", &["a@b.be", "c@d.nl"])]
    #[case("find us @alderandwick", &[])]
    #[case("me@localhost", &[])]
    #[case("2 lamps @ 30.00", &[])]
    #[case("a@@b.com", &[])]
    fn addresses_are_found(#[case] text: &str, #[case] addresses: &[&str]) {
        let found: Vec<_> = crate::base::privacy::find(text).into_iter().map(|found| found.value).collect();
        assert_eq!(found, addresses);
    }
}
