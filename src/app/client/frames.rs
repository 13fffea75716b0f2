//! The frames as a client sees them: strict in what it sends, lenient in what it takes.
//!
//! The server's own types refuse what they do not know. A client must not: a newer
//! server may send new frame and content types, and an old client goes on without them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::{Author, Content, Seq};

#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Outgoing {
    Hello(Hello),
    Message {
        client_msg_id: String,
        text: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        postback: Option<String>,
    },
    Submit {
        seq: Seq,
        values: Map<String, Value>,
    },
    Read {
        seq: Seq,
    },
    Rate {
        seq: Seq,
        helpful: bool,
    },
    Survey {
        seq: Seq,
        score: i64,
    },
    Ping,
}

#[derive(Clone, Debug, Default, Serialize)]
pub struct Hello {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resume_after: Option<Seq>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tab: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
}

impl Outgoing {
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("frames have string keys only: this is a bug")
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Incoming {
    Welcome(Welcome),
    Ack(Ack),
    Event(Event),
    Typing(Typing),
    Error(ErrorFrame),
    Pong,
    /// A frame of a newer server.
    #[serde(other)]
    Unknown,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Welcome {
    pub token: String,
    pub customer_id: String,
    pub conversation_id: String,
    pub last_seq: Seq,
    pub assistant: Assistant,
    pub heartbeat_s: u64,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Assistant {
    pub name: String,
    pub disclosure: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Ack {
    pub client_msg_id: String,
    pub seq: Seq,
    pub at: String,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Event {
    pub seq: Seq,
    pub at: String,
    pub author: Author,
    /// As it came; [`Event::content`] reads the kinds that this version knows.
    pub content: Value,
    pub in_reply_to: Option<Seq>,
    pub turn: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Typing {
    pub author: Author,
    pub on: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ErrorFrame {
    pub code: String,
    pub message: String,
    pub client_msg_id: Option<String>,
    pub retry_after_ms: Option<u64>,
}

impl Event {
    /// What the event says, unless it is of a kind that this version does not know.
    pub fn content(&self) -> Option<Content> {
        Content::deserialize(&self.content).ok()
    }
}

impl ErrorFrame {
    /// Whether the same message may well be taken later.
    pub fn is_temporary(&self) -> bool {
        matches!(self.code.as_str(), "rate_limited" | "unavailable")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn leaves_out_what_is_not_said() {
        assert_eq!(Outgoing::Hello(Hello::default()).to_json(), r#"{"type":"hello"}"#);
        assert_eq!(Outgoing::Ping.to_json(), r#"{"type":"ping"}"#);
    }

    #[test]
    fn bears_frames_and_contents_of_a_newer_server() {
        let frame: Incoming = serde_json::from_value(json!({"type": "confetti", "on": true})).unwrap();
        assert_eq!(frame, Incoming::Unknown);

        let event = json!({
            "type": "event", "seq": 1, "at": "2026-11-22T10:00:00Z", "author": {"kind": "bot"},
            "content": {"type": "hologram", "of": "a lamp"}, "mood": "new",
        });
        let Incoming::Event(event) = serde_json::from_value(event).unwrap() else { panic!("an event") };
        assert_eq!(event.content(), None);
        assert_eq!(event.content["of"], "a lamp");
    }
}
