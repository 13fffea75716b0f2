//! Answers in a conversation: short, sourced, in context, each question by itself.

use crate::support::customer::{Customer, Reply};
use crate::support::server::Server;

fn first_article(reply: &Reply) -> &str {
    reply.articles().first().copied().unwrap_or_else(|| panic!("no answer: {reply:#?}"))
}

fn texts(reply: &Reply) -> String {
    reply.of_type("answer").iter().filter_map(|answer| answer["text"].as_str()).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn a_follow_up_is_answered_from_what_was_asked_before() {
    let server = Server::start().await;
    let mut ann = Customer::arrive(&server).await;
    let first = ann.ask("How long does delivery to Germany take?").await;
    assert_eq!(first_article(&first), "delivery-times", "{first:#?}");
    let second = ann.ask("and to Australia?").await;
    assert_eq!(first_article(&second), "delivery-times", "{second:#?}");
    assert!(texts(&second).contains("Australia"), "{second:#?}");

    // Another customer asks the same without what went before, and is not taken for the first.
    let mut ben = Customer::arrive(&server).await;
    let cards = ben.ask("do you sell gift cards?").await;
    assert_eq!(first_article(&cards), "gift-cards", "{cards:#?}");
    let valid = ben.ask("how long are they valid?").await;
    assert_eq!(first_article(&valid), "gift-cards", "{valid:#?}");
    assert!(texts(&valid).contains("3 years"), "{valid:#?}");
}

#[tokio::test]
async fn what_stands_for_itself_is_no_follow_up() {
    let server = Server::start().await;
    let mut ann = Customer::arrive(&server).await;
    let sent_back = ann.ask("How long do I have to send something back?").await;
    assert_eq!(first_article(&sent_back), "return-an-item", "{sent_back:#?}");
    assert!(!texts(&sent_back).contains("1. "), "the first of many steps says nothing: {sent_back:#?}");
    // "There" refers to nothing.
    let greeted = ann.ask("hi there").await;
    assert!(greeted.of_type("answer").is_empty(), "{greeted:#?}");
    let products = ann.ask("do you have a wool blanket?").await;
    assert!(!products.of_type("products").is_empty(), "{products:#?}");
}

#[tokio::test]
async fn a_letter_is_read_without_its_greeting_and_signature() {
    let server = Server::start().await;
    let mut ann = Customer::arrive(&server).await;
    let reply = ann.ask("Hello,\n\ndo you ship to Norway?\n\nKind regards\nAnn Lee").await;
    assert_eq!(first_article(&reply), "delivery-countries", "{reply:#?}");
}

#[tokio::test]
async fn each_question_of_a_message_is_answered() {
    let server = Server::start().await;
    let mut ann = Customer::arrive(&server).await;
    let reply = ann.ask("Where can I download my invoice? And how do I unsubscribe from the newsletter?").await;
    let answers = reply.of_type("answer");
    let articles: Vec<&str> = answers.iter().filter_map(|answer| answer["sources"][0]["article"].as_str()).collect();
    assert_eq!(articles, ["invoices-and-vat", "newsletter"], "{reply:#?}");
}

#[tokio::test]
async fn answers_are_short_and_steps_stay_steps() {
    let server = Server::start().await;
    let mut ann = Customer::arrive(&server).await;
    for question in
        ["How do I return an item?", "how do I wash a wool sweater by hand", "What is the Wick Club?", "how can i pay"]
    {
        let reply = ann.ask(question).await;
        for answer in reply.of_type("answer") {
            let text = answer["text"].as_str().expect("an answer has a text");
            assert!(text.split_whitespace().count() <= 60, "{question}: {text}");
            let numbers: Vec<u32> = text
                .lines()
                .filter_map(|line| line.split_once(". ").and_then(|(number, _)| number.trim().parse().ok()))
                .collect();
            assert!(numbers.iter().zip(1..).all(|(number, place)| *number == place), "{question}: {text}");
        }
    }
}
