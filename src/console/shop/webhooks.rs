//! Outgoing webhooks: other systems' addresses, what they are told, and how that went.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::Console;
use super::super::auth::Admin;
use super::super::problem::{Body, MaybeBody, Problem, ProblemDocument, Query};
use super::super::views::Page;
use crate::domain::WebhookId;
use crate::domain::webhook::{Event, EventKind, Pinged, schema};
use crate::store::{
    NewWebhook as Kept, Replay, StoreError, Webhook, WebhookChange as Change, WebhookMessage, WebhookMessageState,
};

/// Endpoints that one shop may have.
const ENDPOINTS: usize = 50;
/// For so long the secret of before signs as well.
const OVERLAP: SignedDuration = SignedDuration::from_hours(24);

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct WebhookView {
    pub id: String,
    pub url: String,
    pub description: String,
    /// What it is told; empty for everything.
    pub events: Vec<EventKind>,
    pub enabled: bool,
    pub health: WebhookHealth,
    /// What is wrong, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    #[schemars(with = "Option<String>")]
    pub failing_since: Option<Timestamp>,
    /// After failures nothing is sent before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    #[schemars(with = "Option<String>")]
    pub next_try_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    #[schemars(with = "Option<String>")]
    pub disabled_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    #[schemars(with = "Option<String>")]
    pub last_sent_at: Option<Timestamp>,
    pub waiting: i64,
    pub failed: i64,
    /// Until then the secret of before signs as well.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    #[schemars(with = "Option<String>")]
    pub old_secret_until: Option<Timestamp>,
    #[schema(value_type = String, format = DateTime)]
    #[schemars(with = "String")]
    pub created_at: Timestamp,
    /// What verifies deliveries; only in the answer to the making.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum WebhookHealth {
    /// Nothing was sent yet.
    New,
    Good,
    /// Deliveries fail, and are tried again.
    Failing,
    /// Nothing is sent until somebody enables it.
    Disabled,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWebhook {
    pub url: String,
    #[serde(default)]
    pub description: String,
    /// Kinds of events; empty for everything.
    #[serde(default)]
    pub events: Vec<String>,
}

/// What is left out stays as it is.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct WebhookChange {
    pub url: Option<String>,
    pub description: Option<String>,
    pub events: Option<Vec<String>>,
    pub enabled: Option<bool>,
    /// With `enabled: true`: what waits is not sent, but kept to be replayed.
    pub skip_waiting: bool,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct WebhookSecretView {
    pub secret: String,
    /// Until then the secret of before signs as well.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    #[schemars(with = "Option<String>")]
    pub old_secret_until: Option<Timestamp>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct WebhookMessageView {
    /// As it stands in `webhook-id`.
    pub id: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub conversation_id: String,
    /// `waiting`, `sent` or `failed`.
    pub state: String,
    pub attempts: i64,
    /// The HTTP status of the last try.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<i64>,
    /// The beginning of the last answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    #[schemars(with = "Option<String>")]
    pub tried_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    #[schemars(with = "Option<String>")]
    pub sent_at: Option<Timestamp>,
    #[schema(value_type = String, format = DateTime)]
    #[schemars(with = "String")]
    pub created_at: Timestamp,
    /// What is delivered, as it is signed.
    pub body: String,
}

#[derive(Deserialize, IntoParams)]
pub struct WebhookMessagesQuery {
    /// `waiting`, `sent`, `failed` or `all`.
    state: Option<String>,
    cursor: Option<String>,
    /// 1 to 200, 50 by default.
    limit: Option<i64>,
}

/// Without `since`: what was given up.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ReplayWords {
    #[schema(value_type = Option<String>, format = DateTime)]
    #[schemars(with = "Option<String>")]
    pub since: Option<Timestamp>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct ReplayedView {
    pub replayed: u64,
}

#[derive(Debug, Serialize, JsonSchema, ToSchema)]
pub struct EventKindView {
    #[serde(rename = "type")]
    pub kind: EventKind,
    pub description: String,
    pub example: Event,
}

#[derive(Debug, Serialize, JsonSchema, ToSchema)]
pub struct EventKindsView {
    pub items: Vec<EventKindView>,
    /// The JSON schema of a delivery's body.
    #[schema(value_type = Object)]
    pub schema: serde_json::Value,
}

impl WebhookHealth {
    pub fn of(webhook: &Webhook) -> Self {
        match webhook {
            Webhook { enabled: false, .. } => WebhookHealth::Disabled,
            Webhook { failing_since: Some(_), .. } => WebhookHealth::Failing,
            Webhook { last_sent_at: Some(_), .. } => WebhookHealth::Good,
            _ => WebhookHealth::New,
        }
    }
}

/// The webhooks.
#[utoipa::path(get, path = "/v1/webhooks",
    responses((status = 200, body = Page<WebhookView>), (status = 403, body = ProblemDocument)))]
pub async fn list(_admin: Admin, State(console): State<Console>) -> Result<Json<Page<WebhookView>>, Problem> {
    let mut items = Vec::new();
    for webhook in console.engine().store().webhooks().await? {
        items.push(view(&console, webhook).await?);
    }
    Ok(Json(Page { items, next_cursor: None }))
}

/// A new webhook, told what happens from now on. The answer has its secret.
#[utoipa::path(post, path = "/v1/webhooks", request_body = NewWebhook,
    responses((status = 201, body = WebhookView), (status = 403, body = ProblemDocument), (status = 409, body = ProblemDocument), (status = 422, body = ProblemDocument)))]
pub async fn create(
    _admin: Admin,
    State(console): State<Console>,
    Body(new): Body<NewWebhook>,
) -> Result<(StatusCode, Json<WebhookView>), Problem> {
    let new = Kept {
        url: address(&console, &new.url)?,
        description: description(&new.description)?,
        events: kinds(&new.events)?,
    };
    let store = console.engine().store();
    if store.webhooks().await?.len() >= ENDPOINTS {
        return Err(Problem::Conflict("too_many", format!("there are {ENDPOINTS} webhooks already: remove one first")));
    }
    let webhook = store.add_webhook(new).await?;
    let secret = store.webhook_keys(&webhook.id).await?.into_iter().next();
    console.webhooks().changed();
    Ok((StatusCode::CREATED, Json(WebhookView { secret, ..view(&console, webhook).await? })))
}

/// Change a webhook, or enable and disable it.
#[utoipa::path(patch, path = "/v1/webhooks/{id}", params(("id" = String, Path)), request_body = WebhookChange,
    responses((status = 200, body = WebhookView), (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument), (status = 422, body = ProblemDocument)))]
pub async fn change(
    _admin: Admin,
    State(console): State<Console>,
    Path(id): Path<WebhookId>,
    Body(words): Body<WebhookChange>,
) -> Result<Json<WebhookView>, Problem> {
    let change = Change {
        url: words.url.map(|url| address(&console, &url)).transpose()?,
        description: words.description.map(|text| description(&text)).transpose()?,
        events: words.events.map(|names| kinds(&names)).transpose()?,
        enabled: words.enabled,
    };
    let store = console.engine().store();
    if words.skip_waiting && words.enabled == Some(true) {
        store.skip_webhook_messages(&id, "skipped when the webhook was enabled").await?;
    }
    let webhook = store.change_webhook(&id, change).await?.ok_or(Problem::NotFound("webhook"))?;
    console.webhooks().changed();
    Ok(Json(view(&console, webhook).await?))
}

/// Remove a webhook, and what waits for it.
#[utoipa::path(delete, path = "/v1/webhooks/{id}", params(("id" = String, Path)),
    responses((status = 204), (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument)))]
pub async fn remove(
    _admin: Admin,
    State(console): State<Console>,
    Path(id): Path<WebhookId>,
) -> Result<StatusCode, Problem> {
    match console.engine().store().remove_webhook(&id).await? {
        true => {
            console.webhooks().changed();
            Ok(StatusCode::NO_CONTENT)
        }
        false => Err(Problem::NotFound("webhook")),
    }
}

/// The secret that verifies its deliveries.
#[utoipa::path(get, path = "/v1/webhooks/{id}/secret", params(("id" = String, Path)),
    responses((status = 200, body = WebhookSecretView), (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument), (status = 409, body = ProblemDocument)))]
pub async fn secret(
    _admin: Admin,
    State(console): State<Console>,
    Path(id): Path<WebhookId>,
) -> Result<Json<WebhookSecretView>, Problem> {
    let webhook = find(&console, &id).await?;
    let keys = match console.engine().store().webhook_keys(&id).await {
        Err(StoreError::Corrupt { reason, .. }) => return Err(Problem::Conflict("sealed", reason)),
        keys => keys?,
    };
    let old_secret_until = webhook.old_secret_until.filter(|_| keys.len() > 1);
    let secret = keys.into_iter().next().ok_or(Problem::NotFound("webhook"))?;
    Ok(Json(WebhookSecretView { secret, old_secret_until }))
}

/// A new secret. For 24 hours the old one signs as well, so that nothing is refused meanwhile.
#[utoipa::path(post, path = "/v1/webhooks/{id}/secret", params(("id" = String, Path)),
    responses((status = 200, body = WebhookSecretView), (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument)))]
pub async fn new_secret(
    _admin: Admin,
    State(console): State<Console>,
    Path(id): Path<WebhookId>,
) -> Result<Json<WebhookSecretView>, Problem> {
    let until = console.engine().clock().now() + OVERLAP;
    let secret = console.engine().store().rotate_webhook_key(&id, until).await?;
    let secret = secret.ok_or(Problem::NotFound("webhook"))?;
    console.webhooks().changed();
    Ok(Json(WebhookSecretView { secret, old_secret_until: Some(until) }))
}

/// Send a `ping` at once, and tell how it went.
#[utoipa::path(post, path = "/v1/webhooks/{id}/test", params(("id" = String, Path)),
    responses((status = 200, body = Pinged), (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument)))]
pub async fn test(
    _admin: Admin,
    State(console): State<Console>,
    Path(id): Path<WebhookId>,
) -> Result<Json<Pinged>, Problem> {
    let pinged = console.webhooks().ping(&id).await.map_err(Problem::Internal)?;
    Ok(Json(pinged.ok_or(Problem::NotFound("webhook"))?))
}

/// Its deliveries, the newest first.
#[utoipa::path(get, path = "/v1/webhooks/{id}/messages", params(("id" = String, Path), WebhookMessagesQuery),
    responses((status = 200, body = Page<WebhookMessageView>), (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument), (status = 422, body = ProblemDocument)))]
pub async fn messages(
    _admin: Admin,
    State(console): State<Console>,
    Path(id): Path<WebhookId>,
    Query(query): Query<WebhookMessagesQuery>,
) -> Result<Json<Page<WebhookMessageView>>, Problem> {
    let state = match query.state.as_deref() {
        Some("all") | None => None,
        Some(name) => Some(
            WebhookMessageState::parse(name)
                .ok_or_else(|| Problem::Invalid(format!("`state` is `{name}`; write waiting, sent, failed or all")))?,
        ),
    };
    find(&console, &id).await?;
    let limit = query.limit.unwrap_or(50).clamp(1, 200);
    let messages = console.engine().store().webhook_messages(&id, state, query.cursor.as_deref(), limit).await?;
    let full = i64::try_from(messages.len()).is_ok_and(|n| n == limit);
    let next_cursor = messages.last().filter(|_| full).map(|message| message.id.clone());
    Ok(Json(Page { items: messages.into_iter().map(message_view).collect(), next_cursor }))
}

/// Deliver one again, now, under the same id.
#[utoipa::path(post, path = "/v1/webhooks/{id}/messages/{message}/replay",
    params(("id" = String, Path), ("message" = String, Path)),
    responses((status = 200, body = WebhookMessageView), (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument), (status = 409, body = ProblemDocument)))]
pub async fn replay_one(
    _admin: Admin,
    State(console): State<Console>,
    Path((id, message)): Path<(WebhookId, String)>,
) -> Result<Json<WebhookMessageView>, Problem> {
    replay_what(&console, &id, &Replay::One(message.clone())).await?;
    let message = console.engine().store().webhook_message(&id, &message).await?;
    Ok(Json(message_view(message.ok_or(Problem::NotFound("delivery"))?)))
}

/// Deliver again what was given up, or everything since a time.
#[utoipa::path(post, path = "/v1/webhooks/{id}/replay", params(("id" = String, Path)), request_body = ReplayWords,
    responses((status = 200, body = ReplayedView), (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument), (status = 409, body = ProblemDocument)))]
pub async fn replay(
    _admin: Admin,
    State(console): State<Console>,
    Path(id): Path<WebhookId>,
    MaybeBody(words): MaybeBody<ReplayWords>,
) -> Result<Json<ReplayedView>, Problem> {
    let what = words.unwrap_or_default().since.map_or(Replay::Failed, Replay::Since);
    Ok(Json(ReplayedView { replayed: replay_what(&console, &id, &what).await? }))
}

/// What can be subscribed to, with an example of each.
#[utoipa::path(get, path = "/v1/webhooks/events",
    responses((status = 200, body = EventKindsView), (status = 403, body = ProblemDocument)))]
pub async fn events(_admin: Admin) -> Json<EventKindsView> {
    let one =
        |kind: EventKind| EventKindView { kind, description: kind.description().to_owned(), example: kind.example() };
    Json(EventKindsView { items: EventKind::ALL.into_iter().map(one).collect(), schema: schema() })
}

async fn replay_what(console: &Console, id: &WebhookId, what: &Replay) -> Result<u64, Problem> {
    if !find(console, id).await?.enabled {
        let detail = "this webhook is disabled: enable it first, and what waits goes out".to_owned();
        return Err(Problem::Conflict("disabled", detail));
    }
    let replayed = console.engine().store().replay_webhook(id, what).await?;
    console.webhooks().changed();
    Ok(replayed)
}

async fn find(console: &Console, id: &WebhookId) -> Result<Webhook, Problem> {
    console.engine().store().webhook(id).await?.ok_or(Problem::NotFound("webhook"))
}

fn address(console: &Console, text: &str) -> Result<String, Problem> {
    let url = text.trim();
    if url.len() > 2000 {
        return Err(Problem::Invalid("`url` has up to 2,000 bytes".to_owned()));
    }
    match console.webhooks().problem(url) {
        Some(problem) => Err(Problem::Invalid(format!("`url`: {problem}"))),
        None => Ok(url.to_owned()),
    }
}

fn description(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    match text.chars().count() > 200 {
        true => Err(Problem::Invalid("`description` has up to 200 signs".to_owned())),
        false => Ok(text.to_owned()),
    }
}

/// The kinds of these names, each once, in the order of the documentation.
fn kinds(names: &[String]) -> Result<Vec<EventKind>, Problem> {
    if let Some(unknown) = names.iter().find(|name| EventKind::parse(name).is_none()) {
        let known: Vec<_> = EventKind::ALL.into_iter().map(EventKind::as_str).collect();
        return Err(Problem::Invalid(format!("there is no event `{unknown}`: there are {}", known.join(", "))));
    }
    Ok(EventKind::ALL.into_iter().filter(|kind| names.iter().any(|name| name == kind.as_str())).collect())
}

async fn view(console: &Console, webhook: Webhook) -> Result<WebhookView, Problem> {
    let counts = console.engine().store().webhook_counts(&webhook.id).await?;
    let now = console.engine().clock().now();
    Ok(WebhookView {
        health: WebhookHealth::of(&webhook),
        trouble: if webhook.enabled { webhook.error } else { webhook.disabled_reason.or(webhook.error) },
        id: webhook.id.0,
        url: webhook.url,
        description: webhook.description,
        events: webhook.events,
        enabled: webhook.enabled,
        failing_since: webhook.failing_since,
        next_try_at: webhook.paused_until.filter(|_| webhook.enabled),
        disabled_at: webhook.disabled_at,
        last_sent_at: webhook.last_sent_at,
        waiting: counts.waiting,
        failed: counts.failed,
        old_secret_until: webhook.old_secret_until.filter(|until| *until > now),
        created_at: webhook.created_at,
        secret: None,
    })
}

fn message_view(message: WebhookMessage) -> WebhookMessageView {
    WebhookMessageView {
        id: message.id,
        kind: message.kind,
        conversation_id: message.conversation_id.0,
        state: message.state.as_str().to_owned(),
        attempts: message.attempts,
        status: message.status,
        answer: message.answer,
        error: message.error,
        duration_ms: message.duration_ms,
        tried_at: message.tried_at,
        sent_at: message.sent_at,
        created_at: message.created_at,
        body: message.body,
    }
}
