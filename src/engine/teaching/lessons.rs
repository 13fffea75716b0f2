//! What agents say of messages.

use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::Ordering;

use super::example_of;
use crate::bus::News;
use crate::domain::ConversationId;
use crate::domain::entry::{AuthorKind, Seq};
use crate::domain::intent::{IntentSpec, plain};
use crate::domain::teaching::Verdict;
use crate::engine::think::words_of;
use crate::engine::{Engine, IntentSet};
use crate::nlu::training::is_intent_name;
use crate::store::{Agent, Lesson, NewLesson, StoreError};

#[derive(Debug, thiserror::Error)]
pub enum TeachError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("there is no intent `{0}`; GET /v1/intents lists them")]
    NoSuchIntent(String),
    #[error("message {1} of conversation {0} is no message of a customer with words in it")]
    NoWords(ConversationId, Seq),
    #[error("there is an intent `{0}` already; teach the messages to it, or take another name")]
    NameTaken(String),
    #[error("{0}")]
    Unfit(&'static str),
}

/// An intent, as teaching sees it.
#[derive(Clone, Debug)]
pub struct KnownIntent {
    pub name: String,
    pub description: String,
    /// In files and of its making.
    pub examples: usize,
    /// By agents.
    pub taught: usize,
    /// Made in the console; the others stand in files.
    pub made_here: bool,
}

#[derive(Clone, Debug)]
pub struct NewIntent {
    pub name: String,
    pub description: String,
    pub reply: String,
}

const LONGEST_DESCRIPTION: usize = 300;
const LONGEST_REPLY: usize = 4000;

impl Engine {
    /// Keeps that these messages mean that; the lessons' ids, by which it is taken back.
    pub async fn teach(
        &self,
        agent: &Agent,
        messages: &[(ConversationId, Seq)],
        verdict: Verdict,
    ) -> Result<Vec<String>, TeachError> {
        if let Some(intent) = verdict.intent()
            && self.inner.shop.intents().get(intent).is_none()
        {
            return Err(TeachError::NoSuchIntent(intent.to_owned()));
        }
        let lessons = self.lessons_on(messages, &verdict).await?;
        Ok(self.inner.store.teach(&agent.id, &lessons).await?)
    }

    /// Makes an intent of these messages; the lessons' ids.
    pub async fn teach_intent(
        &self,
        agent: &Agent,
        new: NewIntent,
        messages: &[(ConversationId, Seq)],
    ) -> Result<Vec<String>, TeachError> {
        let spec = spec_of(new)?;
        if self.inner.shop.intents().get(&spec.name).is_some() {
            return Err(TeachError::NameTaken(spec.name));
        }
        let lessons = self.lessons_on(messages, &Verdict::Example(spec.name.clone())).await?;
        let ids = self.inner.store.teach_intent(&agent.id, &spec, &lessons).await?;
        let ids = ids.ok_or(TeachError::NameTaken(spec.name))?;
        self.follow_intents().await?;
        Ok(ids)
    }

    /// Removes an intent that was made in the console, with what was taught of it.
    pub async fn forget_intent(&self, name: &str) -> Result<bool, StoreError> {
        let gone = self.inner.store.forget_intent(name).await?;
        self.follow_intents().await?;
        Ok(gone)
    }

    /// The shop's intents, by name.
    pub async fn known_intents(&self) -> Result<Vec<KnownIntent>, StoreError> {
        let lessons = self.inner.store.lessons().await?;
        let mut taught: BTreeMap<&str, usize> = BTreeMap::new();
        for intent in lessons.iter().filter_map(|lesson| lesson.verdict.intent()) {
            *taught.entry(intent).or_default() += 1;
        }
        let shop = &self.inner.shop;
        let intents = shop.intents();
        let mut known: Vec<KnownIntent> = intents
            .iter()
            .map(|spec| KnownIntent {
                name: spec.name.clone(),
                description: spec.description.clone(),
                examples: spec.examples_in_all_languages().count(),
                taught: taught.get(spec.name.as_str()).copied().unwrap_or_default(),
                made_here: !shop.stands_in_files(&spec.name),
            })
            .collect();
        known.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(known)
    }

    /// Reads the intents that were made in the console, here or on another node.
    pub async fn follow_intents(&self) -> Result<(), StoreError> {
        let taught = self.inner.store.taught_intents().await?;
        if self.inner.shop.set_taught(taught.into_iter().map(|intent| intent.spec).collect()) {
            self.inner.bus.tell(News::Teaching);
        }
        Ok(())
    }

    /// As [`Engine::follow_intents`], after a glance at a counter.
    pub(in crate::engine) async fn follow_intents_if(&self, version: i64) -> Result<(), StoreError> {
        if self.inner.teaching.intents_seen.load(Ordering::Acquire) != version {
            self.follow_intents().await?;
            self.inner.teaching.intents_seen.store(version, Ordering::Release);
        }
        Ok(())
    }

    async fn lessons_on(
        &self,
        messages: &[(ConversationId, Seq)],
        verdict: &Verdict,
    ) -> Result<Vec<NewLesson>, TeachError> {
        let store = &self.inner.store;
        let mut lessons = Vec::with_capacity(messages.len());
        for (id, seq) in messages {
            let entry = store.entry(id, *seq).await?;
            let said = entry.filter(|entry| entry.author.kind == AuthorKind::Customer);
            let text = said.map(|entry| example_of(&words_of(&entry.content))).filter(|text| !text.is_empty());
            let text = text.ok_or_else(|| TeachError::NoWords(id.clone(), *seq))?;
            let locale = store.understanding(id, *seq).await?.map(|(analysis, _)| analysis.language.code);
            lessons.push(NewLesson {
                conversation_id: id.clone(),
                seq: *seq,
                verdict: verdict.clone(),
                text,
                locale: locale.filter(|code| code != "und"),
            });
        }
        Ok(lessons)
    }
}

fn spec_of(new: NewIntent) -> Result<IntentSpec, TeachError> {
    let (description, reply) = (new.description.trim(), new.reply.trim());
    if !is_intent_name(&new.name) {
        let rule = "`name` begins with a small letter and has small letters, digits and _ only, such as gift_wrap";
        return Err(TeachError::Unfit(rule));
    }
    if description.is_empty() || description.chars().count() > LONGEST_DESCRIPTION {
        return Err(TeachError::Unfit("`description` has 1 to 300 signs: what the customer wants"));
    }
    if reply.is_empty() || reply.len() > LONGEST_REPLY {
        return Err(TeachError::Unfit("`reply` has 1 to 4,000 bytes: what the bot says to it"));
    }
    Ok(IntentSpec {
        name: new.name,
        description: description.to_owned(),
        reply: vec![reply.to_owned()],
        ..IntentSpec::default()
    })
}

/// The intents with what was taught, each text once, and the texts that are about none of
/// them. A lesson overrides the same words in a file of another intent.
pub fn with_lessons(intents: &IntentSet, lessons: &[Lesson]) -> (Vec<IntentSpec>, Vec<String>) {
    let mut judged = HashSet::new();
    // The newest first: of two lessons on the same words, it is the one that counts.
    let counting: Vec<&Lesson> = lessons
        .iter()
        .filter(|lesson| lesson.verdict != Verdict::Dismissed && judged.insert(bare(&lesson.text)))
        .collect();
    let mut specs: Vec<IntentSpec> = intents.iter().cloned().collect();
    specs.sort_by(|a, b| a.name.cmp(&b.name));
    for spec in &mut specs {
        let translated = spec.translations.values_mut().map(|translation| &mut translation.examples);
        for examples in translated.chain([&mut spec.examples]) {
            examples.retain(|example| !judged.contains(&bare(example)));
        }
    }
    let mut outside = Vec::new();
    for lesson in counting {
        match lesson.verdict.intent() {
            None => outside.push(plain(&lesson.text)),
            // An intent that is gone has nothing to learn.
            Some(intent) => {
                let known = specs.iter_mut().find(|spec| spec.name == intent);
                known.into_iter().for_each(|spec| spec.examples.push(lesson.text.clone()));
            }
        }
    }
    (specs, outside)
}

/// What makes two examples the same: their words, whatever their case and spacing.
fn bare(example: &str) -> String {
    let words: Vec<String> = plain(example).split_whitespace().map(str::to_lowercase).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::AgentId;

    fn lesson(verdict: Verdict, text: &str) -> Lesson {
        Lesson {
            id: "les_1".into(),
            verdict,
            text: text.into(),
            locale: None,
            agent_id: AgentId("agt_1".into()),
            agent_name: "Ada".into(),
            conversation_id: ConversationId("cnv_1".into()),
            seq: 1,
            at: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    fn intents() -> IntentSet {
        let spec = |name: &str, examples: &[&str]| IntentSpec {
            name: name.into(),
            examples: examples.iter().map(|&example| example.into()).collect(),
            ..IntentSpec::default()
        };
        [spec("returns", &["send it back"]), spec("gift_wrap", &["wrap it", "Send it  back?"])].into_iter().collect()
    }

    #[test]
    fn lessons_join_the_files_examples_once_each() {
        let wrap = || Verdict::Example("gift_wrap".into());
        let lessons = [lesson(wrap(), "as a present"), lesson(wrap(), "As a  present"), lesson(wrap(), "wrap it")];
        let (specs, outside) = with_lessons(&intents(), &lessons);
        assert_eq!(specs[0].name, "gift_wrap");
        assert_eq!(specs[0].examples, ["Send it  back?", "as a present", "wrap it"]);
        assert!(outside.is_empty());
    }

    #[test]
    fn the_last_word_on_a_text_counts() {
        let lessons = [
            lesson(Verdict::Outside, "send it  back?"),
            lesson(Verdict::Example("returns".into()), "Send it back?"),
            lesson(Verdict::Dismissed, "wrap it"),
            lesson(Verdict::Example("gone".into()), "what else"),
        ];
        let (specs, outside) = with_lessons(&intents(), &lessons);
        assert_eq!(specs[0].examples, ["wrap it"]);
        assert_eq!(specs[1].examples, ["send it back"]);
        assert_eq!(outside, ["send it  back?"]);
    }

    #[test]
    fn a_new_intent_is_checked_before_it_is_made() {
        let new = |name: &str, description: &str, reply: &str| NewIntent {
            name: name.into(),
            description: description.into(),
            reply: reply.into(),
        };
        assert!(spec_of(new("gift_wrap", "Wants it wrapped.", "We do that for free.")).is_ok());
        for unfit in [new("Gift wrap", "x", "y"), new("gift", " ", "y"), new("gift", "x", "")] {
            assert!(spec_of(unfit).is_err());
        }
    }
}
