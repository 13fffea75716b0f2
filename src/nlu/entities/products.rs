//! Products by name, as customers write them: shortened, in another order, misspelt.

use std::collections::HashMap;

use strsim::osa_distance;

use super::Found;
use crate::domain::EntityType;

/// What a product is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductName {
    pub sku: String,
    pub title: String,
}

/// Words of a title that must be found, by weight; rarer words weigh more.
const COVERED: f32 = 0.6;

/// Words of the message between two words of a title, at most.
const GAP: usize = 2;

/// The catalogue's names, prepared for looking up.
#[derive(Clone, Debug, Default)]
pub struct Lexicon {
    products: Vec<Product>,
    words: HashMap<String, Word>,
    /// Words by first letter, for misspellings.
    by_letter: HashMap<char, Vec<String>>,
}

#[derive(Clone, Debug)]
struct Product {
    sku: String,
    /// Summed weight of the title's words.
    weight: f32,
}

#[derive(Clone, Debug, Default)]
struct Word {
    weight: f32,
    products: Vec<usize>,
}

/// A word of the message that stands in a title.
struct Mention<'a> {
    position: usize,
    place: std::ops::Range<usize>,
    word: &'a Word,
    /// 1, less for a misspelling.
    certainty: f32,
}

impl Lexicon {
    pub fn new(names: Vec<ProductName>) -> Self {
        let mut lexicon = Self::default();
        let mut titles = Vec::with_capacity(names.len());
        for (number, name) in names.into_iter().enumerate() {
            let mut words: Vec<String> = tokens(&name.title).into_iter().map(|(_, word)| word).collect();
            words.sort_unstable();
            words.dedup();
            for word in &words {
                lexicon.words.entry(word.clone()).or_default().products.push(number);
            }
            lexicon.products.push(Product { sku: name.sku, weight: 0.0 });
            titles.push(words);
        }
        let count = lexicon.products.len() as f32;
        for (word, entry) in &mut lexicon.words {
            entry.weight = (1.0 + count / entry.products.len() as f32).ln();
            if let Some(letter) = word.chars().next() {
                lexicon.by_letter.entry(letter).or_default().push(word.clone());
            }
        }
        for (product, words) in lexicon.products.iter_mut().zip(titles) {
            product.weight = words.iter().map(|word| lexicon.words[word].weight).sum();
        }
        lexicon
    }

    pub(super) fn find(&self, text: &str) -> Vec<Found> {
        let mentions = self.mentions(text);
        let mut found = Vec::new();
        // Words of one name stand together.
        for group in mentions.chunk_by(|a, b| b.position - a.position <= 1 + GAP) {
            found.extend(self.best(group));
        }
        found
    }

    fn mentions(&self, text: &str) -> Vec<Mention<'_>> {
        let words = tokens(text).into_iter().enumerate();
        words
            .filter_map(|(position, (place, word))| {
                let (word, certainty) = self.look_up(&word)?;
                Some(Mention { position, place, word, certainty })
            })
            .collect()
    }

    fn look_up(&self, word: &str) -> Option<(&Word, f32)> {
        if let Some(known) = self.words.get(word) {
            return Some((known, 1.0));
        }
        let length = word.chars().count();
        if !(5..=20).contains(&length) {
            return None;
        }
        let allowed = if length >= 8 { 2 } else { 1 };
        let candidates = self.by_letter.get(&word.chars().next()?)?.iter();
        let near = candidates
            .filter(|known| known.len().abs_diff(word.len()) <= allowed && known.len() >= 5)
            .map(|known| (osa_distance(known, word), known))
            .filter(|&(distance, _)| distance <= allowed)
            .min_by_key(|&(distance, _)| distance)?;
        Some((self.words.get(near.1)?, 1.0 - 0.15 * near.0 as f32))
    }

    /// The product whose title the group covers best.
    fn best(&self, group: &[Mention<'_>]) -> Option<Found> {
        let mut covered: HashMap<usize, (f32, usize, usize, usize)> = HashMap::new();
        for (number, mention) in group.iter().enumerate() {
            // Words that many products share tell them apart only together with others.
            for &product in &mention.word.products {
                let entry = covered.entry(product).or_insert((0.0, 0, number, number));
                entry.0 += mention.word.weight * mention.certainty;
                entry.1 += 1;
                entry.3 = number;
            }
        }
        let share = |product: usize, weight: f32| (weight / self.products[product].weight).min(1.0);
        let (product, (weight, words, first, last)) = covered.into_iter().max_by(|a, b| {
            let (a, b) = ((share(a.0, a.1.0), a.1.0, b.0), (share(b.0, b.1.0), b.1.0, a.0));
            a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2))
        })?;
        let share = share(product, weight);
        let enough = share >= COVERED || (words >= 2 && share >= 0.5);
        enough.then(|| {
            let place = group[first].place.start..group[last].place.end;
            Found::new(EntityType::Product, self.products[product].sku.clone(), place, share)
        })
    }
}

/// Words in lower case without a plural s, with their places in bytes.
fn tokens(text: &str) -> Vec<(std::ops::Range<usize>, String)> {
    let mut tokens = Vec::new();
    let mut start = None;
    for (at, letter) in text.char_indices().chain([(text.len(), ' ')]) {
        let inside = letter.is_alphanumeric() || (letter == '-' && start.is_some());
        match (inside, start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                let word = text[from..at].trim_end_matches('-');
                tokens.push((from..from + word.len(), singular(&word.to_lowercase())));
                start = None;
            }
            _ => {}
        }
        if tokens.len() >= 400 {
            break;
        }
    }
    tokens
}

fn singular(word: &str) -> String {
    match word.strip_suffix('s') {
        Some(stem) if stem.len() >= 3 && !stem.ends_with('s') => stem.to_owned(),
        _ => word.to_owned(),
    }
}
