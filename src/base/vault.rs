//! Sealing what must not lie open in the database: tokens and secrets of other services.
//!
//! XChaCha20-Poly1305 with a random nonce, bound to what it belongs to, so that a sealed
//! value moved to another row does not open. The key is `RAPPORT_SECRET_KEY`, or lies in
//! `secret.key` in the data directory: a copy of the database alone gives nothing away.

use std::fmt;
use std::io::Write;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};

use super::ids::new_secret;

const VERSION: &str = "v1.";
const NONCE: usize = 24;
/// A key that somebody typed must be long enough that nobody guesses it.
const SHORTEST_KEY: usize = 32;

#[derive(Clone)]
pub struct Vault {
    cipher: XChaCha20Poly1305,
}

#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    #[error("RAPPORT_SECRET_KEY has less than {SHORTEST_KEY} signs; `openssl rand -hex 32` makes a good one")]
    ShortKey,
    #[error("{path} cannot be read or written: {source}")]
    Key { path: String, source: std::io::Error },
    #[error(
        "it was sealed with another key: restore `secret.key` beside the database (or RAPPORT_SECRET_KEY), or enter \
         it anew"
    )]
    OtherKey,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault(…)")
    }
}

impl Vault {
    /// The vault of a server: its key from the environment, else from the data directory,
    /// where the first start makes one.
    pub fn open(data_dir: &Path) -> Result<Self, VaultError> {
        match std::env::var("RAPPORT_SECRET_KEY") {
            Ok(key) if key.len() < SHORTEST_KEY => Err(VaultError::ShortKey),
            Ok(key) => Ok(Self::with_key(&key)),
            Err(_) => Ok(Self::with_key(&key_file(&data_dir.join("secret.key"))?)),
        }
    }

    /// Whether there is a key already.
    pub fn has_key(data_dir: &Path) -> bool {
        std::env::var_os("RAPPORT_SECRET_KEY").is_some() || data_dir.join("secret.key").is_file()
    }

    pub fn with_key(key: &str) -> Self {
        Self { cipher: XChaCha20Poly1305::new(&Sha256::digest(key.trim().as_bytes())) }
    }

    /// Seals a text; `belongs_to` names its place, for example a row's id.
    pub fn seal(&self, text: &str, belongs_to: &str) -> String {
        let mut nonce = [0_u8; NONCE];
        getrandom::fill(&mut nonce).expect("the operating system's random source works");
        let payload = Payload { msg: text.as_bytes(), aad: belongs_to.as_bytes() };
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.expect("texts of this size can be sealed: this is a bug");
        format!("{VERSION}{}", BASE64.encode([nonce.as_slice(), &sealed].concat()))
    }

    /// Opens what [`seal`](Self::seal) made for that place.
    pub fn open_sealed(&self, sealed: &str, belongs_to: &str) -> Result<String, VaultError> {
        let bytes = sealed.strip_prefix(VERSION).and_then(|text| BASE64.decode(text).ok());
        let bytes = bytes.filter(|bytes| bytes.len() > NONCE).ok_or(VaultError::OtherKey)?;
        let (nonce, sealed) = bytes.split_at(NONCE);
        let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| VaultError::OtherKey)?;
        let payload = Payload { msg: sealed, aad: belongs_to.as_bytes() };
        let text = self.cipher.decrypt(&XNonce::from(nonce), payload).map_err(|_| VaultError::OtherKey)?;
        String::from_utf8(text).map_err(|_| VaultError::OtherKey)
    }

    /// Whether a text is sealed; what older versions kept is not.
    pub fn is_sealed(text: &str) -> bool {
        text.starts_with(VERSION)
    }
}

fn key_file(path: &Path) -> Result<String, VaultError> {
    let unusable = |source| VaultError::Key { path: path.display().to_string(), source };
    match std::fs::read_to_string(path) {
        Ok(key) => Ok(key),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let key = new_secret("key");
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder).map_err(unusable)?;
            }
            let mut options = std::fs::OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            match options.open(path) {
                Ok(mut file) => {
                    writeln!(file, "{key}").and_then(|()| file.sync_all()).map_err(unusable)?;
                    Ok(key)
                }
                // Another command was faster.
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                    std::fs::read_to_string(path).map_err(unusable)
                }
                Err(error) => Err(unusable(error)),
            }
        }
        Err(error) => Err(unusable(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_key_opens_it_and_only_in_its_place() {
        let vault = Vault::with_key("a key that nobody guesses, 32 long");
        let sealed = vault.seal("xoxb-1", "inb_1");
        assert!(Vault::is_sealed(&sealed) && !sealed.contains("xoxb"));
        assert_ne!(sealed, vault.seal("xoxb-1", "inb_1"), "each has its own nonce");
        assert_eq!(vault.open_sealed(&sealed, "inb_1").unwrap(), "xoxb-1");
        assert!(vault.open_sealed(&sealed, "inb_2").is_err());
        assert!(Vault::with_key("another").open_sealed(&sealed, "inb_1").is_err());
        assert!(vault.open_sealed("v1.AAAA", "inb_1").is_err());
    }

    #[test]
    fn the_key_is_made_once_and_only_its_owner_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data").join("secret.key");
        let key = key_file(&path).unwrap();
        assert_eq!(key_file(&path).unwrap().trim(), key);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }
}
