//! Whether there is a database yet: commands that change a shop do not make one by
//! accident, for example in the wrong folder.

use std::path::{Path, PathBuf};

use anyhow::bail;

use super::commands::open_store;
use crate::base::config::Config;
use crate::store::Store;

/// Opens the database, and says what to do where there is none yet.
pub(super) async fn open_existing(config: &Config) -> anyhow::Result<Store> {
    if !exists(config) {
        bail!(
            "there is no database {} yet: start the server once with `rapport serve`, make an empty shop with \
             `rapport init`, or set RAPPORT_DATA_DIR to the folder that has it",
            file(config).unwrap_or_default().display()
        );
    }
    open_store(config).await
}

/// Whether the database's file is there. A server's database is asked by opening it.
pub(super) fn exists(config: &Config) -> bool {
    file(config).is_none_or(|file| file.is_file())
}

/// The file that a SQLite database lies in.
pub(super) fn file(config: &Config) -> Option<PathBuf> {
    match &config.database_url {
        None => Some(config.data_dir.join("rapport.db")),
        Some(url) => {
            let path = url.strip_prefix("sqlite:")?;
            let path = path.split('?').next().unwrap_or(path);
            Some(Path::new(path.strip_prefix("//").unwrap_or(path)).to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(None, Some("var/rapport.db"))]
    #[case(Some("sqlite:shop/a.db?mode=rwc"), Some("shop/a.db"))]
    #[case(Some("sqlite:///srv/a.db"), Some("/srv/a.db"))]
    #[case(Some("postgres://shop@localhost/shop"), None)]
    fn knows_the_file(#[case] url: Option<&str>, #[case] expected: Option<&str>) {
        let config = Config { database_url: url.map(str::to_owned), ..Config::default() };
        assert_eq!(file(&config), expected.map(PathBuf::from));
    }

    #[tokio::test]
    async fn what_is_not_there_is_not_made() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let config = Config { data_dir: folder.path().join("var"), ..Config::default() };
        let error = open_existing(&config).await.expect_err("there is none").to_string();
        assert!(error.contains("rapport init"), "{error}");
        assert!(!config.data_dir.exists());
    }
}
