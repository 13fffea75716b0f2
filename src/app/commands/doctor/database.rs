//! The database, looked at without bringing its tables up to date.

use super::Finding;
use crate::app::database::{exists, file};
use crate::base::config::Config;
use crate::store::{Examination, Store, StoreError};

const AREA: &str = "database";

pub(super) async fn findings(config: &Config) -> Vec<Finding> {
    if !exists(config) {
        return vec![Finding::ok(
            AREA,
            "does not exist yet: `rapport serve` makes it with the sample shop, `rapport init` with an empty one",
        )];
    }
    let url = match (&config.database_url, file(config)) {
        // Never made here, though the address may allow it.
        (_, Some(file)) => format!("sqlite:{}?mode=rw", file.display()),
        (Some(url), None) => url.clone(),
        (None, None) => return Vec::new(),
    };
    match Store::examine(&url).await {
        Ok(examination) => judge(&examination),
        Err(StoreError::Database(error)) => {
            vec![Finding::fail(AREA, format!("cannot be opened ({error}): check its address and permissions"))]
        }
        Err(error) => vec![Finding::fail(AREA, error.to_string())],
    }
}

fn judge(examination: &Examination) -> Vec<Finding> {
    let mut findings = Vec::new();
    if examination.damage.is_empty() {
        findings.push(Finding::ok(AREA, "sound"));
    } else {
        let message = format!(
            "is damaged: {}; stop the server and restore the last backup, or save what can be read with `sqlite3 rapport.db .recover`",
            examination.damage.join("; ")
        );
        findings.push(Finding::fail(AREA, message));
    }
    findings.push(match examination {
        Examination { failed: Some(version), .. } => Finding::fail(
            AREA,
            format!("migration {version} stopped half-way: restore the last backup and start the server again"),
        ),
        Examination { unknown, .. } if *unknown > 0 => Finding::fail(
            AREA,
            format!("has {unknown} migrations that this program does not know: run the newer Rapport that made them"),
        ),
        Examination { pending, .. } if *pending > 0 => {
            Finding::warn(AREA, format!("{pending} migrations are to be run: the next start does it"))
        }
        Examination { applied, .. } => Finding::ok(AREA, format!("up to date, {applied} migrations")),
    });
    findings.extend(
        examination.weak.iter().map(|weakness| Finding::fail(AREA, format!("{weakness}: a crash could lose messages"))),
    );
    findings
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;
    use crate::base::clock::Clock;

    #[tokio::test]
    async fn a_sound_database_is_told_from_a_damaged_one() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config { data_dir: folder.path().to_owned(), ..Config::default() };
        assert_eq!(findings(&config).await[0].state, State::Ok);
        assert!(!exists(&config), "looking makes nothing");

        let store = Store::open(&Store::sqlite_url(folder.path()), Clock::System).await.unwrap();
        store.close().await;
        let sound = findings(&config).await;
        assert!(sound.iter().all(|finding| finding.state == State::Ok), "{sound:?}");

        std::fs::write(folder.path().join("rapport.db"), "this is no database, but something else of some length")
            .unwrap();
        let damaged = findings(&config).await;
        assert!(damaged.iter().any(|finding| finding.state == State::Fail), "{damaged:?}");
    }

    #[test]
    fn what_is_wrong_is_a_failure_with_a_cure() {
        let sound = Examination { applied: 2, ..Examination::default() };
        assert!(judge(&sound).iter().all(|finding| finding.state == State::Ok));
        let newer = Examination { unknown: 1, ..sound.clone() };
        assert!(judge(&newer)[1].message.contains("newer Rapport"));
        let older = Examination { pending: 1, ..sound.clone() };
        assert_eq!(judge(&older)[1].state, State::Warn);
        let weak = Examination { weak: vec!["fsync = off".into()], ..sound };
        assert_eq!(judge(&weak)[2].state, State::Fail);
    }
}
