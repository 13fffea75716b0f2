//! Endpoints of other people's systems that are told what happens.
//!
//! An endpoint is leased as a whole, because its events go out in their order.

use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::mails::{NewMail, insert_mail};
use super::webhook_messages::{WebhookTry, note};
use super::{Result, Store, StoreError, json, to_json};
use crate::base::clock::from_micros;
use crate::base::standard_webhooks::new_secret;
use crate::base::vault::{Vault, VaultError};
use crate::domain::WebhookId;
use crate::domain::webhook::EventKind;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    pub id: WebhookId,
    pub url: String,
    pub description: String,
    /// Empty for all.
    pub events: Vec<EventKind>,
    pub enabled: bool,
    pub disabled_at: Option<Timestamp>,
    pub disabled_reason: Option<String>,
    pub from_position: i64,
    /// In a row.
    pub failures: i64,
    pub failing_since: Option<Timestamp>,
    pub error: Option<String>,
    pub paused_until: Option<Timestamp>,
    pub last_sent_at: Option<Timestamp>,
    pub old_secret_until: Option<Timestamp>,
    pub created_at: Timestamp,
}

#[derive(Clone, Debug)]
pub struct NewWebhook {
    pub url: String,
    pub description: String,
    pub events: Vec<EventKind>,
}

/// What is `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct WebhookChange {
    pub url: Option<String>,
    pub description: Option<String>,
    pub events: Option<Vec<EventKind>>,
    pub enabled: Option<bool>,
}

/// What follows from a try that failed.
#[derive(Clone, Debug)]
pub struct WebhookFailure {
    pub tried: WebhookTry,
    /// The endpoint gets nothing before.
    pub paused_until: Timestamp,
    /// This message is not tried before; those after it may be. `None` gives it up.
    pub next_at: Option<Timestamp>,
    /// Why the endpoint gets nothing any more, and whom a mail tells so.
    pub disable: Option<(String, Vec<NewMail>)>,
}

/// How much waits for an endpoint, and how much was given up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WebhookCounts {
    pub waiting: i64,
    pub failed: i64,
}

impl Webhook {
    pub fn wants(&self, kind: EventKind) -> bool {
        self.events.is_empty() || self.events.contains(&kind)
    }
}

impl Store {
    /// A new endpoint, which is told what happens from now on.
    pub async fn add_webhook(&self, new: NewWebhook) -> Result<Webhook> {
        let id = WebhookId::generate();
        let row = sqlx::query(
            "INSERT INTO webhooks (id, url, description, events, secret, state, from_position, created_at) \
             VALUES ($1, $2, $3, $4, $5, 'enabled', (SELECT COALESCE(MAX(position), 0) FROM entries), $6) RETURNING *",
        )
        .bind(id.as_str())
        .bind(new.url)
        .bind(new.description)
        .bind(to_json(&new.events))
        .bind(self.sealed_key(&new_secret(), &id))
        .bind(self.now_micros())
        .fetch_one(&self.writer)
        .await?;
        webhook(&row)
    }

    /// All endpoints, the oldest first.
    pub async fn webhooks(&self) -> Result<Vec<Webhook>> {
        let rows = sqlx::query("SELECT * FROM webhooks ORDER BY id").fetch_all(&self.reader).await?;
        rows.iter().map(webhook).collect()
    }

    pub async fn webhook(&self, id: &WebhookId) -> Result<Option<Webhook>> {
        let row =
            sqlx::query("SELECT * FROM webhooks WHERE id = $1").bind(id.as_str()).fetch_optional(&self.reader).await?;
        row.as_ref().map(webhook).transpose()
    }

    pub async fn webhook_counts(&self, id: &WebhookId) -> Result<WebhookCounts> {
        let row = sqlx::query(
            "SELECT (SELECT COUNT(*) FROM webhook_messages WHERE webhook_id = $1 AND state = 'waiting') AS waiting, \
             (SELECT COUNT(*) FROM webhook_messages WHERE webhook_id = $1 AND state = 'failed') AS failed",
        )
        .bind(id.as_str())
        .fetch_one(&self.reader)
        .await?;
        Ok(WebhookCounts { waiting: row.try_get("waiting")?, failed: row.try_get("failed")? })
    }

    /// Another address, or being enabled anew, forgets the failures of before.
    pub async fn change_webhook(&self, id: &WebhookId, change: WebhookChange) -> Result<Option<Webhook>> {
        let afresh = change.url.is_some() || change.enabled == Some(true);
        let row = sqlx::query(
            "UPDATE webhooks SET url = COALESCE($2, url), description = COALESCE($3, description), \
             events = COALESCE($4, events), state = COALESCE($5, state), \
             disabled_at = CASE COALESCE($5, '') WHEN 'enabled' THEN NULL WHEN 'disabled' THEN COALESCE(disabled_at, $7) \
             ELSE disabled_at END, \
             disabled_reason = CASE COALESCE($5, '') WHEN 'enabled' THEN NULL ELSE disabled_reason END, \
             failures = CASE WHEN $6 = 1 THEN 0 ELSE failures END, \
             failing_since = CASE WHEN $6 = 1 THEN NULL ELSE failing_since END, \
             error = CASE WHEN $6 = 1 THEN NULL ELSE error END, \
             paused_until = CASE WHEN $6 = 1 THEN NULL ELSE paused_until END WHERE id = $1 RETURNING *",
        )
        .bind(id.as_str())
        .bind(change.url)
        .bind(change.description)
        .bind(change.events.as_ref().map(to_json))
        .bind(change.enabled.map(|enabled| if enabled { "enabled" } else { "disabled" }))
        .bind(i64::from(afresh))
        .bind(self.now_micros())
        .fetch_optional(&self.writer)
        .await?;
        row.as_ref().map(webhook).transpose()
    }

    /// Removes an endpoint with everything that waits for it; whether there was one.
    pub async fn remove_webhook(&self, id: &WebhookId) -> Result<bool> {
        let done = sqlx::query("DELETE FROM webhooks WHERE id = $1").bind(id.as_str()).execute(&self.writer).await?;
        Ok(done.rows_affected() > 0)
    }

    /// The keys that sign now, the new one first.
    pub async fn webhook_keys(&self, id: &WebhookId) -> Result<Vec<String>> {
        let row = sqlx::query("SELECT secret, old_secret, old_secret_until FROM webhooks WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(&self.reader)
            .await?;
        let Some(row) = row else { return Ok(Vec::new()) };
        let mut keys = vec![self.opened_key(row.try_get("secret")?, id)?];
        let until = row.try_get::<Option<i64>, _>("old_secret_until")?.unwrap_or_default();
        if let Some(old) = row.try_get::<Option<&str>, _>("old_secret")?
            && until > self.now_micros()
        {
            // One that cannot be opened signs nothing; the new one does.
            keys.extend(self.opened_key(old, id));
        }
        Ok(keys)
    }

    /// A new key; the one of before signs too, until then. `None` if there is no such endpoint.
    pub async fn rotate_webhook_key(&self, id: &WebhookId, old_until: Timestamp) -> Result<Option<String>> {
        let key = new_secret();
        let done = sqlx::query(
            "UPDATE webhooks SET old_secret = secret, old_secret_until = $3, secret = $2, paused_until = NULL \
             WHERE id = $1",
        )
        .bind(id.as_str())
        .bind(self.sealed_key(&key, id))
        .bind(old_until.as_microsecond())
        .execute(&self.writer)
        .await?;
        Ok((done.rows_affected() > 0).then_some(key))
    }

    /// Leases the endpoints for which something is due, until then.
    pub async fn lease_webhooks(&self, until: Timestamp) -> Result<Vec<Webhook>> {
        const DUE: &str = "w.state = 'enabled' AND w.leased_until <= $1 AND COALESCE(w.paused_until, 0) <= $1 AND \
                           EXISTS (SELECT 1 FROM webhook_messages m WHERE m.webhook_id = w.id AND m.state = 'waiting' \
                           AND m.next_at <= $1)";
        let now = self.now_micros();
        let any = sqlx::query(AssertSqlSafe(format!("SELECT 1 FROM webhooks w WHERE {DUE} LIMIT 1")))
            .bind(now)
            .fetch_optional(&self.reader)
            .await?;
        if any.is_none() {
            return Ok(Vec::new());
        }
        let rows = sqlx::query(AssertSqlSafe(format!(
            "UPDATE webhooks SET leased_until = $2 WHERE leased_until <= $1 AND \
             id IN (SELECT w.id FROM webhooks w WHERE {DUE}) RETURNING *"
        )))
        .bind(now)
        .bind(until.as_microsecond())
        .fetch_all(&self.writer)
        .await?;
        rows.iter().map(webhook).collect()
    }

    /// Notes what was taken, and keeps the lease until then or ends it; the endpoint as it
    /// is now.
    pub async fn webhook_sent(
        &self,
        id: &WebhookId,
        tries: &[WebhookTry],
        until: Option<Timestamp>,
    ) -> Result<Option<Webhook>> {
        let now = self.now_micros();
        let mut tx = self.begin().await?;
        for tried in tries {
            note(&mut tx, now, tried, ("sent", now)).await?;
        }
        let row = sqlx::query(
            "UPDATE webhooks SET failures = 0, failing_since = NULL, error = NULL, paused_until = NULL, \
             last_sent_at = $2, leased_until = $3 WHERE id = $1 RETURNING *",
        )
        .bind(id.as_str())
        .bind(now)
        .bind(until.map_or(0, Timestamp::as_microsecond))
        .fetch_optional(&mut *tx)
        .await?;
        tx.commit().await?;
        row.as_ref().map(webhook).transpose()
    }

    /// Notes a failure and what follows from it; the lease ends.
    pub async fn webhook_failed(&self, id: &WebhookId, failure: &WebhookFailure) -> Result<()> {
        let now = self.now_micros();
        let mut tx = self.begin().await?;
        let state = failure.next_at.map_or(("failed", now), |at| ("waiting", at.as_microsecond()));
        note(&mut tx, now, &failure.tried, state).await?;
        sqlx::query(
            "UPDATE webhooks SET failures = failures + 1, failing_since = COALESCE(failing_since, $2), error = $3, \
             paused_until = $4, leased_until = 0 WHERE id = $1",
        )
        .bind(id.as_str())
        .bind(now)
        .bind(failure.tried.error.clone())
        .bind(failure.paused_until.as_microsecond())
        .execute(&mut *tx)
        .await?;
        if let Some((reason, mails)) = &failure.disable {
            let done = sqlx::query(
                "UPDATE webhooks SET state = 'disabled', disabled_at = $2, disabled_reason = $3 \
                 WHERE id = $1 AND state = 'enabled'",
            )
            .bind(id.as_str())
            .bind(now)
            .bind(reason.clone())
            .execute(&mut *tx)
            .await?;
            if done.rows_affected() > 0 {
                for mail in mails {
                    insert_mail(&mut tx, now, mail).await?;
                }
            }
        }
        tx.commit().await?;
        Ok(())
    }

    /// Ends a lease.
    pub async fn release_webhook(&self, id: &WebhookId) -> Result<()> {
        sqlx::query("UPDATE webhooks SET leased_until = 0 WHERE id = $1")
            .bind(id.as_str())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Ends all leases, where nobody else can hold one.
    pub async fn free_webhook_leases(&self) -> Result<()> {
        sqlx::query("UPDATE webhooks SET leased_until = 0 WHERE leased_until <> 0").execute(&self.writer).await?;
        Ok(())
    }

    /// Without a vault (in tests) it stays as it is.
    fn sealed_key(&self, key: &str, id: &WebhookId) -> String {
        self.vault.as_ref().map_or_else(|| key.to_owned(), |vault| vault.seal(key, id.as_str()))
    }

    fn opened_key(&self, kept: &str, id: &WebhookId) -> Result<String> {
        let opened = match &self.vault {
            _ if !Vault::is_sealed(kept) => Ok(kept.to_owned()),
            Some(vault) => vault.open_sealed(kept, id.as_str()),
            None => Err(VaultError::OtherKey),
        };
        opened.map_err(|error| StoreError::Corrupt { what: "secret of a webhook", reason: error.to_string() })
    }
}

fn webhook(row: &AnyRow) -> Result<Webhook> {
    let time =
        |column: &str| -> Result<Option<Timestamp>> { Ok(row.try_get::<Option<i64>, _>(column)?.map(from_micros)) };
    Ok(Webhook {
        id: WebhookId(row.try_get("id")?),
        url: row.try_get("url")?,
        description: row.try_get("description")?,
        events: json(row, "events")?,
        enabled: row.try_get::<&str, _>("state")? == "enabled",
        disabled_at: time("disabled_at")?,
        disabled_reason: row.try_get("disabled_reason")?,
        from_position: row.try_get("from_position")?,
        failures: row.try_get("failures")?,
        failing_since: time("failing_since")?,
        error: row.try_get("error")?,
        paused_until: time("paused_until")?,
        last_sent_at: time("last_sent_at")?,
        old_secret_until: time("old_secret_until")?,
        created_at: from_micros(row.try_get("created_at")?),
    })
}
