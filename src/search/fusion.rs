//! Joins scores by words and scores by meaning into one.
//!
//! Ranks alone throw away how decided each mode is, and scores stretched to a common range
//! pretend that the best passage by words is always as good as the best by meaning. Here
//! both keep a scale of their own that means the same for every query: the cosine, and the
//! share of the query that a passage's words explain. Where the customer's words are those
//! of the article, words pull; where they are not, the share is small for all passages and
//! meaning decides.

use super::lexical::WordScores;

/// What a passage that explains the whole query by its words gains over one that shares none.
/// Chosen once on three public collections and the sample shop, where 0.4 to 0.7 do alike
/// (docs/answers.md).
const WORDS: f32 = 0.5;

/// One score a passage; both inputs hold one a passage.
pub fn fuse(words: &WordScores, cosines: &[f32]) -> Vec<f32> {
    cosines.iter().enumerate().map(|(row, cosine)| cosine + WORDS * words.share(row)).collect()
}

/// What a passage gains whose article is certainly what the message is about.
const TOPIC: f32 = 0.1;

/// Lets what is known of the message's topic pull the passages of its articles.
pub fn pull(fused: &mut [f32], topics: impl Iterator<Item = Option<f32>>) {
    for (score, topic) in fused.iter_mut().zip(topics) {
        *score += TOPIC * topic.unwrap_or(0.0);
    }
}

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
        assert!(fuse(&said, &[0.4, 0.6])[0] > fuse(&said, &[0.4, 0.6])[1]);
        let by_chance = WordScores { scores: vec![2.0, 0.0], full: 10.0 };
        assert!(fuse(&by_chance, &[0.4, 0.6])[0] < fuse(&by_chance, &[0.4, 0.6])[1]);
    }

    #[test]
    fn a_query_without_words_is_decided_by_meaning() {
        let none = WordScores { scores: vec![0.0, 0.0], full: 0.0 };
        assert_eq!(fuse(&none, &[0.4, 0.6]), [0.4, 0.6]);
        assert_eq!(words_alone(&none), [f32::NEG_INFINITY; 2]);
    }
}
