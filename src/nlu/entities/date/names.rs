//! Names of months, in the languages of neighbours too since a day beside them leaves no
//! doubt, and English names of weekdays. It must not know dates.

use jiff::civil::Weekday;

/// Without groups; case is the caller's.
pub(super) const MONTH: &str = concat!(
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?",
    r"|nov(?:ember)?|dec(?:ember)?",
    r"|januar[iy]?|februar[iy]?|maart|mrt|m[äa]rz|mei|mai|juni|juli|augustus|okt(?:ober)?|dez(?:ember)?",
    r"|janvier|f[ée]vrier|mars|avril|juin|juillet|ao[uû]t|septembre|octobre|novembre|d[ée]cembre)\b"
);

pub(super) const WEEKDAY: &str = r"(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b";

/// `sun` is left out: it shines more often than it is a day.
pub(super) const SHORT_WEEKDAY: &str = r"(?:mon|tues?|wed|thu(?:rs?)?|fri|sat)\b";

/// What the beginning of a name that `MONTH` matches stands for.
pub(super) fn month(name: &str) -> Option<i8> {
    const STEMS: [&[&str]; 12] = [
        &["jan"],
        &["feb", "fév", "fev"],
        &["mar", "maa", "mrt", "mär"],
        &["apr", "avr"],
        &["may", "mei", "mai"],
        &["jun", "juin"],
        &["jul", "juil"],
        &["aug", "aoû", "aou"],
        &["sep"],
        &["oct", "okt"],
        &["nov"],
        &["dec", "déc", "dez"],
    ];
    let name = name.to_lowercase();
    let index = STEMS.iter().position(|stems| stems.iter().any(|stem| name.starts_with(stem)))?;
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
