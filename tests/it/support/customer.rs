//! A well-behaved customer: says hello, writes, and waits for the reply.

use rapport::base::ids::new_uuid;
use serde_json::{Value, json};

use super::server::Server;
use super::socket::Socket;

pub struct Customer {
    pub socket: Socket,
    pub welcome: Value,
    pub token: String,
    pub conversation: String,
    /// Events in the order of their coming, over this socket.
    pub events: Vec<Value>,
}

/// A message and what came of it.
#[derive(Debug)]
pub struct Reply {
    pub seq: i64,
    /// The bot's turn.
    pub events: Vec<Value>,
}

impl Customer {
    /// A new visitor.
    pub async fn arrive(server: &Server) -> Self {
        Self::hello(server, json!({"type": "hello"})).await
    }

    /// Whoever the hello says; the log that follows the welcome is read.
    pub async fn hello(server: &Server, hello: Value) -> Self {
        let mut socket = Socket::open(server).await;
        socket.send(hello).await;
        Self::welcomed(socket).await
    }

    pub async fn welcomed(mut socket: Socket) -> Self {
        let welcome = socket.frame().await;
        assert_eq!(welcome["type"], "welcome", "{welcome}");
        let text = |field: &str| welcome[field].as_str().expect("the welcome has it").to_owned();
        let (token, conversation) = (text("token"), text("conversation_id"));
        let mut customer = Self { socket, token, conversation, events: Vec::new(), welcome };
        customer.catch_up().await;
        customer
    }

    /// The same visitor again, from the start of the log.
    pub async fn back(server: &Server, token: &str) -> Self {
        Self::hello(server, json!({"type": "hello", "token": token})).await
    }

    /// Reads what the server has to say now.
    pub async fn catch_up(&mut self) -> Vec<Value> {
        let frames = self.socket.so_far().await;
        self.take_note(&frames);
        frames
    }

    /// Writes, and waits for the acknowledgement; returns the message's seq.
    pub async fn say(&mut self, text: &str) -> i64 {
        let ack = self.send(json!({"text": text})).await;
        ack["seq"].as_i64().expect("an ack has a seq")
    }

    /// Sends a message with these fields under a new id; returns the ack.
    pub async fn send(&mut self, mut message: Value) -> Value {
        let id = new_uuid().to_string();
        message["type"] = "message".into();
        message["client_msg_id"] = id.clone().into();
        self.socket.send(message).await;
        let frames = self
            .socket
            .until(|frame| {
                frame["client_msg_id"] == id.as_str() && matches!(frame["type"].as_str(), Some("ack" | "error"))
            })
            .await;
        self.take_note(&frames);
        let last = frames.last().expect("it ends with what was waited for").clone();
        assert_eq!(last["type"], "ack", "{last}");
        last
    }

    /// Writes, and waits for the whole turn of the bot.
    pub async fn ask(&mut self, text: &str) -> Reply {
        let seq = self.say(text).await;
        self.reply_to(seq).await
    }

    /// Waits for the bot's whole turn on that message.
    pub async fn reply_to(&mut self, seq: i64) -> Reply {
        if !self.events.iter().any(|event| event["in_reply_to"] == seq) {
            let frames = self.socket.until(|frame| frame["in_reply_to"] == seq).await;
            self.take_note(&frames);
        }
        // A turn is told as a whole, so the pong stands behind it.
        self.catch_up().await;
        let events = self.events.iter().filter(|event| event["in_reply_to"] == seq).cloned().collect();
        Reply { seq, events }
    }

    /// Waits for an event with such content, past or to come.
    pub async fn event(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        let is_it = |frame: &Value| frame["type"] == "event" && fits(frame);
        if let Some(event) = self.events.iter().find(|event| is_it(event)) {
            return event.clone();
        }
        let frames = self.socket.until(is_it).await;
        self.take_note(&frames);
        frames.last().expect("it ends with what was waited for").clone()
    }

    fn take_note(&mut self, frames: &[Value]) {
        self.events.extend(frames.iter().filter(|frame| frame["type"] == "event").cloned());
    }
}

impl Reply {
    /// The contents of that type.
    pub fn of_type(&self, kind: &str) -> Vec<&Value> {
        self.events.iter().map(|event| &event["content"]).filter(|content| content["type"] == kind).collect()
    }

    pub fn types(&self) -> Vec<&str> {
        self.events.iter().filter_map(|event| event["content"]["type"].as_str()).collect()
    }

    /// The articles that its answers name.
    pub fn articles(&self) -> Vec<&str> {
        let sources = self.of_type("answer").into_iter().filter_map(|answer| answer["sources"].as_array()).flatten();
        sources.filter_map(|source| source["article"].as_str()).collect()
    }
}
