//! What an intent head learns from.

use crate::nlu::encoder::{EncodeError, Encoder, Encoding, Vector, Wanted};

/// Layers of the branch that is trained on the examples.
pub(super) const DEPTH: usize = 2;

/// Labelled messages as the encoder sees them.
pub struct IntentCorpus {
    pub names: Vec<String>,
    pub texts: Vec<String>,
    /// Numbers of the `names`.
    pub labels: Vec<u32>,
    /// So many texts at the end tell of an intent instead of being a message of its
    /// customers: they are learnt from, and never tested.
    pub hints: usize,
    pub encodings: Vec<Encoding>,
    /// Messages known to be about none of them, if there are any.
    pub outside: Vec<(String, Vector)>,
}

/// A text, and the number of its intent.
pub type Labelled = (String, u32);

impl IntentCorpus {
    /// `hints` are names or descriptions. `progress` is told the share that is done.
    pub fn encode(
        encoder: &Encoder,
        names: Vec<String>,
        examples: Vec<Labelled>,
        hints: Vec<Labelled>,
        outside: Vec<String>,
        progress: impl Fn(f32),
    ) -> Result<Self, EncodeError> {
        let all = (examples.len() + hints.len() + outside.len()).max(1) as f32;
        let hint_count = hints.len();
        let (texts, labels): (Vec<String>, Vec<u32>) = examples.into_iter().chain(hints).unzip();
        let trunk = encoder.shape().layers.saturating_sub(DEPTH);
        let wanted = Wanted { layers: true, tokens_from: Some(trunk), ..Wanted::default() };
        let encodings = encoder.read_all(&texts, &wanted, |done| progress(done as f32 / all))?;
        let vectors = encoder.encode_all(&outside, |done| progress((texts.len() + done) as f32 / all))?;
        Ok(Self {
            names,
            texts,
            labels,
            hints: hint_count,
            encodings,
            outside: outside.into_iter().zip(vectors).collect(),
        })
    }

    /// A name as people would say it; one without letters says nothing.
    pub fn spoken(name: &str) -> Option<String> {
        let words = name.replace(['_', '-', '/', '.'], " ");
        words.chars().any(char::is_alphabetic).then(|| words.trim().to_lowercase())
    }

    /// The rows that are messages.
    pub(super) fn messages(&self) -> usize {
        self.texts.len() - self.hints
    }

    pub(super) fn vector(&self, row: usize) -> &[f32] {
        &self.encodings[row].vector
    }

    pub(super) fn vectors(&self, rows: &[usize]) -> Vec<&[f32]> {
        rows.iter().map(|&row| self.vector(row)).collect()
    }
}
