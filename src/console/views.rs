//! What agents are shown of things, as JSON.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::teaching::lessons::LessonView;
use crate::domain::conversation::Mood;
use crate::domain::customer::Customer;
use crate::domain::decision::{Explanation, HandoffSummary};
use crate::domain::entry::{AuthorKind, Entry, Seq};
use crate::domain::product::Price;
use crate::domain::{Analysis, ConversationId};
use crate::engine::{Step, Suggestion, Undo};
use crate::store::{AgentStatus, Colleague, Counts, Listed, ListedCustomer, Mail, Note, Preview, Role, Waits};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct AgentView {
    pub id: String,
    pub name: String,
    pub role: Role,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    pub status: AgentStatus,
    pub present: bool,
    /// Open conversations that they hold.
    pub held: i64,
    pub capacity: i64,
    /// Whether they get mails while they are not there.
    pub mail: bool,
}

/// A conversation in a list.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct ConversationView {
    pub id: String,
    pub inbox_id: String,
    pub channel: String,
    pub customer_id: String,
    /// In a story, the customer stands there in full.
    #[serde(rename = "customer", skip_serializing_if = "Option::is_none")]
    pub who: Option<CustomerNameView>,
    /// `open` or `resolved`.
    pub status: String,
    /// `bot`, or `agent`.
    pub holder: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queued: Option<QueuedView>,
    /// Since when the customer waits for a person's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    #[schemars(with = "Option<String>")]
    pub waiting_since: Option<Timestamp>,
    /// How often this waiting was raised again.
    pub urgency: i64,
    /// Whose turn it is to take it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offered_to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    #[schemars(with = "Option<String>")]
    pub snoozed_until: Option<Timestamp>,
    pub last_seq: Seq,
    pub last_customer_seq: Seq,
    /// Up to where the asking agent has read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seen_seq: Option<Seq>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preview: Option<PreviewView>,
    /// p(the customer is dissatisfied now), after their last message.
    pub unhappiness: f32,
    /// What the customer's orders come to, a decimal string.
    pub value: String,
    /// Who should be helped first: 0 to 120.
    pub need: f64,
    #[schema(value_type = String, format = DateTime)]
    #[schemars(with = "String")]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    #[schemars(with = "String")]
    pub updated_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct CustomerNameView {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Whether the website has signed who this is.
    pub verified: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct QueuedView {
    #[schema(value_type = String, format = DateTime)]
    #[schemars(with = "String")]
    pub since: Timestamp,
    pub reason: String,
}

/// The last words of anybody.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct PreviewView {
    pub seq: Seq,
    pub author: AuthorKind,
    pub text: String,
}

/// How many conversations there are in each list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct CountsView {
    pub queued: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mine: Option<i64>,
    pub unassigned: i64,
    pub assigned: i64,
    pub open: i64,
    pub snoozed: i64,
    pub resolved: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offered: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    #[schemars(with = "Option<String>")]
    pub longest_waiting_since: Option<Timestamp>,
}

/// A conversation with the whole story. `customer` has more than in a list.
#[derive(Debug, Serialize, JsonSchema, ToSchema)]
pub struct StoryView {
    #[serde(flatten)]
    pub conversation: ConversationView,
    pub customer: CustomerView,
    pub entries: Vec<AnnotatedEntry>,
    pub notes: Vec<NoteView>,
    /// The course of the sentiment score, oldest first.
    pub sentiment: Vec<f32>,
    /// The same, with the seqs and the unhappiness.
    pub moods: Vec<MoodView>,
    /// Of the last escalation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<HandoffSummary>,
    /// The last entry that the customer's client has shown.
    pub read_seq: Seq,
    /// Whether the customer has the chat open now.
    pub here: bool,
    /// The page of the website that they look at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// Mails to this customer.
    pub mails: Vec<MailNote>,
    /// Why words of the shop have not reached the customer yet.
    pub waits: Vec<WaitView>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct CustomerView {
    #[serde(flatten)]
    pub customer: Customer,
    /// Whether the website has signed who this is.
    pub verified: bool,
}

/// How one customer message sounded.
#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct MoodView {
    pub seq: Seq,
    pub sentiment: f32,
    pub unhappiness: f32,
}

/// An entry with what was understood and why it was answered so.
#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct AnnotatedEntry {
    #[serde(flatten)]
    pub entry: Entry,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub analysis: Option<Analysis>,
    /// On a customer's message: why the bot did what it did about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Explanation>,
    /// On a customer's message: what somebody said that it means.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lesson: Option<LessonView>,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct NoteView {
    pub id: String,
    pub seq: Seq,
    pub agent_id: String,
    pub agent_name: String,
    pub text: String,
    #[schema(value_type = String, format = DateTime)]
    #[schemars(with = "String")]
    pub at: Timestamp,
}

/// A mail to the customer of a conversation.
#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct MailNote {
    pub id: String,
    /// The last of the entries that it carries.
    pub seq: Seq,
    pub to: String,
    /// `waiting`, `sent` or `failed`.
    pub state: String,
    #[schema(value_type = String, format = DateTime)]
    #[schemars(with = "String")]
    pub at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A reply that can be sent as it stands.
#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct SuggestionView {
    /// Markdown.
    pub text: String,
    pub article: String,
    pub title: String,
    pub section: String,
    pub url: String,
    pub confidence: f32,
}

/// One page of a list.
#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Give it as `cursor` to read on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// Where the log ends after a change.
#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct Reached {
    pub seq: Seq,
    /// The call that takes the change back; absent where nothing was changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undo: Option<Call>,
}

/// A call of this API.
#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct Call {
    pub method: String,
    pub path: String,
    #[schema(value_type = Object)]
    pub body: serde_json::Value,
}

impl Reached {
    pub fn of(id: &ConversationId, step: Step) -> Self {
        let call = |action: &str, body| Call {
            method: "POST".to_owned(),
            path: format!("/v1/conversations/{id}/{action}"),
            body,
        };
        let undo = step.undo.map(|undo| match undo {
            Undo::Take => call("take", serde_json::json!({})),
            Undo::HandBack { requeue } => call("hand-back", serde_json::json!({ "requeue": requeue })),
            Undo::Assign(agent) => call("assign", serde_json::json!({ "agent_id": agent })),
            Undo::Resolve => call("resolve", serde_json::json!({})),
            Undo::Reopen { hold } => call("reopen", serde_json::json!({ "hold": hold })),
            Undo::Snooze(until) => call("snooze", serde_json::json!({ "until": until })),
        });
        Self { seq: step.seq, undo }
    }
}

impl AgentView {
    pub fn of(colleague: &Colleague) -> Self {
        let agent = &colleague.agent;
        Self {
            id: agent.id.0.clone(),
            name: agent.name.clone(),
            role: agent.role,
            email: agent.email.clone(),
            status: agent.status,
            present: colleague.present,
            held: colleague.held,
            capacity: agent.capacity,
            mail: agent.mail,
        }
    }
}

impl ConversationView {
    pub fn of(listed: &Listed) -> Self {
        let conversation = &listed.conversation;
        let agent_id = conversation.holder.agent().map(|agent| agent.0.clone());
        Self {
            id: conversation.id.0.clone(),
            inbox_id: conversation.inbox_id.0.clone(),
            channel: listed.channel.clone(),
            customer_id: conversation.customer_id.0.clone(),
            who: Some(CustomerNameView::of(&listed.customer)),
            status: conversation.status.as_str().to_owned(),
            holder: if agent_id.is_some() { "agent" } else { "bot" }.to_owned(),
            agent_id,
            agent_name: listed.agent_name.clone(),
            queued: conversation
                .queued
                .as_ref()
                .map(|queued| QueuedView { since: queued.at, reason: queued.reason.clone() }),
            waiting_since: listed.waiting_since,
            urgency: (listed.alarms - 1).max(0),
            offered_to: listed.offered_to.as_ref().map(|agent| agent.0.clone()),
            snoozed_until: listed.snoozed_until,
            last_seq: conversation.last_seq,
            last_customer_seq: listed.customer_seq,
            seen_seq: listed.seen_seq,
            preview: listed.preview.as_ref().map(PreviewView::of),
            unhappiness: conversation.memory.moods.last().map_or(0.0, |mood| mood.unhappiness),
            value: Price { cents: listed.value_cents }.to_string(),
            need: listed.need as f64 / 1000.0,
            created_at: conversation.created_at,
            updated_at: conversation.updated_at,
        }
    }
}

impl CustomerNameView {
    pub fn of(customer: &ListedCustomer) -> Self {
        Self { name: customer.name.clone(), email: customer.email.clone(), verified: customer.verified }
    }
}

impl PreviewView {
    pub fn of(preview: &Preview) -> Self {
        Self { seq: preview.seq, author: preview.author, text: preview.text.clone() }
    }
}

impl CountsView {
    /// With what concerns the asking agent.
    pub fn mine(counts: &Counts) -> Self {
        Self { mine: Some(counts.mine), offered: Some(counts.offered), ..Self::everybodys(counts) }
    }

    pub fn everybodys(counts: &Counts) -> Self {
        Self {
            queued: counts.queued,
            mine: None,
            unassigned: counts.unassigned,
            assigned: counts.assigned,
            open: counts.open,
            snoozed: counts.snoozed,
            resolved: counts.resolved,
            offered: None,
            longest_waiting_since: counts.longest_waiting_since,
        }
    }
}

impl CustomerView {
    pub fn of(customer: Customer) -> Self {
        Self { verified: customer.external_id.is_some(), customer }
    }
}

impl MoodView {
    pub fn of(mood: &Mood) -> Self {
        Self { seq: mood.seq, sentiment: mood.sentiment, unhappiness: mood.unhappiness }
    }
}

impl NoteView {
    pub fn of(note: Note) -> Self {
        Self {
            id: note.id,
            seq: note.seq,
            agent_id: note.agent_id.0,
            agent_name: note.agent_name,
            text: note.text,
            at: note.at,
        }
    }
}

impl MailNote {
    pub fn of(mail: Mail) -> Self {
        Self {
            id: mail.id.0,
            seq: mail.seq.unwrap_or(0),
            to: mail.to,
            state: mail.state.as_str().to_owned(),
            at: mail.sent_at.unwrap_or(mail.created_at),
            error: mail.error,
        }
    }
}

impl SuggestionView {
    pub fn of(suggestion: Suggestion) -> Self {
        let Suggestion { text, article, title, section, url, confidence } = suggestion;
        Self { text, article, title, section, url, confidence }
    }
}

/// What waits to go out over a channel, and why.
#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct WaitView {
    /// The first entry that waits.
    pub seq: Seq,
    pub inbox_id: String,
    pub attempts: i64,
    #[schema(value_type = String, format = DateTime)]
    #[schemars(with = "String")]
    pub next_at: Timestamp,
    pub error: String,
}

impl WaitView {
    pub fn of(waits: Waits) -> Self {
        let Waits { inbox_id, seq, attempts, next_at, error } = waits;
        Self { seq, inbox_id: inbox_id.0, attempts, next_at, error }
    }
}
