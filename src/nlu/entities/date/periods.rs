//! Weeks, months and years as wholes (`next week`, written `2026-W48`), their ends and
//! weekends, days of a month without its name (`on the 3rd`), and feasts with a fixed day. It
//! must not know other days.

use std::sync::LazyLock;

use jiff::civil::{Date, Weekday};
use jiff::{Span, ToSpan};
use regex::Regex;

use super::tense;
use crate::domain::EntityType;
use crate::nlu::entities::found::Found;

static PERIOD: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"\b(?:(?P<end>(?:the\s+)?end\s+of\s+)(?:the\s+)?)?(?:(?P<which>this|next|last|past|previous|coming|the\s+coming)\s+)?(?P<unit>weekend|week|month|year)\b",
    )
});

/// What follows must not make an ordinal of it: "by the 2nd attempt".
static DAY_OF_MONTH: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"\b(?:on|by|before|after|since|until|till|from)\s+(?:\w+day,?\s+)?(?P<all>the\s+(?P<day>[0-9]{1,2})(?:st|nd|rd|th)(?P<next>\s+of\s+(?:this|next)\s+month)?)(?:\s*[.,;:!?)\n]|\s+(?:please|thanks|and|or|but|at|because|it|i|we|is|already|still)\b|\s*$)",
    )
});

static FEAST: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"\b(?:(?:before|by|after|until|till|for|at|on|since)\s+)(?P<feast>christmas\s+eve|christmas(?:\s+day)?|xmas|boxing\s+day|new\s+year['’]?s\s+eve|new\s+year(?:['’]?s(?:\s+day)?)?|valentine(?:['’]?s)?(?:\s+day)?|st\.?\s+nicholas|sinterklaas|halloween)\b(?:\s*[.,;:!?)\n]|\s+(?:please|and|or|but|at|because|it|i|we|is|already|still|this|so|if|though)\b|\s*$)",
    )
});

fn compile(pattern: &str) -> Regex {
    Regex::new(&format!("(?i){pattern}")).expect("the pattern is constant: this is a bug")
}

pub(super) fn find(text: &str, today: Date) -> Vec<Found> {
    let mut all = Vec::new();
    for captures in PERIOD.captures_iter(text) {
        let (Some(whole), which) = (captures.get(0), captures.name("which")) else { continue };
        let end = captures.name("end").is_some();
        if which.is_none() && !end {
            continue;
        }
        let offset = match which.map(|which| which.as_str().to_lowercase()).as_deref() {
            Some("next" | "coming") => 1,
            Some(coming) if coming.ends_with("coming") => 1,
            Some("last" | "past" | "previous") => -1,
            _ => 0,
        };
        let unit = captures["unit"].to_lowercase();
        let value =
            if end { end_of(today, offset, &unit).map(|day| day.to_string()) } else { period(today, offset, &unit) };
        let confidence = if end { 0.7 } else { 0.8 };
        all.extend(value.map(|value| Found { kind: EntityType::Date, span: whole.range(), value, confidence }));
    }
    for captures in DAY_OF_MONTH.captures_iter(text) {
        let Some((all_words, day)) = captures.name("all").zip(captures["day"].parse::<i8>().ok()) else { continue };
        let next = captures.name("next").is_some_and(|next| next.as_str().to_lowercase().contains("next"));
        let found = day_of_month(today, day, next, tense::is_past(text, all_words.end()));
        all.extend(found.map(|day| super::found(day, all_words.range(), 0.75)));
    }
    for captures in FEAST.captures_iter(text) {
        let Some(feast) = captures.name("feast") else { continue };
        let (month, day) = fixed_day(&feast.as_str().to_lowercase());
        let past = tense::is_past(text, feast.start());
        let years = if past { [0, -1] } else { [0, 1] };
        let mut days = years.iter().filter_map(|offset| Date::new(today.year().checked_add(*offset)?, month, day).ok());
        let day = days.find(|day| if past { *day <= today } else { *day >= today });
        all.extend(day.map(|day| super::found(day, feast.range(), 0.85)));
    }
    all
}

/// A week, month or year as ISO 8601 writes it; a weekend by its Saturday.
fn period(today: Date, offset: i64, unit: &str) -> Option<String> {
    match unit {
        "week" => {
            let week = today.checked_add(Span::new().try_weeks(offset).ok()?).ok()?.iso_week_date();
            Some(format!("{:04}-W{:02}", week.year(), week.week()))
        }
        "weekend" => Some(saturday(today, offset)?.to_string()),
        "month" => {
            let month = today.first_of_month().checked_add(offset.months()).ok()?;
            Some(format!("{:04}-{:02}", month.year(), month.month()))
        }
        _ => Some(format!("{:04}", i64::from(today.year()) + offset)),
    }
}

fn saturday(today: Date, offset: i64) -> Option<Date> {
    let to_saturday = i64::from(Weekday::Saturday.to_monday_zero_offset() - today.weekday().to_monday_zero_offset());
    today.checked_add(Span::new().try_days(to_saturday + 7 * offset).ok()?).ok()
}

/// A working week ends on Friday.
fn end_of(today: Date, offset: i64, unit: &str) -> Option<Date> {
    match unit {
        "week" => saturday(today, offset)?.yesterday().ok(),
        "weekend" => saturday(today, offset)?.tomorrow().ok(),
        "month" => Some(today.first_of_month().checked_add(offset.months()).ok()?.last_of_month()),
        _ => Date::new(today.year().checked_add(i16::try_from(offset).ok()?)?, 12, 31).ok(),
    }
}

/// The next such day, or, told of as past, the last.
fn day_of_month(today: Date, day: i8, next_month: bool, past: bool) -> Option<Date> {
    let months: &[i64] = if next_month {
        &[1]
    } else if past {
        &[0, -1, -2]
    } else {
        &[0, 1, 2]
    };
    let in_month = |offset: &i64| {
        let month = today.first_of_month().checked_add(offset.months()).ok()?;
        Date::new(month.year(), month.month(), day).ok()
    };
    months.iter().filter_map(in_month).find(|day| next_month || if past { *day <= today } else { *day >= today })
}

fn fixed_day(feast: &str) -> (i8, i8) {
    match feast {
        feast if feast.starts_with("christmas") && feast.ends_with("eve") => (12, 24),
        feast if feast.starts_with("boxing") => (12, 26),
        feast if feast.starts_with("new") && feast.ends_with("eve") => (12, 31),
        feast if feast.starts_with("new") => (1, 1),
        feast if feast.starts_with("val") => (2, 14),
        feast if feast.starts_with("st") || feast.starts_with("sint") => (12, 6),
        feast if feast.starts_with("hall") => (10, 31),
        _ => (12, 25),
    }
}
