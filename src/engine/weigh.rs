//! Weighing one message: what it asks, what the shop knows about it, and what to do. No IO
//! but the encoder's, so that `rapport eval answers` weighs exactly as a turn does.

use futures_util::TryFutureExt;
use futures_util::future::{try_join, try_join_all};
use jiff::civil::Date;

use crate::base::letter;
use crate::domain::analysis::RankedIntent;
use crate::domain::conversation::Memory;
use crate::domain::entry::AuthorKind;
use crate::domain::intent::Action;
use crate::nlu::{Nlu, PastTurn, ReadError, Reading, Utterance, Vector};
use crate::policy::{self, Decision, PartDecision, Situation, Thresholds, Weighed, decide};
use crate::search::knowledge::Topics;
use crate::search::questions::{self, Leaning};
use crate::search::{KnowledgeIndex, Mode, PassageHit, Query};

use super::shop::IntentSet;

/// Passages that are weighed.
const PASSAGES: usize = 24;
/// What speaks for a short message's going on about what was asked before.
const IN_CONTEXT: f32 = 0.1;

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

/// A message with what is known around it.
#[derive(Clone, Copy)]
pub struct Heard<'a> {
    pub text: &'a str,
    /// The customer's language setting, where it is known.
    pub hint: Option<&'a str>,
    pub history: &'a [PastTurn<'a>],
    /// What the customer asked before that it may lean on, in their words.
    pub subject: Option<&'a str>,
    pub today: Date,
}

/// One question, as it is understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// As the customer wrote it.
    pub own: String,
    /// The same with its misspelt words mended: which sentence answers is told by these.
    pub words: String,
    /// With the subject that it leans on, mended too: what is searched.
    pub whole: String,
    /// Whether it was given its subject back.
    pub follows: bool,
}

impl Asked {
    fn alone(text: &str) -> Self {
        let own = text.trim().to_owned();
        Self { words: own.clone(), whole: own.clone(), own, follows: false }
    }

    fn after(subject: &str, text: &str) -> Self {
        Self { whole: questions::in_context(subject, text), follows: true, ..Self::alone(text) }
    }
}

/// A message as it may be meant: as a whole first, then each of its questions where it asks
/// several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meant {
    pub asked: Vec<Asked>,
    /// A message that asks one thing once more, given the subject that it leans on.
    pub in_context: Option<Asked>,
    pub leaning: Leaning,
}

/// A message, read.
pub struct Understood {
    pub asked: Vec<Asked>,
    pub readings: Vec<Reading>,
    /// Of each follow-up's own words.
    own: Vec<Option<Vector>>,
    in_context: Option<(Asked, Reading)>,
    leaning: Leaning,
}

/// A question and the passages that may answer it, best first.
pub struct Part {
    pub asked: Asked,
    pub hits: Vec<PassageHit>,
}

/// What a message asks.
pub fn meant(text: &str, language: &str, subject: Option<&str>) -> Meant {
    let leaning_of = |text: &str| subject.map_or(Leaning::None, |_| questions::leaning(text, language));
    let leaning = leaning_of(text);
    let follow_up = |text: &str| subject.map(|subject| Asked::after(subject, text));
    let parts = questions::take_apart(text, language);
    if parts.len() < 2 {
        let in_context = follow_up(text).filter(|_| leaning != Leaning::None);
        return Meant { asked: vec![Asked::alone(text)], in_context, leaning };
    }
    let opening = |text: &str| match leaning_of(text) {
        Leaning::Surely => follow_up(text).unwrap_or_else(|| Asked::alone(text)),
        _ => Asked::alone(text),
    };
    let mut asked = vec![opening(text)];
    for (place, part) in parts.iter().enumerate() {
        // Within a message a question leans on the one before it.
        asked.push(match place.checked_sub(1).map(|before| &parts[before]) {
            Some(before) if questions::leaning(part, language) == Leaning::Surely => Asked::after(before, part),
            Some(_) => Asked::alone(part),
            None => opening(part),
        });
    }
    Meant { asked, in_context: None, leaning }
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

/// Reads a message: one pass of the encoder, and one more batch where it asks several things
/// or may have left its subject out.
pub async fn understand(knowledge: &KnowledgeIndex, nlu: &Nlu, heard: Heard<'_>) -> Result<Understood, ReadError> {
    let customers = heard.history.iter().filter(|turn| turn.author == AuthorKind::Customer);
    let earlier: Vec<&str> = customers.map(|turn| turn.text).collect();
    let language = nlu.language(heard.text, heard.hint, &earlier);
    let matter = letter::matter(heard.text);
    let Meant { mut asked, in_context, leaning } = meant(&matter, &language.code, heard.subject);
    let certain = asked.len();
    asked.extend(in_context);
    for one in &mut asked {
        let mended = |text: &str| mend(knowledge, nlu, text, heard.hint, &earlier);
        one.whole = mended(&one.whole).unwrap_or_else(|| std::mem::take(&mut one.whole));
        one.words = mended(&one.own).unwrap_or_else(|| one.own.clone());
    }
    let all = asked.iter().enumerate().map(|(place, one)| {
        // The message is heard as it is; its questions are heard by themselves.
        let text = if place == 0 || place == certain { heard.text } else { one.own.as_str() };
        let mended = (one.whole != text).then_some(one.whole.as_str());
        let Heard { hint: locale, history, today, .. } = heard;
        nlu.read(Utterance { text, mended, locale, history, today })
    });
    let own = asked.iter().take(certain).map(|one| async move {
        match one.follows {
            true => nlu.encoder().encode(&one.words).await.map(Some),
            false => Ok(None),
        }
    });
    let (mut readings, own) = try_join(try_join_all(all), try_join_all(own).map_err(ReadError::from)).await?;
    let in_context = asked.drain(certain..).next().zip(readings.drain(certain..).next());
    Ok(Understood { asked, readings, own, in_context, leaning })
}

impl Understood {
    /// Of the message as a whole.
    pub fn reading(&self) -> &Reading {
        // There is one for each, and the whole message is always the first.
        &self.readings[0]
    }
}

impl Scales<'_> {
    /// The passages for the message as a whole, and for each of its questions. A message that
    /// leans on what was asked before is from now on understood with that, and one that may
    /// have left its subject out the way that is answered with more certainty.
    pub fn parts(&self, understood: &mut Understood, language: &str) -> Vec<Part> {
        let part = |asked: &Asked, reading: &Reading, own: Option<&Vector>| Part {
            hits: self.search(&asked.whole, reading, language, own.map(|own| own as &[f32])),
            asked: asked.clone(),
        };
        let all = understood.asked.iter().zip(&understood.readings).zip(&understood.own);
        let mut parts: Vec<Part> = all.map(|((asked, reading), own)| part(asked, reading, own.as_ref())).collect();
        if let Some((asked, reading)) = understood.in_context.take() {
            let in_context = part(&asked, &reading, Some(&understood.reading().vector));
            let leans = match understood.leaning {
                Leaning::Surely => true,
                Leaning::Remark if coverage(&parts[0].hits) < self.thresholds.clarify => false,
                _ => certainty(&in_context) + IN_CONTEXT > certainty(&parts[0]),
            };
            if leans && !self.stands_alone(understood) {
                parts[0] = in_context;
                understood.asked[0] = asked;
                understood.readings[0] = reading;
            }
        }
        parts
    }

    /// Whether a message is well recognised as one that no article is for: a greeting, thanks,
    /// or a wish for a product, unless that refers to one: "is it waterproof?".
    fn stands_alone(&self, understood: &Understood) -> bool {
        let intent = &understood.reading().analysis.intent;
        let recognised = !intent.out_of_scope && intent.confidence >= self.thresholds.recognised;
        recognised
            && self.intents.get(&intent.name).is_some_and(|intent| {
                let refers = understood.leaning == Leaning::Surely && intent.action == Some(Action::SuggestProducts);
                intent.articles.is_empty() && !refers
            })
    }

    /// The passages that may answer in a language, best first.
    pub fn passages(&self, text: &str, reading: &Reading, language: &str) -> Vec<PassageHit> {
        self.search(text, reading, language, None)
    }

    fn search(&self, text: &str, reading: &Reading, language: &str, own: Option<&[f32]>) -> Vec<PassageHit> {
        let topics = self.topics(&reading.analysis.intent_ranking);
        let query = Query {
            text,
            vector: Some(&reading.vector),
            locale: Some(language),
            mode: Mode::Hybrid,
            topics: Some(&topics),
            own,
        };
        self.knowledge.search(&query, PASSAGES)
    }

    /// What to do about a message. The places in the acts count through the hits of all parts.
    pub fn decide(&self, understood: &Understood, parts: &[Part], standing: Standing<'_>) -> Decision {
        let mut offset = 0;
        let mut decisions = Vec::with_capacity(parts.len());
        for (reading, part) in understood.readings.iter().zip(parts) {
            decisions.push(PartDecision { decision: self.decide_one(reading, &part.hits, standing), offset });
            offset += part.hits.len();
        }
        let ids: Vec<&str> = parts.iter().flat_map(|part| &part.hits).map(|hit| hit.passage.id.as_str()).collect();
        policy::join(decisions, &ids)
    }

    fn decide_one(&self, reading: &Reading, hits: &[PassageHit], standing: Standing<'_>) -> Decision {
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
            covered: coverage(hits),
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

/// How probable it is that the shop knows the answer.
fn coverage(hits: &[PassageHit]) -> f32 {
    hits.first().map_or(0.0, |hit| hit.evidence.coverage())
}

fn certainty(part: &Part) -> f32 {
    part.hits.first().map_or(0.0, |hit| hit.confidence)
}

/// The part and the place in it that a place through all parts means.
pub fn at(parts: &[Part], place: usize) -> Option<(&Part, usize)> {
    let mut place = place;
    for part in parts {
        if place < part.hits.len() {
            return Some((part, place));
        }
        place -= part.hits.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const DELIVERY: Option<&str> = Some("How much is delivery to Belgium?");

    #[test]
    fn a_follow_up_gets_its_subject_back() {
        let meant = meant("and to Canada?", "en", DELIVERY);
        let in_context = meant.in_context.unwrap();
        assert_eq!(in_context.whole, "How much is delivery to Belgium? and to Canada?");
        assert!(in_context.follows && meant.leaning == Leaning::Surely && meant.asked.len() == 1);
    }

    #[test]
    fn a_question_of_its_own_stays_as_it_is() {
        let full = meant("How do I return a jumper that does not fit my mother?", "en", DELIVERY);
        assert_eq!(full.asked[0].whole, full.asked[0].own);
        assert_eq!(full.in_context, None);
        // Nothing went before: there is nothing to lean on.
        let first = meant("and to Canada?", "en", None);
        assert_eq!((first.asked[0].whole.as_str(), first.in_context), ("and to Canada?", None));
    }

    #[test]
    fn a_short_question_may_be_meant_either_way() {
        let short = meant("how often?", "en", DELIVERY);
        assert_eq!(short.asked[0].whole, "how often?");
        assert_eq!(short.in_context.as_ref().unwrap().whole, "How much is delivery to Belgium? how often?");
        let remark = meant("the mail does not arrive", "en", DELIVERY);
        assert!(remark.in_context.is_some() && remark.leaning == Leaning::Remark);
    }

    #[test]
    fn several_questions_are_asked_one_by_one() {
        let meant = meant("Do you ship to Norway? How long does it take?", "en", None);
        let whole: Vec<&str> = meant.asked.iter().map(|one| one.whole.as_str()).collect();
        assert_eq!(
            whole,
            [
                "Do you ship to Norway? How long does it take?",
                "Do you ship to Norway?",
                "Do you ship to Norway? How long does it take?"
            ]
        );
    }
}
