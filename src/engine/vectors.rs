//! Vectors of texts that are indexed again and again, kept on disk, so that a start
//! encodes only what is new. Losing the file costs time, nothing else.
//!
//! The file grows by a record a text, and each record has a checksum: after a crash all but
//! the one that was being written is there, and what a disk has spoilt is told, left out and
//! encoded again. In memory stands only where each record is.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};

use crate::nlu::EncodeError;
use crate::nlu::encoder::Encoder;
use crate::search::vectors::Row;

/// The first half of the SHA-256 of encoder and text.
type Key = [u8; 16];

/// One file, for one encoder.
pub struct VectorCache {
    path: PathBuf,
    /// `None` until the encoder is known.
    open: Mutex<Option<Open>>,
}

struct Open {
    /// `None` where the disk cannot be written to; then vectors live in memory.
    file: Option<File>,
    width: usize,
    /// The number of each record, from 0.
    records: HashMap<Key, u32>,
    count: u32,
    /// Records that are damaged: the next new ones take their places.
    spoilt: Vec<u32>,
    unwritten: HashMap<Key, Row>,
}

const MAGIC: &[u8; 8] = b"rapvec02";
/// Magic, width, and whose vectors they are.
const HEADER: usize = 8 + 4 + 16;
/// Texts that are encoded before they are written: what a crash may lose.
const GROUP: usize = 256;

impl VectorCache {
    /// The file is read when the first text is encoded.
    pub fn new(path: PathBuf) -> Self {
        Self { path, open: Mutex::default() }
    }

    /// The texts' vectors, in their order; blocks while new ones are encoded. `progress` is
    /// told how many texts are there.
    pub fn encode(
        &self,
        encoder: &Encoder,
        texts: &[String],
        progress: impl Fn(usize),
    ) -> Result<Vec<Row>, EncodeError> {
        let keys: Vec<Key> = texts.iter().map(|text| key(encoder.identity(), text)).collect();
        let mut missing: Vec<usize> = {
            let mut open = self.lock();
            let open = self.opened(&mut open, encoder);
            (0..texts.len()).filter(|place| !open.knows(&keys[*place])).collect()
        };
        missing.sort_by_key(|place| keys[*place]);
        missing.dedup_by_key(|place| keys[*place]);
        let mut done = texts.len() - missing.len();
        progress(done);
        for group in missing.chunks(GROUP) {
            let new: Vec<&str> = group.iter().map(|place| texts[*place].as_str()).collect();
            let vectors = encoder.encode_all(&new, |_| ())?;
            let rows = group.iter().zip(vectors).map(|(place, vector)| (keys[*place], Row::of(&vector))).collect();
            let mut open = self.lock();
            self.opened(&mut open, encoder).add(rows);
            done += group.len();
            progress(done);
        }
        let mut open = self.lock();
        let open = self.opened(&mut open, encoder);
        let rows: Vec<Option<Row>> = keys.iter().map(|key| open.row(key)).collect();
        // A record that cannot be read any more is encoded once more, and then kept in memory.
        rows.into_iter()
            .zip(texts)
            .map(|(row, text)| match row {
                Some(row) => Ok(row),
                None => Ok(Row::of(&encoder.encode_blocking(text)?)),
            })
            .collect()
    }

    /// What is known without encoding anything; `None` for the others.
    pub fn known(&self, encoder: &Encoder, texts: &[String]) -> Option<Vec<Row>> {
        let mut open = self.lock();
        let open = self.opened(&mut open, encoder);
        texts.iter().map(|text| open.row(&key(encoder.identity(), text))).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn opened<'a>(&self, open: &'a mut Option<Open>, encoder: &Encoder) -> &'a mut Open {
        open.get_or_insert_with(|| Open::read(&self.path, encoder.identity(), encoder.shape().dimensions))
    }
}

impl Open {
    /// Reads a file and mends it, or begins a new one.
    fn read(path: &Path, encoder: &str, width: usize) -> Self {
        let mut open = Self {
            file: None,
            width,
            records: HashMap::new(),
            count: 0,
            spoilt: Vec::new(),
            unwritten: HashMap::new(),
        };
        let header = header(encoder, width);
        match open.read_file(path, &header) {
            Ok(file) => open.file = Some(file),
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "vectors cannot be kept; the next start encodes them again");
                (open.records, open.count, open.spoilt) = (HashMap::new(), 0, Vec::new());
            }
        }
        open
    }

    fn read_file(&mut self, path: &Path, header: &[u8; HEADER]) -> io::Result<File> {
        let shown = path.display();
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        let length = file.metadata()?.len();
        if length == 0 {
            file.write_all(header)?;
            return Ok(file);
        }
        let mut reader = BufReader::with_capacity(1 << 20, &file);
        let mut found = [0; HEADER];
        let is_whole = reader.read_exact(&mut found).is_ok();
        if !is_whole || found[..8] != header[..8] {
            tracing::warn!(path = %shown, "the kept vectors are damaged or of an older version: all are encoded anew");
        } else if found != *header {
            tracing::info!(path = %shown, "the kept vectors are of another encoder: all are encoded anew");
        } else {
            self.read_records(&mut reader)?;
            drop(reader);
            let whole = HEADER as u64 + u64::from(self.count) * self.record() as u64;
            let is_cut = length > whole;
            if is_cut || !self.spoilt.is_empty() {
                tracing::warn!(
                    path = %shown, damaged = self.spoilt.len() + usize::from(is_cut), kept = self.records.len(),
                    "some of the kept vectors are damaged: they are left out and encoded again"
                );
                file.set_len(whole)?;
            }
            return Ok(file);
        }
        drop(reader);
        file.set_len(0)?;
        file.seek(SeekFrom::Start(0))?;
        file.write_all(header)?;
        Ok(file)
    }

    fn read_records(&mut self, reader: &mut impl Read) -> io::Result<()> {
        let mut record = vec![0; self.record()];
        while read_up_to(reader, &mut record)? == record.len() {
            let (content, sum) = record.split_at(record.len() - 4);
            if checksum(content) == *sum {
                let mut key = Key::default();
                key.copy_from_slice(&content[..16]);
                self.records.insert(key, self.count);
            } else {
                self.spoilt.push(self.count);
            }
            self.count += 1;
        }
        Ok(())
    }

    /// Key, scale, numbers, checksum.
    fn record(&self) -> usize {
        16 + 4 + self.width + 4
    }

    fn knows(&self, key: &Key) -> bool {
        self.records.contains_key(key) || self.unwritten.contains_key(key)
    }

    fn add(&mut self, rows: Vec<(Key, Row)>) {
        if let Err(error) = self.write(&rows) {
            if self.file.take().is_some() {
                tracing::warn!(%error, "vectors cannot be kept any more; the next start encodes the new ones again");
            }
            self.unwritten.extend(rows);
        }
    }

    fn write(&mut self, rows: &[(Key, Row)]) -> io::Result<()> {
        let (into_gaps, rest) = rows.split_at(self.spoilt.len().min(rows.len()));
        for row in into_gaps {
            let number = self.spoilt.pop().unwrap_or(self.count);
            self.write_at(number, std::slice::from_ref(row))?;
        }
        self.write_at(self.count, rest)?;
        self.count += rest.len() as u32;
        Ok(())
    }

    /// Records side by side, in one go.
    fn write_at(&mut self, first: u32, rows: &[(Key, Row)]) -> io::Result<()> {
        let size = self.record();
        let file = self.file.as_mut().ok_or(io::ErrorKind::NotFound)?;
        let mut bytes = Vec::with_capacity(rows.len() * size);
        for (key, row) in rows {
            let begin = bytes.len();
            let (scale, numbers) = row.parts();
            bytes.extend(key);
            bytes.extend(scale.to_le_bytes());
            bytes.extend(numbers.iter().map(|number| number.cast_unsigned()));
            bytes.extend(checksum(&bytes[begin..]));
        }
        file.seek(SeekFrom::Start(HEADER as u64 + u64::from(first) * size as u64))?;
        file.write_all(&bytes)?;
        self.records.extend((first..).zip(rows).map(|(number, (key, _))| (*key, number)));
        Ok(())
    }

    fn row(&mut self, key: &Key) -> Option<Row> {
        if let Some(row) = self.unwritten.get(key) {
            return Some(row.clone());
        }
        let (number, size) = (*self.records.get(key)?, self.record());
        match self.read_record(number, size) {
            Ok(record) => {
                let scale = f32::from_le_bytes([record[16], record[17], record[18], record[19]]);
                let numbers = record[20..size - 4].iter().map(|byte| byte.cast_signed()).collect();
                Some(Row::from_parts(scale, numbers))
            }
            Err(error) => {
                tracing::warn!(%error, "a kept vector cannot be read: it is encoded again");
                self.records.remove(key);
                None
            }
        }
    }

    fn read_record(&mut self, number: u32, size: usize) -> io::Result<Vec<u8>> {
        let file = self.file.as_mut().ok_or(io::ErrorKind::NotFound)?;
        let mut record = vec![0; size];
        file.seek(SeekFrom::Start(HEADER as u64 + u64::from(number) * size as u64))?;
        file.read_exact(&mut record)?;
        let (content, sum) = record.split_at(size - 4);
        if checksum(content) != *sum {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "it is damaged"));
        }
        Ok(record)
    }
}

fn header(encoder: &str, width: usize) -> [u8; HEADER] {
    let mut header = [0; HEADER];
    header[..8].copy_from_slice(MAGIC);
    header[8..12].copy_from_slice(&(width as u32).to_le_bytes());
    header[12..].copy_from_slice(&Sha256::digest(encoder)[..16]);
    header
}

fn key(encoder: &str, text: &str) -> Key {
    let digest = Sha256::new().chain_update(encoder).chain_update([0]).chain_update(text).finalize();
    let mut key = Key::default();
    key.copy_from_slice(&digest[..16]);
    key
}

fn checksum(bytes: &[u8]) -> [u8; 4] {
    let digest = Sha256::digest(bytes);
    [digest[0], digest[1], digest[2], digest[3]]
}

/// Fills the buffer as far as there is something left.
fn read_up_to(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..])? {
            0 => break,
            read => filled += read,
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const ENCODER: &str = "an encoder";

    fn rows(count: u8) -> Vec<(Key, Row)> {
        (0..count).map(|number| ([number; 16], Row::of(&[f32::from(number) - 1.5, 1.0, -0.25]))).collect()
    }

    fn written(folder: &Path, count: u8) -> PathBuf {
        let path = folder.join("vectors.cache");
        Open::read(&path, ENCODER, 3).add(rows(count));
        path
    }

    #[test]
    fn what_is_written_is_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = written(folder.path(), 5);
        let mut again = Open::read(&path, ENCODER, 3);
        again.add(vec![([9; 16], Row::of(&[1.0, 0.0, 0.0]))]);
        let mut again = Open::read(&path, ENCODER, 3);
        for (key, row) in rows(5) {
            assert_eq!(again.row(&key), Some(row));
        }
        assert!(again.knows(&[9; 16]) && !again.knows(&[8; 16]));
    }

    #[rstest]
    #[case::cut_short(|bytes: &mut Vec<u8>| bytes.truncate(bytes.len() - 5), 4)]
    #[case::a_flipped_bit(|bytes: &mut Vec<u8>| bytes[HEADER + 27 + 18] ^= 4, 4)]
    #[case::rubbish_at_the_end(|bytes: &mut Vec<u8>| bytes.extend(*b"rubbish"), 5)]
    #[case::a_broken_header(|bytes: &mut Vec<u8>| bytes[3] = 0, 0)]
    #[case::hardly_a_header(|bytes: &mut Vec<u8>| bytes.truncate(9), 0)]
    #[case::nothing(Vec::clear, 0)]
    fn what_is_damaged_is_left_out(#[case] damage: fn(&mut Vec<u8>), #[case] left: usize) {
        let folder = tempfile::tempdir().unwrap();
        let path = written(folder.path(), 5);
        let mut bytes = std::fs::read(&path).unwrap();
        damage(&mut bytes);
        std::fs::write(&path, bytes).unwrap();
        for _ in 0..2 {
            let mut open = Open::read(&path, ENCODER, 3);
            let there: Vec<(Key, Row)> = rows(5).into_iter().filter(|(key, _)| open.knows(key)).collect();
            assert_eq!(there.len(), left);
            for (key, row) in there {
                assert_eq!(open.row(&key), Some(row));
            }
        }
        // What is written now is whole again.
        Open::read(&path, ENCODER, 3).add(rows(5));
        assert_eq!(Open::read(&path, ENCODER, 3).records.len(), 5);
    }

    #[test]
    fn another_encoder_finds_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = written(folder.path(), 5);
        assert!(!Open::read(&path, "another", 3).knows(&[1; 16]));
        assert!(!Open::read(&path, ENCODER, 3).knows(&[1; 16]));
    }

    #[test]
    fn where_nothing_can_be_written_memory_keeps_them() {
        let folder = tempfile::tempdir().unwrap();
        let mut open = Open::read(&folder.path().join("no/such/folder"), ENCODER, 3);
        open.add(rows(2));
        let (key, row) = rows(2).remove(1);
        assert_eq!(open.row(&key), Some(row));
    }
}
