//! Text to token numbers, on the asker's own thread.

use std::path::Path;

use tokenizers::{Tokenizer, TruncationParams};

use super::StartError;
use super::files::EncoderFiles;

/// What SentencePiece puts before a token that begins a word.
const WORD_START: char = '\u{2581}';

/// More text than this cannot matter, since an English token has four to five bytes; a
/// 64 KiB message would otherwise cost milliseconds only to be cut.
const MAX_BYTES: usize = 4096;

pub(super) struct Tokens(Tokenizer);

impl Tokens {
    pub(super) fn load(files: &EncoderFiles) -> Result<Self, StartError> {
        let path: &Path = &files.tokenizer;
        let unreadable = |reason: String| StartError::Tokenizer { path: path.display().to_string(), reason };
        let mut tokenizer = Tokenizer::from_file(path).map_err(|error| unreadable(error.to_string()))?;
        let truncation = TruncationParams { max_length: files.shape.max_tokens, ..TruncationParams::default() };
        tokenizer
            .with_padding(None)
            .with_truncation(Some(truncation))
            .map_err(|error| unreadable(error.to_string()))?;
        let (tokens, rows) = (tokenizer.get_vocab_size(true), files.shape.vocabulary);
        if tokens > rows {
            return Err(unreadable(format!("it has {tokens} tokens, and config.json rows for {rows} (vocab_size)")));
        }
        let tokens = Self(tokenizer);
        if tokens.of("").len() < 2 {
            return Err(unreadable("it puts no markers such as [CLS] and [SEP] around a text".to_owned()));
        }
        Ok(tokens)
    }

    /// At least the two markers; never more than the encoder reads.
    pub(super) fn of(&self, text: &str) -> Vec<u32> {
        let text = &text[..text.floor_char_boundary(MAX_BYTES)];
        match self.0.encode_fast(text, true) {
            Ok(encoding) => encoding.get_ids().to_vec(),
            // WordPiece maps what it does not know to [UNK]; no input is known to fail.
            Err(error) => {
                tracing::error!(%error, bytes = text.len(), "a text could not be tokenised, it is read as empty");
                self.0.encode_fast("", true).map(|encoding| encoding.get_ids().to_vec()).unwrap_or_default()
            }
        }
    }

    /// Whether the model learnt the word as a whole, which it did for common words only.
    pub(super) fn is_word(&self, word: &str) -> bool {
        self.0.token_to_id(word).is_some() || self.0.token_to_id(&format!("{WORD_START}{word}")).is_some()
    }

    /// Texts of the lengths that customers write, for the first runs of the model.
    pub(super) fn warm_up_texts(&self) -> Vec<Vec<u32>> {
        let sentence = "could you tell me where my parcel is, it should have been here on monday ";
        [1, 4, 8].iter().map(|&times| self.of(&sentence.repeat(times))).collect()
    }
}
