//! An empty database of each engine, for one test.

use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use rapport::base::clock::{Clock, ManualClock};
use rapport::store::Store;

/// An opened store on a database of its own; the folder lives as long as it.
pub struct Database {
    pub store: Store,
    pub clock: ManualClock,
    pub url: String,
    _folder: tempfile::TempDir,
}

#[derive(Clone, Copy, Debug)]
pub enum Engine {
    Sqlite,
    Postgres,
}

impl Database {
    pub async fn new(engine: Engine) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = match engine {
            Engine::Sqlite => Store::sqlite_url(folder.path()),
            Engine::Postgres => new_postgres_database(),
        };
        let clock = ManualClock::new("2026-11-20T10:00:00Z".parse().unwrap());
        let store = Store::open(&url, Clock::Manual(clock.clone())).await.unwrap();
        Self { store, clock, url, _folder: folder }
    }
}

fn new_postgres_database() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/test-postgres.sh");
    let started = Command::new(script).arg("start").output().expect("the script runs");
    let address = String::from_utf8(started.stdout).unwrap();
    let address = address.trim();
    assert!(
        started.status.success() && !address.is_empty(),
        "PostgreSQL does not start; `make test` installs it: {}",
        String::from_utf8_lossy(&started.stderr)
    );
    let name = format!("test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let made = Command::new("psql")
        .args(["--quiet", "--no-psqlrc", address, "-c", &format!("DROP DATABASE IF EXISTS {name}"), "-c"])
        .arg(format!("CREATE DATABASE {name}"))
        .output()
        .expect("psql runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let (server, _) = address.rsplit_once('/').expect("an address ends in a database");
    format!("{server}/{name}")
}
