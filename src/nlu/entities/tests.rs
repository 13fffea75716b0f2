use jiff::civil::date;
use proptest::prelude::*;
use rstest::rstest;

use super::*;

fn lexicon() -> Lexicon {
    let titles = [
        ("ALMA", "Alma mohair throw"),
        ("ARDEN", "Arden recycled wool blanket"),
        ("ASTRID", "Astrid wool coat"),
        ("BOOG", "Boog arc floor lamp"),
        ("KORT", "Kort espresso cups, set of 2"),
        ("LEPEL", "Lepel wooden spoons"),
        ("LINEN", "Linen napkins"),
    ];
    Lexicon::new(titles.map(|(sku, title)| ProductName { sku: sku.into(), title: title.into() }).to_vec())
}

fn entities(text: &str) -> Vec<(String, String, String)> {
    let (orders, lexicon) = (OrderNumbers::default(), lexicon());
    // A Saturday.
    let extraction = Extraction { orders: &orders, lexicon: &lexicon, today: date(2026, 11, 21), currency: "EUR" };
    let found = extraction.entities(text);
    for entity in &found {
        let shown: String = text.chars().skip(entity.start).take(entity.end - entity.start).collect();
        assert_eq!(shown, entity.text, "offsets are in characters");
    }
    found.into_iter().map(|entity| (entity.kind.as_str().to_owned(), entity.value, entity.text)).collect()
}

#[rstest]
#[case("mail me at Eva.Maes@Example.com.", "email", "eva.maes@example.com", "Eva.Maes@Example.com")]
#[case("call +32 9 555 01 47 please", "phone", "+3295550147", "+32 9 555 01 47")]
#[case("0470 12 34 56", "phone", "0470123456", "0470 12 34 56")]
#[case("my number: 0032 470/12.34.56", "phone", "+32470123456", "0032 470/12.34.56")]
#[case("where is aw 10482", "order_number", "AW-10482", "aw 10482")]
#[case("it's #10482", "order_number", "AW-10482", "10482")]
#[case("my order number is 10482", "order_number", "AW-10482", "10482")]
#[case("under 50 bucks", "money", "50.00 EUR", "50 bucks")]
#[case("it was €1.299,00", "money", "1299.00 EUR", "€1.299,00")]
#[case("refund my $1,299.5", "money", "1299.50 USD", "$1,299.5")]
#[case("less than 40 euros", "money", "40.00 EUR", "40 euros")]
#[case("about fifty euro", "money", "50.00 EUR", "fifty euro")]
#[case("I paid 12,50€", "money", "12.50 EUR", "12,50€")]
#[case("£20 is too much", "money", "20.00 GBP", "£20")]
#[case("by 2026-12-24", "date", "2026-12-24", "2026-12-24")]
#[case("ordered on 3 November", "date", "2026-11-03", "3 November")]
#[case("before January 5th", "date", "2027-01-05", "January 5th")]
#[case("on the 3rd of Nov 2025", "date", "2025-11-03", "3rd of Nov 2025")]
#[case("since 24/12/2025", "date", "2025-12-24", "24/12/2025")]
#[case("next Friday", "date", "2026-11-27", "next Friday")]
#[case("last monday", "date", "2026-11-16", "last monday")]
#[case("can it be here on Saturday?", "date", "2026-11-21", "Saturday")]
#[case("it came yesterday", "date", "2026-11-20", "yesterday")]
#[case("two weeks ago", "date", "2026-11-07", "two weeks ago")]
#[case("I need it in 3 days", "date", "2026-11-24", "in 3 days")]
#[case("is the Alma throw washable", "product", "ALMA", "Alma throw")]
#[case("those espresso cups", "product", "KORT", "espresso cups")]
#[case("astrid woll coat in red", "product", "ASTRID", "astrid woll coat")]
#[case("wooden spoon", "product", "LEPEL", "wooden spoon")]
#[case("naïve 🎁 for Éva: linen napkin", "product", "LINEN", "linen napkin")]
fn one(#[case] text: &str, #[case] kind: &str, #[case] value: &str, #[case] shown: &str) {
    let found = entities(text);
    assert!(found.contains(&(kind.into(), value.into(), shown.into())), "{found:?}");
    assert_eq!(found.len(), 1, "{found:?}");
}

#[rstest]
#[case("I need a coat")]
#[case("do you have wool?")]
#[case("a lamp for the floor of the shop")]
#[case("it takes two weeks")]
#[case("the sun sat on my may blossom")]
#[case("100 %")]
#[case("size 42, quantity 3")]
#[case("")]
fn none(#[case] text: &str) {
    assert_eq!(entities(text), []);
}

#[test]
fn several_in_one_message() {
    let kinds: Vec<String> =
        entities("AW-10482 from last Monday, 49.90 EUR, eva@example.com, call 0470 12 34 56").into_iter().map(|e| e.0).collect();
    assert_eq!(kinds, ["order_number", "date", "money", "email", "phone"]);
}

proptest! {
    /// Whatever is written, offsets are right and in order, and nothing panics.
    #[test]
    fn any_text(text in "(\\PC|[0-9€$ .,@+#/-]|AW-|order |next monday |\u{200b}|א){0,60}") {
        entities(&text);
    }
}
