//! Coming back: the log after a seq, two windows, and a seat taken over.

use rapport::base::ids::new_uuid;
use serde_json::{Value, json};

use crate::support::customer::Customer;
use crate::support::log;
use crate::support::server::Server;
use crate::support::socket::Socket;

async fn server() -> &'static Server {
    Server::shared("resume").await
}

async fn with_history() -> Customer {
    let mut ann = Customer::arrive(server().await).await;
    ann.ask("hello").await;
    ann.ask("how long does delivery take?").await;
    ann
}

fn resume(token: &str, after: i64) -> Value {
    json!({"type": "hello", "token": token, "resume_after": after})
}

#[tokio::test]
async fn the_token_brings_the_visitor_and_the_whole_log_back() {
    let ann = with_history().await;
    for hello in [json!({"type": "hello", "token": ann.token}), resume(&ann.token, 0)] {
        let back = Customer::hello(server().await, hello).await;
        assert_eq!(back.welcome["customer_id"], ann.welcome["customer_id"]);
        assert_eq!(back.welcome["conversation_id"], ann.welcome["conversation_id"]);
        assert_eq!(back.welcome["last_seq"], ann.events.len());
        assert_eq!(back.events, ann.events);
    }
}

#[tokio::test]
async fn only_what_was_missed_follows() {
    let ann = with_history().await;
    let last = ann.events.len() as i64;
    for after in [1, last - 1, last] {
        let back = Customer::hello(server().await, resume(&ann.token, after)).await;
        assert_eq!(back.events, ann.events[after as usize..], "after {after}");
    }
}

#[tokio::test]
async fn missed_events_come_before_anything_new() {
    let ann = with_history().await;
    let mut socket = Socket::open(server().await).await;
    socket.send(resume(&ann.token, 1)).await;
    socket.send(json!({"type": "message", "client_msg_id": new_uuid().to_string(), "text": "me again"})).await;
    let frames = socket.until(|frame| frame["content"]["text"] == "me again").await;
    let seqs: Vec<i64> = frames.iter().filter(|frame| frame["type"] == "event").map(log::seq).collect();
    let expected: Vec<i64> = (2..=ann.events.len() as i64 + 1).collect();
    assert_eq!(seqs, expected);
    let ack = frames.iter().position(|frame| frame["type"] == "ack").expect("an ack");
    let last_missed = frames.iter().position(|frame| frame["seq"] == ann.events.len()).expect("it was missed");
    assert!(last_missed < ack, "{frames:#?}");
}

#[tokio::test]
async fn a_seq_of_the_future_is_a_conflict_and_the_whole_log_follows() {
    let ann = with_history().await;
    let mut socket = Socket::open(server().await).await;
    socket.send(resume(&ann.token, 10_000)).await;
    let last = ann.events.len();
    let frames = socket.until(|frame| frame["type"] == "event" && frame["seq"] == last).await;
    let conflict = frames.iter().find(|frame| frame["type"] == "error").expect("it is told");
    assert_eq!(conflict["code"], "conflict");
    let events: Vec<Value> = frames.into_iter().filter(|frame| frame["type"] == "event").collect();
    assert_eq!(events, ann.events);
}

#[tokio::test]
async fn two_windows_see_the_same_in_the_same_order() {
    let mut one = Customer::hello(server().await, json!({"type": "hello", "tab": "one"})).await;
    let hello = json!({"type": "hello", "token": one.token, "tab": "two"});
    let mut two = Customer::hello(server().await, hello).await;

    let first = one.ask("hello").await;
    let second = two.ask("thank you").await;
    one.reply_to(second.seq).await;
    assert!(first.seq < second.seq);
    assert_eq!(one.events, two.events);
    log::check(&one.events);
}

#[tokio::test]
async fn the_same_tab_again_takes_the_older_ones_place() {
    let older = Customer::hello(server().await, json!({"type": "hello", "tab": "one"})).await;
    let hello = json!({"type": "hello", "token": older.token, "tab": "one"});
    let mut newer = Customer::hello(server().await, hello).await;
    assert_eq!(older.socket.closed().await.code, Some(4003));
    assert!(!newer.ask("hello").await.events.is_empty());
}

#[tokio::test]
async fn somebody_elses_tab_of_the_same_name_stays() {
    let mut one = Customer::hello(server().await, json!({"type": "hello", "tab": "one"})).await;
    let _other = Customer::hello(server().await, json!({"type": "hello", "tab": "one"})).await;
    assert!(!one.ask("hello").await.events.is_empty());
}

#[tokio::test]
async fn a_slow_reader_misses_nothing() {
    let server = server().await;
    let mut slow = Customer::arrive(server).await;
    let mut quick = Customer::back(server, &slow.token).await;
    let mut last = 0;
    for _ in 0..15 {
        last = quick.ask("what does delivery cost?").await.seq;
    }
    slow.reply_to(last).await;
    assert_eq!(slow.events, quick.events);
    log::check(&slow.events);
}
