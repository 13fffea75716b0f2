//! What an index is made of may be lost or damaged at any time: the server makes it again,
//! says so, and answers as before.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::api::Api;
use crate::support::customer::{Customer, Reply};
use crate::support::server::Server;
use crate::support::within;

const QUESTION: &str = "what does gift wrap cost?";

fn answered_from(reply: &Reply, article: &str) -> bool {
    reply.articles().first() == Some(&article)
}

async fn is_answered(server: &Server) {
    let reply = Customer::arrive(server).await.ask(QUESTION).await;
    assert!(answered_from(&reply, "gift-wrap"), "{reply:#?}");
}

#[tokio::test]
async fn damaged_vectors_are_made_again_and_the_log_says_so() {
    const TOLD: &str = "some of the kept vectors are damaged";
    let mut server = Server::start().await;
    let path = server.data_dir().join("vectors.cache");
    server.kill().await;
    let whole = std::fs::read(&path).unwrap();
    let mut damaged = whole.clone();
    damaged.truncate(whole.len() - 100);
    for place in [1_000, 5_000, whole.len() / 2] {
        damaged[place] ^= 0x55;
    }
    std::fs::write(&path, &damaged).unwrap();
    server.start_again().await;
    assert_eq!(server.log().matches(TOLD).count(), 1, "{}", server.log());
    is_answered(&server).await;
    server.kill().await;
    server.start_again().await;
    assert_eq!(server.log().matches(TOLD).count(), 1, "the file is whole again: {}", server.log());

    server.kill().await;
    std::fs::write(&path, "this was never a cache").unwrap();
    server.start_again().await;
    assert!(server.log().contains("all are encoded anew"), "{}", server.log());
    is_answered(&server).await;
}

#[tokio::test]
async fn a_crash_while_indexing_loses_nothing() {
    let mut server = Server::start().await;
    let path = server.data_dir().join("vectors.cache");
    let agent = Api::with_role(&server, "agent").await;
    let words = json!({"title": "Do you have a dance floor?", "tags": ["dancing"],
        "body": "Yes: the dance floor behind the showroom is open every Sunday at 14:00."});
    let saved = agent.post("/v1/articles", words).await.ok();
    let id = saved["id"].as_str().expect("an id").to_owned();
    server.kill().await;
    // Everything is to be encoded again, and each time it is cut off while it does.
    std::fs::remove_file(&path).unwrap();
    let mut kept = 0;
    for _ in 0..2 {
        server.begin_again();
        within("some vectors are kept", async {
            while std::fs::metadata(&path).map_or(0, |found| found.len()) <= kept + 10_000 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await;
        server.kill().await;
        let now = std::fs::metadata(&path).unwrap().len();
        assert!(now > kept, "what was encoded before is not encoded again");
        kept = now;
    }
    server.start_again().await;
    is_answered(&server).await;
    let reply = Customer::arrive(&server).await.ask("do you have a dance floor?").await;
    assert!(answered_from(&reply, &id), "{reply:#?}");
    let article: Value = agent_again(&server, &id).await;
    assert_eq!(article["title"], "Do you have a dance floor?");
}

async fn agent_again(server: &Server, id: &str) -> Value {
    Api::with_role(server, "agent").await.get(&format!("/v1/articles/{id}")).await.ok()
}
