//! Payment cards: numbers by their issuer's range, length and Luhn digit, and the codes on
//! their backs. Most long numbers in a support chat are orders, parcels and barcodes; a
//! number that fits a card in all three is masked whatever is said around it.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::runs::Run;
use super::{Finding, Kind, check};
use crate::base::boundary;

/// How well a number fits.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fit {
    /// A range and a length that cards in use have.
    Sure,
    /// Known, but shared with barcodes and parcels.
    Likely,
    /// Only words make a card of it.
    Possible,
}

/// In several languages, since customers write in theirs.
static WORDS: LazyLock<Regex> = LazyLock::new(|| {
    compile(concat!(
        r"(?i)\b(?:(?:credit|debit|bank)?\s?cards?|visa|master\s?card|amex|american express|maestro|bancontact|diners",
        r"|discover|jcb|union\s?pay|cc|pan|(?:credit|debet|bank)?kaart(?:nummer)?|(?:kredit|ec-?)?karte(?:nnummer)?|carte(?: bleue)?",
        r"|tarjeta|carta|cart[aã]o|kort(?:nummer)?|karta)\b"
    ))
});

/// What long numbers are otherwise.
static OTHERS: LazyLock<Regex> = LazyLock::new(|| {
    compile(concat!(
        r"(?i)\b(?:orders?|track(?:ing|ed)?|parcel|package|shipment|consignment|invoice|barcode|ean|gtin|isbn|imei|serial|sku|item|article",
        r"|voucher|gift|loyalty|ref(?:erence)?|ticket|case|colis|sendung|pakket|bestelling)\b[^.!?\n]{0,24}$"
    ))
});

static CODE: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"(?i)\b(?:c[vs][vc]\s?2?|cv2|cid|card (?:verification|security) (?:code|value|number)|security code|prüfziffer|beveiligingscode|cryptogramme|three digits on the back)\b(?:\s*(?:code|number|is|was|est|ist|:|=|-|#)){0,3}\s*(?P<code>[0-9]{3,4})\b",
    )
});

static AFTER_CARD: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"(?i)^\W{1,3}(?:(?:exp|valid|g[uü]ltig|val)[a-z]*\W{0,3}(?:until|thru|bis)?\W{0,3})?[0-9]{2} ?[/-] ?(?:20)?[0-9]{2}\W{1,3}(?P<code>[0-9]{3,4})\b",
    )
});

fn compile(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is constant: this is a bug")
}

pub(super) fn find(text: &str, runs: &[Run], all: &mut Vec<Finding>) {
    for run in runs {
        let mut cards: Vec<Finding> = Vec::new();
        for (groups, length) in run.windows(12..20) {
            let digits = run.digits(text, groups.clone());
            let Some((scheme, fit)) = fit(&digits, length) else { continue };
            let Some(confidence) = judge(text, run, &groups, fit) else { continue };
            let span = run.span(groups);
            match cards.last_mut().filter(|last| last.span.end > span.start) {
                // Which of two readings is the card's cannot be told: both go.
                Some(last) => last.span.end = last.span.end.max(span.end),
                None => cards.push(Finding { kind: Kind::Card, span, value: digits, scheme, confidence }),
            }
        }
        all.append(&mut cards);
    }
    codes(text, all);
}

/// Codes that are called so, and what follows a card's number and its date of expiry.
fn codes(text: &str, all: &mut Vec<Finding>) {
    let named = CODE.captures_iter(text).filter_map(|captures| captures.name("code")).map(|code| code.range());
    let after_card = |card: &Finding| {
        let rest = boundary::follow(text, card.span.end, 48);
        let code = AFTER_CARD.captures(rest)?.name("code")?.range();
        Some(card.span.end + code.start..card.span.end + code.end)
    };
    let spans: Vec<_> =
        named.chain(all.iter().filter(|known| known.kind == Kind::Card).filter_map(after_card)).collect();
    for span in spans {
        let value = text[span.clone()].to_owned();
        all.push(Finding { kind: Kind::CardCode, span, value, scheme: "", confidence: 0.9 });
    }
}

/// The scheme of a number with a right check digit.
fn fit(digits: &str, length: usize) -> Option<(&'static str, Fit)> {
    // Not even a test's number repeats one digit throughout.
    if digits.bytes().all(|digit| digit == digits.as_bytes()[0]) || !check::luhn(digits) {
        return None;
    }
    let prefix: u32 = digits[..6].parse().ok()?;
    // ISO/IEC 7812 ranges as the schemes publish them; the longer prefixes first.
    Some(match (prefix, length) {
        (622_126..=622_925 | 601_100..=601_199 | 644_000..=659_999, 16) => ("discover", Fit::Sure),
        (620_000..=629_999, 16..=19) => ("unionpay", Fit::Sure),
        (400_000..=499_999, 16) => ("visa", Fit::Sure),
        (400_000..=499_999, 13) if check::gs1(digits) => ("visa", Fit::Possible),
        (400_000..=499_999, 13 | 18 | 19) => ("visa", Fit::Likely),
        (510_000..=559_999 | 222_100..=272_099, 16) => ("mastercard", Fit::Sure),
        (340_000..=349_999 | 370_000..=379_999, 15) => ("amex", Fit::Sure),
        (352_800..=358_999, 16) => ("jcb", Fit::Sure),
        (300_000..=305_999 | 309_000..=309_999 | 360_000..=369_999 | 380_000..=399_999, 14 | 16) => {
            ("diners", Fit::Likely)
        }
        (220_000..=220_499, 16..=19) => ("mir", Fit::Likely),
        (
            501_800..=501_899
            | 502_000..=502_099
            | 503_800..=503_899
            | 589_300..=589_399
            | 630_400..=630_499
            | 670_300..=670_399
            | 675_900..=676_399,
            16..=19,
        ) => ("maestro", Fit::Sure),
        (500_000..=509_999 | 560_000..=589_999 | 600_000..=699_999, 12..=19) => ("maestro", Fit::Possible),
        _ => ("", Fit::Possible),
    })
}

/// How sure it is that these groups are a card's, given what stands around them.
fn judge(text: &str, run: &Run, groups: &Range<usize>, fit: Fit) -> Option<f32> {
    let span = run.span(groups.clone());
    if !stands_free(text, run, groups) {
        return None;
    }
    let lead = boundary::lead(text, span.start, 80);
    let named = WORDS.is_match(lead) || WORDS.is_match(boundary::follow(text, span.end, 40));
    let alone = text.trim().len() == span.len();
    let grouped = run.groups[groups.start..groups.end - 1].iter().all(|group| group.len() >= 4);
    if !named && !alone && !grouped {
        return None;
    }
    match fit {
        Fit::Sure => Some(if named { 0.99 } else { 0.95 }),
        Fit::Likely if named => Some(0.97),
        Fit::Likely => (!OTHERS.is_match(lead)).then_some(0.8),
        Fit::Possible => (named && !OTHERS.is_match(lead)).then_some(0.7),
    }
}

/// Not a phone number's end, a decimal fraction, or part of a code.
fn stands_free(text: &str, run: &Run, groups: &Range<usize>) -> bool {
    let span = run.span(groups.clone());
    let fraction = groups.start > 0 && matches!(run.separator(text, groups.start - 1), "." | ",");
    let signed = matches!(boundary::before(text, span.start), Some('+' | '.'));
    let left = letters(text[..span.start].chars().rev());
    let right = letters(text[span.end..].chars());
    !fraction && !signed && left && right
}

/// Whether what is glued to a number is nothing or a word ("visa4111…"). A letter or two,
/// or letters and digits, belong to a code.
fn letters(glued: impl Iterator<Item = char>) -> bool {
    let code: Vec<char> = glued.take_while(|c| c.is_alphanumeric()).take(12).collect();
    code.is_empty() || (code.len() >= 3 && code.iter().all(|c| c.is_alphabetic()))
}
