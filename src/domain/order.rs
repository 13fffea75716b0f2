//! An order, as the shop's system tells it.

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::product::Price;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// For example `AW-10482`.
    pub number: String,
    pub email: String,
    pub name: String,
    #[serde(default)]
    pub phone: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    #[schemars(with = "String")]
    #[schema(value_type = String, format = DateTime)]
    pub placed_at: Timestamp,
    pub status: OrderStatus,
    pub lines: Vec<OrderLine>,
    pub shipping: Price,
    pub total: Price,
    pub currency: String,
    #[serde(default)]
    pub payment: Option<String>,
    #[serde(default)]
    pub carrier: Option<String>,
    #[serde(default)]
    pub tracking: Option<String>,
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    #[schema(value_type = Option<String>, format = Date)]
    pub shipped_at: Option<Date>,
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    #[schema(value_type = Option<String>, format = Date)]
    pub delivered_at: Option<Date>,
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    #[schema(value_type = Option<String>, format = Date)]
    pub expected_by: Option<Date>,
    /// For the agents.
    #[serde(default)]
    pub note: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderLine {
    /// The variant's SKU.
    pub sku: String,
    pub quantity: i64,
    /// Of one piece.
    pub price: Price,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    AwaitingPayment,
    Placed,
    Paid,
    Backorder,
    Packed,
    Shipped,
    Delivered,
    Returned,
    Refunded,
    Cancelled,
}
