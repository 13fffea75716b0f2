//! Files for the importers' tests.

use std::path::PathBuf;

use super::problem::Problems;

/// A folder that lives as long as a test.
pub(super) struct Folder(tempfile::TempDir);

impl Folder {
    pub(super) fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder for the test"))
    }

    pub(super) fn path(&self) -> PathBuf {
        self.0.path().to_owned()
    }

    pub(super) fn file(&self, name: &str, text: &str) -> PathBuf {
        self.bytes(name, text.as_bytes())
    }

    pub(super) fn bytes(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, bytes).expect("a file for the test");
        path
    }
}

/// The problems of what must have failed.
pub(super) fn problems<T>(result: Result<T, Problems>) -> Problems {
    match result {
        Ok(_) => panic!("a broken file was accepted"),
        Err(problems) => problems,
    }
}
