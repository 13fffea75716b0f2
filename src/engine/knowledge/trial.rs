//! Asking a question of a draft, and asking last month's questions again: what would be
//! answered if the draft were saved.

use std::sync::Arc;
use std::time::Duration;

use crate::answer::knowledge;
use crate::domain::article::Article;
use crate::domain::conversation::Memory;
use crate::domain::question::AskedOutcome;
use crate::engine::teaching::example_of;
use crate::engine::think::words_of;
use crate::engine::weigh::{Heard, Scales, Standing, at, understand};
use crate::engine::{Engine, RebuildError};
use crate::nlu::ReadError;
use crate::policy::Act;
use crate::search::{KnowledgeIndex, PassageHit};
use crate::store::StoreError;

/// Questions that are asked again, the newest.
const AGAIN: usize = 200;
/// Questions that are looked through for them.
const LOOKED_AT: i64 = 2000;

/// Passages of a draft that are encoded before it is asked, at the most.
const DRAFTED: usize = 500;

/// A question's answer today, and with the draft.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    pub today: TrialAnswer,
    pub with_draft: TrialAnswer,
}

/// What the bot would do about a question.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrialAnswer {
    /// `None` where it would do something else than look into the articles.
    pub outcome: Option<AskedOutcome>,
    pub article: Option<String>,
    pub title: Option<String>,
    pub section: Option<String>,
    /// Markdown.
    pub text: Option<String>,
    /// Calibrated probability that the best passage answers.
    pub confidence: f32,
}

/// What a draft would change.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Effect {
    /// Different questions that were asked again.
    pub asked: usize,
    pub answered_today: usize,
    pub answered_with_draft: usize,
    pub changes: Vec<EffectChange>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct EffectChange {
    /// Without personal data.
    pub question: String,
    pub today: TrialAnswer,
    pub with_draft: TrialAnswer,
}

#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Build(#[from] RebuildError),
}

impl Engine {
    /// Asks a question, as the first of a conversation, today and with the draft.
    pub async fn try_question(&self, question: &str, draft: Option<Article>) -> Result<Trial, TrialError> {
        let today = self.inner.shop.knowledge();
        let answer = self.answer_from(&today, question).await?;
        let with_draft = match draft {
            Some(draft) => {
                let index = self.index_with(draft).await?;
                self.answer_from(&index, question).await?
            }
            None => answer.clone(),
        };
        Ok(Trial { today: answer, with_draft })
    }

    /// Asks the questions since so long ago again, with the draft.
    pub async fn effect_of(&self, draft: Article, back: Duration) -> Result<Effect, TrialError> {
        let since = self.inner.clock.now() - jiff::SignedDuration::try_from(back).unwrap_or_default();
        let mut questions: Vec<String> = Vec::new();
        for kept in self.inner.store.questions(since, LOOKED_AT).await? {
            let text = example_of(&words_of(&kept.content));
            if !text.is_empty() && !questions.contains(&text) {
                questions.push(text);
            }
            if questions.len() == AGAIN {
                break;
            }
        }
        let (today, index) = (self.inner.shop.knowledge(), self.index_with(draft).await?);
        let mut effect = Effect { asked: questions.len(), ..Effect::default() };
        for question in questions {
            let text = crate::domain::intent::plain(&question);
            let before = self.answer_from(&today, &text).await?;
            let after = self.answer_from(&index, &text).await?;
            let answered = |answer: &TrialAnswer| usize::from(answer.outcome == Some(AskedOutcome::Answered));
            effect.answered_today += answered(&before);
            effect.answered_with_draft += answered(&after);
            if (before.outcome, &before.article) != (after.outcome, &after.article) {
                effect.changes.push(EffectChange { question: text, today: before, with_draft: after });
            }
        }
        Ok(effect)
    }

    /// The knowledge base as it would be with the draft in place of what it replaces: a copy
    /// of the one in use, in which one article is changed.
    async fn index_with(&self, draft: Article) -> Result<Arc<KnowledgeIndex>, TrialError> {
        let mut articles = self.inner.store.articles_with_id(&draft.id).await?;
        articles.retain(|article| article.locale != draft.locale);
        let id = draft.id.clone();
        articles.push(draft);
        articles.sort_by(|a, b| a.locale.cmp(&b.locale));
        let engine = self.clone();
        let built = tokio::task::spawn_blocking(move || {
            let mut index = KnowledgeIndex::clone(&engine.inner.shop.knowledge());
            index.replace(vec![(id, articles)])?;
            for waiting in index.waiting(None, DRAFTED) {
                let rows = engine.inner.shop.vectors_of(&engine.inner.nlu, &waiting.texts)?;
                index.learn(&waiting, &rows)?;
            }
            Ok::<_, RebuildError>(Arc::new(index))
        });
        Ok(built.await.unwrap_or(Err(RebuildError::Panicked))?)
    }

    async fn answer_from(&self, knowledge: &KnowledgeIndex, question: &str) -> Result<TrialAnswer, TrialError> {
        let heard = Heard { text: question, hint: None, history: &[], subject: None, today: self.today() };
        let mut understood = understand(knowledge, &self.inner.nlu, heard).await?;
        let intents = self.inner.shop.intents();
        let scales = Scales { intents: &intents, knowledge, thresholds: &self.inner.settings.thresholds };
        let code = understood.reading().analysis.language.code.clone();
        let language = if self.inner.settings.languages.contains(&code) { &code } else { self.own_language() };
        let parts = scales.parts(&mut understood, language);
        let memory = Memory::default();
        let standing = Standing { memory: &memory, queued: false, wishes_product: false };
        let decision = scales.decide(&understood, &parts, standing);
        let hits: Vec<&PassageHit> = parts.iter().flat_map(|part| &part.hits).collect();
        let asked = super::asked::asked(&decision.acts, &hits, language);
        let shown = decision.acts.iter().find_map(|act| match act {
            Act::Answer { passage, .. } => at(&parts, *passage),
            _ => None,
        });
        let text = shown.map(|(part, place)| knowledge::text(&part.hits, place, &part.asked.words));
        let shown = shown.and_then(|(part, place)| part.hits.get(place));
        let best = shown.or(hits.first().copied());
        Ok(TrialAnswer {
            outcome: asked.map(|asked| asked.outcome),
            article: shown.map(|hit| hit.passage.article.clone()),
            title: shown.map(|hit| hit.passage.title.clone()),
            section: shown.map(|hit| hit.passage.section().to_owned()),
            text,
            confidence: best.map_or(0.0, |hit| hit.confidence),
        })
    }
}
