//! The loop from outside: a question that nothing answers becomes an article, which is
//! answered from at once, changed, undone, taken away and exported.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::api::Api;
use crate::support::customer::{Customer, Reply};
use crate::support::server::{Server, Setup};
use crate::support::within;

const UNKNOWN: &str = "can we take dancing lessons with you";
const BODY: &str = "Yes: we give dancing lessons every Sunday at 14:00, for 12 euros a lesson. No partner is needed.\n\n## Which dances do you teach?\nTango and salsa.";
/// What an article may take from its saving to its first answer.
const AT_ONCE: Duration = Duration::from_secs(3);

fn answered_from(reply: &Reply, article: &str) -> bool {
    reply.articles().first() == Some(&article)
}

async fn gaps(api: &Api) -> Value {
    api.get("/v1/knowledge/gaps?days=7").await.ok()
}

fn gap_with<'a>(gaps: &'a Value, text: &str) -> Option<&'a Value> {
    let has = |gap: &&Value| gap["questions"].as_array().is_some_and(|all| all.iter().any(|one| one["text"] == text));
    gaps["gaps"].as_array().expect("a list").iter().find(has)
}

#[tokio::test]
async fn a_question_that_nothing_answers_becomes_an_article_and_is_answered() {
    let server = Server::start().await;
    let (agent, viewer) = (Api::with_role(&server, "agent").await, Api::with_role(&server, "viewer").await);
    let mut customer = Customer::arrive(&server).await;
    let before = customer.ask(UNKNOWN).await;
    assert!(before.of_type("answer").is_empty(), "the test needs a question that is not answered: {before:#?}");
    let found = gaps(&viewer).await;
    let gap = gap_with(&found, UNKNOWN).unwrap_or_else(|| panic!("no gap: {found:#}"));
    assert_eq!((gap["count"].as_u64(), gap["title"].as_str()), (Some(1), Some("Can we take dancing lessons with you")));
    assert_eq!(gap["reasons"], json!({"no_answer": 1}), "{gap}");

    let questions =
        json!([{"conversation_id": gap["questions"][0]["conversation_id"], "seq": gap["questions"][0]["seq"]}]);
    viewer.post("/v1/articles/draft", json!({"questions": questions})).await.problem(403);
    let draft = agent.post("/v1/articles/draft", json!({"questions": questions})).await.ok();
    assert_eq!((draft["locale"].as_str(), draft["questions"][0].as_str()), (Some("en"), Some(UNKNOWN)), "{draft}");

    let words = json!({"title": draft["title"], "category": draft["category"], "tags": ["dance"], "body": BODY});
    let tried = agent.post("/v1/articles/try", json!({"question": UNKNOWN, "article": words})).await.ok();
    assert_ne!(tried["today"]["outcome"], "answered", "{tried:#}");
    assert_eq!(tried["with_draft"]["outcome"], "answered", "{tried:#}");
    assert!(tried["with_draft"]["text"].as_str().is_some_and(|text| text.contains("12 euros")), "{tried:#}");
    let effect = agent.post("/v1/articles/effect", json!({"article": words, "days": 7})).await.ok();
    assert_eq!(effect["answered_with_draft"].as_u64(), effect["answered_today"].as_u64().map(|n| n + 1), "{effect:#}");
    assert_eq!(effect["changes"][0]["question"], UNKNOWN, "{effect:#}");

    viewer.post("/v1/articles", words.clone()).await.problem(403);
    let saved = agent.post("/v1/articles", words.clone()).await.ok();
    let saved_at = Instant::now();
    let id = saved["id"].as_str().expect("an id").to_owned();
    assert_eq!((id.as_str(), saved["version"].as_i64()), ("can-we-take-dancing-lessons-with-you", Some(1)));
    let reply = Customer::arrive(&server).await.ask(UNKNOWN).await;
    assert!(answered_from(&reply, &id), "{reply:#?}");
    assert!(saved_at.elapsed() < AT_ONCE, "answered after {:?}", saved_at.elapsed());
    let after = gaps(&viewer).await;
    assert!(gap_with(&after, UNKNOWN).is_none() && after["closed"] == 1, "{after:#}");
    let page = viewer.get(&format!("/help/{id}")).await;
    assert!(page.text.contains("Which dances do you teach?"), "the help centre has it as well");

    // The same title again is another article; an id of one's own must be free.
    let second = agent.post("/v1/articles", words.clone()).await.ok();
    assert_eq!(second["id"], format!("{id}-2"));
    let named = json!({"id": id, "title": "x", "body": "y"});
    assert_eq!(agent.post("/v1/articles", named).await.problem(409)["code"], "taken");
}

#[tokio::test]
async fn a_change_is_answered_from_kept_and_undone() {
    let server = Server::start().await;
    let agent = Api::with_role(&server, "agent").await;
    let article = agent.get("/v1/articles/gift-wrap").await.ok();
    let (version, old) = (article["version"].as_i64().expect("a number"), article["body"].clone());
    let words = |body: &str, version: i64| json!({"title": article["title"], "tags": article["tags"], "category": article["category"], "body": body, "version": version});
    let put = |body: Value| agent.send(agent.request(Method::PUT, "/v1/articles/gift-wrap").json(&body));
    let changed = put(words("Gift wrap costs 4711 cents since today.", version)).await.ok();
    assert_eq!((changed["version"].as_i64(), changed["edited"].as_bool()), (Some(version + 1), Some(true)));
    let reply = Customer::arrive(&server).await.ask("what does gift wrap cost?").await;
    assert!(reply.of_type("answer")[0]["text"].to_string().contains("4711"), "{reply:#?}");
    assert_eq!(put(words("Too late.", version)).await.problem(409)["code"], "overtaken");
    put(words("  ", version + 1)).await.problem(422);
    put(json!({"title": "x", "body": "y"})).await.problem(422);

    let versions = agent.get("/v1/articles/gift-wrap/versions").await.ok();
    let sources: Vec<&str> =
        versions["items"].as_array().unwrap().iter().map(|one| one["source"].as_str().unwrap()).collect();
    assert_eq!(sources, ["console", "file"], "{versions:#}");
    let back = agent.post("/v1/articles/gift-wrap/restore", json!({"number": version})).await.ok();
    assert_eq!((back["version"].as_i64(), &back["body"]), (Some(version + 2), &old));
    let reply = Customer::arrive(&server).await.ask("what does gift wrap cost?").await;
    assert!(!reply.of_type("answer")[0]["text"].to_string().contains("4711"), "{reply:#?}");

    let path = format!("/v1/articles/gift-wrap?version={}", version + 2);
    assert_eq!(agent.send(agent.request(Method::DELETE, &path)).await.status, 204);
    agent.get("/v1/articles/gift-wrap").await.problem(404);
    assert_eq!(agent.get("/help/gift-wrap").await.status, 404);
    agent.post("/v1/articles/gift-wrap/restore", json!({"number": version})).await.ok();
    assert_eq!(agent.get("/help/gift-wrap").await.status, 200);
    agent.post("/v1/articles/gift-wrap/restore", json!({"number": 99})).await.problem(404);
}

#[tokio::test]
async fn articles_tell_what_they_did_page_by_page() {
    let server = Server::start().await;
    let agent = Api::with_role(&server, "agent").await;
    let mut customer = Customer::arrive(&server).await;
    let reply = customer.ask("how long does delivery to Germany take?").await;
    assert!(answered_from(&reply, "delivery-times"), "{reply:#?}");
    let answer = reply.events.iter().find(|event| event["content"]["type"] == "answer").expect("an answer");
    customer.socket.send(json!({"type": "rate", "seq": answer["seq"], "helpful": false})).await;
    let shown = within("the vote is counted", async {
        loop {
            let found = agent.get("/v1/articles?q=how+long+delivery&limit=500").await.ok();
            let rows = found["items"].as_array().expect("a list").clone();
            let row = rows
                .into_iter()
                .find(|row| row["id"] == "delivery-times" && row["locale"] == "en")
                .expect("it is there");
            if row["usage"]["unhelpful"] == 1 {
                return row;
            }
        }
    })
    .await;
    assert_eq!((shown["usage"]["shown"].as_u64(), shown["edited"].as_bool()), (Some(1), Some(false)), "{shown}");

    let never_helps = agent.get("/v1/articles?only=never_helps").await.ok();
    assert!(never_helps["items"].as_array().unwrap().iter().all(|row| row["id"] == "delivery-times"), "{never_helps}");
    assert!(!never_helps["items"].as_array().unwrap().is_empty());
    let never_found = agent.get("/v1/articles?only=never_found&limit=500").await.ok();
    assert!(never_found["items"].as_array().unwrap().iter().all(|row| row["id"] != "delivery-times"));
    agent.get("/v1/articles?only=odd").await.problem(422);
    agent.get("/v1/articles?limit=0").await.problem(422);

    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = agent.get(&format!("/v1/articles?limit=30{cursor}")).await.ok();
        seen.extend(page["items"].as_array().unwrap().iter().map(|row| format!("{}/{}", row["id"], row["locale"])));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    let mut once = seen.clone();
    once.sort();
    once.dedup();
    assert!(seen.len() > 70 && once.len() == seen.len(), "{} of {} differ", once.len(), seen.len());
}

#[tokio::test]
async fn a_colleagues_reply_becomes_a_draft() {
    let server = Server::start().await;
    let agent = Api::with_role(&server, "agent").await;
    let mut customer = Customer::arrive(&server).await;
    customer.ask("can you engrave the name of my dog on a bowl").await;
    let conversation = customer.conversation.clone();
    agent.post_nothing(&format!("/v1/conversations/{conversation}/take")).await.ok();
    let text = "Hi Eva,\n\nWe engrave up to 12 letters on every bowl, for 8 euros. Write to engraving@shop.example.\n\nKind regards,\nNoor";
    let sent = agent.post(&format!("/v1/conversations/{conversation}/messages"), json!({"text": text})).await.ok();
    let reply = json!({"conversation_id": conversation, "seq": sent["seq"]});
    let draft = agent.post("/v1/articles/draft", json!({"reply": reply})).await.ok();
    assert_eq!(draft["title"], "Can you engrave the name of my dog on a bowl", "{draft}");
    assert_eq!(draft["body"], "We engrave up to 12 letters on every bowl, for 8 euros. Write to «e-mail».", "{draft}");

    let question = json!({"conversation_id": conversation, "seq": 1});
    agent.post("/v1/articles/draft", json!({"reply": question})).await.problem(422);
    agent.post("/v1/articles/draft", json!({})).await.problem(422);
}

#[tokio::test]
async fn searches_in_vain_are_listed_without_whom_they_name() {
    let server = Server::start().await;
    let viewer = Api::with_role(&server, "viewer").await;
    for _ in 0..2 {
        viewer.get("/help?q=zzqx+vvkp+eva.peeters@qqzz.wwx").await;
    }
    viewer.get("/v1/help?q=wwqy+kkzz").await.ok();
    viewer.get("/v1/help?q=wwqy+kkzzx&settled=true").await.ok();
    let missed = viewer.get("/v1/knowledge/searches").await.ok();
    let seen: Vec<(&str, i64)> = missed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["terms"].as_str().unwrap(), one["count"].as_i64().unwrap()))
        .collect();
    assert_eq!(seen, [("zzqx vvkp «e-mail»", 2), ("wwqy kkzzx", 1)], "only what came to rest counts");
    Api::anonymous(&server).get("/v1/knowledge/searches").await.problem(401);
}

#[tokio::test]
async fn what_was_written_in_the_console_goes_into_the_files() {
    let data = crate::support::scratch::Scratch::new();
    data.write(
        "data/shop/intents/greeting.yaml",
        "description: Greets.\nexamples:\n  - hello\n  - hi\nreply:\n  - Hello.\n",
    );
    let file = data.write(
        "data/shop/knowledge-base/care.md",
        "---\ntitle: Care\ntags: [care]\ncategory: Care\nlocale: en\nupdated: 2026-11-01\n---\n\nMugs like the dishwasher.\n",
    );
    let server = Server::start_as(Setup { data_dir: Some(data.path().join("data")), ..Setup::default() }).await;
    let agent = Api::with_role(&server, "agent").await;
    let words = json!({"title": "Care", "category": "Care", "body": "Mugs like hands.", "version": 1});
    agent.send(agent.request(Method::PUT, "/v1/articles/care").json(&words)).await.ok();
    let folder = file.parent().expect("a folder").to_owned();
    let export = |dry: &'static [&'static str]| {
        let folder = folder.clone();
        let cli = server.cli();
        async move {
            let mut arguments =
                vec!["export".into(), "articles".into(), "--json".into(), "--out".into(), folder.into_os_string()];
            arguments.extend(dry.iter().map(std::ffi::OsString::from));
            serde_json::from_str::<Value>(&cli.run(arguments).await.out()).expect("JSON")
        }
    };
    assert_eq!(export(&["--dry-run"]).await["files"].as_array().map(Vec::len), Some(1));
    assert!(std::fs::read_to_string(&file).unwrap().contains("dishwasher"), "a dry run writes nothing");
    assert_eq!(export(&[]).await["written"], true);
    assert!(std::fs::read_to_string(&file).unwrap().contains("Mugs like hands."));
    // The folder is watched: file and console say the same again.
    within("the file is known", async {
        while agent.get("/v1/articles/care").await.ok()["edited"] == true {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert_eq!(export(&[]).await["files"], json!([]), "a second export writes nothing");

    // A file that is changed after the edit is newer, and taken.
    std::fs::write(&file, std::fs::read_to_string(&file).unwrap().replace("hands", "water")).unwrap();
    within("the newer file is taken", async {
        while agent.get("/v1/articles/care").await.ok()["body"] != "Mugs like water." {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert_eq!(agent.get("/v1/articles/care/versions").await.ok()["items"].as_array().map(Vec::len), Some(3));
}
