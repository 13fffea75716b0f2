//! Versions of the trained intent head, and which of them is in use.
//!
//! They are kept here so that every node has the same. The head itself is bytes that only
//! the models' floor understands.

use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Any, AssertSqlSafe, Row, Transaction};

use super::shop::bump;
use super::{Result, Store, parse_json, to_json};
use crate::base::clock::from_micros;
use crate::domain::AgentId;

/// So many are kept, the one in use besides.
const KEPT: i64 = 10;
/// The setting that names the version in use.
const IN_USE: &str = "model";
/// The setting with the digests of the files that were taken over already.
const FILES: &str = "model_files";
/// Digests of files that are remembered.
const FILES_KEPT: usize = 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModelSource {
    Console,
    /// What `rapport train` wrote.
    Files,
}

#[derive(Clone, Debug)]
pub struct NewModel {
    pub source: ModelSource,
    pub agent: Option<AgentId>,
    pub encoder: String,
    pub head: Vec<u8>,
    /// The SHA-256 of the head, in hex.
    pub digest: String,
    /// JSON.
    pub report: Option<String>,
    /// JSON.
    pub evidence: Option<String>,
}

/// A version without its head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelVersion {
    pub number: i64,
    pub source: ModelSource,
    pub agent_name: Option<String>,
    pub encoder: String,
    pub digest: String,
    pub report: Option<String>,
    pub at: Timestamp,
}

impl ModelSource {
    pub fn as_str(self) -> &'static str {
        match self {
            ModelSource::Console => "console",
            ModelSource::Files => "files",
        }
    }
}

impl Store {
    /// Keeps a version, and lets go of the oldest; its number. `use_it` puts it into use in
    /// the same step.
    pub async fn add_model(&self, model: NewModel, use_it: bool) -> Result<i64> {
        let mut tx = self.begin().await?;
        let number = insert(&mut tx, model, self.now_micros()).await?;
        if use_it {
            put_in_use(&mut tx, number, self.now_micros()).await?;
        }
        prune(&mut tx).await?;
        tx.commit().await?;
        Ok(number)
    }

    /// Takes over what `rapport train` wrote, unless this very file was taken over before:
    /// then whatever is in use stays. Its number, if it is new.
    pub async fn adopt_model(&self, model: NewModel) -> Result<Option<i64>> {
        let now = self.now_micros();
        let mut tx = self.begin().await?;
        let row = sqlx::query("SELECT value FROM settings WHERE key = $1").bind(FILES).fetch_optional(&mut *tx).await?;
        let mut known: Vec<String> =
            row.map(|row| parse_json(row.try_get("value")?, FILES)).transpose()?.unwrap_or_default();
        if known.contains(&model.digest) {
            return Ok(None);
        }
        known.push(model.digest.clone());
        known.drain(..known.len().saturating_sub(FILES_KEPT));
        set(&mut tx, FILES, &to_json(&known), now).await?;
        let number = insert(&mut tx, model, now).await?;
        put_in_use(&mut tx, number, now).await?;
        prune(&mut tx).await?;
        tx.commit().await?;
        Ok(Some(number))
    }

    /// The versions that are kept, the newest first.
    pub async fn models(&self) -> Result<Vec<ModelVersion>> {
        let rows = sqlx::query(
            "SELECT m.number, m.source, a.name AS agent_name, m.encoder, m.digest, m.report, m.at \
             FROM model_versions m LEFT JOIN agents a ON a.id = m.agent_id ORDER BY m.number DESC",
        )
        .fetch_all(&self.reader)
        .await?;
        rows.iter().map(version).collect()
    }

    /// The head of a version, if it is kept.
    pub async fn model_head(&self, number: i64) -> Result<Option<Vec<u8>>> {
        self.of_model("head", number).await
    }

    /// What a version was judged by, as JSON.
    pub async fn model_evidence(&self, number: i64) -> Result<Option<String>> {
        Ok(self.of_model::<Option<String>>("evidence", number).await?.flatten())
    }

    async fn of_model<T>(&self, column: &'static str, number: i64) -> Result<Option<T>>
    where
        T: for<'r> sqlx::Decode<'r, Any> + sqlx::Type<Any>,
    {
        let row = sqlx::query(AssertSqlSafe(format!("SELECT {column} FROM model_versions WHERE number = $1")))
            .bind(number)
            .fetch_optional(&self.reader)
            .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    /// The number of the version in use.
    pub async fn model_in_use(&self) -> Result<Option<i64>> {
        self.setting(IN_USE).await
    }

    /// Puts a version that is kept into use; whether there is one with that number. Every
    /// node notices.
    pub async fn use_model(&self, number: i64) -> Result<bool> {
        let mut tx = self.begin().await?;
        let kept = sqlx::query("SELECT number FROM model_versions WHERE number = $1")
            .bind(number)
            .fetch_optional(&mut *tx)
            .await?;
        if kept.is_none() {
            return Ok(false);
        }
        put_in_use(&mut tx, number, self.now_micros()).await?;
        tx.commit().await?;
        Ok(true)
    }
}

async fn insert(tx: &mut Transaction<'static, Any>, model: NewModel, now: i64) -> Result<i64> {
    // Numbers are not used again, even where the newest was let go of.
    let row = sqlx::query(
        "INSERT INTO versions (name, version) VALUES ('model_number', 1) \
         ON CONFLICT (name) DO UPDATE SET version = versions.version + 1 RETURNING version",
    )
    .fetch_one(&mut **tx)
    .await?;
    let number: i64 = row.try_get("version")?;
    sqlx::query(
        "INSERT INTO model_versions (number, source, agent_id, encoder, head, digest, report, evidence, at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(number)
    .bind(model.source.as_str())
    .bind(model.agent.map(|agent| agent.0))
    .bind(model.encoder)
    .bind(model.head)
    .bind(model.digest)
    .bind(model.report)
    .bind(model.evidence)
    .bind(now)
    .execute(&mut **tx)
    .await?;
    Ok(number)
}

async fn put_in_use(tx: &mut Transaction<'static, Any>, number: i64, now: i64) -> Result<()> {
    set(tx, IN_USE, &to_json(&number), now).await?;
    bump(tx, "model").await
}

async fn set(tx: &mut Transaction<'static, Any>, key: &'static str, value: &str, now: i64) -> Result<()> {
    sqlx::query(
        "INSERT INTO settings (key, value, changed_at) VALUES ($1, $2, $3) \
         ON CONFLICT (key) DO UPDATE SET value = $2, changed_at = $3",
    )
    .bind(key)
    .bind(value)
    .bind(now)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn prune(tx: &mut Transaction<'static, Any>) -> Result<()> {
    sqlx::query(
        "DELETE FROM model_versions WHERE number NOT IN \
           (SELECT number FROM model_versions ORDER BY number DESC LIMIT $1) \
         AND CAST(number AS TEXT) NOT IN (SELECT value FROM settings WHERE key = $2)",
    )
    .bind(KEPT)
    .bind(IN_USE)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

fn version(row: &AnyRow) -> Result<ModelVersion> {
    let source = match row.try_get::<&str, _>("source")? {
        "console" => ModelSource::Console,
        _ => ModelSource::Files,
    };
    Ok(ModelVersion {
        number: row.try_get("number")?,
        source,
        agent_name: row.try_get("agent_name")?,
        encoder: row.try_get("encoder")?,
        digest: row.try_get("digest")?,
        report: row.try_get("report")?,
        at: from_micros(row.try_get("at")?),
    })
}
