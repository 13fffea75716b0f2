//! How sure the index is that a passage answers a question.
//!
//! Two small logistic functions, one for searches with vectors and one without. Only two
//! things count: the score, on its scale that means the same for every query, and its lead
//! over the best passage of any other article. The cosine, the words and the topic by
//! themselves add nothing to them (docs/answers.md has the figures).
//!
//! The coefficients were fitted to the first three passages found for each question of
//! `tests/data/questions.tsv`: a passage answers if it is of the article that the question
//! names. L2 penalty 0.05; tried on questions left out, by tenths.

/// What speaks for a passage.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Evidence {
    /// Whether the search had vectors.
    pub by_meaning: bool,
    /// Its score, or the share of the query that its words explain where there are no vectors.
    pub score: f32,
    /// The lead of that over the best passage of any other article; negative behind it.
    pub lead: f32,
}

struct Weights {
    intercept: f32,
    score: f32,
    lead: f32,
}

const WITH_VECTORS: Weights = Weights { intercept: -2.21, score: 2.74, lead: 12.8 };
const BY_WORDS: Weights = Weights { intercept: -2.4, score: 4.5, lead: 12.0 };

impl Evidence {
    /// The probability that the passage answers.
    pub fn probability(&self) -> f32 {
        let weights = if self.by_meaning { WITH_VECTORS } else { BY_WORDS };
        let logit = weights.intercept + weights.score * self.score + weights.lead * self.lead;
        1.0 / (1.0 + (-logit).exp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::alike_in_words_and_meaning(true, 1.05, 0.2, 0.9, 1.0)]
    #[case::alike_in_meaning_alone(true, 0.65, 0.1, 0.6, 0.9)]
    #[case::between_two_articles(true, 0.65, 0.0, 0.3, 0.6)]
    #[case::behind_another_article(true, 0.65, -0.1, 0.05, 0.3)]
    #[case::nothing_like_it(true, 0.25, 0.01, 0.0, 0.25)]
    #[case::words_without_vectors(false, 0.6, 0.3, 0.9, 1.0)]
    #[case::a_word_by_chance(false, 0.1, 0.02, 0.0, 0.3)]
    fn evidence_becomes_a_probability(
        #[case] by_meaning: bool,
        #[case] score: f32,
        #[case] lead: f32,
        #[case] least: f32,
        #[case] most: f32,
    ) {
        let p = Evidence { by_meaning, score, lead }.probability();
        assert!((least..=most).contains(&p), "{p}");
    }
}
