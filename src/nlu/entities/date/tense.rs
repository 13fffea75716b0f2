//! Whether a day is told of as past: "I ordered on Monday", "nothing since Thursday". Only
//! words that cannot well be said of the future count, so that "delivered on Monday", which may
//! be a wish, does not. It must not know days.

use std::sync::LazyLock;

use regex::Regex;

use crate::base::boundary;

/// The day is in the same clause.
static PAST: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)\b(?:since|ordered|bought|placed|paid|transferred|received|got|came|arrived|(?:order|invoice|bill)\s+(?:of|from))\b",
        r"[^.,;:?!\n]*$"
    ))
    .expect("the pattern is constant: this is a bug")
});

pub(super) fn is_past(text: &str, day_start: usize) -> bool {
    PAST.is_match(boundary::lead(text, day_start, 48))
}
