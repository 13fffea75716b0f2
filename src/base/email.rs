//! E-mail addresses, as far as a form can judge them: the mail itself is the proof.

/// The address in small letters, as addresses are kept and compared; `None` where it
/// cannot be one.
pub fn parse_email(text: &str) -> Option<String> {
    let email = text.trim().to_lowercase();
    let (local, domain) = email.split_once('@')?;
    let labels = domain.split('.').all(|label| !label.is_empty());
    let fits = !local.is_empty() && domain.contains('.') && labels && !domain.contains('@') && email.len() <= 254;
    let clean = !email.contains(|c: char| c.is_whitespace() || c.is_control() || "<>,;\"".contains(c));
    (fits && clean).then_some(email)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(" Eva@Example.com ", Some("eva@example.com"))]
    #[case("eva", None)]
    #[case("eva@localhost", None)]
    #[case("eva@example.", None)]
    #[case("eva maes@example.com", None)]
    #[case("eva@example.com\r\nBcc: ben@example.com", None)]
    #[case("eva@a.example,ben@b.example", None)]
    fn addresses_are_kept_in_small_letters(#[case] text: &str, #[case] expected: Option<&str>) {
        assert_eq!(parse_email(text).as_deref(), expected);
    }
}
