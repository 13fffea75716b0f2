//! The kinds of channels, and a test of what is entered for one before it is kept.

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::Console;
use super::super::auth::{Admin, Viewer};
use super::super::problem::{Body, Problem, ProblemDocument};
use super::inboxes::{find, merged};
use crate::domain::channel::{ChannelSpec, Tested};
use crate::domain::{Credentials, InboxId};

#[derive(Serialize, ToSchema)]
pub struct ChannelsView {
    pub items: Vec<ChannelSpec>,
}

/// Credentials that are to be tried. With an inbox, what is left out is what it has.
#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct ChannelTest {
    pub channel: String,
    pub credentials: Credentials,
    #[serde(default)]
    pub inbox: Option<InboxId>,
}

/// The kinds of channels, with the fields that an inbox of each needs.
#[utoipa::path(get, path = "/v1/channels", responses((status = 200, body = ChannelsView)))]
pub async fn list(_viewer: Viewer, State(console): State<Console>) -> Json<ChannelsView> {
    Json(ChannelsView { items: console.channels().specs().into_iter().cloned().collect() })
}

/// Try credentials at the vendor's side; nothing is kept.
#[utoipa::path(post, path = "/v1/channels/test", request_body = ChannelTest,
    responses((status = 200, body = Tested), (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument)))]
pub async fn test(
    _admin: Admin,
    State(console): State<Console>,
    Body(test): Body<ChannelTest>,
) -> Result<Json<Tested>, Problem> {
    let credentials = match &test.inbox {
        Some(id) => merged(&find(&console, id).await?.credentials, test.credentials),
        None => test.credentials,
    };
    Ok(Json(console.channels().test(&test.channel, &credentials).await))
}
