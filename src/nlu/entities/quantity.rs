//! How many: `two of them`, `a dozen`, `3x`, `qty 2`, `4 pieces`, and a number right before a
//! product. It must not know how many there are.

use std::sync::LazyLock;

use regex::Regex;

use super::found::Found;
use super::numerals;
use crate::base::boundary;
use crate::domain::EntityType;

static DOZEN: LazyLock<Regex> = LazyLock::new(|| {
    compile(&format!(
        r"\b(?P<dozens>half\s+a|an?|[0-9]{{1,3}}|{})\s+dozen\b|\b(?P<pairs>an?|[0-9]{{1,3}}|{})\s+pairs?\s+of\b",
        numerals::PATTERN,
        numerals::PATTERN
    ))
});

static TIMES: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"\b(?:(?P<before>[0-9]{1,4})\s?[x×]|[x×]\s?(?P<after>[0-9]{1,4})|(?:qty|quantity|amount of items|number of items)\s*(?:is|of|:|=)?\s*(?P<said>[0-9]{1,5}))(?:\b|\s|$)",
    )
});

static COUNTED: LazyLock<Regex> = LazyLock::new(|| {
    compile(&format!(
        r"\b(?P<count>[0-9]{{1,4}}|{})\s+(?:more\s+|extra\s+|other\s+)?(?:of\s+(?:them|these|those|your|each|my)\b|pieces?\b|pcs\b|items?\b|units?\b|copies\b|sets?\b|packs?\b|boxes\b|bottles\b)",
        numerals::PATTERN
    ))
});

/// Ends with a number that may count what follows.
static LAST_NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    compile(&format!(r"(?:^|[\s(])(?P<count>[0-9]{{1,3}}|{})\s+(?:more\s+|extra\s+)?$", numerals::PATTERN))
});

/// "3 x 4 cm" measures.
static UNIT_AFTER: LazyLock<Regex> = LazyLock::new(|| compile(r"^\s*(?:[x×0-9]|(?:mm|cm|m|in|inch(?:es)?|ft|feet)\b)"));
static UNIT_BEFORE: LazyLock<Regex> = LazyLock::new(|| compile(r"(?:[0-9]|\b(?:mm|cm|m|in|inch(?:es)?|ft|feet))\s*$"));

fn compile(pattern: &str) -> Regex {
    Regex::new(&format!("(?i){pattern}")).expect("the pattern is constant: this is a bug")
}

/// `products` are the products that were found in the text.
pub(super) fn find(text: &str, products: &[Found]) -> Vec<Found> {
    let mut all = Vec::new();
    for captures in DOZEN.captures_iter(text) {
        let Some(whole) = captures.get(0) else { continue };
        let (count, each) = match (captures.name("dozens"), captures.name("pairs")) {
            (Some(dozens), _) => (dozens.as_str(), 12),
            (_, Some(pairs)) => (pairs.as_str(), 2),
            _ => continue,
        };
        let total = if count.to_lowercase().starts_with("half") {
            Some(each / 2)
        } else {
            numerals::parse(count).map(|n| n * each)
        };
        all.extend(total.and_then(|total| found(text, total, whole.range(), 0.9)));
    }
    for captures in TIMES.captures_iter(text) {
        let Some(whole) = captures.get(0) else { continue };
        let count = ["before", "after", "said"].iter().find_map(|name| captures.name(name));
        let measures = UNIT_AFTER.is_match(boundary::follow(text, whole.end(), 8))
            || UNIT_BEFORE.is_match(boundary::lead(text, whole.start(), 8));
        let end = whole.start() + whole.as_str().trim_end().len();
        let count = count.filter(|_| !measures).and_then(|count| count.as_str().parse().ok());
        all.extend(count.and_then(|count| found(text, count, whole.start()..end, 0.9)));
    }
    for captures in COUNTED.captures_iter(text) {
        let Some((whole, count)) = captures.get(0).zip(captures.name("count")) else { continue };
        let count = numerals::parse(count.as_str());
        all.extend(count.and_then(|count| found(text, count, whole.range(), 0.85)));
    }
    for product in products {
        let lead = boundary::lead(text, product.span.start, 24);
        let Some(count) = LAST_NUMBER.captures(lead).and_then(|captures| captures.name("count")) else { continue };
        let start = product.span.start - lead.len() + count.start();
        let span = start..start + count.len();
        all.extend(numerals::parse(count.as_str()).and_then(|count| found(text, count, span, 0.75)));
    }
    all
}

fn found(text: &str, count: u32, span: std::ops::Range<usize>, confidence: f32) -> Option<Found> {
    let alone = boundary::starts_alone(text, span.start) && !text[..span.start].ends_with(['#', '€', '$', '£']);
    (alone && count > 0).then(|| Found { kind: EntityType::Quantity, span, value: count.to_string(), confidence })
}
