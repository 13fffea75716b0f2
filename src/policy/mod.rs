//! What to do about one message: a pure function from the situation to a decision.
//!
//! No IO, no clock, no randomness: the same situation always gives the same decision,
//! and the decision carries its reasons. `tests` at the bottom is the table of the house.
//!
//! Where several rules match, the first of this order wins:
//! 1. a person is asked for, or the intent hands over by itself;
//! 2. an open question of ours (a slot) is answered;
//! 3. a wish for a product, unless the customer is unhappy;
//! 4. what an article covers;
//! 5. an action that needs slots (an order's state);
//! 6. the intent's own reply;
//! 7. a choice between close passages;
//! 8. admitting ignorance.
//!
//! After that, an unhappy customer or a second failed answer brings in a person.

mod slots;

use std::collections::BTreeMap;

use crate::domain::conversation::{Memory, Pending};
use crate::domain::intent::{Action, IntentSpec};
use crate::domain::{Analysis, EntityType};

pub use crate::base::thresholds::Thresholds;
pub use slots::fill;

/// Everything that the decision may depend on.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    pub analysis: &'a Analysis,
    /// The intent that the message has, as the shop describes it, whatever its confidence.
    pub intent: Option<&'a IntentSpec>,
    /// The intent whose slots are being asked for.
    pub pending_intent: Option<&'a IntentSpec>,
    pub memory: &'a Memory,
    /// Whether the customer waits for a person already.
    pub queued: bool,
    /// The probability that each passage answers the message, best first.
    pub passages: &'a [Weighed<'a>],
    /// The probability that the shop knows the answer, whichever passage it is.
    pub covered: f32,
    /// Whether the message names a limit or an option that only a product search understands.
    pub wishes_product: bool,
    pub thresholds: &'a Thresholds,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weighed<'a> {
    pub article: &'a str,
    /// Whether it opens its article, and so answers its title.
    pub opening: bool,
    pub confidence: f32,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    pub acts: Vec<Act>,
    /// Set where a person is needed.
    pub escalation: Option<Escalation>,
    /// Why, a sentence each.
    pub because: Vec<String>,
    /// What to remember.
    pub memory: Memory,
}

/// Why a person is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Escalation {
    /// The first cause, which the customer is told in words made for customers.
    pub cause: Cause,
    /// For the agents, the strongest first.
    pub reasons: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// What the message means is for a person to deal with; asking for one is the plainest case.
    Intent,
    Unhappy,
    FailedAnswers,
}

/// One thing to do; together, in order, they make the turn.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// Answer from the passage at this place of the ranking.
    Answer { passage: usize, confidence: f32 },
    /// Ask which of the passages at these places of the ranking is meant, the likeliest first.
    Clarify { passages: Vec<usize> },
    /// Say the intent's reply.
    Reply { intent: String },
    /// Ask for a slot of an intent's action.
    Ask { intent: String, slot: EntityType, again: bool },
    /// Tell an order's state.
    OrderStatus { number: String, email: String },
    /// Search the catalogue and show what fits.
    Suggest,
    /// Admit ignorance, and offer a person.
    DontKnow,
    /// Admit ignorance about one of several questions: its place among the parts.
    LeaveOpen { part: usize },
    /// Thank for the address that the customer left to be written to.
    NoteAddress { email: String },
    /// Put the customer into the queue for a person, and tell the truth about it.
    Escalate,
    /// Tell a waiting customer where they stand.
    TellPosition,
    /// Ask how it was.
    Survey,
}

/// How far back an earlier sign of unhappiness counts, in customer messages.
const RECENT: usize = 4;

/// The share of the nearest section's confidence from which on the opening goes before it.
const LITTLE_NEARER: f32 = 0.75;

impl Escalation {
    /// All reasons as one line for the agents.
    pub fn line(&self) -> String {
        self.reasons.join("; ")
    }
}

impl Act {
    pub fn name(&self) -> &'static str {
        match self {
            Act::Answer { .. } => "answer",
            Act::Clarify { .. } => "clarify",
            Act::Reply { .. } => "reply",
            Act::Ask { .. } => "ask",
            Act::OrderStatus { .. } => "order_status",
            Act::Suggest => "suggest",
            Act::DontKnow => "dont_know",
            Act::LeaveOpen { .. } => "leave_open",
            Act::NoteAddress { .. } => "note_address",
            Act::Escalate => "escalate",
            Act::TellPosition => "tell_position",
            Act::Survey => "survey",
        }
    }
}

/// Decides what to do about a message.
pub fn decide(situation: &Situation<'_>) -> Decision {
    let mut decision =
        Decision { acts: Vec::new(), escalation: None, because: Vec::new(), memory: situation.memory.clone() };
    if !person_needed(situation, &mut decision)
        && !address_left(situation, &mut decision)
        && !slot_answered(situation, &mut decision)
    {
        decision.memory.pending = None;
        respond(situation, &mut decision);
    }
    watch_the_mood(situation, &mut decision);
    if decision.escalation.is_some() {
        decision.acts.push(if situation.queued { Act::TellPosition } else { Act::Escalate });
        // The queue is the remedy for failed answers; counting starts anew.
        decision.memory.failed_answers = 0;
    }
    decision
}

/// The decision about one of a message's parts.
pub struct PartDecision {
    pub decision: Decision,
    /// How many passages were weighed before its own.
    pub offset: usize,
}

/// What to do about a message that was weighed as a whole and, where it asks several
/// things, question by question. If answers come of that, each question gets its own;
/// otherwise the whole decides. `passages` are the ids of all that were weighed.
///
/// # Panics
/// Without a decision about the whole.
pub fn join(decisions: Vec<PartDecision>, passages: &[&str]) -> Decision {
    let mut decisions = decisions.into_iter();
    let mut whole = decisions.next().expect("a message is weighed as a whole: this is a bug").decision;
    let about_words =
        matches!(whole.acts.as_slice(), [Act::Answer { .. } | Act::Clarify { .. } | Act::DontKnow | Act::Reply { .. }]);
    if whole.escalation.is_some() || !about_words {
        return whole;
    }
    let (mut acts, mut answered): (Vec<Act>, Vec<&str>) = (Vec::new(), Vec::new());
    for (part, PartDecision { decision, offset }) in decisions.enumerate() {
        match decision.acts.first() {
            Some(Act::Answer { passage, confidence }) => {
                let place = passage + offset;
                if !answered.contains(&passages[place]) {
                    answered.push(passages[place]);
                    acts.push(Act::Answer { passage: place, confidence: *confidence });
                }
            }
            Some(Act::DontKnow | Act::Clarify { .. }) => acts.push(Act::LeaveOpen { part: part + 1 }),
            Some(reply @ Act::Reply { .. }) => acts.push(reply.clone()),
            _ => return whole,
        }
    }
    // One answer, and the rest open: the whole may know better what was meant.
    let nothing_gained = answered.is_empty() || (answered.len() == 1 && matches!(whole.acts[0], Act::Answer { .. }));
    if nothing_gained {
        return whole;
    }
    whole.because.push(format!("the message asks several things, and articles cover {} of them", answered.len()));
    whole.memory.failed_answers = 0;
    whole.acts = acts;
    whole
}

/// The intent, if it is certain enough to act on.
fn trusted<'a>(situation: &Situation<'a>, at_least: f32) -> Option<&'a IntentSpec> {
    let intent = &situation.analysis.intent;
    let certain = !intent.out_of_scope && intent.confidence >= at_least;
    situation.intent.filter(|_| certain)
}

/// Whether the customer has had enough, by the probability of dissatisfaction now and at the
/// earlier messages, the last one first. A calm report of something broken sounds unhappy,
/// too, and deserves an answer first: one such message alone must be beyond doubt.
pub fn had_enough(thresholds: &Thresholds, p: f32, earlier: impl Iterator<Item = f32>) -> bool {
    let again = earlier.take(RECENT).any(|before| before >= thresholds.unhappiness_before);
    p >= thresholds.unhappiness_at_once || (again && p >= thresholds.unhappiness)
}

fn unhappy(situation: &Situation<'_>) -> bool {
    // The last mood is this message's own.
    let earlier = situation.memory.moods.iter().rev().skip(1).map(|mood| mood.unhappiness);
    had_enough(situation.thresholds, situation.analysis.unhappiness.p, earlier)
}

fn person_needed(situation: &Situation<'_>, decision: &mut Decision) -> bool {
    let Some(intent) = trusted(situation, situation.thresholds.intent) else { return false };
    let Some(reason) = &intent.escalate else { return false };
    decision.because.push(format!("the message means `{}`, which always brings in a person", intent.name));
    decision.escalate(Cause::Intent, [reason.clone()]);
    decision.memory.pending = None;
    true
}

/// Nobody was there, we asked where to write to, and here is an address.
fn address_left(situation: &Situation<'_>, decision: &mut Decision) -> bool {
    if !situation.memory.asked_for_address || situation.memory.pending.is_some() {
        return false;
    }
    note_address(situation, decision)
}

fn note_address(situation: &Situation<'_>, decision: &mut Decision) -> bool {
    let Some(email) = situation.analysis.entity(&EntityType::Email) else { return false };
    decision.because.push("the customer left an address to be written to".to_owned());
    decision.acts.push(Act::NoteAddress { email: email.value.clone() });
    decision.memory.asked_for_address = false;
    true
}

/// We asked for an order number, say, and the message has one.
fn slot_answered(situation: &Situation<'_>, decision: &mut Decision) -> bool {
    let (Some(pending), Some(intent)) = (&situation.memory.pending, situation.pending_intent) else { return false };
    let filled = fill(&pending.filled, &intent.needs, &situation.analysis.entities);
    if filled.len() > pending.filled.len() {
        decision.because.push(format!("the customer told what `{}` needs", intent.name));
        proceed(intent, filled, 0, decision);
        return true;
    }
    let changed_subject = situation.analysis.intent.out_of_scope
        || (situation.covered >= situation.thresholds.answer
            && situation.passages.first().is_some_and(|best| best.confidence >= situation.thresholds.passage))
        || trusted(situation, situation.thresholds.intent)
            .is_some_and(|other| other.name != intent.name && other.name != "affirm");
    if changed_subject || pending.tries >= situation.thresholds.slot_tries {
        decision.because.push(format!("the customer went on to something else; `{}` is dropped", intent.name));
        return false;
    }
    decision.because.push(format!("{} was asked for and is still missing", pending.asked.as_str()));
    proceed(intent, filled, pending.tries + 1, decision);
    true
}

/// Runs an intent's action, or asks for the next slot that it needs.
fn proceed(intent: &IntentSpec, filled: BTreeMap<EntityType, String>, tries: u32, decision: &mut Decision) {
    let missing = intent.needs.iter().find(|slot| !filled.contains_key(slot)).cloned();
    if let Some(slot) = missing {
        decision.acts.push(Act::Ask { intent: intent.name.clone(), slot: slot.clone(), again: tries > 0 });
        decision.memory.pending = Some(Pending { intent: intent.name.clone(), filled, asked: slot, tries });
        return;
    }
    decision.memory.pending = None;
    decision.memory.failed_answers = 0;
    let slot = |kind: &EntityType| filled.get(kind).cloned().unwrap_or_default();
    match intent.action {
        Some(Action::OrderStatus) => decision
            .acts
            .push(Act::OrderStatus { number: slot(&EntityType::OrderNumber), email: slot(&EntityType::Email) }),
        _ => decision.acts.push(Act::Reply { intent: intent.name.clone() }),
    }
}

fn respond(situation: &Situation<'_>, decision: &mut Decision) {
    let thresholds = situation.thresholds;
    let intent = trusted(situation, thresholds.intent);
    let confidences: Vec<f32> =
        situation.passages.iter().map(|passage| in_scope(passage.confidence, situation)).collect();
    let known = in_scope(situation.covered, situation);
    let best = best_passage(&confidences, situation.passages, intent);
    let covered = best.filter(|(place, confidence)| {
        let passage = situation.passages[*place];
        let unrelated = intent.is_some_and(|intent| speaks_for_itself(intent, situation, passage));
        let least = if unrelated { thresholds.unrelated } else { thresholds.passage };
        // The intent and the search agree: then less evidence is enough.
        let agreed = intent.is_some_and(|intent| names(intent, passage.article));
        let least_known = if agreed { thresholds.clarify } else { thresholds.answer };
        known >= least_known && *confidence >= least
    });
    let action = intent.and_then(|intent| intent.action);

    if wants_products(situation, action, covered) {
        if unhappy(situation) {
            decision.because.push("a product is wished for, but nothing is sold to an unhappy customer".to_owned());
        } else {
            decision.because.push("the message wishes for a product".to_owned());
            decision.acts.push(Act::Suggest);
            decision.memory.failed_answers = 0;
            return;
        }
    }
    if let Some((passage, confidence)) = covered {
        decision.because.push(format!(
            "the article `{}` covers it with probability {confidence:.2}",
            situation.passages[passage].article
        ));
        decision.acts.push(Act::Answer { passage, confidence });
        decision.memory.failed_answers = 0;
    }
    if let Some(intent) = intent.filter(|intent| !intent.needs.is_empty()) {
        decision.because.push(format!("`{}` needs to know more before it can act", intent.name));
        let filled = fill(&BTreeMap::new(), &intent.needs, &situation.analysis.entities);
        // Told everything at once, the order itself is the better answer than the article.
        if filled.len() == intent.needs.len() {
            decision.acts.clear();
        }
        proceed(intent, filled, 0, decision);
        return;
    }
    if !decision.acts.is_empty() {
        return;
    }
    if let Some(intent) = intent.filter(|intent| !intent.reply.is_empty()) {
        let close = best.is_some() && known >= thresholds.clarify;
        // An intent that articles cover, while no article is anywhere near: one of the two
        // readings is wrong, and saying so beats a reply beside the point.
        let doubtful = best.is_some_and(|(_, confidence)| confidence < thresholds.doubt);
        if intent.articles.is_empty() || !(close || doubtful) {
            decision.because.push(format!("the message means `{}`", intent.name));
            decision.acts.push(Act::Reply { intent: intent.name.clone() });
            if intent.action == Some(Action::EndConversation) && !situation.queued {
                decision.acts.push(Act::Survey);
            }
            return;
        }
    }
    // What no intent covers is answered by an article or by nothing: a question back about
    // parcels is no answer to one about the weather.
    let meant_for_us = !situation.analysis.intent.out_of_scope;
    if meant_for_us && best.is_some() && known >= thresholds.clarify {
        decision.because.push("several articles are close, none is certain".to_owned());
        let passages = likeliest(&confidences, thresholds.choices);
        decision.acts.push(Act::Clarify { passages });
        return;
    }
    // Who waits for a person may leave an address without being asked for it.
    if situation.queued && note_address(situation, decision) {
        return;
    }
    decision.because.push("no article covers it and no intent fits".to_owned());
    decision.acts.push(Act::DontKnow);
    decision.memory.failed_answers += 1;
}

/// The places of the few likeliest passages.
fn likeliest(confidences: &[f32], count: usize) -> Vec<usize> {
    let mut places: Vec<usize> = (0..confidences.len()).collect();
    places.sort_by(|&a, &b| confidences[b].total_cmp(&confidences[a]));
    places.truncate(count);
    places
}

/// The place and confidence of the passage to answer from. In an article that the intent
/// names, the opening goes before a section that is little nearer: who asks in general
/// is answered in general.
fn best_passage(confidences: &[f32], passages: &[Weighed<'_>], intent: Option<&IntentSpec>) -> Option<(usize, f32)> {
    let ranked = confidences.iter().copied().enumerate();
    let (place, confidence) = ranked.clone().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))?;
    let article = passages[place].article;
    let named = intent.is_some_and(|intent| names(intent, article));
    let opening = ranked.into_iter().find(|(place, _)| passages[*place].article == article && passages[*place].opening);
    match opening {
        Some((opening, near)) if named && near >= LITTLE_NEARER * confidence => Some((opening, near)),
        _ => Some((place, confidence)),
    }
}

/// A probability in the light of the scope: what no intent covers is seldom what an article
/// covers. The two readings are independent evidence, so their odds multiply.
fn in_scope(probability: f32, situation: &Situation<'_>) -> f32 {
    let ratio = if situation.analysis.intent.out_of_scope { situation.thresholds.out_of_scope } else { 1.0 };
    let odds = ratio * probability / (1.0 - probability).max(1e-6);
    odds / (1.0 + odds)
}

/// Whether the intent is well recognised and has its own words, while the passage is of an
/// article that it does not name: then the article must be beyond doubt to go first.
fn speaks_for_itself(intent: &IntentSpec, situation: &Situation<'_>, passage: Weighed<'_>) -> bool {
    let recognised = situation.analysis.intent.confidence >= situation.thresholds.recognised;
    recognised && intent.action.is_none() && !intent.reply.is_empty() && !names(intent, passage.article)
}

fn names(intent: &IntentSpec, article: &str) -> bool {
    intent.articles.iter().any(|named| named == article)
}

fn wants_products(situation: &Situation<'_>, action: Option<Action>, covered: Option<(usize, f32)>) -> bool {
    if action != Some(Action::SuggestProducts) {
        return false;
    }
    // Questions about goods ("how do I wash wool?") look like wishes; a certain article wins
    // unless the message names a limit that only a search understands.
    let certain = covered.is_some_and(|(_, confidence)| confidence >= situation.analysis.intent.confidence);
    situation.wishes_product || !certain
}

/// Two failures in a row, or a customer who has had enough, bring in a person. Then
/// neither ignorance nor a question back is said first: the person is the answer.
fn watch_the_mood(situation: &Situation<'_>, decision: &mut Decision) {
    if situation.queued && decision.escalation.is_none() {
        return;
    }
    let unhappiness = &situation.analysis.unhappiness;
    if unhappy(situation) {
        decision.because.push(format!(
            "unhappiness {:.2} has reached the limit of {:.2}",
            unhappiness.p, situation.thresholds.unhappiness
        ));
        let reasons = unhappiness.reasons.iter().cloned();
        decision.escalate(Cause::Unhappy, std::iter::once("The customer is unhappy".to_owned()).chain(reasons));
    }
    if decision.memory.failed_answers >= situation.thresholds.failed_answers {
        let reason = format!("{} answers in a row failed", decision.memory.failed_answers);
        decision.because.push(reason.clone());
        decision.escalate(Cause::FailedAnswers, [reason]);
    }
    if decision.escalation.is_some() {
        decision.acts.retain(|act| !matches!(act, Act::DontKnow | Act::Clarify { .. }));
    }
}

impl Decision {
    fn escalate(&mut self, cause: Cause, reasons: impl IntoIterator<Item = String>) {
        let escalation = self.escalation.get_or_insert(Escalation { cause, reasons: Vec::new() });
        escalation.reasons.extend(reasons);
    }
}

#[cfg(test)]
mod tests;
