//! How customers' messages are read, for a while and in memory only: what somebody wrote
//! leaves no trace on the disk beside the log.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use sha2::{Digest, Sha256};

use crate::nlu::heads::Heads;
use crate::nlu::{EncodeError, Encoder, IntentReading, Vector};

/// At 2 KB each; beyond that it begins anew.
const MOST: usize = 10_000;

/// One text as a set of heads reads it.
#[derive(Clone)]
pub(in crate::engine) struct Read {
    pub vector: Vector,
    pub intents: IntentReading,
}

/// Of text and model.
type Key = [u8; 16];

#[derive(Default)]
pub(super) struct Readings {
    known: Mutex<HashMap<Key, Read>>,
}

impl Readings {
    /// The texts as these heads read them, in their order. Blocks while new ones are
    /// encoded, behind everything that a customer waits for.
    pub fn of(&self, encoder: &Encoder, heads: &Heads, texts: &[&str]) -> Result<Vec<Read>, EncodeError> {
        let keys: Vec<Key> = texts.iter().map(|text| key(&heads.version, text)).collect();
        let mut found: Vec<Option<Read>> = {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            keys.iter().map(|key| known.get(key).cloned()).collect()
        };
        let missing: Vec<usize> = (0..texts.len()).filter(|&place| found[place].is_none()).collect();
        let new: Vec<&str> = missing.iter().map(|&place| texts[place]).collect();
        let read = read_all(encoder, heads, &new)?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() + missing.len() > MOST {
            known.clear();
        }
        for (place, read) in missing.into_iter().zip(read) {
            known.insert(keys[place], read.clone());
            found[place] = Some(read);
        }
        Ok(found.into_iter().flatten().collect())
    }
}

/// Reads texts anew, in their order; blocks likewise.
pub(super) fn read_all(encoder: &Encoder, heads: &Heads, texts: &[&str]) -> Result<Vec<Read>, EncodeError> {
    let encodings = encoder.read_all(texts, heads.wanted(), |_| ())?;
    let read = texts.iter().zip(encodings);
    Ok(read.map(|(text, encoding)| Read { intents: heads.intents(text, &encoding), vector: encoding.vector }).collect())
}

fn key(model: &str, text: &str) -> Key {
    let digest = Sha256::new().chain_update(model).chain_update([0]).chain_update(text).finalize();
    let mut key = Key::default();
    key.copy_from_slice(&digest[..16]);
    key
}
