//! Joins scores by words and scores by meaning into one.
//!
//! Ranks alone throw away how decided each mode is, and scores stretched to a common range
//! pretend that the best passage by words is always as good as the best by meaning. Here
//! both keep a scale of their own that means the same for every query: the cosine, and the
//! share of the query that a passage's words explain. Where the customer's words are those
//! of the article, words pull; where they are not, the share is small for all passages and
//! meaning decides.
//!
//! The more passages there are, the more of them are near in meaning by chance, while the
//! query's rare words stay as rare. So words count for more in a large collection than in a
//! small one (docs/retrieval.md has the measurements).

use super::lexical::WordScores;

/// How far words pull: this times the fourth root of the number of passages, for a passage
/// that explains the whole query by its words.
const WORDS: f32 = 0.12;
/// Beyond this meaning would have no say any more.
const MOST: f32 = 1.5;

/// What words pull among a few hundred passages: the scale on which confidence is read,
/// so that it means the same for a shop of twenty articles and one of ten thousand.
const USUAL: f32 = 0.5;

/// One score a passage, to rank by, among so many; both inputs hold one a passage.
pub fn fuse(words: &WordScores, cosines: &[f32], passages: usize) -> Vec<f32> {
    let weight = (WORDS * (passages as f32).powf(0.25)).min(MOST);
    weigh(words, cosines, weight)
}

/// The same on a scale that does not depend on how many passages there are.
pub fn absolute(words: &WordScores, cosines: &[f32]) -> Vec<f32> {
    weigh(words, cosines, USUAL)
}

fn weigh(words: &WordScores, cosines: &[f32], weight: f32) -> Vec<f32> {
    cosines.iter().enumerate().map(|(row, cosine)| cosine + weight * words.share(row)).collect()
}

/// What a passage gains whose article is certainly what the message is about.
const TOPIC: f32 = 0.1;

/// What a passage gains by what is known of the message's topic.
pub fn pull(probability: f32) -> f32 {
    TOPIC * probability
}

/// The cosine that a passage is taken to have while its vector is not there yet: what its
/// words suggest, so that it is found by them among others that have one.
pub fn guess(share: f32) -> f32 {
    GUESS * share.clamp(0.0, 1.0)
}

/// A passage that has all of a query's words is mostly about as near as this.
const GUESS: f32 = 0.6;

/// By words alone; what shares no word is not found.
pub fn words_alone(words: &WordScores) -> Vec<f32> {
    words.scores.iter().map(|score| if *score > 0.0 { *score } else { f32::NEG_INFINITY }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_pull_as_far_as_they_explain_the_query() {
        let said = WordScores { scores: vec![9.0, 0.0], full: 10.0 };
        assert!(fuse(&said, &[0.5, 0.6], 2)[0] > fuse(&said, &[0.5, 0.6], 2)[1]);
        let by_chance = WordScores { scores: vec![2.0, 0.0], full: 10.0 };
        assert!(fuse(&by_chance, &[0.5, 0.6], 2)[0] < fuse(&by_chance, &[0.5, 0.6], 2)[1]);
    }

    #[test]
    fn words_pull_further_among_many_passages() {
        let gain = |passages: usize| {
            let mut words = WordScores { scores: vec![0.0; passages], full: 1.0 };
            words.scores[0] = 1.0;
            fuse(&words, &vec![0.0; passages], passages)[0]
        };
        assert!(gain(20) < gain(500) && gain(500) < gain(5_000));
        assert!((gain(300) - absolute(&WordScores { scores: vec![1.0], full: 1.0 }, &[0.0])[0]).abs() < 0.01);
        assert_eq!(gain(100_000), MOST);
    }

    #[test]
    fn a_query_without_words_is_decided_by_meaning() {
        let none = WordScores { scores: vec![0.0, 0.0], full: 0.0 };
        assert_eq!(fuse(&none, &[0.4, 0.6], 2), [0.4, 0.6]);
        assert_eq!(words_alone(&none), [f32::NEG_INFINITY; 2]);
    }
}
