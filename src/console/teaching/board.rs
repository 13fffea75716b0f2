//! What was not understood, by what it means.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::auth::Viewer;
use super::super::problem::{Problem, ProblemDocument, Query};
use crate::domain::analysis::RankedIntent;
use crate::domain::entry::Seq;
use crate::domain::teaching::DoubtReason;
use crate::engine::Engine;
use crate::engine::teaching::{Board, Cluster, ClusterMessage};

const DAYS: u64 = 30;
const MOST_DAYS: u64 = 365;
/// Messages of a cluster that are shown.
const SHOWN: usize = 100;

#[derive(Deserialize, IntoParams)]
pub struct BoardQuery {
    /// How far back, 1 to 365; 30 by default.
    days: Option<u64>,
}

/// What was not understood and nobody has judged yet.
#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct BoardView {
    pub days: u64,
    pub messages: usize,
    /// The largest first.
    pub clusters: Vec<ClusterView>,
}

/// Messages that mean about the same.
#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct ClusterView {
    /// The most central message.
    pub title: String,
    pub count: usize,
    /// Why they are here: each reason, and of how many messages.
    pub reasons: BTreeMap<DoubtReason, usize>,
    /// What they could mean, the likeliest first, as the model in use reads them.
    pub likely: Vec<RankedIntent>,
    /// The most central first, at most a hundred.
    pub messages: Vec<ClusterMessageView>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct ClusterMessageView {
    pub conversation_id: String,
    pub seq: Seq,
    /// Without personal data.
    pub text: String,
    pub reasons: Vec<DoubtReason>,
    #[schema(value_type = String, format = DateTime)]
    #[schemars(with = "String")]
    pub at: Timestamp,
}

/// Customers' messages that were not understood, in clusters.
#[utoipa::path(get, path = "/v1/understanding", params(BoardQuery),
    responses((status = 200, body = BoardView), (status = 401, body = ProblemDocument), (status = 422, body = ProblemDocument), (status = 503, body = ProblemDocument)))]
pub async fn read(
    _viewer: Viewer,
    State(engine): State<Engine>,
    Query(query): Query<BoardQuery>,
) -> Result<Json<BoardView>, Problem> {
    let days = query.days.unwrap_or(DAYS);
    if !(1..=MOST_DAYS).contains(&days) {
        return Err(Problem::Invalid(format!("`days` is {days}; write 1 to {MOST_DAYS}")));
    }
    let board = engine.board(Duration::from_secs(days * 24 * 60 * 60)).await?;
    Ok(Json(BoardView::of(board, days)))
}

impl BoardView {
    fn of(board: Board, days: u64) -> Self {
        Self { days, messages: board.messages, clusters: board.clusters.into_iter().map(ClusterView::of).collect() }
    }
}

impl ClusterView {
    fn of(cluster: Cluster) -> Self {
        Self {
            title: cluster.title,
            count: cluster.messages.len(),
            reasons: cluster.reasons,
            likely: cluster.likely,
            messages: cluster.messages.into_iter().take(SHOWN).map(ClusterMessageView::of).collect(),
        }
    }
}

impl ClusterMessageView {
    fn of(message: ClusterMessage) -> Self {
        let ClusterMessage { conversation_id, seq, text, reasons, at } = message;
        Self { conversation_id: conversation_id.0, seq, text, reasons, at }
    }
}
