//! Phone numbers, international and national. Most long numbers in a support chat are
//! something else, so a number without `+` or a leading zero needs a reason to be one.
//! It must not know numbering plans: a national number keeps its national form, because
//! nothing here says which country it belongs to.

use std::sync::LazyLock;

use regex::Regex;

use super::{Finding, Kind};
use crate::base::boundary;

/// Digits in groups, parted by at most a space on each side of a dot, dash or parenthesis.
static CANDIDATE: LazyLock<Regex> =
    LazyLock::new(|| compile(r"[+(]{0,2}[0-9](?:(?:[ \u{a0}\u{202f}]?[().‐‑–-]{0,2}[ \u{a0}\u{202f}]?|/)[0-9])+"));

static NORTH_AMERICAN: LazyLock<Regex> =
    LazyLock::new(|| compile(r"^(?:1[ .-])?(?:\([0-9]{3}\) ?|[0-9]{3}[ .-])[0-9]{3}[ .-][0-9]{4}$"));

/// `2026-11-03`, `3.11.2026`, alone or before something else.
static DATE: LazyLock<Regex> = LazyLock::new(|| {
    compile(r"^(?:(?:19|20)[0-9]{2}[./-][0-9]{1,2}[./-][0-9]{1,2}|[0-9]{1,2}[./-][0-9]{1,2}[./-](?:19|20)[0-9]{2})\b")
});

/// "Cannot reach 203.0.113.12" is about a machine.
static IP_ADDRESS: LazyLock<Regex> = LazyLock::new(|| compile(r"^[0-9]{1,3}(?:\.[0-9]{1,3}){3}$"));

static PHONE_WORDS: LazyLock<Regex> = LazyLock::new(|| {
    compile(r"(?i)\b(?:tele)?(?:phone|tel|mobile|mob|cell|gsm|whatsapp|fax|sms|call|ring|text|reach)|\bmy number")
});

static OTHER_NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    compile(concat!(
        r"(?i)\b(?:orders?|track(?:ing)?|parcel|shipment|invoice|iban|account|card|vat|ean|barcode|sku|item|article",
        r"|ref(?:erence)?|ticket|case|serial)\s*(?:numbers?|no\.?|nr\.?|code|id)?\s*(?:is|was)?\s*[:=#]?\s*$"
    ))
});

fn compile(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is constant: this is a bug")
}

pub(super) fn find(text: &str, all: &mut Vec<Finding>) {
    for candidate in CANDIDATE.find_iter(text) {
        let unopened = candidate.as_str().starts_with('(') && !candidate.as_str().contains(')');
        let start = candidate.start() + usize::from(unopened);
        let span = start..candidate.end();
        if is_glued(text, start, candidate.end()) {
            continue;
        }
        if let Some((value, confidence)) = read(&text[span.clone()], boundary::lead(text, start, 40)) {
            all.push(Finding { kind: Kind::Phone, span, value, scheme: "", confidence });
        }
    }
}

/// The normalised number and how sure it is, given what stands before it.
fn read(written: &str, lead: &str) -> Option<(String, f32)> {
    // "+32 (0)475": the zero is dialled only within the country.
    let international = written.contains('+');
    let written = if international { written.replacen("(0)", "", 1) } else { written.to_owned() };
    let digits: String = written.chars().filter(char::is_ascii_digit).collect();

    let abroad = if international { Some(digits.as_str()) } else { digits.strip_prefix("00") };
    if let Some(number) = abroad {
        let confidence = if international { 0.97 } else { 0.93 };
        return (8..=15).contains(&number.len()).then(|| (format!("+{number}"), confidence));
    }

    let other = DATE.is_match(&written) || IP_ADDRESS.is_match(&written) || OTHER_NUMBER.is_match(lead);
    if other || !(8..=15).contains(&digits.len()) {
        return None;
    }
    let first_group = written.trim_start_matches('(').chars().take_while(char::is_ascii_digit).count();
    let confidence = if digits.starts_with('0') && first_group >= 2 {
        0.9
    } else if NORTH_AMERICAN.is_match(&written) {
        0.85
    } else if PHONE_WORDS.is_match(lead) {
        0.8
    } else {
        return None;
    };
    Some((digits, confidence))
}

/// Whether what stands beside the number makes it part of something else: an IBAN, a code,
/// a price.
fn is_glued(text: &str, start: usize, end: usize) -> bool {
    let left = boundary::before(text, start).is_some_and(|c| matches!(c, '#' | '@' | '€' | '$' | '£' | '+'));
    let rest = boundary::follow(text, end, 12).trim_start().to_lowercase();
    let right = ["@", "€", "$", "£", "%", "eur", "usd", "gbp"].iter().any(|mark| rest.starts_with(mark));
    let code = text[..start].ends_with('-');
    left || right || code || !boundary::stands_alone(text, &(start..end))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    #[rstest]
    #[case("call +32 475 12 34 56", Some("+32475123456"))]
    #[case("+32 (0)475/12.34.56.", Some("+32475123456"))]
    #[case("0032 475 123 456", Some("+32475123456"))]
    #[case("(0475 12 34 56)", Some("0475123456"))]
    #[case("02-555.12.12", Some("025551212"))]
    #[case("I'm at (415) 555-0132", Some("4155550132"))]
    #[case("+1 415-555-0132 works", Some("+14155550132"))]
    #[case("my mobile: 475 12 34 56", Some("475123456"))]
    #[case("order AW-10482, my number is 0475123456", Some("0475123456"))]
    #[case("order number 0475123456", None)]
    #[case("tracking 123456789012", None)]
    #[case("3.11.2026", None)]
    #[case("on 2026-11-03", None)]
    #[case("it says 03/11/2026 10:15", None)]
    #[case("€12.345.678", None)]
    #[case("12345678 EUR", None)]
    #[case("4111 1111 1111 1111", None)]
    #[case("call about card 3782 822463 10005", None)]
    #[case("BE68 5390 0754 7034", None)]
    #[case("sizes 36 38 40 42", None)]
    #[case("call 1234567", None)]
    #[case("+1234567890123456", None)]
    #[case("cannot reach 203.0.113.12", None)]
    #[case("2026-11-22T18:26:08.123456Z INFO text", None)]
    #[case("AW-10482", None)]
    fn numbers_are_found(#[case] text: &str, #[case] number: Option<&str>) {
        let phones = crate::base::privacy::find(text).into_iter().filter(|found| found.kind == super::Kind::Phone);
        let found: Vec<_> = phones.map(|found| found.value).collect();
        assert_eq!(found, number.into_iter().collect::<Vec<_>>());
    }
}
