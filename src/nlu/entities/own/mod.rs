//! The shop's own types, found by their lists, patterns and marked examples. It must not know
//! files: `reading` reads them.

mod examples;
mod phrases;
mod reading;

#[cfg(test)]
mod tests;

use regex::Regex;

use self::phrases::Phrases;
use super::found::Found;
use super::spelling::Word;
use crate::base::boundary;
use crate::domain::EntityType;
use crate::domain::entity_spec::EntitySpec;

pub use self::reading::{EntitiesError, own_names, read_entities};

/// The types, compiled for searching.
#[derive(Clone, Debug, Default)]
pub struct OwnTypes {
    phrases: Phrases,
    patterns: Vec<Pattern>,
}

#[derive(Clone, Debug)]
struct Pattern {
    kind: EntityType,
    pattern: Regex,
    confidence: f32,
}

impl OwnTypes {
    /// Patterns that do not compile are left out: `read_entities` has told of them.
    pub fn new(specs: &[EntitySpec]) -> Self {
        let mut types = Self::default();
        for spec in specs {
            let Some(kind) = EntityType::named(&spec.name) else { continue };
            for value in &spec.values {
                types.phrases.add(value.value(), value.value(), &kind);
                value.synonyms().iter().for_each(|synonym| types.phrases.add(synonym, value.value(), &kind));
            }
            let learned = examples::learn(&spec.examples, &spec.name);
            learned.values.iter().for_each(|value| types.phrases.add(value, value, &kind));
            let written = spec.patterns.iter().map(|pattern| (pattern, 0.95));
            for (pattern, confidence) in written.chain(learned.patterns.iter().map(|pattern| (pattern, 0.75))) {
                if let Ok(pattern) = compile(pattern) {
                    types.patterns.push(Pattern { kind: kind.clone(), pattern, confidence });
                }
            }
        }
        types
    }

    pub(super) fn is_empty(&self) -> bool {
        self.phrases.is_empty() && self.patterns.is_empty()
    }

    pub(super) fn find(&self, text: &str, words: &[Word]) -> Vec<Found> {
        let mut all = self.phrases.find(words);
        for Pattern { kind, pattern, confidence } in &self.patterns {
            for captures in pattern.captures_iter(text) {
                let Some(whole) = captures.get(0) else { continue };
                let value = captures.get(1).unwrap_or(whole);
                if boundary::stands_alone(text, &value.range()) && !value.is_empty() {
                    all.push(Found {
                        kind: kind.clone(),
                        span: value.range(),
                        value: value.as_str().to_owned(),
                        confidence: *confidence,
                    });
                }
            }
        }
        all
    }
}

/// A shop's pattern, with a limit to what it may cost.
fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    regex::RegexBuilder::new(pattern).case_insensitive(true).size_limit(1 << 20).build()
}
