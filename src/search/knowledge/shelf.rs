//! The words of the passages of one language.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use super::Question;
use super::library::Library;
use crate::search::lexical::{Change, FieldSpec, LexicalIndex};
use crate::search::passages::Passage;
use crate::search::spelling::Speller;
use crate::search::synonyms::Meanings;
use crate::search::words::Analyser;

#[derive(Clone)]
pub(super) struct Shelf {
    pub language: String,
    /// Its rows are the passages' slots.
    pub words: LexicalIndex,
    pub speller: Speller,
    /// The stems of the questions that are known, and how many questions have each.
    asked: HashMap<String, u32>,
    pub meanings: Meanings,
}

/// The words of headings and tags stand in the body as well, so that a query may find its
/// words spread over both; a match in them counts a little more.
const FIELDS: [FieldSpec; 2] = [FieldSpec { name: "heading", boost: 0.15 }, FieldSpec { name: "body", boost: 1.0 }];

fn fields(passage: &Passage) -> Vec<String> {
    let headings = format!("{}\n{}", passage.heading_line(), passage.tags.join(", "));
    let body = format!("{headings}\n{}", passage.text);
    vec![headings, body]
}

impl Shelf {
    pub fn new(language: &str) -> Self {
        Self {
            language: language.to_owned(),
            words: LexicalIndex::new(Analyser::new(language), &FIELDS),
            speller: Speller::of(language),
            asked: HashMap::new(),
            meanings: Meanings::new(),
        }
    }

    /// Takes passages out that were there, and in that are there now.
    pub fn change(
        &mut self,
        (before, gone): (&Library, &[u32]),
        (after, new): (&Library, &[u32]),
    ) -> tantivy::Result<()> {
        let (was, is) = (before.reading(), after.reading());
        let text_before = |slot: u32| was.passage(slot).map(|passage| fields(&passage)).unwrap_or_default();
        for slot in gone {
            text_before(*slot).iter().for_each(|text| self.speller.forget(text));
        }
        // Cutting and reading are most of the work: each passage is cut once for both.
        let (speller, are_new) = (RefCell::new(&mut self.speller), new.iter().copied().collect::<HashSet<u32>>());
        let text_after = |slot: u32| {
            let texts = is.passage(slot).map(|passage| fields(&passage)).unwrap_or_default();
            if are_new.contains(&slot) {
                texts.iter().for_each(|text| speller.borrow_mut().learn(text));
            }
            texts
        };
        self.words.change(&Change { gone, new, before: &text_before, after: &text_after })
    }

    /// Knows other questions than before. Words of another language would be taken for right
    /// ones, so only its own count.
    pub fn ask(&mut self, before: &[&Question], after: &[&Question]) {
        let is_ours = |question: &&&Question| question.language.is_empty() || question.language == self.language;
        let words = |question: &Question| self.words.analyser().words(&question.text);
        let mut asked = std::mem::take(&mut self.asked);
        for question in before.iter().filter(is_ours) {
            for word in words(question) {
                if let Some(count) = asked.get_mut(&word.stem) {
                    *count = count.saturating_sub(1);
                }
            }
        }
        for question in after.iter().filter(is_ours) {
            for word in words(question) {
                *asked.entry(word.stem).or_default() += 1;
            }
        }
        asked.retain(|_, count| *count > 0);
        let theirs: Vec<&str> = before.iter().filter(is_ours).map(|question| question.text.as_str()).collect();
        let ours: Vec<&str> = after.iter().filter(is_ours).map(|question| question.text.as_str()).collect();
        theirs.into_iter().for_each(|text| self.speller.forget(text));
        ours.into_iter().for_each(|text| self.speller.learn(text));
        self.asked = asked;
    }

    /// Whether its passages have all the words.
    pub fn uses(&self, text: &str) -> bool {
        self.words.analyser().words(text).iter().all(|word| self.words.has(word))
    }

    /// The share of a text, its rare words counting for more, that stands in no passage and
    /// no known question. A slip of the pen that is left in the text counts as a strange word.
    pub fn strange(&self, text: &str) -> f32 {
        let words = self.words.analyser().words(text);
        let (mut strange, mut all) = (0.0, 0.0);
        for word in &words {
            let weight = self.words.idf(word);
            all += weight;
            if !self.asked.contains_key(&word.stem) && !self.words.has(word) {
                strange += weight;
            }
        }
        if all > 0.0 { strange / all } else { 0.0 }
    }
}
