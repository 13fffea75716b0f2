//! Postcodes. Those with letters or a dash are known by their form; those of digits alone,
//! which look like any number, by a word, a country's sign or a place's name beside them, and
//! by where the shop or the customer is. It must not know places.

use std::sync::LazyLock;

use regex::Regex;

use super::found::Found;
use crate::base::boundary;
use crate::domain::EntityType;

/// In capitals: "at 1012 am" is a time, and "on e1 6an" is nothing.
static FORMS: LazyLock<Regex> = LazyLock::new(|| {
    compile(concat!(
        r"\b(?:(?P<gb>(?:[A-PR-UWYZ][0-9]{1,2}|[A-PR-UWYZ][A-HK-Y][0-9]{1,2}|[A-PR-UWYZ][0-9][A-HJKPSTUW]|[A-PR-UWYZ][A-HK-Y][0-9][A-Z]) ?[0-9][ABD-HJLNP-UW-Z]{2})",
        r"|(?P<nl>[1-9][0-9]{3} ?[A-Z]{2})",
        r"|(?P<ca>[A-CEGHJ-NPR-TVXY][0-9][A-CEGHJ-NPR-TV-Z] [0-9][A-CEGHJ-NPR-TV-Z][0-9])",
        r"|(?P<ie>[AC-FHKNPRTV-Y][0-9][0-9W] [0-9AC-FHKNPRTV-Y]{4}))\b"
    ))
});

/// `B-9000`, `D-10115`: the sign that letters abroad carry.
static SIGNED: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"\b(?:(?:BE|B|LU|L|CH|AT|A|DK|NO)[-–](?P<four>[0-9]{4})|(?:DE|D|FR|F|ES|E|IT|I|FI|SE|S)[-–](?P<five>[0-9]{3} ?[0-9]{2}))\b",
    )
});

static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    compile(concat!(
        r"(?i)\b(?:post(?:al)?[ -]?codes?|zip(?:[ -]?codes?)?|postcode|plz|postleitzahl|code postal|c[oó]digo postal|cap)",
        r"\s*(?:is|was|to|[:=#])?\s*(?P<code>[0-9]{3}[ -]?[0-9]{1,3}(?:-[0-9]{4})?|[0-9]{2}-[0-9]{3}|[a-z]{1,2}[0-9][0-9a-z]? ?[0-9][a-z]{2}|[0-9]{4} ?[a-z]{2})\b"
    ))
});

/// "Kerkstraat 12, 9000 Gent": a street's number, then digits, then a name.
static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"\p{Ll}\s+[0-9]{1,4}[a-zA-Z]?(?:\s*(?:bus|box|/)\s*[0-9A-Za-z]{1,4})?\s*(?:,|\n|\s-\s)\s*(?P<code>[0-9]{4,5})\s+\p{Lu}\p{L}{2,}",
    )
});

fn compile(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is constant: this is a bug")
}

pub(super) fn find(text: &str, country: &str) -> Vec<Found> {
    let mut all = Vec::new();
    if !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return all;
    }
    for captures in FORMS.captures_iter(text) {
        let Some(whole) = captures.get(0) else { continue };
        let dutch = captures.name("nl").is_some();
        // The Dutch post leaves three pairs out; "2026 AD" and "1234 PM" are others.
        let pair = &whole.as_str()[whole.len() - 2..];
        let other = dutch
            && (matches!(pair, "SA" | "SD" | "SS" | "AD" | "BC" | "AM" | "PM" | "CM" | "MM" | "KG" | "EU")
                || (country != "NL" && !is_in_address(text, whole.start())));
        if !other && boundary::stands_alone(text, &whole.range()) {
            all.push(found(whole.as_str(), whole.range(), 0.9));
        }
    }
    for captures in SIGNED.captures_iter(text) {
        let Some((whole, code)) = captures.get(0).zip(captures.name("four").or(captures.name("five"))) else {
            continue;
        };
        if boundary::stands_alone(text, &whole.range()) {
            all.push(found(code.as_str(), whole.range(), 0.85));
        }
    }
    for (pattern, confidence) in [(&NAMED, 0.93), (&ADDRESS, 0.85)] {
        for code in pattern.captures_iter(text).filter_map(|captures| captures.name("code")) {
            if boundary::stands_alone(text, &code.range()) {
                all.push(found(code.as_str(), code.range(), confidence));
            }
        }
    }
    all
}

static ADDRESS_WORDS: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"(?i)\b(?:address|deliver|ship|send|live|moved?|street|straat|laan|plein|weg|road|avenue)\b|\p{Ll}\s+[0-9]{1,4}[a-z]?,?\s*$",
    )
});

fn is_in_address(text: &str, start: usize) -> bool {
    ADDRESS_WORDS.is_match(boundary::lead(text, start, 48))
}

/// In capitals, with the space where the post has it.
fn found(written: &str, span: std::ops::Range<usize>, confidence: f32) -> Found {
    let compact: String = written.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase();
    let letters = compact.contains(|c: char| c.is_ascii_alphabetic());
    let value = match compact.len() {
        6 if compact.as_bytes()[3].is_ascii_digit() && compact.as_bytes()[0].is_ascii_digit() && letters => {
            format!("{} {}", &compact[..4], &compact[4..])
        }
        5..=7 if letters && compact.as_bytes()[0].is_ascii_alphabetic() => {
            let inward = if is_eircode(&compact) { 4 } else { 3 };
            format!("{} {}", &compact[..compact.len() - inward], &compact[compact.len() - inward..])
        }
        _ => compact,
    };
    Found { kind: EntityType::Postcode, span, value, confidence }
}

/// Three signs and four; British ones end with a digit and two letters.
fn is_eircode(compact: &str) -> bool {
    let last = &compact.as_bytes()[compact.len() - 3..];
    compact.len() == 7 && !(last[0].is_ascii_digit() && last[1].is_ascii_alphabetic() && last[2].is_ascii_alphabetic())
}
