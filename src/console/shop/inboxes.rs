//! Inboxes: where customers write, from which websites, and how the widget looks.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::Console;
use super::super::auth::{Admin, Viewer};
use super::super::problem::{Body, Problem, ProblemDocument, Query};
use super::super::views::Page;
use crate::base::ids::new_uuid;
use crate::base::website::{parse_inbox_key, parse_origin};
use crate::domain::inbox::InboxSettings;
use crate::domain::{Credentials, InboxId};
use crate::store::{self, Inbox, RefusedOrigin, Role};

/// Websites that one inbox may be shown by.
const ORIGINS: usize = 100;

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct InboxView {
    pub id: String,
    pub public_key: String,
    pub name: String,
    /// How customers write: `web`, or a kind of `GET /v1/channels`.
    pub channel: String,
    /// Whether it takes and sends anything.
    pub active: bool,
    /// Why it does not work now, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
    /// What it has of the channel's fields, for admins; of a secret, `…`.
    pub credentials: Credentials,
    /// The address to enter at the vendor's side; empty for `web`.
    pub webhook_url: String,
    pub origins: Vec<String>,
    pub settings: InboxSettings,
    /// The HTML to paste into the website.
    pub snippet: String,
    /// Websites that tried and may not, the latest first.
    pub refused: Vec<RefusedView>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct RefusedView {
    pub origin: String,
    pub tries: i64,
    #[schema(value_type = String, format = DateTime)]
    #[schemars(with = "String")]
    pub first_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    #[schemars(with = "String")]
    pub last_at: Timestamp,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct NewInbox {
    /// Stands in a website's page; of another channel it may be left out.
    #[serde(default)]
    pub public_key: String,
    pub name: String,
    /// `web` by default.
    #[serde(default)]
    pub channel: String,
    #[serde(default)]
    pub credentials: Credentials,
}

/// What is left out stays as it is.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct InboxChange {
    pub name: Option<String>,
    pub origins: Option<Vec<String>>,
    pub settings: Option<InboxSettings>,
    pub active: Option<bool>,
    /// Fields of the channel; those that are left out stay, empty ones go.
    pub credentials: Option<Credentials>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct OriginWords {
    pub origin: String,
}

#[derive(Deserialize, IntoParams)]
pub struct OriginQuery {
    origin: String,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct SecretView {
    pub secret: String,
}

/// The inboxes.
#[utoipa::path(get, path = "/v1/inboxes", responses((status = 200, body = Page<InboxView>)))]
pub async fn list(Viewer(agent): Viewer, State(console): State<Console>) -> Result<Json<Page<InboxView>>, Problem> {
    let mut items = Vec::new();
    for inbox in console.engine().store().inboxes().await? {
        let mut view = view(&console, inbox).await?;
        if agent.role < Role::Admin {
            view.credentials.clear();
        }
        items.push(view);
    }
    Ok(Json(Page { items, next_cursor: None }))
}

/// A new inbox.
#[utoipa::path(post, path = "/v1/inboxes", request_body = NewInbox,
    responses((status = 201, body = InboxView), (status = 409, body = ProblemDocument), (status = 422, body = ProblemDocument)))]
pub async fn create(
    _admin: Admin,
    State(console): State<Console>,
    Body(new): Body<NewInbox>,
) -> Result<(StatusCode, Json<InboxView>), Problem> {
    let channel = if new.channel.is_empty() { "web".to_owned() } else { new.channel };
    let written = match new.public_key.is_empty() && channel != "web" {
        true => format!("{channel}-{}", &new_uuid().simple().to_string()[..8]),
        false => new.public_key,
    };
    let key = parse_inbox_key(&written).ok_or_else(|| {
        Problem::Invalid("`public_key` has 2 to 64 small letters, digits and hyphens, for example web-shop".to_owned())
    })?;
    let name = name(&new.name)?;
    let credentials = merged(&Credentials::new(), new.credentials);
    fitting(&console, &channel, &credentials)?;
    let new = store::NewInbox { public_key: key.clone(), name, channel, origins: Vec::new(), credentials };
    let inbox = console.engine().store().add_inbox(new).await?;
    let inbox = inbox.ok_or_else(|| Problem::Conflict("taken", format!("there is an inbox `{key}` already")))?;
    console.channels().changed(&inbox.id);
    Ok((StatusCode::CREATED, Json(view(&console, inbox).await?)))
}

/// Change an inbox's name, websites or settings.
#[utoipa::path(patch, path = "/v1/inboxes/{id}", params(("id" = String, Path)), request_body = InboxChange,
    responses((status = 200, body = InboxView), (status = 404, body = ProblemDocument), (status = 422, body = ProblemDocument)))]
pub async fn change(
    _admin: Admin,
    State(console): State<Console>,
    Path(id): Path<InboxId>,
    Body(change): Body<InboxChange>,
) -> Result<Json<InboxView>, Problem> {
    let mut inbox = find(&console, &id).await?;
    if let Some(text) = change.name {
        inbox.name = name(&text)?;
    }
    if let Some(origins) = change.origins {
        inbox.origins = origins.iter().map(|text| origin(text)).collect::<Result<_, _>>()?;
        not_too_many(&inbox)?;
    }
    if let Some(settings) = change.settings {
        if let Some(problem) = settings.problem() {
            return Err(Problem::Invalid(problem));
        }
        inbox.settings = settings;
    }
    let store = console.engine().store();
    if let Some(changed) = change.credentials {
        inbox.credentials = merged(&inbox.credentials, changed);
        fitting(&console, &inbox.channel, &inbox.credentials)?;
        store.set_credentials(&id, &inbox.credentials).await?;
        store.wake_threads(&id).await?;
    }
    if let Some(active) = change.active {
        store.set_active(&id, active).await?;
    }
    store.update_inbox(&inbox).await?;
    console.channels().changed(&id);
    Ok(Json(view(&console, find(&console, &id).await?).await?))
}

/// Allow a website to show it.
#[utoipa::path(post, path = "/v1/inboxes/{id}/origins", params(("id" = String, Path)), request_body = OriginWords,
    responses((status = 200, body = InboxView), (status = 404, body = ProblemDocument), (status = 422, body = ProblemDocument)))]
pub async fn allow(
    _admin: Admin,
    State(console): State<Console>,
    Path(id): Path<InboxId>,
    Body(words): Body<OriginWords>,
) -> Result<Json<InboxView>, Problem> {
    let mut inbox = find(&console, &id).await?;
    let origin = origin(&words.origin)?;
    if !inbox.origins.contains(&origin) {
        inbox.origins.push(origin.clone());
        not_too_many(&inbox)?;
        console.engine().store().update_inbox(&inbox).await?;
    }
    console.engine().store().forget_refused(&id, &origin).await?;
    Ok(Json(view(&console, inbox).await?))
}

/// Allow a website no longer.
#[utoipa::path(delete, path = "/v1/inboxes/{id}/origins", params(("id" = String, Path), OriginQuery),
    responses((status = 200, body = InboxView), (status = 404, body = ProblemDocument)))]
pub async fn deny(
    _admin: Admin,
    State(console): State<Console>,
    Path(id): Path<InboxId>,
    Query(query): Query<OriginQuery>,
) -> Result<Json<InboxView>, Problem> {
    let mut inbox = find(&console, &id).await?;
    let before = inbox.origins.len();
    inbox.origins.retain(|origin| !origin.eq_ignore_ascii_case(&query.origin));
    if inbox.origins.len() == before {
        return Err(Problem::NotFound("allowed website"));
    }
    console.engine().store().update_inbox(&inbox).await?;
    Ok(Json(view(&console, inbox).await?))
}

/// Forget a refused website, until it tries again.
#[utoipa::path(delete, path = "/v1/inboxes/{id}/refused", params(("id" = String, Path), OriginQuery),
    responses((status = 200, body = InboxView), (status = 404, body = ProblemDocument)))]
pub async fn forget(
    _admin: Admin,
    State(console): State<Console>,
    Path(id): Path<InboxId>,
    Query(query): Query<OriginQuery>,
) -> Result<Json<InboxView>, Problem> {
    let inbox = find(&console, &id).await?;
    console.engine().store().forget_refused(&id, &query.origin).await?;
    Ok(Json(view(&console, inbox).await?))
}

/// The secret with which the website signs who a visitor is.
#[utoipa::path(get, path = "/v1/inboxes/{id}/secret", params(("id" = String, Path)),
    responses((status = 200, body = SecretView), (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument)))]
pub async fn secret(
    _admin: Admin,
    State(console): State<Console>,
    Path(id): Path<InboxId>,
) -> Result<Json<SecretView>, Problem> {
    Ok(Json(SecretView { secret: find(&console, &id).await?.secret }))
}

/// A new secret; identities signed with the old one are refused.
#[utoipa::path(post, path = "/v1/inboxes/{id}/secret", params(("id" = String, Path)),
    responses((status = 200, body = SecretView), (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument)))]
pub async fn new_secret(
    _admin: Admin,
    State(console): State<Console>,
    Path(id): Path<InboxId>,
) -> Result<Json<SecretView>, Problem> {
    find(&console, &id).await?;
    Ok(Json(SecretView { secret: console.engine().store().rotate_inbox_secret(&id).await? }))
}

pub(super) async fn find(console: &Console, id: &InboxId) -> Result<Inbox, Problem> {
    console.engine().store().inbox(id).await?.ok_or(Problem::NotFound("inbox"))
}

/// Credentials with changes: a field that is empty goes.
pub(super) fn merged(kept: &Credentials, changed: Credentials) -> Credentials {
    let mut all = kept.clone();
    all.extend(changed.into_iter().map(|(name, value)| (name, value.trim().to_owned())));
    all.retain(|_, value| !value.is_empty());
    all
}

/// Whether there is such a channel and it can do with these credentials.
fn fitting(console: &Console, channel: &str, credentials: &Credentials) -> Result<(), Problem> {
    if channel == "web" {
        return match credentials.is_empty() {
            true => Ok(()),
            false => Err(Problem::Invalid("a website's inbox needs no `credentials`".to_owned())),
        };
    }
    let specs = console.channels().specs();
    let Some(spec) = specs.iter().find(|spec| spec.kind == channel) else {
        let known: Vec<_> = specs.iter().map(|spec| spec.kind).collect();
        return Err(Problem::Invalid(format!("`channel` is `{channel}`; there are web, {}", known.join(", "))));
    };
    match spec.problem(credentials) {
        Some(problem) => Err(Problem::Invalid(problem)),
        None => Ok(()),
    }
}

fn name(text: &str) -> Result<String, Problem> {
    let name = text.trim();
    if name.is_empty() || name.chars().count() > 100 {
        return Err(Problem::Invalid("`name` has 1 to 100 signs".to_owned()));
    }
    Ok(name.to_owned())
}

fn origin(text: &str) -> Result<String, Problem> {
    parse_origin(text).ok_or_else(|| {
        let detail = "is no website's origin: write scheme and host without a path, for example https://shop.example";
        Problem::Invalid(format!("`{text}` {detail}"))
    })
}

fn not_too_many(inbox: &Inbox) -> Result<(), Problem> {
    match inbox.origins.len() > ORIGINS {
        true => Err(Problem::Invalid(format!("an inbox has at most {ORIGINS} websites"))),
        false => Ok(()),
    }
}

async fn view(console: &Console, inbox: Inbox) -> Result<InboxView, Problem> {
    let refused = console.engine().store().refused_origins(&inbox.id).await?;
    let is_web = inbox.channel == "web";
    let spec = console.channels().specs().into_iter().find(|spec| spec.kind == inbox.channel);
    let is_secret =
        |name: &str| spec.is_none_or(|spec| spec.fields.iter().any(|field| field.name == name && field.secret));
    let shown = |(name, value): (String, String)| {
        let value = if is_secret(&name) { "…".to_owned() } else { value };
        (name, value)
    };
    Ok(InboxView {
        webhook_url: if is_web { String::new() } else { webhook_url(&console.address(), &inbox.id) },
        snippet: if is_web { snippet(&console.address(), &inbox.public_key) } else { String::new() },
        id: inbox.id.0,
        active: inbox.active,
        trouble: inbox.trouble,
        credentials: inbox.credentials.into_iter().map(shown).collect(),
        public_key: inbox.public_key,
        name: inbox.name,
        channel: inbox.channel,
        origins: inbox.origins,
        settings: inbox.settings,
        refused: refused.into_iter().map(refused_view).collect(),
    })
}

fn refused_view(refused: RefusedOrigin) -> RefusedView {
    let RefusedOrigin { origin, tries, first_at, last_at } = refused;
    RefusedView { origin, tries, first_at, last_at }
}

/// Where the vendor delivers.
fn webhook_url(address: &str, id: &InboxId) -> String {
    format!("{address}/v1/channels/{id}")
}

/// What an owner pastes before `</body>`.
fn snippet(address: &str, key: &str) -> String {
    format!("<script async src=\"{address}/widget.js\" data-inbox=\"{key}\"></script>")
}
