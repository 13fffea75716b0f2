//! Lists of values: a phrase of the message that is one of them, whatever its case and
//! accents, stands for its value. The longest phrase wins. Looked up by its first word, so
//! that a list of thousands costs what a short one costs.

use std::collections::HashMap;

use crate::domain::EntityType;
use crate::nlu::entities::found::Found;
use crate::nlu::entities::spelling::{Word, every_word};

#[derive(Clone, Debug, Default)]
pub(super) struct Phrases {
    by_first: HashMap<String, Vec<Phrase>>,
}

#[derive(Clone, Debug)]
struct Phrase {
    words: Vec<String>,
    value: String,
    kind: EntityType,
}

impl Phrases {
    pub fn add(&mut self, written: &str, value: &str, kind: &EntityType) {
        let words: Vec<String> = every_word(written).into_iter().map(|word| word.folded).collect();
        let Some(first) = words.first().cloned() else { return };
        let phrases = self.by_first.entry(first).or_default();
        phrases.push(Phrase { words, value: value.to_owned(), kind: kind.clone() });
        phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.words.len()));
    }

    pub fn is_empty(&self) -> bool {
        self.by_first.is_empty()
    }

    pub fn find(&self, words: &[Word]) -> Vec<Found> {
        let mut all = Vec::new();
        if self.is_empty() {
            return all;
        }
        for (at, word) in words.iter().enumerate() {
            let Some(phrases) = self.by_first.get(&word.folded) else { continue };
            let said = |phrase: &&Phrase| {
                let rest = &words[at..];
                rest.len() >= phrase.words.len()
                    && rest.iter().zip(&phrase.words).all(|(word, wanted)| word.folded == *wanted)
            };
            // Of each kind the longest; a word may be a value of two.
            let mut kinds: Vec<&EntityType> = Vec::new();
            for phrase in phrases.iter().filter(said) {
                if !kinds.contains(&&phrase.kind) {
                    kinds.push(&phrase.kind);
                    let span = word.start..words[at + phrase.words.len() - 1].end;
                    all.push(Found { kind: phrase.kind.clone(), span, value: phrase.value.clone(), confidence: 0.95 });
                }
            }
        }
        all
    }
}
