//! The agents' API: the queue, the story, taking over, handing back.

use serde_json::{Value, json};

use crate::support::api::Api;
use crate::support::customer::Customer;
use crate::support::log;
use crate::support::server::Server;
use crate::support::within;

async fn server() -> &'static Server {
    Server::shared("agents").await
}

fn path(conversation: &str, action: &str) -> String {
    format!("/v1/conversations/{conversation}/{action}")
}

async fn handed_over() -> (Customer, Api) {
    let server = server().await;
    let agent = Api::with_role(server, "agent").await;
    let mut ann = Customer::arrive(server).await;
    ann.ask("I want to talk to a human please").await;
    agent.post_nothing(&path(&ann.conversation, "take")).await.ok();
    ann.event(|event| event["content"]["state"] == "assigned").await;
    (ann, agent)
}

#[tokio::test]
async fn an_escalated_conversation_stands_in_the_queue_with_its_reasons() {
    let server = server().await;
    let agent = Api::with_role(server, "agent").await;
    let mut ann = Customer::arrive(server).await;
    ann.ask("Do you sell woollen blankets?").await;
    let reply = ann.ask("I want to talk to a real person").await;
    let handoff = reply.of_type("handoff");
    assert_eq!(handoff.len(), 1, "{reply:#?}");
    assert!(["queued", "unavailable"].contains(&handoff[0]["state"].as_str().unwrap_or_default()), "{handoff:?}");
    assert!(handoff[0]["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{handoff:?}");

    let queue = agent.get("/v1/conversations?state=queued&limit=200").await.ok();
    let items = queue["items"].as_array().expect("a page has items");
    let waiting = items.iter().find(|item| item["id"] == ann.conversation.as_str()).expect("it waits there");
    assert!(waiting["queued"]["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{waiting}");

    let story = agent.get(&format!("/v1/conversations/{}", ann.conversation)).await.ok();
    let reasons = story["summary"]["reasons"].as_array().expect("a summary with reasons");
    assert!(!reasons.is_empty(), "{story}");
    assert!(story["summary"]["sentiment"].as_array().is_some_and(|course| !course.is_empty()), "{}", story["summary"]);
    let read = story["entries"][0]["analysis"]["intent"]["name"].as_str();
    assert!(read.is_some_and(|intent| !intent.is_empty()), "each message with its analysis: {story}");
}

#[tokio::test]
async fn the_bot_is_silent_while_a_person_holds_the_conversation() {
    let (mut ann, agent) = handed_over().await;
    let silent = ann.say("how long does delivery to Belgium take?").await;

    let said = json!({"text": "Hello, this is **Noor**. One or two days."});
    agent.post(&path(&ann.conversation, "messages"), said.clone()).await.ok();
    let seen = ann.event(|event| event["author"]["kind"] == "agent" && event["content"]["type"] == "text").await;
    assert_eq!(seen["content"]["text"], said["text"]);
    assert!(seen["turn"].is_null() && seen["in_reply_to"].is_null(), "only bot turns carry them: {seen}");

    agent.post_nothing(&path(&ann.conversation, "hand-back")).await.ok();
    ann.event(|event| event["content"]["state"] == "returned").await;
    let answered = ann.ask("and to Germany?").await;
    assert!(!answered.events.is_empty(), "the bot is back");

    // Turns of one conversation are taken in order: had there been one for it, it would
    // stand before this answer.
    log::check(&ann.events);
    assert!(log::unanswered(&ann.events).contains(&silent), "{:#?}", ann.events);
}

#[tokio::test]
async fn a_customer_sees_that_their_message_was_read() {
    let (mut ann, agent) = handed_over().await;
    let colleague = Api::with_role(server().await, "agent").await;
    let seq = ann.say("is anybody there?").await;
    for reader in [&colleague, &agent, &agent] {
        reader.post(&path(&ann.conversation, "seen"), json!({"seq": seq})).await.ok();
    }
    let read = ann.event(|event| event["content"]["delivery"] == "read").await;
    assert_eq!(read["content"]["message"], seq);
    assert_eq!(read["author"]["kind"], "system");

    // An answer says more than a mark.
    let last = ann.say("hello?").await;
    agent.post(&path(&ann.conversation, "messages"), json!({"text": "Yes, I am."})).await.ok();
    agent.post(&path(&ann.conversation, "seen"), json!({"seq": last + 1})).await.ok();
    ann.event(|event| event["author"]["kind"] == "agent" && event["content"]["type"] == "text").await;
    ann.catch_up().await;
    let marks = ann.events.iter().filter(|event| event["content"]["delivery"] == "read").count();
    assert_eq!(marks, 1, "{:#?}", ann.events);
    log::check(&ann.events);
}

#[tokio::test]
async fn an_address_given_to_a_person_is_kept() {
    let (mut ann, agent) = handed_over().await;
    ann.say("please write to late@post.example, I have to go").await;
    within("the address", async {
        loop {
            let seen = agent.get(&format!("/v1/conversations/{}", ann.conversation)).await.ok();
            if seen["customer"]["email"] == "late@post.example" {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_turn_overtaken_by_an_agent_is_dropped() {
    let server = server().await;
    let agent = Api::with_role(server, "agent").await;
    let mut ann = Customer::arrive(server).await;
    // Taken at once after the ack: either the bot's turn was committed before the
    // assignment, or it never is.
    for _ in 0..5 {
        let seq = ann.say("what does express delivery cost?").await;
        agent.post_nothing(&path(&ann.conversation, "take")).await.ok();
        agent.post_nothing(&path(&ann.conversation, "hand-back")).await.ok();
        let done = ann.ask("thanks").await;
        let position = |fits: &dyn Fn(&&Value) -> bool| ann.events.iter().rposition(|event| fits(&event));
        let assigned = position(&|event| event["content"]["state"] == "assigned").expect("it was taken");
        let answer = position(&|event| event["in_reply_to"] == seq);
        assert!(answer.is_none_or(|answer| answer < assigned), "{:#?}", ann.events);
        assert!(!done.events.is_empty());
    }
    log::check(&ann.events);
}

#[tokio::test]
async fn a_resolved_conversation_asks_how_it_was_and_reopens_with_a_message() {
    let (mut ann, agent) = handed_over().await;
    agent.post_nothing(&path(&ann.conversation, "resolve")).await.ok();
    ann.event(|event| event["content"]["state"] == "resolved").await;

    let survey = ann.event(|event| event["content"]["type"] == "survey").await;
    let [low, high] = [0, 1].map(|end| survey["content"]["scale"][end].as_i64().expect("a scale"));
    ann.socket.send(json!({"type": "survey", "seq": survey["seq"], "score": high + 1})).await;
    let frames = ann.catch_up().await;
    assert!(frames.iter().any(|frame| frame["type"] == "error"), "beyond the scale: {frames:?}");
    ann.socket.send(json!({"type": "survey", "seq": survey["seq"], "score": high, "comment": "quick"})).await;
    let result = ann.event(|event| event["content"]["type"] == "survey_result").await;
    assert_eq!(result["content"]["score"], high);
    ann.socket.send(json!({"type": "survey", "seq": survey["seq"], "score": low})).await;
    let edit = ann.event(|event| event["content"]["type"] == "edit").await;
    assert_eq!(edit["content"]["edits"], result["seq"], "a repeat replaces it: {edit}");

    let reply = ann.ask("one more thing: do you ship to France?").await;
    ann.event(|event| event["content"]["state"] == "reopened").await;
    assert!(!reply.events.is_empty(), "the bot answers a reopened conversation");
    log::check(&ann.events);
}

#[tokio::test]
async fn the_same_idempotency_key_says_it_once() {
    let (mut ann, agent) = handed_over().await;
    let path = path(&ann.conversation, "messages");
    let send = || {
        let request = agent.request(reqwest::Method::POST, &path).header("Idempotency-Key", "reply-1");
        agent.send(request.json(&json!({"text": "I am looking into it."})))
    };
    let first = send().await.ok();
    let second = send().await.ok();
    assert_eq!(first["seq"], second["seq"]);
    agent.post(&path, json!({"text": "Found it."})).await.ok();
    ann.event(|event| event["content"]["text"] == "Found it.").await;
    let said = ann.events.iter().filter(|event| event["content"]["text"] == "I am looking into it.").count();
    assert_eq!(said, 1, "{:#?}", ann.events);
}

#[tokio::test]
async fn one_holder_at_any_moment() {
    let server = server().await;
    let (ann, noor) = handed_over().await;
    let lise = Api::with_role(server, "agent").await;
    lise.post_nothing(&path(&ann.conversation, "take")).await.problem(409);
    lise.post(&path(&ann.conversation, "messages"), json!({"text": "me too"})).await.problem(409);
    lise.post_nothing(&path(&ann.conversation, "hand-back")).await.problem(409);
    noor.post_nothing(&path(&ann.conversation, "hand-back")).await.ok();
    lise.post_nothing(&path(&ann.conversation, "take")).await.ok();
}

#[tokio::test]
async fn notes_are_for_colleagues_only() {
    let (mut ann, agent) = handed_over().await;
    let note = agent.post(&path(&ann.conversation, "notes"), json!({"text": "a regular, be nice"})).await;
    assert_eq!(note.status.as_u16(), 201, "{}", note.text);
    agent.post(&path(&ann.conversation, "messages"), json!({"text": "Hello Ann."})).await.ok();
    ann.event(|event| event["content"]["text"] == "Hello Ann.").await;
    let back = Customer::back(server().await, &ann.token).await;
    assert!(!format!("{:?}", back.events).contains("a regular"), "the log does not tell it");
    log::check(&back.events);

    let story = agent.get(&format!("/v1/conversations/{}", ann.conversation)).await.ok();
    assert_eq!(story["notes"][0]["text"], "a regular, be nice", "{story}");
}

#[tokio::test]
async fn the_entries_are_the_log_that_the_customer_sees() {
    let (mut ann, agent) = handed_over().await;
    ann.catch_up().await;
    let page = agent.get(&path(&ann.conversation, "entries?limit=500")).await.ok();
    let entries: Vec<Value> = ann.events.iter().cloned().map(without_type).collect();
    assert_eq!(page["items"], Value::from(entries));

    let mut collected = Vec::new();
    let mut after = 0;
    while after < ann.events.len() {
        let page = agent.get(&path(&ann.conversation, &format!("entries?limit=1&after={after}"))).await.ok();
        collected.extend(page["items"].as_array().expect("items").clone());
        after += 1;
    }
    assert_eq!(Value::from(collected), page["items"], "page by page");
}

fn without_type(mut event: Value) -> Value {
    event.as_object_mut().expect("an event is an object").remove("type");
    event
}

#[tokio::test]
async fn nobody_gets_in_without_a_token_and_a_viewer_may_only_look() {
    let server = server().await;
    let ann = Customer::arrive(server).await;
    let take = path(&ann.conversation, "take");

    Api::anonymous(server).get("/v1/conversations").await.problem(401);
    Api::with_token(server, "tok_invented").get("/v1/conversations").await.problem(401);
    // A visitor's token is no agent's token.
    Api::with_token(server, &ann.token).get("/v1/conversations").await.problem(401);

    let viewer = Api::with_role(server, "viewer").await;
    viewer.get("/v1/conversations?state=open").await.ok();
    viewer.post_nothing(&take).await.problem(403);
    viewer.post(&path(&ann.conversation, "messages"), json!({"text": "hi"})).await.problem(403);
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_told() {
    let server = server().await;
    let (ann, agent) = handed_over().await;
    agent.get("/v1/conversations/cnv_none").await.problem(404);
    agent.post_nothing(&path("cnv_none", "take")).await.problem(404);
    agent.get("/v1/conversations?state=lost").await.problem(422);
    agent.post(&path(&ann.conversation, "messages"), json!({"text": "  "})).await.problem(422);
    agent.post(&path(&ann.conversation, "messages"), json!({"words": "hi"})).await.problem(422);
    let broken = agent.request(reqwest::Method::POST, &path(&ann.conversation, "messages"));
    let broken = broken.header("Content-Type", "application/json").body("{");
    agent.send(broken).await.problem(422);
    Api::anonymous(server).get("/v1/nothing").await.problem(404);
}

#[tokio::test]
async fn a_message_can_be_analyzed_without_a_conversation() {
    let agent = Api::with_role(server().await, "agent").await;
    let text = "Where is my parcel AW-10482? Write to ann@shop.example, this is a disgrace!";
    let analysis = agent.post("/v1/analyze", json!({"text": text})).await.ok();
    assert_eq!(analysis["language"]["code"], "en", "{analysis}");
    assert!(analysis["intent"]["name"].is_string() && analysis["intent"]["out_of_scope"].is_boolean(), "{analysis}");
    assert!(analysis["intent_ranking"].as_array().is_some_and(|ranking| !ranking.is_empty()), "{analysis}");
    assert_eq!(analysis["sentiment"]["label"], "negative", "{analysis}");
    let entities = analysis["entities"].as_array().expect("entities");
    let value =
        |kind: &str| entities.iter().find(|entity| entity["type"] == kind).map(|entity| entity["value"].clone());
    assert_eq!(value("order_number"), Some("AW-10482".into()), "{analysis}");
    assert_eq!(value("email"), Some("ann@shop.example".into()), "{analysis}");
    for entity in entities {
        let (start, end) = (entity["start"].as_u64(), entity["end"].as_u64());
        let (Some(start), Some(end)) = (start, end) else { panic!("{entity}") };
        let written: String = text.chars().skip(start as usize).take((end - start) as usize).collect();
        assert_eq!(entity["text"], written.as_str(), "{entity}");
    }
    for probability in
        [&analysis["intent"]["confidence"], &analysis["unhappiness"]["p"], &analysis["sentiment"]["confidence"]]
    {
        assert!(probability.as_f64().is_some_and(|p| (0.0..=1.0).contains(&p)), "{analysis}");
    }
}
