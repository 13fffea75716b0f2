//! English names of months and weekdays. It must not know dates.

use jiff::civil::Weekday;

/// Without groups; case is the caller's.
pub(super) const MONTH: &str = concat!(
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?",
    r"|nov(?:ember)?|dec(?:ember)?)\b"
);

pub(super) const WEEKDAY: &str = r"(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b";

/// `sun` is left out: it shines more often than it is a day.
pub(super) const SHORT_WEEKDAY: &str = r"(?:mon|tues?|wed|thu(?:rs?)?|fri|sat)\b";

/// What the first three letters of a name that `MONTH` matches stand for.
pub(super) fn month(name: &str) -> Option<i8> {
    const STEMS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let stem = name.get(..3)?.to_ascii_lowercase();
    let index = STEMS.iter().position(|month| *month == stem)?;
    i8::try_from(index + 1).ok()
}

pub(super) fn weekday(name: &str) -> Option<Weekday> {
    match name.get(..3)?.to_ascii_lowercase().as_str() {
        "mon" => Some(Weekday::Monday),
        "tue" => Some(Weekday::Tuesday),
        "wed" => Some(Weekday::Wednesday),
        "thu" => Some(Weekday::Thursday),
        "fri" => Some(Weekday::Friday),
        "sat" => Some(Weekday::Saturday),
        "sun" => Some(Weekday::Sunday),
        _ => None,
    }
}
