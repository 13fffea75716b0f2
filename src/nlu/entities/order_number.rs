//! Order numbers. They are certain with their prefix or a `#`, and without it only where the
//! words around them say so: five bare digits may be a room, a postcode or a quantity.
//! It must not know which orders exist.

use std::ops::Range;

use regex::{Captures, Regex};

use super::found::Found;
use super::lexicon::OrderPattern;
use crate::base::boundary;
use crate::domain::analysis::EntityType;

/// An `OrderPattern`, compiled.
#[derive(Clone, Debug)]
pub(super) struct OrderFinder {
    prefix: String,
    /// `AW-10482`, `aw10482`, `AW 10482`, `#10482`.
    marked: Regex,
    /// `order 10482`, `order no. 10482`, `my order number is 10482`.
    introduced: Regex,
    /// A second number after one that was introduced: `orders 10482 and 10483`.
    listed: Regex,
    /// The whole message, as the answer to "what is your order number?".
    whole: Regex,
}

impl OrderFinder {
    pub fn new(pattern: &OrderPattern) -> Self {
        let prefix = regex::escape(&pattern.prefix);
        let digits = format!("[0-9]{{{}}}", pattern.digits.clamp(1, 18));
        let mark =
            if prefix.is_empty() { "#".to_owned() } else { format!(r"(?:\b{prefix}[\s_.#‐‑–-]{{0,2}}|#\s?)") };
        let number = format!(r"(?P<number>(?:{prefix}[\s-]?|#\s?)?(?P<digits>{digits}))");
        let introduction = r"\borders?(?:\s*(?:numbers?|numero|no\b\.?|nr\b\.?|num\b\.?|id|code|ref(?:erence)?\b\.?))?\s*(?:is\s|was\s|are\s|with\s|[:=,(-])?\s*";
        let compile = |pattern: String| Regex::new(&pattern).expect("the prefix is escaped: this is a bug");
        Self {
            prefix: pattern.prefix.to_uppercase(),
            marked: compile(format!(r"(?i)(?P<number>{mark}(?P<digits>{digits}))")),
            introduced: compile(format!(r"(?i){introduction}{number}")),
            listed: compile(format!(r"(?i)^\s*(?:,|&|\+|and|or)\s*{number}")),
            whole: compile(format!(
                r"(?i)^\W*(?:(?:it'?s|it is|this is|that'?s|here(?: it is| you go)?|sure|yes|(?:the )?number(?: is)?)\W+)*{number}(?:\W+(?:please|thanks|thank you))?\W*$"
            )),
        }
    }

    fn value(&self, digits: &str) -> String {
        if self.prefix.is_empty() { digits.to_owned() } else { format!("{}-{digits}", self.prefix) }
    }

    fn found(&self, text: &str, offset: usize, captures: &Captures<'_>, confidence: f32) -> Option<Found> {
        let number = captures.name("number")?;
        let span: Range<usize> = offset + number.start()..offset + number.end();
        if !boundary::stands_alone(text, &span) || is_price(boundary::follow(text, span.end, 12)) {
            return None;
        }
        let value = self.value(captures.name("digits")?.as_str());
        Some(Found { kind: EntityType::OrderNumber, span, value, confidence })
    }
}

pub(super) fn find(text: &str, finder: &OrderFinder) -> Vec<Found> {
    let mut all = Vec::new();
    for captures in finder.marked.captures_iter(text) {
        all.extend(finder.found(text, 0, &captures, 0.98));
    }
    for captures in finder.introduced.captures_iter(text) {
        let mut next = finder.found(text, 0, &captures, 0.93);
        while let Some(number) = next {
            let end = number.span.end;
            all.push(number);
            next = finder.listed.captures(&text[end..]).and_then(|more| finder.found(text, end, &more, 0.88));
        }
    }
    if let Some(captures) = finder.whole.captures(text) {
        all.extend(finder.found(text, 0, &captures, 0.8));
    }
    all
}

fn is_price(rest: &str) -> bool {
    let rest = rest.trim_start().to_lowercase();
    ["€", "$", "£", "eur", "usd", "gbp", "dollar", "pound"].iter().any(|currency| rest.starts_with(currency))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::{OrderFinder, OrderPattern};

    fn values(text: &str, pattern: &OrderPattern) -> Vec<String> {
        let mut found = super::find(text, &OrderFinder::new(pattern));
        found.sort_by_key(|found| found.span.start);
        found.dedup_by_key(|found| found.span.end);
        found.into_iter().map(|found| found.value).collect()
    }

    #[rstest]
    #[case("AW-10482", &["AW-10482"])]
    #[case("where is aw10482?", &["AW-10482"])]
    #[case("AW 10482 has not come", &["AW-10482"])]
    #[case("AW‑10482.", &["AW-10482"])]
    #[case("it's #10482", &["AW-10482"])]
    #[case("where is order 10482", &["AW-10482"])]
    #[case("Order no. 10482", &["AW-10482"])]
    #[case("my order number is 10482.", &["AW-10482"])]
    #[case("order nr: #10482", &["AW-10482"])]
    #[case("orders 10482, 10483 and AW-10484", &["AW-10482", "AW-10483", "AW-10484"])]
    #[case("10482", &["AW-10482"])]
    #[case("It's 10482, thanks!", &["AW-10482"])]
    #[case("order of 10482 EUR", &[])]
    #[case("order 10482 EUR of lamps", &[])]
    #[case("order 104823", &[])]
    #[case("AW-104823", &[])]
    #[case("law 10482", &[])]
    #[case("I am in room 10482", &[])]
    #[case("my postcode is 10482", &[])]
    #[case("order 2 pieces", &[])]
    #[case("reorder 10.482", &[])]
    fn numbers_are_found(#[case] text: &str, #[case] numbers: &[&str]) {
        assert_eq!(values(text, &OrderPattern::default()), numbers);
    }

    #[test]
    fn another_shop_has_another_pattern() {
        let pattern = OrderPattern { prefix: "so.".to_owned(), digits: 4 };
        assert_eq!(values("SO.-1234 and #99", &pattern), ["SO.-1234"]);
        let bare = OrderPattern { prefix: String::new(), digits: 6 };
        assert_eq!(values("order 123456", &bare), ["123456"]);
    }
}
