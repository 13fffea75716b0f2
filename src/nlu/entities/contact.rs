//! E-mail addresses and telephone numbers.

use std::sync::LazyLock;

use regex::Regex;

use super::{Found, pattern};
use crate::domain::EntityType;

static EMAIL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b[\p{L}\d][\p{L}\d._%+'-]{0,63}@(?:[\p{L}\d](?:[\p{L}\d-]{0,61})\.)+\p{L}{2,24}"));

static PHONE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?:\+|\b00|\b0|\(0)\d[\d ()./-]{5,22}\d\b"));

pub(super) fn emails(text: &str) -> Vec<Found> {
    let found = EMAIL.find_iter(text);
    found.map(|email| Found::new(EntityType::Email, email.as_str().to_lowercase(), email.range(), 0.99)).collect()
}

/// Numbers that begin like one (`+`, `00`, `0`) and have 8 to 15 digits (E.164's limit).
pub(super) fn phones(text: &str) -> Vec<Found> {
    let candidates = PHONE.find_iter(text).map(|found| {
        let written = found.as_str();
        let digits: String = written.chars().filter(char::is_ascii_digit).collect();
        let international = written.starts_with('+') || digits.starts_with("00");
        let value = match (written.starts_with('+'), digits.strip_prefix("00")) {
            // "+32 (0)9 …": the nought is for callers at home.
            (true, _) if written.contains("(0)") => format!("+{}", digits.replacen('0', "", 1)),
            (true, _) => format!("+{digits}"),
            (false, Some(rest)) => format!("+{rest}"),
            (false, None) => digits.clone(),
        };
        (digits.len(), Found::new(EntityType::Phone, value, found.range(), if international { 0.95 } else { 0.8 }))
    });
    candidates.filter(|(digits, _)| (8..=15).contains(digits)).map(|(_, found)| found).collect()
}
