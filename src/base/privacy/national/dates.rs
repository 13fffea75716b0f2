//! Days of birth inside national numbers. They are checked loosely: the century is often
//! left out, and no number is refused for the 29th of February.

pub(super) fn is_day(day: u32, month: u32) -> bool {
    (1..=12).contains(&month) && (1..=31).contains(&day)
}

/// Two digits of a number that is known to consist of digits.
pub(super) fn pair(digits: &str, at: usize) -> u32 {
    digits[at..at + 2].parse().unwrap_or_default()
}
