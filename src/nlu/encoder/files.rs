//! The encoder's files: found, and proved to be the ones that the manifest names.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest, Sha256};

const LINK: &str = "models/encoder";
const WEIGHTS: &str = "model.safetensors";
const TOKENIZER: &str = "tokenizer.json";

/// Paths of the verified files.
#[derive(Clone, Debug)]
pub struct EncoderFiles {
    pub weights: PathBuf,
    pub tokenizer: PathBuf,
    /// The weights' sha256.
    pub identity: String,
}

#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    #[error("the manifest {path} cannot be read: {reason}")]
    Manifest { path: String, reason: String },
    #[error("the model file {path} is missing: `make setup` fetches it")]
    Missing { path: String },
    #[error(
        "the model file {path} is not the one that was published (sha256 {found}, expected {expected}): \
         delete it and fetch it again with `make setup`"
    )]
    WrongHash { path: String, found: String, expected: String },
    #[error("the model file {path} cannot be read: {source}")]
    Unreadable { path: String, source: io::Error },
}

#[derive(Deserialize)]
struct Manifest {
    #[serde(default)]
    model: Vec<Model>,
}

#[derive(Deserialize)]
struct Model {
    #[serde(default)]
    link: String,
    #[serde(default)]
    package: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    #[serde(default)]
    file: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    path: String,
    sha256: String,
}

impl EncoderFiles {
    /// Finds the files beside `models_dir/manifest.toml` and compares their hashes; reads
    /// 90 MB, which takes less than 0.1 s from the page cache.
    pub fn verified(models_dir: &Path) -> Result<Self, FilesError> {
        let manifest = models_dir.join("manifest.toml");
        let unreadable = |reason: String| FilesError::Manifest { path: manifest.display().to_string(), reason };
        let text = std::fs::read_to_string(&manifest).map_err(|error| unreadable(error.to_string()))?;
        let parsed: Manifest = toml::from_str(&text).map_err(|error| unreadable(error.to_string()))?;
        let listed = |name: &str| {
            let encoder = parsed.model.iter().filter(|model| model.link == LINK);
            let mut files = encoder.flat_map(|model| &model.package).flat_map(|package| &package.file);
            files
                .find(|file| file.path == name)
                .ok_or_else(|| unreadable(format!("it names no {name} for the model linked at {LINK}")))
        };
        let folder = models_dir.join("encoder");
        let weights = folder.join(WEIGHTS);
        let tokenizer = folder.join(TOKENIZER);
        verify(&tokenizer, &listed(TOKENIZER)?.sha256)?;
        let identity = listed(WEIGHTS)?.sha256.clone();
        verify(&weights, &identity)?;
        Ok(Self { weights, tokenizer, identity })
    }
}

fn verify(path: &Path, expected: &str) -> Result<(), FilesError> {
    let name = path.display().to_string();
    let found = sha256(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => FilesError::Missing { path: name.clone() },
        _ => FilesError::Unreadable { path: name.clone(), source },
    })?;
    if found == expected {
        return Ok(());
    }
    Err(FilesError::WrongHash { path: name, found, expected: expected.to_owned() })
}

fn sha256(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 18];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(hex::encode(hash.finalize()));
        }
        hash.update(&buffer[..read]);
    }
}
