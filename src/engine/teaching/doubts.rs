//! Which messages a turn shows not to have been understood. Pure.

use crate::domain::Analysis;
use crate::domain::content::Content;
use crate::domain::conversation::Memory;
use crate::domain::entry::Entry;
use crate::domain::teaching::{Doubt, DoubtReason};
use crate::policy::{Act, Thresholds};

/// A customer's message, how it was read, and what was done about it.
pub(in crate::engine) struct Read<'a> {
    pub message: &'a Entry,
    /// As it was before the message.
    pub memory: &'a Memory,
    pub analysis: &'a Analysis,
    pub acts: &'a [Act],
}

/// What there is to doubt about this message and the one before it.
pub(in crate::engine) fn doubts(read: &Read<'_>, thresholds: &Thresholds) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    let typed = matches!(read.message.content, Content::Text { postback: None, .. });
    if !typed {
        // What was clicked was understood, and so was the question that offered it.
        return doubts;
    }
    if let Some(seq) = read.memory.clarified {
        doubts.push(Doubt { seq, reason: DoubtReason::InVain });
    }
    let mut doubt = |reason| doubts.push(Doubt { seq: read.message.seq, reason });
    if read.acts.contains(&Act::DontKnow) {
        doubt(DoubtReason::NoAnswer);
    }
    // A number or an address that was asked for means nothing by itself.
    let answers_us = read.memory.pending.is_some() || read.memory.asked_for_address;
    let intent = &read.analysis.intent;
    match answers_us {
        true => {}
        false if intent.out_of_scope => doubt(DoubtReason::OutOfScope),
        false if intent.confidence < thresholds.intent => doubt(DoubtReason::Unsure),
        false => {}
    }
    doubts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::conversation::Pending;
    use crate::domain::entry::Author;
    use crate::domain::{AgentId, EntityType};
    use rstest::rstest;

    fn analysis(confidence: f32, out_of_scope: bool) -> Analysis {
        let json = serde_json::json!({
            "language": {"code": "en", "confidence": 1.0},
            "intent": {"name": "order_status", "confidence": confidence, "out_of_scope": out_of_scope},
            "intent_ranking": [],
            "sentiment": {"label": "neutral", "score": 0.0, "confidence": 1.0},
            "emotions": {}, "entities": [], "unhappiness": {"p": 0.0, "reasons": []}, "timings_ms": {}
        });
        serde_json::from_value(json).unwrap()
    }

    fn reasons(content: Content, memory: &Memory, analysis: &Analysis, acts: &[Act]) -> Vec<(i64, DoubtReason)> {
        let message = Entry {
            seq: 7,
            at: jiff::Timestamp::UNIX_EPOCH,
            author: Author::agent(&AgentId("agt_1".into()), "unused"),
            content,
            in_reply_to: None,
            turn: None,
        };
        let read = Read { message: &message, memory, analysis, acts };
        doubts(&read, &Thresholds::default()).into_iter().map(|doubt| (doubt.seq, doubt.reason)).collect()
    }

    #[rstest]
    #[case::understood(0.9, false, &[], &[])]
    #[case::nothing_covers_it(0.9, true, &[Act::Suggest], &[DoubtReason::OutOfScope])]
    #[case::hardly(0.3, false, &[Act::Suggest], &[DoubtReason::Unsure])]
    #[case::no_answer(0.9, false, &[Act::DontKnow], &[DoubtReason::NoAnswer])]
    #[case::both(0.2, true, &[Act::DontKnow, Act::Escalate], &[DoubtReason::NoAnswer, DoubtReason::OutOfScope])]
    fn a_message_is_doubted(
        #[case] confidence: f32,
        #[case] out_of_scope: bool,
        #[case] acts: &[Act],
        #[case] expected: &[DoubtReason],
    ) {
        let found = reasons(Content::text("hm"), &Memory::default(), &analysis(confidence, out_of_scope), acts);
        assert_eq!(found, expected.iter().map(|reason| (7, *reason)).collect::<Vec<_>>());
    }

    #[test]
    fn what_answers_our_question_is_not_doubted() {
        let intent = "order_status".into();
        let pending = Pending { intent, filled: Default::default(), asked: EntityType::OrderNumber, tries: 0 };
        let memory = Memory { pending: Some(pending), ..Memory::default() };
        assert_eq!(reasons(Content::text("AW-10482"), &memory, &analysis(0.1, true), &[]), []);
    }

    #[test]
    fn choices_that_were_not_taken_cast_doubt_on_the_message_before() {
        let memory = Memory { clarified: Some(4), ..Memory::default() };
        let found = reasons(Content::text("no, the other"), &memory, &analysis(0.9, false), &[]);
        assert_eq!(found, [(4, DoubtReason::InVain)]);
        let clicked = Content::Text { text: "That one".into(), postback: Some("that".into()) };
        assert_eq!(reasons(clicked, &memory, &analysis(0.1, true), &[]), []);
    }
}
