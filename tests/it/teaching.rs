//! Teaching from outside: what was not understood, who may say what it means, training
//! anew while customers write, and going back.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::api::Api;
use crate::support::cli::Cli;
use crate::support::console::Console;
use crate::support::customer::Customer;
use crate::support::scratch::Scratch;
use crate::support::server::{Server, Setup};

/// A shop so small that it is trained in a moment.
const INTENTS: [(&str, &[&str]); 6] = [
    ("greeting", &["hello", "good morning", "hi there", "hey", "good afternoon everybody", "hello, anybody here?"]),
    (
        "delivery_time",
        &[
            "how long does delivery take",
            "when will it arrive",
            "how many days until it is here",
            "is shipping fast",
            "delivery time to Ghent?",
            "how soon do you deliver",
        ],
    ),
    (
        "returns",
        &[
            "can I send it back",
            "how do I return a mug",
            "I want to return this",
            "what is your return policy",
            "it does not fit, can I give it back",
            "return label please",
        ],
    ),
    (
        "payment",
        &[
            "can I pay by card",
            "do you take paypal",
            "which payment methods are there",
            "paying by invoice?",
            "is bancontact possible",
            "how can I pay",
        ],
    ),
    (
        "opening_hours",
        &[
            "when are you open",
            "are you open on sunday",
            "what are your opening hours",
            "until when is the shop open",
            "open tomorrow?",
            "closing time?",
        ],
    ),
    (
        "jobs",
        &[
            "are you hiring",
            "I would like to work for you",
            "do you have a vacancy",
            "job openings?",
            "where can I send my application",
            "looking for a job at your shop",
        ],
    ),
];

/// For what computes for a while, on a machine that is busy.
const LONG: Duration = Duration::from_secs(180);

const UNKNOWN: [&str; 3] = [
    "could you wrap it as a present with a ribbon",
    "is gift wrapping with a ribbon possible",
    "please wrap the present nicely with a ribbon",
];

struct Taught {
    server: Server,
    _data: Scratch,
}

async fn small_shop(config: &str) -> Taught {
    let data = Scratch::new();
    for (name, examples) in INTENTS {
        let lines: String = examples.iter().map(|example| format!("  - {example:?}\n")).collect();
        let reply = name.replace('_', " ");
        let text = format!("description: About {reply}.\nexamples:\n{lines}reply:\n  - This is about {reply}.\n");
        data.write(&format!("data/shop/intents/{name}.yaml"), &text);
    }
    let article = "---\ntitle: Care\ntags: [care]\ncategory: Care\nlocale: en\nupdated: 2026-11-01\n---\n\nMugs like the dishwasher.\n";
    data.write("data/shop/knowledge-base/care.md", article);
    let setup = Setup { config: config.to_owned(), data_dir: Some(data.path().join("data")), ..Setup::default() };
    let taught = Taught { server: Server::start_as(setup).await, _data: data };
    // What is shipped knows another shop's intents.
    let admin = Api::with_role(&taught.server, "admin").await;
    train(&taught.server, &admin).await;
    taught
}

/// Trains, and waits for the end; the training's view.
async fn train(server: &Server, admin: &Api) -> Value {
    let printed = server.cli().run(["token", "create", "--role", "viewer"]).await.out();
    let mut console = Console::with_token(server, printed.trim(), json!({"type": "hello"})).await;
    admin.post_nothing("/v1/training").await.ok();
    loop {
        let training = admin.get("/v1/training").await.ok();
        if training["last"]["state"] != "running" {
            return training;
        }
        console.first("teaching", |_| true).await;
    }
}

async fn board(api: &Api) -> Value {
    api.get("/v1/understanding?days=7").await.ok()
}

fn cluster_with<'a>(board: &'a Value, text: &str) -> &'a Value {
    let clusters = board["clusters"].as_array().expect("a list");
    let has = |cluster: &&Value| {
        cluster["messages"].as_array().is_some_and(|messages| messages.iter().any(|message| message["text"] == text))
    };
    clusters.iter().find(has).unwrap_or_else(|| panic!("no cluster has {text:?}: {board:#}"))
}

fn refs(cluster: &Value) -> Value {
    let messages = cluster["messages"].as_array().expect("messages");
    messages.iter().map(|one| json!({"conversation_id": one["conversation_id"], "seq": one["seq"]})).collect()
}

#[tokio::test]
async fn a_question_that_nobody_taught_is_taught_learned_and_unlearned() {
    let shop = small_shop("").await;
    let server = &shop.server;
    let (admin, agent) = (Api::with_role(server, "admin").await, Api::with_role(server, "agent").await);
    let old = admin.get("/v1/training").await.ok()["in_use"].clone();
    for text in UNKNOWN {
        Customer::arrive(server).await.ask(text).await;
    }
    Customer::arrive(server).await.ask("qwertz uiop eva.peeters@mail.example").await;

    let found = board(&agent).await;
    let text = found.to_string();
    assert!(!text.contains("eva.peeters"), "personal data is masked: {text}");
    let cluster = cluster_with(&found, UNKNOWN[0]);
    assert!(
        UNKNOWN.iter().all(|text| std::ptr::eq(cluster_with(&found, text), cluster)),
        "they mean the same: {found:#}"
    );
    assert!(cluster["likely"][0]["name"].is_string() && cluster["reasons"].is_object(), "{cluster}");

    // A new intent of them; the bot answers by it after the training.
    let words = json!({"name": "gift_wrap", "description": "Wants it wrapped.", "reply": "We wrap it for free.", "messages": refs(cluster)});
    admin.post("/v1/intents", words.clone()).await.ok();
    assert_eq!(admin.post("/v1/intents", words).await.problem(409)["code"], "taken");
    let left = board(&agent).await;
    assert!(!left.to_string().contains(UNKNOWN[0]), "what was judged is gone: {left}");
    let intents = agent.get("/v1/intents").await.ok();
    let made = intents["items"].as_array().unwrap().iter().find(|one| one["name"] == "gift_wrap").unwrap().clone();
    assert_eq!((made["taught"].as_u64(), made["made_here"].as_bool()), (Some(3), Some(true)), "{made}");

    let training = train(server, &admin).await;
    assert_eq!(training["last"]["state"], "done", "{training:#}");
    let new = training["in_use"].clone();
    assert_ne!(new, old, "{training:#}");
    let report = &training["models"][0]["report"];
    assert_eq!(report["outcome"], "used", "{report:#}");
    assert_eq!(report["taught"], 3);
    assert!(report["scores"]["accuracy"].is_f64() && report["before"]["accuracy"].is_f64(), "{report:#}");
    assert!(report["compared"]["examples"].as_u64().is_some_and(|examples| examples > 30), "{report:#}");
    let changed = report["changed"].as_array().expect("a list");
    assert!(changed.iter().any(|one| one["text"] == UNKNOWN[0] && one["now"] == "gift_wrap"), "{report:#}");
    assert_eq!(training["lessons_since"], 0, "{training}");

    let reading = agent.post("/v1/analyze", json!({"text": "do you wrap a present with a ribbon?"})).await.ok();
    assert_eq!(reading["intent"]["name"], "gift_wrap", "{reading}");
    assert_eq!(reading["model"].as_str(), Some(new.to_string().as_str()), "an analysis tells its model");
    let reply = Customer::arrive(server).await.ask("could you wrap the present with a ribbon").await;
    assert!(reply.events.iter().any(|event| event["content"]["text"] == "We wrap it for free."), "{reply:#?}");

    // And back, with one call.
    let back = admin.post_nothing(&format!("/v1/models/{old}/use")).await.ok();
    assert_eq!(back["in_use"], old);
    let reading = agent.post("/v1/analyze", json!({"text": UNKNOWN[0]})).await.ok();
    assert_ne!(reading["intent"]["name"], "gift_wrap", "{reading}");
    admin.post_nothing("/v1/models/99999/use").await.problem(404);
    agent.post_nothing(&format!("/v1/models/{new}/use")).await.problem(403);
}

#[tokio::test]
async fn who_may_look_teach_and_train() {
    let shop = small_shop("").await;
    let server = &shop.server;
    let mut ann = Customer::arrive(server).await;
    let seq = ann.ask("qwertz uiop asdf").await.seq;
    let messages = json!([{"conversation_id": ann.conversation, "seq": seq}]);
    let teach = |verdict: &str| json!({"messages": messages, "verdict": verdict, "intent": "returns"});
    let viewer = Api::with_role(server, "viewer").await;
    for path in ["/v1/understanding", "/v1/lessons", "/v1/intents", "/v1/training"] {
        viewer.get(path).await.ok();
        Api::anonymous(server).get(path).await.problem(401);
    }
    viewer.post("/v1/lessons", teach("example")).await.problem(403);
    let agent = Api::with_role(server, "agent").await;
    agent.post_nothing("/v1/training").await.problem(403);
    agent
        .post("/v1/intents", json!({"name": "a", "description": "b", "reply": "c", "messages": messages}))
        .await
        .problem(403);

    // What does not fit is refused with a word on what would.
    agent.post("/v1/lessons", json!({"messages": [], "verdict": "outside"})).await.problem(422);
    agent.post("/v1/lessons", json!({"messages": messages, "verdict": "maybe"})).await.problem(422);
    agent.post("/v1/lessons", json!({"messages": messages, "verdict": "example"})).await.problem(422);
    let wrong = json!({"messages": messages, "verdict": "example", "intent": "nothing_such"});
    agent.post("/v1/lessons", wrong).await.problem(422);
    let bots = json!([{"conversation_id": ann.conversation, "seq": seq + 1}]);
    agent.post("/v1/lessons", json!({"messages": bots, "verdict": "outside"})).await.problem(422);
    agent.get("/v1/understanding?days=0").await.problem(422);

    // A correction stands at the message, and is taken back by its id.
    let taught = agent.post("/v1/lessons", teach("example")).await.ok();
    let story = agent.get(&format!("/v1/conversations/{}", ann.conversation)).await.ok();
    let entry = story["entries"].as_array().unwrap().iter().find(|entry| entry["seq"] == seq).unwrap().clone();
    assert_eq!(
        (entry["lesson"]["verdict"].as_str(), entry["lesson"]["intent"].as_str()),
        (Some("example"), Some("returns"))
    );
    assert_eq!(agent.get("/v1/training").await.ok()["lessons_since"], 1);
    viewer.post("/v1/lessons/undo", taught.clone()).await.problem(403);
    let undone = agent.post("/v1/lessons/undo", taught).await;
    assert_eq!(undone.status, 204, "{}", undone.text);
    assert_eq!(agent.get("/v1/lessons").await.ok()["items"], json!([]));

    let admin = Api::with_role(server, "admin").await;
    admin.send(admin.request(Method::DELETE, "/v1/training")).await.problem(404);
    admin.send(admin.request(Method::DELETE, "/v1/intents/returns")).await.problem(404);
}

#[tokio::test]
async fn what_was_taught_goes_into_the_files_and_is_trained_on_the_command_line() {
    let shop = small_shop("").await;
    let server = &shop.server;
    let agent = Api::with_role(server, "agent").await;
    let mut ann = Customer::arrive(server).await;
    let (first, second) = (ann.ask("a mug: can it go back?").await.seq, ann.ask("tell me a joke").await.seq);
    let at = |seq: i64| json!([{"conversation_id": ann.conversation, "seq": seq}]);
    agent.post("/v1/lessons", json!({"messages": at(first), "verdict": "example", "intent": "returns"})).await.ok();
    agent.post("/v1/lessons", json!({"messages": at(second), "verdict": "outside"})).await.ok();

    let export = async |arguments: &[&str]| -> Value {
        let printed = server.cli().run(["export", "intents", "--json"].iter().chain(arguments)).await.out();
        serde_json::from_str(&printed).expect("one JSON object")
    };
    let planned = export(&["--dry-run"]).await;
    assert_eq!(
        (planned["examples"].as_u64(), planned["outside"].as_u64(), planned["written"].as_bool()),
        (Some(1), Some(1), Some(false))
    );
    export(&[]).await;
    let folder = server.data_dir().join("shop/intents");
    let text = std::fs::read_to_string(folder.join("returns.yaml")).unwrap();
    assert!(text.contains("- 'a mug: can it go back?'\n"), "{text}");
    assert!(std::fs::read_to_string(folder.join("out_of_scope.txt")).unwrap().ends_with("tell me a joke\n"));
    let again = export(&[]).await;
    assert_eq!(again["files"], json!([]), "a second export changes nothing");

    // What the command line trains is the model in use from then on.
    let before = agent.get("/v1/training").await.ok()["in_use"].as_i64().expect("a number");
    let printed = server.cli().patience(LONG).run(["train", "--json"]).await.out();
    let trained: Value = serde_json::from_str(&printed).expect("one JSON object");
    let examples: usize = INTENTS.iter().map(|(_, examples)| examples.len()).sum();
    assert_eq!(trained["intent"]["n"], examples + 1, "the lesson is in its file, and counts once: {trained}");
    let began = Instant::now();
    let now = loop {
        let training = agent.get("/v1/training").await.ok();
        if training["in_use"].as_i64() != Some(before) || began.elapsed() > Duration::from_secs(20) {
            break training;
        }
        ann.catch_up().await;
    };
    assert!(now["in_use"].as_i64() > Some(before), "{now:#}");
    assert_eq!(now["models"][0]["source"], "files", "{now:#}");
}

#[tokio::test]
async fn a_training_under_load_changes_no_answer_in_flight_and_drops_nothing() {
    let shop = small_shop("[limits]\nvisitor_rate = 10000\nvisitor_burst = 10000\naddress_rate = 10000").await;
    let server = &shop.server;
    let admin = Api::with_role(server, "admin").await;
    let old = admin.get("/v1/training").await.ok()["in_use"].clone();
    let is_trained = AtomicBool::new(false);
    let load = async {
        let mut told = Vec::new();
        loop {
            // The last one begins when the new model is there.
            let is_last = is_trained.load(Ordering::Relaxed);
            let load = Cli::new().patience(LONG).run([
                "load",
                "--json",
                "--url",
                &server.url,
                "--connections",
                "10",
                "--rate",
                "50",
                "--seconds",
                "5",
            ]);
            told.push(serde_json::from_str::<Value>(&load.await.out()).expect("one JSON object"));
            if is_last {
                break told;
            }
        }
    };
    let printed = server.cli().run(["token", "create", "--role", "viewer"]).await.out();
    let mut console = Console::with_token(server, printed.trim(), json!({"type": "hello"})).await;
    let trained = async {
        // By then the load is under way.
        for _ in 0..20 {
            console.first("analysis", |_| true).await;
        }
        let training = train(server, &admin).await;
        is_trained.store(true, Ordering::Relaxed);
        training
    };
    let (loads, training) = tokio::join!(load, trained);
    for load in &loads {
        for count in ["errors", "lost", "duplicated", "out_of_order"] {
            assert_eq!(load[count], 0, "{count}: {load}");
        }
        assert_eq!((&load["sent"], &load["sent"]), (&load["acknowledged"], &load["answered"]), "{load}");
    }
    assert_eq!(training["last"]["state"], "done", "{training:#}");
    let new = training["in_use"].clone();
    assert_ne!(new, old, "{training:#}");

    // Every message was read by one model as a whole, and by the new one once it was there.
    let models = [old.to_string(), new.to_string()];
    let mut readings: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    let mut by_model: BTreeMap<String, usize> = BTreeMap::new();
    let conversations = admin.get("/v1/conversations?state=all&limit=200").await.ok();
    for conversation in conversations["items"].as_array().expect("a list") {
        let id = conversation["id"].as_str().expect("an id");
        let story = admin.get(&format!("/v1/conversations/{id}")).await.ok();
        let mut seen_new = false;
        for entry in story["entries"].as_array().expect("entries").iter().filter(|entry| entry["analysis"].is_object())
        {
            let analysis = &entry["analysis"];
            let model = analysis["model"].as_str().expect("a version").to_owned();
            assert!(models.contains(&model), "{model} was never in use: {analysis}");
            assert!(!seen_new || model == models[1], "an old model came back: {analysis}");
            seen_new |= model == models[1];
            *by_model.entry(model.clone()).or_default() += 1;
            let text = entry["content"]["text"].as_str().unwrap_or_default().to_owned();
            readings.entry((text, model)).or_default().insert(analysis["intent"]["name"].to_string());
        }
    }
    assert_eq!(by_model.len(), 2, "messages were read before and after: {by_model:?}");
    for ((text, model), intents) in &readings {
        assert_eq!(intents.len(), 1, "model {model} read {text:?} in two ways: {intents:?}");
    }
    let swaps: Vec<f64> = server.log().lines().filter_map(swap_ms).collect();
    let longest = swaps.iter().copied().fold(0.0, f64::max);
    let answers: Vec<&Value> = loads.iter().map(|load| &load["answer_ms"]["p99"]).collect();
    println!("swaps: {swaps:?} ms; p99 of answers {answers:?}; read by each model: {by_model:?}");
    assert!(!swaps.is_empty() && longest < 50.0, "{swaps:?}");
}

/// The time that a swap took, as the log tells it.
fn swap_ms(line: &str) -> Option<f64> {
    let (_, after) = line.split_once("took_us")?;
    let digits: String = after.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    Some(digits.parse::<f64>().ok()? / 1000.0)
}
