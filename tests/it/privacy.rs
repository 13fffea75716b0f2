//! Card numbers and account numbers in two hundred messages: none of them reaches a log line,
//! a webhook, or anything else that leaves the house.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::routing::post;
use serde_json::{Value, json};

use crate::support::api::Api;
use crate::support::console::Console;
use crate::support::customer::Customer;
use crate::support::server::Server;
use crate::support::within;

const MESSAGES: usize = 200;

/// Another company's system: it keeps what it is told.
#[derive(Clone, Default)]
struct Receiver {
    bodies: Arc<Mutex<Vec<String>>>,
}

impl Receiver {
    async fn listen(&self) -> String {
        let bodies = self.bodies.clone();
        let keep = move |body: String| async move {
            bodies.lock().unwrap().push(body);
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, Router::new().route("/", post(keep))).await });
        format!("http://{address}/")
    }

    fn told(&self) -> String {
        self.bodies.lock().unwrap().join("\n")
    }

    /// Waits until this has been told.
    async fn hears(&self, words: &str) {
        within("the webhook is told", async {
            while !self.told().contains(words) {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        })
        .await;
    }
}

/// A number with a check digit, different for each place.
fn card(place: usize) -> String {
    let issuers = [("4", 16), ("51", 16), ("37", 15), ("2221", 16), ("6011", 16), ("3530", 16)];
    let (prefix, length) = issuers[place % issuers.len()];
    let mut digits = format!("{prefix}{:0width$}", 7_919 * (place + 13), width = length - 1 - prefix.len());
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, byte)| (u32::from(byte - b'0'), at % 2 == 0))
        .map(|(value, doubled)| if doubled { value * 2 - if value > 4 { 9 } else { 0 } } else { value })
        .sum();
    digits.push_str(&((10 - sum % 10) % 10).to_string());
    digits
}

/// A Belgian account; its own check stands in its last two digits, the IBAN's in the third and
/// fourth character.
fn account(place: usize) -> String {
    let body = 5_390_007_547 + 104_729 * place as u64;
    let check = if body.is_multiple_of(97) { 97 } else { body % 97 };
    let account = format!("{body:010}{check:02}");
    let rest = format!("{account}111400").bytes().fold(0_u64, |rest, byte| (rest * 10 + u64::from(byte - b'0')) % 97);
    format!("BE{:02}{account}", 98 - rest)
}

/// In groups of four with that sign between them.
fn grouped(number: &str, sign: &str) -> String {
    let groups: Vec<&str> = (0..number.len()).step_by(4).map(|at| &number[at..number.len().min(at + 4)]).collect();
    groups.join(sign)
}

/// A message with a number of each kind, as people type them.
fn message(place: usize) -> (String, [String; 2]) {
    let (card, account) = (card(place), account(place));
    let sign = ["", " ", "-", "."][place % 4];
    let (typed_card, typed_account) = (grouped(&card, sign), grouped(&account, ["", " "][place % 2]));
    let typed_account = if place.is_multiple_of(3) { typed_account.to_lowercase() } else { typed_account };
    let text = match place % 8 {
        0 => format!("I paid with my card {typed_card}, please refund {typed_account}"),
        1 => format!("{typed_card} is charged twice! My IBAN: {typed_account}"),
        2 => format!("card number:{typed_card}\naccount:{typed_account}"),
        3 => format!("wrong card ({typed_card}) and refund to \"{typed_account}\"."),
        4 => format!("visa{card} / iban{account}"),
        5 => format!("order AW-10482 was paid by {typed_card} not by {typed_account}?"),
        6 => format!("2 payments, {typed_card} 12/27 123 and {typed_account} thanks"),
        _ => format!("{typed_account}\n\n{typed_card}"),
    };
    (text, [card, account])
}

/// Whether a number stands anywhere in the text, however its characters are parted.
fn holds(text: &str, number: &str) -> bool {
    let compact: String = text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_uppercase();
    compact.contains(number)
}

fn assert_none(place: &str, text: &str, numbers: &[String]) {
    let found: Vec<_> = numbers.iter().filter(|number| holds(text, number)).collect();
    assert!(found.is_empty(), "{place} has {found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_card_and_no_account_leaves_the_house() {
    let config = "[network]\nprivate_hosts = [\"127.0.0.1\"]\n[log]\nlevel = \"debug\"\n\
                  [limits]\nvisitor_rate = 1000\nvisitor_burst = 1000\naddress_rate = 10000\n";
    let server = Server::configured(config).await;
    let admin = Api::with_role(&server, "admin").await;
    let receiver = Receiver::default();
    let url = receiver.listen().await;
    admin.post("/v1/webhooks", json!({"url": url, "description": "CRM"})).await.ok();

    let mut customer = Customer::arrive(&server).await;
    let (mut cards, mut accounts) = (Vec::new(), Vec::new());
    for place in 0..MESSAGES {
        let (text, [card, account]) = message(place);
        let seq = customer.say(&text).await;
        // The sender gets back what they sent, word for word.
        let echo = customer.event(|event| event["seq"] == seq).await;
        assert_eq!(echo["content"]["text"], text.as_str());
        cards.push(card);
        accounts.push(account);
    }
    let last = customer.say("that was the last one, eva@post.example").await;
    customer.reply_to(last).await;
    receiver.hears("that was the last one").await;
    receiver.hears(&format!("\"in_reply_to\":{last}")).await;

    let all: Vec<String> = cards.iter().chain(&accounts).cloned().collect();
    assert_none("the log", &server.log(), &all);
    assert_none("a webhook", &receiver.told(), &all);
    assert!(receiver.told().contains("«card …") && receiver.told().contains("«IBAN»"), "it is told that one was there");
    assert!(!receiver.told().contains("eva@post.example"), "addresses are masked unless the owner wants them");

    // Cards are nowhere in the house either: not for the customer who comes back, not for
    // agents, not in the database's files.
    let back = Customer::back(&server, &customer.token).await;
    assert_none("the log of the conversation", &serde_json::to_string(&back.events).unwrap(), &cards);
    let token = server.cli().run(["token", "create", "--role", "agent"]).await.out();
    let mut console = Console::with_token(&server, token.trim(), json!({"type": "hello"})).await;
    let frames = console.so_far().await;
    assert_none("the console", &serde_json::to_string(&frames).unwrap(), &cards);
    let path = format!("/v1/conversations/{}", customer.conversation);
    assert_none("the conversation's page", &admin.get(&path).await.text, &cards);
    for file in ["rapport.db", "rapport.db-wal"] {
        let bytes = std::fs::read(server.data_dir().join(file)).unwrap_or_default();
        let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
        let kept = cards.iter().find(|card| text.contains(card.as_str()) || text.contains(&grouped(card, " ")));
        assert_eq!(kept, None, "{file} keeps a card");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_message_again_changes_nothing_though_it_is_masked() {
    let server = Server::shared("privacy").await;
    let mut customer = Customer::arrive(server).await;
    let message = json!({"type": "message", "client_msg_id": rapport::base::ids::new_uuid().to_string(), "text": "4111 1111 1111 1111"});
    let mut seqs = Vec::new();
    for _ in 0..2 {
        customer.socket.send(message.clone()).await;
        let frames = customer.socket.until(|frame| frame["type"] == "ack").await;
        seqs.push(frames.last().unwrap()["seq"].clone());
    }
    assert_eq!(seqs[0], seqs[1]);
    let back = Customer::back(server, &customer.token).await;
    let said: Vec<&Value> = back.events.iter().filter(|event| event["author"]["kind"] == "customer").collect();
    assert_eq!(said.len(), 1, "{said:?}");
    assert_eq!(said[0]["content"]["text"], "«card …1111»");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_may_have_addresses_told() {
    let config = "[network]\nprivate_hosts = [\"127.0.0.1\"]\n[privacy]\nmask_contacts_in_webhooks = false\n";
    let server = Server::configured(config).await;
    let admin = Api::with_role(&server, "admin").await;
    let receiver = Receiver::default();
    let url = receiver.listen().await;
    admin.post("/v1/webhooks", json!({"url": url, "description": "CRM"})).await.ok();
    let mut customer = Customer::arrive(&server).await;
    let seq = customer.say("eva@post.example, refund BE68 5390 0754 7034").await;
    customer.reply_to(seq).await;
    receiver.hears("eva@post.example, refund «IBAN»").await;
    receiver.hears(&format!("\"in_reply_to\":{seq}")).await;
    assert_none("a webhook", &receiver.told(), &["BE68539007547034".to_owned()]);
}
