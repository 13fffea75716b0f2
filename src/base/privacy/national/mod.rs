//! Numbers that a state gave a person. Those with a strong check are known by it; those with
//! a weak one or none need a word that says what they are, or separators where the state
//! prints them.

mod dates;
mod figures;
mod lettered;

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::runs::Run;
use super::{Finding, Kind};
use crate::base::boundary;

/// A state's numbers.
struct Scheme {
    /// ISO 3166.
    country: &'static str,
    /// How many digits, or a pattern of letters and digits.
    shape: Shape,
    /// Whether the digits, or letters and digits in capitals, are such a number.
    valid: fn(&str) -> bool,
    /// What people call the number; a regex.
    name: &'static str,
    known_by: Mark,
}

enum Shape {
    Digits(usize),
    Pattern(&'static str),
}

/// What makes a valid number one of this scheme.
enum Mark {
    /// Its check digits; other numbers pass one time in a hundred, or less often.
    Check,
    /// Its name beside it.
    Name,
    /// Its name, or groups of so many digits with this sign between them.
    NameOr(&'static [usize], &'static str),
}

pub(super) fn find(text: &str, runs: &[Run], all: &mut Vec<Finding>) {
    for run in runs {
        for (groups, length) in run.windows(9..17) {
            let fits = |scheme: &&Scheme| matches!(scheme.shape, Shape::Digits(digits) if digits == length);
            let digits = run.digits(text, groups.clone());
            let known = figures::SCHEMES.iter().filter(fits).filter(|scheme| (scheme.valid)(&digits));
            for scheme in known {
                let span = run.span(groups.clone());
                if stands_free(text, &span) && is_marked(scheme, text, &span, printed(scheme, text, run, &groups)) {
                    all.push(finding(scheme, span, digits.clone()));
                }
            }
        }
    }
    for (scheme, pattern) in lettered::SCHEMES.iter().zip(PATTERNS.iter()) {
        for found in pattern.find_iter(text) {
            let value: String = found.as_str().chars().filter(char::is_ascii_alphanumeric).collect();
            let value = value.to_ascii_uppercase();
            let span = found.range();
            let in_pairs = found.as_str().matches(' ').count() >= 3;
            if (scheme.valid)(&value) && stands_free(text, &span) && is_marked(scheme, text, &span, in_pairs) {
                all.push(finding(scheme, span, value));
            }
        }
    }
}

static PATTERNS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let pattern = |scheme: &Scheme| match scheme.shape {
        // In ASCII, where each character is a byte: `valid` counts on it.
        Shape::Pattern(pattern) => compile(&format!("(?-u){pattern}")),
        Shape::Digits(_) => unreachable!("a lettered scheme has a pattern"),
    };
    lettered::SCHEMES.iter().map(pattern).collect()
});

/// By country; one pass over a hundred bytes each, and only for valid numbers.
static NAMES: LazyLock<Vec<(&'static str, Regex)>> = LazyLock::new(|| {
    let schemes = figures::SCHEMES.iter().chain(&lettered::SCHEMES);
    schemes.map(|scheme| (scheme.name, compile(&format!(r"\b(?:{})\b", scheme.name)))).collect()
});

fn compile(pattern: &str) -> Regex {
    Regex::new(&format!("(?i){pattern}")).expect("the pattern is constant: this is a bug")
}

fn finding(scheme: &Scheme, span: Range<usize>, value: String) -> Finding {
    Finding { kind: Kind::NationalId, span, value, scheme: scheme.country, confidence: 0.9 }
}

fn is_marked(scheme: &Scheme, text: &str, span: &Range<usize>, printed: bool) -> bool {
    match scheme.known_by {
        Mark::Check => true,
        Mark::NameOr(..) if printed => true,
        Mark::Name | Mark::NameOr(..) => {
            let name = NAMES.iter().find(|(name, _)| *name == scheme.name);
            let around = [boundary::lead(text, span.start, 64), boundary::follow(text, span.end, 40)];
            name.is_some_and(|(_, name)| around.iter().any(|words| name.is_match(words)))
        }
    }
}

fn printed(scheme: &Scheme, text: &str, run: &Run, groups: &Range<usize>) -> bool {
    let Mark::NameOr(lengths, sign) = scheme.known_by else { return false };
    let so_long = groups.len() == lengths.len()
        && run.groups[groups.clone()].iter().zip(lengths).all(|(group, length)| group.len() == *length);
    so_long && (groups.start..groups.end - 1).all(|group| run.separator(text, group) == sign)
}

/// Not glued to letters, to more digits, or to a plus: that is a phone number.
fn stands_free(text: &str, span: &Range<usize>) -> bool {
    boundary::stands_alone(text, span) && boundary::before(text, span.start) != Some('+')
}
