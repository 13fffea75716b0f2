//! Thinking about one turn: read, search, decide, render. No transaction is open, and
//! nothing is said yet.

use std::collections::HashMap;
use std::time::Instant;

use super::Engine;
use super::knowledge::asked::asked;
use super::render::Rendering;
use super::teaching::doubts::{Read, doubts};
use super::weigh::{self, Heard, Scales, Standing, Understood, mend, understand};
use crate::answer::voices::Voice;
use crate::domain::conversation::{Memory, Mood};
use crate::domain::decision::{Explanation, HandoffSummary, WeighedPassage};
use crate::domain::entry::{AuthorKind, Entry, Seq};
use crate::domain::{Author, Content};
use crate::nlu::language::language_of;
use crate::nlu::{PastTurn, ReadError, Reading, Utterance};
use crate::policy::{Act, Decision, Escalation};
use crate::search::PassageHit;
use crate::search::wish::Wish;
use crate::store::{StoreError, TurnOutcome, TurnWork};

/// Entries before the message that the models and the policy see.
pub(super) const HISTORY: i64 = 24;
/// Messages of a chain of follow-ups that are remembered as what it is about.
const CHAIN: usize = 3;
/// Passages that an explanation keeps.
const EXPLAINED: usize = 6;

/// What a turn came to, and the names of its acts for the log.
pub(super) struct Thought {
    pub outcome: TurnOutcome,
    pub acts: Vec<String>,
}

#[derive(Debug, thiserror::Error)]
pub(super) enum ThinkError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Engine {
    /// Reads one message as if it were the first of a conversation.
    pub async fn read(&self, text: &str, locale: Option<&str>) -> Result<Reading, ReadError> {
        let mended = mend(&self.inner.shop.knowledge(), &self.inner.nlu, text, locale, &[]);
        let utterance = Utterance { text, mended: mended.as_deref(), locale, history: &[], today: self.today() };
        self.inner.nlu.read(utterance).await
    }

    pub(super) async fn think(&self, work: &TurnWork) -> Result<Thought, ThinkError> {
        let text = words_of(&work.message.content);
        if text.trim().is_empty() {
            return Ok(self.nothing_said(work));
        }
        let hint = self.customers_language(work).await?;
        let mut understood = self.understand(work, &text, hint.as_deref()).await?;
        let language = self.answers_in(understood.reading(), hint.as_deref());
        let catalogue = self.inner.shop.catalogue();
        let wish = Wish::read(&text, &understood.reading().analysis.entities, catalogue.vocabulary());
        let (intents, knowledge) = (self.inner.shop.intents(), self.inner.shop.knowledge());
        let scales = Scales { intents: &intents, knowledge: &knowledge, thresholds: &self.inner.settings.thresholds };
        let began = Instant::now();
        let parts = scales.parts(&mut understood, &language);
        understood.readings[0].analysis.timings_ms.insert("search".to_owned(), began.elapsed().as_secs_f64() * 1000.0);
        let memory = Memory { language: Some(language.clone()), ..memory_after(work, understood.reading()) };
        let queued = work.conversation.queued.is_some();
        let standing = Standing { memory: &memory, queued, wishes_product: wish.names_a_limit() };
        let decision = scales.decide(&understood, &parts, standing);
        let reading = understood.reading();
        let rendering = Rendering {
            engine: self,
            work,
            reading,
            voice: self.voice(Some(&language)),
            language: &language,
            parts: &parts,
            wish: &wish,
            catalogue: &catalogue,
        };
        let (contents, mut memory) = rendering.render(&decision).await?;
        let clarifies = decision.acts.iter().any(|act| matches!(act, Act::Clarify { .. }));
        memory.clarified = clarifies.then_some(work.message.seq);
        if let Some(subject) = subject_after(work, &parts, &decision.acts) {
            memory.subject = subject;
        }
        let read = Read {
            message: &work.message,
            memory: &work.conversation.memory,
            analysis: &reading.analysis,
            acts: &decision.acts,
        };
        let doubts = doubts(&read, &self.inner.settings.thresholds);
        let hits: Vec<&PassageHit> = parts.iter().flat_map(|part| &part.hits).collect();
        let asked = asked(&decision.acts, &hits, &language);
        let summary = match decision.acts.contains(&Act::Escalate) {
            true => Some(self.summary(work, &text, reading, &memory, &decision).await?),
            false => None,
        };
        let acts: Vec<String> = decision.acts.iter().map(|act| act.name().to_owned()).collect();
        let explanation = Explanation {
            acts: acts.clone(),
            because: decision.because,
            passages: parts
                .iter()
                .flat_map(|part| &part.hits)
                .take(EXPLAINED)
                .map(|hit| WeighedPassage {
                    article: hit.passage.article.clone(),
                    section: hit.passage.section().to_owned(),
                    confidence: hit.confidence,
                })
                .collect(),
            summary,
        };
        let escalate = match decision.acts.contains(&Act::Escalate) {
            true => decision.escalation.as_ref().map(Escalation::line),
            false => None,
        };
        let outcome = TurnOutcome {
            author: self.bot(),
            contents,
            memory,
            escalate,
            analysis: Some(understood.readings.swap_remove(0).analysis),
            explanation,
            doubts,
            asked,
        };
        Ok(Thought { outcome, acts })
    }

    /// What is said where thinking fails again and again: the truth, and a person.
    pub(super) fn apologise(&self, work: &TurnWork) -> Thought {
        let reason = "The assistant failed on a message".to_owned();
        let text = self.voice_of(&work.conversation.memory).phrases.apology.clone();
        self.plain(work, text, "apologise", Some(reason))
    }

    /// A file, or nothing that can be read: say so, and ask for words.
    fn nothing_said(&self, work: &TurnWork) -> Thought {
        let text = self.voice_of(&work.conversation.memory).phrases.no_words.clone();
        self.plain(work, text, "no_words", None)
    }

    fn plain(&self, work: &TurnWork, text: String, act: &str, escalate: Option<String>) -> Thought {
        let acts = vec![act.to_owned()];
        let explanation = Explanation { acts: acts.clone(), ..Explanation::default() };
        let outcome = TurnOutcome {
            author: self.bot(),
            contents: vec![Content::text(text)],
            memory: work.conversation.memory.clone(),
            escalate,
            analysis: None,
            explanation,
            doubts: Vec::new(),
            asked: None,
        };
        Thought { outcome, acts }
    }

    /// The language that the channel tells of the customer.
    pub(super) async fn customers_language(&self, work: &TurnWork) -> Result<Option<String>, StoreError> {
        let customer = self.inner.store.customer(&work.conversation.customer_id).await?;
        Ok(customer.and_then(|customer| customer.locale))
    }

    /// The language of the answer: the message's where the shop has it, else the one that
    /// the channel tells, else the shop's own.
    fn answers_in(&self, reading: &Reading, hint: Option<&str>) -> String {
        let has = |code: &String| self.inner.settings.languages.contains(code);
        let told = hint.and_then(language_of);
        let message = Some(reading.analysis.language.code.clone());
        message.filter(has).or(told.filter(has)).unwrap_or_else(|| self.own_language().to_owned())
    }

    pub(super) fn voice_of(&self, memory: &Memory) -> &Voice {
        self.voice(memory.language.as_deref())
    }

    pub(super) async fn understand(
        &self,
        work: &TurnWork,
        text: &str,
        hint: Option<&str>,
    ) -> Result<Understood, ReadError> {
        let moods: HashMap<Seq, Mood> = work.conversation.memory.moods.iter().map(|mood| (mood.seq, *mood)).collect();
        let voices = &self.inner.settings.voices;
        let history: Vec<PastTurn<'_>> = work
            .history
            .iter()
            .filter_map(|entry| {
                let text = entry.content.words()?;
                let failed = entry.author.kind == AuthorKind::Bot && voices.admit_ignorance(text);
                let minutes_ago = Some((work.message.at.duration_since(entry.at).as_secs_f32() / 60.0).max(0.0));
                let mood = moods.get(&entry.seq).copied();
                Some(PastTurn { author: entry.author.kind, text, mood, failed, minutes_ago })
            })
            .collect();
        let subject = subject_before(work);
        let heard = Heard { text, hint, history: &history, subject: subject.as_deref(), today: self.today() };
        understand(&self.inner.shop.knowledge(), &self.inner.nlu, heard).await
    }

    async fn summary(
        &self,
        work: &TurnWork,
        text: &str,
        reading: &Reading,
        memory: &Memory,
        decision: &Decision,
    ) -> Result<HandoffSummary, StoreError> {
        let mut asked: Vec<String> = work
            .history
            .iter()
            .filter(|entry| entry.author.kind == AuthorKind::Customer)
            .filter_map(|entry| entry.content.words().map(str::to_owned))
            .collect();
        asked.push(text.to_owned());
        let mut entities = Vec::new();
        for (_, analysis) in self.inner.store.analyses(&work.conversation.id).await? {
            entities.extend(analysis.entities);
        }
        entities.extend(reading.analysis.entities.iter().cloned());
        entities.dedup_by(|a, b| a.kind == b.kind && a.value == b.value);
        Ok(HandoffSummary {
            reasons: decision.escalation.as_ref().map(|escalation| escalation.reasons.clone()).unwrap_or_default(),
            asked,
            sentiment: memory.moods.iter().map(|mood| mood.sentiment).collect(),
            entities,
        })
    }

    pub(super) fn today(&self) -> jiff::civil::Date {
        self.inner.clock.now().to_zoned(self.inner.settings.time_zone.clone()).date()
    }

    fn bot(&self) -> Author {
        Author::bot(&self.inner.settings.assistant)
    }
}

/// The words to understand: what was written, what was chosen, what a form says.
pub(super) fn words_of(content: &Content) -> String {
    match content {
        Content::Text { postback: Some(payload), .. } => payload.clone(),
        Content::Text { text, .. } => text.clone(),
        Content::Submitted { values, .. } => {
            let words = values.values().map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
            words.collect::<Vec<_>>().join(" ")
        }
        _ => String::new(),
    }
}

/// The memory with this message's mood, and with the failures that votes told since the
/// customer last wrote.
fn memory_after(work: &TurnWork, reading: &Reading) -> Memory {
    let mut memory = work.conversation.memory.clone();
    memory.remember_mood(Mood {
        seq: work.message.seq,
        sentiment: reading.analysis.sentiment.score,
        unhappiness: reading.analysis.unhappiness.p,
    });
    memory.failed_answers += unhelpful_votes(&work.history);
    memory
}

/// What the conversation is about, in the customer's words, as far as they stand in the history.
fn subject_before(work: &TurnWork) -> Option<String> {
    let subject = &work.conversation.memory.subject;
    let asked = work
        .history
        .iter()
        .filter(|entry| entry.author.kind == AuthorKind::Customer && subject.contains(&entry.seq))
        .map(|entry| words_of(&entry.content));
    let asked = asked.collect::<Vec<_>>().join(" ");
    (!asked.trim().is_empty()).then_some(asked)
}

/// What the conversation is about after a message that was looked up; `None` where it was
/// something else, such as a greeting: then it is about what it was about before.
fn subject_after(work: &TurnWork, parts: &[weigh::Part], acts: &[Act]) -> Option<Vec<Seq>> {
    let answered = acts.iter().rev().find_map(|act| match act {
        Act::Answer { passage, .. } => weigh::at(parts, *passage).map(|(part, _)| part),
        _ => None,
    });
    let looked_up = acts.iter().any(|act| matches!(act, Act::Clarify { .. } | Act::DontKnow));
    let part = answered.or_else(|| parts.first().filter(|_| looked_up))?;
    let mut asked = if part.asked.follows { work.conversation.memory.subject.clone() } else { Vec::new() };
    asked.push(work.message.seq);
    // The last of a chain of follow-ups say what it is about now.
    let surplus = asked.len().saturating_sub(CHAIN);
    asked.drain(..surplus);
    Some(asked)
}

/// Votes against an answer since the customer's last message.
fn unhelpful_votes(history: &[Entry]) -> u32 {
    let since = history.iter().rev().take_while(|entry| {
        !(entry.author.kind == AuthorKind::Customer && matches!(entry.content, Content::Text { .. }))
    });
    let votes = since.filter(|entry| match &entry.content {
        Content::Rating { helpful, .. } => !helpful,
        _ => false,
    });
    u32::try_from(votes.count()).unwrap_or(u32::MAX)
}
