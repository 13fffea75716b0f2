//! What the console asks of the store, on both engines: lists by need, search, counts,
//! sessions, offers, alarms, mails, reports.

use jiff::SignedDuration;
use rapport::domain::{Author, Content, MailId};
use rapport::store::{
    AgentChange, CannedWrite, Change, Changed, Feedback, FeedbackKind, HolderFilter, LinkKind, LinkUse, ListOrder,
    ListState, Listing, MailKind, MailState, NewAgent, NewLink, NewMail, Newcomer, Role,
};
use rstest::rstest;

use crate::support::databases::Engine;
use crate::support::shop::Shop;

fn listing(state: ListState, order: ListOrder) -> Listing {
    Listing {
        state,
        holder: None,
        offered_to: None,
        inbox: None,
        channel: None,
        search: None,
        order,
        cursor: None,
        limit: 50,
    }
}

fn seconds(seconds: i64) -> SignedDuration {
    SignedDuration::from_secs(seconds)
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn whoever_needs_it_most_stands_on_top(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let shop = Shop::new(engine).await;
    let turn = shop.say("hello").await.turn.unwrap();
    shop.answer_unhappy(&turn, 0.1, None).await;
    let (shop, calm) = shop.another().await;
    let turn = shop.say("this is a disgrace").await.turn.unwrap();
    shop.answer_unhappy(&turn, 0.9, Some("unhappy")).await;
    let (shop, angry) = shop.another().await;
    let turn = shop.say("a person, please").await.turn.unwrap();
    shop.answer_unhappy(&turn, 0.2, Some("asked for a person")).await;
    let patient = shop.conversation.clone();

    let store = &shop.database.store;
    let all = listing(ListState::Open, ListOrder::Need);
    let (items, next) = store.list(&all, Some(&shop.agent.id)).await.unwrap();
    let order: Vec<_> = items.iter().map(|one| one.conversation.id.clone()).collect();
    assert_eq!(order, [angry.clone(), patient.clone(), calm.clone()]);
    assert_eq!(next, None, "everything is on this page");
    assert_eq!([items[0].need, items[1].need, items[2].need], [45_000 + 30_000, 10_000 + 30_000, 5_000]);
    assert_eq!(items[0].preview.as_ref().unwrap().text, "I see.");
    assert_eq!((items[0].customer_seq, items[0].seen_seq), (1, Some(0)));

    // Page by page it is the same, also while time goes by.
    let mut paged = Vec::new();
    let mut one = Listing { limit: 1, ..all.clone() };
    loop {
        let (items, next) = store.list(&one, None).await.unwrap();
        paged.extend(items.into_iter().map(|one| one.conversation.id));
        shop.database.clock.advance(seconds(600));
        match next {
            Some(next) => one.cursor = Some(next),
            None => break,
        }
    }
    assert_eq!(paged, order);
    let (items, _) = store.list(&all, None).await.unwrap();
    assert_eq!(items[0].need, 45_000 + 30_000 + 500 * 40, "waiting grows by the minute");
    shop.database.clock.advance(seconds(86_400));
    let (items, _) = store.list(&all, None).await.unwrap();
    assert_eq!(items[0].need, 45_000 + 60_000, "for an hour");

    store.snooze(&angry, Some(shop.database.clock.now() + seconds(3600))).await.unwrap();
    let (items, _) = store.list(&all, None).await.unwrap();
    assert_eq!(items[0].conversation.id, patient, "who sleeps is not in the way");
    let counts = store.counts(Some(&shop.agent.id), None, None).await.unwrap();
    assert_eq!((counts.queued, counts.open, counts.snoozed, counts.unassigned), (1, 2, 1, 2));
    assert!(counts.longest_waiting_since.is_some());
    assert!(store.wake_due().await.unwrap().is_empty());
    shop.database.clock.advance(seconds(3600));
    assert_eq!(store.wake_due().await.unwrap(), [angry]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_search_finds_words_and_people(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let shop = Shop::new(engine).await;
    shop.say("Do you have a SKAGEN throw, 100% wool?").await;
    shop.database.store.set_contact(&shop.customer_id(), "ann.devos@post.example").await.unwrap();
    let (shop, ann) = shop.another().await;
    shop.say("something else_entirely").await;
    let store = &shop.database.store;
    let found = async |words: &str| {
        let search = Listing { search: Some(words.to_owned()), ..listing(ListState::All, ListOrder::Newest) };
        store.list(&search, None).await.unwrap().0.into_iter().map(|one| one.conversation.id).collect::<Vec<_>>()
    };
    assert_eq!(found("skagen").await, std::slice::from_ref(&ann));
    assert_eq!(found("100% WOOL").await, std::slice::from_ref(&ann));
    assert_eq!(found("AnneDevos").await, []);
    assert_eq!(found("ANN.DEVOS@").await, [ann]);
    assert_eq!(found("e_e").await, std::slice::from_ref(&shop.conversation), "an underscore is an underscore");
    assert_eq!(found("\0'; --").await, []);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn lists_by_who_holds_them_and_what_was_read(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let shop = Shop::new(engine).await;
    shop.say("a").await;
    shop.take().await;
    let store = &shop.database.store;
    let mine = |holder| Listing { holder: Some(holder), ..listing(ListState::Open, ListOrder::Newest) };
    let (items, _) = store.list(&mine(HolderFilter::Agent(shop.agent.id.clone())), Some(&shop.agent.id)).await.unwrap();
    assert_eq!(items.len(), 1);
    assert_eq!(items[0].agent_name.as_deref(), Some("Ada"));
    assert!(store.list(&mine(HolderFilter::Bot), None).await.unwrap().0.is_empty());

    assert!(store.mark_seen(&shop.agent.id, &shop.conversation, 99).await.unwrap());
    assert!(!store.mark_seen(&shop.agent.id, &shop.conversation, 1).await.unwrap(), "it never goes back");
    let listed = store.listed(std::slice::from_ref(&shop.conversation), Some(&shop.agent.id)).await.unwrap();
    assert_eq!(listed[0].seen_seq, Some(2), "nobody reads beyond the end");
    assert_eq!(listed[0].waiting_since, None);
    shop.say("are you there?").await;
    let listed = store.listed(std::slice::from_ref(&shop.conversation), None).await.unwrap();
    assert_eq!(listed[0].waiting_since, Some(shop.database.clock.now()), "they wait for the agent's words");
    let reply = Change::Reply {
        agent: shop.agent.id.clone(),
        name: "Ada".into(),
        content: Content::text("I am"),
        key: None,
        seen: None,
    };
    store.change(&shop.conversation, reply).await.unwrap();
    let listed = store.listed(std::slice::from_ref(&shop.conversation), None).await.unwrap();
    assert_eq!(listed[0].waiting_since, None);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn two_agents_cannot_both_answer_unawares(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let shop = Shop::new(engine).await;
    shop.say("a").await;
    shop.take().await;
    let store = &shop.database.store;
    let new = NewAgent { name: "Ben".into(), email: None, role: Role::Agent, password_hash: None };
    let ben = store.create_agent(new).await.unwrap().unwrap();
    let reply = |agent: &rapport::store::Agent, text: &str, seen| Change::Reply {
        agent: agent.id.clone(),
        name: agent.name.clone(),
        content: Content::text(text),
        key: None,
        seen,
    };
    assert_eq!(store.change(&shop.conversation, reply(&shop.agent, "one", Some(2))).await.unwrap(), Changed::Done(3));
    let author = Author::agent(&ben.id, "Ben");
    let assign = Change::Assign { author, agent: ben.id.clone(), name: "Ben".into() };
    assert_eq!(store.change(&shop.conversation, assign.clone()).await.unwrap(), Changed::Done(4));
    assert_eq!(store.change(&shop.conversation, assign).await.unwrap(), Changed::Already(4));
    match store.change(&shop.conversation, reply(&ben, "two", Some(1))).await.unwrap() {
        Changed::Overtaken(missed) => {
            assert_eq!(missed.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [3]);
            assert_eq!(missed[0].content, Content::text("one"));
        }
        other => panic!("Ada has written meanwhile: {other:?}"),
    }
    assert_eq!(store.change(&shop.conversation, reply(&ben, "two", Some(4))).await.unwrap(), Changed::Done(5));
    let late = store.change(&shop.conversation, reply(&shop.agent, "three", None)).await.unwrap();
    assert_eq!(late, Changed::HeldBy(ben.id));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_resolved_conversation_can_be_opened_again(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let shop = Shop::new(engine).await;
    shop.say("a").await;
    shop.take().await;
    let store = &shop.database.store;
    let author = || Author::agent(&shop.agent.id, "Ada");
    let resolve = Change::Resolve { author: author(), then: vec![] };
    store.change(&shop.conversation, resolve).await.unwrap();
    assert!(!store.snooze(&shop.conversation, Some(shop.database.clock.now())).await.unwrap(), "what is closed sleeps");
    let hold = Some((shop.agent.id.clone(), "Ada".to_owned()));
    let reopen = Change::Reopen { author: author(), hold };
    assert_eq!(store.change(&shop.conversation, reopen.clone()).await.unwrap(), Changed::Done(5));
    assert_eq!(store.change(&shop.conversation, reopen).await.unwrap(), Changed::Already(5));
    let conversation = store.conversation(&shop.conversation).await.unwrap().unwrap();
    assert_eq!(conversation.holder.agent(), Some(&shop.agent.id));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn sessions_and_links_open_once_and_end(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let shop = Shop::new(engine).await;
    let store = &shop.database.store;
    assert!(!store.has_owner().await.unwrap());
    let setup = |lasts| NewLink {
        kind: LinkKind::Setup,
        role: Role::Owner,
        agent_id: None,
        email: None,
        name: None,
        lasts: seconds(lasts),
    };
    let (_, first) = store.create_link(setup(60)).await.unwrap();
    let (_, second) = store.create_link(setup(60)).await.unwrap();
    assert_eq!(store.link(&first).await.unwrap(), None, "a new one ends the old");
    assert_eq!(store.link(&second).await.unwrap().unwrap().kind, LinkKind::Setup);
    let owner =
        |email: &str| Newcomer { name: Some("Eva".into()), email: Some(email.into()), password_hash: "hash".into() };
    let (one, other) = tokio::join!(
        store.use_link(&second, owner("eva@shop.example")),
        store.use_link(&second, owner("eve@shop.example"))
    );
    let ends = [one.unwrap(), other.unwrap()];
    assert_eq!(ends.iter().filter(|end| matches!(end, LinkUse::Done(_))).count(), 1, "{ends:?}");
    assert!(store.has_owner().await.unwrap());
    let eva = store.agents().await.unwrap().into_iter().find(|agent| agent.role == Role::Owner).unwrap();

    let invitation = NewLink { kind: LinkKind::Invitation, role: Role::Agent, email: eva.email.clone(), ..setup(60) };
    let (_, invitation) = store.create_link(invitation).await.unwrap();
    assert_eq!(store.invitations().await.unwrap().len(), 1);
    assert_eq!(store.use_link(&invitation, owner("x@shop.example")).await.unwrap(), LinkUse::AddressTaken);
    assert!(store.link(&invitation).await.unwrap().is_some(), "it can be used again");
    shop.database.clock.advance(seconds(61));
    assert_eq!(store.link(&invitation).await.unwrap(), None, "its time is over");

    let session = store.create_session(&eva.id).await.unwrap();
    assert_eq!(store.agent_by_session(&session).await.unwrap().unwrap().id, eva.id);
    assert_eq!(store.agent_by_session("ses_guess").await.unwrap(), None);
    for _ in 0..3 {
        shop.database.clock.advance(SignedDuration::from_hours(10 * 24));
        assert!(store.agent_by_session(&session).await.unwrap().is_some(), "used, it lasts");
    }
    shop.database.clock.advance(SignedDuration::from_hours(15 * 24));
    assert_eq!(store.agent_by_session(&session).await.unwrap(), None, "unused, it ends");

    let session = store.create_session(&eva.id).await.unwrap();
    let reset = NewLink { kind: LinkKind::Reset, agent_id: Some(eva.id.clone()), ..setup(60) };
    let (_, reset) = store.create_link(reset).await.unwrap();
    store.lock_out(&eva.id).await.unwrap();
    assert_eq!(store.agent_by_session(&session).await.unwrap(), None);
    assert!(store.credentials(&eva.email.clone().unwrap()).await.unwrap().is_none());
    let new = Newcomer { name: None, email: None, password_hash: "new".into() };
    assert!(matches!(store.use_link(&reset, new).await.unwrap(), LinkUse::Done(agent) if agent.id == eva.id));
    assert_eq!(store.credentials(&eva.email.unwrap()).await.unwrap().unwrap().1, "new");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn offers_and_alarms_happen_once(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let shop = Shop::new(engine).await;
    let turn = shop.say("a person!").await.turn.unwrap();
    shop.answer_unhappy(&turn, 0.5, Some("asked")).await;
    let store = &shop.database.store;
    let waiting = store.waiting(10).await.unwrap().remove(0);
    assert!(store.offer(&waiting, Some(&shop.agent.id)).await.unwrap());
    assert!(!store.offer(&waiting, None).await.unwrap(), "it stands otherwise by now");
    store.seen(&shop.agent.id).await.unwrap();
    let colleague = store.colleagues(shop.database.clock.now()).await.unwrap().remove(0);
    assert_eq!((colleague.present, colleague.held, colleague.offers), (true, 0, 1));

    let mail = NewMail {
        key: "escalation".into(),
        kind: MailKind::Escalation,
        conversation_id: Some(shop.conversation.clone()),
        seq: None,
        to: "ada@shop.example".into(),
        subject: "s".into(),
        body: "b".into(),
    };
    let truth = vec![Content::text("it takes longer")];
    let seq = store.raise(&waiting, 1, truth.clone(), std::slice::from_ref(&mail)).await.unwrap();
    assert_eq!(seq, Some(3));
    assert_eq!(store.raise(&waiting, 1, truth.clone(), &[]).await.unwrap(), None);
    assert_eq!(shop.log().await.len(), 3, "what was not raised was not said");
    let mails = store.mails(None, None, 10).await.unwrap();
    assert_eq!(mails.len(), 1);

    shop.take().await;
    assert_eq!(store.raise(&waiting, 2, truth, &[]).await.unwrap(), None, "it was taken");
    let listed = store.listed(std::slice::from_ref(&shop.conversation), None).await.unwrap();
    assert_eq!((listed[0].alarms, listed[0].offered_to.clone()), (0, None));
    assert_eq!(store.held_by(&shop.agent.id).await.unwrap(), std::slice::from_ref(&shop.conversation));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_mail_is_leased_tried_again_and_given_up(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let shop = Shop::new(engine).await;
    let (store, clock) = (&shop.database.store, &shop.database.clock);
    let mail = NewMail {
        key: "k".into(),
        kind: MailKind::Invitation,
        conversation_id: None,
        seq: None,
        to: "ben@shop.example".into(),
        subject: "s".into(),
        body: "a secret link".into(),
    };
    assert!(store.add_mail(&mail).await.unwrap());
    assert!(!store.add_mail(&mail).await.unwrap(), "the same again writes nothing");
    let leased = store.lease_mails(clock.now() + seconds(60), 10).await.unwrap();
    assert_eq!((leased.len(), leased[0].attempts), (1, 1));
    assert!(store.lease_mails(clock.now() + seconds(60), 10).await.unwrap().is_empty(), "it is leased");
    clock.advance(seconds(61));
    let id: MailId = store.lease_mails(clock.now() + seconds(60), 10).await.unwrap().remove(0).id;
    store.mail_failed(&id, "the server is away", Some(clock.now() + seconds(30))).await.unwrap();
    assert_eq!(store.outbox().await.unwrap().last_error.as_deref(), Some("the server is away"));
    store.mail_failed(&id, "no such mailbox", None).await.unwrap();
    assert_eq!(store.mail(&id).await.unwrap().unwrap().state, MailState::Failed);
    clock.advance(seconds(3600));
    assert!(store.lease_mails(clock.now(), 10).await.unwrap().is_empty(), "only a person tries it again");
    assert_eq!(store.mails(Some(MailState::Failed), None, 10).await.unwrap().len(), 1);
    assert!(store.retry_mail(&id).await.unwrap());
    assert_eq!(store.lease_mails(clock.now() + seconds(60), 10).await.unwrap().len(), 1);
    store.mail_sent(&id).await.unwrap();
    let sent = store.mail(&id).await.unwrap().unwrap();
    assert_eq!((sent.state, sent.body.as_str()), (MailState::Sent, ""), "the secret is forgotten");
    assert!(!store.retry_mail(&id).await.unwrap());
    assert!(store.delete_mail(&id).await.unwrap());
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn unread_words_are_mailed_once_together(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let shop = Shop::new(engine).await;
    let (store, clock) = (&shop.database.store, &shop.database.clock);
    shop.say("a").await;
    shop.take().await;
    let reply = |text: &str| Change::Reply {
        agent: shop.agent.id.clone(),
        name: "Ada".into(),
        content: Content::text(text),
        key: None,
        seen: None,
    };
    let long_ago = clock.now() - seconds(3600);
    store.change(&shop.conversation, reply("one")).await.unwrap();
    assert!(store.unread(long_ago, clock.now(), 10).await.unwrap().is_empty(), "no address was left");
    store.set_contact(&shop.customer_id(), "ann@post.example").await.unwrap();
    clock.advance(seconds(100));
    store.change(&shop.conversation, reply("two")).await.unwrap();
    assert!(store.unread(long_ago, clock.now() - seconds(60), 10).await.unwrap().is_empty(), "the agent goes on");
    clock.advance(seconds(100));
    let unread = store.unread(long_ago, clock.now() - seconds(60), 10).await.unwrap().remove(0);
    assert_eq!((unread.email.as_str(), unread.after, unread.last), ("ann@post.example", 0, 4));
    let mail = NewMail {
        key: "reply".into(),
        kind: MailKind::Reply,
        conversation_id: Some(shop.conversation.clone()),
        seq: Some(4),
        to: unread.email.clone(),
        subject: "s".into(),
        body: "b".into(),
    };
    assert!(store.mail_unread(&unread, &mail).await.unwrap());
    assert!(!store.mail_unread(&unread, &mail).await.unwrap());
    assert!(store.unread(long_ago, clock.now(), 10).await.unwrap().is_empty());
    assert_eq!(store.mails_of(&shop.conversation).await.unwrap().len(), 1);
    store.change(&shop.conversation, reply("three")).await.unwrap();
    assert!(store.mark_read(&shop.conversation, 5).await.unwrap());
    assert!(store.unread(long_ago, clock.now(), 10).await.unwrap().is_empty(), "it was read in the chat");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_days_numbers_are_counted(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let shop = Shop::new(engine).await;
    let start = shop.database.clock.now();
    let turn = shop.say("do you ship to Norway?").await.turn.unwrap();
    shop.answer_unhappy(&turn, 0.1, None).await;
    let given = Feedback { about: 2, kind: FeedbackKind::Rating, score: 1, comment: None };
    shop.database.store.give_feedback(&shop.conversation, shop.customer.clone(), given).await.unwrap();
    shop.database.clock.advance(seconds(3600));
    let (shop, _) = shop.another().await;
    let turn = shop.say("a person!").await.turn.unwrap();
    shop.answer_unhappy(&turn, 0.8, Some("asked")).await;
    shop.database.clock.advance(seconds(90));
    shop.take().await;
    shop.say("thanks").await;
    let given = Feedback { about: 3, kind: FeedbackKind::Csat, score: 4, comment: None };
    shop.database.store.give_feedback(&shop.conversation, shop.customer.clone(), given).await.unwrap();

    let store = &shop.database.store;
    let report = store.day_report(start, start + SignedDuration::from_hours(24)).await.unwrap();
    assert_eq!((report.conversations, report.messages), (2, 3));
    assert_eq!((report.answered_by_bot, report.escalated), (1, 1));
    let hours: Vec<_> = report.hours.iter().map(|hour| (hour.hour, hour.conversations, hour.messages)).collect();
    assert_eq!(hours, [(0, 1, 1), (1, 1, 2)]);
    assert_eq!((report.taken, report.median_wait_s), (1, Some(90)));
    assert_eq!((report.csat, report.csat_average(), report.csat_satisfied()), ([0, 0, 0, 1, 0], Some(4.0), Some(1.0)));
    assert_eq!((report.helpful, report.unhelpful), (1, 0));
    assert_eq!(report.unhappiest, std::slice::from_ref(&shop.conversation));
    assert_eq!((report.waiting_now, report.longest_waiting_since), (0, None));
    let tomorrow = start + SignedDuration::from_hours(24);
    let empty = store.day_report(tomorrow, tomorrow + SignedDuration::from_hours(24)).await.unwrap();
    assert_eq!((empty.conversations, empty.csat_average(), empty.median_wait_s), (0, None, None));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_the_owner_keeps_is_kept(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let shop = Shop::new(engine).await;
    let store = &shop.database.store;
    let CannedWrite::Done(hello) = store.write_canned(None, "hello", "Hello", "Hello {customer}").await.unwrap() else {
        panic!("the shortcut is free");
    };
    assert_eq!(store.write_canned(None, "hello", "Other", "x").await.unwrap(), CannedWrite::ShortcutTaken);
    assert!(matches!(store.write_canned(Some(&hello.id), "hi", "Hi", "Hi").await.unwrap(), CannedWrite::Done(_)));
    assert_eq!(store.write_canned(Some("can_none"), "x", "X", "x").await.unwrap(), CannedWrite::Missing);
    assert!(store.delete_canned(&hello.id).await.unwrap());

    assert_eq!(store.setting::<Vec<i64>>("x").await.unwrap(), None);
    store.set_setting("x", &[1, 2]).await.unwrap();
    store.set_setting("x", &[3]).await.unwrap();
    assert_eq!(store.setting::<Vec<i64>>("x").await.unwrap(), Some(vec![3]));

    let inbox = store.inbox_by_key("demo").await.unwrap().unwrap();
    assert!(store.note_refused(&inbox.id, "https://a.example").await.unwrap());
    assert!(!store.note_refused(&inbox.id, "https://a.example").await.unwrap(), "known, and just now");
    for n in 0..60 {
        shop.database.clock.advance(seconds(1));
        store.note_refused(&inbox.id, &format!("https://{n}.example")).await.unwrap();
    }
    let refused = store.refused_origins(&inbox.id).await.unwrap();
    assert_eq!((refused.len(), refused[0].origin.as_str()), (50, "https://59.example"), "the oldest give way");
    store.forget_refused(&inbox.id, "https://59.example").await.unwrap();
    assert_eq!(store.refused_origins(&inbox.id).await.unwrap().len(), 49);

    let away = AgentChange { status: Some(rapport::store::AgentStatus::Away), ..AgentChange::default() };
    store.seen(&shop.agent.id).await.unwrap();
    assert_eq!(store.agents_present(shop.database.clock.now()).await.unwrap(), 1);
    store.change_agent(&shop.agent.id, away).await.unwrap();
    assert_eq!(store.agents_present(shop.database.clock.now()).await.unwrap(), 0, "who is away is not there");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_feed_is_every_log_in_one(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let shop = Shop::new(engine).await;
    let turn = shop.say("a").await.turn.unwrap();
    let (shop, first) = shop.another().await;
    shop.say("b").await;
    shop.answer(&turn, None).await;
    let store = &shop.database.store;
    let feed = store.feed(0, 100).await.unwrap();
    let told: Vec<_> = feed.iter().map(|placed| (placed.conversation_id.clone(), placed.entry.seq)).collect();
    let second = shop.conversation.clone();
    assert_eq!(told, [(first.clone(), 1), (second, 1), (first.clone(), 2), (first, 3)]);
    assert!(feed.windows(2).all(|pair| pair[0].position < pair[1].position));
    assert_eq!(store.last_position().await.unwrap(), feed[3].position);
    assert_eq!(store.feed(feed[1].position, 1).await.unwrap(), [feed[2].clone()]);
}
