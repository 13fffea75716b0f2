//! A title taken apart: its name ("Skagen", "Fig & Cedar") and what it says besides ("wool
//! throw"). It must not know other titles.

use super::common;
use super::variant::Variant;
use crate::nlu::entities::ProductName;
use crate::nlu::entities::spelling::{self, Word};

#[derive(Clone, Debug)]
pub(super) struct Title {
    pub sku: String,
    pub variants: Vec<Variant>,
    pub words: Vec<TitleWord>,
    /// All words' weights.
    pub weight: f32,
}

#[derive(Clone, Debug)]
pub(super) struct TitleWord {
    pub folded: String,
    pub role: Role,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Names this product and little else.
    Distinctive,
    /// Names this product with a word of everyday speech ("Winter", "Rust").
    Everyday,
    /// Says what the product is.
    Descriptive,
}

impl Role {
    /// Names tell products apart, so they count twice.
    pub fn weight(self) -> f32 {
        if self == Role::Descriptive { 1.0 } else { 2.0 }
    }
}

impl Title {
    pub fn new(product: ProductName) -> Self {
        let mut printed = spelling::words(&product.title);
        printed.retain(|word| !common::is_filler(&word.folded));
        let names = name_length(&printed);
        let mut words: Vec<TitleWord> = Vec::new();
        for (index, word) in printed.into_iter().enumerate() {
            let role = match (index < names, common::is_common(&word.folded)) {
                (true, false) => Role::Distinctive,
                (true, true) => Role::Everyday,
                (false, _) => Role::Descriptive,
            };
            if words.iter().all(|known| known.folded != word.folded) {
                words.push(TitleWord { folded: word.folded, role });
            }
        }
        let weight = words.iter().map(|word| word.role.weight()).sum();
        let variants = product.variants.into_iter().map(|variant| Variant::new(variant.sku, &variant.options));
        Self { sku: product.sku, variants: variants.collect(), words, weight }
    }
}

/// How many leading words are the name: the capitals with which the title begins. The last
/// word says what the thing is. Where all words have capitals they tell nothing, and the
/// first is the name.
fn name_length(printed: &[Word]) -> usize {
    let capitals = printed.iter().take_while(|word| word.capital).count();
    if capitals == printed.len() { 1 } else { capitals.max(1) }
}
