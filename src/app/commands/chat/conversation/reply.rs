//! The reply that a script waits for before it goes on.

use std::time::Duration;

use tokio::time::Instant;

use crate::app::client::{Ack, ErrorFrame, Event};
use crate::domain::{Content, Seq};

/// A reply is whole when the bot's turn has begun and a ping sent after that is
/// answered: a turn's events are told together, so the pong stands behind them.
pub struct AwaitedReply {
    to: To,
    deadline: Instant,
    state: State,
}

enum To {
    Message(String),
    Form(Seq),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing is known of the message's place in the log.
    Sent,
    Stored(Seq),
    /// The reply has begun, or there will be none.
    Begun,
    /// The ping is under way.
    Pinged,
}

impl AwaitedReply {
    pub fn to_message(client_msg_id: String, patience: Duration) -> Self {
        Self { to: To::Message(client_msg_id), deadline: Instant::now() + patience, state: State::Sent }
    }

    pub fn to_form(seq: Seq, patience: Duration) -> Self {
        Self { to: To::Form(seq), deadline: Instant::now() + patience, state: State::Sent }
    }

    pub fn acknowledged(&mut self, ack: &Ack, held_by_person: bool) {
        if matches!(&self.to, To::Message(id) if *id == ack.client_msg_id) {
            self.stored(ack.seq, held_by_person);
        }
    }

    pub fn happened(&mut self, event: &Event, content: Option<&Content>) {
        match (&self.to, content) {
            (To::Form(seq), Some(Content::Submitted { form, .. })) if seq == form => self.stored(event.seq, false),
            _ => {}
        }
        if matches!(self.state, State::Stored(seq) if event.in_reply_to == Some(seq)) {
            self.state = State::Begun;
        }
    }

    /// A person answers when they answer; a script does not wait for them.
    fn stored(&mut self, seq: Seq, held_by_person: bool) {
        if self.state == State::Sent {
            self.state = if held_by_person { State::Begun } else { State::Stored(seq) };
        }
    }

    /// True once: when the ping is to be sent.
    pub fn asks_for_ping(&mut self) -> bool {
        let asks = self.state == State::Begun;
        if asks {
            self.state = State::Pinged;
        }
        asks
    }

    /// To be asked at a pong.
    pub fn is_complete(&self) -> bool {
        self.state == State::Pinged
    }

    /// Whether an error says that no reply will come.
    pub fn ends_with(&self, error: &ErrorFrame) -> bool {
        let about_us = match &self.to {
            To::Message(id) => error.client_msg_id.as_ref() == Some(id),
            To::Form(_) => error.client_msg_id.is_none(),
        };
        about_us && !error.is_temporary()
    }

    pub fn time_left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }
}
