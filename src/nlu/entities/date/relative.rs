//! Days told from today: `tomorrow`, `in 3 days`, `two weeks ago`, `next Friday`. It must not
//! know the calendar's figures.

use std::sync::LazyLock;

use jiff::Span;
use jiff::civil::{Date, Weekday};
use regex::{Captures, Regex};

use super::names::{self, SHORT_WEEKDAY, WEEKDAY};
use super::{found, tense};
use crate::base::boundary;
use crate::nlu::entities::found::Found;
use crate::nlu::entities::numerals;

/// With the slips that keyboards make.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"\b(?:(?P<next>day\s+after\s+)?(?P<tomorrow>tomm?orr?ow|tmrw)|(?P<prior>day\s+before\s+)?(?P<yesterday>yesterday)|(?P<night>last\s+night)|this\s+(?:morning|afternoon|evening)|today|tonight)\b",
    )
});

static COUNTED: LazyLock<Regex> = LazyLock::new(|| {
    let count = format!(r"(?:[0-9]{{1,3}}|(?:a\s+)?couple(?:\s+of)?|(?:a\s+)?few|{}|an?)", numerals::PATTERN);
    let unit = r"(?:(?:working|business)\s+days?|days?|weeks?|fortnights?|months?|years?)";
    compile(&format!(
        r"\b(?:(?P<ahead>in)\s+(?P<count_in>{count})\s+(?P<unit_in>{unit})\b(?:['’]?\s+time\b)?|(?P<count>{count})\s+(?P<unit>{unit})\s+(?:(?P<ago>ago)|from\s+(?:now|today))\b)"
    ))
});

static WEEKDAYS: LazyLock<Regex> = LazyLock::new(|| {
    compile(&format!(
        r"\b(?:(?P<which>next|last|past|previous|this|coming)\s+|(?P<before>(?:on|by|before|until|till|since)\s+|black\s+|cyber\s+|good\s+|easter\s+))?(?:(?P<day>{WEEKDAY})|(?P<short>{SHORT_WEEKDAY}))(?:\s+(?P<week>next|last)\s+week\b)?"
    ))
});

fn compile(pattern: &str) -> Regex {
    Regex::new(&format!("(?i){pattern}")).expect("the pattern is constant: this is a bug")
}

pub(super) fn find(text: &str, today: Date) -> Vec<Found> {
    let mut all = Vec::new();
    for captures in NAMED.captures_iter(text) {
        let Some(whole) = captures.get(0) else { continue };
        let away = |name: &str, further: &str| {
            captures.name(name).map_or(0, |_| if captures.name(further).is_some() { 2 } else { 1 })
        };
        let night = captures.name("night").map_or(0, |_| 1);
        let day = shifted(today, away("tomorrow", "next") - away("yesterday", "prior") - night, "day");
        all.extend(day.map(|day| found(day, whole.range(), 0.95)));
    }
    for captures in COUNTED.captures_iter(text) {
        let Some(whole) = captures.get(0) else { continue };
        all.extend(counted(&captures, today).map(|(day, confidence)| found(day, whole.range(), confidence)));
    }
    all
}

fn counted(captures: &Captures<'_>, today: Date) -> Option<(Date, f32)> {
    let count = captures.name("count").or_else(|| captures.name("count_in"))?.as_str().to_ascii_lowercase();
    let unit = captures.name("unit").or_else(|| captures.name("unit_in"))?.as_str().to_ascii_lowercase();
    let (count, confidence) = if count.contains("couple") {
        (2, 0.7)
    } else if count.contains("few") {
        (3, 0.5)
    } else {
        (i64::from(numerals::parse(&count)?), 0.9)
    };
    let count = if captures.name("ago").is_some() { -count } else { count };
    Some((shifted(today, count, &unit)?, confidence))
}

fn shifted(today: Date, count: i64, unit: &str) -> Option<Date> {
    let span = match unit.trim_end_matches('s') {
        unit if unit.starts_with("working") || unit.starts_with("business") => return working_days(today, count),
        "fortnight" => Span::new().try_weeks(2 * count),
        "day" => Span::new().try_days(count),
        "week" => Span::new().try_weeks(count),
        "month" => Span::new().try_months(count),
        _ => Span::new().try_years(count),
    };
    today.checked_add(span.ok()?).ok()
}

/// Saturdays and Sundays are passed over; so many days that it takes years are no promise.
fn working_days(today: Date, count: i64) -> Option<Date> {
    let (mut day, mut left) = (today, count.abs());
    if left > 400 {
        return None;
    }
    while left > 0 {
        day = if count > 0 { day.tomorrow().ok()? } else { day.yesterday().ok()? };
        left -= i64::from(!matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday));
    }
    Some(day)
}

/// Weekdays: alone or with `next`, the first after today; with `this`, today counts; with
/// `last` or after a verb of the past, the first before today. Short names need a word before them ("on fri").
pub(super) fn weekdays(text: &str, today: Date) -> Vec<Found> {
    let mut all = Vec::new();
    for captures in WEEKDAYS.captures_iter(text) {
        let which = captures.name("which").map(|word| word.as_str().to_ascii_lowercase());
        let before = captures.name("before").map(|word| word.as_str().trim_end().to_ascii_lowercase());
        let feast = matches!(before.as_deref(), Some("black" | "cyber" | "good" | "easter"));
        let short = captures.name("short");
        let unsure = short.is_some() && which.is_none() && before.is_none();
        let Some(name) = captures.name("day").or(short) else { continue };
        let Some((whole, weekday)) = captures.get(0).zip(names::weekday(name.as_str())) else { continue };
        if feast || unsure {
            continue;
        }
        let day = match captures.name("week") {
            Some(week) => in_week(today, weekday, week.as_str()),
            None if which.is_none() && tense::is_past(text, name.start()) => beside(today, weekday, Some("last")),
            None => beside(today, weekday, which.as_deref()),
        };
        let start = if which.is_some() { whole.start() } else { name.start() };
        let certain = which.is_some() || captures.name("week").is_some();
        if boundary::ends_alone(text, whole.end()) {
            all.extend(day.map(|day| found(day, start..whole.end(), if certain { 0.85 } else { 0.7 })));
        }
    }
    all
}

fn beside(today: Date, weekday: Weekday, which: Option<&str>) -> Option<Date> {
    match which {
        Some("last" | "past" | "previous") => today.nth_weekday(-1, weekday).ok(),
        Some("this") if today.weekday() == weekday => Some(today),
        _ => today.nth_weekday(1, weekday).ok(),
    }
}

fn in_week(today: Date, weekday: Weekday, week: &str) -> Option<Date> {
    let weeks = if week.eq_ignore_ascii_case("next") { 7 } else { -7 };
    let offset = weekday.to_monday_zero_offset() - today.weekday().to_monday_zero_offset();
    shifted(today, weeks + i64::from(offset), "day")
}
