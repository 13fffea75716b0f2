//! Bank accounts by IBAN (ISO 13616): a country, its length, and the check digits mod 97.
//! In capitals or not, in groups or not.

use super::{Finding, Kind, check};

/// Countries of the IBAN registry and the length of theirs.
const LENGTHS: [(&str, usize); 89] = [
    ("AD", 24),
    ("AE", 23),
    ("AL", 28),
    ("AT", 20),
    ("AZ", 28),
    ("BA", 20),
    ("BE", 16),
    ("BG", 22),
    ("BH", 22),
    ("BI", 27),
    ("BR", 29),
    ("BY", 28),
    ("CH", 21),
    ("CR", 22),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DJ", 27),
    ("DK", 18),
    ("DO", 28),
    ("EE", 20),
    ("EG", 29),
    ("ES", 24),
    ("FI", 18),
    ("FK", 18),
    ("FO", 18),
    ("FR", 27),
    ("GB", 22),
    ("GE", 22),
    ("GI", 23),
    ("GL", 18),
    ("GR", 27),
    ("GT", 28),
    ("HN", 28),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IL", 23),
    ("IQ", 23),
    ("IS", 26),
    ("IT", 27),
    ("JO", 30),
    ("KW", 30),
    ("KZ", 20),
    ("LB", 28),
    ("LC", 32),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("LY", 25),
    ("MC", 27),
    ("MD", 24),
    ("ME", 22),
    ("MK", 19),
    ("MN", 20),
    ("MR", 27),
    ("MT", 31),
    ("MU", 30),
    ("NI", 28),
    ("NL", 18),
    ("NO", 15),
    ("OM", 23),
    ("PK", 24),
    ("PL", 28),
    ("PS", 29),
    ("PT", 25),
    ("QA", 29),
    ("RO", 24),
    ("RS", 22),
    ("RU", 33),
    ("SA", 24),
    ("SC", 31),
    ("SD", 18),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("SM", 27),
    ("SO", 23),
    ("ST", 25),
    ("SV", 28),
    ("TL", 23),
    ("TN", 24),
    ("TR", 26),
    ("UA", 29),
    ("VA", 22),
    ("VG", 24),
    ("XK", 20),
    ("YE", 30),
];

pub(super) fn find(text: &str, all: &mut Vec<Finding>) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at + 2 < bytes.len() {
        match starts_here(text, at).then(|| read(text, at)).flatten() {
            Some(finding) => {
                at = finding.span.end;
                all.push(finding);
            }
            None => at += 1,
        }
    }
}

/// Two letters at a word's start, or right after the word IBAN.
fn starts_here(text: &str, at: usize) -> bool {
    let bytes = text.as_bytes();
    let country = bytes[at].is_ascii_alphabetic() && bytes[at + 1].is_ascii_alphabetic();
    // Digits follow, at the most a sign away; most words end here.
    let digits = bytes[at + 2..].iter().take(4).any(u8::is_ascii_digit);
    if !country || !digits {
        return false;
    }
    let before = &text[..at];
    let glued = before.chars().next_back().is_some_and(char::is_alphanumeric);
    let labelled = before.len() >= 4 && before.as_bytes()[at - 4..].eq_ignore_ascii_case(b"iban");
    !glued || labelled
}

fn read(text: &str, at: usize) -> Option<Finding> {
    let country = text[at..at + 2].to_ascii_uppercase();
    let place = LENGTHS.binary_search_by_key(&country.as_str(), |(code, _)| code).ok()?;
    let (scheme, length) = LENGTHS[place];
    let (value, end) = characters(text, at, length)?;
    let checks = value[2..4].bytes().all(|byte| byte.is_ascii_digit());
    let rearranged = format!("{}{}", &value[4..], &value[..4]);
    // More of the number would make another one of it.
    let ends = !text[end..].chars().next().is_some_and(char::is_alphanumeric);
    (checks && ends && check::modulo(&rearranged, 97) == 1).then_some(Finding {
        kind: Kind::Iban,
        span: at..end,
        value,
        scheme,
        confidence: 0.99,
    })
}

/// So many letters and digits in capitals, with one or two separators between groups, and
/// where they end.
fn characters(text: &str, at: usize, length: usize) -> Option<(String, usize)> {
    let mut value = String::with_capacity(length);
    let mut separators = 0;
    for (place, character) in text[at..].char_indices() {
        if character.is_ascii_alphanumeric() {
            value.push(character.to_ascii_uppercase());
            separators = 0;
            if value.len() == length {
                return Some((value, at + place + 1));
            }
        } else {
            separators += 1;
            if separators > 2
                || !(character.is_whitespace() || matches!(character, '-' | '.' | '_' | '/' | '\u{2010}'..='\u{2015}'))
            {
                return None;
            }
        }
    }
    None
}
