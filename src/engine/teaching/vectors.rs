//! Vectors of customers' messages, for a while and in memory only: what somebody wrote
//! leaves no trace on the disk beside the log.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use sha2::{Digest, Sha256};

use crate::nlu::{EncodeError, Encoder, Vector};

/// At 1.5 KB each; beyond that it begins anew.
const MOST: usize = 10_000;

type Key = [u8; 16];

#[derive(Default)]
pub(super) struct Vectors {
    known: Mutex<HashMap<Key, Vector>>,
}

impl Vectors {
    /// The texts' vectors, in their order. Blocks while new ones are encoded, behind
    /// everything that a customer waits for.
    pub fn of(&self, encoder: &Encoder, texts: &[&str]) -> Result<Vec<Vector>, EncodeError> {
        let keys: Vec<Key> = texts.iter().map(|text| key(text)).collect();
        let mut found: Vec<Option<Vector>> = {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            keys.iter().map(|key| known.get(key).cloned()).collect()
        };
        let missing: Vec<usize> = (0..texts.len()).filter(|&place| found[place].is_none()).collect();
        let new: Vec<&str> = missing.iter().map(|&place| texts[place]).collect();
        let vectors = encoder.encode_all(&new, |_| ())?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() + missing.len() > MOST {
            known.clear();
        }
        for (place, vector) in missing.into_iter().zip(vectors) {
            known.insert(keys[place], vector.clone());
            found[place] = Some(vector);
        }
        Ok(found.into_iter().flatten().collect())
    }
}

fn key(text: &str) -> Key {
    let mut key = Key::default();
    key.copy_from_slice(&Sha256::digest(text)[..16]);
    key
}
