//! What is known about a customer beside a conversation: orders, tracks, other
//! conversations, ratings.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sqlx::Row;

use super::{Result, Store, json, parse_json};
use crate::base::clock::from_micros;
use crate::domain::order::Order;
use crate::domain::{ConversationId, CustomerId, Seq};

const ORDERS: i64 = 20;
const TRACKS: i64 = 30;
const CONVERSATIONS: i64 = 20;
const RATINGS: i64 = 20;

#[derive(Clone, Debug)]
pub struct Facts {
    pub attributes: BTreeMap<String, String>,
    pub value_cents: i64,
    pub orders: Vec<Order>,
    pub tracks: Vec<PastTrack>,
    pub conversations: Vec<ConversationId>,
    pub ratings: Vec<PastRating>,
}

#[derive(Clone, Debug)]
pub struct PastTrack {
    pub name: String,
    pub properties: serde_json::Value,
    pub at: Timestamp,
}

#[derive(Clone, Debug)]
pub struct PastRating {
    pub conversation_id: ConversationId,
    pub seq: Seq,
    /// `rating`, `csat`, `nps` or `ces`.
    pub kind: String,
    pub score: i64,
    pub comment: Option<String>,
    pub at: Timestamp,
}

impl Store {
    /// The facts about a customer; `None` if there is none.
    pub async fn facts(&self, id: &CustomerId) -> Result<Option<Facts>> {
        let row = sqlx::query("SELECT email, attributes FROM customers WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(&self.reader)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let attributes = json(&row, "attributes")?;
        let email: Option<String> = row.try_get("email")?;
        let (value_cents, orders) = match email {
            Some(email) => self.orders_of(&email.to_lowercase()).await?,
            None => (0, Vec::new()),
        };
        let tracks =
            sqlx::query("SELECT name, properties, at FROM tracks WHERE customer_id = $1 ORDER BY at DESC LIMIT $2")
                .bind(id.as_str())
                .bind(TRACKS)
                .fetch_all(&self.reader)
                .await?;
        let conversations =
            sqlx::query("SELECT id FROM conversations WHERE customer_id = $1 ORDER BY updated_at DESC LIMIT $2")
                .bind(id.as_str())
                .bind(CONVERSATIONS)
                .fetch_all(&self.reader)
                .await?;
        let ratings = sqlx::query(
            "SELECT f.conversation_id, f.about_seq, f.kind, f.score, f.comment, f.at FROM feedback f \
             JOIN conversations c ON c.id = f.conversation_id WHERE c.customer_id = $1 ORDER BY f.at DESC LIMIT $2",
        )
        .bind(id.as_str())
        .bind(RATINGS)
        .fetch_all(&self.reader)
        .await?;
        Ok(Some(Facts {
            attributes,
            value_cents,
            orders,
            tracks: tracks
                .iter()
                .map(|row| {
                    let (name, at) = (row.try_get("name")?, from_micros(row.try_get("at")?));
                    Ok(PastTrack { name, properties: json(row, "properties")?, at })
                })
                .collect::<Result<_>>()?,
            conversations: conversations
                .iter()
                .map(|row| Ok(ConversationId(row.try_get("id")?)))
                .collect::<Result<_>>()?,
            ratings: ratings
                .iter()
                .map(|row| {
                    Ok(PastRating {
                        conversation_id: ConversationId(row.try_get("conversation_id")?),
                        seq: row.try_get("about_seq")?,
                        kind: row.try_get("kind")?,
                        score: row.try_get("score")?,
                        comment: row.try_get("comment")?,
                        at: from_micros(row.try_get("at")?),
                    })
                })
                .collect::<Result<_>>()?,
        }))
    }

    /// What all orders come to, and the latest of them.
    async fn orders_of(&self, email: &str) -> Result<(i64, Vec<Order>)> {
        let row = sqlx::query("SELECT CAST(COALESCE(SUM(total), 0) AS BIGINT) AS value FROM orders WHERE email = $1")
            .bind(email)
            .fetch_one(&self.reader)
            .await?;
        let value = row.try_get("value")?;
        let rows =
            sqlx::query("SELECT details FROM orders WHERE email = $1").bind(email).fetch_all(&self.reader).await?;
        let mut orders: Vec<Order> = rows.iter().map(|row| json(row, "details")).collect::<Result<_>>()?;
        orders.sort_by_key(|order| std::cmp::Reverse(order.placed_at));
        orders.truncate(usize::try_from(ORDERS).unwrap_or(usize::MAX));
        Ok((value, orders))
    }

    /// The address of the page that a customer looked at last, where the website told it.
    pub async fn last_page(&self, id: &CustomerId) -> Result<Option<String>> {
        let row = sqlx::query(
            "SELECT properties FROM tracks WHERE customer_id = $1 AND name = 'page_view' ORDER BY at DESC LIMIT 1",
        )
        .bind(id.as_str())
        .fetch_optional(&self.reader)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let properties: serde_json::Value = parse_json(row.try_get("properties")?, "properties")?;
        Ok(properties["url"].as_str().map(str::to_owned))
    }
}
