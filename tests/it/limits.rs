//! Limits are told, never silent.

use rapport::base::ids::new_uuid;
use serde_json::{Value, json};

use crate::support::customer::Customer;
use crate::support::server::Server;
use crate::support::socket::Socket;
use crate::support::within;

async fn flood(socket: &mut Socket, messages: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for number in 0..messages {
        let id = new_uuid().to_string();
        let text = format!("message {number}");
        socket.send(json!({"type": "message", "client_msg_id": id, "text": text})).await;
        ids.push(id);
    }
    ids
}

fn verdict<'a>(frames: &'a [Value], id: &str) -> Vec<&'a Value> {
    frames.iter().filter(|frame| frame["client_msg_id"] == id).collect()
}

#[tokio::test]
async fn every_message_of_a_flood_is_taken_or_told() {
    let server = Server::shared("limits").await;
    let mut ann = Customer::arrive(server).await;
    let ids = flood(&mut ann.socket, 60).await;
    let frames = ann.socket.so_far().await;

    let mut refused = 0;
    for id in &ids {
        let told = verdict(&frames, id);
        assert_eq!(told.len(), 1, "one verdict for {id}: {told:?}");
        if told[0]["type"] == "error" {
            refused += 1;
            assert_eq!(told[0]["code"], "rate_limited");
            let wait = told[0]["retry_after_ms"].as_u64();
            assert!(wait.is_some_and(|wait| (1..=10_000).contains(&wait)), "{}", told[0]);
        }
    }
    assert!((20..60).contains(&(60 - refused)), "a burst of 20 passes, the flood does not: {refused} refused");
}

#[tokio::test]
async fn another_window_gains_nothing() {
    let server = Server::shared("limits").await;
    let mut one = Customer::arrive(server).await;
    let mut two = Customer::back(server, &one.token).await;
    flood(&mut one.socket, 25).await;
    one.socket.so_far().await;
    let ids = flood(&mut two.socket, 10).await;
    let frames = two.socket.so_far().await;
    assert!(ids.iter().any(|id| verdict(&frames, id)[0]["code"] == "rate_limited"), "{frames:#?}");
}

#[tokio::test]
async fn limits_are_settable_and_a_refused_message_can_be_sent_again() {
    let server = Server::configured("[limits]\nvisitor_rate = 2\nvisitor_burst = 2").await;
    let mut ann = Customer::arrive(&server).await;
    let ids = flood(&mut ann.socket, 4).await;
    let frames = ann.socket.so_far().await;
    let refused = ids.iter().find(|id| verdict(&frames, id)[0]["type"] == "error").expect("the third at the latest");

    // As told: later, under the same id.
    let again = json!({"type": "message", "client_msg_id": refused, "text": "once more"});
    within("the message to be taken", async {
        loop {
            ann.socket.send(again.clone()).await;
            let frames = ann.socket.until(|frame| frame["client_msg_id"] == refused.as_str()).await;
            let told = frames.last().expect("it ends with it");
            if told["type"] == "ack" {
                break;
            }
            let wait = told["retry_after_ms"].as_u64().expect("it is told when");
            tokio::time::sleep(std::time::Duration::from_millis(wait)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn one_address_has_its_limit_over_all_visitors() {
    let server = Server::configured("[limits]\naddress_rate = 3").await;
    let mut told = Vec::new();
    for _ in 0..4 {
        let mut visitor = Customer::arrive(&server).await;
        flood(&mut visitor.socket, 2).await;
        told.extend(visitor.socket.so_far().await);
    }
    let limited = told.iter().filter(|frame| frame["code"] == "rate_limited").count();
    assert!(limited > 0, "{told:#?}");
}

#[tokio::test]
async fn a_full_house_is_told_and_asked_to_come_back() {
    let server = Server::configured("[limits]\nsockets = 2").await;
    let _one = Customer::arrive(&server).await;
    let _two = Customer::arrive(&server).await;
    let mut third = Socket::open(&server).await;
    third.send(json!({"type": "hello"})).await;
    let closed = third.closed().await;
    assert_eq!((closed.error(), closed.code), (Some("unavailable"), Some(1013)), "{closed:?}");
}

#[tokio::test]
async fn a_smaller_frame_limit_holds() {
    let server = Server::configured("[limits]\nframe_bytes = 2048").await;
    let mut socket = Socket::open(&server).await;
    socket.send(json!({"type": "hello"})).await;
    socket.send(json!({"type": "message", "client_msg_id": new_uuid().to_string(), "text": "a".repeat(3000)})).await;
    let closed = socket.closed().await;
    assert_eq!((closed.error(), closed.code), (Some("too_large"), Some(1009)), "{closed:?}");
}

#[tokio::test]
async fn a_silent_socket_is_closed_and_a_pinging_one_stays() {
    let server = Server::configured("[limits]\nheartbeat_s = 1").await;
    let silent = Customer::arrive(&server).await;
    let mut alive = Customer::arrive(&server).await;
    let closing = silent.socket.closed();
    tokio::pin!(closing);
    let mut pings = tokio::time::interval(std::time::Duration::from_millis(300));
    let closed = loop {
        tokio::select! {
            closed = &mut closing => break closed,
            _ = pings.tick() => drop(alive.catch_up().await),
        }
    };
    assert!(closed.code.is_some(), "{closed:?}");
    assert!(!alive.ask("hello").await.events.is_empty());
}
