//! The client against a server that misbehaves on purpose.

use futures_util::{SinkExt, StreamExt};
use rapport::app::client::{Anomaly, Client, Gone, Options, Update};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::{WebSocketStream, accept_async};

use crate::support::within;

/// A server that says what the test says.
struct Puppet {
    listener: TcpListener,
}

struct Line {
    stream: WebSocketStream<TcpStream>,
}

impl Puppet {
    async fn new() -> (Self, Client) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound").to_string();
        let options = Options {
            address: address.parse().expect("an address"),
            inbox: "demo".to_owned(),
            token: None,
            resume_after: 0,
            locale: None,
        };
        (Self { listener }, Client::start(options))
    }

    /// The client's next connection, and its hello.
    async fn hello(&self) -> (Line, Value) {
        let (stream, _) = within("a connection", self.listener.accept()).await.expect("it connects");
        let stream = within("the upgrade", accept_async(stream)).await.expect("it speaks WebSocket");
        let mut line = Line { stream };
        let hello = line.hear().await;
        assert_eq!(hello["type"], "hello");
        (line, hello)
    }

    /// A connection that is welcomed.
    async fn welcome(&self, last_seq: i64) -> (Line, Value) {
        let (mut line, hello) = self.hello().await;
        line.say(json!({
            "type": "welcome", "token": "vst_1", "customer_id": "cus_1", "conversation_id": "cnv_1",
            "last_seq": last_seq, "assistant": {"name": "Wick", "disclosure": "I am a machine."}, "heartbeat_s": 60,
        }))
        .await;
        (line, hello)
    }
}

impl Line {
    async fn say(&mut self, frame: Value) {
        within("a frame to be sent", self.stream.send(Message::text(frame.to_string()))).await.expect("it listens");
    }

    async fn event(&mut self, seq: i64) {
        let content = json!({"type": "text", "text": format!("event {seq}")});
        let author = json!({"kind": "bot"});
        self.say(
            json!({"type": "event", "seq": seq, "at": "2026-11-22T10:00:00Z", "author": author, "content": content}),
        )
        .await;
    }

    async fn ack(&mut self, message: &Value, seq: i64) {
        let id = &message["client_msg_id"];
        self.say(json!({"type": "ack", "client_msg_id": id, "seq": seq, "at": "2026-11-22T10:00:00Z"})).await;
    }

    async fn hear(&mut self) -> Value {
        loop {
            match within("a frame", self.stream.next()).await {
                Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).expect("frames are JSON"),
                Some(Ok(_)) => {}
                other => panic!("the client is gone: {other:?}"),
            }
        }
    }

    async fn close(mut self, code: u16) {
        let frame = CloseFrame { code: code.into(), reason: "".into() };
        within("the close", self.stream.close(Some(frame))).await.expect("it listens");
    }
}

async fn until(client: &mut Client, fits: impl Fn(&Update) -> bool) -> Update {
    loop {
        let update = within("an update", client.next()).await.expect("the client goes on");
        if fits(&update) {
            return update;
        }
    }
}

async fn event(client: &mut Client) -> i64 {
    let update = until(client, |update| matches!(update, Update::Event(_) | Update::Anomaly(_))).await;
    match update {
        Update::Event(event) => event.seq,
        other => panic!("an event was due, not {other:?}"),
    }
}

#[tokio::test]
async fn a_lost_connection_is_resumed_and_the_unacknowledged_sent_again() {
    let (puppet, mut client) = Puppet::new().await;
    let (mut line, hello) = puppet.welcome(0).await;
    assert!(hello.get("token").is_none() && hello.get("resume_after").is_none(), "{hello}");
    line.event(1).await;
    assert_eq!(event(&mut client).await, 1);

    let ids = [client.say("first", None).await, client.say("second", None).await];
    let first = line.hear().await;
    assert_eq!((first["client_msg_id"].as_str(), first["text"].as_str()), (Some(ids[0].as_str()), Some("first")));
    line.ack(&first, 2).await;
    until(&mut client, |update| matches!(update, Update::Ack(_))).await;
    line.hear().await;
    drop(line);

    let (mut line, hello) = puppet.welcome(2).await;
    assert_eq!((hello["token"].as_str(), hello["resume_after"].as_i64()), (Some("vst_1"), Some(1)), "{hello}");
    let again = line.hear().await;
    assert_eq!((again["client_msg_id"].as_str(), again["text"].as_str()), (Some(ids[1].as_str()), Some("second")));
    line.event(2).await;
    assert_eq!(event(&mut client).await, 2);
}

#[tokio::test]
async fn what_is_said_while_nobody_listens_is_sent_later() {
    let (puppet, mut client) = Puppet::new().await;
    let (line, _) = puppet.welcome(0).await;
    until(&mut client, |update| matches!(update, Update::Welcome(_))).await;
    line.close(1012).await;
    until(&mut client, |update| matches!(update, Update::Lost { .. })).await;
    let id = client.say("are you back?", None).await;
    let (mut line, _) = puppet.welcome(0).await;
    assert_eq!(line.hear().await["client_msg_id"], id.as_str());
}

#[tokio::test]
async fn a_throttled_message_is_sent_again_under_its_id() {
    let (puppet, mut client) = Puppet::new().await;
    let (mut line, _) = puppet.welcome(0).await;
    let id = client.say("too fast", None).await;
    line.hear().await;
    line.say(json!({"type": "error", "code": "rate_limited", "message": "slow down", "client_msg_id": id, "retry_after_ms": 20}))
        .await;
    let again = line.hear().await;
    assert_eq!(again["client_msg_id"], id.as_str());
    line.ack(&again, 1).await;
    until(&mut client, |update| matches!(update, Update::Ack(_))).await;
}

#[tokio::test]
async fn a_message_refused_for_good_is_not_sent_again() {
    let (puppet, mut client) = Puppet::new().await;
    let (mut line, _) = puppet.welcome(0).await;
    let id = client.say("bad", None).await;
    line.hear().await;
    line.say(json!({"type": "error", "code": "bad_frame", "message": "no", "client_msg_id": id})).await;
    until(&mut client, |update| matches!(update, Update::Error(_))).await;
    drop(line);
    let (mut line, _) = puppet.welcome(0).await;
    let next = client.say("good", None).await;
    assert_eq!(line.hear().await["client_msg_id"], next.as_str());
}

#[tokio::test]
async fn gaps_and_repetitions_are_reported() {
    let (puppet, mut client) = Puppet::new().await;
    let (mut line, _) = puppet.welcome(0).await;
    for seq in [1, 1, 3] {
        line.event(seq).await;
    }
    let is_anomaly = |update: &Update| matches!(update, Update::Anomaly(_));
    let repeated = until(&mut client, is_anomaly).await;
    assert_eq!(repeated, Update::Anomaly(Anomaly::Repeated { found: 1, last_seen: 1 }));
    let gap = until(&mut client, is_anomaly).await;
    assert_eq!(gap, Update::Anomaly(Anomaly::Gap { expected: 2, found: 3 }));
}

#[tokio::test]
async fn after_a_conflict_the_log_begins_anew() {
    let (puppet, mut client) = Puppet::new().await;
    let (mut line, _) = puppet.welcome(0).await;
    for seq in 1..=3 {
        line.event(seq).await;
        event(&mut client).await;
    }
    drop(line);
    // The server was restored from an older copy.
    let (mut line, hello) = puppet.welcome(1).await;
    assert_eq!(hello["resume_after"], 3);
    line.say(json!({"type": "error", "code": "conflict", "message": "the log ends at 1"})).await;
    line.event(1).await;
    assert_eq!(event(&mut client).await, 1);
}

#[tokio::test]
async fn a_refusal_and_a_superseding_are_final() {
    let (puppet, mut client) = Puppet::new().await;
    let (mut line, _) = puppet.hello().await;
    line.say(json!({"type": "error", "code": "unknown_inbox", "message": "there is no such inbox"})).await;
    line.close(1008).await;
    let gone = until(&mut client, |update| matches!(update, Update::Gone(_))).await;
    assert_eq!(gone, Update::Gone(Gone::Refused("there is no such inbox".to_owned())));
    assert_eq!(within("the end", client.next()).await, None);

    let (puppet, mut client) = Puppet::new().await;
    let (line, _) = puppet.welcome(0).await;
    line.close(4003).await;
    let gone = until(&mut client, |update| matches!(update, Update::Gone(_))).await;
    assert_eq!(gone, Update::Gone(Gone::Superseded));
}
