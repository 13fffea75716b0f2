//! When the ground gives way: a full disk, a locked database.
//!
//! The rule is the same for all: what cannot be kept is told as `unavailable` and not
//! acknowledged, what was acknowledged stays, and the server recovers by itself.

mod disk;

use rapport::base::ids::new_uuid;
use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Executor};

use crate::support::customer::Customer;
use crate::support::log;
use crate::support::server::Server;
use crate::support::within;
use disk::SmallDisk;

/// Sends one message and tells what became of it.
async fn verdict(customer: &mut Customer, text: &str) -> Value {
    let id = new_uuid().to_string();
    customer.socket.send(json!({"type": "message", "client_msg_id": id, "text": text})).await;
    let frames = customer.socket.until(|frame| frame["client_msg_id"] == id.as_str()).await;
    customer.events.extend(frames.iter().filter(|frame| frame["type"] == "event").cloned());
    frames.last().expect("it ends with the verdict").clone()
}

async fn until_taken(customer: &mut Customer, text: &str) -> i64 {
    within("the server to recover", async {
        loop {
            let told = verdict(customer, text).await;
            match told["type"].as_str() {
                Some("ack") => return told["seq"].as_i64().expect("an ack has a seq"),
                _ => assert!(
                    ["unavailable", "rate_limited"].contains(&told["code"].as_str().unwrap_or_default()),
                    "{told}"
                ),
            }
            tokio::time::sleep(std::time::Duration::from_millis(told["retry_after_ms"].as_u64().unwrap_or(200))).await;
        }
    })
    .await
}

#[tokio::test]
async fn a_full_disk_is_told_and_loses_nothing() {
    let disk = SmallDisk::start_server("[limits]\nvisitor_rate = 1000\nvisitor_burst = 1000").await;
    let server = &disk.server;
    let mut ann = Customer::arrive(server).await;
    let mut acknowledged = vec![ann.ask("hello").await.seq];

    disk.fill();
    let refusal = within("the disk to be full", async {
        loop {
            let told = verdict(&mut ann, &"there is a lot to say ".repeat(1000)).await;
            match told["type"].as_str() {
                Some("ack") => acknowledged.push(told["seq"].as_i64().expect("an ack has a seq")),
                _ => return told,
            }
        }
    })
    .await;
    assert_eq!(refusal["code"], "unavailable", "{refusal}");

    disk.free();
    let last = until_taken(&mut ann, "is there room again?").await;
    acknowledged.push(last);
    let mut back = Customer::back(server, &ann.token).await;
    back.reply_to(last).await;
    log::check(&back.events);
    let kept: Vec<i64> = log::messages(&back.events).into_iter().map(log::seq).collect();
    for seq in acknowledged {
        assert!(kept.contains(&seq), "{seq} was acknowledged; {kept:?} are kept");
    }
}

#[tokio::test]
async fn a_locked_database_delays_or_is_told_and_loses_nothing() {
    let server = Server::start().await;
    let mut ann = Customer::arrive(&server).await;
    ann.ask("hello").await;

    let mut intruder = lock_database(&server).await;
    let id = new_uuid().to_string();
    ann.socket.send(json!({"type": "message", "client_msg_id": id, "text": "how long does delivery take?"})).await;
    // While it is locked there is no ack: either nothing yet, or an honest error.
    let told = tokio::time::timeout(
        std::time::Duration::from_secs(2),
        ann.socket.until(|frame| frame["client_msg_id"] == id.as_str()),
    );
    if let Ok(frames) = told.await {
        assert_eq!(frames.last().expect("a verdict")["code"], "unavailable", "{frames:#?}");
    }
    intruder.execute("ROLLBACK").await.expect("the lock is given back");

    let mut back = Customer::back(&server, &ann.token).await;
    let last = until_taken(&mut back, "and now?").await;
    back.reply_to(last).await;
    let log = Customer::back(&server, &ann.token).await.events;
    log::check(&log);
    log::check_all_answered(&log);
}

/// Takes the only writer's place, as a second program on the file would.
async fn lock_database(server: &Server) -> SqliteConnection {
    let file = server.data_dir().join("rapport.db");
    let mut connection = SqliteConnectOptions::new().filename(&file).connect().await.expect("it is an SQLite file");
    connection.execute("BEGIN IMMEDIATE").await.expect("the server holds no lock between its transactions");
    connection
}
