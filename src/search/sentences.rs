//! The smallest parts of a passage that can be quoted: sentences, steps, items, rows.

use crate::base::markdown::{self, Block, BlockKind};

/// A sentence, a step, an item or a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Unit {
    /// The place of its block among the passage's blocks.
    pub block: usize,
    pub kind: BlockKind,
    pub markdown: String,
    /// Without any marks.
    pub text: String,
    pub words: usize,
}

impl Unit {
    pub fn is_step(&self) -> bool {
        matches!(self.kind, BlockKind::Step(_))
    }

    /// Whether it stands in a list or a table.
    pub fn is_listed(&self) -> bool {
        matches!(self.kind, BlockKind::Step(_) | BlockKind::Bullet(_) | BlockKind::Row)
    }

    /// Whether it announces what follows: "With an account you can:".
    pub fn announces(&self) -> bool {
        self.text.ends_with(':')
    }

    /// Whether it leans on the sentence before it and says little alone.
    pub fn leans_back(&self) -> bool {
        if self.is_listed() {
            return false;
        }
        let first = self.text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_lowercase();
        LEANING.contains(&first.as_str())
    }
}

/// Words with which a sentence begins that goes on about what was said before, in the
/// languages that are shipped.
const LEANING: [&str; 26] = [
    "it",
    "they",
    "them",
    "that",
    "this",
    "these",
    "those",
    "he",
    "she",
    "then",
    "otherwise",
    "however",
    "until",
    "after",
    "hij",
    "ze",
    "zij",
    "dat",
    "dit",
    "deze",
    "die",
    "dan",
    "anders",
    "daarna",
    "daarom",
    "zo",
];

/// The units of blocks, in their order. Paragraphs fall into sentences; steps, items, rows
/// and code stay whole.
pub fn units(blocks: &[Block]) -> Vec<Unit> {
    let mut units = Vec::new();
    for (place, block) in blocks.iter().enumerate() {
        let parts = match block.kind {
            BlockKind::Paragraph => sentences(&block.markdown),
            _ => vec![block.markdown.clone()],
        };
        units.extend(parts.into_iter().map(|markdown| {
            let text = markdown::plain(&markdown);
            Unit { block: place, kind: block.kind, words: markdown.split_whitespace().count(), text, markdown }
        }));
    }
    units
}

/// Where a text falls apart into sentences: also used for what customers write.
pub fn sentences(text: &str) -> Vec<String> {
    let mut sentences = Vec::new();
    let mut current = String::new();
    let mut words = text.split(' ').peekable();
    while let Some(word) = words.next() {
        if !current.is_empty() {
            current.push(' ');
        }
        current.push_str(word);
        let bare = word.trim_end_matches(['*', ')', '"', '”', '’']);
        let ends = bare.ends_with(['.', '!', '?']) && !is_abbreviation(bare);
        let next_begins = words.peek().is_none_or(|next| {
            next.trim_start_matches(['*', '[', '(', '"', '“', '\\'])
                .chars()
                .next()
                .is_some_and(|c| c.is_uppercase() || c.is_ascii_digit())
        });
        // Never inside a link or bold words: its other half would stand alone.
        if ends && next_begins && is_balanced(&current) {
            sentences.push(std::mem::take(&mut current));
        }
    }
    if !current.is_empty() {
        sentences.push(current);
    }
    sentences
}

fn is_abbreviation(word: &str) -> bool {
    ["e.g.", "i.e.", "approx.", "max.", "min.", "no.", "nr.", "incl.", "excl.", "ca.", "St.", "Mr.", "Mrs."]
        .iter()
        .any(|known| word.trim_start_matches(['(', '*', '[']).eq_ignore_ascii_case(known))
}

fn is_balanced(text: &str) -> bool {
    text.matches('[').count() == text.matches(']').count() && text.matches("**").count().is_multiple_of(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("One two. Three 4.95 EUR. Four?", &["One two.", "Three 4.95 EUR.", "Four?"])]
    #[case("E.g. This. That, e.g. Bruges.", &["E.g. This.", "That, e.g. Bruges."])]
    #[case("See [a. B](x) now. End", &["See [a. B](x) now.", "End"])]
    #[case("**Bold. Words** here. Then.", &["**Bold. Words** here.", "Then."])]
    fn sentences_end_where_they_end(#[case] text: &str, #[case] expected: &[&str]) {
        assert_eq!(sentences(text), expected);
    }

    #[test]
    fn paragraphs_fall_apart_and_lists_stay_whole() {
        let blocks = markdown::blocks("With an account you can:\n\n- look. See.\n- buy\n\n**It** is free. Always.");
        let units = units(&blocks);
        let texts: Vec<&str> = units.iter().map(|unit| unit.text.as_str()).collect();
        assert_eq!(texts, ["With an account you can:", "look. See.", "buy", "It is free.", "Always."]);
        assert!(units[0].announces() && units[1].is_listed());
        assert!(units[3].leans_back() && !units[4].leans_back() && !units[1].leans_back());
        assert_eq!(units[3].block, units[4].block);
    }
}
