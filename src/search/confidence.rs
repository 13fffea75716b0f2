//! How sure the index is: that a passage is the one that answers, and that any does.
//!
//! The two are different questions. Between two articles about the same thing neither is
//! sure to be the one, yet the shop knows the answer; far from all of them the nearest may
//! lead by much, and know nothing. So there are two small logistic functions, one of which
//! looks at the lead and one that does not. Both read the score on its scale that means the
//! same for every query, the nearest sentence, and how many of the query's words the shop
//! has never used.
//!
//! The coefficients were fitted to the first passage found for each question of
//! `tests/data/questions.tsv`, of `tests/data/unanswerable.tsv`, and of the half of
//! `tests/data/answers.tsv` that is for tuning (docs/answers.md has the figures).

/// What speaks for a passage.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Evidence {
    /// Whether the search had vectors.
    pub by_meaning: bool,
    /// Its score, or the share of the query that its words explain where there are no vectors.
    pub score: f32,
    /// The lead of that over the best passage of any other article; negative behind it.
    pub lead: f32,
    /// How near its nearest sentence is; `None` where sentences have no vectors.
    pub sentence: Option<f32>,
    /// The share of the query, its rare words counting for more, that the shop has never used:
    /// neither in an article nor in a question that it knows.
    pub strange: f32,
}

struct Weights {
    intercept: f32,
    score: f32,
    lead: f32,
    sentence: f32,
    strange: f32,
}

/// That this passage is the one.
const WITH_SENTENCES: Weights = Weights { intercept: -3.83, score: 2.84, lead: 5.54, sentence: 3.32, strange: -2.70 };
const WITH_VECTORS: Weights = Weights { intercept: -3.35, score: 4.49, lead: 5.37, sentence: 0.0, strange: -2.63 };
const BY_WORDS: Weights = Weights { intercept: -2.4, score: 4.5, lead: 12.0, sentence: 0.0, strange: 0.0 };

/// That the shop knows the answer.
const COVERED_WITH_SENTENCES: Weights =
    Weights { intercept: -2.65, score: 3.13, lead: 0.0, sentence: 3.17, strange: -2.91 };
const COVERED_WITH_VECTORS: Weights =
    Weights { intercept: -2.24, score: 4.74, lead: 0.0, sentence: 0.0, strange: -2.88 };
const COVERED_BY_WORDS: Weights = Weights { intercept: 0.31, score: 2.63, lead: 0.0, sentence: 0.0, strange: -3.57 };

impl Evidence {
    /// The probability that the passage is the one that answers.
    pub fn probability(&self) -> f32 {
        self.read(match (self.by_meaning, self.sentence) {
            (true, Some(_)) => &WITH_SENTENCES,
            (true, None) => &WITH_VECTORS,
            (false, _) => &BY_WORDS,
        })
    }

    /// The probability that some passage answers, by the best one.
    pub fn coverage(&self) -> f32 {
        self.read(match (self.by_meaning, self.sentence) {
            (true, Some(_)) => &COVERED_WITH_SENTENCES,
            (true, None) => &COVERED_WITH_VECTORS,
            (false, _) => &COVERED_BY_WORDS,
        })
    }

    fn read(&self, weights: &Weights) -> f32 {
        let logit = weights.intercept
            + weights.score * self.score
            + weights.lead * self.lead
            + weights.sentence * self.sentence.unwrap_or(0.0)
            + weights.strange * self.strange;
        1.0 / (1.0 + (-logit).exp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::alike_in_words_and_meaning(true, 1.05, 0.2, 0.9, 1.0)]
    #[case::alike_in_meaning_alone(true, 0.65, 0.1, 0.45, 0.9)]
    #[case::between_two_articles(true, 0.65, 0.0, 0.3, 0.6)]
    #[case::behind_another_article(true, 0.65, -0.1, 0.05, 0.35)]
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
        let p = Evidence { by_meaning, score, lead, ..Evidence::default() }.probability();
        assert!((least..=most).contains(&p), "{p}");
    }

    #[test]
    fn two_articles_about_the_same_cover_it_though_neither_is_sure() {
        let between = Evidence { by_meaning: true, score: 0.9, lead: 0.0, sentence: Some(0.65), ..Evidence::default() };
        assert!(between.coverage() > 0.9 && between.probability() < between.coverage());
    }

    #[test]
    fn words_that_the_shop_never_uses_speak_against_it() {
        let known = Evidence { by_meaning: true, score: 0.6, sentence: Some(0.5), ..Evidence::default() };
        let strange = Evidence { strange: 0.5, ..known };
        assert!(strange.coverage() < known.coverage() - 0.15 && strange.probability() < known.probability());
    }
}
