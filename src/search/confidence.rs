//! How sure the index is that a passage answers a question.

/// What speaks for a passage.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Evidence {
    /// `None` where the search had no vectors.
    pub cosine: Option<f32>,
    /// The cosine's lead over the best passage of any other article.
    pub margin: f32,
    /// BM25 as a share of the most that the query could reach.
    pub words: f32,
    /// The share of the query's words, by rarity, that the passage has.
    pub coverage: f32,
}

impl Evidence {
    pub fn probability(&self) -> f32 {
        let logit = match self.cosine {
            Some(cosine) => -7.0 + 12.0 * cosine + 4.0 * self.margin + 1.5 * self.words + 1.0 * self.coverage,
            None => -4.0 + 4.0 * self.words + 3.0 * self.coverage,
        };
        1.0 / (1.0 + (-logit).exp())
    }
}
