//! Which version of each article is the newest: what an index compares to see which of
//! them it must read again.

use sqlx::Row;

use super::{Result, Store};

impl Store {
    /// Id, locale and the number of the newest version of each article there is, in the
    /// order of the ids and locales.
    pub async fn article_editions(&self) -> Result<Vec<(String, String, i64)>> {
        let rows = sqlx::query(
            "SELECT a.id, a.locale, COALESCE(MAX(v.number), 0) AS number FROM articles a \
             LEFT JOIN article_versions v ON v.article = a.id AND v.locale = a.locale \
             WHERE a.removed = 0 GROUP BY a.id, a.locale ORDER BY a.id, a.locale",
        )
        .fetch_all(&self.reader)
        .await?;
        rows.iter().map(|row| Ok((row.try_get("id")?, row.try_get("locale")?, row.try_get("number")?))).collect()
    }
}
