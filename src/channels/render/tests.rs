//! The table: kinds of content × channels, every message within its channel's limits.

use jiff::Timestamp;
use rstest::rstest;

use super::super::KINDS;
use super::super::channel::{Buttons, Capabilities, FileLimits, List, Markup, Outgoing};
use super::{Place, for_customer, for_staff};
use crate::domain::content::{Choice, HandoffState, ProductCard, Source, StatusState, SurveyKind};
use crate::domain::{Author, Content, Entry, Seq};

const PLACE: Place = Place { address: "https://chat.shop.example" };

/// A channel that has nothing but short words.
static WORDS: Capabilities = Capabilities {
    markup: Markup::Plain,
    text: 160,
    buttons: None,
    list: None,
    cards: None,
    files: None,
    digest: false,
    typing: false,
    edits: false,
    receipts: false,
    window: None,
    rate: 1.0,
};

/// A channel that has a little of everything.
static LITTLE: Capabilities = Capabilities {
    markup: Markup::WhatsApp,
    text: 300,
    buttons: Some(Buttons { most: 3, title: 20, text: 100 }),
    list: Some(List { rows: 10, title: 24, description: 72, text: 200 }),
    cards: Some(3),
    files: Some(FileLimits { bytes: 5_000_000, caption: 100 }),
    ..WORDS
};

fn channels() -> Vec<(&'static str, &'static Capabilities)> {
    let own = [("words", &WORDS), ("little", &LITTLE)];
    own.into_iter().chain(KINDS.iter().map(|kind| (kind.spec.kind, kind.capabilities))).collect()
}

fn entry(content: Content) -> Entry {
    let author = Author::bot("Wick");
    Entry { seq: 7, at: Timestamp::UNIX_EPOCH, author, content, in_reply_to: None, turn: None }
}

fn product(i: usize) -> ProductCard {
    ProductCard {
        sku: format!("AW-{i}"),
        title: format!("A blanket [of] *wool*, number {i}, in a colour with a very long name indeed"),
        price: "79.90".into(),
        currency: "EUR".into(),
        image: Some("/catalogue/pictures/a.svg".into()),
        url: Some(format!("/p/{i}")),
        model_3d: None,
        reason: "In stock, below your limit of 100.00 EUR".into(),
    }
}

fn choices(n: usize) -> Content {
    let option =
        |i| Choice { title: format!("What does choice number {i} mean for my order?"), payload: format!("p{i}") };
    Content::Choices { text: "Which of these?".into(), options: (0..n).map(option).collect() }
}

fn file(bytes: i64) -> Content {
    let (name, media_type) = ("photo.jpg".to_owned(), "image/jpeg".to_owned());
    Content::File { id: "fil_1".into(), name, media_type, bytes, url: "/v1/files/fil_1".into() }
}

fn long_answer() -> Content {
    let source = Source {
        article: "returns".into(),
        title: "Returns & [refunds]".into(),
        section: "Returns".into(),
        url: "/help/returns".into(),
        snippet: String::new(),
    };
    let text = "You can send it back within **30 days**. Write the number on the parcel.\n\n".repeat(120);
    Content::Answer { text, confidence: 0.9, sources: vec![source] }
}

#[rstest]
#[case::words(Content::text("Hello."), 1)]
#[case::four_thousand_signs(Content::text("a".repeat(4096)), 1)]
#[case::a_long_answer(long_answer(), 1)]
#[case::right_to_left(Content::text("شكراً لك! سنرسل الطرد غداً. ".repeat(60)), 1)]
#[case::families(Content::text("👨‍👩‍👧‍👦🇧🇪".repeat(500)), 1)]
#[case::accents(Content::text(format!("e{}", "\u{301}".repeat(5000))), 1)]
#[case::twenty_products(Content::Products { items: (0..20).map(product).collect() }, 1)]
#[case::two_choices(choices(2), 1)]
#[case::twelve_choices(choices(12), 1)]
#[case::a_survey(Content::Survey { kind: SurveyKind::Csat, scale: [1, 5], question: "How was it?".into() }, 1)]
#[case::nps(Content::Survey { kind: SurveyKind::Nps, scale: [0, 10], question: "How likely?".into() }, 1)]
#[case::sixteen_megabytes(file(16 * 1024 * 1024), 1)]
#[case::a_photo(file(300_000), 1)]
#[case::who_came(Content::Handoff { state: HandoffState::Assigned, reason: String::new(), position: None, eta_s: None, agent: Some("Noor".into()) }, 1)]
#[case::queued(Content::Handoff { state: HandoffState::Queued, reason: "r".into(), position: Some(1), eta_s: None, agent: None }, 0)]
#[case::resolved(Content::state(StatusState::Resolved), 0)]
#[case::a_form(Content::Form { id: "order_status".into(), fields: Vec::new() }, 0)]
fn every_content_fits_every_channel(#[case] content: Content, #[case] least: usize) {
    for (channel, can) in channels() {
        let entry = entry(content.clone());
        let messages = for_customer(&entry, can, PLACE);
        // Nobody waits before a mailbox for somebody to come.
        let least = if can.digest && matches!(content, Content::Handoff { .. }) { 0 } else { least };
        assert!(messages.len() >= least && (least > 0 || messages.is_empty()), "{channel}: {messages:?}");
        for message in &messages {
            fits(channel, can, entry.seq, message);
        }
        assert_eq!(messages, for_customer(&entry, can, PLACE), "{channel}: the same again");
        for message in for_staff(&entry, can) {
            fits(channel, can, entry.seq, &message);
        }
    }
}

fn fits(channel: &str, can: &Capabilities, seq: Seq, message: &Outgoing) {
    let length = |text: &str| text.chars().count();
    match message {
        Outgoing::Text(text) => {
            assert!((1..=can.text).contains(&length(text)), "{channel}: {} signs", length(text));
            assert!(!text.trim().is_empty(), "{channel}: nothing is said");
        }
        Outgoing::Buttons { text, options } => {
            let buttons = can.buttons.expect("buttons only where there are some");
            assert!(length(text) <= buttons.text && options.len() <= buttons.most, "{channel}");
            assert!(options.iter().all(|one| length(&one.title) <= buttons.title), "{channel}: {options:?}");
            assert!(options.iter().all(|one| one.id.contains(&format!("{seq}."))), "{channel}: {options:?}");
        }
        Outgoing::List { text, options } => {
            let list = can.list.expect("a list only where there are some");
            assert!(length(text) <= list.text && options.len() <= list.rows, "{channel}");
            assert!(options.iter().all(|one| length(&one.title) <= list.title), "{channel}: {options:?}");
            assert!(options.iter().all(|one| length(&one.description) <= list.description), "{channel}: {options:?}");
        }
        Outgoing::Cards { items } => {
            assert!(items.len() <= can.cards.expect("cards only where there are some"), "{channel}");
            let absolute = |url: &Option<String>| url.as_deref().is_none_or(|url| url.starts_with("https://"));
            assert!(items.iter().all(|card| absolute(&card.product.url) && absolute(&card.product.image)), "{channel}");
        }
        Outgoing::File { bytes, caption, .. } => {
            let limits = can.files.expect("files only where there are some");
            assert!(*bytes <= limits.bytes && length(caption) <= limits.caption, "{channel}");
        }
    }
}

fn words(messages: &[Outgoing]) -> String {
    let text = |message: &Outgoing| match message {
        Outgoing::Text(text) | Outgoing::Buttons { text, .. } | Outgoing::List { text, .. } => text.clone(),
        other => panic!("no words: {other:?}"),
    };
    messages.iter().map(text).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_cannot_be_pressed_is_numbered() {
    let said = words(&for_customer(&entry(choices(12)), &WORDS, PLACE));
    assert!(said.contains("1. What does choice number 0") && said.contains("12. What does choice number 11"), "{said}");
    assert!(said.contains("Reply with a number"), "{said}");
    let said = words(&for_customer(&entry(Content::Products { items: vec![product(0)] }), &WORDS, PLACE));
    assert!(said.contains("79.90 EUR") && said.contains("https://chat.shop.example/p/0"), "{said}");
    assert!(said.contains("[of] *wool*"), "words that look like marks stay words: {said}");
}

#[test]
fn links_lead_somewhere_from_elsewhere() {
    let text = Content::text("You have [until May](/help/returns#may) or [ask](https://a.example/).");
    let said = words(&for_customer(&entry(text), &WORDS, PLACE));
    assert!(
        said.contains("until May (https://chat.shop.example/help/returns#may) or ask (https://a.example/)"),
        "{said}"
    );
}

#[test]
fn an_answer_shows_its_source_as_an_address_that_leads_somewhere() {
    let said = words(&for_customer(&entry(long_answer()), &WORDS, PLACE));
    assert!(said.contains("https://chat.shop.example/help/returns"), "{said}");
}

#[test]
fn nobody_is_sent_their_own_words() {
    let mut own = entry(Content::text("hello"));
    own.author = Author::customer(&crate::domain::CustomerId("cus_1".into()));
    assert!(for_customer(&own, &LITTLE, PLACE).is_empty());
    assert_eq!(words(&for_staff(&own, &LITTLE)), "*Customer:* hello");
}
