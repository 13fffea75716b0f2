//! Finds the known word that a misspelt one was meant to be.

use std::collections::HashMap;

use strsim::osa_distance;

/// The words that the indexed texts use, as they are written there.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    entries: Vec<Entry>,
    place: HashMap<String, usize>,
}

#[derive(Clone, Debug)]
struct Entry {
    word: String,
    chars: usize,
    /// A bit for each letter that occurs: two words at a distance of d differ in at most 2d bits.
    letters: u32,
    count: u32,
}

/// What an unknown word may stand for.
#[derive(Clone, Debug, PartialEq)]
pub struct Correction<'a> {
    pub words: Vec<&'a str>,
    /// How sure: 1 would be the word itself.
    pub weight: f32,
}

impl Vocabulary {
    pub fn insert(&mut self, word: &str) {
        if let Some(index) = self.place.get(word) {
            self.entries[*index].count += 1;
            return;
        }
        self.place.insert(word.to_owned(), self.entries.len());
        self.entries.push(Entry {
            word: word.to_owned(),
            chars: word.chars().count(),
            letters: letters(word),
            count: 1,
        });
    }

    pub fn contains(&self, word: &str) -> bool {
        self.place.contains_key(word)
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The likeliest meaning of a word that is not known: two words written as one
    /// (`giftcard`), else the nearest word within one slip (two from eight letters on).
    pub fn correct(&self, word: &str) -> Option<Correction<'_>> {
        if self.contains(word) || word.chars().any(|c| c.is_ascii_digit()) {
            return None;
        }
        if let Some((left, right)) = self.split(word) {
            return Some(Correction { words: vec![left, right], weight: 0.9 });
        }
        let nearest = self.nearest(word)?;
        Some(Correction { words: vec![&nearest.0.word], weight: if nearest.1 == 1 { 0.8 } else { 0.6 } })
    }

    fn split(&self, word: &str) -> Option<(&str, &str)> {
        let mut best: Option<(u32, (&str, &str))> = None;
        for (at, _) in word.char_indices().skip(1) {
            let (left, right) = word.split_at(at);
            if left.len() < 3 || right.len() < 3 {
                continue;
            }
            let (Some(left), Some(right)) = (self.place.get(left), self.place.get(right)) else { continue };
            let (left, right) = (&self.entries[*left], &self.entries[*right]);
            let count = left.count.min(right.count);
            if best.is_none_or(|(most, _)| count > most) {
                best = Some((count, (&left.word, &right.word)));
            }
        }
        best.map(|(_, pair)| pair)
    }

    /// The nearest word and its distance; among equals the one with the same letters in
    /// another order (`cancle` is cancel, not candle), then the one used most.
    fn nearest(&self, word: &str) -> Option<(&Entry, usize)> {
        let chars = word.chars().count();
        let allowed = match chars {
            0..=3 => return None,
            4..=7 => 1,
            _ => 2,
        };
        let bits = letters(word);
        let first = word.chars().next();
        let mut best: Option<(&Entry, usize)> = None;
        let rank = |entry: &Entry, distance: usize| {
            let reordered = entry.letters == bits && entry.chars == chars;
            (distance, !reordered, std::cmp::Reverse(entry.count))
        };
        for entry in &self.entries {
            let far_in_length = entry.chars.abs_diff(chars) > allowed;
            if far_in_length || (entry.letters ^ bits).count_ones() as usize > 2 * allowed || entry.chars < 3 {
                continue;
            }
            let distance = osa_distance(&entry.word, word);
            // The first letter is seldom wrong: with another one a short word is another word
            // (`pend` is not spend), and a second slip makes one of a long word.
            let limit = match entry.word.chars().next() == first {
                true => allowed,
                false => usize::from(chars > 4),
            };
            if distance > limit || entry.word.bytes().any(|b| b.is_ascii_digit()) {
                continue;
            }
            if best.is_none_or(|(other, least)| rank(entry, distance) < rank(other, least)) {
                best = Some((entry, distance));
            }
        }
        best
    }
}

fn letters(word: &str) -> u32 {
    word.chars().fold(0, |bits, c| bits | 1 << (c as u32 % 32))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn vocabulary() -> Vocabulary {
        let mut vocabulary = Vocabulary::default();
        for word in [
            "delivery", "deliver", "refund", "return", "returns", "gift", "card", "card", "cart", "klarna", "blanket",
            "candle", "candle", "cancel",
        ] {
            vocabulary.insert(word);
        }
        vocabulary
    }

    #[rstest]
    #[case("delivrey", &["delivery"])]
    #[case("refnud", &["refund"])]
    #[case("retrun", &["return"])]
    #[case("blnaktet", &["blanket"])]
    #[case("giftcard", &["gift", "card"])]
    #[case("carx", &["card"])]
    #[case("cancle", &["cancel"])]
    #[case("larna", &["klarna"])]
    fn corrects(#[case] written: &str, #[case] meant: &[&str]) {
        assert_eq!(vocabulary().correct(written).unwrap().words, meant);
    }

    #[rstest]
    #[case("refund")]
    #[case("car")]
    #[case("weather")]
    #[case("hart")]
    #[case("refund1")]
    #[case("")]
    fn leaves_alone(#[case] written: &str) {
        assert_eq!(vocabulary().correct(written), None);
    }

    proptest! {
        #[test]
        fn one_slip_in_a_long_word_is_found(at in 1usize..7, letter in proptest::char::range('a', 'z')) {
            let mut written: Vec<char> = "blanketsx".chars().collect();
            written[at] = letter;
            let written: String = written.into_iter().collect();
            let mut vocabulary = Vocabulary::default();
            vocabulary.insert("blanketsx");
            let found = vocabulary.correct(&written).map(|c| c.words[0].to_owned());
            prop_assert!(written == "blanketsx" || found.as_deref() == Some("blanketsx"));
        }

        #[test]
        fn never_panics(word in "\\PC{0,30}") {
            vocabulary().correct(&word);
        }
    }
}
