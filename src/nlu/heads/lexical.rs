//! The wording of a message as sparse features, and a linear model over them.
//!
//! The encoder sees what is meant; this sees how it is put: product codes, misspellings,
//! set phrases. Features are word 1- and 2-grams and character 2- to 5-grams inside words,
//! weighted by TF-IDF; each of the two families is scaled to length 1.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Words beyond this are ignored: no customer says more in one message that matters, and
/// a 64 KiB message must not cost milliseconds.
const MAX_WORDS: usize = 400;

/// Feature numbers with their TF-IDF weights.
pub type Sparse = Vec<(u32, f32)>;

/// The features seen in training, and how telling each is.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    /// Hash of the feature, ascending; its position is the feature's number.
    hashes: Vec<u32>,
    idf: Vec<f32>,
    index: HashMap<u32, u32, BuildHasherDefault<Identity>>,
}

impl Vocabulary {
    /// Learns the features that occur in at least `min_documents` of the texts.
    pub fn learn<'a>(texts: impl Iterator<Item = &'a str>, min_documents: u32) -> Self {
        let mut documents: HashMap<u32, u32, BuildHasherDefault<Identity>> = HashMap::default();
        let mut count = 0u32;
        for text in texts {
            count += 1;
            let (words, chars) = hashed(text);
            for (hash, _) in words.into_iter().chain(chars) {
                *documents.entry(hash).or_default() += 1;
            }
        }
        let mut kept: Vec<(u32, u32)> = documents.into_iter().filter(|&(_, df)| df >= min_documents).collect();
        kept.sort_unstable();
        let idf = kept.iter().map(|&(_, df)| ((1.0 + count as f32) / (1.0 + df as f32)).ln() + 1.0).collect();
        Self::from_parts(kept.into_iter().map(|(hash, _)| hash).collect(), idf)
    }

    pub fn from_parts(hashes: Vec<u32>, idf: Vec<f32>) -> Self {
        let index = hashes.iter().zip(0u32..).map(|(&hash, number)| (hash, number)).collect();
        Self { hashes, idf, index }
    }

    pub fn len(&self) -> usize {
        self.hashes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    pub fn hashes(&self) -> &[u32] {
        &self.hashes
    }

    pub fn idf(&self) -> &[f32] {
        &self.idf
    }

    /// The text's features, and the share of its words that the vocabulary knows.
    pub fn features(&self, text: &str) -> (Sparse, f32) {
        let (words, chars) = hashed(text);
        let said = words.len();
        let mut sparse = Sparse::with_capacity(words.len() + chars.len());
        self.weigh(&words, &mut sparse);
        let known = sparse.len() as f32 / said.max(1) as f32;
        self.weigh(&chars, &mut sparse);
        (sparse, known)
    }

    /// Appends one family of features, scaled to length 1.
    fn weigh(&self, counted: &[(u32, u32)], into: &mut Sparse) {
        let start = into.len();
        let mut squares = 0.0;
        for &(hash, count) in counted {
            if let Some(&number) = self.index.get(&hash) {
                let weight = (1.0 + (count as f32).ln()) * self.idf[number as usize];
                squares += weight * weight;
                into.push((number, weight));
            }
        }
        let length = squares.sqrt().max(f32::MIN_POSITIVE);
        for (_, weight) in &mut into[start..] {
            *weight /= length;
        }
    }
}

/// One row of class weights per feature, eight bits each with a scale per row.
#[derive(Clone, Debug, Default)]
pub struct LexicalModel {
    pub vocabulary: Vocabulary,
    pub classes: usize,
    pub scales: Vec<f32>,
    pub weights: Vec<i8>,
    pub bias: Vec<f32>,
}

impl LexicalModel {
    /// Rounds trained weights (`vocabulary.len()` × `classes`) to eight bits a piece.
    pub fn quantised(vocabulary: Vocabulary, weights: &[f32], bias: Vec<f32>) -> Self {
        let classes = bias.len();
        let mut scales = Vec::with_capacity(vocabulary.len());
        let mut rounded = Vec::with_capacity(weights.len());
        for row in weights.chunks_exact(classes) {
            let scale = row.iter().fold(0.0f32, |most, weight| most.max(weight.abs())) / 127.0;
            scales.push(scale);
            let inverse = if scale > 0.0 { 1.0 / scale } else { 0.0 };
            // In −127..=127 by construction.
            rounded.extend(row.iter().map(|weight| (weight * inverse).round() as i8));
        }
        Self { vocabulary, classes, scales, weights: rounded, bias }
    }

    pub fn logits(&self, features: &Sparse) -> Vec<f32> {
        let mut logits = self.bias.clone();
        for &(number, weight) in features {
            let number = number as usize;
            let factor = weight * self.scales[number];
            let row = &self.weights[number * self.classes..(number + 1) * self.classes];
            for (logit, &weight) in logits.iter_mut().zip(row) {
                *logit += factor * f32::from(weight);
            }
        }
        logits
    }
}

/// The words of a text in lower case; every digit becomes `0`, so that order numbers and
/// amounts are alike.
pub fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for letter in text.chars() {
        if letter.is_alphanumeric() {
            if letter.is_numeric() {
                word.push('0');
            } else {
                word.extend(letter.to_lowercase());
            }
        } else if matches!(letter, '\'' | '’') {
            // "don't" and "dont" are the same word.
        } else {
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            if matches!(letter, '?' | '!') {
                words.push(letter.to_string());
            }
        }
        if words.len() >= MAX_WORDS {
            return words;
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// A feature's hash, and how often it occurs.
type Counted = (u32, u32);

/// Counted hashes of word features and of character features, each without repeats.
fn hashed(text: &str) -> (Vec<Counted>, Vec<Counted>) {
    let words = words(text);
    let mut word_features = Vec::with_capacity(words.len() * 2);
    let mut char_features = Vec::with_capacity(words.len() * 20);
    for (position, word) in words.iter().enumerate() {
        word_features.push(hash(&[b"w", word.as_bytes()]));
        if let Some(next) = words.get(position + 1) {
            word_features.push(hash(&[b"b", word.as_bytes(), b" ", next.as_bytes()]));
        }
        characters(word, &mut char_features);
    }
    (counted(word_features), counted(char_features))
}

/// Character 2- to 5-grams of a word between its two borders.
fn characters(word: &str, into: &mut Vec<u32>) {
    let mut padded = String::with_capacity(word.len() + 2);
    padded.push(' ');
    // A pasted key or address without spaces is not a word.
    padded.extend(word.chars().take(40));
    padded.push(' ');
    let bounds: Vec<usize> = padded.char_indices().map(|(at, _)| at).chain([padded.len()]).collect();
    let letters = bounds.len() - 1;
    for size in 2..=5 {
        for start in 0..(letters + 1).saturating_sub(size) {
            into.push(hash(&[b"c", &padded.as_bytes()[bounds[start]..bounds[start + size]]]));
        }
    }
}

fn counted(mut hashes: Vec<u32>) -> Vec<(u32, u32)> {
    hashes.sort_unstable();
    hashes.chunk_by(|a, b| a == b).map(|same| (same[0], u32::try_from(same.len()).unwrap_or(u32::MAX))).collect()
}

/// FNV-1a over 64 bits, folded to 32.
fn hash(parts: &[&[u8]]) -> u32 {
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    for byte in parts.iter().copied().flatten() {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
    (hash ^ (hash >> 32)) as u32
}

/// The keys are hashes already.
#[derive(Clone, Copy, Debug, Default)]
pub struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 << 8) | u64::from(byte);
        }
    }

    fn write_u32(&mut self, hash: u32) {
        // Hash tables take buckets from the low bits and tags from the high ones.
        self.0 = u64::from(hash).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_lowered_and_digits_are_alike() {
        assert_eq!(words("Where's AW-10482?!"), ["wheres", "aw", "00000", "?", "!"]);
    }

    #[test]
    fn each_family_has_length_one() {
        let vocabulary = Vocabulary::learn(["where is my parcel", "my order"].into_iter(), 1);
        let (features, known) = vocabulary.features("where is my order");
        let squares: f32 = features.iter().map(|(_, weight)| weight * weight).sum();
        assert!((squares - 2.0).abs() < 1e-5, "{squares}");
        // 4 words and "where is", "is my", "my order", all known.
        assert!((known - 1.0).abs() < 1e-6, "{known}");
    }

    #[test]
    fn a_text_of_unknown_words_has_no_features() {
        let vocabulary = Vocabulary::learn(["aaa"].into_iter(), 1);
        assert_eq!(vocabulary.features("zzz"), (vec![], 0.0));
        assert_eq!(vocabulary.features(""), (vec![], 0.0));
    }

    #[test]
    fn rounding_keeps_the_logits() {
        let vocabulary = Vocabulary::learn(["red lamp", "blue sock"].into_iter(), 1);
        let weights: Vec<f32> = (0..vocabulary.len() * 2).map(|i| ((i * 37 % 101) as f32 - 50.0) / 10.0).collect();
        let model = LexicalModel::quantised(vocabulary, &weights, vec![0.5, -0.5]);
        let (features, _) = model.vocabulary.features("red sock");
        let exact: Vec<f32> = (0..2)
            .map(|class| {
                let sum: f32 = features.iter().map(|&(n, w)| w * weights[n as usize * 2 + class]).sum();
                sum + model.bias[class]
            })
            .collect();
        for (a, b) in exact.iter().zip(model.logits(&features)) {
            assert!((a - b).abs() < 0.05, "{a} {b}");
        }
    }
}
