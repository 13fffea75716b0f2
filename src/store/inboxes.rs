//! Inboxes: where customers write, and from which websites they may.

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::{Result, Store, json, to_json};
use crate::base::ids::new_secret;
use crate::base::vault::{Vault, VaultError};
use crate::domain::inbox::InboxSettings;
use crate::domain::{Credentials, InboxId};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inbox {
    pub id: InboxId,
    pub public_key: String,
    pub name: String,
    /// Signs identities; never logged, shown once to the owner.
    pub secret: String,
    /// For example `https://shop.example`; the server's own origin needs no entry.
    pub origins: Vec<String>,
    /// How customers write: `web`, or the kind of a channel.
    pub channel: String,
    pub settings: InboxSettings,
    /// What the vendor's side needs; empty for `web`.
    pub credentials: Credentials,
    /// Why it does not work now, in words.
    pub trouble: Option<String>,
    /// Whether it takes and sends anything.
    pub active: bool,
}

/// An inbox about to be made.
#[derive(Clone, Debug, Default)]
pub struct NewInbox {
    pub public_key: String,
    pub name: String,
    pub channel: String,
    pub origins: Vec<String>,
    pub credentials: Credentials,
}

const COLUMNS: &str = "id, public_key, name, secret, origins, channel, settings, credentials, trouble, active";

impl Store {
    pub async fn inbox_by_key(&self, public_key: &str) -> Result<Option<Inbox>> {
        let row = sqlx::query(AssertSqlSafe(format!("SELECT {COLUMNS} FROM inboxes WHERE public_key = $1")))
            .bind(public_key)
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(|row| self.inbox_of(row)).transpose()
    }

    pub async fn inboxes(&self) -> Result<Vec<Inbox>> {
        let rows = sqlx::query(AssertSqlSafe(format!("SELECT {COLUMNS} FROM inboxes ORDER BY created_at, id")))
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(|row| self.inbox_of(row)).collect()
    }

    /// A new inbox of a website; `None` if the public key is taken.
    pub async fn create_inbox(&self, public_key: &str, name: &str, origins: &[String]) -> Result<Option<Inbox>> {
        self.add_inbox(NewInbox {
            public_key: public_key.to_owned(),
            name: name.to_owned(),
            channel: "web".to_owned(),
            origins: origins.to_vec(),
            credentials: Credentials::new(),
        })
        .await
    }

    /// A new inbox with a new secret; `None` if the public key is taken.
    pub async fn add_inbox(&self, new: NewInbox) -> Result<Option<Inbox>> {
        let id = InboxId::generate();
        let row = sqlx::query(AssertSqlSafe(format!(
            "INSERT INTO inboxes (id, public_key, name, secret, origins, created_at, channel, credentials) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (public_key) DO NOTHING RETURNING {COLUMNS}"
        )))
        .bind(id.as_str())
        .bind(new.public_key)
        .bind(new.name)
        .bind(self.sealed(&new_secret("ibs"), &id))
        .bind(to_json(&new.origins))
        .bind(self.now_micros())
        .bind(new.channel)
        .bind(self.sealed_credentials(&new.credentials, &id))
        .fetch_optional(&self.writer)
        .await?;
        row.as_ref().map(|row| self.inbox_of(row)).transpose()
    }

    /// Writes what the vendor's side needs; what troubled the old ones is forgotten.
    pub async fn set_credentials(&self, id: &InboxId, credentials: &Credentials) -> Result<()> {
        sqlx::query("UPDATE inboxes SET credentials = $2, trouble = NULL WHERE id = $1")
            .bind(id.as_str())
            .bind(self.sealed_credentials(credentials, id))
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Notes why an inbox does not work, or that it works again; whether that was news.
    pub async fn set_trouble(&self, id: &InboxId, trouble: Option<&str>) -> Result<bool> {
        let done = sqlx::query("UPDATE inboxes SET trouble = $2 WHERE id = $1 AND COALESCE(trouble, '') <> $3")
            .bind(id.as_str())
            .bind(trouble)
            .bind(trouble.unwrap_or_default())
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Lets an inbox work, or rest: nothing is taken and nothing is sent.
    pub async fn set_active(&self, id: &InboxId, active: bool) -> Result<()> {
        sqlx::query("UPDATE inboxes SET active = $2 WHERE id = $1")
            .bind(id.as_str())
            .bind(i64::from(active))
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Seals the secrets that an older version has left open.
    pub async fn seal_secrets(&self) -> Result<()> {
        if self.vault.is_none() {
            return Ok(());
        }
        let rows = sqlx::query("SELECT id, secret FROM inboxes").fetch_all(&self.reader).await?;
        for row in rows {
            let (id, secret): (String, String) = (row.try_get("id")?, row.try_get("secret")?);
            if !Vault::is_sealed(&secret) {
                let id = InboxId(id);
                sqlx::query("UPDATE inboxes SET secret = $2 WHERE id = $1 AND secret = $3")
                    .bind(id.as_str())
                    .bind(self.sealed(&secret, &id))
                    .bind(secret)
                    .execute(&self.writer)
                    .await?;
            }
        }
        Ok(())
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
        row.as_ref().map(|row| self.inbox_of(row)).transpose()
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
            .bind(self.sealed(&secret, id))
            .execute(&self.writer)
            .await?;
        Ok(secret)
    }

    fn inbox_of(&self, row: &AnyRow) -> Result<Inbox> {
        let id = InboxId(row.try_get("id")?);
        // A secret that cannot be opened signs nobody in: one that nobody has takes its place.
        let secret = self.opened(row.try_get("secret")?, &id).unwrap_or_else(|_| new_secret("ibs"));
        let (credentials, sealed_trouble) = match self.opened(row.try_get("credentials")?, &id) {
            Ok(text) if text.is_empty() => (Credentials::new(), None),
            Ok(text) => (super::parse_json(&text, "credentials")?, None),
            Err(error) => (Credentials::new(), Some(format!("the credentials cannot be opened: {error}"))),
        };
        Ok(Inbox {
            id,
            public_key: row.try_get("public_key")?,
            name: row.try_get("name")?,
            secret,
            origins: json(row, "origins")?,
            channel: row.try_get("channel")?,
            settings: json(row, "settings")?,
            credentials,
            trouble: sealed_trouble.or(row.try_get("trouble")?),
            active: row.try_get::<i64, _>("active")? != 0,
        })
    }

    fn sealed_credentials(&self, credentials: &Credentials, id: &InboxId) -> String {
        if credentials.is_empty() { String::new() } else { self.sealed(&to_json(credentials), id) }
    }

    /// Without a vault (in tests) it stays as it is.
    fn sealed(&self, text: &str, id: &InboxId) -> String {
        self.vault.as_ref().map_or_else(|| text.to_owned(), |vault| vault.seal(text, id.as_str()))
    }

    fn opened(&self, kept: &str, id: &InboxId) -> std::result::Result<String, VaultError> {
        match &self.vault {
            _ if !Vault::is_sealed(kept) => Ok(kept.to_owned()),
            Some(vault) => vault.open_sealed(kept, id.as_str()),
            None => Err(VaultError::OtherKey),
        }
    }
}
