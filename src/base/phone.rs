//! Telephone numbers, as far as they can be compared without knowing numbering plans.

/// The number in E.164 (`+32475123456`); `None` where it does not say its country, since
/// guessing one could make two people the same.
pub fn parse_phone(text: &str) -> Option<String> {
    // "+32 (0)475": the zero is dialled only within the country.
    let written = text.trim().replacen("(0)", "", 1);
    let known = |c: char| c.is_ascii_digit() || c.is_whitespace() || "().-/\u{2010}\u{2011}\u{2013}".contains(c);
    let number = match written.strip_prefix('+') {
        Some(number) => number,
        None => written.strip_prefix("00")?,
    };
    if !number.chars().all(known) {
        return None;
    }
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    ((8..=15).contains(&digits.len()) && !digits.starts_with('0')).then(|| format!("+{digits}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("+46 70 555 01 22", Some("+46705550122"))]
    #[case(" +32 (0)475/12.34.56", Some("+32475123456"))]
    #[case("0032 475 123 456", Some("+32475123456"))]
    #[case("+1 (415) 555-0132", Some("+14155550132"))]
    #[case("0475 12 34 56", None)]
    #[case("475123456", None)]
    #[case("+0475123456", None)]
    #[case("+32 475 ask for Ann", None)]
    #[case("+1234567", None)]
    #[case("+1234567890123456", None)]
    #[case("", None)]
    fn only_numbers_that_say_their_country_are_compared(#[case] text: &str, #[case] expected: Option<&str>) {
        assert_eq!(parse_phone(text).as_deref(), expected);
    }
}
