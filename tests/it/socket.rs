//! The customer socket: who is let in, what is understood, and what becomes of it.

use rapport::base::ids::new_uuid;
use rapport::base::secret::hmac_sha256_hex;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::support::customer::Customer;
use crate::support::log;
use crate::support::server::Server;
use crate::support::socket::{Closed, Socket};

async fn server() -> &'static Server {
    Server::shared("socket").await
}

/// A socket that was welcomed, without anything read after that.
async fn welcomed(hello: Value) -> (Socket, Value) {
    let mut socket = Socket::open(server().await).await;
    socket.send(hello).await;
    let welcome = socket.frame().await;
    assert_eq!(welcome["type"], "welcome", "{welcome}");
    (socket, welcome)
}

fn message(id: &str, text: &str) -> Value {
    json!({"type": "message", "client_msg_id": id, "text": text})
}

fn is_ack_of<'a>(id: &'a str) -> impl Fn(&Value) -> bool + 'a {
    move |frame| frame["type"] == "ack" && frame["client_msg_id"] == id
}

fn of_type<'a>(frames: &'a [Value], kind: &str) -> Vec<&'a Value> {
    frames.iter().filter(|frame| frame["type"] == kind).collect()
}

#[tokio::test]
async fn a_hello_is_welcomed() {
    let (_, welcome) = welcomed(json!({"type": "hello", "locale": "en", "tab": "a"})).await;
    for field in ["token", "customer_id", "conversation_id"] {
        assert!(welcome[field].as_str().is_some_and(|text| !text.is_empty()), "{field}: {welcome}");
    }
    assert_eq!(welcome["last_seq"], 0, "{welcome}");
    assert!(welcome["heartbeat_s"].as_u64().is_some_and(|seconds| seconds > 0), "{welcome}");
    assert!(welcome["assistant"]["name"].is_string(), "{welcome}");
    assert!(welcome["assistant"]["disclosure"].as_str().is_some_and(|text| text.len() > 10), "{welcome}");
}

#[tokio::test]
async fn two_visitors_are_two_people() {
    let (_, one) = welcomed(json!({"type": "hello"})).await;
    let (_, other) = welcomed(json!({"type": "hello"})).await;
    for field in ["token", "customer_id", "conversation_id"] {
        assert_ne!(one[field], other[field], "{field}");
    }
}

#[tokio::test]
async fn the_first_frame_must_be_a_hello() {
    for first in [message(&new_uuid().to_string(), "hi"), json!({"type": "ping"}), json!({"type": "dance"})] {
        let mut socket = Socket::open(server().await).await;
        socket.send(first.clone()).await;
        assert_eq!(socket.closed().await.code, Some(4001), "{first}");
    }
}

#[tokio::test]
async fn a_bad_token_is_refused() {
    let mut socket = Socket::open(server().await).await;
    socket.send(json!({"type": "hello", "token": "vst_not-a-token"})).await;
    let closed = socket.closed().await;
    assert_eq!((closed.error(), closed.code), (Some("unauthorized"), Some(1008)), "{closed:?}");
}

#[tokio::test]
async fn an_unknown_inbox_is_told_on_an_open_socket() {
    let mut socket = Socket::open_as(server().await, "nowhere", None).await;
    socket.send(json!({"type": "hello"})).await;
    let closed = socket.closed().await;
    assert_eq!((closed.error(), closed.code), (Some("unknown_inbox"), Some(1008)), "{closed:?}");
}

#[tokio::test]
async fn a_foreign_website_is_told_on_an_open_socket() {
    let mut socket = Socket::open_as(server().await, "demo", Some("https://evil.example")).await;
    socket.send(json!({"type": "hello"})).await;
    let closed = socket.closed().await;
    assert_eq!((closed.error(), closed.code), (Some("forbidden_origin"), Some(1008)), "{closed:?}");
}

#[tokio::test]
async fn our_own_website_may_open_a_chat() {
    let server = server().await;
    let mut socket = Socket::open_as(server, "demo", Some(&server.url)).await;
    socket.send(json!({"type": "hello"})).await;
    assert_eq!(socket.frame().await["type"], "welcome");
}

#[tokio::test]
async fn an_identity_counts_only_with_its_signature() {
    let secret = server().await.cli().run(["inbox", "secret", "demo"]).await.out();
    let identity = |hmac: String| json!({"type": "hello", "identity": {"user_id": "user-17", "email": "ann@shop.example", "name": "Ann", "hmac": hmac}});
    let genuine = hmac_sha256_hex(secret.trim().as_bytes(), b"user-17");
    let (_, first) = welcomed(identity(genuine.clone())).await;
    let (_, second) = welcomed(identity(genuine)).await;
    assert_eq!(first["customer_id"], second["customer_id"], "the same person on two devices");

    let mut socket = Socket::open(server().await).await;
    socket.send(identity(hmac_sha256_hex(b"another secret", b"user-17"))).await;
    let closed = socket.closed().await;
    assert_eq!((closed.error(), closed.code), (Some("unauthorized"), Some(1008)), "{closed:?}");
}

#[tokio::test]
async fn a_message_is_acknowledged_comes_back_verbatim_and_is_answered() {
    let mut ann = Customer::arrive(server().await).await;
    let text = "  Hello there! <b>&amp;</b> 👋🏽 \u{202e}ende\u{202c}\n\tsecond line ";
    let reply = ann.ask(text).await;

    let own = &ann.events[0];
    assert_eq!((own["seq"].as_i64(), own["author"]["kind"].as_str()), (Some(reply.seq), Some("customer")));
    assert_eq!(own["content"], json!({"type": "text", "text": text}), "verbatim");
    assert!(!reply.events.is_empty());
    assert_eq!(reply.events[0]["author"]["kind"], "bot", "{reply:?}");
    log::check(&ann.events);
}

#[tokio::test]
async fn the_acknowledgement_has_seq_and_time() {
    let mut ann = Customer::arrive(server().await).await;
    let ack = ann.send(json!({"text": "hello"})).await;
    assert_eq!(ack["seq"], 1);
    assert!(ack["at"].as_str().is_some_and(|at| at.parse::<jiff::Timestamp>().is_ok() && at.ends_with('Z')), "{ack}");
    let event = ann.event(|event| event["seq"] == 1).await;
    assert_eq!(event["at"], ack["at"], "the event tells the same time");
}

#[tokio::test]
async fn a_replayed_message_gets_the_same_ack_and_changes_nothing() {
    let mut ann = Customer::arrive(server().await).await;
    let id = new_uuid().to_string();
    ann.socket.send(message(&id, "good morning")).await;
    let first = ann.socket.until(is_ack_of(&id)).await.pop().expect("an ack");
    ann.socket.until(|frame| frame["in_reply_to"] == first["seq"]).await;
    ann.socket.so_far().await;

    // Even with other words: the id decides.
    for words in ["good morning", "something else"] {
        ann.socket.send(message(&id, words)).await;
        let again = ann.socket.until(is_ack_of(&id)).await.pop().expect("an ack");
        assert_eq!(again, first);
    }
    // The next message gets the next turn, and nothing lies between.
    let back = Customer::back(server().await, &ann.token).await;
    assert_eq!(log::messages(&back.events).len(), 1, "{:#?}", back.events);
    log::check(&back.events);
}

#[tokio::test]
async fn the_same_id_twice_at_once_is_one_message() {
    let mut ann = Customer::arrive(server().await).await;
    let mut elsewhere = Customer::back(server().await, &ann.token).await;
    let id = new_uuid().to_string();
    ann.socket.send(message(&id, "good evening")).await;
    elsewhere.socket.send(message(&id, "good evening")).await;
    let one = ann.socket.until(is_ack_of(&id)).await.pop().expect("an ack");
    let other = elsewhere.socket.until(is_ack_of(&id)).await.pop().expect("an ack");
    assert_eq!(one["seq"], other["seq"]);

    let last = elsewhere.ask("goodbye").await;
    let back = Customer::back(server().await, &ann.token).await;
    assert_eq!(log::messages(&back.events).len(), 2, "{:#?}", back.events);
    assert!(last.seq > 1);
    log::check(&back.events);
}

#[tokio::test]
async fn frames_may_follow_the_hello_at_once() {
    let mut socket = Socket::open(server().await).await;
    let ids = [new_uuid().to_string(), new_uuid().to_string()];
    socket.send(json!({"type": "hello"})).await;
    socket.send(message(&ids[0], "hello")).await;
    socket.send(message(&ids[1], "are you there?")).await;
    socket.send(json!({"type": "ping"})).await;

    let frames = socket.until(|frame| frame["type"] == "pong").await;
    assert_eq!(frames[0]["type"], "welcome");
    let acks = of_type(&frames, "ack");
    let acked: Vec<&str> = acks.iter().filter_map(|ack| ack["client_msg_id"].as_str()).collect();
    assert_eq!(acked, ids, "handled in their order");
    assert!(acks[0]["seq"].as_i64() < acks[1]["seq"].as_i64());
}

#[tokio::test]
async fn several_messages_at_once_are_answered_each_in_order() {
    let mut ann = Customer::arrive(server().await).await;
    for text in ["hello", "how long does delivery take?", "thank you"] {
        ann.socket.send(message(&new_uuid().to_string(), text)).await;
    }
    let frames = ann.socket.until({
        let replies = std::cell::RefCell::new(std::collections::BTreeSet::new());
        move |frame| {
            replies.borrow_mut().extend(frame["in_reply_to"].as_i64());
            replies.borrow().len() == 3
        }
    });
    let frames = frames.await;
    let mut events: Vec<Value> = of_type(&frames, "event").into_iter().cloned().collect();
    events.extend(of_type(&ann.socket.so_far().await, "event").into_iter().cloned());
    log::check(&events);
    let replied: Vec<i64> = events.iter().filter_map(|event| event["in_reply_to"].as_i64()).collect();
    assert!(replied.is_sorted(), "turns keep the order of the messages: {replied:?}");
}

#[tokio::test]
async fn what_is_no_frame_is_told_and_the_socket_stays() {
    let mut ann = Customer::arrive(server().await).await;
    let bad = [
        "",
        "hello",
        "[]",
        "{\"type\":",
        r#"{"text":"no type"}"#,
        r#"{"type":"dance"}"#,
        r#"{"type":"hello"}"#,
        r#"{"type":"message","text":"no id"}"#,
        r#"{"type":"read","seq":"three"}"#,
        r#"{"type":"rate","seq":1}"#,
    ];
    for text in bad {
        ann.socket.send_text(text).await;
        let frames = ann.socket.so_far().await;
        let errors = of_type(&frames, "error");
        assert!(errors.len() == 1 && errors[0]["code"] == "bad_frame", "{text}: {frames:?}");
        assert!(errors[0]["message"].as_str().is_some_and(|message| !message.is_empty()), "{frames:?}");
    }
    assert!(!ann.ask("hello").await.events.is_empty(), "it goes on");
}

#[tokio::test]
async fn a_bad_message_is_named_by_its_id() {
    let mut ann = Customer::arrive(server().await).await;
    let id = new_uuid().to_string();
    let bad = [
        json!({"type": "message", "client_msg_id": id}),
        json!({"type": "message", "client_msg_id": id, "text": ""}),
        json!({"type": "message", "client_msg_id": id, "text": "   \n "}),
        json!({"type": "message", "client_msg_id": id, "text": 7}),
        json!({"type": "message", "client_msg_id": id, "attachments": ["fil_none"]}),
    ];
    for frame in bad {
        ann.socket.send(frame.clone()).await;
        let frames = ann.socket.so_far().await;
        let errors = of_type(&frames, "error");
        assert!(errors.len() == 1 && errors[0]["code"] == "bad_frame", "{frame}: {frames:?}");
        assert_eq!(errors[0]["client_msg_id"], id.as_str(), "{frame}: {frames:?}");
    }
    ann.socket.send(message("not-a-uuid", "hello")).await;
    let frames = ann.socket.so_far().await;
    assert_eq!(frames[0]["code"], "bad_frame", "{frames:?}");
    assert_eq!(frames[0]["client_msg_id"], "not-a-uuid", "{frames:?}");
}

#[tokio::test]
async fn unknown_fields_are_of_the_future_and_do_no_harm() {
    let mut ann = Customer::arrive(server().await).await;
    let ack = ann.send(json!({"text": "hello", "mood": "sunny", "attachments": []})).await;
    assert_eq!(ack["seq"], 1);
}

#[tokio::test]
async fn a_binary_frame_closes_with_1003() {
    let mut socket = Socket::open(server().await).await;
    socket.send(json!({"type": "hello"})).await;
    socket.send_message(Message::binary(b"\x00\x01".as_slice())).await;
    assert_eq!(socket.closed().await.code, Some(1003));
}

#[tokio::test]
async fn invalid_utf8_closes_with_1007() {
    let mut socket = Socket::open(server().await).await;
    socket.send(json!({"type": "hello"})).await;
    socket.send_bytes_as_text(b"{\"type\":\"message\",\"text\":\"\xff\xfe\"}").await;
    assert_eq!(socket.closed().await.code, Some(1007));
}

#[tokio::test]
async fn a_megabyte_is_too_large_and_told() {
    for bytes in [65 * 1024, 1024 * 1024] {
        let closed = after_a_message_of(bytes).await;
        assert_eq!((closed.error(), closed.code), (Some("too_large"), Some(1009)), "{bytes} bytes: {closed:?}");
    }
}

#[tokio::test]
async fn a_message_without_end_is_cut_off_and_the_others_go_on() {
    let mut ann = Customer::arrive(server().await).await;
    // Whoever sends on and on may find the connection reset before the reason arrives.
    let closed = after_a_message_of(16 * 1024 * 1024).await;
    assert!(closed.code.is_none_or(|code| code == 1009), "{closed:?}");
    assert!(!ann.ask("hello").await.events.is_empty());
}

async fn after_a_message_of(bytes: usize) -> Closed {
    let mut socket = Socket::open(server().await).await;
    socket.send(json!({"type": "hello"})).await;
    socket.send(message(&new_uuid().to_string(), &"a".repeat(bytes))).await;
    socket.closed().await
}

#[tokio::test]
async fn a_frame_just_below_the_limit_is_taken() {
    let mut ann = Customer::arrive(server().await).await;
    let text = "word ".repeat(12_000);
    let reply = ann.ask(&text).await;
    assert_eq!(ann.events[0]["content"]["text"], text.as_str());
    assert!(!reply.events.is_empty());
}

#[tokio::test]
async fn typing_read_and_track_leave_no_trace_in_the_log() {
    let mut ann = Customer::arrive(server().await).await;
    ann.ask("hello").await;
    let before = ann.events.len();
    for frame in [
        json!({"type": "typing", "on": true}),
        json!({"type": "typing", "on": false}),
        json!({"type": "read", "seq": 1}),
        json!({"type": "track", "name": "page_view", "properties": {"url": "https://shop.example/lamps"}}),
        json!({"type": "track", "name": "add_to_cart"}),
    ] {
        ann.socket.send(frame).await;
    }
    let frames = ann.catch_up().await;
    assert!(of_type(&frames, "error").is_empty(), "{frames:?}");
    assert_eq!(ann.events.len(), before, "{frames:?}");
}

#[tokio::test]
async fn a_rating_becomes_an_event_and_a_repeat_replaces_it() {
    let mut ann = Customer::arrive(server().await).await;
    let reply = ann.ask("how long does delivery to Belgium take?").await;
    let seq = log::seq(&reply.events[0]);
    ann.socket.send(json!({"type": "rate", "seq": seq, "helpful": true})).await;
    let rating = ann.event(|event| event["content"]["type"] == "rating").await;
    assert_eq!(rating["content"], json!({"type": "rating", "seq": seq, "helpful": true}));
    assert_eq!(rating["author"]["kind"], "customer");

    ann.socket.send(json!({"type": "rate", "seq": seq, "helpful": false, "comment": "not for me"})).await;
    let edit = ann.event(|event| event["content"]["type"] == "edit").await;
    assert_eq!(edit["content"]["edits"], rating["seq"], "{edit}");
    let replaced = json!({"type": "rating", "seq": seq, "helpful": false, "comment": "not for me"});
    assert_eq!(edit["content"]["content"], replaced, "{edit}");
    log::check(&ann.events);
}

#[tokio::test]
async fn only_an_answer_can_be_rated() {
    let mut ann = Customer::arrive(server().await).await;
    ann.ask("hello").await;
    for seq in [1, 99, 0, -1] {
        ann.socket.send(json!({"type": "rate", "seq": seq, "helpful": true})).await;
        let frames = ann.socket.so_far().await;
        assert_eq!(of_type(&frames, "error").len(), 1, "{seq}: {frames:?}");
        assert!(of_type(&frames, "event").is_empty(), "{seq}: {frames:?}");
    }
}

#[tokio::test]
async fn a_survey_and_a_form_need_to_have_been_asked() {
    let mut ann = Customer::arrive(server().await).await;
    ann.ask("hello").await;
    for frame in [
        json!({"type": "survey", "seq": 1, "score": 5}),
        json!({"type": "submit", "seq": 1, "values": {"email": "ann@shop.example"}}),
    ] {
        ann.socket.send(frame.clone()).await;
        let frames = ann.socket.so_far().await;
        assert_eq!(of_type(&frames, "error").len(), 1, "{frame}: {frames:?}");
    }
}

#[tokio::test]
async fn a_chosen_option_is_understood_as_its_payload() {
    let mut ann = Customer::arrive(server().await).await;
    let ack = ann.send(json!({"text": "Delivery", "postback": "How long does delivery to Germany take?"})).await;
    let reply = ann.reply_to(ack["seq"].as_i64().expect("a seq")).await;
    assert_eq!(ann.events[0]["content"]["text"], "Delivery", "the words shown are the title");
    assert!(!reply.articles().is_empty(), "{reply:#?}");
}

#[tokio::test]
async fn a_ping_of_either_kind_is_a_sign_of_life() {
    let (mut socket, _) = welcomed(json!({"type": "hello"})).await;
    socket.send(json!({"type": "ping"})).await;
    assert_eq!(socket.frame().await, json!({"type": "pong"}));
    socket.send_message(Message::Ping(b"still there?".as_slice().into())).await;
    assert!(socket.so_far().await.is_empty());
}

#[tokio::test]
async fn metrics_count_what_happened() {
    let server = server().await;
    let mut ann = Customer::arrive(server).await;
    ann.ask("hello").await;
    let metrics = crate::support::api::Api::anonymous(server).get("/metrics").await;
    for name in ["rapport_messages_accepted_total", "rapport_sockets_open", "rapport_turn_seconds_bucket"] {
        assert!(metrics.text.contains(name), "{name}:\n{}", metrics.text);
    }
    assert!(!server.log().contains(&ann.token), "no secrets in the log");
}
