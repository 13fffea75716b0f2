//! The frames of the customer socket: JSON text, tagged by `type`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::domain::inbox::InboxSettings;
use crate::domain::{Author, Entry, Seq};
pub use crate::wire::{CloseCode, ErrorCode, ErrorFrame};

/// What a client says.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ClientFrame {
    Hello(Hello),
    Message(Message),
    /// Answers the form at that seq.
    Submit {
        seq: Seq,
        values: Map<String, Value>,
    },
    Typing {
        on: bool,
    },
    /// The highest event seen.
    Read {
        seq: Seq,
    },
    /// Something that the visitor did on the website.
    Track {
        name: String,
        #[serde(default)]
        properties: Map<String, Value>,
    },
    /// Feedback on one answer.
    Rate {
        seq: Seq,
        helpful: bool,
        #[serde(default)]
        comment: Option<String>,
    },
    /// The answer to a survey.
    Survey {
        seq: Seq,
        score: i64,
        #[serde(default)]
        comment: Option<String>,
    },
    Ping,
}

/// The first frame.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Hello {
    /// From an earlier `welcome`: resumes that visitor.
    #[serde(default)]
    pub token: Option<String>,
    /// Events up to this seq are known; without it, or with 0, the whole log follows.
    #[serde(default)]
    pub resume_after: Option<Seq>,
    /// Tells one browser tab from another.
    #[serde(default)]
    pub tab: Option<String>,
    #[serde(default)]
    pub locale: Option<String>,
    #[serde(default)]
    pub page: Option<Page>,
    #[serde(default)]
    pub identity: Option<SignedIdentity>,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Page {
    #[serde(default)]
    pub url: Option<String>,
    #[serde(default)]
    pub title: Option<String>,
    #[serde(default)]
    pub referrer: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct SignedIdentity {
    pub user_id: String,
    #[serde(default)]
    pub email: Option<String>,
    #[serde(default)]
    pub phone: Option<String>,
    #[serde(default)]
    pub name: Option<String>,
    /// hex HMAC-SHA256(inbox secret, user_id); or of user_id, email and phone, those that
    /// are given, with a line feed between them, which proves the address and the number, too.
    pub hmac: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Message {
    /// The same again gets the same `ack` and changes nothing.
    pub client_msg_id: Uuid,
    #[serde(default)]
    pub text: Option<String>,
    /// Ids from `POST /v1/uploads`.
    #[serde(default)]
    pub attachments: Vec<String>,
    /// The payload of a chosen option.
    #[serde(default)]
    pub postback: Option<String>,
}

/// What the server says.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerFrame {
    Welcome {
        token: String,
        customer_id: String,
        conversation_id: String,
        last_seq: Seq,
        assistant: Assistant,
        heartbeat_s: u64,
        /// A larger file is refused.
        upload_bytes: usize,
        /// The inbox's own: greeting, theme, the form before the chat.
        #[serde(default)]
        settings: Box<InboxSettings>,
    },
    /// The message is on disk.
    Ack {
        client_msg_id: Uuid,
        seq: Seq,
        #[schemars(with = "String")]
        at: Timestamp,
    },
    /// One entry of the conversation's log.
    Event(Entry),
    Typing {
        author: Author,
        on: bool,
    },
    Error(ErrorFrame),
    Pong,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Assistant {
    pub name: String,
    pub disclosure: String,
}

impl ClientFrame {
    /// Reads a frame; what is wrong is told in a frame that names the message, if it can be told.
    pub fn parse(text: &str) -> Result<Self, ErrorFrame> {
        serde_json::from_str(text).map_err(|error| {
            let frame = ErrorFrame::new(ErrorCode::BadFrame, format!("this frame cannot be read: {error}"));
            let id = serde_json::from_str::<Value>(text)
                .ok()
                .and_then(|value| value.get("client_msg_id").and_then(Value::as_str).map(str::to_owned));
            match id {
                Some(id) => frame.about(id),
                None => frame,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(r#"{"type":"hello"}"#)]
    #[case(r#"{"type":"hello","resume_after":4,"tab":"a","page":{"url":"https://shop.example/"},"new_field":1}"#)]
    #[case(r#"{"type":"message","client_msg_id":"0193a7e2-1c7b-7cc0-8d0a-111111111111","text":"hi"}"#)]
    #[case(r#"{"type":"rate","seq":3,"helpful":true}"#)]
    #[case(r#"{"type":"ping"}"#)]
    fn reads_what_the_contract_allows(#[case] text: &str) {
        ClientFrame::parse(text).unwrap();
    }

    #[rstest]
    #[case("")]
    #[case("[]")]
    #[case("{\"type\":\"dance\"}")]
    #[case("{\"type\":\"read\",\"seq\":\"three\"}")]
    fn refuses_the_rest(#[case] text: &str) {
        assert_eq!(ClientFrame::parse(text).unwrap_err().code, ErrorCode::BadFrame);
    }

    #[test]
    fn a_bad_message_is_named_where_it_can_be() {
        let error = ClientFrame::parse(r#"{"type":"message","client_msg_id":"seven","text":"hi"}"#).unwrap_err();
        assert_eq!(error.client_msg_id.as_deref(), Some("seven"));
    }
}
