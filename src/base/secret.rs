//! Hashes and signatures of secrets.

use std::fmt;

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize, Serializer};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// As NIST SP 800-63B counsels: length, and no rules about kinds of signs.
pub const SHORTEST_PASSWORD: usize = 10;

/// A password of the configuration: neither a log nor an error shows it.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Password(String);

impl Password {
    pub fn new(password: String) -> Self {
        Self(password)
    }

    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "\"\"" } else { "…" })
    }
}

impl Serialize for Password {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(if self.0.is_empty() { "" } else { "…" })
    }
}

/// The hex SHA-256 of a bearer token: what the database keeps instead of the token.
/// Tokens carry 256 random bits, so a fast hash is enough (unlike for passwords).
pub fn token_hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

/// `hex(SHA-256(bytes))`: what a file is checked against.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// `hex(HMAC-SHA256(key, message))`.
pub fn hmac_sha256_hex(key: &[u8], message: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(message);
    hex::encode(mac.finalize().into_bytes())
}

/// Whether `signature` (hex, either case) is the HMAC-SHA256 of `message`; takes
/// the same time wherever they differ.
pub fn verify_hmac_sha256_hex(key: &[u8], message: &[u8], signature: &str) -> bool {
    let expected = hmac_sha256_hex(key, message);
    bool::from(expected.as_bytes().ct_eq(signature.to_ascii_lowercase().as_bytes()))
}

/// Keeps a password: an argon2id PHC string with a salt of its own. Takes some 20 ms and
/// 19 MiB, which is its purpose; run it off the async threads.
pub fn password_hash(password: &str) -> String {
    let hash = Argon2::default().hash_password(password.as_bytes());
    hash.expect("argon2 takes passwords of any length that fits into memory: this is a bug").to_string()
}

/// Whether the password is the one that was kept.
pub fn verify_password(password: &str, kept: &str) -> bool {
    Argon2::default().verify_password(password.as_bytes(), kept).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_kept_as_argon2id_with_a_salt_of_its_own() {
        let (one, another) = (password_hash("correct horse"), password_hash("correct horse"));
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert_ne!(one, another);
        assert!(verify_password("correct horse", &one) && verify_password("correct horse", &another));
        assert!(!verify_password("Correct horse", &one));
        assert!(!verify_password("correct horse", "no hash"));
    }

    #[test]
    fn verifies_the_published_vector_of_github() {
        let signature = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
        assert!(verify_hmac_sha256_hex(b"It's a Secret to Everybody", b"Hello, World!", signature));
        assert!(verify_hmac_sha256_hex(b"It's a Secret to Everybody", b"Hello, World!", &signature.to_uppercase()));
        assert!(!verify_hmac_sha256_hex(b"another secret", b"Hello, World!", signature));
        assert!(!verify_hmac_sha256_hex(b"It's a Secret to Everybody", b"Hello, World!", ""));
    }
}
