//! The beginning of an article: a title from what customers asked, the words of a
//! colleague who answered it, and the words that customers use.

use std::collections::HashMap;

use super::gaps::title_of;
use crate::base::letter;
use crate::base::privacy::mask;
use crate::domain::entry::{AuthorKind, Entry, Seq};
use crate::domain::{Content, ConversationId};
use crate::engine::Engine;
use crate::engine::teaching::example_of;
use crate::engine::think::words_of;
use crate::search::words::Analyser;
use crate::store::StoreError;

/// Entries after a question among which a colleague's answer is looked for.
const AFTER: i64 = 30;
/// Entries before a reply among which the question is looked for.
const BEFORE: i64 = 30;
/// Questions that are read.
const READ: usize = 20;
const TAGS: usize = 6;

/// An article that nobody has finished yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArticleDraft {
    pub title: String,
    pub tags: Vec<String>,
    /// That of the articles that are nearest.
    pub category: String,
    pub locale: String,
    /// What a colleague replied, without personal data; empty where nobody did.
    pub body: String,
    /// What was asked, without personal data.
    pub questions: Vec<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("entry {1} of conversation {0} has no words to begin an article with")]
    NoWords(ConversationId, Seq),
}

impl Engine {
    /// A draft from customers' questions, the most typical first.
    pub async fn draft_from_questions(&self, questions: &[(ConversationId, Seq)]) -> Result<ArticleDraft, DraftError> {
        let store = &self.inner.store;
        let (mut texts, mut reply) = (Vec::new(), String::new());
        for (id, seq) in questions.iter().take(READ) {
            let said = store.entry(id, *seq).await?.filter(|entry| entry.author.kind == AuthorKind::Customer);
            let text = said.map(|entry| example_of(&words_of(&entry.content))).filter(|text| !text.is_empty());
            texts.push(text.ok_or_else(|| DraftError::NoWords(id.clone(), *seq))?);
            let after = store.entries(id, *seq, AFTER).await?;
            // The longest answer says the most.
            let answer = answer_in(&after);
            if answer.len() > reply.len() {
                reply = answer;
            }
        }
        Ok(self.draft(texts, &reply).await)
    }

    /// A draft from what a colleague wrote, under the question that it answers.
    pub async fn draft_from_reply(&self, id: &ConversationId, seq: Seq) -> Result<ArticleDraft, DraftError> {
        let before = self.inner.store.entries(id, (seq - BEFORE).max(0), BEFORE).await?;
        let no_words = || DraftError::NoWords(id.clone(), seq);
        let reply = before.iter().find(|entry| entry.seq == seq && entry.author.kind == AuthorKind::Agent);
        let reply = reply.and_then(|entry| entry.content.words()).ok_or_else(no_words)?;
        let mut asked = before
            .iter()
            .filter(|entry| entry.seq < seq && entry.author.kind == AuthorKind::Customer)
            .map(|entry| example_of(&words_of(&entry.content)))
            // "Thanks" and "yes please" are no titles.
            .filter(|text| text.split_whitespace().count() > 2);
        let questions: Vec<String> = asked.next_back().into_iter().collect();
        Ok(self.draft(questions, reply).await)
    }

    async fn draft(&self, questions: Vec<String>, reply: &str) -> ArticleDraft {
        let own = self.own_language().to_owned();
        let first = questions.first().map(String::as_str).unwrap_or_default();
        let language = self.inner.nlu.language(first, Some(&own), &[]).code;
        let locale = if self.inner.settings.languages.contains(&language) { language } else { own };
        let found = if first.is_empty() { Vec::new() } else { self.find(first, &locale, 1).await };
        let near = found.first().map(|found| found.passage.article.clone());
        let category = match near {
            Some(id) => {
                self.inner.store.articles_with_id(&id).await.ok().and_then(|articles| articles.into_iter().next())
            }
            None => None,
        };
        let title = title_of(first);
        ArticleDraft {
            tags: tags_of(&questions, &title, &locale),
            category: category.map(|article| article.category).unwrap_or_default(),
            body: mask(&letter::matter(reply)).into_owned(),
            title,
            locale,
            questions,
        }
    }
}

/// What a colleague said to a question, up to the customer's next one.
fn answer_in(entries: &[Entry]) -> String {
    let mut texts: Vec<&str> = Vec::new();
    for entry in entries {
        match (entry.author.kind, &entry.content) {
            (AuthorKind::Agent, Content::Text { text, .. }) => texts.push(text),
            (AuthorKind::Customer, _) if !texts.is_empty() => break,
            _ => {}
        }
    }
    texts.join("\n\n")
}

/// Words that several customers used and that the title lacks.
fn tags_of(questions: &[String], title: &str, locale: &str) -> Vec<String> {
    let analyser = Analyser::new(locale);
    let in_title: Vec<String> = analyser.words(title).into_iter().map(|word| word.stem).collect();
    // How many questions have the word, and how it is written first.
    let mut counts: HashMap<String, (usize, String)> = HashMap::new();
    for question in questions {
        let mut seen: Vec<String> = Vec::new();
        for word in analyser.words(question) {
            let fits = word.surface.chars().count() > 2 && word.surface.chars().all(char::is_alphabetic);
            if fits && !in_title.contains(&word.stem) && !seen.contains(&word.stem) {
                seen.push(word.stem.clone());
                counts.entry(word.stem).or_insert((0, word.surface)).0 += 1;
            }
        }
    }
    let mut words: Vec<(usize, String)> = counts.into_values().filter(|(count, _)| *count > 1).collect();
    words.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    words.into_iter().take(TAGS).map(|(_, word)| word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_the_words_that_several_used() {
        let questions =
            ["can you wrap it with a ribbon", "ribbon and paper please", "paper with ribbons?"].map(str::to_owned);
        assert_eq!(tags_of(&questions, "Can you wrap it", "en"), ["ribbon", "paper"]);
    }
}
