//! Where the program's own files are: models, sample shop, web pages.

use std::path::{Path, PathBuf};

/// The folder that holds `models/`, `intents/`, `knowledge-base/` and `catalogue/`; and,
/// where the console has made a shop in the data directory, that shop's own folder, whose
/// intents, articles and heads stand in for the sample's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    folder: PathBuf,
    shop: PathBuf,
}

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
            return if is_home(&named) { Ok(Self::at(named)) } else { Err(HomeNotFound) };
        }
        let starts = [std::env::current_dir().ok(), std::env::current_exe().ok()];
        starts
            .iter()
            .flatten()
            .flat_map(|start| start.ancestors())
            .find(|folder| is_home(folder))
            .map(Self::at)
            .ok_or(HomeNotFound)
    }

    pub fn at(folder: impl Into<PathBuf>) -> Self {
        let folder = folder.into();
        Self { shop: folder.clone(), folder }
    }

    /// With the shop that the console has made in this data directory, if it has.
    pub fn with_shop_of(self, data_dir: &Path) -> Self {
        let shop = Self::shop_folder(data_dir);
        if shop.is_dir() { Self { shop, ..self } } else { self }
    }

    /// Where the console makes a shop.
    pub fn shop_folder(data_dir: &Path) -> PathBuf {
        data_dir.join("shop")
    }

    pub fn path(&self) -> &Path {
        &self.folder
    }

    pub fn models(&self) -> PathBuf {
        self.folder.join("models")
    }

    pub fn intents(&self) -> PathBuf {
        self.shop.join("intents")
    }

    /// The shop's own entity types.
    pub fn entities(&self) -> PathBuf {
        self.shop.join("entities")
    }

    pub fn knowledge_base(&self) -> PathBuf {
        self.shop.join("knowledge-base")
    }

    /// Where the shop's trained heads are written.
    pub fn heads(&self) -> PathBuf {
        if self.shop == self.folder { self.models().join("heads") } else { self.shop.join("heads") }
    }

    /// Where heads are looked for, first things first: a shop that has trained some of them
    /// has the others from Rapport.
    pub fn heads_folders(&self) -> Vec<PathBuf> {
        let mut folders = vec![self.heads(), self.models().join("heads")];
        folders.dedup();
        folders
    }

    pub fn catalogue(&self) -> PathBuf {
        self.folder.join("catalogue")
    }
}

fn is_home(folder: &Path) -> bool {
    folder.join("models/manifest.toml").is_file()
}
