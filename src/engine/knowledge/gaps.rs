//! Questions that found no answer, or none that helped, by what they mean.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::domain::ConversationId;
use crate::domain::entry::Seq;
use crate::domain::question::AskedOutcome;
use crate::engine::Engine;
use crate::engine::teaching::{BoardError, Group, example_of};
use crate::engine::think::words_of;
use crate::engine::weigh::Scales;
use crate::nlu::EncodeError;
use crate::search::{Mode, Query};
use crate::store::KeptQuestion;

/// Questions that are looked at, the newest.
const LOOKED_AT: i64 = 4000;

/// The gaps of some days.
#[derive(Clone, Debug)]
pub struct Gaps {
    /// All questions to the knowledge base.
    pub asked: usize,
    /// Those that found no answer, or none that helped.
    pub open: usize,
    /// Of these, those that today's articles answer.
    pub closed: usize,
    /// The largest first.
    pub gaps: Vec<Gap>,
}

/// Questions that mean about the same, and that nothing answers yet.
#[derive(Clone, Debug)]
pub struct Gap {
    /// The most central question, as a title.
    pub title: String,
    pub reasons: BTreeMap<GapReason, usize>,
    /// The article that comes nearest, if any does.
    pub nearest: Option<String>,
    /// The most central first.
    pub questions: Vec<GapQuestion>,
}

#[derive(Clone, Debug)]
pub struct GapQuestion {
    pub conversation_id: ConversationId,
    pub seq: Seq,
    /// Without personal data.
    pub text: String,
    pub reasons: Vec<GapReason>,
    pub at: Timestamp,
}

/// Why a question counts as not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GapReason {
    /// The bot said that it did not know.
    NoAnswer,
    /// The customer said that the answer did not help.
    Unhelpful,
    /// The customer asked again, and got the same.
    AskedAgain,
    /// A person had to come in.
    Person,
}

impl GapReason {
    pub fn as_str(self) -> &'static str {
        match self {
            GapReason::NoAnswer => "no_answer",
            GapReason::Unhelpful => "unhelpful",
            GapReason::AskedAgain => "asked_again",
            GapReason::Person => "person",
        }
    }
}

impl Engine {
    /// The gaps since so long ago. What somebody has dismissed, or called not for us, is none.
    pub async fn gaps(&self, back: Duration) -> Result<Gaps, BoardError> {
        let since = self.inner.clock.now() - jiff::SignedDuration::try_from(back).unwrap_or_default();
        let questions = self.inner.store.questions(since, LOOKED_AT).await?;
        let engine = self.clone();
        let gaps = tokio::task::spawn_blocking(move || engine.group(&questions)).await;
        Ok(gaps.unwrap_or(Err(EncodeError::Unavailable))?)
    }

    /// Blocks: new texts are encoded.
    fn group(&self, questions: &[KeptQuestion]) -> Result<Gaps, EncodeError> {
        let open: Vec<(&KeptQuestion, Vec<GapReason>)> = questions
            .iter()
            .map(|question| (question, reasons_of(question)))
            .filter(|(question, reasons)| !reasons.is_empty() && !question.settled)
            .collect();
        let texts: Vec<String> = open.iter().map(|(question, _)| example_of(&words_of(&question.content))).collect();
        let mut found = Gaps { asked: questions.len(), open: open.len(), closed: 0, gaps: Vec::new() };
        for group in self.groups(&texts)? {
            let (first, _) = &open[group.places[0]];
            // A vote against an answer stands, whatever the search thinks of it.
            let only_unknown = |place: &usize| open[*place].1 == [GapReason::NoAnswer];
            if group.places.iter().all(only_unknown) && self.is_answered_now(&texts[group.places[0]], &group, first) {
                found.closed += group.places.len();
                continue;
            }
            let question = |&place: &usize| GapQuestion {
                conversation_id: open[place].0.conversation_id.clone(),
                seq: open[place].0.seq,
                text: texts[place].clone(),
                reasons: open[place].1.clone(),
                at: open[place].0.at,
            };
            let questions: Vec<GapQuestion> = group.places.iter().map(question).collect();
            let mut reasons = BTreeMap::new();
            for reason in questions.iter().flat_map(|question| &question.reasons) {
                *reasons.entry(*reason).or_default() += 1;
            }
            let nearest = first.found.first().map(|passage| passage.article.clone());
            found.gaps.push(Gap { title: title_of(&texts[group.places[0]]), reasons, nearest, questions });
        }
        let newest = |gap: &Gap| gap.questions.iter().map(|question| question.at).max();
        found.gaps.sort_by(|a, b| b.questions.len().cmp(&a.questions.len()).then_with(|| newest(b).cmp(&newest(a))));
        Ok(found)
    }

    /// Whether today's articles answer what stands for the group.
    fn is_answered_now(&self, text: &str, group: &Group, question: &KeptQuestion) -> bool {
        let Some(reading) = group.readings.first() else { return false };
        let (intents, knowledge) = (self.inner.shop.intents(), self.inner.shop.knowledge());
        let thresholds = &self.inner.settings.thresholds;
        let scales = Scales { intents: &intents, knowledge: &knowledge, thresholds };
        let topics = scales.topics(&reading.intents.ranking);
        let query = Query {
            text,
            vector: Some(&reading.vector),
            locale: Some(&question.language),
            mode: Mode::Hybrid,
            topics: Some(&topics),
            own: None,
        };
        knowledge.search(&query, 1).first().is_some_and(|hit| hit.confidence >= thresholds.answer)
    }
}

fn reasons_of(question: &KeptQuestion) -> Vec<GapReason> {
    let mut reasons = Vec::new();
    if question.outcome == AskedOutcome::Declined {
        reasons.push(GapReason::NoAnswer);
    }
    if question.helpful == Some(false) {
        reasons.push(GapReason::Unhelpful);
    }
    // Who was content once has no complaint.
    if question.helpful != Some(true) {
        if question.asked_again {
            reasons.push(GapReason::AskedAgain);
        }
        if question.person && question.outcome != AskedOutcome::Declined {
            reasons.push(GapReason::Person);
        }
    }
    reasons
}

/// A customer's words as a title: one line, a capital letter, no end of a sentence.
pub(super) fn title_of(text: &str) -> String {
    const LONGEST: usize = 90;
    let line = crate::domain::intent::plain(text).split_whitespace().collect::<Vec<_>>().join(" ");
    let line = line.trim_end_matches(['.', '!', ',', ';', ':', ' ']);
    let mut letters = line.chars();
    let begun: String = letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default();
    if begun.chars().count() <= LONGEST {
        return begun;
    }
    let cut: String = begun.chars().take(LONGEST).collect();
    let whole = cut.rsplit_once(' ').map_or(cut.as_str(), |(before, _)| before);
    format!("{whole}…")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Content;
    use rstest::rstest;

    #[rstest]
    #[case("could you  wrap it as a present?", "Could you wrap it as a present?")]
    #[case("élégant, non ...", "Élégant, non")]
    #[case("", "")]
    fn a_question_becomes_a_title(#[case] text: &str, #[case] title: &str) {
        assert_eq!(title_of(text), title);
    }

    fn question(outcome: AskedOutcome) -> KeptQuestion {
        KeptQuestion {
            conversation_id: ConversationId("cnv_1".into()),
            seq: 1,
            content: Content::text("hm"),
            outcome,
            found: Vec::new(),
            article: None,
            language: "en".into(),
            helpful: None,
            asked_again: false,
            person: false,
            settled: false,
            at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn what_was_answered_and_not_complained_of_is_no_gap() {
        let answered = question(AskedOutcome::Answered);
        assert_eq!(reasons_of(&answered), []);
        let content = KeptQuestion { helpful: Some(true), asked_again: true, person: true, ..answered.clone() };
        assert_eq!(reasons_of(&content), []);
        let again = KeptQuestion { asked_again: true, person: true, ..answered.clone() };
        assert_eq!(reasons_of(&again), [GapReason::AskedAgain, GapReason::Person]);
        let unhelpful = KeptQuestion { helpful: Some(false), ..answered };
        assert_eq!(reasons_of(&unhelpful), [GapReason::Unhelpful]);
        assert_eq!(reasons_of(&question(AskedOutcome::Declined)), [GapReason::NoAnswer]);
    }
}
