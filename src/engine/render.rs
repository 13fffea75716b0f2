//! Rendering a decision: each act becomes what the customer reads.

use super::Engine;
use super::handoff::satisfaction_survey;
use super::think::ThinkError;
use super::weigh::{Part, at};
use crate::answer::voices::Voice;
use crate::answer::{clarify, knowledge, order, products};
use crate::domain::EntityType;
use crate::domain::content::{Choice, Content, FieldKind, FormField, HandoffState};
use crate::domain::conversation::Memory;
use crate::domain::intent::IntentSpec;
use crate::nlu::Reading;
use crate::policy::{Act, Cause, Decision};
use crate::search::wish::Wish;
use crate::search::words::primary;
use crate::search::{CatalogueIndex, PassageHit};
use crate::store::TurnWork;

/// Products shown at once.
const CARDS: usize = 4;

pub(super) struct Rendering<'a> {
    pub engine: &'a Engine,
    pub work: &'a TurnWork,
    pub reading: &'a Reading,
    /// The language of the answer, and the bot's own words in it.
    pub language: &'a str,
    pub voice: &'a Voice,
    /// The message as a whole, then each of its questions where it asks several.
    pub parts: &'a [Part],
    pub wish: &'a Wish,
    pub catalogue: &'a CatalogueIndex,
}

impl Rendering<'_> {
    /// What is said, and what to remember after it.
    pub async fn render(&self, decision: &Decision) -> Result<(Vec<Content>, Memory), ThinkError> {
        let mut contents = Vec::new();
        let mut memory = decision.memory.clone();
        for act in &decision.acts {
            self.act(act, decision, &mut contents, &mut memory).await?;
        }
        Ok((contents, memory))
    }

    async fn act(
        &self,
        act: &Act,
        decision: &Decision,
        contents: &mut Vec<Content>,
        memory: &mut Memory,
    ) -> Result<(), ThinkError> {
        let phrases = &self.voice.phrases;
        match act {
            Act::Answer { passage, confidence } => {
                if let Some((part, place)) = at(self.parts, *passage) {
                    let answer = knowledge::answer(&part.hits, place, &part.asked.words, *confidence);
                    contents.push(self.announced(answer, part.hits.get(place)));
                }
            }
            Act::Clarify { passages } => {
                let close = passages.iter().filter_map(|place| at(self.parts, *place));
                let close = close.map(|(part, place)| &part.hits[place]);
                contents.push(clarify::choices(&phrases.which, close));
            }
            Act::Reply { intent } => self.reply(intent, contents, memory),
            Act::Ask { intent, slot, again } => self.ask(intent, slot, *again, contents),
            Act::OrderStatus { number, email } => contents.push(Content::text(self.order(number, email).await?)),
            Act::Suggest => self.suggest(contents, memory),
            Act::DontKnow => {
                let waiting = self.work.conversation.queued.is_some();
                let text = if waiting { &phrases.dont_know_waiting } else { &phrases.dont_know };
                contents.push(Content::text(text.clone()));
            }
            Act::LeaveOpen { part } => {
                let question = self.parts.get(*part).map_or("", |part| part.asked.own.as_str());
                contents.push(Content::text(phrases.leave_open.replace("{question}", question)));
            }
            Act::NoteAddress { email } => {
                self.engine.inner.store.set_contact(&self.work.conversation.customer_id, email).await?;
                contents.push(Content::text(self.voice.address_noted(email)));
            }
            Act::Escalate => self.escalate(decision, contents, memory).await?,
            Act::TellPosition => self.tell_position(contents, memory).await?,
            Act::Survey => contents.push(satisfaction_survey(self.voice)),
        }
        Ok(())
    }

    /// The intent's own words; its variants take turns.
    fn reply(&self, intent: &str, contents: &mut Vec<Content>, memory: &mut Memory) {
        let intents = self.engine.inner.shop.intents();
        let Some(spec) = intents.get(intent) else { return };
        let own = self.engine.own_language();
        let translated = spec.reply_in(self.language, own);
        let replies = translated.unwrap_or(&spec.reply);
        if !replies.is_empty() {
            let used = memory.replies_used.entry(intent.to_owned()).or_default();
            let text = replies[*used as usize % replies.len()].clone();
            *used = used.wrapping_add(1);
            let text = if translated.is_some() { text } else { self.in_another_language(&text, own) };
            contents.push(with_choices(spec.choices_in(self.language), text));
        }
    }

    /// An answer from an article in another language than the customer's says that it is.
    fn announced(&self, answer: Content, hit: Option<&PassageHit>) -> Content {
        let language = hit.map(|hit| primary(&hit.passage.locale)).filter(|language| *language != self.language);
        match (answer, language) {
            (Content::Answer { text, confidence, sources }, Some(language)) => {
                Content::Answer { text: self.in_another_language(&text, language), confidence, sources }
            }
            (answer, _) => answer,
        }
    }

    fn in_another_language(&self, text: &str, language: &str) -> String {
        format!("{}\n\n{text}", self.voice.only_in(language))
    }

    fn ask(&self, intent: &str, slot: &EntityType, again: bool, contents: &mut Vec<Content>) {
        let intents = self.engine.inner.shop.intents();
        let spec = intents.get(intent);
        let asked = spec.and_then(|spec| spec.ask_in(slot, self.language, self.engine.own_language()).cloned());
        let question = asked.unwrap_or_else(|| self.voice.ask(slot));
        contents.push(Content::text(if again { self.voice.again(&question) } else { question }));
        // A client with forms can send everything that is needed at once.
        if let Some(spec) = spec.filter(|spec| !again && spec.needs.first() == Some(slot)) {
            contents.push(form(spec, self.voice));
        }
    }

    async fn order(&self, number: &str, email: &str) -> Result<String, ThinkError> {
        let found = self.engine.inner.store.order(number, email).await?;
        Ok(match found {
            Some(order) => {
                let title = |sku: &str| self.catalogue.title_of(sku).map(str::to_owned);
                order::describe(&order, self.engine.today(), self.voice, title)
            }
            // Which of the two is wrong stays untold: neither can be guessed by trying.
            None => self.voice.phrases.no_such_order.clone(),
        })
    }

    fn suggest(&self, contents: &mut Vec<Content>, memory: &mut Memory) {
        let hits = self.catalogue.search(self.wish, Some(&self.reading.vector), CARDS);
        if hits.is_empty() {
            memory.failed_answers += 1;
            contents.push(Content::text(products::nothing_found(self.wish, self.catalogue)));
            return;
        }
        contents.push(products::cards(&hits, self.wish));
    }

    /// The truth about who is there and what happens next.
    async fn escalate(
        &self,
        decision: &Decision,
        contents: &mut Vec<Content>,
        memory: &mut Memory,
    ) -> Result<(), ThinkError> {
        let phrases = &self.voice.phrases;
        let presence = self.engine.presence(self.engine.inner.clock.now()).await?;
        let reason = match decision.escalation.as_ref().map(|escalation| escalation.cause) {
            Some(Cause::Unhappy) => &phrases.reason_unhappy,
            Some(Cause::FailedAnswers) => &phrases.reason_failed,
            Some(Cause::Intent) | None => &phrases.reason_intent,
        }
        .clone();
        if presence.agents > 0 {
            contents.push(Content::text(self.voice.queued(presence.position, presence.eta_s)));
            contents.push(Content::Handoff {
                state: HandoffState::Queued,
                reason,
                position: Some(presence.position),
                eta_s: Some(presence.eta_s),
                agent: None,
            });
        } else {
            memory.asked_for_address = true;
            contents.push(Content::text(self.with_opening(&phrases.nobody_there).await?));
            contents.push(Content::Handoff {
                state: HandoffState::Unavailable,
                reason,
                position: Some(presence.position),
                eta_s: None,
                agent: None,
            });
        }
        Ok(())
    }

    /// The words, and when somebody is back where the owner has set hours.
    async fn with_opening(&self, words: &str) -> Result<String, ThinkError> {
        Ok(match self.engine.back_at(self.voice).await? {
            Some(when) => format!("{words} {}", self.voice.back(&when)),
            None => words.to_owned(),
        })
    }

    async fn tell_position(&self, contents: &mut Vec<Content>, memory: &mut Memory) -> Result<(), ThinkError> {
        let Some(queued) = &self.work.conversation.queued else { return Ok(()) };
        let presence = self.engine.presence(queued.at).await?;
        contents.push(Content::text(if presence.agents > 0 {
            self.voice.still_queued(presence.position, presence.eta_s)
        } else {
            memory.asked_for_address = true;
            self.with_opening(&self.voice.phrases.still_nobody).await?
        }));
        Ok(())
    }
}

fn with_choices(choices: &[Choice], text: String) -> Content {
    if choices.is_empty() {
        return Content::text(text);
    }
    Content::Choices { text, options: choices.to_vec() }
}

fn form(spec: &IntentSpec, voice: &Voice) -> Content {
    let fields = spec
        .needs
        .iter()
        .map(|slot| {
            let kind = match slot {
                EntityType::Email => FieldKind::Email,
                EntityType::Phone => FieldKind::Phone,
                EntityType::OrderNumber => FieldKind::OrderNumber,
                _ => FieldKind::Text,
            };
            FormField { name: slot.as_str().to_owned(), label: voice.label(slot), kind, required: true }
        })
        .collect();
    Content::Form { id: spec.name.clone(), fields }
}
