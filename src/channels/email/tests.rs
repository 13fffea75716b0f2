//! What becomes of mails and of entries, without a server.

use mail_parser::MessageParser;
use rstest::rstest;
use serde_json::json;

use super::compose::{Details, Sender, compose};
use super::inbound::{Reader, event, read};
use crate::channels::channel::{Happening, Incoming, Outgoing, Said};
use crate::domain::Author;
use crate::mail::Enclosed;
use crate::mail::reference::reference;

const READER: Reader = Reader { secret: "secret", address: "support@shop.example", auth_server: "mx.shop.example" };

fn happening(raw: &str) -> Option<Happening> {
    let event = event(raw.as_bytes(), None);
    read(&event.body, &event.key, &READER).expect("it can be read")
}

fn message(raw: &str) -> Incoming {
    match happening(raw) {
        Some(Happening::Message(incoming)) => *incoming,
        other => panic!("a message was expected, not {other:?}"),
    }
}

fn mail(headers: &str, body: &str) -> String {
    format!(
        "From: Ann Lee <Ann@Post.example>\nTo: support@shop.example\nMessage-ID: <a1@post.example>\n{headers}\n{body}"
    )
}

#[test]
fn a_mail_becomes_a_message_of_a_person_within_mail() {
    let incoming = message(&mail("Subject: Norway\n", "Do you ship there?"));
    assert_eq!(incoming.text.as_deref(), Some("Do you ship there?"));
    assert_eq!(incoming.key, "mail:a1@post.example");
    let kinds: Vec<_> =
        incoming.person.contacts.iter().map(|contact| (contact.kind.as_str(), contact.value.as_str())).collect();
    assert_eq!(kinds, [("mailbox", "ann@post.example")]);
    let proven = message(&mail("Authentication-Results: mx.shop.example; dmarc=pass\nSubject: Norway\n", "Hello"));
    assert_eq!(proven.person.contacts[0].kind, "email");
}

#[rstest]
#[case("Subject: Norway\n", "To Norway?", "To Norway?")]
#[case("Subject: Norway\n", "Is that possible?", "Norway\n\nIs that possible?")]
#[case("Subject: Delivery\n", "Do you ship to Norway?", "Do you ship to Norway?")]
#[case("Subject: Order AW-10482\n", "Where is my parcel now?", "Order AW-10482\n\nWhere is my parcel now?")]
#[case("Subject: Re: Norway\nIn-Reply-To: <x@post.example>\n", "Thanks", "Thanks")]
#[case("Subject: Please call me\n", "", "Please call me")]
#[case("", "Hello", "Hello")]
fn a_subject_is_said_where_the_mail_needs_it(#[case] headers: &str, #[case] body: &str, #[case] text: &str) {
    assert_eq!(message(&mail(headers, body)).text.as_deref(), Some(text));
}

#[test]
fn a_mail_that_is_too_long_comes_as_a_file_too() {
    let body = "word ".repeat(5000);
    let incoming = message(&mail("Subject: Re: x\nReferences: <x@y>\n", &body));
    assert!(incoming.text.unwrap().chars().count() <= 12_000);
    assert_eq!(incoming.files[0].bytes, body.trim().as_bytes());
}

#[test]
fn who_answers_a_mail_about_a_chat_goes_on_there_and_becomes_nobody_else() {
    let ours = reference("secret", "cnv_1", "ann@post.example");
    let incoming = message(&mail(&format!("In-Reply-To: <m.{ours}@shop.example>\nSubject: Re: x\n"), "Thanks"));
    assert_eq!(incoming.resume.map(|id| id.0).as_deref(), Some("cnv_1"));
    assert!(incoming.person.contacts.is_empty(), "an address typed into a chat proves nothing");
}

#[test]
fn our_own_mails_are_left_alone() {
    let raw = mail("Subject: Norway\n", "Hello").replace("Ann@Post.example", "Support+x@shop.example");
    assert!(happening(&raw).is_none());
}

#[test]
fn mails_without_an_id_or_a_sender_are_known_all_the_same() {
    let raw = "From: ann@post.example\n\nHello";
    assert_eq!(event(raw.as_bytes(), None).key, event(raw.as_bytes(), None).key);
    assert_eq!(event(raw.as_bytes(), Some("msg_1")).key, "msg_1");
    assert_eq!(event(raw.as_bytes(), None).place, "ann@post.example");
    let nobody = event(b"Subject: x\n\nHello", None);
    assert!(read(&nobody.body, &nobody.key, &READER).is_err());
}

fn said(by: Author, text: &str) -> Said {
    Said { by, messages: vec![Outgoing::Text(text.to_owned())] }
}

fn composed(said: &[Said], files: Vec<Enclosed>) -> crate::mail::Draft {
    let incoming = message(&mail("Subject: Norway\n", "Do you ship there?"));
    let details: Details = serde_json::from_value(incoming.details).unwrap();
    let sender =
        Sender { secret: "secret", address: "support@shop.example", shop: "Alder & Wick", place: &incoming.place };
    compose(&sender, details, said, files, "cnv_1:3:5").unwrap()
}

#[test]
fn what_the_log_tells_becomes_one_mail_in_its_thread() {
    let bot = said(Author::bot("Wick"), "We do: **2 days**.\n\n[Delivery](https://shop.example/help/delivery)");
    let draft = composed(&[bot.clone(), said(Author::system(), "1. Blanket\n2. Throw")], Vec::new());
    assert_eq!(draft.subject, "Re: Norway");
    assert!(draft.automatic);
    assert_eq!(draft.answers.as_deref(), Some("a1@post.example"));
    assert_eq!(draft.references[0], "a1@post.example");
    assert!(draft.text.contains("We do: 2 days.") && draft.text.contains("2. Throw"), "{}", draft.text);
    let html = draft.html.as_deref().unwrap();
    assert!(
        html.contains("<strong>2 days</strong>") && html.contains("href=\"https://shop.example/help/delivery\""),
        "{html}"
    );
    assert_eq!(draft.message_id, composed(&[bot], Vec::new()).message_id, "the same key is the same mail");
}

#[test]
fn a_persons_words_bear_their_name_and_are_no_machines() {
    let noor: Author = serde_json::from_value(json!({"kind": "agent", "id": "agt_1", "name": "Noor"})).unwrap();
    let draft = composed(&[said(Author::bot("Wick"), "One moment."), said(noor, "Hello Ann.")], Vec::new());
    assert!(!draft.automatic);
    assert_eq!(draft.from.name.as_deref(), Some("Noor (Alder & Wick)"));
}

#[test]
fn an_answer_to_our_mail_comes_back_to_the_same_place() {
    let draft = composed(&[said(Author::bot("Wick"), "We do.")], Vec::new());
    let began = message(&mail("Subject: Norway\n", "Do you ship there?"));
    let answer = mail("Subject: Re: Norway\n", "Thanks").replace("<a1@", "<a2@");
    let answer = answer.replace("Subject:", &format!("In-Reply-To: <{}>\nSubject:", draft.message_id));
    assert_eq!(message(&answer).place, began.place);
}

#[test]
fn nothing_that_customers_write_becomes_markup() {
    let draft = composed(
        &[said(Author::bot("Wick"), "<script>alert(1)</script> [x](javascript:alert(1)) <b>b</b>")],
        Vec::new(),
    );
    let html = draft.html.unwrap();
    assert!(!html.contains("<script") && !html.contains("javascript:") && !html.contains("<b>"), "{html}");
}

#[test]
fn a_report_has_its_own_turn() {
    let raw =
        "From: Mailer-Daemon@mx.test\nMessage-ID: <E1@mx.test>\nContent-Type: multipart/report; boundary=x\n\n--x--\n";
    assert!(event(raw.as_bytes(), None).place.starts_with("status:"));
    assert!(MessageParser::default().parse(raw).is_some());
}
