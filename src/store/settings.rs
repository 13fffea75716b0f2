//! What the console sets: a JSON value a key.

use sqlx::Row;

use super::{Result, Store, parse_json, to_json};

impl Store {
    /// The value of a key, if it was ever set.
    pub async fn setting<T: serde::de::DeserializeOwned>(&self, key: &'static str) -> Result<Option<T>> {
        let row =
            sqlx::query("SELECT value FROM settings WHERE key = $1").bind(key).fetch_optional(&self.reader).await?;
        row.map(|row| parse_json(row.try_get("value")?, key)).transpose()
    }

    pub async fn set_setting(&self, key: &'static str, value: &impl serde::Serialize) -> Result<()> {
        sqlx::query(
            "INSERT INTO settings (key, value, changed_at) VALUES ($1, $2, $3) \
             ON CONFLICT (key) DO UPDATE SET value = $2, changed_at = $3",
        )
        .bind(key)
        .bind(to_json(value))
        .bind(self.now_micros())
        .execute(&self.writer)
        .await?;
        Ok(())
    }
}
