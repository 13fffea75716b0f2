//! Finding articles for somebody who searches: the same retrieval as a turn's, one passage
//! an article, and nothing decided.

use std::sync::Arc;

use super::Engine;
use super::weigh::Scales;
use crate::search::{Mode, Passage, PassageHit, Query};

/// Passages that are looked at.
const LOOKED_AT: usize = 48;
/// Below this surety a passage is no result but noise, …
const LEAST: f32 = 0.03;
/// … and below this one where it shares no word with what was searched for.
const LEAST_WITHOUT_WORDS: f32 = 0.3;

/// An article that was found, by its passage that fits best.
#[derive(Clone, Debug)]
pub struct Found {
    pub passage: Arc<Passage>,
    /// Calibrated probability that it answers.
    pub confidence: f32,
}

impl Engine {
    /// The articles that fit, best first, at most so many. While the model has no time, by
    /// words alone.
    pub async fn find(&self, text: &str, language: &str, most: usize) -> Vec<Found> {
        let Ok(reading) = self.read(text, Some(language)).await else {
            return self.find_by_words(text, language, most);
        };
        let (intents, knowledge) = (self.inner.shop.intents(), self.inner.shop.knowledge());
        let scales = Scales { intents: &intents, knowledge: &knowledge, thresholds: &self.inner.settings.thresholds };
        one_an_article(scales.passages(text, &reading, language), most)
    }

    /// The same by words alone, which costs next to nothing.
    pub fn find_by_words(&self, text: &str, language: &str, most: usize) -> Vec<Found> {
        let query = Query { text, vector: None, locale: Some(language), mode: Mode::Bm25, topics: None };
        one_an_article(self.inner.shop.knowledge().search(&query, LOOKED_AT), most)
    }
}

fn one_an_article(hits: Vec<PassageHit>, most: usize) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let is_sure = |hit: &PassageHit| hit.confidence >= if hit.bm25 > 0.0 { LEAST } else { LEAST_WITHOUT_WORDS };
    for hit in hits.into_iter().filter(is_sure) {
        if found.len() == most {
            break;
        }
        if found.iter().all(|one| one.passage.article != hit.passage.article) {
            found.push(Found { passage: hit.passage, confidence: hit.confidence });
        }
    }
    found
}
