//! Customers of several languages at the sample shop, which has everything in English and
//! its most asked matters in Dutch.

use serde_json::{Value, json};

use crate::inputs::tampered_home::TamperedHome;
use crate::support::cli::Cli;
use crate::support::customer::{Customer, Reply};
use crate::support::http_client;
use crate::support::server::{Server, Setup};

/// Everything that a turn of the bot says, one below the other.
fn words(reply: &Reply) -> String {
    let texts = reply.events.iter().filter_map(|event| event["content"]["text"].as_str());
    texts.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn a_conversation_is_held_in_the_customers_language() {
    let server = Server::shared("languages").await;
    let mut anneke = Customer::arrive(server).await;
    let asked = anneke.ask("waar is mijn bestelling?").await;
    assert!(words(&asked).contains("Wat is het bestelnummer?"), "{asked:#?}");
    assert_eq!(asked.of_type("form")[0]["fields"][0]["label"], "Bestelnummer", "{asked:#?}");
    // No word of it is in any language; the conversation is.
    let told = anneke.ask("AW-10305 anneke.devos@post.example").await;
    assert!(words(&told).contains("Je bestelling **AW-10305**"), "{told:#?}");
    // And a customer may change it.
    let english = anneke.ask("thank you so much, that helps").await;
    assert!(!words(&english).is_empty() && !words(&english).contains("Graag"), "{english:#?}");
}

#[tokio::test]
async fn an_article_is_quoted_in_the_customers_language() {
    let server = Server::shared("languages").await;
    let mut customer = Customer::arrive(server).await;
    let reply = customer.ask("hoeveel werkdagen duurt de levering naar Duitsland?").await;
    assert_eq!(reply.articles().first(), Some(&"delivery-times"), "{reply:#?}");
    assert!(words(&reply).contains("werkdagen"), "{reply:#?}");
    let url = reply.of_type("answer")[0]["sources"][0]["url"].as_str().expect("a source has an address").to_owned();
    assert!(url.starts_with("/help/delivery-times?locale=nl"), "{url}");
    let page = http_client().get(format!("{}{url}", server.url)).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("lang=\"nl\"") && page.contains("Hoe lang duurt de levering?"), "{page}");

    let mut other = Customer::hello(server, json!({"type": "hello", "locale": "nl-BE"})).await;
    let reply = other.ask("how long does delivery to Germany take?").await;
    assert!(!words(&reply).contains("werkdagen") && words(&reply).contains("working days"), "{reply:#?}");
}

/// Messages that are no examples (docs/languages.md tells what they were before there were
/// Dutch examples).
#[tokio::test]
async fn dutch_messages_are_understood() {
    let lines = include_str!("../data/messages.nl.tsv").lines().filter_map(|line| line.split_once('\t'));
    let (wanted, messages): (Vec<&str>, Vec<&str>) = lines.unzip();
    let read = Cli::new().input(&format!("{}\n", messages.join("\n"))).run(["analyze", "-"]).await.out();
    let analyses: Vec<Value> = read.lines().map(|line| serde_json::from_str(line).expect("JSON lines")).collect();
    assert_eq!(analyses.len(), wanted.len());
    let wrong: Vec<String> = (analyses.iter().zip(&wanted).zip(&messages))
        .filter(|((analysis, wanted), _)| analysis["intent"]["name"] != **wanted)
        .map(|((analysis, wanted), message)| format!("{message}: {} instead of {wanted}", analysis["intent"]["name"]))
        .collect();
    assert!(wrong.len() * 100 <= wanted.len() * 15, "{wrong:#?}");
    let dutch = analyses.iter().filter(|analysis| analysis["language"]["code"] == "nl").count();
    assert!(dutch * 100 >= wanted.len() * 95, "{dutch} of {} are told as Dutch", wanted.len());
}

#[tokio::test]
async fn what_is_not_translated_is_announced() {
    let home = TamperedHome::new();
    home.replace("intents/greeting.nl.yaml", "examples: [hallo]\n");
    let environment = vec![("RAPPORT_HOME".to_owned(), home.path().into())];
    let server = Server::start_as(Setup { environment, ..Setup::default() }).await;
    let mut customer = Customer::arrive(&server).await;
    let reply = customer.ask("goeiedag, hallo").await;
    let said = words(&reply);
    assert!(said.starts_with("Dit heb ik alleen in het Engels:\n\n") && said.contains("Hello"), "{reply:#?}");
}
