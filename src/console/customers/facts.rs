//! What is known about a customer beside the conversation.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::auth::Viewer;
use super::super::problem::{Problem, ProblemDocument};
use super::super::views::{CustomerView, PreviewView};
use super::merging::{self, MergeView};
use super::profiles::{ContactView, DuplicateView};
use crate::domain::order::{Order, OrderStatus};
use crate::domain::product::Price;
use crate::domain::{CustomerId, Seq};
use crate::engine::Engine;
use crate::store::{Listed, PastRating, PastTrack};

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct FactsView {
    pub customer: CustomerView,
    /// The id that was asked for, where it is part of this customer's record now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merged_from: Option<String>,
    /// By what they are known, proven.
    pub contacts: Vec<ContactView>,
    /// Other records that an agent found to be this person, the latest first.
    pub merges: Vec<MergeView>,
    /// Who may be the same person, by an address or a number that anybody may have typed.
    pub possible_duplicates: Vec<DuplicateView>,
    /// What the import told.
    pub attributes: BTreeMap<String, String>,
    /// What all orders come to, a decimal string.
    pub value: String,
    pub orders: Vec<OrderView>,
    pub tracks: Vec<TrackView>,
    pub conversations: Vec<PastConversationView>,
    pub ratings: Vec<RatingView>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct OrderView {
    pub number: String,
    #[schema(value_type = String, format = DateTime)]
    #[schemars(with = "String")]
    pub placed_at: Timestamp,
    pub status: OrderStatus,
    pub total: Price,
    pub currency: String,
    pub lines: Vec<LineView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carrier: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracking: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivered_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct LineView {
    pub sku: String,
    /// Of the product, if the catalogue has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    pub quantity: i64,
    pub price: Price,
}

/// Something that the customer did on the website.
#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct TrackView {
    pub name: String,
    #[schema(value_type = Object)]
    pub properties: serde_json::Value,
    #[schema(value_type = String, format = DateTime)]
    #[schemars(with = "String")]
    pub at: Timestamp,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct PastConversationView {
    pub id: String,
    pub inbox_id: String,
    pub channel: String,
    /// `open` or `resolved`.
    pub status: String,
    #[schema(value_type = String, format = DateTime)]
    #[schemars(with = "String")]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    #[schemars(with = "String")]
    pub updated_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preview: Option<PreviewView>,
    pub unhappiness: f32,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct RatingView {
    pub conversation_id: String,
    /// The entry that was rated.
    pub seq: Seq,
    /// `rating` (0 or 1), `csat`, `nps` or `ces`.
    pub kind: String,
    pub score: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    #[schemars(with = "String")]
    pub at: Timestamp,
}

/// The facts about a customer: orders, tracks, other conversations, ratings, contacts. A
/// merged record answers with the one that it is part of.
#[utoipa::path(get, path = "/v1/customers/{id}", params(("id" = String, Path)),
    responses((status = 200, body = FactsView), (status = 404, body = ProblemDocument)))]
pub async fn facts(
    _viewer: Viewer,
    State(engine): State<Engine>,
    Path(asked): Path<CustomerId>,
) -> Result<Json<FactsView>, Problem> {
    let store = engine.store();
    let id = store.current_customer(&asked).await?;
    let customer = store.customer(&id).await?.ok_or(Problem::NotFound("customer"))?;
    let facts = store.facts(&id).await?.ok_or(Problem::NotFound("customer"))?;
    let conversations = store.listed(&facts.conversations, None).await?;
    let catalogue = engine.shop().catalogue();
    let title = |sku: &str| catalogue.title_of(sku).map(str::to_owned);
    let duplicates = store.maybe_same(&customer).await?;
    Ok(Json(FactsView {
        merged_from: (asked != id).then_some(asked.0),
        contacts: store.known_by(&id).await?.into_iter().map(ContactView::of).collect(),
        merges: merging::views(&engine, store.merges_of(&id).await?).await?,
        possible_duplicates: duplicates.into_iter().map(DuplicateView::of).collect(),
        customer: CustomerView::of(customer),
        attributes: facts.attributes,
        value: Price { cents: facts.value_cents }.to_string(),
        orders: facts.orders.into_iter().map(|order| order_view(order, &title)).collect(),
        tracks: facts.tracks.into_iter().map(track_view).collect(),
        conversations: conversations.iter().map(past).collect(),
        ratings: facts.ratings.into_iter().map(rating_view).collect(),
    }))
}

fn order_view(order: Order, title: &impl Fn(&str) -> Option<String>) -> OrderView {
    let lines = order.lines.into_iter().map(|line| LineView {
        title: title(&line.sku),
        sku: line.sku,
        quantity: line.quantity,
        price: line.price,
    });
    OrderView {
        lines: lines.collect(),
        number: order.number,
        placed_at: order.placed_at,
        status: order.status,
        total: order.total,
        currency: order.currency,
        carrier: order.carrier,
        tracking: order.tracking,
        expected_by: order.expected_by.map(|date| date.to_string()),
        delivered_at: order.delivered_at.map(|date| date.to_string()),
        note: order.note,
    }
}

fn track_view(track: PastTrack) -> TrackView {
    let PastTrack { name, properties, at } = track;
    TrackView { name, properties, at }
}

fn rating_view(rating: PastRating) -> RatingView {
    let PastRating { conversation_id, seq, kind, score, comment, at } = rating;
    RatingView { conversation_id: conversation_id.0, seq, kind, score, comment, at }
}

fn past(listed: &Listed) -> PastConversationView {
    let conversation = &listed.conversation;
    PastConversationView {
        id: conversation.id.0.clone(),
        inbox_id: conversation.inbox_id.0.clone(),
        channel: listed.channel.clone(),
        status: conversation.status.as_str().to_owned(),
        created_at: conversation.created_at,
        updated_at: conversation.updated_at,
        preview: listed.preview.as_ref().map(PreviewView::of),
        unhappiness: conversation.memory.moods.last().map_or(0.0, |mood| mood.unhappiness),
    }
}
