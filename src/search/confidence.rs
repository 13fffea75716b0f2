//! How sure the index is that a passage answers a question.
//!
//! Two small logistic functions, one for searches with vectors and one without. Their
//! coefficients were fitted to the first three passages found for each question of
//! `tests/data/questions.tsv` (a passage answers if it is of the article that the question
//! names) and for 350 utterances of CLINC150, mostly out of scope, as questions that the
//! shop does not answer, each weighing 0.15; L2 penalty 0.1, intercept free. Fitted to one
//! half of the questions and tried on the other, nine of ten passages from 0.6 on are
//! right (docs/answers.md).

/// What speaks for a passage.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Evidence {
    /// How near the passage is in meaning, its article's known questions included; `None`
    /// where the search had no vectors.
    pub meaning: Option<f32>,
    /// The lead over the best passage of any other article, in meaning, or in `share` where
    /// there are no vectors; negative behind it.
    pub lead: f32,
    /// The probability that the message is about the article; `None` where no intent names
    /// it, or nothing is known.
    pub topic: Option<f32>,
    /// How much of the query the passage's words explain, as BM25 counts it.
    pub share: f32,
    /// The share of the query's words, by rarity, that the passage has.
    pub coverage: f32,
}

struct Weights {
    intercept: f32,
    meaning: f32,
    lead: f32,
    /// That some intent names the article: what none names is not spoken against.
    named: f32,
    topic: f32,
    share: f32,
    coverage: f32,
}

const WITH_VECTORS: Weights = Weights { intercept: -3.61, meaning: 5.91, lead: 9.83, named: -0.7, topic: 2.5, share: 3.15, coverage: 0.93 };
const BY_WORDS: Weights = Weights { intercept: -2.56, meaning: 0.0, lead: 12.05, named: 0.0, topic: 0.0, share: 4.23, coverage: 0.56 };

impl Evidence {
    /// The probability that the passage answers.
    pub fn probability(&self) -> f32 {
        let weights = if self.meaning.is_some() { WITH_VECTORS } else { BY_WORDS };
        let logit = weights.intercept
            + weights.meaning * self.meaning.unwrap_or(0.0)
            + weights.lead * self.lead
            + self.topic.map_or(0.0, |topic| weights.named + weights.topic * topic)
            + weights.share * self.share
            + weights.coverage * self.coverage;
        1.0 / (1.0 + (-logit).exp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::alike_in_words_and_meaning(Evidence { meaning: Some(0.75), lead: 0.15, topic: None, share: 0.6, coverage: 0.9 }, 0.9, 1.0)]
    #[case::alike_in_meaning_alone(Evidence { meaning: Some(0.65), lead: 0.1, topic: None, share: 0.05, coverage: 0.1 }, 0.6, 0.9)]
    #[case::between_two_articles(Evidence { meaning: Some(0.6), lead: 0.0, topic: None, share: 0.1, coverage: 0.3 }, 0.35, 0.7)]
    #[case::nothing_like_it(Evidence { meaning: Some(0.25), lead: 0.01, topic: None, share: 0.03, coverage: 0.1 }, 0.0, 0.2)]
    #[case::words_without_vectors(Evidence { meaning: None, lead: 0.3, topic: None, share: 0.6, coverage: 0.9 }, 0.9, 1.0)]
    #[case::a_word_by_chance(Evidence { meaning: None, lead: 0.02, topic: None, share: 0.1, coverage: 0.2 }, 0.0, 0.3)]
    fn evidence_becomes_a_probability(#[case] evidence: Evidence, #[case] least: f32, #[case] most: f32) {
        let p = evidence.probability();
        assert!((least..=most).contains(&p), "{p}");
    }
}
