//! The console: its socket, its lists, its actions, its settings.

use std::time::Instant;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::api::Api;
use crate::support::console::Console;
use crate::support::customer::Customer;
use crate::support::server::Server;
use crate::support::socket::Socket;

async fn server() -> &'static Server {
    Server::shared("console").await
}

async fn token(server: &Server, role: &str, name: &str) -> String {
    let printed = server.cli().run(["token", "create", "--role", role, "--name", name]).await.out();
    printed.trim().to_owned()
}

fn path(conversation: &str, action: &str) -> String {
    format!("/v1/conversations/{conversation}/{action}")
}

fn is_of(frame: &Value, kind: &str, conversation: &str) -> bool {
    frame["type"] == kind && frame["conversation_id"] == conversation
}

#[tokio::test]
async fn everything_that_happens_is_told_in_order() {
    let server = server().await;
    let token = token(server, "agent", "Noor").await;
    let mut console = Console::with_token(server, &token, json!({"type": "hello"})).await;
    assert_eq!(console.welcome["type"], "welcome", "{}", console.welcome);
    assert_eq!(console.welcome["agent"]["name"], "Noor");

    let mut ann = Customer::arrive(server).await;
    let reply = ann.ask("How many days until a parcel arrives in Munich?").await;
    let last = reply.events.last().expect("an answer")["seq"].clone();
    let id = ann.conversation.clone();
    let frames = console.until(|frame| is_of(frame, "event", &id) && frame["seq"] == last).await;
    let events: Vec<&Value> = frames.iter().filter(|frame| is_of(frame, "event", &id)).collect();
    let seqs: Vec<i64> = events.iter().filter_map(|event| event["seq"].as_i64()).collect();
    assert_eq!(seqs, (1..=seqs.len() as i64).collect::<Vec<_>>());
    assert_eq!(events[0]["content"]["text"], "How many days until a parcel arrives in Munich?");
    assert_eq!(events[0]["analysis"], Value::Null, "the models had not read it yet");
    assert!(events[1]["analysis"]["intent"]["name"].is_string(), "{}", events[1]);
    // Other tests' customers may be told of in between.
    let cursors: Vec<i64> = frames.iter().filter_map(|frame| frame["cursor"].as_i64()).collect();
    assert!(cursors.is_sorted() && cursors.len() >= seqs.len(), "{cursors:?}");
    let analysis = frames.iter().find(|frame| is_of(frame, "analysis", &id)).expect("it is told how it was read");
    assert!(analysis["explanation"]["acts"].is_array(), "{analysis}");

    let listed = console.first("conversation", |frame| frame["conversation"]["id"] == id.as_str()).await;
    assert!(listed["conversation"]["preview"]["text"].is_string(), "{listed}");

    // What was missed follows a resume, in the same order, with its analyses.
    let cursor = console.welcome["cursor"].as_i64().expect("a cursor");
    let mut again = Console::with_token(server, &token, json!({"type": "hello", "resume_after": cursor})).await;
    let frames = again.until(|frame| is_of(frame, "event", &id) && frame["seq"] == last).await;
    let resumed: Vec<&Value> = frames.iter().filter(|frame| is_of(frame, "event", &id)).collect();
    assert_eq!(resumed.iter().filter_map(|event| event["seq"].as_i64()).collect::<Vec<_>>(), seqs);
    assert!(resumed[0]["analysis"]["intent"]["name"].is_string(), "{}", resumed[0]);
    let at_end = resumed.last().expect("some")["cursor"].clone();
    let mut end = Console::with_token(server, &token, json!({"type": "hello", "resume_after": at_end})).await;
    let frames = end.so_far().await;
    assert!(!frames.iter().any(|frame| is_of(frame, "event", &id)), "{frames:?}");
}

#[tokio::test]
async fn a_message_reaches_the_console_at_once() {
    let server = server().await;
    let token = token(server, "viewer", "Vera").await;
    let mut console = Console::with_token(server, &token, json!({"type": "hello"})).await;
    let mut ann = Customer::arrive(server).await;
    let mut waits = Vec::new();
    for _ in 0..10 {
        let seq = ann.say("hello there").await;
        let acked = Instant::now();
        console.first("event", |frame| is_of(frame, "event", &ann.conversation) && frame["seq"] == seq).await;
        waits.push(acked.elapsed());
        ann.reply_to(seq).await;
    }
    waits.sort();
    assert!(waits[waits.len() / 2].as_millis() < 100, "{waits:?}");
}

#[tokio::test]
async fn a_console_that_does_not_read_is_told_to_reload() {
    // More than the 1,024 frames that wait for a console, and than its socket buffers.
    const FLOOD: usize = 20_000;
    let server = Server::start().await;
    let token = token(&server, "viewer", "Vera").await;
    let mut console = Console::with_little_room(&server, &token).await;
    let mut ann = Customer::arrive(&server).await;
    for _ in 0..FLOOD {
        ann.socket.send(json!({"type": "typing", "on": true})).await;
    }
    ann.catch_up().await;
    let seq = ann.say("hello").await;
    let reload = console.first("reload", |_| true).await;
    assert!(reload["cursor"].is_i64(), "{reload}");
    // What came after its cursor follows, or a resume brings it.
    let mut again = Console::with_token(&server, &token, json!({"type": "hello", "resume_after": 0})).await;
    again.first("event", |frame| is_of(frame, "event", &ann.conversation) && frame["seq"] == seq).await;
    let beyond = json!({"type": "hello", "resume_after": 1_000_000});
    Console::with_token(&server, &token, beyond).await.first("reload", |_| true).await;
}

#[tokio::test]
async fn two_agents_see_each_other_and_one_of_them_answers() {
    let server = server().await;
    let (noor, lise) = (token(server, "agent", "Noor").await, token(server, "agent", "Lise").await);
    let (noor_api, lise_api) = (Api::with_token(server, &noor), Api::with_token(server, &lise));
    let mut console = Console::with_token(server, &lise, json!({"type": "hello"})).await;
    let mut noors = Console::with_token(server, &noor, json!({"type": "hello"})).await;
    let mut ann = Customer::arrive(server).await;
    ann.ask("hello").await;
    let id = ann.conversation.clone();

    let taken = noor_api.post_nothing(&path(&id, "take")).await.ok();
    assert_eq!(taken["undo"]["body"], json!({"requeue": false}), "{taken}");
    let refused = lise_api.post_nothing(&path(&id, "take")).await.problem(409);
    assert_eq!((refused["code"].as_str(), refused["holder"]["name"].as_str()), (Some("held"), Some("Noor")));

    noors.send(json!({"type": "typing", "conversation_id": id, "on": true})).await;
    let typing = console.first("typing", |frame| frame["conversation_id"] == id.as_str()).await;
    assert_eq!((typing["author"]["kind"].as_str(), typing["author"]["name"].as_str()), (Some("agent"), Some("Noor")));
    let seen = ann.socket.until(|frame| frame["type"] == "typing").await;
    assert_eq!(seen.last().expect("typing")["author"]["name"], "Noor");
    ann.socket.send(json!({"type": "typing", "on": true})).await;
    let typing = console.first("typing", |frame| frame["author"]["kind"] == "customer").await;
    assert_eq!(typing["conversation_id"], id.as_str());

    let said = noor_api.post(&path(&id, "messages"), json!({"text": "I am on it."})).await.ok();
    let me = lise_api.get("/v1/me").await.ok()["id"].clone();
    let assigned = lise_api.post(&path(&id, "assign"), json!({"agent_id": me})).await.ok();
    assert_eq!(assigned["undo"]["path"], path(&id, "assign").as_str());
    let unaware = json!({"text": "What is it?", "seen_seq": 2});
    let conflict = lise_api.post(&path(&id, "messages"), unaware).await.problem(409);
    assert_eq!(conflict["code"], "conflict");
    assert_eq!(conflict["missed"][0]["seq"], said["seq"], "{conflict}");
    let aware = json!({"text": "What is it?", "seen_seq": assigned["seq"]});
    lise_api.post(&path(&id, "messages"), aware).await.ok();

    // A message to a person is read, too.
    let seq = ann.say("This is a disgrace, I am furious!").await;
    let read = console.first("analysis", |frame| is_of(frame, "analysis", &id) && frame["seq"] == seq).await;
    assert_eq!(read["analysis"]["sentiment"]["label"], "negative", "{read}");
    let story = lise_api.get(&format!("/v1/conversations/{id}")).await.ok();
    assert_eq!(
        story["moods"].as_array().and_then(|moods| moods.last()).map(|mood| mood["seq"].clone()),
        Some(seq.into())
    );
    assert_eq!((story["here"].as_bool(), story["customer"]["verified"].as_bool()), (Some(true), Some(false)));

    let note = lise_api.post(&path(&id, "notes"), json!({"text": "be kind"})).await.ok();
    let told = console.first("note", |frame| frame["conversation_id"] == id.as_str()).await;
    assert_eq!((told["note"]["id"].clone(), told["note"]["agent_name"].as_str()), (note["id"].clone(), Some("Lise")));
    let its = path(&id, &format!("notes/{}", note["id"].as_str().expect("an id")));
    noor_api.send(noor_api.request(Method::DELETE, &its)).await.problem(404);
    assert_eq!(lise_api.send(lise_api.request(Method::DELETE, &its)).await.status.as_u16(), 204);
    console.first("note", |frame| frame["deleted"] == note["id"]).await;
}

#[tokio::test]
async fn every_action_has_one_that_takes_it_back() {
    let server = server().await;
    let noor = token(server, "agent", "Noor").await;
    let api = Api::with_token(server, &noor);
    let mut ann = Customer::arrive(server).await;
    ann.ask("I want to talk to a human please").await;
    let id = ann.conversation.clone();
    let undo = async |done: &Value| {
        let call = &done["undo"];
        api.post(call["path"].as_str().expect("a path"), call["body"].clone()).await.ok()
    };
    let state = async || api.get(&format!("/v1/conversations/{id}")).await.ok();

    let taken = api.post_nothing(&path(&id, "take")).await.ok();
    undo(&taken).await;
    assert!(state().await["queued"].is_object(), "they wait again");
    api.post_nothing(&path(&id, "take")).await.ok();
    let back = api.post_nothing(&path(&id, "hand-back")).await.ok();
    undo(&back).await;
    assert_eq!(state().await["holder"], "agent");
    let resolved = api.post_nothing(&path(&id, "resolve")).await.ok();
    assert_eq!(api.post_nothing(&path(&id, "resolve")).await.ok()["undo"], Value::Null, "nothing was changed");
    undo(&resolved).await;
    let now = state().await;
    assert_eq!((now["status"].as_str(), now["holder"].as_str()), (Some("open"), Some("agent")));

    let until = "2126-11-20T08:00:00Z";
    api.post(&path(&id, "snooze"), json!({"until": until})).await.problem(422);
    let until = (jiff_now() + jiff::SignedDuration::from_hours(20)).to_string();
    let snoozed = api.post(&path(&id, "snooze"), json!({"until": until})).await.ok();
    let mine = "/v1/conversations?holder=me&state=";
    let ids = async |state: &str| {
        let page = api.get(&format!("{mine}{state}")).await.ok();
        page["items"].as_array().expect("items").iter().map(|one| one["id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!((ids("open").await, ids("snoozed").await), (vec![], vec![json!(id)]));
    undo(&snoozed).await;
    assert_eq!((ids("open").await, ids("snoozed").await), (vec![json!(id)], vec![]));
    api.post(&path(&id, "snooze"), json!({"until": until})).await.ok();
    ann.say("one more thing").await;
    assert_eq!(ids("open").await, vec![json!(id)], "the customer's message wakes it");
}

/// The time by the test's own clock: the server's is the same machine's.
fn jiff_now() -> jiff::Timestamp {
    rapport::base::clock::Clock::System.now()
}

#[tokio::test]
async fn an_unhappy_customer_comes_to_the_top_and_is_offered_in_turn() {
    let server = Server::start().await;
    let (noor, lise) = (token(&server, "agent", "Noor").await, token(&server, "agent", "Lise").await);
    let mut consoles = Vec::new();
    for token in [&noor, &lise] {
        consoles.push(Console::with_token(&server, token, json!({"type": "hello"})).await);
    }
    let mut calm = Customer::arrive(&server).await;
    calm.ask("do you sell lamps?").await;
    let mut offered = Vec::new();
    let mut angry = Vec::new();
    for _ in 0..2 {
        let mut ann = Customer::arrive(&server).await;
        ann.ask("I want to talk to a human please, this is ridiculous").await;
        let id = ann.conversation.clone();
        let told = consoles[0]
            .first("conversation", |frame| {
                frame["conversation"]["id"] == id.as_str() && frame["conversation"]["offered_to"].is_string()
            })
            .await;
        offered.push(told["conversation"]["offered_to"].as_str().expect("an id").to_owned());
        assert_eq!(told["conversation"]["holder"], "bot", "an offer is no taking");
        angry.push(ann);
    }
    assert_ne!(offered[0], offered[1], "turns go round");

    let api = Api::with_token(&server, &noor);
    let top = api.get("/v1/conversations?state=open&order=need&limit=2").await.ok();
    let ids: Vec<_> = top["items"].as_array().expect("items").iter().map(|one| one["id"].clone()).collect();
    assert!(angry.iter().all(|ann| ids.contains(&json!(ann.conversation))), "{top}");
    let next = top["next_cursor"].as_str().expect("a further page");
    let rest = api.get(&format!("/v1/conversations?state=open&order=need&cursor={next}")).await.ok();
    assert_eq!(rest["items"][0]["id"], calm.conversation.as_str());
    let counts = api.get("/v1/conversations/counts").await.ok();
    assert_eq!((counts["queued"].as_i64(), counts["offered"].as_i64()), (Some(2), Some(1)), "{counts}");
    let offered_me = api.get("/v1/conversations?offered=me").await.ok();
    assert_eq!(offered_me["items"].as_array().map(Vec::len), Some(1));

    // Who goes away is not offered anything: the offer goes on.
    consoles[0].send(json!({"type": "status", "status": "away"})).await;
    let lise_id = consoles[1].welcome["agent"]["id"].clone();
    let noors = offered_me["items"][0]["id"].clone();
    consoles[1]
        .first("presence", |frame| {
            frame["agents"].as_array().is_some_and(|all| all.iter().any(|one| one["status"] == "away"))
        })
        .await;
    consoles[1]
        .first("conversation", |frame| {
            frame["conversation"]["id"] == noors && frame["conversation"]["offered_to"] == lise_id
        })
        .await;

    // The mode that gives it at once.
    let owner = Api::with_role(&server, "owner").await;
    let change = json!({"assignment": {"mode": "hold", "offer_s": 30}});
    owner.send(owner.request(Method::PATCH, "/v1/settings").json(&change)).await.ok();
    let mut ben = Customer::arrive(&server).await;
    ben.ask("a real person please").await;
    let joined = ben.event(|event| event["content"]["state"] == "assigned").await;
    assert_ne!(joined["content"]["agent"], "Noor", "who is away is left in peace: {joined}");

    let report = api.get("/v1/reports/today?tz=UTC").await.ok();
    assert_eq!((report["conversations"].as_i64(), report["escalated"].as_i64()), (Some(4), Some(3)), "{report}");
    assert!([23, 24, 25].contains(&report["hours"].as_array().map_or(0, Vec::len)), "{report}");
    api.get("/v1/reports/today?tz=Mars").await.problem(422);
}

#[tokio::test]
async fn a_waiting_that_nobody_ends_is_raised_and_told() {
    let server = Server::start().await;
    let owner = Api::with_role(&server, "owner").await;
    let change = json!({"reminders": {"after_s": [5]}});
    owner.send(owner.request(Method::PATCH, "/v1/settings").json(&change)).await.ok();
    let viewer = token(&server, "viewer", "Vera").await;
    let mut console = Console::with_token(&server, &viewer, json!({"type": "hello"})).await;
    let mut ann = Customer::arrive(&server).await;
    let reply = ann.ask("I want to talk to a human please").await;
    let queued = reply.of_type("handoff").len();
    assert_eq!(queued, 1);
    let urgent = console.first("urgent", |frame| frame["conversation_id"] == ann.conversation.as_str()).await;
    assert_eq!(urgent["step"], 1);
    let told = ann.event(|event| event["author"]["kind"] == "system" && event["content"]["type"] == "handoff").await;
    assert!(told["turn"].is_null(), "{told}");
    let listed = owner.get("/v1/conversations?state=queued").await.ok();
    assert_eq!(listed["items"][0]["urgency"], 1, "{listed}");
}

#[tokio::test]
async fn inboxes_and_refused_websites() {
    let server = server().await;
    let admin = Api::with_role(server, "admin").await;
    let viewer = token(server, "viewer", "Vera").await;
    let mut console = Console::with_token(server, &viewer, json!({"type": "hello"})).await;
    let inbox = admin.post("/v1/inboxes", json!({"public_key": "second", "name": "Second"})).await;
    assert_eq!(inbox.status.as_u16(), 201, "{}", inbox.text);
    let inbox = inbox.json;
    assert!(inbox["snippet"].as_str().is_some_and(|html| html.contains("data-inbox=\"second\"")), "{inbox}");
    admin.post("/v1/inboxes", json!({"public_key": "second", "name": "x"})).await.problem(409);
    admin.post("/v1/inboxes", json!({"public_key": "No Key", "name": "x"})).await.problem(422);
    let its = format!("/v1/inboxes/{}", inbox["id"].as_str().expect("an id"));

    let closed = Socket::open_as(server, "second", Some("https://shop.example")).await.closed().await;
    assert_eq!(closed.error(), Some("forbidden_origin"));
    let told = console.first("refused_origin", |frame| frame["inbox_id"] == inbox["id"]).await;
    assert_eq!(told["origin"], "https://shop.example");
    let listed = admin.get("/v1/inboxes").await.ok();
    let second = listed["items"].as_array().expect("items").iter().find(|one| one["id"] == inbox["id"]).expect("it");
    assert_eq!(second["refused"][0]["origin"], "https://shop.example");
    let allowed = admin.post(&format!("{its}/origins"), json!({"origin": "https://shop.example/"})).await.ok();
    assert_eq!((allowed["origins"].clone(), allowed["refused"].clone()), (json!(["https://shop.example"]), json!([])));

    let settings = json!({"settings": {"assistant": "Robin", "theme": {"accent": "#112233"}}});
    admin.send(admin.request(Method::PATCH, &its).json(&settings)).await.ok();
    let bad = json!({"settings": {"theme": {"accent": "red"}}});
    admin.send(admin.request(Method::PATCH, &its).json(&bad)).await.problem(422);
    let mut socket = Socket::open_as(server, "second", Some("https://shop.example")).await;
    socket.send(json!({"type": "hello"})).await;
    let welcome = socket.frame().await;
    assert_eq!(welcome["assistant"]["name"], "Robin", "{welcome}");
    assert_eq!(welcome["settings"]["theme"]["accent"], "#112233", "{welcome}");
    let vera = Api::with_token(server, &viewer);
    vera.send(vera.request(Method::PATCH, &its).json(&settings)).await.problem(403);
}

#[tokio::test]
async fn replies_are_suggested_and_facts_are_known() {
    let server = server().await;
    let api = Api::with_role(server, "agent").await;
    let mut ann = Customer::arrive(server).await;
    ann.ask("How many days until a parcel arrives in Munich?").await;
    let found = api.get(&path(&ann.conversation, "suggestions")).await.ok();
    assert_eq!(found["items"][0]["article"], "delivery-times", "{found}");
    assert!(found["items"][0]["text"].as_str().is_some_and(|text| !text.is_empty()), "{found}");

    ann.socket
        .send(json!({"type": "track", "name": "page_view", "properties": {"url": "https://shop.example/a"}}))
        .await;
    ann.catch_up().await;
    let story = api.get(&format!("/v1/conversations/{}", ann.conversation)).await.ok();
    assert_eq!(story["page"], "https://shop.example/a");
    let customer = story["customer"]["id"].as_str().expect("an id");
    let facts = api.get(&format!("/v1/customers/{customer}")).await.ok();
    assert_eq!(facts["tracks"][0]["name"], "page_view", "{facts}");
    assert_eq!(facts["conversations"][0]["id"], ann.conversation.as_str());
    api.get("/v1/customers/cus_none").await.problem(404);

    let canned = json!({"shortcut": "hi", "title": "Hello", "text": "Hello {customer}"});
    assert_eq!(api.post("/v1/canned-replies", canned.clone()).await.status.as_u16(), 201);
    assert_eq!(api.post("/v1/canned-replies", canned).await.problem(409)["code"], "taken");
    assert_eq!(api.get("/v1/canned-replies").await.ok()["items"][0]["shortcut"], "hi");
    let found = api.get("/v1/conversations?q=munich").await.ok();
    assert_eq!(found["items"][0]["id"], ann.conversation.as_str());
}

#[tokio::test]
async fn two_customers_become_one_and_two_again() {
    let server = server().await;
    let (api, viewer) = (Api::with_role(server, "agent").await, Api::with_role(server, "viewer").await);
    let token = token(server, "agent", "Noor").await;
    let introduce = json!({"type": "submit", "seq": 0, "values": {"name": "Merle Ash", "email": "merle@mail.example"}});
    let (mut one, mut two) = (Customer::arrive(server).await, Customer::arrive(server).await);
    for customer in [&mut one, &mut two] {
        customer.socket.send(introduce.clone()).await;
        customer.ask("hello").await;
    }
    let customer_of = async |customer: &Customer| -> String {
        let story = api.get(&format!("/v1/conversations/{}", customer.conversation)).await.ok();
        story["customer"]["id"].as_str().expect("an id").to_owned()
    };
    let (kept, merged) = (customer_of(&one).await, customer_of(&two).await);
    let its = |id: &str| format!("/v1/customers/{id}");
    let facts = viewer.get(&its(&kept)).await.ok();
    assert_eq!(facts["possible_duplicates"][0]["id"], merged.as_str(), "{facts}");
    assert_eq!(facts["possible_duplicates"][0]["same"], "email");
    assert_eq!(facts["contacts"], json!([]), "what was typed proves nothing");
    let found = viewer.get("/v1/customers?query=merle").await.ok();
    assert_eq!(found["items"].as_array().map(Vec::len), Some(2), "{found}");
    viewer.get("/v1/customers?query=m").await.problem(422);

    let mut console = Console::with_token(server, &token, json!({"type": "hello"})).await;
    let with = json!({"customer_id": merged});
    viewer.post(&format!("{}/merge", its(&kept)), with.clone()).await.problem(403);
    api.post(&format!("{}/merge", its(&kept)), json!({"customer_id": kept})).await.problem(422);
    api.post(&format!("{}/merge", its("cus_none")), with.clone()).await.problem(404);
    let done = api.post(&format!("{}/merge", its(&kept)), with.clone()).await.ok();
    assert_eq!(done["customer_id"], kept.as_str());
    let told = console.first("conversation", |frame| frame["conversation"]["id"] == two.conversation.as_str()).await;
    assert_eq!(told["conversation"]["customer_id"], kept.as_str());
    let again = api.post(&format!("{}/merge", its(&kept)), with).await.problem(409);
    assert_eq!(again["code"], "merged");

    let facts = viewer.get(&its(&merged)).await.ok();
    assert_eq!((&facts["customer"]["id"], &facts["merged_from"]), (&json!(kept), &json!(merged)));
    assert_eq!(facts["conversations"].as_array().map(Vec::len), Some(2), "{facts}");
    assert_eq!(facts["merges"][0]["customer"]["id"], merged.as_str());
    assert_eq!(facts["possible_duplicates"], json!([]));
    // The open chat goes on, with what the visitor has uploaded.
    two.ask("still here").await;

    let undo = done["undo"]["path"].as_str().expect("a path");
    viewer.post_nothing(undo).await.problem(403);
    api.post(undo, done["undo"]["body"].clone()).await.ok();
    assert_eq!(api.post_nothing(undo).await.problem(409)["code"], "undone");
    assert_eq!(customer_of(&two).await, merged);
    api.post_nothing("/v1/merges/mrg_none/undo").await.problem(404);
}

#[tokio::test]
async fn an_agent_sends_a_file() {
    let server = server().await;
    let api = Api::with_role(server, "agent").await;
    let mut ann = Customer::arrive(server).await;
    ann.ask("hello").await;
    let to = path(&ann.conversation, "files");
    let form = |bytes: Vec<u8>| {
        let part = reqwest::multipart::Part::bytes(bytes).file_name("plan.pdf").mime_str("application/pdf").unwrap();
        reqwest::multipart::Form::new().part("file", part)
    };
    let send = async |api: &Api, bytes: Vec<u8>, key: &str| {
        api.send(api.request(Method::POST, &to).header("idempotency-key", key).multipart(form(bytes))).await
    };
    assert_eq!(send(&api, vec![1; 10], "a").await.problem(409)["code"], "not_held");
    api.post_nothing(&path(&ann.conversation, "take")).await.ok();
    // Larger than other bodies may be.
    let sent = send(&api, vec![1; 400_000], "a").await.ok();
    let event = ann.event(|event| event["content"]["type"] == "file").await;
    assert_eq!((&event["seq"], &event["author"]["kind"]), (&sent["seq"], &json!("agent")));
    assert_eq!((&event["content"]["name"], &event["content"]["bytes"]), (&json!("plan.pdf"), &json!(400_000)));
    assert_eq!(send(&api, vec![1; 400_000], "a").await.ok()["seq"], sent["seq"], "the same key sends nothing");
    // The customer may read it, and nobody else's.
    let url = event["content"]["url"].as_str().expect("an address");
    let visitor = Api::with_token(server, &ann.token);
    assert_eq!(visitor.get(url).await.status, 200);
    let stranger = Customer::arrive(server).await;
    assert_eq!(Api::with_token(server, &stranger.token).get(url).await.status, 404);

    assert!(send(&api, vec![0; 11 * 1024 * 1024], "b").await.problem(413)["detail"].is_string());
    let other = Api::with_role(server, "agent").await;
    assert_eq!(send(&other, vec![1; 10], "c").await.problem(409)["code"], "held");
    let viewer = Api::with_role(server, "viewer").await;
    send(&viewer, vec![1; 10], "d").await.problem(403);
    let nothing = reqwest::multipart::Form::new().text("words", "no file");
    api.send(api.request(Method::POST, &to).multipart(nothing)).await.problem(422);
}

#[tokio::test]
async fn the_sample_shop_gives_way_to_ones_own() {
    let server = Server::start().await;
    let owner = Api::with_role(&server, "owner").await;
    let admin = Api::with_role(&server, "admin").await;
    let shop = |confirm: &str| {
        json!({"name": "Eva's Mugs", "locale": "en", "hours": "Monday to Friday, from 9 to 17 o'clock.",
               "returns": "You can send an unused mug back within 45 days.", "contact": "Call 555-0100.",
               "confirm": confirm})
    };
    admin.post("/v1/shop/reset", shop("Alder & Wick")).await.problem(403);
    owner.post("/v1/shop/reset", shop("another")).await.problem(422);
    let settings = owner.post("/v1/shop/reset", shop("Alder & Wick")).await.ok();
    assert_eq!(
        (settings["shop"]["name"].as_str(), settings["shop"]["sample"].as_bool()),
        (Some("Eva's Mugs"), Some(false))
    );
    owner.post("/v1/shop/reset", shop("Eva's Mugs")).await.problem(409);

    let mut ann = Customer::arrive(&server).await;
    let greeting = ann.ask("Good afternoon!").await;
    assert!(format!("{greeting:?}").contains("Eva's Mugs"), "{greeting:#?}");
    let returns = ann.ask("Can I send a mug back?").await;
    assert_eq!(returns.articles().first().copied(), Some("returns"), "{returns:#?}");
    let wish = ann.ask("I would love a warm scarf for under 40 euros").await;
    assert!(wish.of_type("products").is_empty(), "{wish:#?}");

    let hours = json!({"hours": {"time_zone": "UTC", "week": {}}});
    let shown = owner.send(owner.request(Method::PATCH, "/v1/settings").json(&hours)).await.ok();
    assert_eq!(shown["hours"]["open_now"], false, "{shown}");
    let none = owner.send(owner.request(Method::PATCH, "/v1/settings").json(&json!({"hours": null}))).await.ok();
    assert_eq!(none["hours"], Value::Null, "{none}");
}
