//! Finding articles for somebody who searches: the same retrieval as a turn's, one passage
//! an article, and nothing decided.

use std::sync::Arc;

use super::Engine;
use super::weigh::Scales;
use crate::answer::knowledge;
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
    /// Its sentences that answer, as Markdown.
    pub text: String,
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
        one_an_article(&scales.passages(text, &reading, language), text, most)
    }

    /// The same by words alone, which costs next to nothing.
    pub fn find_by_words(&self, text: &str, language: &str, most: usize) -> Vec<Found> {
        let query = Query { text, vector: None, locale: Some(language), mode: Mode::Bm25, topics: None, own: None };
        one_an_article(&self.inner.shop.knowledge().search(&query, LOOKED_AT), text, most)
    }
}

fn one_an_article(hits: &[PassageHit], asked: &str, most: usize) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let is_sure =
        |(_, hit): &(usize, &PassageHit)| hit.confidence >= if hit.bm25 > 0.0 { LEAST } else { LEAST_WITHOUT_WORDS };
    for (place, hit) in hits.iter().enumerate().filter(is_sure) {
        if found.len() == most {
            break;
        }
        if found.iter().all(|one| one.passage.article != hit.passage.article) {
            let text = knowledge::text(hits, place, asked);
            found.push(Found { passage: Arc::clone(&hit.passage), text, confidence: hit.confidence });
        }
    }
    found
}
