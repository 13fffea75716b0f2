//! Amounts of money, in figures or in simple words.

use std::sync::LazyLock;

use regex::Regex;

use super::{Found, pattern};
use crate::domain::EntityType;

const NUMBER: &str = r"\d{1,3}(?:[.,' ]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?";
const WORDS: &str = "(?:five|ten|fifteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|(?:a |one |two |three |four |five )?hundred|a thousand)";

static BEFORE: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"(?i)(€|\$|£|\beur\b|\busd\b|\bgbp\b|\bchf\b)\s?({NUMBER})")));

static AFTER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?ix)\b({NUMBER}|{})\s?-?\s?(€|\$|£|(?:euros?|eur|dollars?|usd|bucks|pounds?|quid|gbp|(?:swiss\ )?francs?|chf|cents?)\b)",
        WORDS.replace(' ', r"\ ")
    ))
});

pub(super) fn find(text: &str, shop_currency: &str) -> Vec<Found> {
    let before = BEFORE.captures_iter(text).map(|found| (found, 1, 2));
    let after = AFTER.captures_iter(text).map(|found| (found, 2, 1));
    before
        .chain(after)
        .filter_map(|(found, currency, amount)| {
            let unit = found.get(currency)?.as_str().to_lowercase();
            let amount = amount_of(found.get(amount)?.as_str())?;
            let (cents, currency, confidence) = match unit.as_str() {
                "€" | "eur" | "euro" | "euros" => (amount, "EUR", 0.98),
                "$" | "usd" | "dollar" | "dollars" => (amount, "USD", 0.95),
                "£" | "gbp" | "quid" => (amount, "GBP", 0.95),
                // May be a weight.
                "pound" | "pounds" => (amount, "GBP", 0.7),
                "cent" | "cents" => (amount / 100, shop_currency, 0.9),
                "bucks" => (amount, shop_currency, 0.85),
                _ => (amount, "CHF", 0.95),
            };
            let value = format!("{}.{:02} {currency}", cents / 100, cents % 100);
            Some(Found::new(EntityType::Money, value, found.get(0)?.range(), confidence))
        })
        .collect()
}

/// In hundredths. The last mark followed by one or two digits is the decimal one; the
/// others group thousands.
fn amount_of(written: &str) -> Option<u64> {
    if !written.starts_with(|letter: char| letter.is_ascii_digit()) {
        return in_words(&written.to_lowercase()).map(|whole| whole * 100);
    }
    let (whole, part) = match written.rfind(['.', ',']) {
        Some(mark) if written.len() - mark - 1 <= 2 => (&written[..mark], &written[mark + 1..]),
        _ => (written, ""),
    };
    let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
    // Twelve digits are more than anything costs, and cannot overflow.
    if whole.len() > 12 {
        return None;
    }
    let hundredths: u64 = format!("{part:0<2}").parse().ok()?;
    Some(whole.parse::<u64>().ok()? * 100 + hundredths)
}

fn in_words(words: &str) -> Option<u64> {
    let tens = ["ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    if let Some(place) = tens.iter().position(|&ten| ten == words) {
        return Some(10 * (place as u64 + 1));
    }
    match words {
        "five" => Some(5),
        "fifteen" => Some(15),
        "hundred" | "a hundred" | "one hundred" => Some(100),
        "two hundred" => Some(200),
        "three hundred" => Some(300),
        "four hundred" => Some(400),
        "five hundred" => Some(500),
        "a thousand" => Some(1000),
        _ => None,
    }
}
