//! What was sent and what was seen: pure book-keeping, no IO.

use std::collections::VecDeque;

use crate::domain::Seq;

use super::frames::{Ack, Outgoing};

/// One visitor's view of one conversation.
#[derive(Debug, Default)]
pub struct Ledger {
    last_seen: Seq,
    unacknowledged: VecDeque<Sent>,
}

#[derive(Debug)]
struct Sent {
    client_msg_id: String,
    frame: String,
}

/// What a correct server never does.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Anomaly {
    #[error("event {found} came where {expected} was due: events are missing")]
    Gap { expected: Seq, found: Seq },
    #[error("event {found} came again, after {last_seen}")]
    Repeated { found: Seq, last_seen: Seq },
    #[error("an acknowledgement of a message that was never sent, or was acknowledged before: {client_msg_id}")]
    UnknownAck { client_msg_id: String },
}

impl Ledger {
    pub fn starting_after(last_seen: Seq) -> Self {
        Self { last_seen, ..Self::default() }
    }

    /// The highest seq seen: where to resume.
    pub fn last_seen(&self) -> Seq {
        self.last_seen
    }

    /// Notes a message that is about to be sent.
    pub fn sending(&mut self, client_msg_id: &str, frame: &Outgoing) {
        self.unacknowledged.push_back(Sent { client_msg_id: client_msg_id.to_owned(), frame: frame.to_json() });
    }

    /// Notes an acknowledgement.
    pub fn acknowledged(&mut self, ack: &Ack) -> Result<(), Anomaly> {
        match self.position(&ack.client_msg_id) {
            Some(position) => {
                self.unacknowledged.remove(position);
                Ok(())
            }
            None => Err(Anomaly::UnknownAck { client_msg_id: ack.client_msg_id.clone() }),
        }
    }

    /// Forgets a message that the server refused for good.
    pub fn refused(&mut self, client_msg_id: &str) {
        if let Some(position) = self.position(client_msg_id) {
            self.unacknowledged.remove(position);
        }
    }

    /// Forgets the largest message: the server closed because of a size, and does not say whose.
    pub fn refuse_largest(&mut self) {
        let largest = self.unacknowledged.iter().enumerate().max_by_key(|(_, sent)| sent.frame.len());
        if let Some((position, _)) = largest {
            self.unacknowledged.remove(position);
        }
    }

    /// Notes an event. On an anomaly it goes on from the event that came.
    pub fn saw(&mut self, seq: Seq) -> Result<(), Anomaly> {
        let expected = self.last_seen + 1;
        if seq < expected {
            return Err(Anomaly::Repeated { found: seq, last_seen: self.last_seen });
        }
        self.last_seen = seq;
        if seq > expected { Err(Anomaly::Gap { expected, found: seq }) } else { Ok(()) }
    }

    /// The server does not know where we stood, and tells the whole log again.
    pub fn start_over(&mut self) {
        self.last_seen = 0;
    }

    /// The frames to send again on a new connection, in the order of their first sending.
    pub fn frames_to_resend(&self) -> impl Iterator<Item = &str> {
        self.unacknowledged.iter().map(|sent| sent.frame.as_str())
    }

    /// The frame of one message that waits for its acknowledgement.
    pub fn frame_of(&self, client_msg_id: &str) -> Option<&str> {
        self.position(client_msg_id).map(|position| self.unacknowledged[position].frame.as_str())
    }

    pub fn has_unacknowledged(&self) -> bool {
        !self.unacknowledged.is_empty()
    }

    fn position(&self, client_msg_id: &str) -> Option<usize> {
        self.unacknowledged.iter().position(|sent| sent.client_msg_id == client_msg_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(id: &str) -> Outgoing {
        Outgoing::Message { client_msg_id: id.to_owned(), text: "hello".to_owned(), postback: None }
    }

    fn ack(id: &str) -> Ack {
        Ack { client_msg_id: id.to_owned(), seq: 1, at: String::new() }
    }

    #[test]
    fn tells_gaps_and_repetitions_and_goes_on() {
        let mut ledger = Ledger::default();
        assert_eq!(ledger.saw(1), Ok(()));
        assert_eq!(ledger.saw(1), Err(Anomaly::Repeated { found: 1, last_seen: 1 }));
        assert_eq!(ledger.saw(4), Err(Anomaly::Gap { expected: 2, found: 4 }));
        assert_eq!(ledger.saw(5), Ok(()));
        assert_eq!(ledger.last_seen(), 5);
    }

    #[test]
    fn resends_in_order_what_was_not_acknowledged() {
        let mut ledger = Ledger::default();
        for id in ["a", "b", "c"] {
            ledger.sending(id, &message(id));
        }
        ledger.acknowledged(&ack("b")).unwrap();
        let again: Vec<String> = ledger.frames_to_resend().map(str::to_owned).collect();
        assert_eq!(again, [message("a").to_json(), message("c").to_json()]);
        assert_eq!(ledger.acknowledged(&ack("b")), Err(Anomaly::UnknownAck { client_msg_id: "b".to_owned() }));
    }

    #[test]
    fn a_refused_message_is_not_sent_again() {
        let mut ledger = Ledger::default();
        ledger.sending("a", &message("a"));
        ledger.refused("a");
        assert!(!ledger.has_unacknowledged());
    }
}
