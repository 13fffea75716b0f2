//! The catalogue as one searchable value: products by words and by meaning, and of each the
//! variant that fits the wish.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;

use super::fusion;
use super::knowledge::BuildError;
use super::lexical::{FieldSpec, LexicalIndex, WordScores};
use super::vectors::{Probe, Row, Vectors, VectorsError};
use super::wish::{Vocabulary, Wish};
use super::words::Analyser;
use crate::domain::product::{Product, Variant};

/// A product found, and the variant to show.
#[derive(Clone, Debug)]
pub struct ProductHit {
    pub product: Arc<Product>,
    /// The variant's place in the product.
    pub variant: usize,
    /// What the order follows; comparable within one search only.
    pub score: f32,
    /// The wish's demands in the words of this variant: `in navy`, `size 39-42`, `merino wool`.
    pub met: Vec<String>,
}

impl ProductHit {
    pub fn variant(&self) -> &Variant {
        &self.product.variants[self.variant]
    }

    pub fn in_stock(&self) -> bool {
        self.variant().stock > 0
    }
}

/// What of a wish stands in the way of finding something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    Price,
    /// An option, size, material or property: its place in the wish's demands.
    Demand(usize),
    Stock,
}

pub struct CatalogueIndex {
    products: Vec<Arc<Product>>,
    words: LexicalIndex,
    vectors: Vectors,
    vocabulary: Vocabulary,
    title_of_sku: HashMap<String, String>,
}

const FIELDS: [FieldSpec; 3] = [
    FieldSpec { name: "title", boost: 2.0 },
    FieldSpec { name: "kind", boost: 1.5 },
    FieldSpec { name: "body", boost: 0.7 },
];

/// The cosine below which a product that shares no word with the wish is not what was meant.
const NEAR: f32 = 0.3;
/// What a product loses that is out of stock.
const OUT_OF_STOCK: f32 = 1.5;
/// What a product that matches the search's words less than the best one may lag behind.
const REACH: f32 = 2.5;

impl CatalogueIndex {
    /// With vectors of `text_of` for each product, in their order, or without any.
    pub fn build(products: Vec<Product>, vectors: Option<Vec<Vec<f32>>>) -> Result<Self, BuildError> {
        let rows: Vec<Row> = vectors.iter().flatten().map(|vector| Row::of(vector)).collect();
        Self::of_rows(products, &rows)
    }

    pub fn of_rows(products: Vec<Product>, vectors: &[Row]) -> Result<Self, BuildError> {
        if !vectors.is_empty() && vectors.len() != products.len() {
            return Err(VectorsError::Count { wanted: products.len(), got: vectors.len() }.into());
        }
        let rows: Vec<Vec<String>> = products.iter().map(fields).collect();
        let words = LexicalIndex::build(Analyser::new("en"), &FIELDS, &rows)?;
        let vocabulary = Vocabulary::of(&products);
        let mut title_of_sku = HashMap::new();
        for product in &products {
            title_of_sku.insert(product.sku.clone(), product.title.clone());
            for variant in &product.variants {
                title_of_sku.insert(variant.sku.clone(), variant_title(product, variant));
            }
        }
        let products = products.into_iter().map(Arc::new).collect();
        Ok(Self { products, words, vectors: Vectors::of_rows(vectors)?, vocabulary, title_of_sku })
    }

    /// What the encoder is to read of a product.
    pub fn text_of(product: &Product) -> String {
        let kind = product.category.replace('-', " ");
        let tags = product.tags.join(", ");
        let material = product.attributes.get("material").map(String::as_str).unwrap_or_default();
        format!("{} ({kind}, {material}): {tags}. {}", product.title, product.description)
    }

    pub fn len(&self) -> usize {
        self.products.len()
    }

    pub fn is_empty(&self) -> bool {
        self.products.is_empty()
    }

    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// The goods of a product's or a variant's SKU, for example `Skagen throw, grey`.
    pub fn title_of(&self, sku: &str) -> Option<&str> {
        self.title_of_sku.get(sku).map(String::as_str)
    }

    /// Products that are what is wished for and have a variant that fits all of it, best first.
    pub fn search(&self, wish: &Wish, vector: Option<&[f32]>, k: usize) -> Vec<ProductHit> {
        let scores = self.relevance(wish, vector);
        let mut hits: Vec<ProductHit> = Vec::new();
        for (number, score) in scores.into_iter().enumerate() {
            let Some(score) = score else { continue };
            let product = &self.products[number];
            let Some(variant) = best_variant(product, wish) else { continue };
            let met = wish.demands.iter().map(|demand| demand.met_by(product, variant)).collect();
            let out = product.variants[variant].stock <= 0;
            let score = if out { score - OUT_OF_STOCK } else { score };
            hits.push(ProductHit { product: Arc::clone(product), variant, score, met });
        }
        hits.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.product.sku.cmp(&b.product.sku)));
        // Far behind the best stands what shares a word by chance.
        if let Some(best) = hits.first().map(|hit| hit.score) {
            hits.retain(|hit| hit.score > best - REACH);
        }
        hits.truncate(k);
        hits
    }

    /// What stands in the way when a search finds nothing, with the nearest that is there
    /// without it: the first of price, each demand, and stock that helps.
    pub fn obstacle(&self, wish: &Wish) -> Option<(Obstacle, ProductHit)> {
        let mut attempts: Vec<(Obstacle, Wish)> = Vec::new();
        if wish.max.is_some() || wish.min.is_some() {
            attempts.push((Obstacle::Price, Wish { min: None, max: None, ..wish.clone() }));
        }
        for place in 0..wish.demands.len() {
            let mut without = wish.clone();
            without.demands.remove(place);
            attempts.push((Obstacle::Demand(place), without));
        }
        if wish.in_stock_only {
            attempts.push((Obstacle::Stock, Wish { in_stock_only: false, ..wish.clone() }));
        }
        attempts.into_iter().find_map(|(obstacle, without)| {
            let mut hits = self.search(&without, None, 8);
            if obstacle == Obstacle::Price {
                let asked = wish.max.map(|limit| limit.amount).or(wish.min).map_or(0, |price| price.cents);
                hits.sort_by_key(|hit| (hit.variant().price.cents - asked).abs());
            }
            hits.into_iter().next().map(|hit| (obstacle, hit))
        })
    }

    /// How well each product is what is wished for, limits aside; `None` where it is not.
    fn relevance(&self, wish: &Wish, vector: Option<&[f32]>) -> Vec<Option<f32>> {
        let terms = self.words.terms(&wish.text);
        let words = self.words.scores(&terms).unwrap_or_else(|error| {
            tracing::error!(%error, "search by words failed");
            WordScores { scores: vec![0.0; self.products.len()], full: 0.0 }
        });
        // Only limits were named, for example `what do you have in blue?`: all products are meant.
        let any = terms.is_empty() && wish.names_a_limit();
        let Some(vector) = vector.filter(|_| !self.vectors.is_empty()) else {
            return words.scores.iter().map(|score| (any || *score > 0.0).then_some(*score)).collect();
        };
        let cosines = self.vectors.cosines(&Probe::of(vector));
        let fused = fusion::fuse(&words, &cosines, self.products.len());
        let meant = |place: usize| any || words.scores[place] > 0.0 || cosines[place] >= NEAR;
        fused.iter().enumerate().map(|(place, score)| meant(place).then_some(*score)).collect()
    }
}

/// The variant that fits everything: in stock before out of stock, then the cheapest.
fn best_variant(product: &Product, wish: &Wish) -> Option<usize> {
    (0..product.variants.len())
        .filter(|place| {
            let variant = &product.variants[*place];
            let there = !wish.in_stock_only || variant.stock > 0;
            there
                && wish.allows_price(variant.price)
                && wish.demands.iter().all(|demand| demand.is_met(product, *place))
        })
        .min_by_key(|place| {
            let variant = &product.variants[*place];
            (variant.stock <= 0, variant.price, *place)
        })
}

fn variant_title(product: &Product, variant: &Variant) -> String {
    let options: Vec<&str> = variant.options.values().map(String::as_str).collect();
    if options.is_empty() { product.title.clone() } else { format!("{}, {}", product.title, options.join(", ")) }
}

fn fields(product: &Product) -> Vec<String> {
    let kind = format!("{} {}", product.category.replace('-', " "), product.tags.join(" "));
    let attributes: Vec<&str> = product.attributes.values().map(String::as_str).collect();
    let mut options: Vec<&str> =
        product.variants.iter().flat_map(|variant| variant.options.values()).map(String::as_str).collect();
    options.sort_unstable();
    options.dedup();
    let body = format!("{}\n{}\n{}", product.description, attributes.join(", "), options.join(", "));
    vec![product.title.clone(), kind, body]
}

/// The catalogue that is searched now; readers keep what they began with.
pub struct Catalogue(ArcSwap<CatalogueIndex>);

impl Catalogue {
    pub fn new(index: CatalogueIndex) -> Self {
        Self(ArcSwap::from_pointee(index))
    }

    pub fn swap(&self, index: CatalogueIndex) {
        self.0.store(Arc::new(index));
    }

    pub fn current(&self) -> Arc<CatalogueIndex> {
        self.0.load_full()
    }
}

impl Default for Catalogue {
    /// Nothing is sold yet.
    fn default() -> Self {
        Self::new(CatalogueIndex::build(Vec::new(), None).expect("an empty index builds in memory: this is a bug"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::wish::tests::{product, shop};
    use proptest::prelude::*;
    use rstest::rstest;

    fn catalogue() -> CatalogueIndex {
        CatalogueIndex::build(shop(), None).unwrap()
    }

    fn found(text: &str) -> Vec<(String, String)> {
        let catalogue = catalogue();
        let wish = Wish::read(text, &[], catalogue.vocabulary());
        let hits = catalogue.search(&wish, None, 4);
        hits.iter().map(|hit| (hit.variant().sku.clone(), hit.variant().price.to_string())).collect()
    }

    #[rstest]
    #[case("a wool throw", &["throw-0"])]
    #[case("a throw under 60 euros in grey", &["throw-0"])]
    #[case("a throw in navy", &["throw-1"])]
    #[case("a navy throw under 60 euros", &[])]
    #[case("a green throw", &["throw-2"])]
    #[case("a green throw in stock", &[])]
    #[case("socks size 41", &["socks-1"])]
    #[case("blue socks size 41", &["socks-1"])]
    #[case("light blue socks", &["socks-2"])]
    #[case("a shirt in L", &["shirt-1"])]
    #[case("shirts", &["shirt-0"])]
    #[case("an oak table", &["table-0"])]
    #[case("spaceships", &[])]
    fn the_variant_shown_fits_everything(#[case] text: &str, #[case] skus: &[&str]) {
        let seen: Vec<String> = found(text).into_iter().map(|(sku, _)| sku).collect();
        assert_eq!(seen, skus);
    }

    #[test]
    fn limits_alone_find_whatever_fits() {
        let seen = found("what do you have under 20 euros?");
        assert_eq!(seen.len(), 2);
        assert!(seen.iter().all(|(_, price)| price.parse::<f32>().unwrap() < 20.0));
    }

    #[rstest]
    #[case("a navy throw under 60 euros", Obstacle::Price, "throw-1")]
    #[case("a red throw", Obstacle::Demand(0), "throw-0")]
    #[case("a green throw in stock", Obstacle::Demand(0), "throw-0")]
    fn what_stands_in_the_way_is_named(#[case] text: &str, #[case] obstacle: Obstacle, #[case] nearest: &str) {
        let catalogue = catalogue();
        let wish = Wish::read(text, &[], catalogue.vocabulary());
        assert!(catalogue.search(&wish, None, 4).is_empty());
        let (seen, hit) = catalogue.obstacle(&wish).unwrap();
        assert_eq!((seen, hit.variant().sku.as_str()), (obstacle, nearest));
    }

    #[test]
    fn nothing_helps_where_nothing_like_it_is_sold() {
        let catalogue = catalogue();
        let wish = Wish::read("a spaceship under 20 euros", &[], catalogue.vocabulary());
        assert!(catalogue.obstacle(&wish).is_none());
    }

    #[test]
    fn meaning_finds_what_words_do_not() {
        let vectors = vec![vec![1.0, 0.0], vec![0.0, 1.0]];
        let products = vec![
            product("a", "Plaid", "blankets", "wool", &[("1.00", &[], 1)]),
            product("b", "Mug", "ceramics", "clay", &[("1.00", &[], 1)]),
        ];
        let catalogue = CatalogueIndex::build(products, Some(vectors)).unwrap();
        let wish = Wish { text: "something cosy".into(), ..Wish::default() };
        let hits = catalogue.search(&wish, Some(&[0.9, 0.1]), 4);
        assert_eq!(hits.len(), 1);
        assert_eq!(hits[0].product.sku, "a");
    }

    #[test]
    fn goods_are_named_by_either_number() {
        let catalogue = catalogue();
        assert_eq!(catalogue.title_of("throw"), Some("Skagen wool throw"));
        assert_eq!(catalogue.title_of("throw-1"), Some("Skagen wool throw, navy, 150x200 cm"));
        assert_eq!(catalogue.title_of("nothing"), None);
    }

    #[test]
    fn an_empty_catalogue_finds_nothing() {
        let catalogue = Catalogue::default().current();
        assert!(catalogue.is_empty());
        assert!(catalogue.search(&Wish { text: "mug".into(), ..Wish::default() }, Some(&[1.0]), 4).is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn every_variant_shown_respects_the_limit(text in "[a-z ]{0,20}", euros in 1u32..200) {
            let catalogue = catalogue();
            let wish = Wish::read(&format!("{text} throw socks mug under {euros} euros"), &[], catalogue.vocabulary());
            for hit in catalogue.search(&wish, None, 9) {
                prop_assert!(hit.variant().price.cents < i64::from(euros) * 100);
            }
        }

        #[test]
        fn never_panics(text in "\\PC{0,80}") {
            let catalogue = catalogue();
            let wish = Wish::read(&text, &[], catalogue.vocabulary());
            catalogue.search(&wish, Some(&[1.0, 2.0]), 4);
            catalogue.obstacle(&wish);
        }
    }
}
