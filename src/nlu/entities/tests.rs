//! All types together: precedence, places in characters, and texts that nobody foresaw.

use std::sync::LazyLock;

use jiff::civil::{Date, date};
use proptest::prelude::*;
use rstest::rstest;

use super::{Lexicon, ProductName, find};
use crate::domain::analysis::{Entity, EntityType};

const TODAY: Date = date(2026, 11, 18);

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let product =
        |sku: &str, title: &str| ProductName { sku: sku.to_owned(), title: title.to_owned(), ..ProductName::default() };
    Lexicon::new(vec![product("AW-THR-SKAGEN", "Skagen wool throw"), product("AW-REF-KAARS", "Candle refill")])
});

fn slice(text: &str, entity: &Entity) -> String {
    text.chars().skip(entity.start).take(entity.end - entity.start).collect()
}

#[rstest]
#[case("skagen@throw.be", &["skagen@throw.be"])]
#[case("order 10482 for €50 on 3 November", &["AW-10482", "50.00 EUR", "2026-11-03"])]
#[case("Order #10482: Skagen throw, max 40, call 0475 12 34 56", &["AW-10482", "AW-THR-SKAGEN", "40.00 EUR", "+32475123456"])]
#[case("between 3 and 5 November", &["2026-11-05"])]
#[case("€20 tomorrow", &["20.00 EUR", "2026-11-19"])]
#[case("where is my parcel", &[])]
#[case("room 10482, size 42, 2 pieces", &["2"])]
#[case("", &[])]
fn the_more_specific_wins(#[case] text: &str, #[case] values: &[&str]) {
    let found: Vec<_> = find(text, TODAY, &LEXICON).into_iter().map(|entity| entity.value).collect();
    assert_eq!(found, values);
}

#[test]
fn places_are_in_characters() {
    let text = "Grüße 👋🏽, où est ma commande AW-10482 à 50 € ?";
    let found = find(text, TODAY, &LEXICON);
    let kinds: Vec<_> = found.iter().map(|entity| entity.kind.clone()).collect();
    assert_eq!(kinds, [EntityType::OrderNumber, EntityType::Money]);
    for entity in &found {
        assert_eq!(slice(text, entity), entity.text);
    }
}

/// Pieces that the patterns look for, so that random texts come close to them.
fn fragment() -> impl Strategy<Value = String> {
    let known = [
        "order ",
        "AW-",
        "#",
        "10482",
        "€",
        "1.299,00",
        " EUR",
        "under ",
        "between ",
        " and ",
        "3",
        "/11/",
        "2026",
        "-",
        " ",
        ".",
        ",",
        "+32 ",
        "(0)",
        "0475",
        " 12 34 56",
        "next ",
        "Friday",
        "May ",
        "th of ",
        "in ",
        "two weeks",
        " ago",
        "skagen",
        "skagne",
        " throw",
        "candle ",
        "refill",
        "@",
        "b.com",
        "é",
        "İ",
        "👋🏽",
        "\u{a0}",
        "ß",
        "\n",
    ];
    prop_oneof![4 => prop::sample::select(known.to_vec()).prop_map(str::to_owned), 1 => ".{0,4}"]
}

proptest! {
    #[test]
    fn any_text_is_read(text in prop_oneof![".{0,80}", prop::collection::vec(fragment(), 0..24).prop_map(|parts| parts.concat())]) {
        let found = find(&text, TODAY, &LEXICON);
        let mut last_end = 0;
        for entity in &found {
            prop_assert_eq!(slice(&text, entity), entity.text.as_str());
            prop_assert!(entity.start >= last_end && entity.end > entity.start);
            prop_assert!(entity.confidence > 0.0 && entity.confidence <= 1.0);
            last_end = entity.end;
        }
    }

    #[test]
    fn any_day_is_today(day in -4_371_587_i32..=2_932_896) {
        let today = date(1970, 1, 1).checked_add(jiff::Span::new().days(day)).unwrap_or(Date::MAX);
        let text = "tomorrow, yesterday, in 999 years, 999 months ago, last Friday next week, 29 Feb, 3/11/26";
        prop_assert!(!find(text, today, &LEXICON).is_empty());
    }
}
