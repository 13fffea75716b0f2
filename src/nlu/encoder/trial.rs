//! Whether an encoder reads a language: sentences that mean the same in other words must be
//! nearer to each other than to sentences that share words and mean something else.

use super::{EncodeError, Encoder, Vector};
use crate::nlu::heads::numbers::dot;

/// One line a test, tab-separated: the language, a message, the same in other words, and
/// something else in some of the same words.
const SENTENCES: &str = include_str!("trial.tsv");

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrialResult {
    pub pairs: usize,
    /// Pairs whose paraphrase was nearer than what means something else.
    pub nearer: usize,
}

impl TrialResult {
    /// Half of them would come by guessing.
    pub fn fits(self) -> bool {
        5 * self.nearer >= 4 * self.pairs
    }
}

/// `None` where there are no sentences in the locale's language. Blocks.
pub fn run(encoder: &Encoder, locale: &str) -> Result<Option<TrialResult>, EncodeError> {
    let language = locale.split('-').next().unwrap_or(locale);
    let texts: Vec<&str> = lines().filter(|line| line[0] == language).flat_map(|line| line[1..].to_vec()).collect();
    if texts.is_empty() {
        return Ok(None);
    }
    let vectors = encoder.encode_all(&texts, |_| ())?;
    Ok(Some(judge(&vectors)))
}

fn judge(vectors: &[Vector]) -> TrialResult {
    let triples = vectors.chunks_exact(3);
    let nearer = |triple: &&[Vector]| dot(&triple[0], &triple[1]) > dot(&triple[0], &triple[2]);
    TrialResult { pairs: triples.len(), nearer: triples.filter(nearer).count() }
}

fn lines() -> impl Iterator<Item = Vec<&'static str>> {
    SENTENCES.lines().map(|line| line.split('\t').collect())
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn every_language_has_the_same_number_of_whole_lines() {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for line in lines() {
            assert!(line.len() == 4 && line.iter().all(|cell| !cell.trim().is_empty()), "{line:?}");
            *counts.entry(line[0]).or_default() += 1;
        }
        assert!(counts.len() >= 7 && counts.values().all(|count| *count == 6), "{counts:?}");
    }

    #[test]
    fn the_nearer_one_of_two_is_counted() {
        let (east, north) = (vec![1.0, 0.0], vec![0.0, 1.0]);
        let right = [east.clone(), east.clone(), north.clone()];
        let wrong = [east.clone(), north, east];
        assert_eq!(judge(&right), TrialResult { pairs: 1, nearer: 1 });
        let both = judge(&[right, wrong].concat());
        assert!(both == TrialResult { pairs: 2, nearer: 1 } && !both.fits());
    }
}
