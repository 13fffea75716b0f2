//! Everything in which SQLite and PostgreSQL differ.

use sqlx::migrate::Migrator;
use sqlx::{AnyConnection, AnyPool, Executor, Row};

use super::{Result, StoreError};

static SQLITE_MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES_MIGRATIONS: Migrator = sqlx::migrate!("migrations/postgres");

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    pub(super) fn of(url: &str) -> Result<Self> {
        match url.split_once(':').map(|(scheme, _)| scheme) {
            Some("sqlite") => Ok(Dialect::Sqlite),
            Some("postgres" | "postgresql") => Ok(Dialect::Postgres),
            _ => Err(StoreError::Address(url.to_owned())),
        }
    }

    /// SQLite has one writer at a time; a queue before it beats `SQLITE_BUSY` behind it.
    pub(super) fn writers(self) -> u32 {
        match self {
            Dialect::Sqlite => 1,
            Dialect::Postgres => 16,
        }
    }

    /// A transaction that will write says so at once, so that it never has to be
    /// repeated because another wrote between its first read and its first write.
    pub(super) fn begin(self) -> &'static str {
        match self {
            Dialect::Sqlite => "BEGIN IMMEDIATE",
            Dialect::Postgres => "BEGIN",
        }
    }

    /// Reads a conversation's row so that nobody else changes it before the commit.
    pub(super) fn lock_conversation(self) -> &'static str {
        match self {
            Dialect::Sqlite => {
                "SELECT status, holder, last_seq, words_seq, queued_at, outward FROM conversations WHERE id = $1"
            }
            Dialect::Postgres => {
                "SELECT status, holder, last_seq, words_seq, queued_at, outward FROM conversations WHERE id = $1 \
                 FOR UPDATE"
            }
        }
    }

    /// Lets one after another find or make what belongs to an inbox.
    pub(super) fn lock_inbox(self) -> &'static str {
        match self {
            Dialect::Sqlite => "SELECT id FROM inboxes WHERE id = $1",
            Dialect::Postgres => "SELECT id FROM inboxes WHERE id = $1 FOR NO KEY UPDATE",
        }
    }

    pub(super) fn migrations(self) -> &'static Migrator {
        match self {
            Dialect::Sqlite => &SQLITE_MIGRATIONS,
            Dialect::Postgres => &POSTGRES_MIGRATIONS,
        }
    }

    /// A row, if migrations were ever run.
    pub(super) fn has_migrations_table(self) -> &'static str {
        match self {
            Dialect::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table' AND name = '_sqlx_migrations'",
            Dialect::Postgres => {
                "SELECT CAST(table_name AS TEXT) AS name FROM information_schema.tables \
                 WHERE table_schema = current_schema() AND table_name = '_sqlx_migrations'"
            }
        }
    }

    pub(super) async fn migrate(self, pool: &AnyPool) -> Result<()> {
        self.migrations().run(pool).await?;
        Ok(())
    }

    /// Sets what a fresh connection needs.
    pub(super) async fn configure(self, connection: &mut AnyConnection) -> std::result::Result<(), sqlx::Error> {
        if self == Dialect::Sqlite {
            connection
                .execute(
                    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
                     PRAGMA busy_timeout = 5000; PRAGMA cache_size = -4096; PRAGMA temp_store = MEMORY; \
                     PRAGMA wal_autocheckpoint = 4000",
                )
                .await?;
        }
        Ok(())
    }

    /// Refuses settings under which an acknowledged message could be lost.
    pub(super) async fn check_durability(self, pool: &AnyPool) -> Result<()> {
        match self {
            Dialect::Sqlite => {
                let mode: String = sqlx::query("PRAGMA journal_mode").fetch_one(pool).await?.try_get(0)?;
                require("journal_mode", &mode, "wal")?;
                let synchronous: i64 = sqlx::query("PRAGMA synchronous").fetch_one(pool).await?.try_get(0)?;
                require("synchronous", &synchronous.to_string(), "2")
            }
            Dialect::Postgres => {
                let setting: String = sqlx::query("SHOW fsync").fetch_one(pool).await?.try_get(0)?;
                require("fsync", &setting, "on")?;
                let setting: String = sqlx::query("SHOW synchronous_commit").fetch_one(pool).await?.try_get(0)?;
                if setting == "off" { require("synchronous_commit", &setting, "on") } else { Ok(()) }
            }
        }
    }
}

fn require(name: &'static str, found: &str, needed: &'static str) -> Result<()> {
    if found == needed {
        return Ok(());
    }
    Err(StoreError::WeakDurability { name, found: found.to_owned(), needed })
}
