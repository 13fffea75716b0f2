//! A server frame, read no further than a load generator needs.

use serde::Deserialize;

use crate::domain::Seq;

/// The few fields that matter, of whatever frame. None of them is ever escaped in JSON,
/// so they borrow from the text; the content, the most of it, is skipped unread.
#[derive(Debug, Deserialize)]
pub struct Light<'a> {
    #[serde(rename = "type")]
    pub kind: &'a str,
    pub seq: Option<Seq>,
    pub last_seq: Option<Seq>,
    pub heartbeat_s: Option<u64>,
    pub client_msg_id: Option<&'a str>,
    pub in_reply_to: Option<Seq>,
    pub turn: Option<&'a str>,
    pub code: Option<&'a str>,
    pub retry_after_ms: Option<u64>,
}

impl<'a> Light<'a> {
    pub fn read(text: &'a str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skips_the_content_but_reads_what_stands_behind_it() {
        let text = r#"{"type":"event","seq":4,"at":"2026-11-22T10:00:00Z","author":{"kind":"bot"},
            "content":{"type":"text","text":"a \"quoted\" {word}","seq":99},"in_reply_to":3,"turn":"trn_1"}"#;
        let frame = Light::read(text).unwrap();
        assert_eq!((frame.kind, frame.seq, frame.in_reply_to, frame.turn), ("event", Some(4), Some(3), Some("trn_1")));
    }
}
