//! Outgoing webhooks: the events that other people's systems are told, and their form.
//!
//! The contract is docs/webhooks.md; `schema` gives it to machines.

use async_trait::async_trait;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::content::{HandoffState, StatusState};
use super::{Analysis, Author, AuthorKind, Content, ConversationId, CustomerId, Entry, InboxId, Seq, WebhookId};
use crate::base::privacy::Kinds;

/// What can be subscribed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, ToSchema)]
pub enum EventKind {
    #[serde(rename = "conversation.created")]
    ConversationCreated,
    #[serde(rename = "conversation.queued")]
    ConversationQueued,
    #[serde(rename = "conversation.unavailable")]
    ConversationUnavailable,
    #[serde(rename = "conversation.assigned")]
    ConversationAssigned,
    #[serde(rename = "conversation.returned")]
    ConversationReturned,
    #[serde(rename = "conversation.resolved")]
    ConversationResolved,
    #[serde(rename = "conversation.reopened")]
    ConversationReopened,
    #[serde(rename = "message.received")]
    MessageReceived,
    #[serde(rename = "message.sent")]
    MessageSent,
    #[serde(rename = "message.edited")]
    MessageEdited,
    #[serde(rename = "file.received")]
    FileReceived,
    #[serde(rename = "file.sent")]
    FileSent,
    #[serde(rename = "form.sent")]
    FormSent,
    #[serde(rename = "form.submitted")]
    FormSubmitted,
    #[serde(rename = "survey.sent")]
    SurveySent,
    #[serde(rename = "survey.answered")]
    SurveyAnswered,
    #[serde(rename = "rating.given")]
    RatingGiven,
    #[serde(rename = "delivery.changed")]
    DeliveryChanged,
}

/// The body of a delivery.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct Event {
    #[serde(rename = "type")]
    pub kind: EventKind,
    /// When it happened (RFC 3339), not when it is delivered.
    #[schemars(with = "String")]
    #[schema(value_type = String, format = DateTime)]
    pub timestamp: Timestamp,
    pub data: EventData,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct EventData {
    pub conversation_id: ConversationId,
    pub customer_id: CustomerId,
    pub inbox_id: InboxId,
    /// The entry's place in its conversation, from 1, gap-free: the order of events.
    pub seq: Seq,
    pub author: Author,
    pub content: Content,
    /// The customer's message that a bot's entry answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_reply_to: Option<Seq>,
    /// How the customer's message was understood: the one that this entry is, or that it
    /// answers. It comes with the answer; a message just received was not read yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub analysis: Option<Analysis>,
}

/// What a test of an endpoint found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct Pinged {
    /// Whether it answered with a status of 200 to 299.
    pub works: bool,
    /// The HTTP status, where there was an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    pub duration_ms: i64,
    /// The beginning of the answer's body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// What went wrong, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Who delivers, for those floors that must not know how: the console.
#[async_trait]
pub trait Webhooks: Send + Sync {
    /// The first reason for which an address cannot be delivered to, in words.
    fn problem(&self, url: &str) -> Option<String>;

    /// Sends a `ping` at once, whatever waits. `None` if there is no such endpoint.
    async fn ping(&self, id: &WebhookId) -> anyhow::Result<Option<Pinged>>;

    /// Endpoints or what waits for them were changed.
    fn changed(&self);
}

impl Event {
    /// What an entry tells, as an event of that kind.
    pub fn of(
        kind: EventKind,
        entry: Entry,
        (conversation_id, customer_id, inbox_id): (ConversationId, CustomerId, InboxId),
        analysis: Option<Analysis>,
    ) -> Self {
        let Entry { seq, at, author, content, in_reply_to, .. } = entry;
        let data = EventData { conversation_id, customer_id, inbox_id, seq, author, content, in_reply_to, analysis };
        Self { kind, timestamp: at, data }
    }

    /// Without the personal data that no other company needs.
    #[must_use]
    pub fn masked(mut self, masks: Kinds) -> Self {
        self.data.content = self.data.content.masked(masks);
        self.data.analysis = self.data.analysis.map(|analysis| analysis.masked(masks));
        self
    }

    /// The body of a delivery.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("our own types serialise: this is a bug")
    }
}

/// The same for the same event and endpoint, and in the order of the log. `place` counts what
/// one entry tells.
pub fn message_id(webhook: &WebhookId, position: i64, place: usize) -> String {
    let endpoint = webhook.as_str().trim_start_matches("whk_");
    format!("msg_{endpoint}_{position:014x}{place}")
}

impl EventKind {
    pub const ALL: [EventKind; 18] = [
        EventKind::ConversationCreated,
        EventKind::ConversationQueued,
        EventKind::ConversationUnavailable,
        EventKind::ConversationAssigned,
        EventKind::ConversationReturned,
        EventKind::ConversationResolved,
        EventKind::ConversationReopened,
        EventKind::MessageReceived,
        EventKind::MessageSent,
        EventKind::MessageEdited,
        EventKind::FileReceived,
        EventKind::FileSent,
        EventKind::FormSent,
        EventKind::FormSubmitted,
        EventKind::SurveySent,
        EventKind::SurveyAnswered,
        EventKind::RatingGiven,
        EventKind::DeliveryChanged,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            EventKind::ConversationCreated => "conversation.created",
            EventKind::ConversationQueued => "conversation.queued",
            EventKind::ConversationUnavailable => "conversation.unavailable",
            EventKind::ConversationAssigned => "conversation.assigned",
            EventKind::ConversationReturned => "conversation.returned",
            EventKind::ConversationResolved => "conversation.resolved",
            EventKind::ConversationReopened => "conversation.reopened",
            EventKind::MessageReceived => "message.received",
            EventKind::MessageSent => "message.sent",
            EventKind::MessageEdited => "message.edited",
            EventKind::FileReceived => "file.received",
            EventKind::FileSent => "file.sent",
            EventKind::FormSent => "form.sent",
            EventKind::FormSubmitted => "form.submitted",
            EventKind::SurveySent => "survey.sent",
            EventKind::SurveyAnswered => "survey.answered",
            EventKind::RatingGiven => "rating.given",
            EventKind::DeliveryChanged => "delivery.changed",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// When it is sent, in a sentence.
    pub fn description(self) -> &'static str {
        match self {
            EventKind::ConversationCreated => {
                "A customer has begun a conversation. Its first entry follows as an event of its own."
            }
            EventKind::ConversationQueued => "The customer waits for a person; `content.reason` says why.",
            EventKind::ConversationUnavailable => "The customer waits for a person, and nobody is there now.",
            EventKind::ConversationAssigned => "A person has taken the conversation; `content.agent` names them.",
            EventKind::ConversationReturned => "The person has handed the conversation back to the bot.",
            EventKind::ConversationResolved => "The conversation was closed.",
            EventKind::ConversationReopened => "A closed conversation is open again.",
            EventKind::MessageReceived => "The customer has written.",
            EventKind::MessageSent => {
                "The bot or an agent has written: words, an answer with its sources, products, choices."
            }
            EventKind::MessageEdited => {
                "A message was corrected: `content.edits` is its seq, `content.content` what it says now."
            }
            EventKind::FileReceived => "The customer has sent a file.",
            EventKind::FileSent => "The bot or an agent has sent a file.",
            EventKind::FormSent => "The customer was asked to fill in a form.",
            EventKind::FormSubmitted => "The customer has filled in a form; `content.values` has what they wrote.",
            EventKind::SurveySent => "The customer was asked how it went.",
            EventKind::SurveyAnswered => "The customer has answered the survey, or has changed the answer.",
            EventKind::RatingGiven => "The customer said whether an answer helped, or has changed their mind.",
            EventKind::DeliveryChanged => {
                "A channel told what became of a message: sent, delivered, read, or failed and why."
            }
        }
    }

    /// The kind of an entry by itself; none where it tells nobody anything new.
    fn of(author: AuthorKind, content: &Content) -> Option<Self> {
        let customers = author == AuthorKind::Customer;
        Some(match content {
            Content::Text { .. } if customers => EventKind::MessageReceived,
            Content::Text { .. } | Content::Answer { .. } | Content::Products { .. } | Content::Choices { .. } => {
                EventKind::MessageSent
            }
            Content::File { .. } if customers => EventKind::FileReceived,
            Content::File { .. } => EventKind::FileSent,
            Content::Form { .. } => EventKind::FormSent,
            Content::Submitted { .. } => EventKind::FormSubmitted,
            Content::Survey { .. } => EventKind::SurveySent,
            Content::SurveyResult { .. } => EventKind::SurveyAnswered,
            Content::Rating { .. } => EventKind::RatingGiven,
            // A repeated rating or score replaces the first one as an edit.
            Content::Edit { content, .. } => match content.as_ref() {
                Content::Rating { .. } => EventKind::RatingGiven,
                Content::SurveyResult { .. } => EventKind::SurveyAnswered,
                _ => EventKind::MessageEdited,
            },
            Content::Handoff { state, .. } => match state {
                HandoffState::Queued => EventKind::ConversationQueued,
                HandoffState::Unavailable => EventKind::ConversationUnavailable,
                HandoffState::Assigned => EventKind::ConversationAssigned,
                HandoffState::Returned => EventKind::ConversationReturned,
            },
            Content::Status { state: Some(StatusState::Resolved), .. } => EventKind::ConversationResolved,
            Content::Status { state: Some(StatusState::Reopened), .. } => EventKind::ConversationReopened,
            Content::Status { delivery: Some(_), .. } => EventKind::DeliveryChanged,
            Content::Status { .. } => return None,
        })
    }

    /// What an entry tells, in this order.
    pub fn of_entry(entry: &Entry) -> impl Iterator<Item = Self> + use<> {
        let created = (entry.seq == 1).then_some(EventKind::ConversationCreated);
        created.into_iter().chain(Self::of(entry.author.kind, &entry.content))
    }

    /// An event as it would be delivered.
    pub fn example(self) -> Event {
        let customer = Author::customer(&CustomerId("cus_0198c5a2f0a17d63".to_owned()));
        let agent =
            Author { kind: AuthorKind::Agent, id: Some("agt_0198c5a1".to_owned()), name: Some("Noor".to_owned()) };
        let (author, content) = match self {
            EventKind::ConversationCreated | EventKind::MessageReceived => {
                (customer, Content::text("Do you ship to Norway?"))
            }
            EventKind::MessageSent => (
                Author::bot("Wick"),
                example(
                    r#"{"type":"answer","text":"Yes, within five days.","confidence":0.94,"sources":[{"article":"shipping","title":"Shipping","section":"Abroad","url":"https://shop.example/help/shipping","snippet":"We ship to Norway within five days."}]}"#,
                ),
            ),
            EventKind::MessageEdited => {
                (agent, example(r#"{"type":"edit","edits":4,"content":{"type":"text","text":"Within four days."}}"#))
            }
            EventKind::FileReceived => (customer, example(FILE)),
            EventKind::FileSent => (agent, example(FILE)),
            EventKind::FormSent => (
                Author::bot("Wick"),
                example(
                    r#"{"type":"form","id":"contact","fields":[{"name":"email","label":"E-mail","kind":"email","required":true}]}"#,
                ),
            ),
            EventKind::FormSubmitted => {
                (customer, example(r#"{"type":"submitted","form":5,"values":{"email":"ann@post.example"}}"#))
            }
            EventKind::SurveySent => (
                Author::system(),
                example(r#"{"type":"survey","kind":"csat","scale":[1,5],"question":"How did we do?"}"#),
            ),
            EventKind::SurveyAnswered => {
                (customer, example(r#"{"type":"survey_result","seq":9,"score":5,"comment":"Quick and friendly."}"#))
            }
            EventKind::RatingGiven => (customer, example(r#"{"type":"rating","seq":3,"helpful":true}"#)),
            EventKind::DeliveryChanged => (
                Author::system(),
                example(
                    r#"{"type":"status","message":6,"delivery":"failed","reason":"the number does not take messages"}"#,
                ),
            ),
            EventKind::ConversationQueued => (
                Author::bot("Wick"),
                example(
                    r#"{"type":"handoff","state":"queued","reason":"The customer asked for a person","position":1,"eta_s":120}"#,
                ),
            ),
            EventKind::ConversationUnavailable => (
                Author::bot("Wick"),
                example(r#"{"type":"handoff","state":"unavailable","reason":"The customer asked for a person"}"#),
            ),
            EventKind::ConversationAssigned => {
                (agent, example(r#"{"type":"handoff","state":"assigned","reason":"taken","agent":"Noor"}"#))
            }
            EventKind::ConversationReturned => {
                (agent, example(r#"{"type":"handoff","state":"returned","reason":"handed back"}"#))
            }
            EventKind::ConversationResolved => (agent, Content::state(StatusState::Resolved)),
            EventKind::ConversationReopened => (Author::system(), Content::state(StatusState::Reopened)),
        };
        let first = matches!(self, EventKind::ConversationCreated | EventKind::MessageReceived);
        Event {
            kind: self,
            timestamp: EXAMPLE_TIME.parse().expect("it is a time: this is a bug"),
            data: EventData {
                conversation_id: ConversationId("cnv_0198c5a2f0a17d64".to_owned()),
                customer_id: CustomerId("cus_0198c5a2f0a17d63".to_owned()),
                inbox_id: InboxId("inb_0198c59e1b7c7a10".to_owned()),
                seq: if first { 1 } else { 10 },
                author,
                content,
                in_reply_to: (self == EventKind::MessageSent).then_some(9),
                analysis: None,
            },
        }
    }
}

const EXAMPLE_TIME: &str = "2026-11-20T10:15:30.120Z";
const FILE: &str = r#"{"type":"file","id":"fil_0198c5a3","name":"lamp.jpg","media_type":"image/jpeg","bytes":48213,"url":"/v1/files/fil_0198c5a3"}"#;

fn example(json: &str) -> Content {
    serde_json::from_str(json).expect("the example is content: this is a bug")
}

/// The JSON schema of a delivery's body.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Event).to_value()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn entry(seq: Seq, author: Author, content: Content) -> Entry {
        Entry { seq, at: Timestamp::UNIX_EPOCH, author, content, in_reply_to: None, turn: None }
    }

    #[test]
    fn each_kind_has_one_name_which_json_uses_too() {
        let names: HashSet<_> = EventKind::ALL.into_iter().map(EventKind::as_str).collect();
        assert_eq!(names.len(), EventKind::ALL.len());
        for kind in EventKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
            assert_eq!(EventKind::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(EventKind::parse("message.lost"), None);
    }

    #[test]
    fn each_example_is_an_event_of_its_kind() {
        for kind in EventKind::ALL {
            let Event { data, .. } = kind.example();
            let told: Vec<_> = EventKind::of_entry(&entry(data.seq, data.author, data.content)).collect();
            assert!(told.contains(&kind), "{told:?} for {}", kind.as_str());
        }
    }

    #[test]
    fn the_first_entry_tells_of_its_conversation_first() {
        let customer = Author::customer(&CustomerId("cus_1".to_owned()));
        let told: Vec<_> = EventKind::of_entry(&entry(1, customer.clone(), Content::text("hi"))).collect();
        assert_eq!(told, [EventKind::ConversationCreated, EventKind::MessageReceived]);
        let told: Vec<_> = EventKind::of_entry(&entry(2, customer, Content::text("hi"))).collect();
        assert_eq!(told, [EventKind::MessageReceived]);
    }

    #[test]
    fn a_changed_rating_is_a_rating() {
        let rating = Content::Rating { seq: 3, helpful: false, comment: None };
        let edit = Content::Edit { edits: 5, content: Box::new(rating) };
        let told: Vec<_> = EventKind::of_entry(&entry(6, Author::system(), edit)).collect();
        assert_eq!(told, [EventKind::RatingGiven]);
        let open = Content::state(StatusState::Open);
        assert_eq!(EventKind::of_entry(&entry(6, Author::system(), open)).count(), 0);
    }

    #[test]
    fn the_schema_names_every_field_and_kind() {
        let schema = schema().to_string();
        let fields =
            ["conversation_id", "customer_id", "inbox_id", "seq", "author", "content", "analysis", "timestamp"];
        for word in EventKind::ALL.into_iter().map(EventKind::as_str).chain(fields) {
            assert!(schema.contains(&format!("\"{word}\"")), "{word}");
        }
    }

    #[test]
    fn ids_sort_as_the_log_does_and_have_no_dot() {
        let webhook = WebhookId("whk_0198c5a2".to_owned());
        let ids = [(9, 0), (9, 1), (10, 0), (16, 0), (255, 1), (1 << 40, 0)].map(|(at, n)| message_id(&webhook, at, n));
        assert!(ids.is_sorted(), "{ids:?}");
        assert_eq!(ids[0], message_id(&webhook, 9, 0));
        assert!(
            ids.iter().all(|id| id.starts_with("msg_0198c5a2_") && !id.contains('.')),
            "a dot would end the signed id"
        );
    }
}
