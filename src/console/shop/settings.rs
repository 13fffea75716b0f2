//! The shop's settings: hours, assignment, reminders; what the configuration says about
//! mail; and replacing the sample shop by one's own.

use axum::Json;
use axum::extract::State;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::super::Console;
use super::super::auth::{Admin, Owner, Viewer};
use super::super::problem::{Body, Problem, ProblemDocument};
use crate::domain::hours::Hours;
use crate::domain::settings::{Assignment, Reminders};

/// Replaces the sample shop, in the way that the house's roof knows.
pub type ResetShop = dyn Fn(NewShop) -> BoxFuture<'static, anyhow::Result<()>> + Send + Sync;

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct SettingsView {
    pub shop: ShopView,
    /// Where the server is reached from outside; empty where it is not configured.
    pub public_url: String,
    /// `null`: no hours are set, whoever is present is open.
    pub hours: Option<HoursView>,
    pub assignment: Assignment,
    pub reminders: Reminders,
    pub mail: MailStateView,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct ShopView {
    pub name: String,
    pub locale: String,
    pub currency: String,
    pub time_zone: String,
    /// Whether it is the sample shop still.
    pub sample: bool,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct HoursView {
    #[serde(flatten)]
    pub hours: Hours,
    pub open_now: bool,
    #[schema(value_type = Option<String>, format = DateTime)]
    #[schemars(with = "Option<String>")]
    pub opens_at: Option<Timestamp>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct MailStateView {
    pub configured: bool,
    pub from: String,
    pub host: String,
    pub waiting: i64,
    pub failed: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    #[schemars(with = "Option<String>")]
    pub last_sent_at: Option<Timestamp>,
}

/// What is left out stays as it is; `hours: null` takes the hours away.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SettingsChange {
    #[serde(deserialize_with = "given")]
    #[schemars(with = "Option<HoursWords>")]
    #[schema(value_type = Option<HoursWords>)]
    pub hours: Option<Option<HoursWords>>,
    pub assignment: Option<Assignment>,
    pub reminders: Option<Reminders>,
}

/// Hours as a page sends them back: what is only told is left aside.
#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct HoursWords {
    pub time_zone: String,
    #[schema(value_type = Object)]
    pub week: std::collections::BTreeMap<crate::domain::hours::Day, Vec<[String; 2]>>,
}

/// The answers of the short questionnaire, in the shop's own words.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewShop {
    pub name: String,
    /// BCP 47: the language of the answers.
    pub locale: String,
    /// When somebody is there.
    #[serde(default)]
    pub hours: String,
    /// What customers may send back, and how.
    #[serde(default)]
    pub returns: String,
    /// How else the shop is reached.
    #[serde(default)]
    pub contact: String,
    /// The name of the shop that goes.
    pub confirm: String,
}

/// All settings.
#[utoipa::path(get, path = "/v1/settings", responses((status = 200, body = SettingsView)))]
pub async fn read(_viewer: Viewer, State(console): State<Console>) -> Result<Json<SettingsView>, Problem> {
    Ok(Json(view(&console).await?))
}

/// Change hours, assignment or reminders.
#[utoipa::path(patch, path = "/v1/settings", request_body = SettingsChange,
    responses((status = 200, body = SettingsView), (status = 403, body = ProblemDocument), (status = 422, body = ProblemDocument)))]
pub async fn change(
    _admin: Admin,
    State(console): State<Console>,
    Body(change): Body<SettingsChange>,
) -> Result<Json<SettingsView>, Problem> {
    let hours = change.hours.map(|hours| hours.map(|HoursWords { time_zone, week }| Hours { time_zone, week }));
    let problem = (hours.as_ref().and_then(Option::as_ref).and_then(Hours::problem))
        .or_else(|| change.assignment.as_ref().and_then(Assignment::problem))
        .or_else(|| change.reminders.as_ref().and_then(Reminders::problem));
    if let Some(problem) = problem {
        return Err(Problem::Invalid(problem));
    }
    let store = console.engine().store();
    if let Some(hours) = hours {
        store.set_setting("hours", &hours).await?;
    }
    if let Some(assignment) = change.assignment {
        store.set_setting("assignment", &assignment).await?;
    }
    if let Some(reminders) = change.reminders {
        store.set_setting("reminders", &reminders).await?;
    }
    Ok(Json(view(&console).await?))
}

/// Replace the sample shop by an empty one with starter articles.
#[utoipa::path(post, path = "/v1/shop/reset", request_body = NewShop,
    responses((status = 200, body = SettingsView), (status = 403, body = ProblemDocument), (status = 409, body = ProblemDocument), (status = 422, body = ProblemDocument)))]
pub async fn reset(
    _owner: Owner,
    State(console): State<Console>,
    Body(shop): Body<NewShop>,
) -> Result<Json<SettingsView>, Problem> {
    if !console.engine().is_sample().await? {
        return Err(Problem::Conflict("not_sample", "this is not the sample shop any more".to_owned()));
    }
    if shop.confirm.trim() != console.shop_name().await? {
        return Err(Problem::Invalid("`confirm` is not the name of the shop that goes".to_owned()));
    }
    let name_fits = !shop.name.trim().is_empty() && shop.name.chars().count() <= 100;
    let locale_fits =
        (2..=35).contains(&shop.locale.len()) && shop.locale.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let texts_fit = [&shop.hours, &shop.returns, &shop.contact].into_iter().all(|text| text.len() <= 10_000);
    if !name_fits || !locale_fits || !texts_fit {
        let detail = "`name` has 1 to 100 signs, `locale` is for example nl-BE, the answers have up to 10,000 bytes";
        return Err(Problem::Invalid(detail.to_owned()));
    }
    let shop = NewShop { name: shop.name.trim().to_owned(), ..shop };
    (console.shared.given.reset_shop)(shop).await.map_err(Problem::Internal)?;
    Ok(Json(view(&console).await?))
}

async fn view(console: &Console) -> Result<SettingsView, Problem> {
    let (engine, config) = (console.engine(), &console.shared.config);
    let now = engine.clock().now();
    let identity = engine.shop_identity().await?;
    let outbox = engine.store().outbox().await?;
    Ok(SettingsView {
        shop: ShopView {
            name: console.shop_name().await?,
            locale: identity.map_or_else(|| config.shop.locale.clone(), |shop| shop.locale),
            currency: config.shop.currency.clone(),
            time_zone: config.shop.time_zone.clone(),
            sample: engine.is_sample().await?,
        },
        public_url: config.public_url.clone(),
        hours: engine.hours().await?.map(|hours| HoursView {
            open_now: hours.open_at(now),
            opens_at: hours.opens_after(now),
            hours,
        }),
        assignment: engine.assignment().await?,
        reminders: engine.reminders().await?,
        mail: MailStateView {
            configured: config.mail.configured(),
            from: config.mail.from.clone(),
            host: config.mail.host.clone(),
            waiting: outbox.waiting,
            failed: outbox.failed,
            last_error: outbox.last_error,
            last_sent_at: outbox.last_sent_at,
        },
    })
}

/// Tells `null` from what is not there.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<HoursWords>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}
