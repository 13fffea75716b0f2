//! What a customer wants of a product, read from the message: limits of price, options
//! such as a colour or a size, materials, and whether it must be there now.
//!
//! The words for options come from the catalogue itself; only what every shop shares
//! (prices, shades of colours, sizes in words) is known here.

use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde::Serialize;

use crate::domain::product::{Price, Product};
use crate::domain::{Entity, EntityType};

/// A message read as a wish for a product.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Wish {
    /// What is searched: the message without its limits and without talk.
    pub text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<Price>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<Limit>,
    pub demands: Vec<Demand>,
    pub in_stock_only: bool,
}

/// The most that it may cost.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Limit {
    pub amount: Price,
    /// Whether the amount itself is allowed: `up to 50`, not `under 50`.
    pub inclusive: bool,
}

/// An option or property that it must have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Demand {
    pub kind: DemandKind,
    /// As the customer said it, lower case: `blue`, `m`, `42`, `wool`.
    pub word: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DemandKind {
    /// A colour, finish, glaze, scent, …: any option but a size.
    Option,
    Size,
    /// A substance: wool, linen, oak.
    Material,
    /// A property that an attribute answers with yes: vegan, refillable.
    Property,
}

impl Wish {
    /// Reads a message. Amounts of money that were found in it elsewhere count as the
    /// customer's limit only where the message says so.
    pub fn read(text: &str, entities: &[Entity], vocabulary: &Vocabulary) -> Self {
        let lower = text.to_lowercase();
        let mut rest = lower.clone();
        let mut wish = Wish::default();
        read_prices(&mut rest, &mut wish);
        let hidden = entities.iter().filter(|entity| {
            use EntityType::{CardNumber, Email, Iban, NationalId, OrderNumber, Phone, TrackingNumber, Url};
            matches!(entity.kind, Email | OrderNumber | Phone | CardNumber | Iban | NationalId | TrackingNumber | Url)
        });
        for entity in hidden {
            rest = rest.replace(&entity.text.to_lowercase(), " ");
        }
        if IN_STOCK.is_match(&rest) {
            wish.in_stock_only = true;
            rest = IN_STOCK.replace_all(&rest, " ").into_owned();
        }
        read_sizes(&mut rest, vocabulary, &mut wish);
        // What is demanded is not searched as well: else everything navy would be like a
        // navy throw.
        let rest = vocabulary.read_words(&rest, &mut wish);
        wish.text = without_talk(&rest);
        wish
    }

    /// Whether it says more than a topic: a price, an option, a size.
    pub fn names_a_limit(&self) -> bool {
        self.min.is_some() || self.max.is_some() || self.in_stock_only || !self.demands.is_empty()
    }

    pub fn allows_price(&self, price: Price) -> bool {
        let above = self.min.is_none_or(|min| price >= min);
        above && self.max.is_none_or(|max| if max.inclusive { price <= max.amount } else { price < max.amount })
    }
}

/// The catalogue's own words for options, sizes, materials and properties.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    /// Lower-case words of every option that is no size.
    options: Vec<String>,
    sizes: Vec<String>,
    materials: Vec<String>,
    properties: Vec<String>,
}

impl Vocabulary {
    pub fn of(products: &[Product]) -> Self {
        let mut vocabulary = Vocabulary::default();
        for product in products {
            for (name, value) in product.variants.iter().flat_map(|variant| &variant.options) {
                if is_size(name) {
                    vocabulary.sizes.push(value.to_lowercase());
                } else {
                    vocabulary.options.push(value.to_lowercase());
                    let words = words(&value.to_lowercase()).map(str::to_owned).collect::<Vec<_>>();
                    vocabulary.options.extend(
                        words
                            .into_iter()
                            .filter(|word| word.len() > 2 && !QUALITIES.contains(&word.as_str()) && !is_numeric(word)),
                    );
                }
            }
            for (name, value) in &product.attributes {
                let value = value.to_lowercase();
                if name == "material" {
                    let substances = words(&value)
                        .filter(|word| word.len() > 2 && !is_numeric(word) && !NOT_SUBSTANCES.contains(word));
                    vocabulary.materials.extend(substances.map(str::to_owned));
                } else if value == "yes" {
                    vocabulary.properties.push(name.to_lowercase());
                }
            }
        }
        for list in
            [&mut vocabulary.options, &mut vocabulary.sizes, &mut vocabulary.materials, &mut vocabulary.properties]
        {
            list.sort();
            list.dedup();
        }
        vocabulary
    }

    /// Reads demands and returns the other words. The longest phrases come first, so that
    /// `light blue` is not read as `blue`.
    fn read_words(&self, text: &str, wish: &mut Wish) -> String {
        let spoken: Vec<&str> = words(text).collect();
        let mut rest: Vec<&str> = Vec::new();
        let mut at = 0;
        while at < spoken.len() {
            let found = (1..=3.min(spoken.len() - at)).rev().find_map(|length| {
                let phrase = spoken[at..at + length].join(" ");
                self.demand(&phrase).map(|demand| (length, demand))
            });
            match found {
                Some((length, demand)) => {
                    if !wish.demands.contains(&demand) {
                        wish.demands.push(demand);
                    }
                    at += length;
                }
                None => {
                    rest.push(spoken[at]);
                    at += 1;
                }
            }
        }
        rest.join(" ")
    }

    fn demand(&self, phrase: &str) -> Option<Demand> {
        let demand = |kind, word: &str| Some(Demand { kind, word: word.to_owned() });
        let known = |list: &[String], word: &str| list.iter().any(|entry| entry == word);
        let phrase = spelling(phrase);
        let singular = phrase.strip_suffix("en").filter(|stem| *stem == "wool" || *stem == "wood").unwrap_or(phrase);
        let singular = if phrase == "woolly" || phrase == "woollen" { "wool" } else { singular };
        // A substance before an option: `oak` finishes and frames are of oak.
        if known(&self.properties, phrase) {
            return demand(DemandKind::Property, phrase);
        }
        if known(&self.options, phrase) && !known(&self.materials, phrase) {
            return demand(DemandKind::Option, phrase);
        }
        if known(&self.materials, singular) {
            return demand(DemandKind::Material, singular);
        }
        // A family or another name: `green` where the catalogue says olive and bottle green.
        let shades = shades_of(phrase);
        let has_shade = shades.iter().any(|shade| known(&self.options, shade));
        if has_shade { demand(DemandKind::Option, phrase) } else { None }
    }
}

impl Demand {
    /// Whether a product's variant has it.
    pub fn is_met(&self, product: &Product, variant: usize) -> bool {
        let Some(variant) = product.variants.get(variant) else { return false };
        match self.kind {
            DemandKind::Size => {
                let own = variant
                    .options
                    .iter()
                    .filter(|(name, _)| is_size(name))
                    .any(|(_, value)| size_fits(value, &self.word));
                let of_product = product
                    .attributes
                    .iter()
                    .filter(|(name, _)| is_size(name))
                    .any(|(_, value)| size_fits(value, &self.word));
                own || of_product
            }
            DemandKind::Option => {
                let own = variant
                    .options
                    .iter()
                    .filter(|(name, _)| !is_size(name))
                    .any(|(_, value)| option_fits(value, &self.word));
                own || (variant.options.keys().all(|name| is_size(name)) && has_word(&product.title, &self.word))
            }
            DemandKind::Material => {
                let material = product.attributes.get("material").is_some_and(|value| has_word(value, &self.word));
                material
                    || variant.options.values().any(|value| has_word(value, &self.word))
                    || has_word(&product.title, &self.word)
            }
            DemandKind::Property => {
                product.attributes.iter().any(|(name, value)| name.to_lowercase() == self.word && value == "yes")
            }
        }
    }

    /// How the variant meets it, in the catalogue's words.
    pub fn met_by(&self, product: &Product, variant: usize) -> String {
        let options = product.variants.get(variant).map(|variant| &variant.options);
        match self.kind {
            DemandKind::Size => options
                .and_then(|options| options.iter().find(|(name, value)| is_size(name) && size_fits(value, &self.word)))
                .map_or_else(|| self.word.to_uppercase(), |(_, value)| format!("size {value}")),
            DemandKind::Option => options
                .and_then(|options| {
                    options.iter().find(|(name, value)| !is_size(name) && option_fits(value, &self.word))
                })
                .map_or_else(|| self.word.clone(), |(_, value)| format!("in {value}")),
            DemandKind::Material => product
                .attributes
                .get("material")
                .filter(|value| has_word(value, &self.word))
                .cloned()
                .unwrap_or_else(|| self.word.clone()),
            DemandKind::Property => self.word.clone(),
        }
    }
}

/// Words in a material's description that name no substance.
const NOT_SUBSTANCES: [&str; 26] = [
    "and",
    "with",
    "of",
    "organic",
    "recycled",
    "european",
    "filled",
    "washed",
    "brushed",
    "shade",
    "powder",
    "coated",
    "opal",
    "solid",
    "vegetable",
    "tanned",
    "pure",
    "fine",
    "hand",
    "blown",
    "from",
    "the",
    "woven",
    "free",
    "natural",
    "certified",
];
/// Words in options that say how, not what.
const QUALITIES: [&str; 10] = ["light", "dark", "bottle", "with", "set", "plated", "winter", "market", "and", "for"];

fn is_size(name: &str) -> bool {
    matches!(
        name,
        "size" | "sizes" | "diameter" | "length" | "width" | "height" | "socks" | "maat" | "volume" | "weight"
    )
}

fn is_numeric(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '-')).filter(|word| !word.is_empty())
}

fn has_word(text: &str, word: &str) -> bool {
    let text = text.to_lowercase();
    words(&text).any(|own| own == word || own.split('-').any(|part| part == word))
}

fn spelling(word: &str) -> &str {
    match word {
        "gray" => "grey",
        "golden" => "gold-plated",
        "gold" => "gold-plated",
        "cotton-wool" => "cotton",
        other => other,
    }
}

/// The names that a catalogue may use for a colour that is asked for.
fn shades_of(colour: &str) -> &'static [&'static str] {
    match colour {
        "blue" => &["navy", "denim", "indigo", "sky", "teal", "dark denim", "denim blue"],
        "dark blue" | "navy blue" => &["navy", "dark denim"],
        "pale blue" => &["light blue"],
        "green" => &["olive", "bottle green", "sage", "moss", "khaki"],
        "dark green" => &["bottle green", "olive"],
        "red" => &["burgundy", "crimson"],
        "dark red" | "wine red" | "bordeaux" => &["burgundy"],
        "yellow" => &["mustard", "ochre"],
        "orange" => &["rust", "coral", "terracotta"],
        "pink" => &["coral", "rose"],
        "brown" => &["camel", "rust", "chestnut"],
        "beige" => &["sand", "camel", "natural", "cream", "ecru"],
        "white" => &["cream", "off-white", "ivory"],
        "off-white" | "ecru" | "ivory" => &["cream", "natural"],
        "grey" => &["charcoal", "anthracite", "smoke"],
        "dark grey" | "anthracite" => &["charcoal"],
        "gold-plated" => &["brass"],
        "transparent" => &["clear"],
        _ => &[],
    }
}

fn option_fits(value: &str, asked: &str) -> bool {
    let value = value.to_lowercase();
    value == asked || (!asked.contains(' ') && has_word(&value, asked)) || shades_of(asked).contains(&value.as_str())
}

/// Whether a size such as `39-42`, `S/M` or `140x200 cm` is the one asked for.
fn size_fits(value: &str, asked: &str) -> bool {
    let value = value.to_lowercase();
    let value = value.trim_end_matches(" cm").trim();
    if value == asked || value.split('/').any(|part| part.trim() == asked) {
        return true;
    }
    let Ok(asked) = asked.parse::<u32>() else { return false };
    let Some((low, high)) = value.split_once(['-', '–']) else { return false };
    match (low.trim().parse::<u32>(), high.trim().parse::<u32>()) {
        (Ok(low), Ok(high)) => (low..=high).contains(&asked),
        _ => false,
    }
}

const NUMBER: &str = r"(?:€|eur|euros?|\$|£)?\s?(\d{1,6}(?:[.,]\d{1,2})?|(?:a )?hundred|ten|fifteen|twenty(?:[ -]five)?|thirty(?:[ -]five)?|forty|fifty|sixty|seventy|eighty|ninety)\b\s?(€|eur\b|euros?\b|bucks\b|\$|£|-|cm\b|mm\b|m\b|kg\b|g\b|l\b|ml\b|w\b|watts?\b|days?\b|weeks?\b|months?\b|years?\b|hours?\b|minutes?\b|pieces?\b|people\b|persons?\b|degrees?\b|°|%|percent\b|x\d*)?";

fn pattern(text: &str) -> Regex {
    Regex::new(&text.replace("NUMBER", NUMBER)).expect("the pattern is written here: this is a bug")
}

static BETWEEN: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(?:between|from)\s+NUMBER\s?(?:and|to|-|–|until)\s?NUMBER"));
static RANGE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:€|\beur)\s?NUMBER\s?(?:to|-|–)\s?NUMBER|NUMBER\s?(?:to|–)\s?NUMBER"));
static AROUND: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?:\b(?:around|about|roughly|approximately|approx\.?|circa|ca\.?|something like)|~)\s*NUMBER")
});
static BELOW: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:\b(?:under|below|less than|cheaper than|beneath|lower than)|<)\s*NUMBER"));
static UP_TO: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:\b(?:up to|max(?:imum)?(?: of)?\.?|at most|not above|not over|no higher than|within|budget(?: is| of|:)?(?: max| about| around)?|have|for)|(?:\b(?:no|not|never)|n't)(?: \w+){0,4} more than)\s*:?\s*NUMBER",
    )
});
static OR_LESS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"NUMBER\s?(?:or less|or under|or below|max(?:imum)?\b|at most|tops|budget)"));
static ABOVE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?:\b(?:over|above|more than|at least|min(?:imum)?(?: of)?|starting at|from|higher than)|>)\s*NUMBER")
});
static IN_STOCK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:(?:that (?:is|are) |currently |still )?(?:in stock|on stock|available(?: now| right now| today| immediately)?|ready to ship))\b",
    )
});

fn read_prices(text: &mut String, wish: &mut Wish) {
    let taken = |text: &mut String, regex: &Regex, read: &mut dyn FnMut(&Captures<'_>) -> bool| {
        let mut cut: Option<std::ops::Range<usize>> = None;
        for captures in regex.captures_iter(text) {
            if read(&captures) {
                cut = captures.get(0).map(|whole| whole.range());
                break;
            }
        }
        if let Some(range) = cut {
            text.replace_range(range, " ");
            return true;
        }
        false
    };
    for regex in [&*BETWEEN, &*RANGE] {
        let found = taken(text, regex, &mut |captures| {
            let amounts = amounts(captures);
            let [Some(low), Some(high)] = amounts[..] else { return false };
            // `from 40 to 42` without a currency may be a size.
            let has_currency = CURRENCY.is_match(&captures[0]);
            if low > high || (!has_currency && !captures[0].starts_with("between")) {
                return false;
            }
            wish.min = Some(low);
            wish.max = Some(Limit { amount: high, inclusive: true });
            true
        });
        if found {
            return;
        }
    }
    let found = taken(text, &AROUND, &mut |captures| {
        let [Some(amount)] = amounts(captures)[..] else { return false };
        wish.min = Some(Price { cents: amount.cents * 3 / 4 });
        wish.max = Some(Limit { amount: Price { cents: amount.cents * 5 / 4 }, inclusive: true });
        true
    });
    if found {
        return;
    }
    for (regex, inclusive) in [(&*BELOW, false), (&*UP_TO, true), (&*OR_LESS, true)] {
        let found = taken(text, regex, &mut |captures| {
            let [Some(amount)] = amounts(captures)[..] else { return false };
            // `for 50` and `I have 2` say nothing of money by themselves.
            let vague = ["for", "have", "within"].iter().any(|word| captures[0].starts_with(word));
            if vague && !CURRENCY.is_match(&captures[0]) {
                return false;
            }
            wish.max = Some(Limit { amount, inclusive });
            true
        });
        if found {
            break;
        }
    }
    taken(text, &ABOVE, &mut |captures| {
        let [Some(amount)] = amounts(captures)[..] else { return false };
        if captures[0].starts_with("from") && !CURRENCY.is_match(&captures[0]) {
            return false;
        }
        wish.min = Some(amount);
        true
    });
}

static CURRENCY: LazyLock<Regex> = LazyLock::new(|| pattern(r"€|\$|£|\beur|bucks|euro"));

/// The amounts of a match, in order; `None` for a number that counts something else.
fn amounts(captures: &Captures<'_>) -> Vec<Option<Price>> {
    let groups: Vec<Option<&str>> = captures.iter().skip(1).map(|group| group.map(|group| group.as_str())).collect();
    groups
        .chunks(2)
        .filter_map(|pair| pair[0].map(|number| (number, pair.get(1).copied().flatten())))
        .map(|(number, unit)| if unit.is_some_and(counts_something_else) { None } else { amount(number) })
        .collect()
}

fn counts_something_else(unit: &str) -> bool {
    !matches!(unit, "€" | "eur" | "euro" | "euros" | "bucks" | "$" | "£" | "-")
}

fn amount(number: &str) -> Option<Price> {
    let named = match number.replace('-', " ").as_str() {
        "ten" => 10,
        "fifteen" => 15,
        "twenty" => 20,
        "twenty five" => 25,
        "thirty" => 30,
        "thirty five" => 35,
        "forty" => 40,
        "fifty" => 50,
        "sixty" => 60,
        "seventy" => 70,
        "eighty" => 80,
        "ninety" => 90,
        "hundred" | "a hundred" => 100,
        _ => return number.replace(',', ".").parse().ok(),
    };
    Some(Price { cents: named * 100 })
}

static SIZE_NAMED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:size|sizes|maat|eu|a size)\s*:?\s*(xxs|xs|s|m|l|xl|xxl|xxxl|small|medium|large|extra large|extra small|\d{2}(?:[-/]\d{2})?)\b",
    )
});
static SIZE_LETTERS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(?:in(?: an?)?|an?)\s+(xxs|xs|s|m|l|xl|xxl)\b|\b(xxs|xs|xl|xxl)\b"));
static DIMENSIONS: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(\d{2,3})\s?(?:x|×|by)\s?(\d{2,3})\b"));
static SIZE_NUMBER: LazyLock<Regex> = LazyLock::new(|| pattern(r"\bin(?: an?)? (\d{2})\b"));

fn read_sizes(text: &mut String, vocabulary: &Vocabulary, wish: &mut Wish) {
    let mut said: Vec<(String, String, bool)> = Vec::new();
    for (regex, is_named) in [(&*SIZE_NAMED, true), (&*SIZE_LETTERS, false), (&*SIZE_NUMBER, false)] {
        for captures in regex.captures_iter(text) {
            if let Some(size) = captures.iter().skip(1).flatten().next() {
                said.push((captures[0].to_owned(), in_letters(size.as_str()).to_owned(), is_named));
            }
        }
    }
    for captures in DIMENSIONS.captures_iter(text) {
        said.push((captures[0].to_owned(), format!("{}x{}", &captures[1], &captures[2]), false));
    }
    for (phrase, word, is_named) in said {
        let known = vocabulary.sizes.iter().any(|known| size_fits(known, &word));
        // A size that nothing comes in is kept where it was clearly named: better an honest
        // "not in that size" than something else.
        let unmistakable = is_named || matches!(word.as_str(), "xxs" | "xs" | "xl" | "xxl");
        if known || unmistakable {
            *text = text.replace(&phrase, " ");
            let demand = Demand { kind: DemandKind::Size, word };
            if !wish.demands.contains(&demand) {
                wish.demands.push(demand);
            }
        }
    }
}

fn in_letters(size: &str) -> &str {
    match size {
        "extra small" => "xs",
        "small" => "s",
        "medium" => "m",
        "large" => "l",
        "extra large" => "xl",
        other => other,
    }
}

/// Words of asking and buying, which would only find products whose description has them by chance.
const TALK: &str = "looking look looks want wants wanted need needs needed something anything someone somebody thing things show find \
    buy buying purchase get got give recommend recommendation recommendations suggest suggestion suggestions idea ideas advice \
    sell selling stock available offer offers catalogue product products item items price prices priced cost costs cheap cheaper cheapest expensive \
    euro euros eur bucks money budget spend max maximum minimum under below between around like likes love prefer see shop store \
    have has got any some could would can you me my please help size sizes colour color colours colors in nice good great best";

fn without_talk(text: &str) -> String {
    let talk: Vec<&str> = TALK.split_whitespace().collect();
    let kept: Vec<&str> = text
        .split(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '\'' | '&')))
        .filter(|word| !word.is_empty() && !talk.contains(word))
        .collect();
    kept.join(" ")
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::domain::product::Variant;
    use proptest::prelude::*;
    use rstest::rstest;

    /// A variant's price, options and stock.
    pub type Described<'a> = (&'a str, &'a [(&'a str, &'a str)], i64);

    pub fn product(sku: &str, title: &str, category: &str, material: &str, variants: &[Described<'_>]) -> Product {
        Product {
            sku: sku.into(),
            title: title.into(),
            category: category.into(),
            description: String::new(),
            currency: "EUR".into(),
            tags: vec![],
            attributes: [("material".to_owned(), material.to_owned())].into(),
            picture: Some(format!("{sku}.svg")),
            model_3d: None,
            url: Some(format!("/shop/{sku}")),
            variants: variants
                .iter()
                .enumerate()
                .map(|(number, (price, options, stock))| Variant {
                    sku: format!("{sku}-{number}"),
                    options: options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
                    price: price.parse().unwrap(),
                    stock: *stock,
                })
                .collect(),
        }
    }

    pub fn shop() -> Vec<Product> {
        let mut mug = product(
            "mug",
            "Ochtend mug",
            "ceramics",
            "stoneware",
            &[("18.90", &[("glaze", "blue")], 4), ("18.90", &[("glaze", "olive")], 0)],
        );
        mug.attributes.insert("vegan".into(), "yes".into());
        vec![
            product(
                "throw",
                "Skagen wool throw",
                "blankets",
                "100 % merino wool",
                &[
                    ("59.90", &[("colour", "grey"), ("size", "130x180 cm")], 3),
                    ("79.90", &[("colour", "navy"), ("size", "150x200 cm")], 5),
                    ("59.90", &[("colour", "bottle green"), ("size", "130x180 cm")], 0),
                ],
            ),
            product(
                "socks",
                "Trail merino socks",
                "socks-and-underwear",
                "75 % merino wool, 25 % polyamide",
                &[
                    ("14.90", &[("colour", "navy"), ("size", "36-38")], 9),
                    ("14.90", &[("colour", "navy"), ("size", "39-42")], 9),
                    ("14.90", &[("colour", "light blue"), ("size", "39-42")], 0),
                ],
            ),
            product(
                "shirt",
                "Bas flannel shirt",
                "mens-clothing",
                "organic cotton",
                &[("69.90", &[("colour", "red"), ("size", "M")], 2), ("69.90", &[("colour", "red"), ("size", "L")], 0)],
            ),
            mug,
            product(
                "table",
                "Bij side table",
                "furniture",
                "solid oak",
                &[("129.00", &[("finish", "oak")], 2), ("129.00", &[("finish", "black")], 1)],
            ),
        ]
    }

    fn read(text: &str) -> Wish {
        Wish::read(text, &[], &Vocabulary::of(&shop()))
    }

    #[rstest]
    #[case("a blanket under 50 euros", None, Some(("50.00", false)))]
    #[case("something below €30", None, Some(("30.00", false)))]
    #[case("cheaper than 25", None, Some(("25.00", false)))]
    #[case("max €30 please", None, Some(("30.00", true)))]
    #[case("up to 49,90 EUR", None, Some(("49.90", true)))]
    #[case("my budget is 80", None, Some(("80.00", true)))]
    #[case("a gift for 40 euros", None, Some(("40.00", true)))]
    #[case("50 euro or less", None, Some(("50.00", true)))]
    #[case("I don't want to spend more than 60", None, Some(("60.00", true)))]
    #[case("less than fifty euros", None, Some(("50.00", false)))]
    #[case("between 20 and 40", Some("20.00"), Some(("40.00", true)))]
    #[case("from 20 to 40 euros", Some("20.00"), Some(("40.00", true)))]
    #[case("€20-40", Some("20.00"), Some(("40.00", true)))]
    #[case("around 40", Some("30.00"), Some(("50.00", true)))]
    #[case("about 100 eur", Some("75.00"), Some(("125.00", true)))]
    #[case("more than 100 euros", Some("100.00"), None)]
    #[case("under 50 cm high", None, None)]
    #[case("delivered in less than 3 days", None, None)]
    #[case("for 2 people", None, None)]
    #[case("from 40 to 42", None, None)]
    #[case("I have 2 cats", None, None)]
    #[case("a blue mug", None, None)]
    fn reads_prices(#[case] text: &str, #[case] min: Option<&str>, #[case] max: Option<(&str, bool)>) {
        let wish = read(text);
        assert_eq!(wish.min.map(|price| price.to_string()).as_deref(), min);
        assert_eq!(
            wish.max.map(|limit| (limit.amount.to_string(), limit.inclusive)),
            max.map(|(amount, inclusive)| (amount.to_owned(), inclusive))
        );
    }

    #[rstest]
    #[case("in blue", &[(DemandKind::Option, "blue")])]
    #[case("a light blue pair", &[(DemandKind::Option, "light blue")])]
    #[case("something green", &[(DemandKind::Option, "green")])]
    #[case("in gray", &[(DemandKind::Option, "grey")])]
    #[case("size 41", &[(DemandKind::Size, "41")])]
    #[case("a shirt in M", &[(DemandKind::Size, "m")])]
    #[case("size large, red", &[(DemandKind::Size, "l"), (DemandKind::Option, "red")])]
    #[case("130 x 180 cm", &[(DemandKind::Size, "130x180")])]
    #[case("woollen socks", &[(DemandKind::Material, "wool")])]
    #[case("an oak table", &[(DemandKind::Material, "oak")])]
    #[case("is it vegan?", &[(DemandKind::Property, "vegan")])]
    #[case("size 48", &[(DemandKind::Size, "48")])]
    #[case("I'm in a hurry", &[])]
    #[case("for my mother", &[])]
    fn reads_demands(#[case] text: &str, #[case] expected: &[(DemandKind, &str)]) {
        let demands: Vec<(DemandKind, String)> = read(text).demands.into_iter().map(|d| (d.kind, d.word)).collect();
        let expected: Vec<(DemandKind, String)> =
            expected.iter().map(|(kind, word)| (*kind, (*word).to_owned())).collect();
        assert_eq!(demands, expected);
    }

    #[test]
    fn what_is_searched_is_the_thing_itself() {
        let wish = read("Hi, I'm looking for a blanket under 50 euros that is in stock");
        assert_eq!(wish.text, "hi i m for a blanket");
        assert!(wish.in_stock_only && wish.names_a_limit());
        assert!(!read("do you have blankets").names_a_limit());
    }

    #[rstest]
    #[case("39-42", "41", true)]
    #[case("36-38", "41", false)]
    #[case("S/M", "m", true)]
    #[case("140x200 cm", "140x200", true)]
    #[case("XL", "l", false)]
    fn sizes_fit(#[case] value: &str, #[case] asked: &str, #[case] fits: bool) {
        assert_eq!(size_fits(value, asked), fits);
    }

    #[test]
    fn navy_is_blue_but_blue_is_not_navy() {
        assert!(option_fits("navy", "blue"));
        assert!(option_fits("light blue", "blue"));
        assert!(!option_fits("blue", "navy"));
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,120}") {
            read(&text);
        }

        #[test]
        fn an_amount_said_to_be_the_most_is_the_most(euros in 1i64..99999, cents in 0i64..100) {
            let wish = read(&format!("up to {euros}.{cents:02} euros"));
            prop_assert_eq!(wish.max, Some(Limit { amount: Price { cents: euros * 100 + cents }, inclusive: true }));
        }
    }
}
