//! Every shape that WhatsApp delivers, and everything that goes out, without a network.

use jiff::Timestamp;
use rstest::rstest;
use serde_json::{Value, json};

use super::super::channel::{Card, Outgoing, Pick, SendError, Tools};
use super::super::files::Files;
use super::super::whatsapp_wire::messages::{Meaning, Media, Sender, read};
use super::super::whatsapp_wire::{send, webhook};
use crate::base::clock::Clock;
use crate::base::outbound::Outbound;
use crate::domain::content::{Delivery, ProductCard};
use crate::domain::inbox::InboxSettings;
use crate::domain::{Audience, ConversationId, FileId, InboxId, ThreadId};
use crate::store::{Inbox, Thread};

const OURS: &str = "277321005464405";

fn delivery(phone: &str, value: Value) -> Value {
    let mut value = value;
    value["messaging_product"] = json!("whatsapp");
    value["metadata"] = json!({ "display_phone_number": "15550953877", "phone_number_id": phone });
    json!({ "field": "messages", "value": value })
}

#[test]
fn a_batch_becomes_one_event_each_and_only_ours() {
    let ann = json!({ "profile": { "name": "Ann" }, "wa_id": "4915112345678", "user_id": "DE.111" });
    let ben = json!({ "profile": { "name": "Ben" }, "user_id": "DE.222" });
    let hello = |id: &str, from: &str, value: &str| json!({ from: value, "id": id, "timestamp": "1", "type": "text", "text": { "body": "Hello" } });
    let body = json!({ "object": "whatsapp_business_account", "entry": [
        { "id": "1", "changes": [
            delivery(OURS, json!({ "contacts": [ann, ben], "messages": [
                hello("wamid.1", "from", "4915112345678"), hello("wamid.2", "from_user_id", "DE.222")] })),
            delivery("999", json!({ "contacts": [ann], "messages": [hello("wamid.3", "from", "4915112345678")] })),
            { "field": "account_update", "value": { "event": "ACCOUNT_VIOLATION" } },
        ] },
        { "id": "2", "changes": [
            delivery(OURS, json!({ "statuses": [
                { "id": "wamid.9", "status": "read", "timestamp": "2" },
                { "id": "wamid.9", "status": "delivered", "timestamp": "1" }] })),
            delivery(OURS, json!({ "contacts": [ann], "messages": [
                { "from": "4915112345678", "group_id": "g", "id": "wamid.4", "type": "text", "text": { "body": "in a group" } }] })),
        ] },
    ] });
    let events = webhook::events(&body, OURS);
    let found: Vec<_> = events.iter().map(|event| (event.key.as_str(), event.place.as_str())).collect();
    assert_eq!(
        found,
        [
            ("wamid.1", "bsuid:DE.111"),
            ("wamid.2", "bsuid:DE.222"),
            ("status:wamid.9:read", "status:wamid.9:read"),
            ("status:wamid.9:delivered", "status:wamid.9:delivered"),
        ]
    );
    assert_eq!(events[1].body["contact"]["profile"]["name"], "Ben");
    assert!(webhook::events(&json!({}), OURS).is_empty());
}

#[test]
fn somebody_is_a_number_or_an_id_and_both_are_proven() {
    let contact = json!({ "profile": { "name": "Ann" }, "wa_id": "4915112345678", "user_id": "DE.111" });
    let Meaning::Said(said, _) = read(&typed("Hello"), &contact) else { panic!("nothing was said") };
    let names: Vec<_> = said.person.contacts.iter().map(|one| (one.kind.as_str(), one.value.as_str())).collect();
    assert_eq!(names, [("whatsapp", "bsuid:DE.111"), ("phone", "+4915112345678"), ("whatsapp", "4915112345678")]);
    assert_eq!((said.person.phone.as_deref(), said.person.name.as_deref()), (Some("+4915112345678"), Some("Ann")));
    assert_eq!(said.details, json!({ "to": "4915112345678", "message": "wamid.1" }));
    assert_eq!(said.place, "bsuid:DE.111", "it stays the same where the number is hidden later");

    let hidden = json!({ "from_user_id": "DE.111", "id": "wamid.2", "type": "text", "text": { "body": "Hi" } });
    let contact = json!({ "profile": { "username": "ann" }, "user_id": "DE.111" });
    let Meaning::Said(said, _) = read(&hidden, &contact) else { panic!("nothing was said") };
    assert_eq!((said.place.as_str(), said.person.phone.as_deref()), ("bsuid:DE.111", None));
    assert_eq!(said.details, json!({ "recipient": "DE.111", "message": "wamid.2" }));
    assert_eq!(said.person.name.as_deref(), Some("ann"));

    let old = Sender::of(&typed("Hi"), &json!({ "wa_id": "4915112345678" })).unwrap();
    assert_eq!(old.place(), "4915112345678");
    assert!(Sender::of(&json!({ "from": "a@b", "id": "wamid.3" }), &Value::Null).is_none());
}

fn message(kind: &str, content: Value) -> Value {
    json!({ "from": "4915112345678", "id": "wamid.1", "timestamp": "1697043223", "type": kind, kind: content })
}

fn typed(text: &str) -> Value {
    message("text", json!({ "body": text }))
}

fn with(mut message: Value, name: &str, value: Value) -> Value {
    message[name] = value;
    message
}

#[rstest]
#[case::text(typed(" Hello there "), "Hello there")]
#[case::about_a_product(
    with(typed("Is it warm?"), "context", json!({ "referred_product": { "catalog_id": "1", "product_retailer_id": "AW-7" } })),
    "Is it warm?\n\n(about the product AW-7)"
)]
#[case::location(
    message("location", json!({ "latitude": 37.4611978, "longitude": -122.2164385, "name": "Head Office", "address": "1 Long Way" })),
    "My location: Head Office 1 Long Way https://www.google.com/maps?q=37.4611978,-122.2164385"
)]
#[case::bare_location(
    message("location", json!({ "latitude": 12.25, "longitude": 43.5 })),
    "My location: https://www.google.com/maps?q=12.25,43.5"
)]
#[case::contacts(
    message("contacts", json!([
        { "name": { "formatted_name": "Noor de Vos" }, "phones": [{ "phone": "+31 6 1234" }], "emails": [{ "email": "noor@example.org" }] },
        { "name": { "formatted_name": "Ben" } },
    ])),
    "Contact: Noor de Vos, +31 6 1234, noor@example.org\nContact: Ben"
)]
#[case::order(
    message("order", json!({ "catalog_id": "1", "text": "gift-wrapped please", "product_items": [
        { "product_retailer_id": "AW-7", "quantity": 2, "item_price": 59.9, "currency": "EUR" },
        { "product_retailer_id": "AW-8", "quantity": 1, "item_price": 5, "currency": "EUR" },
    ] })),
    "I would like to order:\n2 × AW-7, 59.9 EUR each\n1 × AW-8, 5 EUR each\ngift-wrapped please"
)]
#[case::a_form(
    message("interactive", json!({ "type": "nfm_reply", "nfm_reply": {
        "name": "flow", "body": "Sent", "response_json": "{\"flow_token\":\"x\",\"order_number\":\"AW-10305\",\"stars\":4}" } })),
    "order number: AW-10305\nstars: 4"
)]
#[case::unsupported(
    with(message("unsupported", json!({ "type": "poll" })), "errors",
        json!([{ "code": 131051, "title": "Message type unknown", "error_data": { "details": "Message type is currently not supported." } }])),
    "(sent something that cannot be shown here: poll; Message type is currently not supported.)"
)]
#[case::unsupported_without_a_kind(
    message("unsupported", Value::Null),
    "(sent something that cannot be shown here: unsupported)"
)]
#[case::a_kind_of_tomorrow(message("hologram", json!({})), "(sent something that cannot be shown here: hologram)")]
#[case::a_choice_that_got_lost(
    message("interactive", Value::Null),
    "(sent something that cannot be shown here: interactive)"
)]
#[case::corrected(
    message("edit", json!({ "original_message_id": "wamid.0", "message": { "type": "text", "text": { "body": "to Norway?" } } })),
    "to Norway?"
)]
fn every_kind_has_its_words(#[case] message: Value, #[case] expected: &str) {
    let Meaning::Said(said, None) = read(&message, &Value::Null) else { panic!("{message} says nothing") };
    assert_eq!(said.text.as_deref(), Some(expected));
    assert!(!said.quiet && said.pressed.is_none());
    assert_eq!(said.key, "wamid.1");
}

#[rstest]
#[case::button(message("interactive", json!({ "type": "button_reply", "button_reply": { "id": "c4.0", "title": "Returns" } })), "c4.0", "Returns")]
#[case::list(message("interactive", json!({ "type": "list_reply", "list_reply": { "id": "s9.5", "title": "5" } })), "s9.5", "5")]
#[case::cut_title(
    message("interactive", json!({ "type": "list_reply", "list_reply": { "id": "c4.2", "title": "How do I send somethi…", "description": "How do I send something back?" } })),
    "c4.2", "How do I send something back?"
)]
#[case::of_a_template(message("button", json!({ "payload": "yes-please", "text": "Yes, please" })), "yes-please", "Yes, please")]
fn what_is_pressed_is_told_with_its_title(#[case] message: Value, #[case] pressed: &str, #[case] title: &str) {
    let Meaning::Said(said, None) = read(&message, &Value::Null) else { panic!("{message} says nothing") };
    assert_eq!((said.pressed.as_deref(), said.text.as_deref()), (Some(pressed), Some(title)));
}

#[rstest]
#[case("image", json!({ "id": "1", "mime_type": "image/jpeg", "sha256": "x=", "caption": "it is torn" }), "image.jpg", "image/jpeg", Some("it is torn"))]
#[case("video", json!({ "id": "1", "mime_type": "video/mp4" }), "video.mp4", "video/mp4", None)]
#[case("audio", json!({ "id": "1", "mime_type": "audio/ogg; codecs=opus", "voice": true }), "voice.ogg", "audio/ogg", None)]
#[case("audio", json!({ "id": "1", "mime_type": "audio/mpeg", "voice": false }), "audio.mp3", "audio/mpeg", None)]
#[case("document", json!({ "id": "1", "mime_type": "application/pdf", "filename": "invoice 7.pdf" }), "invoice 7.pdf", "application/pdf", None)]
#[case("sticker", json!({ "id": "1", "mime_type": "image/webp", "animated": true }), "sticker.webp", "image/webp", None)]
fn files_are_named(
    #[case] kind: &str,
    #[case] content: Value,
    #[case] name: &str,
    #[case] media_type: &str,
    #[case] caption: Option<&str>,
) {
    let Meaning::Said(said, media) = read(&message(kind, content), &Value::Null) else { panic!("it says nothing") };
    assert_eq!(media, Some(Media { id: "1".into(), name: name.into(), media_type: media_type.into() }));
    assert_eq!(said.text.as_deref(), caption);
}

#[test]
fn a_thumb_rates_another_reaction_is_noted_and_a_reaction_taken_back_is_nothing() {
    let reaction =
        |emoji: Value| read(&message("reaction", json!({ "message_id": "wamid.0", "emoji": emoji })), &Value::Null);
    let rated = |meaning| match meaning {
        Meaning::Rated { external_id, helpful } => Some((external_id, helpful)),
        _ => None,
    };
    assert_eq!(rated(reaction(json!("👍🏽"))), Some(("wamid.0".into(), true)));
    assert_eq!(rated(reaction(json!("👎"))), Some(("wamid.0".into(), false)));
    let Meaning::Said(said, None) = reaction(json!("😮")) else { panic!("it is noted") };
    assert!(said.quiet && said.text.as_deref() == Some("(reacted with 😮)"));
    assert!(matches!(reaction(json!("")), Meaning::Nothing));
    assert!(matches!(reaction(Value::Null), Meaning::Nothing));
}

#[rstest]
#[case("STOP", true)]
#[case("arrêt", true)]
#[case("Start", false)]
fn an_opt_out_is_kept_and_asks_for_no_answer(#[case] word: &str, #[case] out: bool) {
    let Meaning::OptOut(said, asked) = read(&typed(word), &Value::Null) else { panic!("{word} is an opt-out") };
    assert!(said.quiet && said.text.as_deref() == Some(word) && asked.out == out);
}

#[test]
fn a_changed_number_is_the_same_person() {
    let moved = json!({ "type": "user_changed_number", "body": "Ann changed from 4915112345678 to 4915187654321", "wa_id": "4915187654321" });
    let Meaning::Said(said, None) = read(&message("system", moved), &Value::Null) else { panic!("it is noted") };
    assert!(said.quiet && said.place == "4915112345678");
    assert!(said.person.contacts.iter().any(|contact| contact.value == "+4915187654321"));
    assert_eq!(said.details["to"], "4915187654321");

    let renamed = json!({ "id": "wamid.5", "type": "system", "system": {
        "type": "user_changed_user_id", "body": "changed", "user_id": "MX.2", "previous_user_id": "CO.1" } });
    let Meaning::Said(said, None) = read(&renamed, &Value::Null) else { panic!("it is noted") };
    let names: Vec<_> = said.person.contacts.iter().map(|contact| contact.value.as_str()).collect();
    assert_eq!((said.place.as_str(), names), ("bsuid:CO.1", vec!["bsuid:CO.1", "bsuid:MX.2"]));
    assert_eq!(said.details["recipient"], "MX.2");

    let identity = message("system", json!({ "type": "customer_identity_changed", "body": "x" }));
    assert!(matches!(read(&identity, &Value::Null), Meaning::Nothing));
}

#[rstest]
#[case(json!({ "id": "wamid.9", "status": "sent" }), Some(Delivery::Sent))]
#[case(json!({ "id": "wamid.9", "status": "delivered" }), Some(Delivery::Delivered))]
#[case(json!({ "id": "wamid.9", "status": "read" }), Some(Delivery::Read))]
#[case(json!({ "id": "wamid.9", "status": "played" }), Some(Delivery::Read))]
#[case(json!({ "id": "wamid.9", "status": "failed" }), Some(Delivery::Failed))]
#[case(json!({ "id": "wamid.9", "status": "deleted" }), None)]
fn statuses_are_read(#[case] status: Value, #[case] expected: Option<Delivery>) {
    let note = webhook::note(&status);
    assert_eq!(note.as_ref().map(|note| note.state), expected);
    assert_eq!(note.is_some_and(|note| note.reason.is_some()), expected == Some(Delivery::Failed));
}

#[rstest]
#[case(131_026, "has blocked the shop")]
#[case(131_047, "24 hours")]
#[case(131_056, "too many messages to this customer")]
#[case(130_472, "experiment")]
#[case(131_049, "marketing messages")]
#[case(131_051, "does not know this kind")]
#[case(190, "make a new one")]
#[case(999_999, "Something rare")]
fn a_failure_has_its_reason_in_words(#[case] code: i64, #[case] words: &str) {
    let error = json!({ "code": code, "title": "Title", "error_data": { "details": "Something rare" } });
    let note = webhook::note(&json!({ "id": "wamid.9", "status": "failed", "errors": [error] })).unwrap();
    let reason = note.reason.unwrap();
    assert!(reason.contains(words) && reason.contains(&code.to_string()), "{reason}");
}

fn card(place: i64, image: &str) -> Card {
    let product = ProductCard {
        sku: format!("AW-{place}"),
        title: "Wool throw".into(),
        price: "59.90".into(),
        currency: "EUR".into(),
        image: Some(image.to_owned()),
        url: Some(format!("https://shop.example/p/{place}")),
        model_3d: None,
        reason: "in stock".into(),
    };
    Card { id: format!("p7.{place}"), product }
}

fn composed(message: &Outgoing, catalog: Option<&str>) -> Value {
    send::compose(message, "Wick & Wool, everything for a warm home", catalog, json!("media-1"))
}

#[test]
fn words_go_out_whole_and_links_are_shown() {
    let long = composed(&Outgoing::Text("ä".repeat(4096)), None);
    assert_eq!(long["text"]["body"].as_str().unwrap().chars().count(), 4096);
    assert_eq!(long["text"]["preview_url"], false);
    assert_eq!(composed(&Outgoing::Text("see https://shop.example".into()), None)["text"]["preview_url"], true);
}

#[test]
fn a_message_goes_to_a_number_or_to_an_id() {
    let to = |details: Value| send::addressed(&details, send::text("Hello"));
    let message = to(json!({ "to": "4915112345678", "message": "wamid.1" })).unwrap();
    assert_eq!((&message["to"], &message["recipient_type"]), (&json!("4915112345678"), &json!("individual")));
    assert!(message["recipient"].is_null());
    let message = to(json!({ "recipient": "DE.111" })).unwrap();
    assert_eq!((&message["recipient"], &message["to"]), (&json!("DE.111"), &Value::Null));
    assert_eq!(message["recipient_type"], "individual");
    assert!(to(json!({})).is_err());
}

#[test]
fn choices_are_buttons_or_rows() {
    let pick =
        |id: &str, description: &str| Pick { id: id.into(), title: "Returns".into(), description: description.into() };
    let buttons = composed(&Outgoing::Buttons { text: "Which?".into(), options: vec![pick("c1.0", "")] }, None);
    assert_eq!(buttons["interactive"]["action"]["buttons"][0]["reply"], json!({ "id": "c1.0", "title": "Returns" }));
    let options = vec![pick("c1.0", ""), pick("c1.1", "Returns and refunds")];
    let list = composed(&Outgoing::List { text: "Which?".into(), options }, None);
    let rows = &list["interactive"]["action"]["sections"][0]["rows"];
    assert!(rows[0]["description"].is_null() && rows[1]["description"] == "Returns and refunds");
    assert_eq!(list["interactive"]["body"]["text"], "Which?");
}

#[test]
fn products_are_the_catalogues_else_pictures_else_lines() {
    let three = |image: &str| Outgoing::Cards { items: (9..12).map(|place| card(place, image)).collect() };
    let list = &composed(&three("x"), Some("77"))["interactive"];
    assert_eq!((&list["type"], &list["action"]["catalog_id"]), (&json!("product_list"), &json!("77")));
    assert_eq!(list["action"]["sections"][0]["product_items"][2]["product_retailer_id"], "AW-11");
    assert!(list["action"]["sections"][0]["title"].as_str().unwrap().chars().count() <= 24);
    let one = Outgoing::Cards { items: vec![card(0, "x")] };
    assert_eq!(composed(&one, Some("77"))["interactive"]["type"], "product");

    let carousel = &composed(&three("https://shop.example/a.JPG?w=1"), None)["interactive"];
    assert_eq!(carousel["type"], "carousel");
    let second = &carousel["action"]["cards"][1];
    assert_eq!(second["header"]["image"]["link"], "https://shop.example/a.JPG?w=1");
    assert_eq!(second["body"]["text"], "11. Wool throw: 59.90 EUR", "numbered on from the message before");
    assert_eq!(second["action"]["parameters"]["url"], "https://shop.example/p/10");

    for image in ["https://shop.example/a.svg", "http://shop.example/a.jpg", ""] {
        let lines = composed(&three(image), None);
        let text = lines["text"]["body"].as_str().unwrap();
        assert!(text.starts_with("10. Wool throw: 59.90 EUR\nin stock\nhttps://shop.example/p/9\n\n11. "), "{text}");
    }
}

#[rstest]
#[case("image/jpeg", 300_000, "image")]
#[case("image/jpeg", 6_000_000, "document")]
#[case("image/webp", 300_000, "document")]
#[case("video/mp4", 16_000_000, "video")]
#[case("audio/ogg", 16_000, "audio")]
#[case("application/pdf", 16_777_216, "document")]
fn a_file_goes_as_what_whatsapp_can_show(#[case] media_type: &str, #[case] bytes: i64, #[case] kind: &str) {
    let (id, name, caption) = (FileId("fil_1".into()), "a file".to_owned(), "look".to_owned());
    let message = composed(&Outgoing::File { id, name, media_type: media_type.into(), bytes, caption }, None);
    assert_eq!((&message["type"], &message[kind]["id"]), (&json!(kind), &json!("media-1")));
    assert_eq!(message[kind]["filename"].is_string(), kind == "document");
    assert_eq!(message[kind]["caption"].is_string(), kind != "audio");
}

/// A Graph API on loopback that keeps what it is sent: the path, and the body as text.
async fn graph(kept: tokio::sync::mpsc::UnboundedSender<(String, String)>) -> String {
    let app = axum::Router::new().fallback(move |request: axum::extract::Request| {
        let kept = kept.clone();
        async move {
            let path = request.uri().path().to_owned();
            assert_eq!(request.headers()["authorization"], "Bearer EAAG-test");
            let body = axum::body::to_bytes(request.into_body(), 1 << 20).await.unwrap();
            let answer = match path.ends_with("/media") {
                true => json!({ "id": "137000" }),
                false => json!({ "messages": [{ "id": "wamid.out" }] }),
            };
            kept.send((path, String::from_utf8_lossy(&body).into_owned())).unwrap();
            axum::Json(answer)
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://{address}/v26.0/")
}

#[tokio::test]
async fn a_file_is_uploaded_and_sent_by_its_id() {
    let (kept, mut calls) = tokio::sync::mpsc::unbounded_channel();
    let credentials = [
        ("phone_number_id", "1065"),
        ("access_token", " EAAG-test\n"),
        ("app_secret", "secret"),
        ("verify_token", "wick"),
        ("api_base", &graph(kept).await),
    ];
    let inbox = Inbox {
        id: InboxId("inb_1".into()),
        public_key: "whatsapp".into(),
        name: "WhatsApp".into(),
        secret: String::new(),
        origins: Vec::new(),
        channel: "whatsapp".into(),
        settings: InboxSettings::default(),
        credentials: credentials.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        trouble: None,
        active: true,
    };
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("files")).unwrap();
    std::fs::write(folder.path().join("files/fil_1"), "the bytes of a photo").unwrap();
    let tools = Tools {
        outbound: Outbound::new(&["127.0.0.1".to_owned()]),
        files: Files::new(folder.path(), 1 << 20),
        clock: Clock::System,
        address: "https://chat.shop.example".into(),
        shop: "Wick & Wool".into(),
    };
    let channel = (super::KIND.connect)(&inbox, &tools).unwrap();
    let thread = Thread {
        id: ThreadId("thr_1".into()),
        conversation_id: ConversationId("cnv_1".into()),
        inbox_id: inbox.id.clone(),
        audience: Audience::Customer,
        place: "4915112345678".into(),
        details: json!({ "to": "4915112345678" }),
        last_seq: 2,
        sent_seq: 1,
        sent_parts: 0,
        customer_at: Timestamp::UNIX_EPOCH,
        attempts: 1,
        next_at: Timestamp::UNIX_EPOCH,
        error: None,
    };
    let file = |id: &str| Outgoing::File {
        id: FileId(id.into()),
        name: "photo.jpg".into(),
        media_type: "image/jpeg".into(),
        bytes: 20,
        caption: String::new(),
    };
    let mark = channel.send(&thread, &[file("fil_1")], "key").await.unwrap();
    assert_eq!(mark.external_id.as_deref(), Some("wamid.out"));
    let (path, form) = calls.recv().await.unwrap();
    assert_eq!(path, "/v26.0/1065/media");
    for part in ["name=\"messaging_product\"", "filename=\"photo.jpg\"", "image/jpeg", "the bytes of a photo"] {
        assert!(form.contains(part), "{part} is missing in {form}");
    }
    let (path, message) = calls.recv().await.unwrap();
    let message: Value = serde_json::from_str(&message).unwrap();
    assert_eq!(path, "/v26.0/1065/messages");
    assert_eq!((&message["type"], &message["image"]["id"]), (&json!("image"), &json!("137000")));
    assert_eq!(message["to"], "4915112345678");

    let gone = channel.send(&thread, &[file("fil_2")], "key").await.unwrap_err();
    assert!(matches!(gone, SendError::Refused(why) if why.contains("photo.jpg")));
}
