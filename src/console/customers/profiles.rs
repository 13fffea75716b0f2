//! Customers as others see them in a list: found by words, alike, merged.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::auth::Viewer;
use super::super::problem::{Problem, ProblemDocument, Query};
use super::super::views::{CustomerView, Page};
use crate::engine::Engine;
use crate::store::{KnownBy, MaybeSame, Profile, Resemblance};

/// In bytes.
const LONGEST_QUERY: usize = 200;

/// A customer among others.
#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct ProfileView {
    #[serde(flatten)]
    pub customer: CustomerView,
    /// Those in which something was said.
    pub conversations: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    #[schemars(with = "Option<String>")]
    pub last_at: Option<Timestamp>,
}

/// Somebody who may be the same person: a hint, nothing follows from it.
#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct DuplicateView {
    #[serde(flatten)]
    pub profile: ProfileView,
    /// What both have in common: `email` or `phone`.
    pub same: String,
}

/// By what a customer is known, proven.
#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct ContactView {
    /// `email`, `phone`, or a channel's own name for people: `slack`, `whatsapp`, `mailbox`.
    pub kind: String,
    pub value: String,
    /// Who says so: `signed` (the website), `import`, `channel` or `agent`.
    pub source: String,
    #[schema(value_type = String, format = DateTime)]
    #[schemars(with = "String")]
    pub since: Timestamp,
}

#[derive(Deserialize, IntoParams)]
pub struct PeopleQuery {
    /// Words in the name, the address, the number or a contact; 2 signs or more.
    query: String,
}

/// Find customers by name, e-mail address or telephone number.
#[utoipa::path(get, path = "/v1/customers", params(PeopleQuery),
    responses((status = 200, body = Page<ProfileView>), (status = 422, body = ProblemDocument)))]
pub async fn find(
    _viewer: Viewer,
    State(engine): State<Engine>,
    Query(PeopleQuery { query }): Query<PeopleQuery>,
) -> Result<Json<Page<ProfileView>>, Problem> {
    if query.trim().chars().count() < 2 || query.len() > LONGEST_QUERY {
        return Err(Problem::Invalid(format!("`query` has 2 signs or more, and at most {LONGEST_QUERY} bytes")));
    }
    let found = engine.store().find_customers(&query).await?;
    Ok(Json(Page { items: found.into_iter().map(ProfileView::of).collect(), next_cursor: None }))
}

impl ProfileView {
    pub fn of(profile: Profile) -> Self {
        let Profile { customer, conversations, last_at } = profile;
        Self { customer: CustomerView::of(customer), conversations, last_at }
    }
}

impl DuplicateView {
    pub fn of(found: MaybeSame) -> Self {
        let same = match found.resemblance {
            Resemblance::Email => "email",
            Resemblance::Phone => "phone",
        };
        Self { profile: ProfileView::of(found.profile), same: same.to_owned() }
    }
}

impl ContactView {
    pub fn of(known: KnownBy) -> Self {
        let KnownBy { contact, source, since } = known;
        Self { kind: contact.kind, value: contact.value, source, since }
    }
}
