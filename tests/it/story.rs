//! One customer's whole visit: twelve messages, from a greeting to a person.

use serde_json::Value;

use crate::support::api::Api;
use crate::support::customer::{Customer, Reply};
use crate::support::log;
use crate::support::server::Server;

/// An answer whose first source is one of these.
fn is_sourced(reply: &Reply, articles: &[&str]) {
    let first = reply.articles().first().copied();
    assert!(first.is_some_and(|first| articles.contains(&first)), "expected one of {articles:?}: {reply:#?}");
    for answer in reply.of_type("answer") {
        assert!(answer["text"].as_str().is_some_and(|text| !text.trim().is_empty()), "{answer}");
        let confidence = answer["confidence"].as_f64().expect("an answer has a confidence");
        assert!((0.0..=1.0).contains(&confidence), "{answer}");
        for source in answer["sources"].as_array().expect("an answer has sources") {
            for field in ["article", "title", "section", "url", "snippet"] {
                assert!(source[field].as_str().is_some_and(|text| !text.is_empty()), "{field}: {source}");
            }
        }
    }
}

/// Words, perhaps with something to choose from, and no claim that an article is behind them.
fn is_plain_talk(reply: &Reply) {
    assert!(reply.types().iter().all(|kind| ["text", "choices"].contains(kind)), "{reply:#?}");
    assert!(!reply.events.is_empty());
}

fn escalates(reply: &Reply) -> bool {
    !reply.of_type("handoff").is_empty()
}

fn prices(reply: &Reply) -> Vec<f64> {
    let items = reply.of_type("products").into_iter().filter_map(|products| products["items"].as_array()).flatten();
    items.map(|item| item["price"].as_str().and_then(|price| price.parse().ok()).expect("a decimal price")).collect()
}

#[tokio::test]
async fn twelve_messages_from_a_greeting_to_a_person() {
    let server = Server::start().await;
    let agent = Api::with_role(&server, "agent").await;
    let mut ann = Customer::arrive(&server).await;

    let greeting = ann.ask("Good afternoon!").await;
    is_plain_talk(&greeting);

    let parcel = ann.ask("How many days until a parcel arrives in Munich?").await;
    is_sourced(&parcel, &["delivery-times"]);
    let overseas = ann.ask("Do you post abroad, to Tokyo for example?").await;
    is_sourced(&overseas, &["delivery-countries", "delivery-times"]);
    let tax = ann.ask("How can I get a bill with our firm's tax number?").await;
    is_sourced(&tax, &["invoices-and-vat", "business-orders"]);

    let wish = ann.ask("I would love a warm scarf for under 40 euros").await;
    let found = prices(&wish);
    assert!(!found.is_empty() && found.iter().all(|price| *price < 40.0), "{wish:#?}");
    for products in wish.of_type("products") {
        for item in products["items"].as_array().expect("items") {
            assert_eq!(item["currency"], "EUR", "{item}");
            for field in ["sku", "title", "reason"] {
                assert!(item[field].as_str().is_some_and(|text| !text.is_empty()), "{field}: {item}");
            }
        }
    }

    let order = ann.ask("What has become of my order AW-10482?").await;
    let asks = order.types();
    assert!(asks.contains(&"form") || asks.contains(&"text"), "{order:#?}");
    assert!(!format!("{:?}", order.events).contains('@'), "a number alone tells nothing: {order:#?}");

    let typos = ann.ask("wich size shud i tkae for a jumpr").await;
    is_sourced(&typos, &["sizes-women", "sizes-men"]);

    let elsewhere = ann.ask("Who won the football world cup in 1998?").await;
    assert!(elsewhere.of_type("answer").is_empty() && elsewhere.of_type("products").is_empty(), "{elsewhere:#?}");
    let honest = elsewhere.types().iter().any(|kind| ["text", "choices"].contains(kind));
    assert!(honest && !escalates(&elsewhere), "{elsewhere:#?}");

    let thanks = ann.ask("Thanks anyway, that was helpful").await;
    is_plain_talk(&thanks);
    for calm in [&greeting, &parcel, &overseas, &tax, &wish, &order, &typos, &thanks] {
        assert!(!escalates(calm), "nothing to escalate yet: {calm:#?}");
    }

    let complaint = ann.ask("My lamp came with a cracked foot, can I get a new one?").await;
    assert!(!escalates(&complaint), "a calm complaint is answered: {complaint:#?}");
    let anger = ann
        .ask("This is the third time something arrives broken! I am absolutely furious, this is a disgrace, I want my money back now!")
        .await;
    assert!(escalates(&anger), "an angry customer gets a person: {anger:#?}");
    assert!(anger.of_type("products").is_empty(), "nothing is sold to an angry customer: {anger:#?}");
    told_the_truth(anger.of_type("handoff")[0]);

    let human = ann.ask("I want a human").await;
    assert!(!human.events.is_empty() && human.of_type("answer").is_empty(), "{human:#?}");

    log::check(&ann.events);
    log::check_all_answered(&ann.events);
    assert_eq!(log::messages(&ann.events).len(), 12);

    let story = agent.get(&format!("/v1/conversations/{}", ann.conversation)).await.ok();
    assert!(story["queued"].is_object(), "{story}");
    let summary = &story["summary"];
    for part in ["reasons", "asked", "sentiment"] {
        assert!(summary[part].as_array().is_some_and(|list| !list.is_empty()), "{part}: {summary}");
    }
    let angriest = story["entries"].as_array().expect("entries").iter().find(|entry| entry["seq"] == anger.seq);
    let analysis = &angriest.expect("it is in the story")["analysis"];
    assert_eq!(analysis["sentiment"]["label"], "negative", "{analysis}");
    assert!(analysis["unhappiness"]["reasons"].as_array().is_some_and(|reasons| !reasons.is_empty()), "{analysis}");
    let explained = &angriest.expect("it is in the story")["explanation"]["because"];
    assert!(explained.as_array().is_some_and(|because| !because.is_empty()), "every decision explains itself");
}

/// Where the customer stands, or that nobody is there.
fn told_the_truth(handoff: &Value) {
    match handoff["state"].as_str() {
        Some("queued") => assert!(handoff["position"].as_i64().is_some_and(|place| place >= 1), "{handoff}"),
        // They wait all the same, for when somebody is back.
        Some("unavailable") => {}
        _ => panic!("{handoff}"),
    }
    assert!(handoff["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{handoff}");
}

#[tokio::test]
async fn an_orders_details_are_told_only_when_number_and_address_match() {
    let server = Server::shared("story").await;
    let order = some_order();
    let (number, email) = (order["number"].as_str().expect("a number"), order["email"].as_str().expect("an address"));

    let mut stranger = Customer::arrive(server).await;
    let reply = stranger.ask(&format!("Where is my order {number}? My address is nobody@elsewhere.example")).await;
    for secret in ["name", "tracking", "total"].iter().filter_map(|field| order[*field].as_str()) {
        assert!(!format!("{:?}", reply.events).contains(secret), "{secret}: {reply:#?}");
    }

    let mut owner = Customer::arrive(server).await;
    let reply = owner.ask(&format!("Where is my order {number}? My address is {email}")).await;
    assert!(reply.types().contains(&"text"), "{reply:#?}");
    assert!(format!("{:?}", reply.events).contains(number), "{reply:#?}");
}

/// A shipped order of the sample shop.
fn some_order() -> Value {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/catalogue/orders.yaml");
    let text = std::fs::read_to_string(file).expect("the sample shop has orders");
    let orders: Vec<Value> = serde_norway::from_str(&text).expect("they are a YAML list");
    orders.into_iter().find(|order| order["status"] == "shipped").expect("one of them is on its way")
}
