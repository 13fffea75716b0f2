//! Where the program's own files are: models, sample shop, web pages.

use std::path::{Path, PathBuf};

/// The folder that holds `models/`, `intents/`, `knowledge-base/` and `catalogue/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home(PathBuf);

#[derive(Debug, thiserror::Error)]
#[error(
    "cannot find Rapport's own files (a folder with models/manifest.toml): start from the clone, or set RAPPORT_HOME to it"
)]
pub struct HomeNotFound;

impl Home {
    /// `RAPPORT_HOME`, else the working directory or one above it, else one above the binary.
    pub fn find() -> Result<Self, HomeNotFound> {
        if let Some(named) = std::env::var_os("RAPPORT_HOME") {
            let named = PathBuf::from(named);
            return if is_home(&named) { Ok(Self(named)) } else { Err(HomeNotFound) };
        }
        let starts = [std::env::current_dir().ok(), std::env::current_exe().ok()];
        starts
            .iter()
            .flatten()
            .flat_map(|start| start.ancestors())
            .find(|folder| is_home(folder))
            .map(|folder| Self(folder.to_owned()))
            .ok_or(HomeNotFound)
    }

    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self(folder.into())
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn models(&self) -> PathBuf {
        self.0.join("models")
    }

    pub fn intents(&self) -> PathBuf {
        self.0.join("intents")
    }

    pub fn knowledge_base(&self) -> PathBuf {
        self.0.join("knowledge-base")
    }

    pub fn catalogue(&self) -> PathBuf {
        self.0.join("catalogue")
    }
}

fn is_home(folder: &Path) -> bool {
    folder.join("models/manifest.toml").is_file()
}
