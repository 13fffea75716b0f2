//! Passages that say the same, and passages that contradict each other.
//!
//! Two passages near in meaning are compared sentence by sentence. The same sentence twice
//! is told as such: whoever changes one forgets the other. Two sentences that share all
//! words but their numbers, or of which one says no where the other says yes, may not both
//! be right. Both are hints for a person: a sentence may be true twice, and two numbers may
//! both be right of two things.

use std::collections::HashSet;

use super::passages::Passage;
use super::vectors::{Probe, Row, Vectors, VectorsError};
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

/// The cosine from which on passages are about the same.
const NEAR: f32 = 0.6;
/// Passages that are compared with one, the nearest.
const NEAREST: usize = 10;
/// Words of a sentence at the least, numbers and negations aside: shorter ones are alike by chance.
const SHORTEST: usize = 4;
/// Passages at the most: each is compared with all others.
pub const MOST: usize = 20_000;

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

/// Compares passages of different articles in the same language; `rows[i]` is the vector of
/// passage i.
pub fn find(passages: &[Passage], rows: &[Row]) -> Result<Vec<Twins>, VectorsError> {
    let vectors = Vectors::of_rows(rows)?;
    let said: Vec<Vec<Said>> = passages.iter().map(said).collect();
    let mut found = Vec::new();
    for (place, passage) in passages.iter().enumerate() {
        let cosines = vectors.cosines(&Probe::of(&rows[place].to_vector()));
        let is_other = |other: &usize| {
            let other = &passages[*other];
            other.article != passage.article && primary(&other.locale) == primary(&passage.locale)
        };
        // Each pair once.
        let mut near: Vec<usize> =
            (place + 1..passages.len()).filter(|other| cosines[*other] >= NEAR).filter(is_other).collect();
        near.sort_by(|a, b| cosines[*b].total_cmp(&cosines[*a]));
        for other in near.into_iter().take(NEAREST) {
            found.extend(compare(&said[place], &said[other]).map(|(kind, ours, theirs)| Twins {
                kind,
                places: (place, other),
                sentences: (ours.text.clone(), theirs.text.clone()),
            }));
        }
    }
    Ok(found)
}

/// What is wrong with two passages: the first contradiction, else the first sentence that
/// both have.
fn compare<'a>(ours: &'a [Said], theirs: &'a [Said]) -> Option<(Kind, &'a Said, &'a Said)> {
    let pairs = || ours.iter().flat_map(|one| theirs.iter().map(move |other| (one, other)));
    let alike = |kind: Kind| pairs().find(|(one, other)| kind_of(one, other) == Some(kind)).map(|(a, b)| (kind, a, b));
    alike(Kind::Contradiction).or_else(|| alike(Kind::Same))
}

fn kind_of(one: &Said, other: &Said) -> Option<Kind> {
    if one.words.len() < SHORTEST || one.words != other.words {
        return None;
    }
    let others = one.numbers.len() == other.numbers.len() && one.numbers != other.numbers;
    match one.denies != other.denies || others {
        true => Some(Kind::Contradiction),
        false if one.numbers == other.numbers => Some(Kind::Same),
        false => None,
    }
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

    fn kinds(one: &str, other: &str, rows: &[Row]) -> Vec<Kind> {
        let passages: Vec<Passage> =
            [article("a", "One", one), article("b", "Two", other)].iter().flat_map(split).collect();
        find(&passages, rows).unwrap().into_iter().map(|twins| twins.kind).collect()
    }

    #[rstest]
    #[case::the_same(RETURNS, &[Kind::Same])]
    #[case::in_other_words("You have a month to return what you bought.", &[])]
    #[case::another_number("Send it back within 14 days of delivery for a full refund.", &[Kind::Contradiction])]
    #[case::yes_and_no("Do not send it back within 30 days of delivery for a full refund.", &[Kind::Contradiction])]
    #[case::another_thing("Send it back within 14 days of payment for a full refund.", &[])]
    fn sentences_are_compared(#[case] other: &str, #[case] expected: &[Kind]) {
        let near = [Row::of(&[1.0, 0.1]), Row::of(&[1.0, 0.0])];
        assert_eq!(kinds(RETURNS, other, &near), expected);
        let far = [Row::of(&[1.0, 0.0]), Row::of(&[0.0, 1.0])];
        assert_eq!(kinds(RETURNS, other, &far), []);
    }

    #[test]
    fn one_article_may_repeat_itself_and_another_language_says_it_anyway() {
        let mut dutch = article("b", "Two", RETURNS);
        dutch.locale = "nl".into();
        let twice = article("a", "One", &format!("{RETURNS}\n\n## Again\n{RETURNS}"));
        let passages: Vec<Passage> = [twice, dutch].iter().flat_map(split).collect();
        let rows = vec![Row::of(&[1.0, 0.0]); passages.len()];
        assert_eq!(find(&passages, &rows).unwrap(), []);
    }
}
