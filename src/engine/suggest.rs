//! Replies for an agent to send: what the knowledge base says to the customer's words.

use super::Engine;
use super::think::words_of;
use super::weigh::Scales;
use crate::answer::knowledge;
use crate::domain::{AuthorKind, ConversationId};
use crate::nlu::ReadError;
use crate::store::StoreError;

/// Entries that are looked through for the customer's last words.
const LOOKED_THROUGH: i64 = 50;
const AT_MOST: usize = 3;
/// Below this a passage would only be in the way.
const WORTH_IT: f32 = 0.15;

/// A reply that can be sent as it stands.
#[derive(Clone, Debug)]
pub struct Suggestion {
    /// Markdown.
    pub text: String,
    pub article: String,
    pub title: String,
    pub section: String,
    pub url: String,
    pub confidence: f32,
}

#[derive(Debug, thiserror::Error)]
pub enum SuggestError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Read(#[from] ReadError),
}

impl Engine {
    /// Replies to the customer's last words, the best first, one an article.
    pub async fn suggestions(&self, id: &ConversationId, last_seq: i64) -> Result<Vec<Suggestion>, SuggestError> {
        let entries = self.inner.store.entries(id, (last_seq - LOOKED_THROUGH).max(0), LOOKED_THROUGH).await?;
        let said = entries.iter().rev().filter(|entry| entry.author.kind == AuthorKind::Customer);
        let Some(text) = said.map(|entry| words_of(&entry.content)).find(|text| !text.trim().is_empty()) else {
            return Ok(Vec::new());
        };
        let reading = self.read(&text, None).await?;
        let (intents, knowledge) = (self.inner.shop.intents(), self.inner.shop.knowledge());
        let scales = Scales { intents: &intents, knowledge: &knowledge, thresholds: &self.inner.settings.thresholds };
        let mut suggestions: Vec<Suggestion> = Vec::new();
        let hits = scales.passages(&text, &reading, &reading.analysis.language.code);
        for (place, hit) in hits.iter().enumerate() {
            let known = suggestions.iter().any(|one| one.article == hit.passage.article);
            if known || hit.confidence < WORTH_IT {
                continue;
            }
            suggestions.push(Suggestion {
                text: knowledge::text(&hits, place, &text),
                article: hit.passage.article.clone(),
                title: hit.passage.title.clone(),
                section: hit.passage.section().to_owned(),
                url: hit.passage.url.clone(),
                confidence: hit.confidence,
            });
        }
        suggestions.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
        suggestions.truncate(AT_MOST);
        Ok(suggestions)
    }
}
