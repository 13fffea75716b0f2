//! Making one customer of two, and two of one again.

use axum::Json;
use axum::extract::{Path, State};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::auth::Acting;
use super::super::problem::{Body, Problem, ProblemDocument};
use super::super::views::Call;
use super::profiles::ProfileView;
use crate::domain::{CustomerId, MergeId};
use crate::engine::Engine;
use crate::store::{Merge, Merging, Unmerging};

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct MergeWith {
    /// Whose conversations, contacts, files and tracks go over.
    #[schema(value_type = String)]
    pub customer_id: CustomerId,
}

/// Another record that is part of a customer's.
#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct MergeView {
    pub id: String,
    /// The record that went over, as it is by itself.
    pub customer: ProfileView,
    /// How many conversations it brought.
    pub conversations: usize,
    pub agent_id: String,
    pub agent_name: String,
    #[schema(value_type = String, format = DateTime)]
    #[schemars(with = "String")]
    pub at: Timestamp,
}

/// What was done.
#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct Merged {
    pub id: String,
    /// The record that stands for both, or stands for itself again.
    pub customer_id: String,
    /// The call that takes a merge back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undo: Option<Call>,
}

/// Say that another customer is this person: all of theirs goes over to this one.
#[utoipa::path(post, path = "/v1/customers/{id}/merge", params(("id" = String, Path)), request_body = MergeWith,
    responses((status = 200, body = Merged), (status = 404, body = ProblemDocument), (status = 409, body = ProblemDocument),
        (status = 422, body = ProblemDocument)))]
pub async fn merge(
    Acting(agent): Acting,
    State(engine): State<Engine>,
    Path(id): Path<CustomerId>,
    Body(with): Body<MergeWith>,
) -> Result<Json<Merged>, Problem> {
    match engine.merge_customers(&id, &with.customer_id, &agent).await? {
        Merging::Done(merge) => Ok(Json(Merged {
            customer_id: merge.kept.0,
            undo: Some(Call {
                method: "POST".to_owned(),
                path: format!("/v1/merges/{}/undo", merge.id),
                body: serde_json::json!({}),
            }),
            id: merge.id.0,
        })),
        Merging::Missing => Err(Problem::NotFound("customer")),
        Merging::Same => Err(Problem::Invalid("`customer_id` is this customer: name another one".to_owned())),
        Merging::Forwarded(into) => {
            Err(Problem::Conflict("merged", format!("one of them is part of {into} already; merge that one")))
        }
    }
}

/// Say that they are two people after all: what went over goes back.
#[utoipa::path(post, path = "/v1/merges/{id}/undo", params(("id" = String, Path)),
    responses((status = 200, body = Merged), (status = 404, body = ProblemDocument), (status = 409, body = ProblemDocument)))]
pub async fn undo(
    Acting(agent): Acting,
    State(engine): State<Engine>,
    Path(id): Path<MergeId>,
) -> Result<Json<Merged>, Problem> {
    match engine.unmerge_customers(&id, &agent).await? {
        Unmerging::Done(merge) => Ok(Json(Merged { id: merge.id.0, customer_id: merge.kept.0, undo: None })),
        Unmerging::Missing => Err(Problem::NotFound("merge")),
        Unmerging::Already => Err(Problem::Conflict("undone", "this merge was undone before".to_owned())),
        Unmerging::Later(into) => {
            let detail = format!("the record was merged into {into} afterwards; undo that merge first");
            Err(Problem::Conflict("merged", detail))
        }
    }
}

/// The records that are part of a customer's.
pub(super) async fn views(engine: &Engine, merges: Vec<Merge>) -> Result<Vec<MergeView>, Problem> {
    let mut views = Vec::with_capacity(merges.len());
    for merge in merges {
        let Some(profile) = engine.store().profile(&merge.merged).await? else { continue };
        views.push(MergeView {
            id: merge.id.0,
            customer: ProfileView::of(profile),
            conversations: merge.conversations.len(),
            agent_id: merge.agent_id.0,
            agent_name: merge.agent_name,
            at: merge.at,
        });
    }
    Ok(views)
}
