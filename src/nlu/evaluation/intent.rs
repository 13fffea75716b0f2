//! `rapport eval intent`: trains on one file, tests on another.

use std::time::Instant;

use serde::Serialize;

use super::table::Labelled;
use crate::nlu::encoder::{EncodeError, Encoder};
use crate::nlu::heads::Heads;
use crate::nlu::heads::intent::{Blend, VIEWS, Views};
use crate::nlu::heads::numbers::argmax;
use crate::nlu::metrics;
use crate::nlu::training::TrainError;
use crate::nlu::training::intent::{IntentCorpus, IntentValidation, TrainOptions, train};

pub struct IntentData {
    pub train: Vec<Labelled>,
    pub test: Vec<Labelled>,
    /// Trained on as well: the recipe holds back what it needs by itself.
    pub validation: Vec<Labelled>,
    /// The label of messages that no intent covers.
    pub oos: Option<String>,
    /// Whether to measure what each view is good for.
    pub ablate: bool,
}

#[derive(Clone, Debug, Serialize)]
pub struct IntentReport {
    /// Of in-scope rows, without a threshold; a label that training lacks counts as wrong.
    #[serde(serialize_with = "super::rounded")]
    pub accuracy: f64,
    #[serde(serialize_with = "super::rounded")]
    pub macro_f1: f64,
    /// With the scope rule, out-of-scope being a class.
    #[serde(serialize_with = "super::rounded")]
    pub mcc: f64,
    #[serde(serialize_with = "super::rounded_if_any")]
    pub oos_auroc: Option<f64>,
    #[serde(serialize_with = "super::rounded_if_any")]
    pub oos_recall: Option<f64>,
    /// Share of in-scope rows that the scope rule calls out of scope.
    #[serde(serialize_with = "super::rounded")]
    pub in_scope_refused: f64,
    #[serde(serialize_with = "super::rounded")]
    pub ece: f64,
    #[serde(serialize_with = "super::rounded")]
    pub encode_s: f64,
    /// Cross-validation included, encoding not.
    #[serde(serialize_with = "super::rounded")]
    pub train_s: f64,
    /// One message alone, from the text to the intent.
    #[serde(serialize_with = "super::rounded")]
    pub predict_ms_p50: f64,
    pub n: usize,
    pub intents: usize,
    /// On the training file.
    pub cross_validation: IntentValidation,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ablation: Vec<Ablation>,
}

/// What a view of the intent head is good for: accuracy in scope.
#[derive(Clone, Debug, Serialize)]
pub struct Ablation {
    pub view: &'static str,
    #[serde(serialize_with = "super::rounded")]
    pub alone: f64,
    /// Of all the others, with a blend of their own.
    #[serde(serialize_with = "super::rounded")]
    pub without: f64,
}

#[derive(Clone, Debug, Serialize)]
pub struct IntentPrediction {
    pub text: String,
    pub label: String,
    pub predicted: String,
    pub confidence: f32,
    pub out_of_scope: bool,
}

/// Messages whose whole way is timed.
const TIMED: usize = 200;

/// `progress` is told what is being done and the share of it that is.
pub fn run(
    data: &IntentData,
    encoder: &Encoder,
    progress: &(dyn Fn(&str, f32) + Sync),
) -> Result<(IntentReport, Vec<IntentPrediction>), TrainError> {
    let is_oos = |row: &Labelled| data.oos.as_ref() == Some(&row.label);
    let (outside, inside): (Vec<&Labelled>, Vec<&Labelled>) =
        data.train.iter().chain(&data.validation).partition(|row| is_oos(row));
    let mut names: Vec<String> = inside.iter().map(|row| row.label.clone()).collect();
    names.sort_unstable();
    names.dedup();
    let number = |label: &String| names.binary_search(label).ok();
    let labelled = |row: &&Labelled| Some((row.text.clone(), number(&row.label)? as u32));
    let spoken = names.iter().zip(0u32..).filter_map(|(name, number)| Some((IntentCorpus::spoken(name)?, number)));

    let began = Instant::now();
    let corpus = IntentCorpus::encode(
        encoder,
        names.clone(),
        inside.iter().filter_map(labelled).collect(),
        spoken.collect(),
        outside.iter().map(|row| row.text.clone()).collect(),
        |done| progress("encoding", done),
    )?;
    let encode_s = began.elapsed().as_secs_f64();

    let began = Instant::now();
    let options = TrainOptions { ablate: data.ablate, ..TrainOptions::default() };
    let trained = train(encoder, &corpus, &options, &|done| progress("training", done))?;
    let train_s = began.elapsed().as_secs_f64();
    drop(corpus);

    let heads = Heads::of_intent(trained.head);
    let texts: Vec<&str> = data.test.iter().map(|row| row.text.as_str()).collect();
    let told = |done: usize| progress("reading the test", done as f32 / texts.len().max(1) as f32);
    let encodings = encoder.read_all(&texts, heads.wanted(), told)?;

    // Out of scope is a class of its own, and so is every label that training lacks.
    let outsider = names.len();
    let unknown = names.len() + 1;
    let mut scored = Scored::default();
    let mut predictions = Vec::with_capacity(data.test.len());
    let mut tried = Tried::of(&trained.without);
    for (row, encoding) in data.test.iter().zip(&encodings) {
        let verdict = heads.read_intent(&row.text, encoding);
        let best = verdict.best();
        let truth = if is_oos(row) { outsider } else { number(&row.label).unwrap_or(unknown) };
        if truth != outsider && !tried.0.is_empty() {
            tried.count(&heads.intent_views(&row.text, encoding), truth);
        }
        scored.outside.push(verdict.outside);
        scored.is_outside.push(truth == outsider);
        scored.truth.push(truth);
        scored.best.push(best);
        scored.ruled.push(if verdict.out_of_scope { outsider } else { best });
        scored.confidence.push(verdict.probabilities[best]);
        predictions.push(IntentPrediction {
            text: row.text.clone(),
            label: row.label.clone(),
            predicted: names[best].clone(),
            confidence: verdict.probabilities[best],
            out_of_scope: verdict.out_of_scope,
        });
    }
    let predict_ms_p50 = time_alone(data, encoder, &heads)?;
    let report = scored.report(
        outsider,
        IntentReport {
            accuracy: 0.0,
            macro_f1: 0.0,
            mcc: 0.0,
            oos_auroc: None,
            oos_recall: None,
            in_scope_refused: 0.0,
            ece: 0.0,
            encode_s,
            train_s,
            predict_ms_p50,
            n: data.test.len(),
            intents: names.len(),
            cross_validation: trained.validation,
            ablation: tried.report(),
        },
    );
    Ok((report, predictions))
}

/// For each view, the blend of it alone and the one without it, and how often each was right.
struct Tried(Vec<[(Blend, usize); 2]>, usize);

impl Tried {
    fn of(without: &[Blend]) -> Self {
        let pair = |(view, &others): (usize, &Blend)| [(Blend::alone(view), 0), (others, 0)];
        Self(without.iter().enumerate().map(pair).collect(), 0)
    }

    fn count(&mut self, views: &Views, truth: usize) {
        self.1 += 1;
        for (blend, right) in self.0.iter_mut().flatten() {
            *right += usize::from(argmax(&blend.scores(views)) == truth);
        }
    }

    fn report(&self) -> Vec<Ablation> {
        let share = |right: usize| right as f64 / self.1.max(1) as f64;
        let of = |(&view, [alone, without]): (&&'static str, &[(Blend, usize); 2])| Ablation {
            view,
            alone: share(alone.1),
            without: share(without.1),
        };
        VIEWS.iter().zip(&self.0).map(of).collect()
    }
}

#[derive(Default)]
struct Scored {
    truth: Vec<usize>,
    best: Vec<usize>,
    ruled: Vec<usize>,
    confidence: Vec<f32>,
    outside: Vec<f32>,
    is_outside: Vec<bool>,
}

impl Scored {
    fn report(&self, outsider: usize, rest: IntentReport) -> IntentReport {
        let inside: Vec<usize> = (0..self.truth.len()).filter(|&row| !self.is_outside[row]).collect();
        let of = |values: &[usize]| inside.iter().map(|&row| values[row]).collect::<Vec<usize>>();
        let (truth, best, ruled) = (of(&self.truth), of(&self.best), of(&self.ruled));
        let confidence: Vec<f32> = inside.iter().map(|&row| self.confidence[row]).collect();
        let right: Vec<bool> = truth.iter().zip(&best).map(|(t, b)| t == b).collect();
        let outsiders = self.truth.len() - inside.len();
        let found = (0..self.truth.len()).filter(|&row| self.is_outside[row] && self.ruled[row] == outsider).count();
        let refused = ruled.iter().filter(|&&class| class == outsider).count();
        IntentReport {
            accuracy: metrics::accuracy(&truth, &best),
            macro_f1: metrics::macro_f1(&truth, &best),
            mcc: metrics::mcc(&self.truth, &self.ruled),
            oos_auroc: metrics::auroc(&self.outside, &self.is_outside),
            oos_recall: (outsiders > 0).then(|| found as f64 / outsiders as f64),
            in_scope_refused: refused as f64 / inside.len().max(1) as f64,
            ece: metrics::ece(&confidence, &right),
            ..rest
        }
    }
}

fn time_alone(data: &IntentData, encoder: &Encoder, heads: &Heads) -> Result<f64, EncodeError> {
    let step = data.test.len().div_ceil(TIMED).max(1);
    let mut times = Vec::with_capacity(TIMED);
    for row in data.test.iter().step_by(step) {
        let began = Instant::now();
        for encoding in encoder.read_all(&[&row.text], heads.wanted(), |_| ())? {
            heads.read_intent(&row.text, &encoding);
        }
        times.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(metrics::median(&mut times))
}
