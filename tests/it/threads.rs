//! What the store keeps for channels: events, threads, deliveries, contacts; on both databases.

use jiff::SignedDuration;
use rapport::domain::content::Delivery;
use rapport::domain::{Audience, Author, Contact, Content, InboxId};
use rapport::store::{DeliveryNote, NewEvent, NewMessage, Noted, Person, Reached, SentMark};
use rstest::rstest;
use serde_json::json;

use crate::support::databases::Engine;
use crate::support::shop::Shop;

fn contact(kind: &str, value: &str) -> Contact {
    Contact { kind: kind.into(), value: value.into() }
}

fn person(contacts: &[Contact]) -> Person {
    Person { contacts: contacts.to_vec(), name: Some("Ann".into()), ..Person::default() }
}

async fn inbox(shop: &Shop, key: &str) -> InboxId {
    shop.database.store.create_inbox(key, key, &[]).await.unwrap().unwrap().id
}

async fn reach(shop: &Shop, inbox: &InboxId, place: &str, who: &Person) -> Reached {
    shop.database.store.reach(inbox, place, &json!({"to": place}), who, None).await.unwrap()
}

async fn say(shop: &Shop, reached: &Reached, key: &str) {
    let message = NewMessage {
        conversation_id: reached.conversation_id.clone(),
        author: Author::customer(&reached.customer_id),
        client_key: key.into(),
        contents: vec![Content::text(key)],
    };
    let until = shop.database.clock.now() + SignedDuration::from_secs(4);
    shop.database.store.accept_message(message, "this node", until).await.unwrap().unwrap();
}

fn event(key: &str, place: &str) -> NewEvent {
    NewEvent { key: key.into(), place: place.into(), body: json!({"key": key}) }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_kept_once_and_worked_on_in_its_places_order(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let shop = Shop::new(engine).await;
    let (store, clock) = (&shop.database.store, &shop.database.clock);
    let inbox = inbox(&shop, "chan").await;
    assert_eq!(store.keep_events(&inbox, &[event("1", "a"), event("2", "a"), event("3", "b")]).await.unwrap(), 3);
    assert_eq!(store.keep_events(&inbox, &[event("1", "a"), event("4", "b")]).await.unwrap(), 1);
    let lease = || clock.now() + SignedDuration::from_secs(60);
    let keys = |events: &[rapport::store::ChannelEvent]| {
        let mut keys: Vec<_> = events.iter().map(|event| event.key.clone()).collect();
        keys.sort();
        keys.join(" ")
    };
    let first = store.lease_events(lease(), 10).await.unwrap();
    assert_eq!(keys(&first), "1 3", "of each place the oldest");
    assert_eq!(keys(&store.lease_events(lease(), 10).await.unwrap()), "", "they are leased");
    for event in &first {
        store.event_done(event).await.unwrap();
    }
    assert_eq!(keys(&store.lease_events(lease(), 10).await.unwrap()), "2 4");
    // Who leased them has died.
    clock.advance(SignedDuration::from_secs(61));
    let again = store.lease_events(lease(), 10).await.unwrap();
    assert_eq!((keys(&again).as_str(), again[0].attempts), ("2 4", 2));
    store.event_again(&again[0], "later", clock.now() + SignedDuration::from_secs(5)).await.unwrap();
    store.event_failed(&again[1], "never").await.unwrap();
    assert_eq!(keys(&store.lease_events(lease(), 10).await.unwrap()), "");
    clock.advance(SignedDuration::from_secs(6));
    assert_eq!(store.lease_events(lease(), 10).await.unwrap().len(), 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_place_is_one_conversation_and_a_proven_contact_is_one_person(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let shop = Shop::new(engine).await;
    let store = &shop.database.store;
    let (whatsapp, mail) = (inbox(&shop, "whatsapp").await, inbox(&shop, "mail").await);
    let by_phone = person(&[contact("phone", "+32470000000")]);
    let first = reach(&shop, &whatsapp, "32470000000", &by_phone).await;
    assert_eq!(reach(&shop, &whatsapp, "32470000000", &by_phone).await, first);
    let both = person(&[contact("phone", "+32470000000"), contact("email", "ann@post.example")]);
    let elsewhere = reach(&shop, &whatsapp, "another place", &both).await;
    assert_ne!(elsewhere.conversation_id, first.conversation_id);
    assert_eq!(elsewhere.customer_id, first.customer_id);
    let by_mail = reach(&shop, &mail, "<1@post.example>", &person(&[contact("email", "ann@post.example")])).await;
    assert_eq!(by_mail.customer_id, first.customer_id, "the address was proven in the other channel");
    // What somebody only says proves nothing.
    let liar = Person { email: Some("ann@post.example".into()), ..person(&[contact("mailbox", "x@evil.example")]) };
    assert_ne!(reach(&shop, &mail, "<2@evil.example>", &liar).await.customer_id, first.customer_id);
    let resumed =
        store.reach(&mail, "<3@post.example>", &json!({}), &liar, Some(&first.conversation_id)).await.unwrap();
    assert_eq!(resumed.conversation_id, first.conversation_id);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn many_first_messages_at_once_make_one_conversation(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let shop = Shop::new(engine).await;
    let inbox = inbox(&shop, "chan").await;
    let who = person(&[contact("slack", "T1:U1")]);
    let all = futures_util::future::join_all((0..8).map(|_| reach(&shop, &inbox, "D1", &who))).await;
    assert!(all.iter().all(|one| *one == all[0]), "{all:?}");
    let places = futures_util::future::join_all((0..8).map(|i| {
        let (shop, inbox) = (&shop, &inbox);
        async move { reach(shop, inbox, &format!("C{i}"), &person(&[contact("slack", "T1:U2")])).await }
    }))
    .await;
    assert!(places.iter().all(|one| one.customer_id == places[0].customer_id), "one person in eight places");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_thread_follows_the_log_from_where_it_was_sent(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let shop = Shop::new(engine).await;
    let (store, clock) = (&shop.database.store, &shop.database.clock);
    let inbox = inbox(&shop, "chan").await;
    let reached = reach(&shop, &inbox, "D1", &person(&[contact("slack", "T1:U1")])).await;
    let lease = || clock.now() + SignedDuration::from_secs(60);
    assert_eq!(store.lease_threads(lease(), 10).await.unwrap(), [], "nothing is said yet");
    say(&shop, &reached, "hello").await;
    let leased = store.lease_threads(lease(), 10).await.unwrap();
    assert_eq!((leased.len(), leased[0].sent_seq, leased[0].last_seq), (1, 0, 1));
    assert_eq!((leased[0].audience, leased[0].details["to"].as_str()), (Audience::Customer, Some("D1")));
    assert_eq!(store.lease_threads(lease(), 10).await.unwrap(), [], "it is leased");
    say(&shop, &reached, "and more").await;
    store.thread_sent(&leased[0].id, 1).await.unwrap();
    assert_eq!(store.lease_threads(lease(), 10).await.unwrap(), [], "whoever sends goes on");
    store.thread_done(&leased[0].id, 1).await.unwrap();
    let next = store.lease_threads(lease(), 10).await.unwrap();
    assert_eq!((next[0].sent_seq, next[0].last_seq), (1, 2), "what came meanwhile is due at once");
    let mark = SentMark { external_id: Some("m1".into()), details: Some(json!({"to": "D1", "root": 1})) };
    store.part_sent(&next[0], 2, 1, &mark).await.unwrap();
    store.thread_waits(&next[0].id, "busy", clock.now() + SignedDuration::from_secs(30)).await.unwrap();
    let waits = store.waits(&reached.conversation_id).await.unwrap();
    assert_eq!((waits.len(), waits[0].seq, waits[0].error.as_str()), (1, 2, "busy"));
    assert!(store.retry_threads(&reached.conversation_id).await.unwrap());
    let again = store.lease_threads(lease(), 10).await.unwrap();
    assert_eq!((again[0].sent_parts, again[0].details["root"].as_i64()), (1, Some(1)));
    // Its inbox rests.
    store.set_active(&inbox, false).await.unwrap();
    clock.advance(SignedDuration::from_secs(61));
    assert_eq!(store.lease_threads(lease(), 10).await.unwrap(), []);
    store.set_active(&inbox, true).await.unwrap();
    assert_eq!(store.lease_threads(lease(), 10).await.unwrap().len(), 1);
    store.thread_done(&again[0].id, 2).await.unwrap();
    assert!(!store.retry_threads(&reached.conversation_id).await.unwrap());
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_a_vendor_tells_never_goes_back(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let shop = Shop::new(engine).await;
    let store = &shop.database.store;
    let inbox = inbox(&shop, "chan").await;
    let reached = reach(&shop, &inbox, "D1", &person(&[contact("slack", "T1:U1")])).await;
    say(&shop, &reached, "hello").await;
    let note = |state| DeliveryNote { external_id: "m1".into(), state, reason: None };
    assert_eq!(store.note_delivery(&inbox, &note(Delivery::Read)).await.unwrap(), Noted::Unknown);
    let until = shop.database.clock.now() + SignedDuration::from_secs(60);
    let thread = store.lease_threads(until, 1).await.unwrap().remove(0);
    let mark = SentMark { external_id: Some("m1".into()), details: None };
    store.part_sent(&thread, 1, 1, &mark).await.unwrap();
    for (state, told) in [
        (Delivery::Sent, true),
        (Delivery::Sent, false),
        (Delivery::Read, true),
        (Delivery::Delivered, false),
        (Delivery::Sent, false),
        (Delivery::Failed, false),
        (Delivery::Read, false),
    ] {
        let noted = store.note_delivery(&inbox, &note(state)).await.unwrap();
        assert_eq!(matches!(noted, Noted::Told(..)), told, "{state:?}: {noted:?}");
    }
    let entries = store.entries(&reached.conversation_id, 0, 10).await.unwrap();
    let states: Vec<_> = entries
        .iter()
        .filter_map(|entry| match &entry.content {
            Content::Status { message: Some(1), delivery: Some(state), .. } => Some(*state),
            _ => None,
        })
        .collect();
    assert_eq!(states, [Delivery::Sent, Delivery::Read]);
    let seqs: Vec<_> = entries.iter().map(|entry| entry.seq).collect();
    assert_eq!(seqs, [1, 2, 3], "without a gap");
}
