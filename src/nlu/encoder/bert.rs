//! The neural model itself: all-MiniLM-L6-v2, defined by rust-bert, on libtorch.

use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};

use rust_bert::Activation;
use rust_bert::bert::{BertConfig, BertEmbeddings, BertModel};
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};

use super::forward::Forward;
use super::{StartError, Vector};

/// Numbers in a vector.
pub const DIMENSIONS: usize = 384;

/// Runs of each precision at start: enough that one hiccup does not decide, unless the
/// machine is so busy that starting matters more than the choice.
const TRIALS: usize = 12;
const TRIAL_TIME: Duration = Duration::from_millis(250);

/// The numbers that the model computes with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// Whichever is faster here, measured at start: bfloat16 on processors that have
    /// instructions for it, single precision elsewhere. The vectors agree to 2 decimals.
    #[default]
    Auto,
    Fp32,
    Bf16,
}

/// What was measured at start (milliseconds for one short message, the median; 0 where it
/// was not tried), and what was chosen.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Speed {
    pub precision: Precision,
    pub fp32_ms: f64,
    pub bf16_ms: f64,
}

/// What a pass is for. A pass meets at a barrier after every matrix, so where the server's
/// own work takes a core, a second thread makes it slower, not faster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Occasion {
    /// A customer waits, and the server has other work to do beside it.
    Live,
    /// Indexing and training, which may have all cores.
    Bulk,
}

pub(super) struct Bert {
    forward: Forward,
    speed: Speed,
    threads: i32,
}

impl Bert {
    /// Runs on the thread that will own the model; libtorch counts its threads for the
    /// whole process, but only this thread has work for them.
    pub(super) fn load(
        weights: &Path,
        precision: Precision,
        threads: usize,
        warm_up: &[Vec<u32>],
    ) -> Result<Self, StartError> {
        let weights = read(weights)?;
        let loaded = |kind| Self {
            forward: Forward::of(&weights, kind),
            speed: Speed { precision, fp32_ms: 0.0, bf16_ms: 0.0 },
            threads: if threads == 0 { cores() } else { i32::try_from(threads).unwrap_or(i32::MAX) },
        };
        let bert = match precision {
            Precision::Fp32 => {
                let mut exact = loaded(Kind::Float);
                exact.speed.fp32_ms = exact.trial(warm_up);
                exact
            }
            Precision::Bf16 => {
                let mut rounded = loaded(Kind::BFloat16);
                rounded.speed.bf16_ms = rounded.trial(warm_up);
                rounded
            }
            Precision::Auto => {
                let (exact, rounded) = (loaded(Kind::Float), loaded(Kind::BFloat16));
                let (fp32_ms, bf16_ms) = (exact.trial(warm_up), rounded.trial(warm_up));
                let (chosen, precision) =
                    if fp32_ms < bf16_ms { (exact, Precision::Fp32) } else { (rounded, Precision::Bf16) };
                Self { speed: Speed { precision, fp32_ms, bf16_ms }, ..chosen }
            }
        };
        Ok(bert)
    }

    pub(super) fn speed(&self) -> Speed {
        self.speed
    }

    /// One pass over a batch, with as many threads as the occasion asks for.
    pub(super) fn encode(&self, batch: &[Vec<u32>], occasion: Occasion) -> Vec<Vector> {
        let threads = match occasion {
            Occasion::Live => self.threads,
            Occasion::Bulk => self.threads.max(cores()),
        };
        if tch::get_num_threads() != threads {
            tch::set_num_threads(threads);
        }
        self.pass(batch)
    }

    /// Each text gets the mean of its tokens' outputs, scaled to length 1.
    fn pass(&self, batch: &[Vec<u32>]) -> Vec<Vector> {
        let _no_grad = tch::no_grad_guard();
        // Single precision for the mean: in bfloat16 it would lose a digit.
        let outputs = self.forward.run(batch).to_kind(Kind::Float).contiguous();
        let outputs = Vec::<f32>::try_from(outputs.view([-1])).expect("a flat float tensor: this is a bug");
        let mut tokens = outputs.chunks_exact(DIMENSIONS);
        let vector = |text: &Vec<u32>| {
            let mut sum = vec![0.0; DIMENSIONS];
            for token in tokens.by_ref().take(text.len()) {
                sum.iter_mut().zip(token).for_each(|(sum, output)| *sum += output);
            }
            // The length of the sum is divided out, and the number of tokens with it.
            normalised(&sum)
        };
        batch.iter().map(vector).collect()
    }

    /// Milliseconds of one short message, the median, after every length was run once.
    fn trial(&self, warm_up: &[Vec<u32>]) -> f64 {
        for text in warm_up {
            self.encode(std::slice::from_ref(text), Occasion::Live);
        }
        self.encode(&vec![warm_up[0].clone(); 8], Occasion::Live);
        let began = Instant::now();
        let mut times = Vec::with_capacity(TRIALS);
        while times.len() < 3 || (times.len() < TRIALS && began.elapsed() < TRIAL_TIME) {
            let started = Instant::now();
            self.encode(&warm_up[..1], Occasion::Live);
            times.push(started.elapsed().as_secs_f64() * 1000.0);
        }
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    }
}

/// The published weights by name, as rust-bert's definition of the network wants them.
fn read(path: &Path) -> Result<HashMap<String, Tensor>, StartError> {
    let mut store = VarStore::new(Device::Cpu);
    BertModel::<BertEmbeddings>::new_with_optional_pooler(store.root(), &config(), false);
    store
        .load(path)
        .map_err(|error| StartError::Weights { path: path.display().to_string(), reason: error.to_string() })?;
    Ok(store.variables())
}

fn cores() -> i32 {
    std::thread::available_parallelism().map_or(1, |cores| i32::try_from(cores.get()).unwrap_or(i32::MAX))
}

fn normalised(sum: &[f32]) -> Vector {
    let length = sum.iter().map(|x| x * x).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
    sum.iter().map(|x| x / length).collect()
}

/// The architecture of all-MiniLM-L6-v2, as published with its weights.
pub(super) fn config() -> BertConfig {
    BertConfig {
        hidden_act: Activation::gelu,
        attention_probs_dropout_prob: 0.0,
        hidden_dropout_prob: 0.0,
        hidden_size: DIMENSIONS as i64,
        initializer_range: 0.02,
        intermediate_size: 1536,
        max_position_embeddings: 512,
        num_attention_heads: 12,
        num_hidden_layers: 6,
        type_vocab_size: 2,
        vocab_size: 30522,
        output_attentions: None,
        output_hidden_states: None,
        is_decoder: None,
        id2label: None,
        label2id: None,
    }
}
