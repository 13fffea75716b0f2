//! Numbers of parcels. Carriers' own forms are known by shape and check digit; others, which
//! are bare digits, by the words before them. It must not know where a parcel is.

use std::sync::LazyLock;

use regex::Regex;

use super::found::Found;
use crate::base::boundary;
use crate::domain::EntityType;

static FORMS: LazyLock<Regex> = LazyLock::new(|| {
    compile(concat!(
        r"\b(?:(?P<ups>1z[ -]?[0-9a-z]{3}[ -]?[0-9a-z]{3}[ -]?[0-9a-z]{2}[ -]?[0-9a-z]{4}[ -]?[0-9a-z]{4})",
        r"|(?P<s10>[a-z]{2}[ -]?[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{3}[ -]?[a-z]{2})",
        r"|(?P<dhl>j(?:jd|vgl|d)[0-9]{10,20})",
        r"|(?P<postnl>3s[a-z]{2,6}[0-9]{6,12})",
        r"|(?P<amazon>tba[0-9]{12})",
        r"|(?P<colissimo>[0-9][a-z][0-9]{11})",
        r"|(?P<evri>h[0-9a-z]{3}[0-9a-z]{2}[0-9]{10})",
        r"|(?P<usps>9[1-5][0-9]{2}(?: ?[0-9]{4}){4}(?: ?[0-9]{2})?))\b"
    ))
});

/// After these words, most long codes are a parcel's.
static INTRODUCED: LazyLock<Regex> = LazyLock::new(|| {
    compile(concat!(
        r"\b(?:track(?:ing)?(?:\s*(?:&|and)\s*trace)?|parcel|package|shipment|shipping|consignment|waybill|awb|ups|dhl|dpd|gls|fedex|usps|postnl|bpost|colissimo|hermes|evri|mondial relay|royal mail|sendungs?|colis|pakket)",
        r"[\s-]*(?:numbers?|nummer|num[eé]ro|no\b\.?|nr\b\.?|id|code|ref(?:erence)?|link)?\s*(?:is|was|says|from\s+\w+\s+is|[:=#(-])?\s*#?",
        r"(?P<code>[0-9a-z]{0,4}[0-9](?:[ -]?[0-9a-z]){6,32})\b"
    ))
});

fn compile(pattern: &str) -> Regex {
    Regex::new(&format!("(?i){pattern}")).expect("the pattern is constant: this is a bug")
}

pub(super) fn find(text: &str) -> Vec<Found> {
    let mut all = Vec::new();
    if !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return all;
    }
    for captures in FORMS.captures_iter(text) {
        let Some(whole) = captures.get(0) else { continue };
        let code = code_of(whole.as_str());
        let fits = match captures.iter().skip(1).position(|group| group.is_some()) {
            Some(0) => is_ups(&code),
            Some(1) => is_s10(&code),
            Some(7) => (20..=22).contains(&code.len()) && gs1(&code),
            _ => true,
        };
        if fits && boundary::stands_alone(text, &whole.range()) {
            all.push(found(code, whole.range(), 0.97));
        }
    }
    for captures in INTRODUCED.captures_iter(text) {
        let Some(code) = captures.name("code") else { continue };
        // Words may follow with nothing but a space between: the code ends where digits do.
        let Some(last_digit) = code.as_str().rfind(|c: char| c.is_ascii_digit()) else { continue };
        let tail = code.as_str()[last_digit + 1..].find(' ').map_or(code.len(), |at| last_digit + 1 + at);
        let span = code.start()..code.start() + tail;
        let value = code_of(&text[span.clone()]);
        let digits = value.bytes().filter(u8::is_ascii_digit).count();
        let date = value.len() == 8 && code.as_str().contains('-');
        if digits >= 8 && !date && boundary::stands_alone(text, &span) {
            all.push(found(value, span, 0.8));
        }
    }
    all
}

fn found(value: String, span: std::ops::Range<usize>, confidence: f32) -> Found {
    Found { kind: EntityType::TrackingNumber, span, value, confidence }
}

fn code_of(written: &str) -> String {
    written.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

/// UPS: letters count as digits, every second one twice.
fn is_ups(code: &str) -> bool {
    let value = |byte: u8| match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        _ => u32::from((byte - b'A' + 2) % 10),
    };
    let body = code.bytes().skip(2).take(15).enumerate();
    let sum: u32 = body.map(|(place, byte)| value(byte) * if place % 2 == 1 { 2 } else { 1 }).sum();
    code.bytes().last().is_some_and(|check| check.is_ascii_digit() && value(check) == (10 - sum % 10) % 10)
}

/// UPU S10: weights over eight digits, mod 11; 10 is written 0, 11 is written 5.
fn is_s10(code: &str) -> bool {
    const WEIGHTS: [u32; 8] = [8, 6, 4, 2, 3, 5, 9, 7];
    let digit = |place: usize| u32::from(code.as_bytes()[place] - b'0');
    let sum: u32 = WEIGHTS.iter().enumerate().map(|(place, weight)| weight * digit(place + 2)).sum();
    let check = match 11 - sum % 11 {
        10 => 0,
        11 => 5,
        other => other,
    };
    digit(10) == check
}

/// The last digit of a barcode's number, weights 3 and 1.
fn gs1(code: &str) -> bool {
    let digits = code.bytes().rev().enumerate();
    digits.map(|(place, byte)| u32::from(byte - b'0') * if place % 2 == 0 { 1 } else { 3 }).sum::<u32>() % 10 == 0
}
