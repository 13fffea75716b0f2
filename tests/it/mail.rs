//! Mail: to colleagues who are not there, to customers who have gone, and what happens
//! while the mail server is away.

use serde_json::{Value, json};

use crate::support::api::Api;
use crate::support::browser::Browser;
use crate::support::console::Console;
use crate::support::customer::Customer;
use crate::support::server::{Server, Setup};
use crate::support::smtp::Smtp;

/// A server that sends to this one; an agent's words are mailed after a second.
async fn server(smtp: &Smtp) -> Server {
    let config = format!(
        "public_url = \"https://chat.shop.example\"\n[handoff]\npresent_s = 2\nmail_after_s = 1\n{}",
        smtp.configuration()
    );
    Server::start_as(Setup { config, ..Setup::default() }).await
}

/// A colleague with an address, who is not there.
async fn colleague(server: &Server, name: &str, email: &str) {
    let arguments = ["agent", "create", "--role", "agent", "--name", name, "--email", email];
    server.cli().input("a few plain words\n").run(arguments).await;
}

#[tokio::test]
async fn the_absent_are_told_by_mail_who_waits_and_why() {
    let mut smtp = Smtp::start().await;
    let server = server(&smtp).await;
    colleague(&server, "Noor", "noor@shop.example").await;
    let mut ann = Customer::arrive(&server).await;
    ann.ask("My parcel AW-10482 never came, this is a disgrace. Get me a person!").await;

    let mail = smtp.mail().await;
    assert_eq!(mail.to, "noor@shop.example");
    for part in [
        "Subject: A customer waits",
        "chat@shop.example",
        "never came",
        "https://chat.shop.example/console/#/conversations/",
    ] {
        assert!(mail.text.contains(part), "{part}:\n{}", mail.text);
    }
}

#[tokio::test]
async fn a_reply_to_a_customer_who_has_gone_is_mailed_to_the_address_they_left() {
    let mut smtp = Smtp::start().await;
    let server = server(&smtp).await;
    let agent = Api::with_role(&server, "agent").await;
    let mut ann = Customer::arrive(&server).await;
    ann.ask("I want to talk to a human please").await;
    ann.ask("you can write to ann@post.example").await;
    let id = ann.conversation.clone();
    drop(ann);
    let path = |action: &str| format!("/v1/conversations/{id}/{action}");
    agent.post_nothing(&path("take")).await.ok();
    for text in ["Hello Ann, I found your parcel.", "It comes on Monday."] {
        agent.post(&path("messages"), json!({"text": text})).await.ok();
    }
    let mail = smtp.mail().await;
    assert_eq!(mail.to, "ann@post.example");
    assert!(mail.text.contains("I found your parcel.") && mail.text.contains("It comes on Monday."), "{}", mail.text);
    let story = agent.get(&format!("/v1/conversations/{id}")).await.ok();
    assert_eq!(story["mails"].as_array().map(Vec::len), Some(1), "{story}");
}

#[tokio::test]
async fn with_the_mail_server_away_it_is_tried_again_and_the_console_shows_it() {
    let mut smtp = Smtp::start().await;
    smtp.refuse(true);
    let server = server(&smtp).await;
    let mut owner = Browser::owner(&server).await;
    let cookie = owner.cookie.clone().expect("signed in");
    let mut console =
        Console::open(&server, &[("Cookie", &cookie)], json!({"type": "hello"})).await.expect("the session opens it");
    let invited = owner.post("/v1/invitations", json!({"email": "ben@shop.example", "role": "agent"})).await.ok();
    assert_eq!(invited["mailed"], true);
    let told = console.first("mail", |frame| frame["kind"] == "invitation").await;
    assert_eq!(told["state"], "waiting", "{told}");
    assert!(told["error"].as_str().is_some_and(|error| error.contains("try again later")), "{told}");
    let settings = owner.get("/v1/settings").await.ok();
    assert_eq!((settings["mail"]["configured"].as_bool(), settings["mail"]["waiting"].as_i64()), (Some(true), Some(1)));
    let test = owner.post("/v1/settings/mail/test", json!({"to": "eva@shop.example"})).await.ok();
    assert_eq!(test["sent"], false, "{test}");

    smtp.refuse(false);
    let mails = owner.get("/v1/mails?state=waiting").await.ok();
    let id = mails["items"][0]["id"].as_str().expect("it waits").to_owned();
    assert_eq!(mails["items"][0]["attempts"], 1, "{mails}");
    owner.post(&format!("/v1/mails/{id}/retry"), Value::Null).await.ok();
    let mail = smtp.mail().await;
    assert_eq!(mail.to, "ben@shop.example");
    assert!(mail.text.contains("/console/#/join/"), "{}", mail.text);
    console.first("mail", |frame| frame["state"] == "sent").await;
    owner.post("/v1/settings/mail/test", json!({"to": "eva@shop.example"})).await.ok();
    assert!(smtp.mail().await.text.contains("This is a test"));
}

#[tokio::test]
async fn without_mail_nothing_is_written() {
    let server = Server::shared("console").await;
    let owner = Api::with_role(server, "owner").await;
    let settings = owner.get("/v1/settings").await.ok();
    assert_eq!(settings["mail"]["configured"], false, "{settings}");
    let test = owner.post("/v1/settings/mail/test", json!({"to": "eva@shop.example"})).await.ok();
    assert!(test["error"].as_str().is_some_and(|error| error.contains("[mail]")), "{test}");
}
