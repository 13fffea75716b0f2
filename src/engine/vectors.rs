//! Vectors of texts that are indexed again and again, kept on disk, so that a start
//! encodes only what is new. Losing the file costs a few seconds, nothing else.

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use sha2::{Digest, Sha256};

use crate::nlu::{EncodeError, Nlu};

/// The first half of the SHA-256 of encoder and text.
type Key = [u8; 16];

pub(super) struct VectorCache {
    path: PathBuf,
    known: Mutex<HashMap<Key, Vec<f32>>>,
}

const MAGIC: &[u8; 8] = b"rapvec01";

impl VectorCache {
    /// A file that is missing or broken is an empty cache.
    pub fn open(path: PathBuf) -> Self {
        let known = std::fs::read(&path).ok().and_then(|bytes| decode(&bytes)).unwrap_or_default();
        Self { path, known: Mutex::new(known) }
    }

    /// The texts' vectors, in their order; blocks while new ones are encoded.
    pub fn encode(&self, nlu: &Nlu, texts: &[String]) -> Result<Vec<Vec<f32>>, EncodeError> {
        let encoder = nlu.encoder();
        let keys: Vec<Key> = texts.iter().map(|text| key(encoder.identity(), text)).collect();
        let missing: Vec<usize> = {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            (0..texts.len()).filter(|&place| !known.contains_key(&keys[place])).collect()
        };
        let new: Vec<&str> = missing.iter().map(|&place| texts[place].as_str()).collect();
        let vectors = encoder.encode_all(&new, |_| ())?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        for (place, vector) in missing.iter().zip(vectors) {
            known.insert(keys[*place], vector);
        }
        // Those of an encoder that has been replaced may be of another length.
        let width = encoder.shape().dimensions;
        known.retain(|_, vector| vector.len() == width);
        if !missing.is_empty()
            && let Err(error) = self.save(&known)
        {
            tracing::warn!(%error, "vectors could not be kept; the next start encodes them again");
        }
        Ok(keys.iter().map(|key| known.get(key).cloned().unwrap_or_default()).collect())
    }

    fn save(&self, known: &HashMap<Key, Vec<f32>>) -> io::Result<()> {
        let width = known.values().next().map_or(0, Vec::len);
        let mut bytes = MAGIC.to_vec();
        bytes.extend((width as u32).to_le_bytes());
        for (key, vector) in known {
            bytes.extend(key);
            bytes.extend(vector.iter().flat_map(|value| value.to_le_bytes()));
        }
        let partial = self.path.with_extension("partial");
        std::fs::write(&partial, &bytes)?;
        std::fs::rename(&partial, &self.path)
    }
}

fn key(encoder: &str, text: &str) -> Key {
    let digest = Sha256::new().chain_update(encoder).chain_update([0]).chain_update(text).finalize();
    let mut key = Key::default();
    key.copy_from_slice(&digest[..16]);
    key
}

fn decode(bytes: &[u8]) -> Option<HashMap<Key, Vec<f32>>> {
    let rest = bytes.strip_prefix(MAGIC)?;
    let (width, rest) = rest.split_first_chunk::<4>()?;
    let width = u32::from_le_bytes(*width) as usize;
    let row = 16 + 4 * width;
    if width == 0 || rest.len() % row != 0 {
        return None;
    }
    let read = |row: &[u8]| {
        let (key, values) = row.split_first_chunk::<16>()?;
        let vector = values.chunks_exact(4).map(|value| f32::from_le_bytes([value[0], value[1], value[2], value[3]]));
        Some((*key, vector.collect()))
    };
    rest.chunks_exact(row).map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_saved_is_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let cache = VectorCache::open(folder.path().join("vectors"));
        let known = HashMap::from([([1; 16], vec![0.5, -1.0]), ([2; 16], vec![0.25, 2.0])]);
        cache.save(&known).unwrap();
        let again = VectorCache::open(folder.path().join("vectors"));
        assert_eq!(*again.known.lock().unwrap(), known);
    }

    #[test]
    fn a_broken_file_is_an_empty_cache() {
        for bytes in [&b""[..], b"rapvec01", b"rapvec01\x02\0\0\0short", b"other"] {
            assert_eq!(decode(bytes), None, "{bytes:?}");
        }
    }
}
