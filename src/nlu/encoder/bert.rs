//! The neural model itself: all-MiniLM-L6-v2, run by rust-bert on libtorch.

use std::cell::RefCell;
use std::path::Path;
use std::time::{Duration, Instant};

use rust_bert::Activation;
use rust_bert::bert::{BertConfig, BertEmbeddings, BertModel};
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};

use super::threads::Threads;
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

pub(super) struct Bert {
    model: BertModel<BertEmbeddings>,
    // Owns the weights' names; `set_kind` and reloading go through it.
    store: VarStore,
    speed: Speed,
    // Only the thread that owns the model comes here.
    threads: RefCell<Threads>,
}

impl Bert {
    pub(super) fn load(
        weights: &Path,
        precision: Precision,
        threads: usize,
        warm_up: &[Vec<u32>],
    ) -> Result<Self, StartError> {
        let mut store = VarStore::new(Device::Cpu);
        let model = BertModel::new_with_optional_pooler(store.root(), &config(), false);
        store.freeze();
        let speed = Speed { precision, fp32_ms: 0.0, bf16_ms: 0.0 };
        let mut bert = Self { model, store, speed, threads: RefCell::new(Threads::new(threads)) };
        bert.read(weights)?;
        match precision {
            Precision::Fp32 => bert.speed.fp32_ms = bert.trial(warm_up),
            Precision::Bf16 => {
                bert.store.bfloat16();
                bert.speed.bf16_ms = bert.trial(warm_up);
            }
            Precision::Auto => {
                bert.speed.fp32_ms = bert.trial(warm_up);
                bert.store.bfloat16();
                bert.speed.bf16_ms = bert.trial(warm_up);
                bert.speed.precision = Precision::Bf16;
                if bert.speed.fp32_ms < bert.speed.bf16_ms {
                    // Read again, since rounding cannot be undone: the two precisions are
                    // never in memory together.
                    bert.store.float();
                    bert.read(weights)?;
                    bert.speed.precision = Precision::Fp32;
                }
            }
        }
        Ok(bert)
    }

    pub(super) fn speed(&self) -> Speed {
        self.speed
    }

    /// One pass over a batch, with as many threads as are best now.
    pub(super) fn encode(&self, batch: &[Vec<u32>]) -> Vec<Vector> {
        let padded_tokens = batch.len() * batch.iter().map(Vec::len).max().unwrap_or(0);
        let way = self.threads.borrow_mut().next(padded_tokens);
        if tch::get_num_threads() != way.threads {
            tch::set_num_threads(way.threads);
        }
        let started = Instant::now();
        let vectors = self.pass(batch);
        self.threads.borrow_mut().learn(way, padded_tokens, started.elapsed());
        vectors
    }

    /// Each text gets the mean of its tokens' outputs, scaled to length 1. No token of
    /// padding has any influence on it.
    fn pass(&self, batch: &[Vec<u32>]) -> Vec<Vector> {
        let _no_grad = tch::no_grad_guard();
        let longest = batch.iter().map(Vec::len).max().unwrap_or(0);
        let shape = [to_i64(batch.len()), to_i64(longest)];
        let mut ids = Vec::with_capacity(batch.len() * longest);
        let mut mask = Vec::with_capacity(batch.len() * longest);
        for text in batch {
            ids.extend(text.iter().map(|&id| i64::from(id)));
            ids.resize(ids.len() + longest - text.len(), 0);
            mask.resize(mask.len() + text.len(), 1i64);
            mask.resize(mask.len() + longest - text.len(), 0);
        }
        let ids = Tensor::from_slice(&ids).view(shape);
        let mask = Tensor::from_slice(&mask).view(shape);
        let output = self
            .model
            .forward_t(Some(&ids), Some(&mask), None, None, None, None, None, false)
            .expect("ids and mask are two-dimensional: this is a bug");
        // Single precision from here on: a mean in bfloat16 would lose a digit.
        let hidden = output.hidden_state.to_kind(Kind::Float);
        let sum = mask.to_kind(Kind::Float).unsqueeze(1).matmul(&hidden).squeeze_dim(1);
        let flat = Vec::<f32>::try_from(sum.contiguous().view([-1])).expect("a flat float tensor: this is a bug");
        // The length of the sum is divided out, and the number of tokens with it.
        flat.chunks_exact(DIMENSIONS).map(normalised).collect()
    }

    fn read(&mut self, weights: &Path) -> Result<(), StartError> {
        self.store
            .load(weights)
            .map_err(|error| StartError::Weights { path: weights.display().to_string(), reason: error.to_string() })
    }

    /// Milliseconds of one short message, the median, after every length was run once.
    fn trial(&self, warm_up: &[Vec<u32>]) -> f64 {
        for text in warm_up {
            self.encode(std::slice::from_ref(text));
        }
        self.encode(&vec![warm_up[0].clone(); 8]);
        let began = Instant::now();
        let mut times = Vec::with_capacity(TRIALS);
        while times.len() < 3 || (times.len() < TRIALS && began.elapsed() < TRIAL_TIME) {
            let started = Instant::now();
            self.encode(&warm_up[..1]);
            times.push(started.elapsed().as_secs_f64() * 1000.0);
        }
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    }
}

fn normalised(sum: &[f32]) -> Vector {
    let length = sum.iter().map(|x| x * x).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
    sum.iter().map(|x| x / length).collect()
}

fn to_i64(count: usize) -> i64 {
    i64::try_from(count).expect("a batch is small: this is a bug")
}

/// The architecture of all-MiniLM-L6-v2, as published with its weights.
fn config() -> BertConfig {
    BertConfig {
        hidden_act: Activation::gelu,
        attention_probs_dropout_prob: 0.0,
        hidden_dropout_prob: 0.0,
        hidden_size: to_i64(DIMENSIONS),
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
