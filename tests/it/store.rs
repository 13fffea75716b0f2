//! The store keeps its promises on both engines: every body below runs on each.

use jiff::SignedDuration;
use rapport::domain::content::StatusState;
use rapport::domain::{Author, Content, CustomerId, Entry};
use rapport::store::{Change, Changed, Feedback, FeedbackKind, Introduction, NewAgent, Role, TurnCommit};
use rstest::rstest;

use crate::support::databases::Engine;
use crate::support::shop::Shop;

fn kinds(log: &[Entry]) -> Vec<&'static str> {
    log.iter().map(|entry| entry.content.kind()).collect()
}

fn assert_gap_free(log: &[Entry]) {
    let seqs: Vec<i64> = log.iter().map(|entry| entry.seq).collect();
    assert_eq!(seqs, (1..=log.len() as i64).collect::<Vec<_>>());
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_kept_once_however_often_it_is_sent(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let shop = Shop::new(engine).await;
    let first = shop.say("a").await;
    let again = shop.say("a").await;
    assert!(first.turn.is_some() && !first.repeated);
    assert!(again.turn.is_none() && again.repeated);
    assert_eq!((first.seq, first.at), (again.seq, again.at));
    assert_eq!(shop.log().await.len(), 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn messages_at_once_get_seqs_without_a_gap(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let shop = Shop::new(engine).await;
    let keys: Vec<String> = (0..20).map(|n| (n / 2).to_string()).collect();
    let accepted = futures_util::future::join_all(keys.iter().map(|key| shop.say(key))).await;
    assert_eq!(accepted.iter().filter(|one| one.repeated).count(), 10);
    let log = shop.log().await;
    assert_eq!(log.len(), 10);
    assert_gap_free(&log);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_turn_speaks_once(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let shop = Shop::new(engine).await;
    let turn = shop.say("a").await.turn.unwrap();
    let (one, two) = tokio::join!(shop.answer(&turn, None), shop.answer(&turn, None));
    let ends = [one, two];
    let log = shop.log().await;
    assert!(ends.contains(&TurnCommit::AlreadyDone), "{ends:?}");
    assert!(ends.contains(&TurnCommit::Spoken(log[1..].to_vec())), "what was written is told as it stands: {ends:?}");
    assert_gap_free(&log);
    assert_eq!(log.len(), 3);
    assert!(log[1..].iter().all(|entry| entry.in_reply_to == Some(1) && entry.turn == Some(turn.id.clone())));
    let conversation = shop.database.store.conversation(&shop.conversation).await.unwrap().unwrap();
    assert_eq!(conversation.memory.failed_answers, 7);
    assert_eq!(conversation.last_seq, 3);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_turn_that_an_agent_overtakes_keeps_silent(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let shop = Shop::new(engine).await;
    let turn = shop.say("a").await.turn.unwrap();
    assert_eq!(shop.take().await, Changed::Done(2));
    assert_eq!(shop.answer(&turn, None).await, TurnCommit::Overtaken);
    assert_eq!(shop.answer(&turn, None).await, TurnCommit::AlreadyDone);
    assert_eq!(kinds(&shop.log().await), ["text", "handoff"]);
    assert!(shop.say("b").await.turn.is_none(), "no turn while a person holds the conversation");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_overtaken_turn_is_not_made_up_for_after_the_hand_back(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let shop = Shop::new(engine).await;
    let turn = shop.say("a").await.turn.unwrap();
    shop.take().await;
    let author = Author::agent(&shop.agent.id, &shop.agent.name);
    let hand_back = Change::HandBack { author, reason: "done".to_owned(), requeue: None };
    shop.database.store.change(&shop.conversation, hand_back).await.unwrap();
    assert_eq!(shop.answer(&turn, None).await, TurnCommit::AlreadyDone);
    assert_eq!(kinds(&shop.log().await), ["text", "handoff", "handoff"]);
    assert!(shop.say("b").await.turn.is_some(), "the bot answers what is written from now on");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_a_dead_node_left_is_taken_over_after_its_lease(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let shop = Shop::new(engine).await;
    let turn = shop.say("a").await.turn.unwrap();
    let store = &shop.database.store;
    let until = |seconds| shop.database.clock.now() + SignedDuration::from_secs(seconds);
    assert_eq!(store.lease_turns("other", until(4), 10).await.unwrap(), []);
    shop.database.clock.advance(SignedDuration::from_secs(5));
    assert_eq!(store.lease_turns("other", until(4), 10).await.unwrap(), std::slice::from_ref(&turn));
    assert_eq!(store.lease_turns("third", until(4), 10).await.unwrap(), []);
    shop.database.clock.advance(SignedDuration::from_secs(3));
    store.renew_leases("other", until(4)).await.unwrap();
    shop.database.clock.advance(SignedDuration::from_secs(3));
    assert_eq!(store.lease_turns("third", until(4), 10).await.unwrap(), [], "a renewed lease holds");
    store.free_leases().await.unwrap();
    assert_eq!(store.lease_turns("third", until(4), 10).await.unwrap(), std::slice::from_ref(&turn));
    let work = store.load_turn(&turn, 10).await.unwrap().unwrap();
    assert_eq!((work.message.seq, work.attempts), (1, 2));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_history_of_a_turn_ends_before_its_message(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let shop = Shop::new(engine).await;
    for key in ["a", "b", "c"] {
        shop.say(key).await;
    }
    let turn = shop.say("d").await.turn.unwrap();
    shop.say("e").await;
    let work = shop.database.store.load_turn(&turn, 2).await.unwrap().unwrap();
    assert_eq!(work.message.content, Content::text("d"));
    assert_eq!(work.history.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [2, 3]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_queue_is_worked_from_its_front(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let shop = Shop::new(engine).await;
    let store = &shop.database.store;
    let inbox = store.inbox_by_key("demo").await.unwrap().unwrap();
    let turn = shop.say("help").await.turn.unwrap();
    shop.answer(&turn, Some("asked for a person")).await;
    shop.database.clock.advance(SignedDuration::from_secs(60));
    let (_, second) = store.new_visitor(&inbox.id, None, None).await.unwrap();
    let later = Shop { conversation: second.conversation_id, ..shop };
    let turn = later.say("help").await.turn.unwrap();
    later.answer(&turn, Some("unhappy")).await;

    let store = &later.database.store;
    let queue = store.waiting(10).await.unwrap();
    let reasons: Vec<_> = queue.iter().map(|one| one.reason.clone()).collect();
    assert_eq!(reasons, ["asked for a person", "unhappy"]);
    assert_eq!(store.queue_position(queue[1].since).await.unwrap(), 2);

    let take = Change::Take { agent: later.agent.id.clone(), name: "Ada".into() };
    store.change(&queue[0].id, take).await.unwrap();
    assert_eq!(store.waiting(10).await.unwrap().len(), 1);
    assert_eq!(store.queue_position(queue[1].since).await.unwrap(), 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_agent_gets_it_and_the_other_is_told(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let shop = Shop::new(engine).await;
    shop.say("a").await;
    let store = &shop.database.store;
    let new = NewAgent { name: "Ben".into(), email: None, role: Role::Agent, password_hash: None };
    let ben = store.create_agent(new).await.unwrap().unwrap();
    let bens = Change::Take { agent: ben.id.clone(), name: "Ben".into() };
    let (first, second) = tokio::join!(shop.take(), store.change(&shop.conversation, bens));
    let ends = [first, second.unwrap()];
    assert_eq!(ends.iter().filter(|end| matches!(end, Changed::Done(_))).count(), 1, "{ends:?}");
    assert_eq!(ends.iter().filter(|end| matches!(end, Changed::HeldBy(_))).count(), 1, "{ends:?}");
    assert_eq!(shop.log().await.len(), 2);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_agents_story_stands_in_the_log(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let shop = Shop::new(engine).await;
    shop.say("a").await;
    let store = &shop.database.store;
    let reply = |key: &str| Change::Reply {
        agent: shop.agent.id.clone(),
        name: "Ada".into(),
        content: Content::text("hello"),
        key: Some(key.into()),
        seen: None,
    };
    assert_eq!(store.change(&shop.conversation, reply("1")).await.unwrap(), Changed::NotHeld);
    shop.take().await;
    assert_eq!(store.change(&shop.conversation, reply("1")).await.unwrap(), Changed::Done(3));
    assert_eq!(store.change(&shop.conversation, reply("1")).await.unwrap(), Changed::Already(3));
    let author = Author::agent(&shop.agent.id, "Ada");
    let back = Change::HandBack { author: author.clone(), reason: "done".into(), requeue: None };
    assert_eq!(store.change(&shop.conversation, back).await.unwrap(), Changed::Done(4));
    let resolve = Change::Resolve { author, then: vec![Content::text("bye")] };
    assert_eq!(store.change(&shop.conversation, resolve.clone()).await.unwrap(), Changed::Done(6));
    assert_eq!(store.change(&shop.conversation, resolve).await.unwrap(), Changed::Already(6));
    let reopening = shop.say("one more thing").await;
    assert_eq!(reopening.seq, 8);
    assert!(reopening.turn.is_some());
    let log = shop.log().await;
    assert_gap_free(&log);
    assert_eq!(log[6].content, Content::state(StatusState::Reopened));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_agent_who_is_gone_is_noticed(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let shop = Shop::new(engine).await;
    shop.say("a").await;
    let store = &shop.database.store;
    store.seen(&shop.agent.id).await.unwrap();
    shop.take().await;
    let minutes = |n: i64| SignedDuration::from_secs(60 * n);
    shop.database.clock.advance(minutes(10));
    let since = |n| shop.database.clock.now() - minutes(n);
    assert!(store.abandoned(since(15)).await.unwrap().is_empty());
    assert_eq!(store.agents_present(since(1)).await.unwrap(), 0);
    shop.database.clock.advance(minutes(10));
    assert_eq!(store.abandoned(since(15)).await.unwrap(), std::slice::from_ref(&shop.conversation));
    store.seen(&shop.agent.id).await.unwrap();
    assert!(store.abandoned(since(15)).await.unwrap().is_empty());
    assert_eq!(store.agents_present(since(1)).await.unwrap(), 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_rating_edits_the_first(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let shop = Shop::new(engine).await;
    let turn = shop.say("a").await.turn.unwrap();
    shop.answer(&turn, None).await;
    let rate = |score| {
        let given = Feedback { about: 2, kind: FeedbackKind::Rating, score, comment: None };
        shop.database.store.give_feedback(&shop.conversation, shop.customer.clone(), given)
    };
    assert_eq!(rate(1).await.unwrap(), Some(4));
    assert_eq!(rate(1).await.unwrap(), None, "the same again changes nothing");
    assert_eq!(rate(0).await.unwrap(), Some(5));
    let log = shop.log().await;
    let replaced = Content::Rating { seq: 2, helpful: false, comment: None };
    assert_eq!(log[4].content, Content::Edit { edits: 4, content: Box::new(replaced) });
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn tokens_open_until_they_are_revoked(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let shop = Shop::new(engine).await;
    let store = &shop.database.store;
    let (id, token) = store.create_token(&shop.agent.id).await.unwrap();
    assert_eq!(store.agent_by_token(&token).await.unwrap(), Some(shop.agent.clone()));
    assert_eq!(store.agent_by_token("rpt_guess").await.unwrap(), None);
    assert!(store.revoke_token(&id).await.unwrap());
    assert_eq!(store.agent_by_token(&token).await.unwrap(), None);
    assert!(!store.revoke_token(&id).await.unwrap());
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_signed_identity_finds_its_conversation_again(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let shop = Shop::new(engine).await;
    let store = &shop.database.store;
    let inbox = store.inbox_by_key("demo").await.unwrap().unwrap();
    let identity = rapport::store::Identity {
        external_id: "u1".into(),
        email: Some("u1@mail.example".into()),
        ..Default::default()
    };
    let (_, here) = store.new_visitor(&inbox.id, Some(&identity), None).await.unwrap();
    let (_, there) = store.new_visitor(&inbox.id, Some(&identity), None).await.unwrap();
    assert_eq!(here, there);
    let (_, stranger) = store.new_visitor(&inbox.id, None, None).await.unwrap();
    assert!(!store.identify(&stranger.customer_id, &identity).await.unwrap(), "u1 is somebody already");
    let other = rapport::store::Identity { external_id: "u2".into(), ..identity.clone() };
    assert!(store.identify(&stranger.customer_id, &other).await.unwrap());
    assert!(store.identify(&stranger.customer_id, &other).await.unwrap());
    assert!(!store.identify(&stranger.customer_id, &identity).await.unwrap());
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn opening_again_keeps_everything(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let shop = Shop::new(engine).await;
    shop.say("a").await;
    let again = rapport::store::Store::open(&shop.database.url, rapport::base::clock::Clock::System).await.unwrap();
    assert_eq!(again.entries(&shop.conversation, 0, 10).await.unwrap(), shop.log().await);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_introduction_is_kept_once_and_tells_who_it_is(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let shop = Shop::new(engine).await;
    let store = &shop.database.store;
    let customer = CustomerId(shop.customer.id.clone().expect("a customer has an id"));
    let introduction = Introduction {
        customer_id: customer.clone(),
        client_key: "form:0:a".to_owned(),
        content: Content::Submitted { form: 0, values: serde_json::Map::new() },
        name: Some("Ann".to_owned()),
        email: Some("ann@post.example".to_owned()),
        phone: None,
    };
    assert_eq!(store.introduce(&shop.conversation, introduction.clone()).await.unwrap(), Some(1));
    assert_eq!(store.introduce(&shop.conversation, introduction).await.unwrap(), None);
    assert_eq!(kinds(&shop.log().await), ["submitted"]);
    let customer = store.customer(&customer).await.unwrap().unwrap();
    assert_eq!((customer.name.as_deref(), customer.email.as_deref()), (Some("Ann"), Some("ann@post.example")));
}
