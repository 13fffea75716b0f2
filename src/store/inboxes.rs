//! Inboxes: where customers write, and from which websites they may.

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::{Result, Store, json, to_json};
use crate::base::ids::new_secret;
use crate::domain::InboxId;
use crate::domain::inbox::InboxSettings;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inbox {
    pub id: InboxId,
    pub public_key: String,
    pub name: String,
    /// Signs identities; never logged, shown once to the owner.
    pub secret: String,
    /// For example `https://shop.example`; the server's own origin needs no entry.
    pub origins: Vec<String>,
    /// How customers write: `web`.
    pub channel: String,
    pub settings: InboxSettings,
}

const COLUMNS: &str = "id, public_key, name, secret, origins, channel, settings";

impl Store {
    pub async fn inbox_by_key(&self, public_key: &str) -> Result<Option<Inbox>> {
        let row = sqlx::query(AssertSqlSafe(format!("SELECT {COLUMNS} FROM inboxes WHERE public_key = $1")))
            .bind(public_key)
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(inbox).transpose()
    }

    pub async fn inboxes(&self) -> Result<Vec<Inbox>> {
        let rows = sqlx::query(AssertSqlSafe(format!("SELECT {COLUMNS} FROM inboxes ORDER BY created_at, id")))
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(inbox).collect()
    }

    /// A new inbox with a new secret; `None` if the public key is taken.
    pub async fn create_inbox(&self, public_key: &str, name: &str, origins: &[String]) -> Result<Option<Inbox>> {
        let row = sqlx::query(AssertSqlSafe(format!(
            "INSERT INTO inboxes (id, public_key, name, secret, origins, created_at) VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT (public_key) DO NOTHING RETURNING {COLUMNS}"
        )))
        .bind(InboxId::generate().0)
        .bind(public_key)
        .bind(name)
        .bind(new_secret("ibs"))
        .bind(to_json(&origins))
        .bind(self.now_micros())
        .fetch_optional(&self.writer)
        .await?;
        row.as_ref().map(inbox).transpose()
    }

    /// Allows exactly these origins; whether the inbox exists.
    pub async fn set_origins(&self, public_key: &str, origins: &[String]) -> Result<bool> {
        let done = sqlx::query("UPDATE inboxes SET origins = $2 WHERE public_key = $1")
            .bind(public_key)
            .bind(to_json(&origins))
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    pub async fn inbox(&self, id: &InboxId) -> Result<Option<Inbox>> {
        let row = sqlx::query(AssertSqlSafe(format!("SELECT {COLUMNS} FROM inboxes WHERE id = $1")))
            .bind(id.as_str())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(inbox).transpose()
    }

    /// Writes an inbox's name, origins and settings.
    pub async fn update_inbox(&self, inbox: &Inbox) -> Result<()> {
        sqlx::query("UPDATE inboxes SET name = $2, origins = $3, settings = $4 WHERE id = $1")
            .bind(inbox.id.as_str())
            .bind(inbox.name.clone())
            .bind(to_json(&inbox.origins))
            .bind(to_json(&inbox.settings))
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// A new secret in place of the old one, which signs nobody in any more.
    pub async fn rotate_inbox_secret(&self, id: &InboxId) -> Result<String> {
        let secret = new_secret("ibs");
        sqlx::query("UPDATE inboxes SET secret = $2 WHERE id = $1")
            .bind(id.as_str())
            .bind(secret.clone())
            .execute(&self.writer)
            .await?;
        Ok(secret)
    }
}

fn inbox(row: &AnyRow) -> Result<Inbox> {
    Ok(Inbox {
        id: InboxId(row.try_get("id")?),
        public_key: row.try_get("public_key")?,
        name: row.try_get("name")?,
        secret: row.try_get("secret")?,
        origins: json(row, "origins")?,
        channel: row.try_get("channel")?,
        settings: json(row, "settings")?,
    })
}
