//! Products of the catalogue, by name or SKU. A name must be there ("skagen throw", "the
//! Skagen one"); what a thing is ("throw", "wool throw") names no product, since that is a
//! search. It must not know anything of a product but SKU and title.
//!
//! Names are few and distinct, so an index from each word of a name to its products leaves
//! one or two titles to compare per message.

mod common;
mod title;
mod variant;

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::ops::RangeInclusive;
use std::sync::LazyLock;

use regex::Regex;

use self::title::{Role, Title};
use super::found::Found;
use super::lexicon::ProductName;
use super::spelling::{self, Word};
use crate::base::boundary;
use crate::domain::analysis::EntityType;

/// Words beyond this are not looked at: nobody names products that late, and a huge message
/// must not cost milliseconds.
const MAX_WORDS: usize = 400;

/// Nor does anybody name more products than this in one message.
const MAX_PRODUCTS: usize = 16;

/// A sole name word shorter than this is too easily another word.
const MIN_SOLE_LENGTH: usize = 4;

/// Titles, and where to find them.
#[derive(Clone, Debug, Default)]
pub(super) struct ProductIndex {
    titles: Vec<Title>,
    /// From each word of a name to its titles.
    by_name: HashMap<String, Vec<usize>>,
    /// The same words by their first character, for misspelt ones.
    by_initial: HashMap<char, Vec<String>>,
    /// From the SKU in lower case.
    by_sku: HashMap<String, usize>,
    /// From a variant's SKU in lower case to how it is written.
    by_variant: HashMap<String, String>,
}

/// Before a person's name, which a product may share ("Marie Breton top").
static PERSON_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)(?:\b(?:i'?m|i am|name is|name'?s|this is|call me|mr|mrs|ms|dear|hi|hello|hey|thanks|thank you|regards|cheers|love|best|wishes|greetings|signed|from|with)|^)[\s,.!:–-]*$",
    )
    .expect("the pattern is constant: this is a bug")
});

/// A title recognised in a run of words.
struct Reading {
    title: usize,
    words: RangeInclusive<usize>,
    /// How many of the title's words were said.
    matched: usize,
    /// The share of the title's weight that was said.
    coverage: f32,
    /// How well the words were spelt.
    likeness: f32,
}

impl ProductIndex {
    pub fn new(products: Vec<ProductName>) -> Self {
        let mut index = Self::default();
        for product in products {
            index.by_sku.insert(product.sku.to_lowercase(), index.titles.len());
            for variant in &product.variants {
                index.by_variant.insert(variant.sku.to_lowercase(), variant.sku.clone());
            }
            index.add(Title::new(product));
        }
        index
    }

    fn add(&mut self, title: Title) {
        let number = self.titles.len();
        for word in title.words.iter().filter(|word| word.role != Role::Descriptive) {
            let titles = self.by_name.entry(word.folded.clone()).or_default();
            if let (true, Some(initial)) = (titles.is_empty(), word.folded.chars().next()) {
                self.by_initial.entry(initial).or_default().push(word.folded.clone());
            }
            titles.push(number);
        }
        self.titles.push(title);
    }

    /// The titles of which this may be a word of the name.
    fn candidates(&self, typed: &str) -> Vec<usize> {
        if let Some(titles) = self.by_name.get(typed) {
            return titles.clone();
        }
        let initial = typed.chars().next().and_then(|initial| self.by_initial.get(&initial));
        let Some(names) = initial.filter(|_| !common::is_common(typed)) else { return Vec::new() };
        let alike = names.iter().filter(|name| spelling::likeness(typed, name).is_some());
        alike.filter_map(|name| self.by_name.get(name)).flatten().copied().collect()
    }
}

pub(super) fn find(text: &str, index: &ProductIndex) -> Vec<Found> {
    if index.titles.is_empty() {
        return Vec::new();
    }
    let mut all = by_sku(text, index);
    let mut words = spelling::words(text);
    words.truncate(MAX_WORDS);

    // The best reading takes its words; what stands before and after it is read anew, so that
    // "the paddo lamp or the terra" does not lose the terra for wanting the lamp too.
    let mut unread = vec![&words[..]];
    while let Some(part) = unread.pop().filter(|_| all.len() < MAX_PRODUCTS) {
        let readings = readings(text, part, index);
        let Some(best) = readings.iter().max_by(|a, b| fit(a).total_cmp(&fit(b)).then(b.title.cmp(&a.title))) else {
            continue;
        };
        all.push(product(text, best, &readings, part, index));
        unread.push(&part[best.words.end() + 1..]);
        unread.push(&part[..*best.words.start()]);
    }
    all
}

fn readings(text: &str, words: &[Word], index: &ProductIndex) -> Vec<Reading> {
    let mut all = Vec::new();
    let mut seen = HashSet::new();
    for (at, word) in words.iter().enumerate() {
        for title in index.candidates(&word.folded) {
            let reading = read(&index.titles[title], title, words, at);
            let named = reading.filter(|reading| is_named(reading, text, words, index));
            all.extend(named.filter(|reading| seen.insert((title, reading.words.clone()))));
        }
    }
    all
}

/// More of the title's words first, then more of its weight, better spelt, with
/// fewer other words between.
fn fit(reading: &Reading) -> f32 {
    let between = reading.words.end() + 1 - reading.words.start() - reading.matched;
    reading.matched as f32 + reading.coverage * reading.likeness - 0.2 * between as f32
}

/// Products that fit the same words about as well share the confidence, and the first of the
/// catalogue stands for them.
fn product(text: &str, reading: &Reading, readings: &[Reading], words: &[Word], index: &ProductIndex) -> Found {
    let rival = |other: &&Reading| other.words == reading.words && fit(other) >= fit(reading) - 0.15;
    let rivals = readings.iter().filter(rival).count();
    let confidence = (0.4 + 0.55 * reading.coverage) * reading.likeness / rivals as f32;
    let span = words[*reading.words.start()].start..words[*reading.words.end()].end;
    let title = &index.titles[reading.title];
    let sku = variant::meant(&title.variants, text, &span).map_or(&title.sku, |variant| &variant.sku);
    Found { kind: EntityType::Product, span, value: sku.clone(), confidence }
}

/// Compares the title with the words around `at`: it grows to both sides while words of the
/// title follow, with at most one other word in between ("skagen grey throw").
fn read(title: &Title, number: usize, words: &[Word], at: usize) -> Option<Reading> {
    let mut said = vec![0.0_f32; title.words.len()];
    let mut hear = |word: &Word| {
        let best = (0..title.words.len())
            .filter(|index| said[*index] == 0.0)
            .filter_map(|index| alike(&word.folded, &title.words[index].folded).map(|likeness| (index, likeness)))
            .max_by(|a, b| a.1.total_cmp(&b.1));
        best.map(|(index, likeness)| said[index] = likeness).is_some()
    };
    if !hear(&words[at]) {
        return None;
    }
    let (mut first, mut last) = (at, at);
    for (next, word) in words.iter().enumerate().skip(at + 1) {
        if word.after_break || gap(&words[last + 1..next]) > 1 {
            break;
        }
        if hear(word) {
            last = next;
        }
    }
    for next in (0..at).rev() {
        if words[next + 1].after_break || gap(&words[next + 1..first]) > 1 {
            break;
        }
        if hear(&words[next]) {
            first = next;
        }
    }
    let heard = || said.iter().zip(&title.words).filter(|(likeness, _)| **likeness > 0.0);
    let matched = heard().count();
    let coverage = heard().map(|(_, word)| word.role.weight()).sum::<f32>() / title.weight;
    let likeness = heard().map(|(likeness, _)| likeness).sum::<f32>() / matched as f32;
    Some(Reading { title: number, words: first..=last, matched, coverage, likeness })
}

/// How many words stand between, leaving out those that titles themselves put there.
fn gap(between: &[Word]) -> usize {
    between.iter().filter(|word| !matches!(word.folded.as_str(), "your" | "own" | "of" | "for" | "with")).count()
}

fn alike(typed: &str, printed: &str) -> Option<f32> {
    let plural = typed != printed && spelling::singular(typed) == spelling::singular(printed);
    if plural { Some(1.0) } else { spelling::likeness(typed, printed) }
}

/// Whether so much of the title was said that this product is meant.
fn is_named(reading: &Reading, text: &str, words: &[Word], index: &ProductIndex) -> bool {
    let title = &index.titles[reading.title];
    if reading.matched >= 2 && 4 * reading.matched >= 3 * title.words.len() {
        return true;
    }
    let run = &words[reading.words.clone()];
    let is_distinctive = |word: &Word| {
        let role = |role: Role| {
            title.words.iter().any(|known| known.role == role && alike(&word.folded, &known.folded).is_some())
        };
        role(Role::Distinctive) && !common::is_common(&word.folded)
    };
    if !run.iter().any(is_distinctive) {
        return false;
    }
    reading.matched >= 2 || names_alone(reading, &run[0], title, text)
}

/// One word names a product when it is what the title begins with, well spelt or long, and
/// not somebody's name.
fn names_alone(reading: &Reading, word: &Word, title: &Title, text: &str) -> bool {
    let letters = word.folded.chars().count();
    let begins = title.words.first().is_some_and(|first| alike(&word.folded, &first.folded).is_some());
    let spelt = reading.likeness >= 1.0 || letters > 6;
    let person = word.capital && PERSON_BEFORE.is_match(boundary::lead(text, word.start, 24)) && !is_whole(text, word);
    begins && spelt && letters >= MIN_SOLE_LENGTH && !person
}

fn is_whole(text: &str, word: &Word) -> bool {
    text.trim().len() <= word.end - word.start + 1
}

/// SKUs as written: a variant's own, and of one that the catalogue no longer has, its
/// product's, from which it goes on.
fn by_sku(text: &str, index: &ProductIndex) -> Vec<Found> {
    let mut all = Vec::new();
    for word in text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_'))) {
        let start = word.as_ptr() as usize - text.as_ptr() as usize;
        let mut written = word.to_lowercase();
        if let Some(sku) = index.by_variant.get(&written) {
            let span = start..start + word.len();
            all.push(Found { kind: EntityType::Product, span, value: sku.clone(), confidence: 0.99 });
            continue;
        }
        let mut known = index.by_sku.get(&written);
        while let (None, Some(at)) = (known, written.rfind('-')) {
            written.truncate(at);
            known = index.by_sku.get(&written);
        }
        if let Some(title) = known {
            let value = index.titles[*title].sku.clone();
            all.push(Found { kind: EntityType::Product, span: start..start + word.len(), value, confidence: 0.99 });
        }
    }
    all
}
