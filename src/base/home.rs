//! Where the program's own files are: models, sample shop, web pages.

use std::path::{Path, PathBuf};

/// The folder that holds `models/`, `intents/`, `knowledge-base/` and `catalogue/`; and,
/// where the console has made a shop in the data directory, that shop's own folder, whose
/// intents, articles and heads stand in for the sample's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    folder: PathBuf,
    shop: PathBuf,
    /// Where the configuration names another encoder than the one that set-up fetches.
    encoder: Option<PathBuf>,
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
        Self { shop: folder.clone(), folder, encoder: None }
    }

    /// With the encoder that the configuration names; a relative path begins here.
    pub fn with_encoder(self, named: &Path) -> Self {
        let encoder = self.folder.join(named);
        let own = self.models().join("encoder");
        Self { encoder: (encoder != own).then_some(encoder), ..self }
    }

    /// With the encoder that set-up fetches, whatever the configuration names.
    pub fn with_own_encoder(self) -> Self {
        Self { encoder: None, ..self }
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

    /// The encoder's folder.
    pub fn encoder(&self) -> PathBuf {
        self.encoder.clone().unwrap_or_else(|| self.models().join("encoder"))
    }

    /// The encoder's folder, where it is not the one that set-up fetches.
    pub fn other_encoder(&self) -> Option<&Path> {
        self.encoder.as_deref()
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

    /// Where the shop's trained heads are written. Another encoder's have a folder of their
    /// own in it, so that going back is a matter of the configuration.
    pub fn heads(&self) -> PathBuf {
        let heads = if self.shop == self.folder { self.shipped_heads() } else { self.shop.join("heads") };
        match self.encoder.as_deref().and_then(Path::file_name) {
            Some(encoder) => heads.join(encoder),
            None => heads,
        }
    }

    /// Where heads are looked for, first things first: a shop that has trained some of them
    /// has the others from Rapport, whose own fit its own encoder only.
    pub fn heads_folders(&self) -> Vec<PathBuf> {
        let mut folders = vec![self.heads()];
        if self.encoder.is_none() {
            folders.push(self.shipped_heads());
        }
        folders.dedup();
        folders
    }

    /// The heads that Rapport brings, for its own encoder.
    pub fn shipped_heads(&self) -> PathBuf {
        self.models().join("heads")
    }

    pub fn catalogue(&self) -> PathBuf {
        self.folder.join("catalogue")
    }
}

fn is_home(folder: &Path) -> bool {
    folder.join("models/manifest.toml").is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_encoder_has_heads_of_its_own() {
        let usual = Home::at("/clone").with_encoder(Path::new("models/encoder"));
        assert_eq!((usual.other_encoder(), usual.encoder()), (None, PathBuf::from("/clone/models/encoder")));
        assert_eq!(usual.heads_folders(), [PathBuf::from("/clone/models/heads")]);
        let other = usual.with_encoder(Path::new("/srv/multilingual"));
        assert_eq!(other.encoder(), PathBuf::from("/srv/multilingual"));
        assert_eq!(other.heads_folders(), [PathBuf::from("/clone/models/heads/multilingual")]);
    }
}
