//! The encoder's files: found, and proved to be what they should be.
//!
//! The encoder that set-up fetches must be the one that the manifest names. One that the
//! configuration names instead is taken as it is; its files' hashes are its identity, so
//! that heads and vectors of another are never taken for its own.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::shape::{DESCRIPTIONS, Shape};
use crate::base::home::Home;

const LINK: &str = "models/encoder";
const WEIGHTS: &str = "model.safetensors";
const TOKENIZER: &str = "tokenizer.json";

/// The verified files, and what they hold.
#[derive(Clone, Debug)]
pub struct EncoderFiles {
    pub name: String,
    pub weights: PathBuf,
    pub tokenizer: PathBuf,
    /// A sha256: the weights' of a published encoder, that of all its files of another.
    pub identity: String,
    pub shape: Shape,
    /// The weights, in bytes.
    pub bytes: u64,
}

#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    #[error("the manifest {path} cannot be read: {reason}")]
    Manifest { path: String, reason: String },
    #[error(
        "the model file {path} is missing: `make setup` fetches Rapport's own encoder; another one needs \
         config.json, tokenizer.json and model.safetensors in its folder"
    )]
    Missing { path: String },
    #[error(
        "the model file {path} is not the one that was published (sha256 {found}, expected {expected}): \
         delete it and fetch it again with `make setup`"
    )]
    WrongHash { path: String, found: String, expected: String },
    #[error("the model file {path} cannot be read: {source}")]
    Unreadable { path: String, source: io::Error },
    #[error(
        "this encoder cannot be run, by {path}: {expected}. Name a sentence encoder of the families BERT, RoBERTa \
         or XLM-RoBERTa in `model.encoder`"
    )]
    Unsupported { path: String, expected: String },
}

#[derive(Deserialize)]
struct Manifest {
    #[serde(default)]
    model: Vec<Model>,
}

#[derive(Deserialize)]
struct Model {
    #[serde(default)]
    name: String,
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

/// What the manifest says of the encoder that set-up fetches.
struct Published {
    name: String,
    weights: String,
    tokenizer: String,
}

impl EncoderFiles {
    /// Finds the files of the configured encoder and hashes them: 90 MB take less than
    /// 0.1 s from the page cache.
    pub fn verified(home: &Home) -> Result<Self, FilesError> {
        let folder = home.encoder();
        let (weights, tokenizer) = (folder.join(WEIGHTS), folder.join(TOKENIZER));
        let published = Published::read(&home.models().join("manifest.toml"))?;
        let (name, identity) = if home.other_encoder().is_none() {
            expect(&tokenizer, &published.tokenizer)?;
            expect(&weights, &published.weights)?;
            (published.name, published.weights)
        } else {
            let hashes = [hash(&tokenizer)?, hash(&weights)?];
            if hashes == [published.tokenizer, published.weights.clone()] {
                (published.name, published.weights)
            } else {
                (name_of(&folder), identity(&folder, hashes)?)
            }
        };
        let bytes = std::fs::metadata(&weights)
            .map_err(|source| FilesError::Unreadable { path: weights.display().to_string(), source })?
            .len();
        Ok(Self { name, shape: Shape::read(&folder)?, weights, tokenizer, identity, bytes })
    }
}

impl Published {
    fn read(manifest: &Path) -> Result<Self, FilesError> {
        let unreadable = |reason: String| FilesError::Manifest { path: manifest.display().to_string(), reason };
        let text = std::fs::read_to_string(manifest).map_err(|error| unreadable(error.to_string()))?;
        let parsed: Manifest = toml::from_str(&text).map_err(|error| unreadable(error.to_string()))?;
        let model = parsed.model.iter().find(|model| model.link == LINK);
        let model = model.ok_or_else(|| unreadable(format!("it names no model linked at {LINK}")))?;
        let listed = |name: &str| {
            let mut files = model.package.iter().flat_map(|package| &package.file);
            let file = files.find(|file| file.path == name);
            file.map(|file| file.sha256.clone())
                .ok_or_else(|| unreadable(format!("it names no {name} for the model linked at {LINK}")))
        };
        Ok(Self { name: model.name.clone(), weights: listed(WEIGHTS)?, tokenizer: listed(TOKENIZER)? })
    }
}

/// An encoder is called by its folder.
fn name_of(folder: &Path) -> String {
    folder.file_name().map_or_else(|| folder.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// Everything that a vector depends on.
fn identity(folder: &Path, hashes: [String; 2]) -> Result<String, FilesError> {
    let mut all = Sha256::new().chain_update(hashes.concat());
    for name in DESCRIPTIONS {
        let path = folder.join(name);
        match std::fs::read(&path) {
            Ok(bytes) => all.update(Sha256::digest(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => all.update([0]),
            Err(source) => return Err(FilesError::Unreadable { path: path.display().to_string(), source }),
        }
    }
    Ok(hex::encode(all.finalize()))
}

fn expect(path: &Path, expected: &str) -> Result<(), FilesError> {
    let found = hash(path)?;
    if found == expected {
        return Ok(());
    }
    Err(FilesError::WrongHash { path: path.display().to_string(), found, expected: expected.to_owned() })
}

fn hash(path: &Path) -> Result<String, FilesError> {
    let name = path.display().to_string();
    sha256(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => FilesError::Missing { path: name },
        _ => FilesError::Unreadable { path: name, source },
    })
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
