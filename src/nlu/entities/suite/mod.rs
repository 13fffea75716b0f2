//! The suite of `cases.txt`: a text a line, and all that it names.

use std::fmt::Write;
use std::sync::LazyLock;

use jiff::civil::{Date, date};

use super::{Lexicon, ProductName, VariantName, find};

const CASES: &str = include_str!("cases.txt");

/// A Wednesday.
const TODAY: Date = date(2026, 11, 18);

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let variant = |sku: &str, colour: &str| VariantName { sku: sku.to_owned(), options: vec![colour.to_owned()] };
    let product = |sku: &str, title: &str, variants: Vec<VariantName>| ProductName {
        sku: sku.to_owned(),
        title: title.to_owned(),
        variants,
    };
    Lexicon::new(vec![
        product(
            "T-SKAGEN",
            "Skagen wool throw",
            vec![variant("T-SKAGEN-GREY", "grey"), variant("T-SKAGEN-NAVY", "navy")],
        ),
        product("L-PADDO", "Paddo table lamp", Vec::new()),
        product("C-FIG", "Fig & Cedar scented candle", Vec::new()),
        product("C-REFILL", "Candle refill", Vec::new()),
    ])
});

/// The cases with their lines.
fn cases() -> impl Iterator<Item = (usize, &'static str, &'static str)> {
    let lines = CASES.lines().enumerate().filter(|(_, line)| !line.starts_with('#') && !line.is_empty());
    lines.filter_map(|(at, line)| line.split_once("=>").map(|(text, named)| (at + 1, text.trim(), named.trim())))
}

fn named(text: &str) -> String {
    let entities = find(text, TODAY, &LEXICON);
    let shown = entities.iter().map(|entity| format!("{} {}", entity.kind.as_str(), entity.value));
    shown.collect::<Vec<_>>().join("; ")
}

#[test]
fn each_text_names_what_its_line_says() {
    let mut wrong = String::new();
    for (line, text, expected) in cases() {
        let found = named(text);
        if found != expected {
            let _written = writeln!(wrong, "cases.txt:{line}: {text}\n    expected {expected}\n    found    {found}");
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn the_suite_is_as_long_as_it_should_be() {
    assert!(cases().count() >= 300, "{} cases", cases().count());
    let nothing = cases().filter(|(_, _, expected)| expected.is_empty()).count();
    assert!(nothing >= 80, "{nothing} cases name nothing");
}

/// What stands around a thing must not change it, and names nothing itself.
#[test]
fn each_text_is_read_alike_in_a_sentence() {
    for (line, text, expected) in cases().filter(|(_, text, expected)| expected.contains(' ') && text.len() < 60) {
        let whole =
            text.bytes().all(|byte| byte.is_ascii_digit()) || expected.starts_with("card") || text.starts_with("it's");
        if !whole {
            assert_eq!(named(&format!("hello! {text}")), expected, "cases.txt:{line}");
        }
    }
}
