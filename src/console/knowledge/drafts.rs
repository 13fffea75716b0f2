//! Drafts: begun from customers' questions or from a colleague's reply, asked a question
//! before they are saved, and tried on last month's questions.

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::auth::{Acting, Viewer};
use super::super::problem::{Body, Problem, ProblemDocument};
use super::articles::ArticleWords;
use super::back;
use crate::console::teaching::lessons::MessageRef;
use crate::engine::Engine;
use crate::engine::knowledge::{ArticleDraft, Effect, EffectChange, Trial, TrialAnswer};

/// Questions that a draft is begun from.
const QUESTIONS: usize = 200;
/// Characters of a question that is tried.
const LONGEST: usize = 1000;

/// What a draft begins from: questions, or one reply of a colleague.
#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Beginning {
    /// Customers' questions, the most typical first.
    #[serde(default)]
    pub questions: Vec<MessageRef>,
    /// A colleague's reply.
    #[serde(default)]
    pub reply: Option<MessageRef>,
}

/// The beginning of an article; nothing is saved yet.
#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct DraftView {
    pub title: String,
    pub tags: Vec<String>,
    pub category: String,
    pub locale: String,
    /// What a colleague replied, without personal data; empty where nobody did.
    pub body: String,
    /// What was asked, without personal data.
    pub questions: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Trying {
    pub question: String,
    /// The draft; without one the articles as they are answer.
    #[serde(default)]
    pub article: Option<ArticleWords>,
}

/// What the bot would do about a question.
#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct TrialView {
    pub today: AnswerView,
    /// If the draft were saved.
    pub with_draft: AnswerView,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct AnswerView {
    /// `answered`, `offered` (it would ask which is meant), `declined`, or `other` (it would
    /// do something that is no matter of articles).
    pub outcome: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub article: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub section: Option<String>,
    /// Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    pub confidence: f32,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rerunning {
    pub article: ArticleWords,
    /// How far back, 1 to 365; 30 by default.
    #[serde(default)]
    pub days: Option<u64>,
}

/// What a draft would change.
#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct EffectView {
    /// Different questions that were asked again, the newest; 200 at most.
    pub asked: usize,
    pub answered_today: usize,
    pub answered_with_draft: usize,
    /// Those that would be answered otherwise.
    pub changes: Vec<ChangeView>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct ChangeView {
    /// Without personal data.
    pub question: String,
    pub today: AnswerView,
    pub with_draft: AnswerView,
}

/// Begin an article.
#[utoipa::path(post, path = "/v1/articles/draft", request_body = Beginning,
    responses((status = 200, body = DraftView), (status = 403, body = ProblemDocument), (status = 422, body = ProblemDocument)))]
pub async fn begin(
    _agent: Acting,
    State(engine): State<Engine>,
    Body(beginning): Body<Beginning>,
) -> Result<Json<DraftView>, Problem> {
    let draft = match (beginning.reply, beginning.questions) {
        (Some(reply), questions) if questions.is_empty() => {
            engine.draft_from_reply(&reply.conversation_id, reply.seq).await?
        }
        (None, questions) if (1..=QUESTIONS).contains(&questions.len()) => {
            let questions: Vec<_> = questions.into_iter().map(|one| (one.conversation_id, one.seq)).collect();
            engine.draft_from_questions(&questions).await?
        }
        _ => {
            let needed = format!("a draft begins from 1 to {QUESTIONS} `questions`, or from one `reply`");
            return Err(Problem::Invalid(needed));
        }
    };
    Ok(Json(DraftView::of(draft)))
}

/// Ask a question, with a draft in place of what it replaces.
#[utoipa::path(post, path = "/v1/articles/try", request_body = Trying,
    responses((status = 200, body = TrialView), (status = 422, body = ProblemDocument), (status = 503, body = ProblemDocument)))]
pub async fn ask(
    _viewer: Viewer,
    State(engine): State<Engine>,
    Body(trying): Body<Trying>,
) -> Result<Json<TrialView>, Problem> {
    let question = trying.question.trim();
    if question.is_empty() || question.chars().count() > LONGEST {
        return Err(Problem::Invalid(format!("`question` has 1 to {LONGEST} signs")));
    }
    let draft = trying.article.map(|words| words.article(&engine)).transpose()?;
    Ok(Json(TrialView::of(engine.try_question(question, draft).await?)))
}

/// Ask the questions of some days again, with a draft in place of what it replaces.
#[utoipa::path(post, path = "/v1/articles/effect", request_body = Rerunning,
    responses((status = 200, body = EffectView), (status = 422, body = ProblemDocument), (status = 503, body = ProblemDocument)))]
pub async fn effect(
    _viewer: Viewer,
    State(engine): State<Engine>,
    Body(rerunning): Body<Rerunning>,
) -> Result<Json<EffectView>, Problem> {
    let (_, span) = back(rerunning.days)?;
    let draft = rerunning.article.article(&engine)?;
    Ok(Json(EffectView::of(engine.effect_of(draft, span).await?)))
}

impl DraftView {
    fn of(draft: ArticleDraft) -> Self {
        let ArticleDraft { title, tags, category, locale, body, questions } = draft;
        Self { title, tags, category, locale, body, questions }
    }
}

impl TrialView {
    fn of(trial: Trial) -> Self {
        Self { today: AnswerView::of(trial.today), with_draft: AnswerView::of(trial.with_draft) }
    }
}

impl AnswerView {
    fn of(answer: TrialAnswer) -> Self {
        let TrialAnswer { outcome, article, title, section, text, confidence } = answer;
        let outcome = outcome.map_or("other", |outcome| outcome.as_str()).to_owned();
        Self { outcome, article, title, section, text, confidence }
    }
}

impl EffectView {
    fn of(effect: Effect) -> Self {
        let change = |change: EffectChange| ChangeView {
            question: change.question,
            today: AnswerView::of(change.today),
            with_draft: AnswerView::of(change.with_draft),
        };
        Self {
            asked: effect.asked,
            answered_today: effect.answered_today,
            answered_with_draft: effect.answered_with_draft,
            changes: effect.changes.into_iter().map(change).collect(),
        }
    }
}
