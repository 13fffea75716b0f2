//! What a message names: addresses, amounts, dates, orders, products.
//!
//! Patterns and small grammars, no model: an e-mail address is one or it is not. Offsets
//! are in characters. Nothing overlaps; the more certain kind wins.

mod contact;
mod dates;
mod money;
mod products;

use jiff::civil::Date;
use regex::Regex;

use crate::domain::{Entity, EntityType};

pub use products::{Lexicon, ProductName};

/// Text beyond this is not searched; every pattern here is linear in it.
const MAX_BYTES: usize = 8192;

/// How the shop writes its order numbers.
#[derive(Clone, Debug)]
pub struct OrderNumbers {
    /// The digits are its first group.
    pattern: Regex,
    /// What stands before the digits in the normal form.
    prefix: String,
    bare: Regex,
}

impl Default for OrderNumbers {
    fn default() -> Self {
        Self::new(r"(?i)\bAW[- ]?(\d{5})\b", "AW-").expect("a fixed pattern: this is a bug")
    }
}

impl OrderNumbers {
    /// `pattern` has the number's digits as its first group; `prefix` completes them.
    pub fn new(pattern: &str, prefix: &str) -> Result<Self, regex::Error> {
        Ok(Self {
            pattern: Regex::new(pattern)?,
            prefix: prefix.to_owned(),
            // "#10482", "order 10482", "order no. 10482"
            bare: Regex::new(r"(?i)(?:#\s?|\border\s+(?:number|no\.?|nr\.?|num|is|#)?\s*(?:is|:)?\s*)(\d{5})\b")?,
        })
    }

    fn find(&self, text: &str) -> Vec<Found> {
        let marked = self.pattern.captures_iter(text).map(|found| (found, 0, 0.99));
        let bare = self.bare.captures_iter(text).map(|found| (found, 1, 0.9));
        marked
            .chain(bare)
            .filter_map(|(found, shown, confidence)| {
                let (digits, shown) = (found.get(1)?, found.get(shown)?);
                let value = format!("{}{}", self.prefix, digits.as_str());
                Some(Found::new(EntityType::OrderNumber, value, shown.range(), confidence))
            })
            .collect()
    }
}

/// What the extractors are given besides the text.
pub struct Extraction<'a> {
    pub orders: &'a OrderNumbers,
    pub lexicon: &'a Lexicon,
    /// Relative dates count from here.
    pub today: Date,
    /// ISO 4217, for amounts such as "50 bucks".
    pub currency: &'a str,
}

impl Extraction<'_> {
    /// The entities in the order of the text.
    pub fn entities(&self, text: &str) -> Vec<Entity> {
        let text = &text[..text.floor_char_boundary(MAX_BYTES)];
        let kinds = [
            contact::emails(text),
            self.orders.find(text),
            dates::find(text, self.today),
            money::find(text, self.currency),
            contact::phones(text),
            self.lexicon.find(text),
        ];
        let mut kept: Vec<Found> = Vec::new();
        for found in kinds.into_iter().flatten() {
            if kept.iter().all(|other| !found.overlaps(other)) {
                kept.push(found);
            }
        }
        kept.sort_by_key(|found| found.start);
        with_offsets(text, kept)
    }
}

/// An entity with its place in bytes.
#[derive(Clone, Debug, PartialEq)]
struct Found {
    kind: EntityType,
    value: String,
    start: usize,
    end: usize,
    confidence: f32,
}

impl Found {
    fn new(kind: EntityType, value: String, place: std::ops::Range<usize>, confidence: f32) -> Self {
        Self { kind, value, start: place.start, end: place.end, confidence }
    }

    fn overlaps(&self, other: &Found) -> bool {
        self.start < other.end && other.start < self.end
    }
}

/// Bytes to characters, in one walk.
fn with_offsets(text: &str, found: Vec<Found>) -> Vec<Entity> {
    let mut at_byte = 0;
    let mut at_char = 0;
    let mut chars_until = |byte: usize| {
        at_char += text[at_byte..byte].chars().count();
        at_byte = byte;
        at_char
    };
    found
        .into_iter()
        .map(|found| {
            let start = chars_until(found.start);
            let end = chars_until(found.end);
            Entity {
                kind: found.kind,
                value: found.value,
                text: text[found.start..found.end].to_owned(),
                start,
                end,
                confidence: found.confidence,
            }
        })
        .collect()
}

/// A pattern that is part of the program.
fn pattern(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a fixed pattern: this is a bug")
}

#[cfg(test)]
mod tests;
