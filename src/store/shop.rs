//! What belongs to the shop: products, orders, files, and visitors' tracks.

use std::collections::HashMap;

use jiff::Timestamp;
use sqlx::{AssertSqlSafe, Row};

use super::{Result, Store, json, to_json};
use crate::base::ids::new_id;
use crate::base::privacy::{Kinds, mask_json};
use crate::base::secret::token_hash;
use crate::domain::order::Order;
use crate::domain::product::Product;
use crate::domain::{ConversationId, CustomerId, FileId};

/// Something that a visitor did on the website.
#[derive(Clone, Debug)]
pub struct Track {
    pub customer_id: CustomerId,
    pub conversation_id: ConversationId,
    pub name: String,
    pub properties: serde_json::Value,
}

/// Something that a customer did, as the shop's own records tell it.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportedEvent {
    /// The customer's `external_id`.
    pub customer: String,
    pub name: String,
    pub properties: serde_json::Value,
    pub at: Timestamp,
}

/// An uploaded file's record; its bytes lie in the data directory under its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFile {
    pub id: FileId,
    pub customer_id: CustomerId,
    pub name: String,
    pub media_type: String,
    pub bytes: i64,
}

impl Store {
    pub async fn products(&self) -> Result<Vec<Product>> {
        let rows = sqlx::query("SELECT product FROM products ORDER BY sku").fetch_all(&self.reader).await?;
        rows.iter().map(|row| json(row, "product")).collect()
    }

    /// Adds products, or replaces those with the same SKU; all of them or none.
    pub async fn import_products(&self, products: &[Product]) -> Result<()> {
        let now = self.now_micros();
        let mut tx = self.begin().await?;
        for product in products {
            sqlx::query(
                "INSERT INTO products (sku, product, changed_at) VALUES ($1, $2, $3) \
                 ON CONFLICT (sku) DO UPDATE SET product = $2, changed_at = $3",
            )
            .bind(product.sku.clone())
            .bind(to_json(product))
            .bind(now)
            .execute(&mut *tx)
            .await?;
        }
        bump(&mut tx, "products").await?;
        tx.commit().await?;
        Ok(())
    }

    /// Adds orders, or replaces those with the same number; all of them or none.
    pub async fn import_orders(&self, orders: &[Order]) -> Result<()> {
        let now = self.now_micros();
        let mut tx = self.begin().await?;
        for order in orders {
            sqlx::query(
                "INSERT INTO orders (number, email, details, changed_at, total) VALUES ($1, $2, $3, $4, $5) \
                 ON CONFLICT (number) DO UPDATE SET email = $2, details = $3, changed_at = $4, total = $5",
            )
            .bind(order.number.clone())
            .bind(order.email.to_lowercase())
            .bind(to_json(order))
            .bind(now)
            .bind(order.total.cents)
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// An order, told only to who knows both its number and its e-mail address.
    pub async fn order(&self, number: &str, email: &str) -> Result<Option<Order>> {
        let row = sqlx::query("SELECT details FROM orders WHERE number = $1 AND email = $2")
            .bind(number)
            .bind(email.to_lowercase())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(|row| json(row, "details")).transpose()
    }

    /// Empties the shop: products, orders, articles from files, and the customers of an
    /// import who never wrote.
    pub async fn empty_shop(&self) -> Result<()> {
        let mut tx = self.begin().await?;
        for sql in [
            "DELETE FROM products",
            "DELETE FROM orders",
            "DELETE FROM articles",
            "DELETE FROM article_versions",
            "DELETE FROM article_votes",
            "DELETE FROM sources",
            "DELETE FROM source_pages",
            "DELETE FROM questions",
            "DELETE FROM help_searches",
            "DELETE FROM tracks WHERE conversation_id IS NULL",
            // What was taught and trained is about the intents that go with the shop.
            "DELETE FROM lessons",
            "DELETE FROM doubts",
            "DELETE FROM taught_intents",
            "DELETE FROM model_versions",
            "DELETE FROM settings WHERE key IN ('model', 'model_files')",
        ] {
            sqlx::query(sql).execute(&mut *tx).await?;
        }
        // Who was merged with another has left something, too.
        let silent = "SELECT k.id FROM customers k \
             WHERE NOT EXISTS (SELECT 1 FROM conversations c WHERE c.customer_id = k.id) \
             AND NOT EXISTS (SELECT 1 FROM tracks t WHERE t.customer_id = k.id) \
             AND NOT EXISTS (SELECT 1 FROM visitors v WHERE v.customer_id = k.id) \
             AND NOT EXISTS (SELECT 1 FROM files f WHERE f.customer_id = k.id) \
             AND NOT EXISTS (SELECT 1 FROM merges m WHERE m.kept = k.id OR m.merged = k.id) \
             AND NOT EXISTS (SELECT 1 FROM customers o WHERE o.merged_into = k.id)";
        for sql in [
            format!("DELETE FROM contacts WHERE customer_id IN ({silent}) AND source = 'import'"),
            format!(
                "DELETE FROM customers WHERE id IN ({silent} AND NOT EXISTS \
                 (SELECT 1 FROM contacts p WHERE p.customer_id = k.id)) AND merged_into IS NULL"
            ),
        ] {
            sqlx::query(AssertSqlSafe(sql)).execute(&mut *tx).await?;
        }
        for name in ["articles", "products", "intents", "model"] {
            bump(&mut tx, name).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// How often the named thing has changed, so that an index knows when it is old.
    pub async fn version(&self, name: &str) -> Result<i64> {
        let row =
            sqlx::query("SELECT version FROM versions WHERE name = $1").bind(name).fetch_optional(&self.reader).await?;
        Ok(row.map(|row| row.try_get("version")).transpose()?.unwrap_or(0))
    }

    /// All of those counters, by name.
    pub async fn versions(&self) -> Result<HashMap<String, i64>> {
        let rows = sqlx::query("SELECT name, version FROM versions").fetch_all(&self.reader).await?;
        rows.iter().map(|row| Ok((row.try_get("name")?, row.try_get("version")?))).collect()
    }

    pub async fn add_track(&self, track: Track) -> Result<()> {
        sqlx::query(
            // Whose the conversation is now: the records may have been merged since the hello.
            "INSERT INTO tracks (id, customer_id, conversation_id, name, properties, at) \
             VALUES ($1, COALESCE((SELECT customer_id FROM conversations WHERE id = $3), $2), $3, $4, $5, $6)",
        )
        .bind(new_id("trk"))
        .bind(track.customer_id.as_str())
        .bind(track.conversation_id.as_str())
        .bind(track.name)
        .bind(without_cards(track.properties))
        .bind(self.now_micros())
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// Adds events of customers who are known; all of them or none. What was imported
    /// before is left alone: an event has no number, so what it says is its key. How many
    /// were new.
    pub async fn import_events(&self, events: &[ImportedEvent]) -> Result<u64> {
        let mut added = 0;
        let mut tx = self.begin().await?;
        for event in events {
            let properties = without_cards(event.properties.clone());
            let key = token_hash(&format!("{}\n{}\n{}\n{properties}", event.customer, event.name, event.at));
            let done = sqlx::query(
                "INSERT INTO tracks (id, customer_id, conversation_id, name, properties, at) \
                 SELECT $1, id, NULL, $3, $4, $5 FROM customers WHERE external_id = $2 ON CONFLICT (id) DO NOTHING",
            )
            .bind(format!("trk_{}", &key[..32]))
            .bind(event.customer.clone())
            .bind(event.name.clone())
            .bind(properties)
            .bind(event.at.as_microsecond())
            .execute(&mut *tx)
            .await?;
            added += done.rows_affected();
        }
        tx.commit().await?;
        Ok(added)
    }

    pub async fn add_file(&self, file: &StoredFile) -> Result<()> {
        sqlx::query(
            "INSERT INTO files (id, customer_id, name, media_type, bytes, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(file.id.as_str())
        .bind(file.customer_id.as_str())
        .bind(file.name.clone())
        .bind(file.media_type.clone())
        .bind(file.bytes)
        .bind(self.now_micros())
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    pub async fn remove_file(&self, id: &FileId) -> Result<()> {
        sqlx::query("DELETE FROM files WHERE id = $1").bind(id.as_str()).execute(&self.writer).await?;
        Ok(())
    }

    pub async fn file(&self, id: &FileId) -> Result<Option<StoredFile>> {
        let row = sqlx::query("SELECT id, customer_id, name, media_type, bytes FROM files WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(&self.reader)
            .await?;
        row.map(|row| {
            Ok(StoredFile {
                id: FileId(row.try_get("id")?),
                customer_id: CustomerId(row.try_get("customer_id")?),
                name: row.try_get("name")?,
                media_type: row.try_get("media_type")?,
                bytes: row.try_get("bytes")?,
            })
        })
        .transpose()
    }
}

pub(super) async fn bump(tx: &mut sqlx::Transaction<'static, sqlx::Any>, name: &'static str) -> Result<()> {
    sqlx::query(
        "INSERT INTO versions (name, version) VALUES ($1, 1) \
         ON CONFLICT (name) DO UPDATE SET version = versions.version + 1",
    )
    .bind(name)
    .execute(&mut **tx)
    .await?;
    Ok(())
}
/// A website's event as it is kept: a page may put what was typed into one.
fn without_cards(mut properties: serde_json::Value) -> String {
    mask_json(&mut properties, Kinds::CARDS);
    properties.to_string()
}
