//! Inviting colleagues: a link that works once, also by mail where mail is set up.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::Console;
use super::super::auth::Admin;
use super::super::problem::{Body, Problem, ProblemDocument};
use super::super::views::Page;
use super::colleagues::only_an_owner;
use super::{email, name};
use crate::store::{LinkKind, NewLink, Role};

const LASTS: SignedDuration = SignedDuration::from_hours(7 * 24);

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct Invite {
    pub email: String,
    pub role: Role,
    #[serde(default)]
    pub name: Option<String>,
}

/// An invitation that still works.
#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct InvitationView {
    pub id: String,
    pub email: String,
    pub role: Role,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    #[schemars(with = "String")]
    pub expires_at: Timestamp,
}

/// A link as it is told this once.
#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct LinkMade {
    pub id: String,
    pub url: String,
    /// Whether it is on its way by mail, too.
    pub mailed: bool,
    #[schema(value_type = String, format = DateTime)]
    #[schemars(with = "String")]
    pub expires_at: Timestamp,
}

/// Invitations that still work.
#[utoipa::path(get, path = "/v1/invitations", responses((status = 200, body = Page<InvitationView>), (status = 403, body = ProblemDocument)))]
pub async fn list(_admin: Admin, State(console): State<Console>) -> Result<Json<Page<InvitationView>>, Problem> {
    let links = console.engine().store().invitations().await?;
    let items = links.into_iter().map(|link| InvitationView {
        id: link.id,
        email: link.email.unwrap_or_default(),
        role: link.role,
        name: link.name,
        expires_at: link.expires_at,
    });
    Ok(Json(Page { items: items.collect(), next_cursor: None }))
}

/// Invite a colleague; the link is told this once.
#[utoipa::path(post, path = "/v1/invitations", request_body = Invite,
    responses((status = 201, body = LinkMade), (status = 403, body = ProblemDocument), (status = 409, body = ProblemDocument), (status = 422, body = ProblemDocument)))]
pub async fn create(
    Admin(admin): Admin,
    State(console): State<Console>,
    Body(invite): Body<Invite>,
) -> Result<(StatusCode, Json<LinkMade>), Problem> {
    if invite.role == Role::Owner {
        only_an_owner(&admin)?;
    }
    let email = email(&invite.email)?;
    let name = invite.name.as_deref().map(name).transpose()?;
    if console.engine().store().agent_by_email(&email).await?.is_some() {
        return Err(Problem::Conflict("taken", format!("{email} is a colleague already")));
    }
    let kind = LinkKind::Invitation;
    let link = NewLink { kind, role: invite.role, agent_id: None, email: Some(email.clone()), name, lasts: LASTS };
    Ok((StatusCode::CREATED, Json(told(&console, link, &email, &admin.name).await?)))
}

/// Take an invitation back.
#[utoipa::path(delete, path = "/v1/invitations/{id}", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = ProblemDocument)))]
pub async fn withdraw(
    _admin: Admin,
    State(console): State<Console>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    match console.engine().store().withdraw_invitation(&id).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::NotFound("invitation")),
    }
}

/// Makes the link, and mails it where mail is set up.
pub(super) async fn told(console: &Console, link: NewLink, to: &str, from: &str) -> Result<LinkMade, Problem> {
    let (link, secret) = console.engine().store().create_link(link).await?;
    let url = format!("{}/console/#/{}/{secret}", console.address(), link.kind.page());
    let mailed = console.engine().mail_link(&link, to, from, &url).await?;
    Ok(LinkMade { id: link.id, url, mailed, expires_at: link.expires_at })
}
