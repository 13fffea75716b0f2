//! Looks at a database without changing it: is it whole, and is it the one that this
//! program expects.

use std::str::FromStr;

use sqlx::any::AnyConnectOptions;
use sqlx::{AnyConnection, ConnectOptions, Connection, Row};

use super::{Dialect, Result, Store};

/// How a database is. All is well where `damage` and `weak` are empty, `failed` is `None`,
/// and `pending` and `unknown` are 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Examination {
    /// What the engine's own check found wrong.
    pub damage: Vec<String>,
    /// Settings under which a crash could lose what was acknowledged.
    pub weak: Vec<String>,
    /// Migrations that were run, …
    pub applied: usize,
    /// … that are still to be run, …
    pub pending: usize,
    /// … that only a newer program knows, …
    pub unknown: usize,
    /// … and one that stopped half-way.
    pub failed: Option<i64>,
}

impl Store {
    /// Examines the database at that address.
    pub async fn examine(url: &str) -> Result<Examination> {
        sqlx::any::install_default_drivers();
        let dialect = Dialect::of(url)?;
        let mut connection = AnyConnectOptions::from_str(url)?.connect().await?;
        let mut examination = Examination::default();
        match dialect {
            Dialect::Sqlite => examine_sqlite(&mut connection, &mut examination).await?,
            Dialect::Postgres => examine_postgres(&mut connection, &mut examination).await?,
        }
        if examination.damage.is_empty() {
            examine_migrations(&mut connection, dialect, &mut examination).await?;
        }
        connection.close().await?;
        Ok(examination)
    }
}

async fn examine_sqlite(connection: &mut AnyConnection, examination: &mut Examination) -> Result<()> {
    // `quick_check` leaves out only that indexes fit their tables, and reads a large
    // database in seconds, not minutes.
    let rows = sqlx::query("PRAGMA quick_check(5)").fetch_all(&mut *connection).await?;
    for row in rows {
        let says: String = row.try_get(0)?;
        if says != "ok" {
            examination.damage.push(says);
        }
    }
    let mode: String = sqlx::query("PRAGMA journal_mode").fetch_one(connection).await?.try_get(0)?;
    if mode != "wal" {
        examination.weak.push(format!("journal_mode = {mode} instead of wal, which the next start sets"));
    }
    Ok(())
}

async fn examine_postgres(connection: &mut AnyConnection, examination: &mut Examination) -> Result<()> {
    for (name, show, weak) in [("fsync", "SHOW fsync", "off"), ("synchronous_commit", "SHOW synchronous_commit", "off")]
    {
        let setting: String = sqlx::query(show).fetch_one(&mut *connection).await?.try_get(0)?;
        if setting == weak {
            examination.weak.push(format!("{name} = {setting}: set it to on in postgresql.conf"));
        }
    }
    Ok(())
}

async fn examine_migrations(
    connection: &mut AnyConnection,
    dialect: Dialect,
    examination: &mut Examination,
) -> Result<()> {
    let expected: Vec<i64> = dialect.migrations().iter().map(|migration| migration.version).collect();
    let there = sqlx::query(dialect.has_migrations_table()).fetch_optional(&mut *connection).await?;
    let mut applied = Vec::new();
    if there.is_some() {
        // SQLite's BOOLEAN does not decode: compare where the database can.
        let rows = sqlx::query(
            "SELECT version, CAST(CASE WHEN success THEN 1 ELSE 0 END AS BIGINT) AS done FROM _sqlx_migrations ORDER BY version",
        )
        .fetch_all(connection)
        .await?;
        for row in rows {
            let (version, done): (i64, i64) = (row.try_get("version")?, row.try_get("done")?);
            if done == 0 {
                examination.failed = Some(version);
            }
            applied.push(version);
        }
    }
    examination.applied = applied.len();
    examination.pending = expected.iter().filter(|version| !applied.contains(version)).count();
    examination.unknown = applied.iter().filter(|version| !expected.contains(version)).count();
    Ok(())
}
