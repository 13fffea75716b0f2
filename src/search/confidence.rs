//! How sure the index is that a passage answers a question.

/// What speaks for a passage.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Evidence {
    /// How near the passage is in meaning, its article's known questions included; `None`
    /// where the search had no vectors.
    pub meaning: Option<f32>,
    /// The lead in meaning over the best passage of any other article; negative behind it.
    pub lead: f32,
    /// The nearest question that is known to be about the article, or the passage itself.
    pub question: f32,
    /// How much of the query the passage's words explain, as BM25 counts it.
    pub share: f32,
    /// The share of the query's words, by rarity, that the passage has.
    pub coverage: f32,
}

impl Evidence {
    pub fn probability(&self) -> f32 {
        let logit = match self.meaning {
            Some(meaning) => -6.0 + 10.0 * meaning + 8.0 * self.lead + 1.5 * self.share + 1.0 * self.coverage,
            None => -4.0 + 4.0 * self.share + 3.0 * self.coverage,
        };
        1.0 / (1.0 + (-logit).exp())
    }
}
