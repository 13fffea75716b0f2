//! The neural model itself: an encoder of BERT's family, defined by rust-bert, on libtorch.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::path::Path;
use std::time::{Duration, Instant};

use half::bf16;
use rust_bert::bert::{BertEmbeddings, BertModel};
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};

use super::files::EncoderFiles;
use super::forward::Forward;
use super::numbers;
use super::shape::{Pooling, Shape};
use super::{Encoding, StartError, Vector, Wanted};

/// Runs of each precision at start: enough that one hiccup does not decide, unless the
/// machine is so busy that starting matters more than the choice.
const TRIALS: usize = 12;
const TRIAL_TIME: Duration = Duration::from_millis(250);

/// Layers whose means are seen in [`Encoding::layers`].
pub const VIEWED: usize = 4;

/// What published weights have before their names.
const PREFIXES: [&str; 3] = ["", "bert.", "roberta."];

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
    shape: Shape,
    speed: Speed,
    threads: i32,
}

impl Bert {
    /// Runs on the thread that will own the model; libtorch counts its threads for the
    /// whole process, but only this thread has work for them.
    pub(super) fn load(
        files: &EncoderFiles,
        precision: Precision,
        threads: usize,
        warm_up: &[Vec<u32>],
    ) -> Result<Self, StartError> {
        let weights = read(&files.weights, &files.shape)?;
        let loaded = |kind| Self {
            forward: Forward::of(&weights, &files.shape, kind),
            shape: files.shape.clone(),
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
    pub(super) fn encode(&self, batch: &[Vec<u32>], wanted: &Wanted, occasion: Occasion) -> Vec<Encoding> {
        let threads = match occasion {
            Occasion::Live => self.threads,
            Occasion::Bulk => self.threads.max(cores()),
        };
        if tch::get_num_threads() != threads {
            tch::set_num_threads(threads);
        }
        let _no_grad = tch::no_grad_guard();
        let top = self.forward.layers();
        let lowest = if wanted.layers { top.saturating_sub(VIEWED - 1).max(1) } else { top };
        let tokens = wanted.lowest_tokens().map_or(top..top, |from| from..top);
        let outputs = self.forward.run(batch, |done| done >= lowest || tokens.contains(&done));
        self.encodings(batch, wanted, &outputs, lowest, tokens)
    }

    /// `lowest` is the first layer of the view, `tokens` are those whose tokens are wanted.
    fn encodings(
        &self,
        batch: &[Vec<u32>],
        wanted: &Wanted,
        outputs: &[Option<Tensor>],
        lowest: usize,
        tokens: Range<usize>,
    ) -> Vec<Encoding> {
        let width = self.shape.dimensions;
        // Single precision for the means: in bfloat16 they would lose a digit.
        let viewed: Vec<Vec<f32>> = outputs[lowest..].iter().flatten().map(floats).collect();
        let tokens: Vec<Vec<bf16>> = outputs[tokens].iter().flatten().map(numbers::bf16s).collect();
        let mut begin = 0;
        let encoding = |text: &Vec<u32>| {
            let place = begin * width..(begin + text.len()) * width;
            begin += text.len();
            let states: Vec<&[f32]> = viewed.iter().map(|layer| &layer[place.clone()]).collect();
            let last = states.last().copied().unwrap_or_default();
            Encoding {
                vector: match self.shape.pooling {
                    Pooling::Mean => mean(last, width),
                    Pooling::First => normalised(&last[..width]),
                },
                layers: if wanted.layers { view(&states, width) } else { Vector::new() },
                branches: Vec::new(),
                tokens: tokens.iter().flat_map(|layer| &layer[place.clone()]).copied().collect(),
            }
        };
        batch.iter().map(encoding).collect()
    }

    /// Milliseconds of one short message, the median, after every length was run once.
    fn trial(&self, warm_up: &[Vec<u32>]) -> f64 {
        for text in warm_up {
            self.encode(std::slice::from_ref(text), &Wanted::default(), Occasion::Live);
        }
        self.encode(&vec![warm_up[0].clone(); 8], &Wanted::default(), Occasion::Live);
        let began = Instant::now();
        let mut times = Vec::with_capacity(TRIALS);
        while times.len() < 3 || (times.len() < TRIALS && began.elapsed() < TRIAL_TIME) {
            let started = Instant::now();
            self.encode(&warm_up[..1], &Wanted::default(), Occasion::Live);
            times.push(started.elapsed().as_secs_f64() * 1000.0);
        }
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    }
}

/// The weights by rust-bert's names. Published files may put the family's name before them.
pub(super) fn read(path: &Path, shape: &Shape) -> Result<HashMap<String, Tensor>, StartError> {
    let unfit = |reason: String| StartError::Weights { path: path.display().to_string(), reason };
    let store = VarStore::new(Device::Cpu);
    BertModel::<BertEmbeddings>::new_with_optional_pooler(store.root(), &shape.for_rust_bert(), false);
    let mut there: HashMap<String, Tensor> =
        Tensor::read_safetensors(path).map_err(|error| unfit(error.to_string()))?.into_iter().collect();
    let mut weights = HashMap::new();
    // In the order of their names, so that the same file is always refused for the same reason.
    for (name, expected) in store.variables().into_iter().collect::<BTreeMap<_, _>>() {
        let found = PREFIXES.iter().find_map(|prefix| there.remove(&format!("{prefix}{name}")));
        let found = found.ok_or_else(|| unfit(format!("there is no {name}")))?;
        if found.size() != expected.size() {
            return Err(unfit(format!(
                "{name} is {:?} where config.json asks for {:?}",
                found.size(),
                expected.size()
            )));
        }
        weights.insert(name, found.to_kind(Kind::Float));
    }
    Ok(weights)
}

fn cores() -> i32 {
    std::thread::available_parallelism().map_or(1, |cores| i32::try_from(cores.get()).unwrap_or(i32::MAX))
}

fn floats(tensor: &Tensor) -> Vec<f32> {
    let flat = tensor.to_kind(Kind::Float).contiguous().view([-1]);
    Vec::try_from(flat).expect("a flat float tensor: this is a bug")
}

/// The tokens' mean, scaled to length 1: their number is divided out with the length.
fn mean(tokens: &[f32], width: usize) -> Vector {
    let mut sum = vec![0.0; width];
    for token in tokens.chunks_exact(width) {
        sum.iter_mut().zip(token).for_each(|(sum, output)| *sum += output);
    }
    normalised(&sum)
}

/// See [`Encoding::layers`].
fn view(layers: &[&[f32]], width: usize) -> Vector {
    let mut parts: Vec<Vector> = layers.iter().map(|layer| mean(layer, width)).collect();
    let last = layers.last().copied().unwrap_or_default();
    parts.push(normalised(&last[..width.min(last.len())]));
    let mut greatest = vec![f32::NEG_INFINITY; width];
    for token in last.chunks_exact(width) {
        greatest.iter_mut().zip(token).for_each(|(most, output)| *most = most.max(*output));
    }
    parts.push(normalised(&greatest));
    let scale = (parts.len() as f32).sqrt();
    parts.iter().flatten().map(|number| number / scale).collect()
}

fn normalised(sum: &[f32]) -> Vector {
    let length = sum.iter().map(|x| x * x).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
    sum.iter().map(|x| x / length).collect()
}
