//! Sentences that stand in two articles, and sentences that contradict each other.
//!
//! Two sentences that share all their words, numbers and negations aside, and stand under
//! headings that share a word, are about the same. With the same numbers they are told as a
//! repetition: whoever changes one forgets the other. With other numbers, or where one says
//! no and the other yes, they may not both be right. Both are hints for a person: two
//! numbers may be right of two things. Nothing is compared by vectors: to a model of
//! meaning "within 14 days" and "within 30 days" are the same.

use std::collections::{HashMap, HashSet};

use super::passages::Passage;
use super::words::{Analyser, primary};

/// Two passages, by their places among those that were compared, and a sentence of each.
#[derive(Clone, Debug, PartialEq)]
pub struct Twins {
    pub kind: Kind,
    pub places: (usize, usize),
    pub sentences: (String, String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Same,
    /// Other numbers, or yes and no.
    Contradiction,
}

/// Words of a sentence at the least, numbers and negations aside: shorter ones are alike by chance.
const SHORTEST: usize = 4;
/// Sentences with the same words that one is compared with, the last ones.
const MOST: usize = 20;

const NEGATIONS: [&str; 22] = [
    "not", "no", "never", "none", "nothing", "cannot", "without", "don't", "doesn't", "can't", "won't", "isn't",
    "aren't", "didn't", "wasn't", "niet", "geen", "nooit", "niets", "zonder", "kein", "nicht",
];

/// What a sentence says, apart from how.
struct Said {
    text: String,
    /// Stems in their order.
    words: Vec<String>,
    numbers: Vec<String>,
    denies: bool,
}

/// Sentences with the same stems in a language, each with its passage's place.
type Alike<'a> = HashMap<(&'a str, Vec<String>), Vec<(usize, Said)>>;

/// Compares the sentences of different articles in the same language; of two passages at
/// most one pair is told, a contradiction before a repetition.
pub fn find(passages: &[Passage]) -> Vec<Twins> {
    let headings: Vec<HashSet<String>> = passages.iter().map(heading_stems).collect();
    let mut alike: Alike<'_> = HashMap::new();
    let mut found: HashMap<(usize, usize), Twins> = HashMap::new();
    for (place, passage) in passages.iter().enumerate() {
        for said in said(passage) {
            if said.words.len() < SHORTEST {
                continue;
            }
            let before = alike.entry((primary(&passage.locale), said.words.clone())).or_default();
            for (other, theirs) in before.iter().rev().take(MOST) {
                let elsewhere = passages[*other].article != passage.article;
                if let Some(kind) = kind_of(theirs, &said)
                    && elsewhere
                    && !headings[*other].is_disjoint(&headings[place])
                {
                    let places = (*other, place);
                    let twins = Twins { kind, places, sentences: (theirs.text.clone(), said.text.clone()) };
                    let told = found.entry(places).or_insert_with(|| twins.clone());
                    if told.kind == Kind::Same && kind == Kind::Contradiction {
                        *told = twins;
                    }
                }
            }
            before.push((place, said));
        }
    }
    let mut found: Vec<Twins> = found.into_values().collect();
    found.sort_by_key(|twins| twins.places);
    found
}

fn heading_stems(passage: &Passage) -> HashSet<String> {
    Analyser::new(&passage.locale).words(&passage.heading_line()).into_iter().map(|word| word.stem).collect()
}

/// Of two sentences with the same words.
fn kind_of(one: &Said, other: &Said) -> Option<Kind> {
    if one.denies == other.denies && one.numbers == other.numbers {
        return Some(Kind::Same);
    }
    (one.denies != other.denies || one.numbers.len() == other.numbers.len()).then_some(Kind::Contradiction)
}

fn said(passage: &Passage) -> Vec<Said> {
    let analyser = Analyser::new(&passage.locale);
    let is_number = |word: &str| word.bytes().any(|byte| byte.is_ascii_digit());
    let known: HashSet<&str> = NEGATIONS.into_iter().collect();
    passage
        .units
        .iter()
        .map(|unit| {
            let lower = unit.text.to_lowercase().replace('’', "'");
            let tokens = || lower.split(|c: char| !(c.is_alphanumeric() || c == '\'')).filter(|word| !word.is_empty());
            let words = analyser.words(&lower).into_iter();
            Said {
                text: unit.text.clone(),
                words: words
                    .filter(|word| !is_number(&word.surface) && !known.contains(word.surface.as_str()))
                    .map(|word| word.stem)
                    .collect(),
                numbers: tokens().filter(|word| is_number(word)).map(str::to_owned).collect(),
                denies: tokens().any(|word| known.contains(word)),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::passages::split;
    use crate::search::passages::tests::article;
    use rstest::rstest;

    const RETURNS: &str = "Send it back within 30 days of delivery for a full refund.";

    fn kinds(one: &str, other: &str) -> Vec<Kind> {
        let passages: Vec<Passage> = [article("a", "Returns at home", one), article("b", "Returns by post", other)]
            .iter()
            .flat_map(split)
            .collect();
        find(&passages).into_iter().map(|twins| twins.kind).collect()
    }

    #[rstest]
    #[case::the_same(RETURNS, &[Kind::Same])]
    #[case::in_other_words("You have a month to return what you bought.", &[])]
    #[case::another_number("Send it back within 14 days of delivery for a full refund.", &[Kind::Contradiction])]
    #[case::yes_and_no("Do not send it back within 30 days of delivery for a full refund.", &[Kind::Contradiction])]
    #[case::another_thing("Send it back within 14 days of payment for a full refund.", &[])]
    fn sentences_are_compared(#[case] other: &str, #[case] expected: &[Kind]) {
        assert_eq!(kinds(RETURNS, other), expected);
    }

    #[test]
    fn one_article_may_repeat_itself_and_another_language_or_topic_says_it_anyway() {
        let mut dutch = article("b", "One", RETURNS);
        dutch.locale = "nl".into();
        let twice = article("a", "One", &format!("{RETURNS}\n\n## Again\n{RETURNS}"));
        let topic = article("c", "Lamps", RETURNS);
        let passages: Vec<Passage> = [twice, dutch, topic].iter().flat_map(split).collect();
        assert_eq!(find(&passages), []);
    }
}
