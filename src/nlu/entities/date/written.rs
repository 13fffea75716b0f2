//! Days of the calendar: `2026-11-03`, `3/11/2026`, `3 November`. Figures are read day first,
//! as in Europe, unless that cannot be. It must not know words that lean on today, except to
//! choose the year that was left out.

use std::ops::Range;
use std::sync::LazyLock;

use jiff::civil::Date;
use regex::{Captures, Regex};

use super::names::{self, MONTH};
use super::{found, tense};
use crate::base::boundary;
use crate::nlu::entities::found::Found;

static ISO: LazyLock<Regex> =
    LazyLock::new(|| compile(r"(?P<year>(?:19|20)[0-9]{2})[-/.](?P<month>[0-9]{1,2})[-/.](?P<day>[0-9]{1,2})"));

static FIGURES: LazyLock<Regex> = LazyLock::new(|| {
    let with =
        |separator: &str| format!(r"[0-9]{{1,2}}{separator}[0-9]{{1,2}}{separator}(?:(?:19|20)[0-9]{{2}}|[0-9]{{2}})");
    compile(&format!("(?:{}|{}|{})", with("/"), with(r"\."), with("-")))
});

/// Without a year, `3/11` may be a fraction or a rating; the word before it decides.
static SHORT_FIGURES: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"\b(?:on|by|before|since|from|until|till|dated)\s+(?:the\s+)?(?P<date>(?P<day>[0-9]{1,2})/(?P<month>[0-9]{1,2}))",
    )
});

static DAY_MONTH: LazyLock<Regex> = LazyLock::new(|| {
    compile(&format!(
        r"\b(?P<day>[0-9]{{1,2}})(?P<ordinal>st|nd|rd|th)?(?:\s+of)?[\s.-]{{0,2}}(?P<month>{MONTH})(?:[.,]{{0,2}}[\s-]+(?P<year>(?:19|20)[0-9]{{2}})\b)?"
    ))
});

static MONTH_DAY: LazyLock<Regex> = LazyLock::new(|| {
    compile(&format!(
        r"\b(?P<month>{MONTH})\.?\s+(?:the\s+)?(?P<day>[0-9]{{1,2}})(?P<ordinal>st|nd|rd|th)?\b(?:,?\s+(?P<year>(?:19|20)[0-9]{{2}})\b)?"
    ))
});

static BEFORE_A_DATE: LazyLock<Regex> =
    LazyLock::new(|| compile(r"\b(?:on|by|before|after|since|from|until|till|for|of|to)(?:\s+the)?\s+$"));

fn compile(pattern: &str) -> Regex {
    Regex::new(&format!("(?i){pattern}")).expect("the pattern is constant: this is a bug")
}

pub(super) fn find(text: &str, today: Date) -> Vec<Found> {
    let mut all = in_figures(text, today);
    for captures in DAY_MONTH.captures_iter(text).chain(MONTH_DAY.captures_iter(text)) {
        all.extend(in_words(text, today, &captures));
    }
    all
}

fn in_figures(text: &str, today: Date) -> Vec<Found> {
    let mut all = Vec::new();
    for captures in ISO.captures_iter(text) {
        let Some(whole) = captures.get(0) else { continue };
        // "2026-11-03T10:15" goes on with the time.
        let time = boundary::follow(text, whole.end(), 2).starts_with('T');
        let alone = boundary::starts_alone(text, whole.start()) && (time || boundary::ends_alone(text, whole.end()));
        let year = captures["year"].parse().ok();
        let day = year.and_then(|year| calendar(year, number(&captures, "month")?, number(&captures, "day")?));
        all.extend(day.filter(|_| alone).map(|day| found(day, whole.range(), 0.98)));
    }
    for whole in FIGURES.find_iter(text) {
        if boundary::stands_alone(text, &whole.range()) {
            all.extend(day_first(whole.as_str()).map(|(day, confidence)| found(day, whole.range(), confidence)));
        }
    }
    for captures in SHORT_FIGURES.captures_iter(text) {
        let Some(whole) = captures.name("date").filter(|whole| boundary::stands_alone(text, &whole.range())) else {
            continue;
        };
        let day = number(&captures, "month").zip(number(&captures, "day"));
        let day = day.and_then(|(month, day)| nearest(today, month, day));
        all.extend(day.map(|day| found(day, whole.range(), 0.75)));
    }
    all
}

/// Day, month, year; or month first where only that is a date.
fn day_first(written: &str) -> Option<(Date, f32)> {
    let mut parts = written.split(['/', '.', '-']);
    let first = parts.next()?.parse().ok()?;
    let second = parts.next()?.parse().ok()?;
    let year: i16 = parts.next()?.parse().ok()?;
    let year = if year < 100 { 2000 + year } else { year };
    let european = calendar(year, second, first).map(|day| (day, 0.95));
    european.or_else(|| calendar(year, first, second).map(|day| (day, 0.8)))
}

fn in_words(text: &str, today: Date, captures: &Captures<'_>) -> Option<Found> {
    let whole = captures.get(0)?;
    let month_name = captures.name("month")?;
    let (month, day) = (names::month(month_name.as_str())?, number(captures, "day")?);
    let explicit = captures.name("year").or_else(|| captures.name("ordinal")).is_some();
    if (!explicit && is_verb(month_name.as_str(), text, whole.range())) || !boundary::ends_alone(text, whole.end()) {
        return None;
    }
    let day = match captures.name("year") {
        Some(year) => calendar(year.as_str().parse().ok()?, month, day)?,
        None if tense::is_past(text, whole.start()) => latest(today, month, day)?,
        None => nearest(today, month, day)?,
    };
    Some(found(day, whole.range(), if explicit { 0.95 } else { 0.9 }))
}

/// "I may 5 times": the verb has no capital, no preposition before it, and words after it.
fn is_verb(month: &str, text: &str, span: Range<usize>) -> bool {
    let words_follow = boundary::follow(text, span.end, 4).trim_start().starts_with(char::is_alphabetic);
    month == "may" && words_follow && !BEFORE_A_DATE.is_match(boundary::lead(text, span.start, 16))
}

fn number(captures: &Captures<'_>, name: &str) -> Option<i8> {
    captures.name(name)?.as_str().parse().ok()
}

fn calendar(year: i16, month: i8, day: i8) -> Option<Date> {
    Date::new(year, month, day).ok()
}

/// The day of that name closest to today: in January "20 December" is past, in November
/// "2 January" is to come.
fn nearest(today: Date, month: i8, day: i8) -> Option<Date> {
    let distance = |candidate: &Date| candidate.since(today).map_or(i32::MAX, |span| span.get_days().abs());
    around(today, month, day).min_by_key(distance)
}

fn latest(today: Date, month: i8, day: i8) -> Option<Date> {
    around(today, month, day).find(|candidate| *candidate <= today)
}

/// The day in the next year, this one and the last.
fn around(today: Date, month: i8, day: i8) -> impl Iterator<Item = Date> {
    let years = [1, 0, -1].into_iter().filter_map(move |offset| today.year().checked_add(offset));
    years.filter_map(move |year| calendar(year, month, day))
}
