//! The policy's table: a situation on the left, what must happen on the right.

use rstest::rstest;

use super::*;
use crate::domain::analysis::{Intent, Language, Sentiment, SentimentLabel, Unhappiness};
use crate::domain::{Entity, EntityType};

fn analysis(intent: &str, confidence: f32) -> Analysis {
    Analysis {
        language: Language { code: "en".into(), confidence: 1.0 },
        intent: Intent { name: intent.into(), confidence, out_of_scope: false },
        intent_ranking: Vec::new(),
        sentiment: Sentiment { label: SentimentLabel::Neutral, score: 0.0, confidence: 0.9 },
        emotions: Default::default(),
        entities: Vec::new(),
        unhappiness: Unhappiness::default(),
        model: String::new(),
        timings_ms: Default::default(),
    }
}

fn entity(kind: EntityType, value: &str) -> Entity {
    Entity { kind, value: value.into(), text: value.into(), start: 0, end: value.len(), confidence: 1.0 }
}

fn shop(name: &str) -> IntentSpec {
    let mut spec = IntentSpec { name: name.into(), reply: vec!["…".into()], ..IntentSpec::default() };
    match name {
        "order_status" => {
            spec.action = Some(Action::OrderStatus);
            spec.needs = vec![EntityType::OrderNumber, EntityType::Email];
            spec.articles = vec!["track-your-order".into()];
        }
        "product_search" => spec.action = Some(Action::SuggestProducts),
        "goodbye" => spec.action = Some(Action::EndConversation),
        "talk_to_person" => spec.escalate = Some("The customer asks for a person".into()),
        "return_item" => spec.articles = vec!["return-an-item".into()],
        _ => {}
    }
    spec
}

/// A situation that a case changes where it differs.
struct Case {
    analysis: Analysis,
    intent: IntentSpec,
    memory: Memory,
    queued: bool,
    passages: Vec<Weighed<'static>>,
    wishes_product: bool,
    covered: f32,
}

impl Case {
    fn new(intent: &str, confidence: f32) -> Self {
        Self {
            analysis: analysis(intent, confidence),
            intent: shop(intent),
            memory: Memory::default(),
            queued: false,
            passages: Vec::new(),
            wishes_product: false,
            covered: 0.0,
        }
    }

    fn passage(mut self, article: &'static str, confidence: f32) -> Self {
        self.passages.push(Weighed { article, opening: false, confidence });
        self.known(confidence)
    }

    fn opening(mut self, article: &'static str, confidence: f32) -> Self {
        self.passages.push(Weighed { article, opening: true, confidence });
        self.known(confidence)
    }

    /// Where a passage may well answer, the shop most likely knows; a case may say otherwise.
    fn known(mut self, confidence: f32) -> Self {
        self.covered = self.covered.max(if confidence >= 0.3 { 0.97 } else { confidence });
        self
    }

    fn covered(mut self, p: f32) -> Self {
        self.covered = p;
        self
    }

    fn names(mut self, kind: EntityType, value: &str) -> Self {
        self.analysis.entities.push(entity(kind, value));
        self
    }

    fn out_of_scope(mut self) -> Self {
        self.analysis.intent.out_of_scope = true;
        self
    }

    fn unhappy(mut self, p: f32) -> Self {
        self.analysis.unhappiness = Unhappiness { p, reasons: vec!["a reason".into()] };
        self
    }

    fn decide(&self) -> Decision {
        let pending_intent = self.memory.pending.as_ref().map(|pending| shop(&pending.intent));
        decide(&Situation {
            analysis: &self.analysis,
            intent: Some(&self.intent),
            pending_intent: pending_intent.as_ref(),
            memory: &self.memory,
            queued: self.queued,
            passages: &self.passages,
            wishes_product: self.wishes_product,
            covered: self.covered,
            thresholds: &Thresholds::default(),
        })
    }

    fn acts(&self) -> Vec<&'static str> {
        self.decide().acts.iter().map(Act::name).collect()
    }
}

#[rstest]
#[case::greeting(Case::new("greeting", 0.9), &["reply"])]
#[case::goodbye_asks_how_it_was(Case::new("goodbye", 0.9), &["reply", "survey"])]
#[case::covered_by_an_article(Case::new("return_item", 0.9).passage("return-an-item", 0.8), &["answer"])]
#[case::an_article_wins_over_an_intent(Case::new("greeting", 0.9).passage("gift-cards", 0.8), &["answer"])]
#[case::a_well_known_intent_and_an_unrelated_article(Case::new("greeting", 0.9).passage("gift-cards", 0.6), &["reply"])]
#[case::an_intent_half_known_and_an_unrelated_article(Case::new("greeting", 0.6).passage("gift-cards", 0.7), &["answer"])]
#[case::an_intent_that_no_article_bears_out(Case::new("return_item", 0.9).passage("gift-cards", 0.05), &["dont_know"])]
#[case::an_intent_with_no_article_at_all(Case::new("return_item", 0.9), &["reply"])]
#[case::out_of_scope_and_close(Case::new("greeting", 0.2).passage("gift-cards", 0.5).out_of_scope(), &["dont_know"])]
#[case::out_of_scope_and_covered(Case::new("greeting", 0.2).passage("gift-cards", 0.9).out_of_scope(), &["answer"])]
#[case::covered_by_two_articles_alike(Case::new("greeting", 0.2).passage("gift-cards", 0.4), &["clarify"])]
#[case::a_lead_over_nothing(Case::new("greeting", 0.2).passage("gift-cards", 0.9).covered(0.3), &["dont_know"])]
#[case::perhaps_covered(Case::new("greeting", 0.2).passage("gift-cards", 0.9).covered(0.63), &["clarify"])]
#[case::nothing_fits(Case::new("greeting", 0.2).passage("gift-cards", 0.1), &["dont_know"])]
#[case::a_person_is_asked_for(Case::new("talk_to_person", 0.9).passage("contact", 0.9), &["escalate"])]
#[case::a_person_is_perhaps_asked_for(Case::new("talk_to_person", 0.3), &["dont_know"])]
#[case::a_wish(Case::new("product_search", 0.8), &["suggest"])]
#[case::a_question_about_goods(Case::new("product_search", 0.6).passage("wool-care", 0.9), &["answer"])]
#[case::an_order_without_its_number(Case::new("order_status", 0.9), &["ask"])]
#[case::an_order_and_the_article_about_it(Case::new("order_status", 0.9).passage("track-your-order", 0.9), &["answer", "ask"])]
#[case::an_order_told_at_once(
    Case::new("order_status", 0.9)
        .passage("track-your-order", 0.9)
        .names(EntityType::OrderNumber, "AW-10482")
        .names(EntityType::Email, "a@mail.example"),
    &["order_status"]
)]
#[case::unhappy(Case::new("greeting", 0.1).unhappy(0.95), &["escalate"])]
#[case::unhappy_and_close(Case::new("greeting", 0.1).passage("gift-cards", 0.4).unhappy(0.95), &["escalate"])]
#[case::unhappy_but_answerable(Case::new("return_item", 0.9).passage("return-an-item", 0.9).unhappy(0.95), &["answer", "escalate"])]
#[case::nothing_is_sold_to_the_unhappy(Case::new("product_search", 0.9).unhappy(0.95), &["reply", "escalate"])]
#[case::a_little_unhappy(Case::new("greeting", 0.9).unhappy(0.5), &["reply"])]
fn what_happens(#[case] case: Case, #[case] acts: &[&str]) {
    assert_eq!(case.acts(), acts, "{:?}", case.decide().because);
}

fn answered(passage: usize, confidence: f32) -> Decision {
    Decision { acts: vec![Act::Answer { passage, confidence }], ..Case::new("greeting", 0.1).decide() }
}

fn doing(act: Act) -> Decision {
    Decision { acts: vec![act], ..Case::new("greeting", 0.1).decide() }
}

/// The whole weighs two passages, and so does each part.
fn joined(decisions: Vec<Decision>) -> Vec<Act> {
    let parts = decisions.into_iter().enumerate().map(|(place, decision)| PartDecision { decision, offset: 2 * place });
    join(parts.collect(), &["a", "b", "a", "b", "a", "b"]).acts
}

#[test]
fn several_questions_are_each_answered() {
    let answer = |passage, confidence| Act::Answer { passage, confidence };
    assert_eq!(joined(vec![answered(0, 0.6), answered(0, 0.9), answered(1, 0.8)]), [answer(2, 0.9), answer(5, 0.8)]);
    // One is answered, the other one is owned up to.
    assert_eq!(
        joined(vec![doing(Act::DontKnow), answered(0, 0.9), doing(Act::DontKnow)]),
        [answer(2, 0.9), Act::LeaveOpen { part: 2 }]
    );
}

#[test]
fn the_whole_decides_where_its_parts_bring_nothing() {
    assert_eq!(joined(vec![answered(1, 0.9)]), [Act::Answer { passage: 1, confidence: 0.9 }]);
    assert_eq!(
        joined(vec![answered(1, 0.9), answered(0, 0.7), doing(Act::DontKnow)]),
        [Act::Answer { passage: 1, confidence: 0.9 }]
    );
    // Both questions lead to the same passage: it is told once, from the whole.
    assert_eq!(
        joined(vec![answered(0, 0.9), answered(0, 0.7), answered(0, 0.7)]),
        [Act::Answer { passage: 0, confidence: 0.9 }]
    );
    assert_eq!(joined(vec![doing(Act::Suggest), answered(0, 0.7), answered(1, 0.7)]), [Act::Suggest]);
}

#[test]
fn the_second_failure_in_a_row_brings_in_a_person() {
    let mut case = Case::new("greeting", 0.1);
    let first = case.decide();
    assert_eq!(first.memory.failed_answers, 1);
    case.memory = first.memory;
    let second = case.decide();
    assert_eq!(second.acts, [Act::Escalate]);
    let escalation = second.escalation.unwrap();
    assert_eq!(
        escalation,
        Escalation { cause: Cause::FailedAnswers, reasons: vec!["2 answers in a row failed".into()] }
    );
    assert_eq!(second.memory.failed_answers, 0);
}

#[test]
fn an_answer_between_two_failures_forgives_the_first() {
    let mut case = Case::new("return_item", 0.9).passage("return-an-item", 0.9);
    case.memory.failed_answers = 1;
    assert_eq!(case.decide().memory.failed_answers, 0);
}

#[test]
fn who_waits_already_is_not_put_into_the_queue_again() {
    let mut case = Case::new("talk_to_person", 0.9);
    case.queued = true;
    assert_eq!(case.acts(), ["tell_position"]);
    let mut case = Case::new("return_item", 0.9).passage("return-an-item", 0.9).unhappy(0.95);
    case.queued = true;
    assert_eq!(case.acts(), ["answer"]);
}

#[test]
fn an_unhappy_customers_reasons_reach_the_agent() {
    let decision = Case::new("greeting", 0.1).unhappy(0.95).decide();
    assert_eq!(decision.escalation.unwrap().line(), "The customer is unhappy; a reason");
}

#[test]
fn who_asks_in_general_is_answered_from_the_opening() {
    let answered = |case: Case| match case.decide().acts[0] {
        Act::Answer { passage, .. } => passage,
        ref other => panic!("{other:?}"),
    };
    let case = Case::new("return_item", 0.9).passage("return-an-item", 0.9);
    assert_eq!(answered(case.opening("return-an-item", 0.7)), 1);
    let case = Case::new("return_item", 0.9).passage("return-an-item", 0.9);
    assert_eq!(answered(case.opening("return-an-item", 0.1)), 0, "a section that is much nearer goes first");
    let case = Case::new("greeting", 0.9).passage("return-an-item", 0.9);
    assert_eq!(answered(case.opening("return-an-item", 0.7)), 0, "the intent does not name the article");
}

#[test]
fn a_calm_report_is_answered_first_and_the_second_sign_brings_in_a_person() {
    let mood = |seq, unhappiness| crate::domain::conversation::Mood { seq, sentiment: 0.0, unhappiness };
    let mut case = Case::new("return_item", 0.9).passage("return-an-item", 0.9).unhappy(0.7);
    case.memory.moods = vec![mood(1, 0.7)];
    assert_eq!(case.acts(), ["answer"]);
    case.memory.moods = vec![mood(1, 0.6), mood(3, 0.1), mood(5, 0.7)];
    assert_eq!(case.acts(), ["answer", "escalate"]);
}

#[test]
fn slots_are_asked_for_one_by_one() {
    let mut case = Case::new("order_status", 0.9);
    case.memory = case.decide().memory;
    assert_eq!(case.memory.pending.as_ref().unwrap().asked, EntityType::OrderNumber);

    let mut case =
        Case { memory: case.memory, ..Case::new("greeting", 0.1) }.names(EntityType::OrderNumber, "AW-10482");
    let decision = case.decide();
    assert_eq!(decision.acts, [Act::Ask { intent: "order_status".into(), slot: EntityType::Email, again: false }]);

    case = Case { memory: decision.memory, ..Case::new("greeting", 0.1) }.names(EntityType::Email, "a@mail.example");
    let decision = case.decide();
    assert_eq!(decision.acts, [Act::OrderStatus { number: "AW-10482".into(), email: "a@mail.example".into() }]);
    assert_eq!(decision.memory.pending, None);
}

#[test]
fn a_missing_slot_is_asked_for_again_and_then_dropped() {
    let mut memory = Case::new("order_status", 0.9).decide().memory;
    for _ in 0..Thresholds::default().slot_tries {
        let decision = Case { memory, ..Case::new("greeting", 0.1) }.decide();
        assert_eq!(
            decision.acts,
            [Act::Ask { intent: "order_status".into(), slot: EntityType::OrderNumber, again: true }]
        );
        memory = decision.memory;
    }
    let decision = Case { memory, ..Case::new("greeting", 0.1) }.decide();
    assert_eq!(decision.memory.pending, None);
    assert_eq!(decision.acts, [Act::DontKnow]);
}

#[test]
fn another_question_drops_the_open_slot() {
    let memory = Case::new("order_status", 0.9).decide().memory;
    let decision = Case { memory, ..Case::new("return_item", 0.9) }.passage("return-an-item", 0.9).decide();
    assert_eq!(decision.acts.iter().map(Act::name).collect::<Vec<_>>(), ["answer"]);
    assert_eq!(decision.memory.pending, None);
}

#[test]
fn an_address_is_noted_after_we_asked_for_one() {
    let mut case = Case::new("greeting", 0.1).names(EntityType::Email, "a@mail.example");
    case.memory.asked_for_address = true;
    let decision = case.decide();
    assert_eq!(decision.acts, [Act::NoteAddress { email: "a@mail.example".into() }]);
    assert!(!decision.memory.asked_for_address);
}

#[test]
fn who_waits_may_leave_an_address_unasked() {
    let mut case = Case::new("greeting", 0.1).names(EntityType::Email, "a@mail.example");
    assert_eq!(case.acts(), ["dont_know"]);
    case.queued = true;
    assert_eq!(case.acts(), ["note_address"]);
}

#[test]
fn an_out_of_scope_message_trusts_no_intent() {
    let mut case = Case::new("product_search", 0.9);
    case.analysis.intent.out_of_scope = true;
    assert_eq!(case.acts(), ["dont_know"]);
}
