//! Prices: with a currency on either side, or bare where the words around them set a limit
//! ("under 50"). It must not know what anything costs, nor exchange rates.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::found::Found;
use super::numerals;
use crate::base::boundary;
use crate::domain::analysis::EntityType;

/// A plain space parts thousands only where cents follow: "2 100 € vouchers" are two things.
const NUMBER: &str = r"(?:[0-9]{1,3}(?:[.,'’\u{a0}\u{202f}][0-9]{3})+(?:[.,][0-9]{1,2})?|[0-9]{1,3}(?: [0-9]{3})+[.,][0-9]{2}|[0-9]{1,9}(?:[.,][0-9]{1,2})?)";
/// Before the amount.
const LEADING: &str = r"(?:€|US\$|AU?\$|CA?\$|\$|£|¥|₹|₺|\bFr\.|\b(?:EUR|USD|GBP|CHF|SEK|NOK|DKK|PLN|CZK|HUF|RON|AUD|CAD|JPY|kr|euros?)\b)";
/// After the amount.
const TRAILING: &str = r"(?:€|\$|£|¥|₹|₺|zł|kč|(?:euro['’]?s?|eur|usd|gbp|chf|sek|nok|dkk|pln|czk|huf|ron|aud|cad|jpy|dollars?|bucks?|pounds?|quid|sterling|(?:swiss\s+)?francs?|kronor|kroner|kr|zloty(?:s|ch)?|forints?|yen|(?:euro)?cents?|pence)\b)";

static LED: LazyLock<Regex> =
    LazyLock::new(|| compile(&format!(r"(?P<currency>{LEADING})\s?(?P<amount>{NUMBER})(?:[,.][-–])?")));

static TRAILED: LazyLock<Regex> = LazyLock::new(|| {
    let words = numerals::PATTERN;
    compile(&format!(r"(?P<amount>\b{words}|{NUMBER})(?:[,.][-–])?[\s-]?(?P<currency>{TRAILING})"))
});

/// "€20 to €40" is read by the patterns above; these give the bare end of "€20 to 40" and
/// "20 to 40 €".
static BARE_END: LazyLock<Regex> =
    LazyLock::new(|| compile(&format!(r"(?P<currency>{LEADING})\s?{NUMBER}\s*(?:-|–|to|and)\s*(?P<amount>{NUMBER})")));
static BARE_START: LazyLock<Regex> = LazyLock::new(|| {
    compile(&format!(
        r"(?:(?:between|from)\s+(?P<and>{NUMBER})\s+and|(?P<amount>{NUMBER})\s*(?:-|–|to))\s*{NUMBER}\s?(?P<currency>{TRAILING})"
    ))
});

static LIMIT: LazyLock<Regex> = LazyLock::new(|| {
    compile(&format!(
        r"\b(?:under|below|(?:less|lower|cheaper|(?:no|not) more)\s+than|max(?:imum)?\.?|up\s+to|at\s+most|budget|spend|spent|costs?|paid|pay|charged|refunded|total|priced?)(?:\s*:|\s+(?:of|is|at|about|around|me))?\s+(?P<amount>{NUMBER})"
    ))
});
static LIMIT_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    compile(&format!(r"(?P<amount>{NUMBER})\s+(?:max|maximum|tops|at\s+most|or\s+(?:less|under|below|cheaper))\b"))
});
static BETWEEN: LazyLock<Regex> =
    LazyLock::new(|| compile(&format!(r"\bbetween\s+(?P<amount>{NUMBER})\s+(?:and|to|-|–)\s+(?P<upper>{NUMBER})")));

/// What a bare number counts when it is not money.
static UNIT: LazyLock<Regex> = LazyLock::new(|| {
    compile(concat!(
        r"^\s*(?:[%°″”]|[x×]\s*[0-9]|[\s-]*(?:(?:working|business)\s+)?(?:mm|cm|m|km|met(?:re|er)s?|inch(?:es)?|in\b|ft|feet|g|gr|grams?|kg|kilos?|lbs?",
        r"|ml|cl|l|lit(?:re|er)s?|w|watts?|lumens?|degrees?|celsius|c|percent|pct|seconds?|minutes?|mins?|hours?|hrs?|days?",
        r"|nights?|weeks?|months?|years?|yrs?|am|pm|o'?clock|pieces?|pcs|items?|pairs?|sets?|units?|times|stars?|points?|people|persons",
        r"|jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b)"
    ))
});

/// Words that make a bare limit a price, and words that make it something else.
static PRICE_WORDS: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"\b(?:price|cost|cheap|budget|spen[dt]|afford|pay|paid|refund|charge|expensive|money|worth|gift|present|discount)",
    )
});
static OTHER_WORDS: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"\b(?:wash|iron|degree|temperature|deliver|arriv|open|clos|hours?\b|sizes?\b|sized\b|age[ds]?\b|old\b|clock|weigh|tall\b|wide\b|long\b|call)",
    )
});
static SIZE_BEFORE: LazyLock<Regex> = LazyLock::new(|| compile(r"\b(?:sizes?|shoes?)\s*:?\s*(?:in\s+)?$"));

static CENTS_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    compile(r"^(?P<all>\s?(?P<cents>[0-9]{2}))(?:[.,;:!?)]|\s+(?:please|for|and|but|is|was|each)\b|\s*$)")
});

fn compile(pattern: &str) -> Regex {
    Regex::new(&format!("(?i){pattern}")).expect("the pattern is constant: this is a bug")
}

/// `currency` is what bare numbers are counted in.
pub(super) fn find(text: &str, currency: &str) -> Vec<Found> {
    let mut all = with_currency(text, currency);
    all.extend(ends_of_ranges(text, currency));
    all.extend(bare(text, currency));
    all
}

fn with_currency(text: &str, home: &str) -> Vec<Found> {
    let mut all = Vec::new();
    for captures in LED.captures_iter(text) {
        let Some((whole, amount)) = captures.get(0).zip(captures.name("amount")) else { continue };
        let size = SIZE_BEFORE.is_match(boundary::lead(text, whole.start(), 20));
        if !size && boundary::ends_alone(text, whole.end()) {
            all.extend(found(amount.as_str(), iso(&captures["currency"], home), whole.range(), 0.97));
        }
    }
    for captures in TRAILED.captures_iter(text) {
        let Some((whole, amount)) = captures.get(0).zip(captures.name("amount")) else { continue };
        // "2 €20 vouchers": the sign belongs to what follows it, unless that is its cents.
        let after = boundary::follow(text, whole.end(), 12);
        let apart = captures.name("currency").is_some_and(|currency| currency.start() > amount.end());
        let led = after.starts_with(|c: char| c.is_ascii_digit()) && (apart || !CENTS_AFTER.is_match(after));
        if !led && starts_free(text, whole.start()) {
            let written = &captures["currency"];
            // Pounds are also a weight, bucks also animals.
            let vague = written.to_lowercase().starts_with("pound") || written.to_lowercase().starts_with("buck");
            let confidence = if vague { 0.8 } else { 0.96 };
            let (iso, small) = (iso(written, home), is_hundredth(written));
            // "20€50" and "20 euros 50" are how many people say and write it.
            let more = CENTS_AFTER.captures(after).filter(|_| !small);
            let (amount, end) = match more {
                Some(more) => (format!("{},{}", amount.as_str(), &more["cents"]), whole.end() + more["all"].len()),
                None if small => {
                    let Some(number) = numerals::parse(amount.as_str()) else { continue };
                    (format!("{},{:02}", number / 100, number % 100), whole.end())
                }
                None => (amount.as_str().to_owned(), whole.end()),
            };
            all.extend(found(&amount, iso, whole.start()..end, confidence));
        }
    }
    all
}

fn ends_of_ranges(text: &str, home: &str) -> Vec<Found> {
    let mut all = Vec::new();
    for captures in BARE_START.captures_iter(text) {
        let Some(amount) = captures.name("amount").or_else(|| captures.name("and")) else { continue };
        if boundary::starts_alone(text, amount.start()) {
            all.extend(found(amount.as_str(), iso(&captures["currency"], home), amount.range(), 0.85));
        }
    }
    for captures in BARE_END.captures_iter(text) {
        let Some(amount) = captures.name("amount") else { continue };
        let counts_else = UNIT.is_match(boundary::follow(text, amount.end(), 24));
        if !counts_else && is_free(text, amount.end()) {
            all.extend(found(amount.as_str(), iso(&captures["currency"], home), amount.range(), 0.85));
        }
    }
    all
}

fn bare(text: &str, currency: &str) -> Vec<Found> {
    let priced = PRICE_WORDS.is_match(text);
    let confidence = if priced { 0.75 } else { 0.6 };
    let mut all = Vec::new();
    for captures in LIMIT.captures_iter(text).chain(LIMIT_AFTER.captures_iter(text)).chain(BETWEEN.captures_iter(text))
    {
        let numbers: Vec<_> = captures.name("amount").into_iter().chain(captures.name("upper")).collect();
        let Some((first, last)) = numbers.first().zip(numbers.last()) else { continue };
        let other = !priced && OTHER_WORDS.is_match(boundary::lead(text, first.start(), 60));
        // "between 20 and 40 cm": the unit belongs to both.
        if other || UNIT.is_match(boundary::follow(text, last.end(), 24)) {
            continue;
        }
        for number in numbers {
            if is_free(text, number.end()) {
                all.extend(found(number.as_str(), currency, number.range(), confidence));
            }
        }
    }
    all
}

/// A dash before a price makes a range of it.
fn starts_free(text: &str, start: usize) -> bool {
    boundary::before(text, start) == Some('-') || boundary::starts_alone(text, start)
}

/// Whether a bare number ends as a number of its own: not `50` in `50s`, `50/60` or `50%`.
fn is_free(text: &str, end: usize) -> bool {
    let next = boundary::follow(text, end, 4).chars().next();
    boundary::ends_alone(text, end) && !matches!(next, Some('/' | '%' | '°' | '@' | '#'))
}

fn found(amount: &str, currency: &str, span: Range<usize>, confidence: f32) -> Option<Found> {
    let cents = cents(amount)?;
    let value = format!("{}.{:02} {currency}", cents / 100, cents % 100);
    Some(Found { kind: EntityType::Money, span, value, confidence })
}

/// `1.299,00`, `1,299.00`, `1 299`, `50`, `fifty`. The last separator is decimal when fewer
/// than three digits follow it.
fn cents(written: &str) -> Option<u64> {
    if !written.starts_with(|c: char| c.is_ascii_digit()) {
        return numerals::parse(written).map(|number| u64::from(number) * 100);
    }
    let digits = |part: &str| -> String { part.chars().filter(char::is_ascii_digit).collect() };
    let (whole, fraction) = match written.rfind(['.', ',']) {
        Some(at) if written.len() - at <= 3 => (digits(&written[..at]), digits(&written[at..])),
        _ => (digits(written), String::new()),
    };
    let fraction: u64 = format!("{fraction:0<2}").parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(100)?.checked_add(fraction)
}

fn is_hundredth(written: &str) -> bool {
    let written = written.to_lowercase();
    written.contains("cent") || written == "pence"
}

/// What a sign or word stands for. A dollar, a crown or a cent is the shop's own where the
/// shop has one.
fn iso<'a>(written: &str, home: &'a str) -> &'a str {
    let written = written.to_lowercase();
    let own = |of: &[&str], otherwise: &'static str| -> &'a str { if of.contains(&home) { home } else { otherwise } };
    match written.as_str() {
        "us$" | "usd" => "USD",
        "a$" | "au$" | "aud" => "AUD",
        "c$" | "ca$" | "cad" => "CAD",
        "$" | "dollar" | "dollars" | "buck" | "bucks" => own(&["AUD", "CAD", "NZD", "SGD"], "USD"),
        "£" | "gbp" | "pound" | "pounds" | "quid" | "sterling" | "pence" => "GBP",
        "chf" | "fr." => "CHF",
        francs if francs.contains("franc") => "CHF",
        "sek" | "kronor" => "SEK",
        "nok" => "NOK",
        "dkk" => "DKK",
        "kr" | "kroner" => own(&["SEK", "NOK", "DKK"], if written == "kr" { "SEK" } else { "NOK" }),
        "pln" | "zł" => "PLN",
        zloty if zloty.starts_with("zloty") => "PLN",
        "czk" | "kč" => "CZK",
        "huf" | "forint" | "forints" => "HUF",
        "ron" => "RON",
        "¥" | "jpy" | "yen" => "JPY",
        "₹" => "INR",
        "₺" => "TRY",
        "cent" | "cents" => own(&["USD", "AUD", "CAD"], "EUR"),
        _ => "EUR",
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use rstest::rstest;

    use crate::domain::EntityType;
    use crate::nlu::entities::{Lexicon, find};

    #[rstest]
    #[case("€50", &["50.00 EUR"])]
    #[case("50€", &["50.00 EUR"])]
    #[case("50 EUR", &["50.00 EUR"])]
    #[case("50 euros please", &["50.00 EUR"])]
    #[case("a 50-euro voucher", &["50.00 EUR"])]
    #[case("fifty euros", &["50.00 EUR"])]
    #[case("a hundred euro", &["100.00 EUR"])]
    #[case("EUR 50.00", &["50.00 EUR"])]
    #[case("€ 50,- or so", &["50.00 EUR"])]
    #[case("$20", &["20.00 USD"])]
    #[case("20 dollars", &["20.00 USD"])]
    #[case("US$20.5", &["20.50 USD"])]
    #[case("50 bucks!", &["50.00 USD"])]
    #[case("£15", &["15.00 GBP"])]
    #[case("15 quid", &["15.00 GBP"])]
    #[case("15 pounds", &["15.00 GBP"])]
    #[case("1.299,00 €", &["1299.00 EUR"])]
    #[case("€1,299.00.", &["1299.00 EUR"])]
    #[case("€1.299", &["1299.00 EUR"])]
    #[case("€9,9", &["9.90 EUR"])]
    #[case("2 €20 vouchers", &["20.00 EUR"])]
    #[case("€20-€40", &["20.00 EUR", "40.00 EUR"])]
    #[case("€20 to 40", &["20.00 EUR", "40.00 EUR"])]
    #[case("20-40 euros", &["20.00 EUR", "40.00 EUR"])]
    #[case("a throw under 50", &["50.00 EUR"])]
    #[case("a lamp, max 40", &["40.00 EUR"])]
    #[case("something for less than 30?", &["30.00 EUR"])]
    #[case("below 25.50", &["25.50 EUR"])]
    #[case("my budget is 60", &["60.00 EUR"])]
    #[case("gifts between 20 and 40", &["20.00 EUR", "40.00 EUR"])]
    #[case("I was refunded 34.90 but paid 39.85", &["34.90 EUR", "39.85 EUR"])]
    #[case("30 tops", &["30.00 EUR"])]
    #[case("between 20 and 40 euros", &["20.00 EUR", "40.00 EUR"])]
    #[case("under 50 dollars", &["50.00 USD"])]
    #[case("20€50", &["20.50 EUR"])]
    #[case("20 euros 50 please", &["20.50 EUR"])]
    #[case("1 299,00 €", &["1299.00 EUR"])]
    #[case("CHF 45.–", &["45.00 CHF"])]
    #[case("250 kr", &["250.00 SEK"])]
    #[case("99 zł", &["99.00 PLN"])]
    #[case("50 cents", &["0.50 EUR"])]
    #[case("two hundred and fifty euros", &["250.00 EUR"])]
    #[case("A$30", &["30.00 AUD"])]
    #[case("2 100 € vouchers", &["100.00 EUR"])]
    #[case("size 42", &[])]
    #[case("size EUR 42", &[])]
    #[case("2 pieces", &[])]
    #[case("less than 30 days", &[])]
    #[case("under 50 cm", &[])]
    #[case("between 20 and 40 cm", &[])]
    #[case("can I wash it at max 40", &[])]
    #[case("delivered between 9 and 12", &[])]
    #[case("under 50%", &[])]
    #[case("for under 18s", &[])]
    #[case("AW50 EUR", &[])]
    #[case("€99999999999999999999", &[])]
    fn prices_are_found(#[case] text: &str, #[case] prices: &[&str]) {
        let mut found = find(text, date(2026, 11, 18), &Lexicon::default());
        found.retain(|entity| entity.kind == EntityType::Money);
        let found: Vec<_> = found.into_iter().map(|entity| entity.value).collect();
        assert_eq!(found, prices);
    }

    #[test]
    fn a_currency_makes_surer() {
        let confidence = |text| find(text, date(2026, 11, 18), &Lexicon::default())[0].confidence;
        assert!(confidence("under €50") > confidence("it should cost under 50"));
        assert!(confidence("it should cost under 50") > confidence("under 50"));
    }
}
