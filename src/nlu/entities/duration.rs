//! How long: `3 working days`, `half an hour`, `2-3 weeks`, `24h`. The value is an ISO 8601
//! duration, with `BD` for working days, which that standard lacks; a range has a slash. It
//! must not know when anything begins.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::found::Found;
use super::numerals;
use crate::base::boundary;
use crate::domain::EntityType;

const UNIT: &str = r"(?:(?:working|business|week|school)[ -]?days?|seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|nights?|weeks?|wks?|fortnights?|months?|mths?|quarters?|years?|yrs?)";

static COUNTED: LazyLock<Regex> = LazyLock::new(|| {
    let count = format!(
        r"(?:[0-9]{{1,4}}(?:[.,][0-9])?|(?:a\s+)?couple(?:\s+of)?|(?:a\s+)?few|{}|an?|half\s+an?)",
        numerals::PATTERN
    );
    compile(&format!(
        r"\b(?P<first>{count})(?:\s*(?:-|–|to|or|bis|à)\s*(?P<second>{count}))?(?:\s+and\s+a\s+(?P<half_before>half))?[\s-]*(?P<unit>{UNIT})\b(?:\s+and\s+a\s+(?P<half>half))?"
    ))
});

/// `24h`, `90min`: nothing but figures can be glued to these.
static GLUED: LazyLock<Regex> = LazyLock::new(|| {
    compile(r"\b(?P<first>[0-9]{1,3})(?:\s*(?:-|–|to)\s*(?P<second>[0-9]{1,3}))?\s?(?P<unit>h|hr|min|wk|mo|yr)\b")
});

/// "the second day", "a day's work" and clock times are no lengths.
static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    compile(r"\b(?:the|each|every|per|that|this|last|next|once|twice|[0-9]+\s*(?:times|x)|what|which)\s+$")
});

fn compile(pattern: &str) -> Regex {
    Regex::new(&format!("(?i){pattern}")).expect("the pattern is constant: this is a bug")
}

pub(super) fn find(text: &str) -> Vec<Found> {
    let mut all = Vec::new();
    for captures in COUNTED.captures_iter(text).chain(GLUED.captures_iter(text)) {
        let Some(whole) = captures.get(0) else { continue };
        let lead = boundary::lead(text, whole.start(), 24);
        let rate = lead.ends_with(['/', '.', ':']) || BEFORE.is_match(lead);
        if rate || !boundary::starts_alone(text, whole.start()) {
            continue;
        }
        if let Some(value) = value(&captures) {
            all.push(Found { kind: EntityType::Duration, span: whole.range(), value, confidence: 0.9 });
        }
    }
    all
}

fn value(captures: &Captures<'_>) -> Option<String> {
    let unit = captures["unit"].to_lowercase();
    let half = captures.name("half").or(captures.name("half_before")).is_some();
    let first = captures["first"].to_lowercase();
    // "a second" is rarely a length, "a day" and "a night" are often no more than a word.
    let article = matches!(first.as_str(), "a" | "an");
    if article && !half && (unit.starts_with("sec") || unit.starts_with("day") || unit.starts_with("night")) {
        return None;
    }
    let first = written(halves(&first)? + i64::from(half), &unit)?;
    match captures.name("second") {
        Some(second) => {
            Some(format!("{first}/{}", written(halves(&second.as_str().to_lowercase())? + i64::from(half), &unit)?))
        }
        None => Some(first),
    }
}

/// Twice the number, so that a half is whole.
fn halves(count: &str) -> Option<i64> {
    if count.starts_with("half") {
        return Some(1);
    }
    if count.contains("couple") {
        return Some(4);
    }
    if count.contains("few") {
        return Some(6);
    }
    match count.split_once(['.', ',']) {
        Some((whole, "5")) => Some(2 * whole.parse::<i64>().ok()? + 1),
        Some((whole, "0")) => Some(2 * whole.parse::<i64>().ok()?),
        Some(_) => None,
        None => Some(2 * i64::from(numerals::parse(count)?)),
    }
}

/// Whole units where it can be, else the next smaller one.
fn written(halves: i64, unit: &str) -> Option<String> {
    let working = unit.len() > 6 && unit.contains("day") && !unit.starts_with("day");
    let (clock, sign, smaller): (bool, &str, Option<(i64, bool, &str)>) = match unit.get(..2).unwrap_or(unit) {
        _ if working => (false, "BD", None),
        "se" => (true, "S", None),
        "mi" => (true, "M", Some((30, true, "S"))),
        "h" | "ho" | "hr" => (true, "H", Some((30, true, "M"))),
        "da" | "ni" => (false, "D", Some((12, true, "H"))),
        "we" | "wk" => (false, "W", None),
        "fo" => return Some(format!("P{}W", halves)),
        "mo" | "mt" => (false, "M", None),
        "qu" => return Some(format!("P{}M", halves * 3 / 2)),
        "ye" | "yr" => (false, "Y", Some((6, false, "M"))),
        _ => return None,
    };
    let (clock, count, sign) = match (halves % 2, smaller) {
        (0, _) => (clock, halves / 2, sign),
        (_, Some((each, clock, sign))) => (clock, halves * each, sign),
        // Half a week or half a month: days, about.
        (_, None) if sign == "W" => (false, halves * 7 / 2, "D"),
        (_, None) if sign == "M" => (false, halves * 15, "D"),
        _ => return None,
    };
    Some(format!("P{}{count}{sign}", if clock { "T" } else { "" }))
}
