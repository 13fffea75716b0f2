//! The encoder: text in, a vector out. It is a folder: all-MiniLM-L6-v2 with its 384 numbers a
//! vector, or another of BERT's family that the configuration names.
//!
//! One thread owns the neural model. Askers turn their text into tokens themselves, put
//! them into a bounded queue and wait; the thread takes whatever queued while it was busy,
//! as one batch. An idle encoder therefore adds no waiting and a busy one gains the
//! throughput of batches, without any timer.
//!
//! It knows nothing of intents, moods, articles or databases: whoever needs the meaning
//! of a text as numbers uses it.

mod ahead;
mod bert;
mod branch;
mod files;
mod forward;
mod ladder;
mod numbers;
mod queue;
mod reading;
mod shape;
mod tokens;
pub mod training;
pub mod trial;
mod worker;

use std::sync::Arc;

use rayon::prelude::*;
use tokio::sync::oneshot;

pub use bert::{Precision, Speed, VIEWED};
pub use branch::{Branch, Part};
pub use files::{EncoderFiles, FilesError};
pub use reading::{Encoding, Wanted};
pub use shape::{Pooling, Shape};

use crate::base::home::Home;
use ahead::{Ahead, Answer};
use queue::{BulkJob, LiveJob, Queue, Refused};
use tokens::Tokens;

/// A text's meaning: numbers of Euclidean length 1, as many as the encoder's
/// [`Shape::dimensions`]; the dot product of two is their cosine.
pub type Vector = Vec<f32>;

/// Padded tokens in one low-priority batch: about 50 ms of work on two cores, the longest
/// that a customer's message waits behind indexing.
const BULK_TOKENS: usize = 512;

/// How the encoder is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EncoderOptions {
    pub precision: Precision,
    /// Threads of a pass over what customers wait for; 0 takes a thread for each core.
    pub threads: usize,
    /// Messages that may wait; one more is refused with [`EncodeError::Overloaded`].
    pub queue: usize,
    /// Longest text of a batch × its size stays at or below this, unless one text alone exceeds it.
    pub max_batch_tokens: usize,
}

impl Default for EncoderOptions {
    fn default() -> Self {
        Self { precision: Precision::Auto, threads: 1, queue: 512, max_batch_tokens: 1024 }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Files(#[from] FilesError),
    #[error("the tokenizer {path} cannot be read: {reason}; fetch Rapport's own again with `make setup`")]
    Tokenizer { path: String, reason: String },
    #[error("the weights {path} cannot be loaded: {reason}; fetch Rapport's own again with `make setup`")]
    Weights { path: String, reason: String },
    #[error("the encoder's thread cannot be started: {0}")]
    Thread(#[from] std::io::Error),
    #[error("the encoder's thread ended while it was starting; standard error says why")]
    Died,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// The queue is full: the asker should be told to come back.
    #[error("too many messages are waiting for the language model")]
    Overloaded,
    /// The model failed on this text, or its thread is gone.
    #[error("the language model is not available")]
    Unavailable,
}

/// A handle on the running encoder; clones share it, and the last one stops it.
#[derive(Clone)]
pub struct Encoder {
    shared: Arc<Shared>,
}

struct Shared {
    queue: Arc<Queue>,
    ahead: Ahead,
    tokens: Tokens,
    files: EncoderFiles,
    speed: Speed,
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.queue.close();
    }
}

impl Encoder {
    /// Verifies and loads the configured encoder, warms it up, and returns once it is ready.
    /// Takes about a second and blocks.
    pub fn start(home: &Home, options: EncoderOptions) -> Result<Self, StartError> {
        let files = EncoderFiles::verified(home)?;
        let tokens = Tokens::load(&files)?;
        let queue = Arc::new(Queue::new(options.queue, options.max_batch_tokens));
        let (ready, loaded) = std::sync::mpsc::sync_channel(1);
        let to_load = files.clone();
        let warm_up = tokens.warm_up_texts();
        worker::spawn(Arc::clone(&queue), move || {
            let model = bert::Bert::load(&to_load, options.precision, options.threads, &warm_up);
            match model {
                Ok(model) => {
                    let _ = ready.send(Ok(model.speed()));
                    Some(move |batch: &[Vec<u32>], wanted: &Wanted, occasion| model.encode(batch, wanted, occasion))
                }
                Err(error) => {
                    let _ = ready.send(Err(error));
                    None
                }
            }
        })?;
        let speed = loaded.recv().map_err(|_| StartError::Died)??;
        tracing::info!(
            encoder = files.name, precision = ?speed.precision, fp32_ms = speed.fp32_ms, bf16_ms = speed.bf16_ms, "encoder ready"
        );
        Ok(Self { shared: Arc::new(Shared { queue, ahead: Ahead::default(), tokens, files, speed }) })
    }

    /// Begins to read a text that [`Encoder::read`] will be asked for in a moment. A full
    /// queue is no error here: the asking itself will tell.
    pub fn read_ahead(&self, text: &str, wanted: &Wanted) {
        if let Ok(answer) = self.ask(text, wanted) {
            self.shared.ahead.keep(text, wanted, answer);
        }
    }

    /// One text, of which the first [`Shape::max_tokens`] count.
    pub async fn read(&self, text: &str, wanted: &Wanted) -> Result<Encoding, EncodeError> {
        let answer = match self.shared.ahead.take(text, wanted) {
            Some(answer) => answer,
            None => self.ask(text, wanted)?,
        };
        let encoding = answer.await.unwrap_or(Err(EncodeError::Unavailable))?;
        Ok(encoding.with_branches(wanted, self.shape()))
    }

    /// The vector of one text.
    pub async fn encode(&self, text: &str) -> Result<Vector, EncodeError> {
        Ok(self.read(text, &Wanted::default()).await?.vector)
    }

    fn ask(&self, text: &str, wanted: &Wanted) -> Result<Answer, EncodeError> {
        let tokens = self.shared.tokens.of(text);
        let (reply, answer) = oneshot::channel();
        let job = LiveJob { tokens, wanted: wanted.clone(), reply };
        self.shared.queue.push_live(job).map_err(|refused| match refused {
            Refused::Full => {
                metrics::counter!("rapport_encoder_refused_total").increment(1);
                EncodeError::Overloaded
            }
            Refused::Closed => EncodeError::Unavailable,
        })?;
        Ok(answer)
    }

    /// As [`Encoder::encode`], for callers outside the async runtime.
    pub fn encode_blocking(&self, text: &str) -> Result<Vector, EncodeError> {
        let mut vectors = self.encode_all(&[text], |_| ())?;
        vectors.pop().ok_or(EncodeError::Unavailable)
    }

    /// The vectors of many texts, in their order, for indexing. Blocks; live messages go
    /// before it. `progress` is told how many texts are done so far.
    pub fn encode_all<S: AsRef<str>>(&self, texts: &[S], progress: impl Fn(usize)) -> Result<Vec<Vector>, EncodeError> {
        let encodings = self.read_all(texts, &Wanted::default(), progress)?;
        Ok(encodings.into_iter().map(|encoding| encoding.vector).collect())
    }

    /// Many texts, in their order, for training and measuring; as [`Encoder::encode_all`].
    pub fn read_all<S: AsRef<str>>(
        &self,
        texts: &[S],
        wanted: &Wanted,
        progress: impl Fn(usize),
    ) -> Result<Vec<Encoding>, EncodeError> {
        let mut tokens: Vec<Vec<u32>> = texts.iter().map(|text| self.shared.tokens.of(text.as_ref())).collect();
        // Texts of like length go together, so that little is spent on padding.
        let mut by_length: Vec<usize> = (0..tokens.len()).collect();
        by_length.sort_by_key(|&index| std::cmp::Reverse(tokens[index].len()));

        let mut encodings = vec![Encoding::default(); texts.len()];
        let mut done = 0;
        while done < by_length.len() {
            let longest = tokens[by_length[done]].len();
            let size = (BULK_TOKENS / longest).clamp(1, by_length.len() - done);
            let members = &by_length[done..done + size];
            let batch = members.iter().map(|&index| std::mem::take(&mut tokens[index])).collect();
            let (reply, answer) = std::sync::mpsc::sync_channel(1);
            let job = BulkJob { batch, wanted: wanted.clone(), reply };
            self.shared.queue.push_bulk(job).map_err(|_| EncodeError::Unavailable)?;
            let answers = answer.recv().map_err(|_| EncodeError::Unavailable)??;
            let answers = answers.into_par_iter().map(|encoding| encoding.with_branches(wanted, self.shape()));
            for (&index, encoding) in members.iter().zip(answers.collect::<Vec<_>>()) {
                encodings[index] = encoding;
            }
            done += size;
            progress(done);
        }
        Ok(encodings)
    }

    /// The last `depth` layers as they are published, for a branch to start from. Reads the
    /// weights again, since whoever trains is not who answers.
    pub fn untrained_branch(&self, depth: usize) -> Result<Branch, StartError> {
        let files = &self.shared.files;
        let weights = bert::read(&files.weights, &files.shape)?;
        Ok(Branch::untrained(&weights, files.shape.layers, depth))
    }

    /// Whether a word, in lower case, is one that the model knows as a whole.
    pub fn is_word(&self, word: &str) -> bool {
        self.shared.tokens.is_word(word)
    }

    /// A hash of what its vectors depend on: heads trained on another encoder's are worthless.
    pub fn identity(&self) -> &str {
        &self.shared.files.identity
    }

    /// Which encoder it is.
    pub fn name(&self) -> &str {
        &self.shared.files.name
    }

    pub fn shape(&self) -> &Shape {
        &self.shared.files.shape
    }

    /// The size of its weights, in bytes.
    pub fn bytes(&self) -> u64 {
        self.shared.files.bytes
    }

    /// What was measured at start, and what was chosen.
    pub fn speed(&self) -> Speed {
        self.shared.speed
    }

    /// Messages that wait now.
    pub fn waiting(&self) -> usize {
        self.shared.queue.waiting()
    }
}

#[cfg(test)]
mod other;
#[cfg(test)]
mod real;
#[cfg(test)]
mod tests;
