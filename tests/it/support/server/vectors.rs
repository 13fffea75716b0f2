//! The knowledge base's vectors, read once and lent to every server after that.
//!
//! A server keeps them beside its data, under a key made of the text, so that a file of
//! another server is either of use or ignored.

use std::path::{Path, PathBuf};

const NAME: &str = "vectors.cache";
/// With the version of the format: an older file is larger and of no use.
const KEPT: &str = "vectors-02.cache";

fn kept() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(KEPT)
}

/// Puts what is known into a new data directory.
pub fn lend(data_dir: &Path) {
    if std::fs::create_dir_all(data_dir).is_ok() && !data_dir.join(NAME).exists() {
        let _nothing_known_yet = std::fs::copy(kept(), data_dir.join(NAME));
    }
}

/// Takes over what a server knows, if it knows more.
pub fn keep(data_dir: &Path) {
    let size = |path: &Path| std::fs::metadata(path).map_or(0, |found| found.len());
    if size(&data_dir.join(NAME)) > size(&kept()) {
        let partial = kept().with_extension(std::process::id().to_string());
        if std::fs::copy(data_dir.join(NAME), &partial).is_ok() {
            let _another_run_was_first = std::fs::rename(partial, kept());
        }
    }
}
