//! What an entry says: the content types of the customer socket (docs/interfaces.md).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::Seq;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Content {
    /// Plain words, in a Markdown subset that the client sanitises.
    Text {
        text: String,
        /// The payload of the choice that the customer clicked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        postback: Option<String>,
    },
    /// An answer from the knowledge base, never without a source.
    Answer {
        text: String,
        /// Calibrated probability that this answers the question.
        confidence: f32,
        sources: Vec<Source>,
    },
    Products {
        items: Vec<ProductCard>,
    },
    Choices {
        text: String,
        options: Vec<Choice>,
    },
    Form {
        id: String,
        fields: Vec<FormField>,
    },
    Submitted {
        form: Seq,
        #[schema(value_type = Object)]
        values: Map<String, Value>,
    },
    Handoff {
        state: HandoffState,
        reason: String,
        /// Place in the queue, from 1.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        position: Option<i64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        eta_s: Option<i64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        agent: Option<String>,
    },
    Survey {
        kind: SurveyKind,
        scale: [i64; 2],
        question: String,
    },
    /// What `rate` left.
    Rating {
        seq: Seq,
        helpful: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        comment: Option<String>,
    },
    /// What `survey` left.
    SurveyResult {
        seq: Seq,
        score: i64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        comment: Option<String>,
    },
    File {
        id: String,
        name: String,
        media_type: String,
        bytes: i64,
        url: String,
    },
    Edit {
        edits: Seq,
        #[schema(no_recursion)]
        content: Box<Content>,
    },
    Status {
        /// The conversation's new state …
        #[serde(default, skip_serializing_if = "Option::is_none")]
        state: Option<StatusState>,
        /// … or the message (seq) whose delivery is told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<Seq>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        delivery: Option<Delivery>,
        /// Why it failed, in words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
}

/// Where an answer comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct Source {
    /// The article's id: its file's stem.
    pub article: String,
    pub title: String,
    /// The heading above the passage; the article's title where the passage has none.
    pub section: String,
    pub url: String,
    pub snippet: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct ProductCard {
    /// The variant's SKU.
    pub sku: String,
    pub title: String,
    /// Decimal string in major units, for example `"24.90"`.
    pub price: String,
    /// ISO 4217.
    pub currency: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_3d: Option<String>,
    /// Why it is suggested, in plain words.
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct Choice {
    pub title: String,
    /// Sent back as `postback` when chosen; understood as if the customer had written it.
    pub payload: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct FormField {
    pub name: String,
    pub label: String,
    pub kind: FieldKind,
    pub required: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    Text,
    Email,
    Phone,
    OrderNumber,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HandoffState {
    /// Waiting for a person; the bot goes on answering what it can.
    Queued,
    /// A person has taken the conversation; the bot is silent.
    Assigned,
    /// The person has handed it back to the bot.
    Returned,
    /// Nobody is there now.
    Unavailable,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SurveyKind {
    Csat,
    Nps,
    Ces,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StatusState {
    Open,
    Resolved,
    Reopened,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    Sent,
    Delivered,
    Read,
    Failed,
}

impl Content {
    pub fn text(text: impl Into<String>) -> Self {
        Content::Text { text: text.into(), postback: None }
    }

    pub fn state(state: StatusState) -> Self {
        Content::Status { state: Some(state), message: None, delivery: None, reason: None }
    }

    /// The tag, as it stands in `type`.
    pub fn kind(&self) -> &'static str {
        match self {
            Content::Text { .. } => "text",
            Content::Answer { .. } => "answer",
            Content::Products { .. } => "products",
            Content::Choices { .. } => "choices",
            Content::Form { .. } => "form",
            Content::Submitted { .. } => "submitted",
            Content::Handoff { .. } => "handoff",
            Content::Survey { .. } => "survey",
            Content::Rating { .. } => "rating",
            Content::SurveyResult { .. } => "survey_result",
            Content::File { .. } => "file",
            Content::Edit { .. } => "edit",
            Content::Status { .. } => "status",
        }
    }

    /// What can be searched for and shown in one line of a list; none where nobody said
    /// anything (a handoff, a status).
    pub fn line(&self) -> Option<String> {
        let line = match self {
            Content::Text { text, .. } | Content::Answer { text, .. } | Content::Choices { text, .. } => text.clone(),
            Content::Products { items } => items.iter().map(|item| item.title.as_str()).collect::<Vec<_>>().join(", "),
            Content::File { name, .. } => name.clone(),
            Content::Submitted { values, .. } => {
                let words =
                    values.values().map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
                words.collect::<Vec<_>>().join(", ")
            }
            _ => return None,
        };
        // PostgreSQL's TEXT takes no zero character.
        let line = line.replace('\0', "");
        (!line.trim().is_empty()).then_some(line)
    }

    /// The words in it, if any, for a summary or a terminal.
    pub fn words(&self) -> Option<&str> {
        match self {
            Content::Text { text, .. } | Content::Answer { text, .. } | Content::Choices { text, .. } => Some(text),
            Content::Survey { question, .. } => Some(question),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_said_has_no_line() {
        assert_eq!(Content::text("hi\0 there").line().as_deref(), Some("hi there"));
        assert_eq!(Content::text(" ").line(), None);
        assert_eq!(Content::state(StatusState::Reopened).line(), None);
    }

    #[test]
    fn a_status_shows_only_what_it_tells() {
        let json = serde_json::to_string(&Content::state(StatusState::Reopened)).unwrap();
        assert_eq!(json, r#"{"type":"status","state":"reopened"}"#);
    }

    #[test]
    fn content_is_tagged_by_type() {
        let content = Content::Handoff {
            state: HandoffState::Queued,
            reason: "asked for a person".into(),
            position: Some(1),
            eta_s: None,
            agent: None,
        };
        let json = serde_json::to_value(&content).unwrap();
        assert_eq!(json["type"], "handoff");
        assert_eq!(json["state"], "queued");
        assert_eq!(json["position"], 1);
        assert_eq!(serde_json::from_value::<Content>(json).unwrap(), content);
    }
}
