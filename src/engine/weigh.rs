//! Weighing one message: what the shop knows about it, and what to do. No IO, so that
//! `rapport eval answers` weighs exactly as a turn does.

use crate::domain::analysis::RankedIntent;
use crate::domain::conversation::Memory;
use crate::nlu::{Nlu, Reading};
use crate::policy::{Decision, Situation, Thresholds, Weighed, decide};
use crate::search::knowledge::Topics;
use crate::search::{KnowledgeIndex, Mode, PassageHit, Query};

use super::shop::IntentSet;

/// Passages that are weighed.
const PASSAGES: usize = 24;

/// What a message is weighed by.
#[derive(Clone, Copy)]
pub struct Scales<'a> {
    pub intents: &'a IntentSet,
    pub knowledge: &'a KnowledgeIndex,
    pub thresholds: &'a Thresholds,
}

/// Where the conversation stands when the message arrives.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    pub memory: &'a Memory,
    pub queued: bool,
    /// Whether the message names a limit or an option that only a product search understands.
    pub wishes_product: bool,
}

/// The message with its misspelt words mended, by the words of the shop's articles; `None`
/// where there is nothing to mend. `earlier` is what the customer wrote before.
///
/// Only the shop's own language is mended: of others it has too few words to tell a
/// misspelt one from one that no article happens to use.
pub fn mend(
    knowledge: &KnowledgeIndex,
    nlu: &Nlu,
    text: &str,
    locale: Option<&str>,
    earlier: &[&str],
) -> Option<String> {
    let language = nlu.language(text, locale, earlier);
    if language.code != nlu.own_language() {
        return None;
    }
    knowledge.mend(text, &language.code, |word| nlu.encoder().is_word(word))
}

impl Scales<'_> {
    /// The passages that may answer in a language, best first.
    pub fn passages(&self, text: &str, reading: &Reading, language: &str) -> Vec<PassageHit> {
        let topics = self.topics(&reading.analysis.intent_ranking);
        let query = Query {
            text,
            vector: Some(&reading.vector),
            locale: Some(language),
            mode: Mode::Hybrid,
            topics: Some(&topics),
        };
        self.knowledge.search(&query, PASSAGES)
    }

    pub fn decide(&self, reading: &Reading, hits: &[PassageHit], standing: Standing<'_>) -> Decision {
        let passages: Vec<Weighed<'_>> = hits
            .iter()
            .map(|hit| Weighed {
                article: &hit.passage.article,
                opening: hit.passage.position == 0,
                confidence: hit.confidence,
            })
            .collect();
        let pending = standing.memory.pending.as_ref();
        decide(&Situation {
            analysis: &reading.analysis,
            intent: self.intents.get(&reading.analysis.intent.name),
            pending_intent: pending.and_then(|pending| self.intents.get(&pending.intent)),
            memory: standing.memory,
            queued: standing.queued,
            passages: &passages,
            wishes_product: standing.wishes_product,
            thresholds: self.thresholds,
        })
    }

    pub(super) fn topics(&self, ranking: &[RankedIntent]) -> Topics {
        let mut topics = Topics::new();
        for intent in self.intents.iter() {
            let ranked = ranking.iter().find(|ranked| ranked.name == intent.name);
            let p = ranked.map_or(0.0, |ranked| ranked.confidence);
            for article in &intent.articles {
                *topics.entry(article.clone()).or_default() += p;
            }
        }
        topics
    }
}
