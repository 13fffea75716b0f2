//! What the store promises of outgoing webhooks, on both engines; and how the console's
//! API answers what it refuses.

use jiff::SignedDuration;
use rapport::domain::webhook::EventKind;
use rapport::domain::{ConversationId, WebhookId};
use rapport::store::{
    MailKind, MailState, NewMail, NewWebhook, NewWebhookMessage, Replay, Store, WebhookChange, WebhookFailure,
    WebhookMessageState, WebhookTry,
};
use reqwest::Method;
use rstest::rstest;
use serde_json::json;

use crate::support::api::Api;
use crate::support::databases::{Database, Engine};
use crate::support::server::Server;
use crate::support::shop::Shop;

async fn endpoint(store: &Store) -> WebhookId {
    let new = NewWebhook { url: "https://a.example/hook".into(), description: "A".into(), events: Vec::new() };
    store.add_webhook(new).await.unwrap().id
}

fn message(webhook: &WebhookId, position: i64) -> NewWebhookMessage {
    NewWebhookMessage {
        id: format!("msg_{}_{position:04}", webhook.as_str()),
        webhook_id: webhook.clone(),
        kind: EventKind::MessageSent,
        conversation_id: ConversationId("cnv_1".into()),
        body: format!("{{\"at\":{position}}}"),
    }
}

fn tried(message: &NewWebhookMessage, status: i64) -> WebhookTry {
    let error = (status >= 300).then(|| format!("it answered {status}"));
    WebhookTry { message: message.id.clone(), status: Some(status), answer: Some("ok".into()), error, duration_ms: 5 }
}

async fn ids(store: &Store, webhook: &WebhookId) -> Vec<String> {
    let due = store.due_webhook_messages(webhook, 100).await.unwrap();
    due.into_iter().map(|message| message.id).collect()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_written_once_however_often_the_log_is_read(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let Database { store, .. } = &Database::new(engine).await;
    let (one, other) = (endpoint(store).await, endpoint(store).await);
    let messages = [message(&one, 1), message(&other, 1), message(&one, 2)];
    store.fan_out("webhooks", 2, &messages).await.unwrap();
    store.fan_out("webhooks", 1, &messages).await.unwrap();
    assert_eq!(store.follower("webhooks").await.unwrap(), 2, "the cursor never goes back");
    assert_eq!(ids(store, &one).await, [messages[0].id.clone(), messages[2].id.clone()]);
    assert_eq!(ids(store, &other).await, [messages[1].id.clone()]);
    assert!(store.remove_webhook(&one).await.unwrap() && !store.remove_webhook(&one).await.unwrap());
    store.fan_out("webhooks", 3, &messages).await.unwrap();
    assert_eq!(ids(store, &one).await, [""; 0], "who was removed meanwhile gets nothing");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_new_endpoint_begins_at_the_end_of_the_log(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let shop = Shop::new(engine).await;
    let store = &shop.database.store;
    shop.say("a").await;
    let webhook = endpoint(store).await;
    shop.say("b").await;
    let begin = store.webhook(&webhook).await.unwrap().unwrap().from_position;
    let after: Vec<_> = store.feed(begin, 10).await.unwrap();
    assert_eq!(after.len(), 1);
    assert_eq!((after[0].entry.seq, &after[0].conversation_id), (2, &shop.conversation));
    assert_eq!(after[0].customer_id, shop.customer_id());
    assert!(after[0].inbox_id.as_str().starts_with("inb_"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_has_one_sender_at_a_time(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let Database { store, clock, .. } = &Database::new(engine).await;
    let webhook = endpoint(store).await;
    let until = |seconds| clock.now() + SignedDuration::from_secs(seconds);
    assert_eq!(store.lease_webhooks(until(60)).await.unwrap(), [], "nothing is due");
    let first = message(&webhook, 1);
    store.fan_out("webhooks", 1, std::slice::from_ref(&first)).await.unwrap();
    assert_eq!(store.lease_webhooks(until(60)).await.unwrap().len(), 1);
    assert_eq!(store.lease_webhooks(until(60)).await.unwrap(), []);
    clock.advance(SignedDuration::from_secs(61));
    assert_eq!(store.lease_webhooks(until(60)).await.unwrap().len(), 1, "a dead sender is followed");
    store.free_webhook_leases().await.unwrap();
    assert_eq!(store.lease_webhooks(until(60)).await.unwrap().len(), 1);
    let now = store.webhook_sent(&webhook, &[tried(&first, 200)], Some(until(60))).await.unwrap().unwrap();
    assert_eq!((now.failures, now.last_sent_at), (0, Some(clock.now())));
    store.release_webhook(&webhook).await.unwrap();
    assert_eq!(store.lease_webhooks(until(60)).await.unwrap(), [], "it was sent");
    let sent = store.webhook_message(&webhook, &first.id).await.unwrap().unwrap();
    assert_eq!((sent.state, sent.attempts, sent.status), (WebhookMessageState::Sent, 1, Some(200)));
    assert_eq!((sent.answer.as_deref(), sent.sent_at), (Some("ok"), Some(clock.now())));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_failure_pauses_the_whole_endpoint_and_success_ends_it(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let Database { store, clock, .. } = &Database::new(engine).await;
    let webhook = endpoint(store).await;
    let (first, second) = (message(&webhook, 1), message(&webhook, 2));
    store.fan_out("webhooks", 2, &[first.clone(), second.clone()]).await.unwrap();
    let lease = || async { store.lease_webhooks(clock.now() + SignedDuration::from_secs(60)).await.unwrap() };
    lease().await;
    let began = clock.now();
    let failure = |pause: i64, next_at| WebhookFailure {
        tried: tried(&first, 500),
        paused_until: clock.now() + SignedDuration::from_secs(pause),
        next_at,
        disable: None,
    };
    store.webhook_failed(&webhook, &failure(10, Some(clock.now()))).await.unwrap();
    assert_eq!(lease().await, [], "it rests");
    clock.advance(SignedDuration::from_secs(10));
    let leased = lease().await;
    assert_eq!((leased[0].failures, leased[0].failing_since), (1, Some(began)));
    assert_eq!(leased[0].error.as_deref(), Some("it answered 500"));
    assert_eq!(ids(store, &webhook).await, [first.id.clone(), second.id.clone()], "the order is kept");

    // The first one alone is refused: it steps aside.
    let aside = clock.now() + SignedDuration::from_secs(100);
    store.webhook_failed(&webhook, &failure(0, Some(aside))).await.unwrap();
    assert_eq!(ids(store, &webhook).await, std::slice::from_ref(&second.id));
    let now = store.webhook_sent(&webhook, &[tried(&second, 200)], None).await.unwrap().unwrap();
    assert_eq!((now.failures, now.failing_since, now.error, now.paused_until), (0, None, None, None));
    clock.advance(SignedDuration::from_secs(100));
    assert_eq!(ids(store, &webhook).await, std::slice::from_ref(&first.id));
    store.webhook_failed(&webhook, &failure(0, None)).await.unwrap();
    let counts = store.webhook_counts(&webhook).await.unwrap();
    assert_eq!((counts.waiting, counts.failed), (0, 1));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_endpoint_keeps_its_events_and_tells_the_admins(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let Database { store, clock, .. } = &Database::new(engine).await;
    let webhook = endpoint(store).await;
    let (first, second) = (message(&webhook, 1), message(&webhook, 2));
    store.fan_out("webhooks", 1, std::slice::from_ref(&first)).await.unwrap();
    let mail = NewMail {
        key: "webhook:1".into(),
        kind: MailKind::Webhook,
        conversation_id: None,
        seq: None,
        to: "ann@shop.example".into(),
        subject: "A webhook was disabled".into(),
        body: "It was.".into(),
    };
    let failure = WebhookFailure {
        tried: tried(&first, 410),
        paused_until: clock.now(),
        next_at: Some(clock.now()),
        disable: Some(("gone".into(), vec![mail])),
    };
    store.webhook_failed(&webhook, &failure).await.unwrap();
    store.webhook_failed(&webhook, &failure).await.unwrap();
    let mails = store.mails(Some(MailState::Waiting), None, 10).await.unwrap();
    assert_eq!(mails.iter().map(|mail| mail.kind.as_str()).collect::<Vec<_>>(), ["webhook"]);
    let disabled = store.webhook(&webhook).await.unwrap().unwrap();
    assert!(!disabled.enabled && disabled.disabled_at.is_some());
    assert_eq!(disabled.disabled_reason.as_deref(), Some("gone"));
    store.fan_out("webhooks", 2, std::slice::from_ref(&second)).await.unwrap();
    assert_eq!(store.lease_webhooks(clock.now()).await.unwrap(), []);

    let enable = WebhookChange { enabled: Some(true), ..WebhookChange::default() };
    let enabled = store.change_webhook(&webhook, enable).await.unwrap().unwrap();
    assert!(enabled.enabled && enabled.disabled_reason.is_none() && enabled.failing_since.is_none());
    assert_eq!(store.lease_webhooks(clock.now()).await.unwrap().len(), 1);
    assert_eq!(ids(store, &webhook).await, [first.id, second.id], "nothing was lost");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_was_given_up_skipped_or_sent_is_replayed(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let Database { store, clock, .. } = &Database::new(engine).await;
    let webhook = endpoint(store).await;
    let (first, second) = (message(&webhook, 1), message(&webhook, 2));
    store.fan_out("webhooks", 1, std::slice::from_ref(&first)).await.unwrap();
    store.webhook_sent(&webhook, &[tried(&first, 200)], None).await.unwrap();
    clock.advance(SignedDuration::from_secs(60));
    let later = clock.now();
    store.fan_out("webhooks", 2, std::slice::from_ref(&second)).await.unwrap();
    assert_eq!(store.skip_webhook_messages(&webhook, "skipped").await.unwrap(), 1);
    assert_eq!(ids(store, &webhook).await, [""; 0]);
    let failed = store.webhook_messages(&webhook, Some(WebhookMessageState::Failed), None, 10).await.unwrap();
    assert_eq!(failed[0].error.as_deref(), Some("skipped"));

    assert_eq!(store.replay_webhook(&webhook, &Replay::Failed).await.unwrap(), 1);
    assert_eq!(ids(store, &webhook).await, std::slice::from_ref(&second.id));
    assert_eq!(store.replay_webhook(&webhook, &Replay::One(first.id.clone())).await.unwrap(), 1);
    assert_eq!(ids(store, &webhook).await, [first.id.clone(), second.id.clone()]);
    assert_eq!(store.replay_webhook(&webhook, &Replay::One("msg_other".into())).await.unwrap(), 0);
    assert_eq!(store.replay_webhook(&webhook, &Replay::Since(later)).await.unwrap(), 1);

    let all = store.webhook_messages(&webhook, None, None, 1).await.unwrap();
    assert_eq!(all[0].id, second.id, "the newest first");
    let rest = store.webhook_messages(&webhook, None, Some(&second.id), 10).await.unwrap();
    assert_eq!(rest.into_iter().map(|message| message.id).collect::<Vec<_>>(), std::slice::from_ref(&first.id));

    store.webhook_sent(&webhook, &[tried(&first, 200)], None).await.unwrap();
    assert_eq!(store.forget_webhook_messages(later, later).await.unwrap(), 1, "what was sent goes, in time");
    assert_eq!(ids(store, &webhook).await, [second.id]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_old_secret_signs_until_its_end(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let database = Database::new(engine).await;
    let vault = rapport::base::vault::Vault::with_key("a key that nobody guesses, 32 long");
    let store = database.store.clone().with_vault(vault);
    let webhook = endpoint(&store).await;
    let first = store.webhook_keys(&webhook).await.unwrap();
    assert!(first.len() == 1 && first[0].starts_with("whsec_"));
    let day = database.clock.now() + SignedDuration::from_hours(24);
    let second = store.rotate_webhook_key(&webhook, day).await.unwrap().unwrap();
    assert_eq!(store.webhook_keys(&webhook).await.unwrap(), [second.clone(), first[0].clone()]);
    database.clock.advance(SignedDuration::from_hours(24));
    assert_eq!(store.webhook_keys(&webhook).await.unwrap(), [second]);
    assert!(database.store.webhook_keys(&webhook).await.is_err(), "without the key of the vault nothing opens");
    assert_eq!(store.rotate_webhook_key(&WebhookId("whk_none".into()), day).await.unwrap(), None);
}

#[tokio::test]
async fn what_cannot_be_is_refused_in_words() {
    let server = Server::shared("webhooks").await;
    let (agent, admin) = (Api::with_role(server, "agent").await, Api::with_role(server, "admin").await);
    agent.get("/v1/webhooks").await.problem(403);
    for (url, says) in [
        ("http://169.254.169.254/latest/meta-data", "private network"),
        ("http://127.0.0.1:9/hook", "private network"),
        ("ftp://shop.example/hook", "no address"),
        ("shop.example/hook", "no address"),
    ] {
        let refused = admin.post("/v1/webhooks", json!({"url": url})).await.problem(422);
        assert!(refused["detail"].as_str().is_some_and(|text| text.contains(says)), "{url}: {refused}");
    }
    let body = json!({"url": "https://a.example/hook", "events": ["message.lost"]});
    let refused = admin.post("/v1/webhooks", body).await.problem(422);
    assert!(refused["detail"].as_str().is_some_and(|text| text.contains("message.received")), "{refused}");
    for (method, path) in [
        (Method::DELETE, "/v1/webhooks/whk_none"),
        (Method::GET, "/v1/webhooks/whk_none/secret"),
        (Method::POST, "/v1/webhooks/whk_none/secret"),
        (Method::POST, "/v1/webhooks/whk_none/test"),
        (Method::GET, "/v1/webhooks/whk_none/messages"),
        (Method::POST, "/v1/webhooks/whk_none/replay"),
        (Method::POST, "/v1/webhooks/whk_none/messages/msg_none/replay"),
    ] {
        admin.send(admin.request(method, path)).await.problem(404);
    }
    let kinds = admin.get("/v1/webhooks/events").await.ok();
    assert_eq!(kinds["items"].as_array().map(Vec::len), Some(EventKind::ALL.len()));
    assert_eq!(kinds["items"][0]["example"]["type"], "conversation.created");
    assert!(kinds["schema"]["properties"]["data"].is_object(), "{}", kinds["schema"]);
}
