//! Dates: in figures, by name, or told from today.

use std::sync::LazyLock;

use jiff::civil::{Date, Weekday};
use jiff::{Span, ToSpan};
use regex::{Captures, Regex};

use super::{Found, pattern};
use crate::domain::EntityType;

const MONTHS: &str = "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?";
const DAYS: &str = "mon(?:day)?|tue(?:s|sday)?|wed(?:nesday)?|thu(?:rs|rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?";
const COUNT: &str = r"\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|a\ few|a\ couple\ of";

static ISO: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b"));
/// The day first, as most of the world writes.
static FIGURES: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(\d{1,2})([./-])(\d{1,2})[./-](\d{4}|\d{2})\b"));
static DAY_MONTH: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(r"(?i)\b(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?({MONTHS})\b\.?(?:,?\s+(\d{{4}})\b)?"))
});
static MONTH_DAY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(r"(?i)\b({MONTHS})\.?\s+(?:the\s+)?(\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(\d{{4}})\b)?"))
});
static WEEKDAY: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"(?i)\b(?:(next|last|this|since|past|coming)\s+)?({DAYS})\b")));
static NEAR: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)\b(the day before yesterday|yesterday|today|tonight|this (?:morning|afternoon|evening)|the day after tomorrow|tomorrow|tmrw|tmr|yday)\b")
});
static COUNTED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(r"(?ix)\b(?:(in)\ )?({COUNT})\ (day|week|month|year)s?(?:\ (ago|back|from\ now))?\b"))
});

/// Dates become `2026-11-20`.
pub(super) fn find(text: &str, today: Date) -> Vec<Found> {
    // Every date has a digit, or one of a few words; most messages have neither, and this
    // is quicker than seven patterns.
    let mut found = Vec::new();
    let mut collect = |pattern: &Regex, confidence: f32, read: &dyn Fn(&Captures<'_>) -> Option<Date>| {
        for captures in pattern.captures_iter(text) {
            if let (Some(date), Some(whole)) = (read(&captures), captures.get(0)) {
                found.push(Found::new(EntityType::Date, date.to_string(), whole.range(), confidence));
            }
        }
    };
    if text.bytes().any(|byte| byte.is_ascii_digit()) {
        collect(&ISO, 0.99, &|c| Date::new(number(c, 1)?, small(c, 2)?, small(c, 3)?).ok());
        collect(&FIGURES, 0.85, &|c| {
            let year: i16 = number(c, 4)?;
            Date::new(if year < 100 { 2000 + year } else { year }, small(c, 3)?, small(c, 1)?).ok()
        });
        collect(&DAY_MONTH, 0.95, &|c| named(today, month(c.get(2)?.as_str())?, small(c, 1)?, number(c, 3)));
        collect(&MONTH_DAY, 0.95, &|c| named(today, month(c.get(1)?.as_str())?, small(c, 2)?, number(c, 3)));
    }
    collect(&NEAR, 0.95, &|c| near(today, &c.get(1)?.as_str().to_lowercase()));
    collect(&COUNTED, 0.8, &|c| counted(today, c));
    collect(&WEEKDAY, 0.75, &|c| {
        let which = c.get(1).map(|word| word.as_str().to_lowercase());
        let name = c.get(2)?.as_str();
        // "sun", "sat", "wed" and "mon" alone are more often words of other kinds.
        if which.is_none() && name.len() < 4 {
            return None;
        }
        weekday(today, which.as_deref(), day(name)?)
    });
    found
}

/// Without a year, the occurrence nearest to today: customers speak of weeks, not years.
fn named(today: Date, month: i8, day: i8, year: Option<i16>) -> Option<Date> {
    if let Some(year) = year {
        return Date::new(year, month, day).ok();
    }
    let candidates = [-1, 0, 1].into_iter().filter_map(|step| Date::new(today.year() + step, month, day).ok());
    candidates.min_by_key(|date| days_between(today, *date).abs())
}

fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(i32::MAX / 2, |span| span.get_days())
}

fn near(today: Date, word: &str) -> Option<Date> {
    let days: i64 = match word {
        "the day before yesterday" => -2,
        "yesterday" | "yday" => -1,
        "tomorrow" | "tmrw" | "tmr" => 1,
        "the day after tomorrow" => 2,
        _ => 0,
    };
    today.checked_add(days.days()).ok()
}

fn counted(today: Date, captures: &Captures<'_>) -> Option<Date> {
    let back = captures.get(4).is_some_and(|word| !word.as_str().eq_ignore_ascii_case("from now"));
    let ahead = captures.get(1).is_some() || captures.get(4).is_some();
    if !back && !ahead {
        // "two weeks" alone is a span of time, not a day.
        return None;
    }
    let count: i64 = match captures.get(2)?.as_str().to_lowercase().as_str() {
        "a" | "an" | "one" => 1,
        "two" | "a couple of" => 2,
        "three" | "a few" => 3,
        "four" => 4,
        "five" => 5,
        "six" => 6,
        "seven" => 7,
        "eight" => 8,
        "nine" => 9,
        "ten" => 10,
        figures => figures.parse().ok()?,
    };
    let count = if back { -count } else { count };
    let span: Span = match captures.get(3)?.as_str().to_lowercase().as_str() {
        "day" => count.days(),
        "week" => count.weeks(),
        "month" => count.months(),
        _ => count.years(),
    };
    today.checked_add(span).ok()
}

/// A bare day is the coming one, or today.
fn weekday(today: Date, which: Option<&str>, day: Weekday) -> Option<Date> {
    match which {
        Some("last" | "since" | "past") => today.nth_weekday(-1, day).ok(),
        Some("next") => today.nth_weekday(1, day).ok(),
        _ if today.weekday() == day => Some(today),
        _ => today.nth_weekday(1, day).ok(),
    }
}

fn month(name: &str) -> Option<i8> {
    let names = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let name = name.to_lowercase();
    let place = names.iter().position(|known| name.starts_with(known))?;
    i8::try_from(place + 1).ok()
}

fn day(name: &str) -> Option<Weekday> {
    let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let name = name.to_lowercase();
    let place = names.iter().position(|known| name.starts_with(known))?;
    Weekday::from_monday_zero_offset(i8::try_from(place).ok()?).ok()
}

fn number(captures: &Captures<'_>, group: usize) -> Option<i16> {
    captures.get(group)?.as_str().parse().ok()
}

fn small(captures: &Captures<'_>, group: usize) -> Option<i8> {
    captures.get(group)?.as_str().parse().ok()
}
