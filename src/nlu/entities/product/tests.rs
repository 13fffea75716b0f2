//! Products in sentences, against a small shop with the traps of a real one: names that are
//! everyday words, names that several products share, names of people.

use jiff::civil::date;
use rstest::rstest;

use crate::domain::analysis::Entity;
use crate::nlu::entities::{Lexicon, ProductName, find};

const SHOP: [(&str, &str); 20] = [
    ("T-SKAGEN", "Skagen wool throw"),
    ("T-WAFEL", "Wafel cotton throw"),
    ("T-RUST", "Rust weighted blanket"),
    ("L-PADDO", "Paddo table lamp"),
    ("L-TERRA", "Terra ceramic table lamp"),
    ("C-FIG", "Fig & Cedar scented candle"),
    ("D-FIG", "Fig & Cedar reed diffuser"),
    ("C-REFILL", "Candle refill"),
    ("G-CARD", "Gift card"),
    ("K-WANT", "Want oven mitt"),
    ("B-WINTER", "Winter flannel duvet cover"),
    ("P-DAG", "Alledag dinner plate"),
    ("P-KLEIN", "Alledag side plate"),
    ("W-MARIE", "Marie Breton top"),
    ("W-AMELIE", "Amélie mohair cardigan"),
    ("S-ELS", "Els Chelsea boots"),
    ("W-LIEVE", "Lieve linen midi dress"),
    ("C-STREEP", "Streep striped cushion cover"),
    ("K-KNIT", "Knit your own beanie kit"),
    ("W-HALDEN", "Halden Waxed Jacket"),
];

fn products(text: &str) -> Vec<Entity> {
    let product = |(sku, title): (&str, &str)| ProductName {
        sku: sku.to_owned(),
        title: title.to_owned(),
        ..ProductName::default()
    };
    find(text, date(2026, 11, 18), &Lexicon::new(SHOP.into_iter().map(product).collect()))
}

#[rstest]
#[case("do you have the skagen throw?", &[("skagen throw", "T-SKAGEN")])]
#[case("the Skagen Wool Throw in grey", &[("Skagen Wool Throw", "T-SKAGEN")])]
#[case("is the skagen still there", &[("skagen", "T-SKAGEN")])]
#[case("skagen grey throws", &[("skagen grey throws", "T-SKAGEN")])]
#[case("the skgaen throw", &[("skgaen throw", "T-SKAGEN")])]
#[case("a throw like Skagen", &[("throw like Skagen", "T-SKAGEN")])]
#[case("the paddo lamp or the terra one", &[("paddo lamp", "L-PADDO"), ("terra", "L-TERRA")])]
#[case("the terra lamp and paddo", &[("terra lamp", "L-TERRA"), ("paddo", "L-PADDO")])]
#[case("fig & cedar candle", &[("fig & cedar candle", "C-FIG")])]
#[case("the cedar diffuser", &[("cedar diffuser", "D-FIG")])]
#[case("can I get a candle refill", &[("candle refill", "C-REFILL")])]
#[case("a gift card please", &[("gift card", "G-CARD")])]
#[case("winter duvet cover", &[("winter duvet cover", "B-WINTER")])]
#[case("alledag dinner plates", &[("alledag dinner plates", "P-DAG")])]
#[case("the amelie cardigan", &[("amelie cardigan", "W-AMELIE")])]
#[case("marie top in size 42", &[("marie top", "W-MARIE")])]
#[case("Els boots", &[("Els boots", "S-ELS")])]
#[case("my halden jacket", &[("halden jacket", "W-HALDEN")])]
#[case("the knit your own beanie kit", &[("knit your own beanie kit", "K-KNIT")])]
#[case("sku t-skagen-grey.", &[("t-skagen-grey", "T-SKAGEN")])]
#[case("do you sell throws?", &[])]
#[case("a wool throw", &[])]
#[case("a lamp for the table", &[])]
#[case("a rust blanket", &[])]
#[case("I want a refund", &[])]
#[case("for the winter", &[])]
#[case("a typo in my streets", &[])]
#[case("the name Alder & Wick", &[])]
#[case("I live in Ghent", &[])]
#[case("Thanks, Marie", &[])]
#[case("Hi, I'm Marie. Where is it?", &[])]
#[case("I like fig. A candle?", &[])]
#[case("waxed jacket", &[])]
fn products_are_found(#[case] text: &str, #[case] expected: &[(&str, &str)]) {
    let found = products(text);
    let found: Vec<_> = found.iter().map(|product| (product.text.as_str(), product.value.as_str())).collect();
    assert_eq!(found, expected);
}

#[test]
fn confidence_follows_how_much_was_said() {
    let confidence = |text: &str| products(text)[0].confidence;
    assert!(confidence("skagen wool throw") > confidence("skagen throw"));
    assert!(confidence("skagen throw") > confidence("skagen"));
    assert!(confidence("skagen throw") > confidence("skgaen throw"));
    assert!(confidence("skagen") > confidence("alledag plate"), "two products share that name");
}
