//! Trains the intent head: its views, their blend, its calibration and the scope rule.
//!
//! Everything that is chosen (the blend's weights, the temperature, the scope rule and its
//! threshold) is chosen on predictions for rows that the predicting model has not seen: by
//! cross-validation over rows, and for the scope rule over whole intents that are left out
//! and then play what no intent covers. The two views that cost most to train are trained
//! on as many folds as give [`BLEND_ROWS`] predictions; the others on all.

mod chatter;
mod corpus;
mod models;
mod parts;
mod scope;
mod split;
mod tuned;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::TrainError;
use super::folds;
use super::logistic::{self, Opinions};
use crate::nlu::encoder::Encoder;
use crate::nlu::heads::intent::{Blend, IntentHead, SCOPE_FEATURES, TunedIntent, VIEWS, Views, scope_features};
use crate::nlu::heads::lexical::LexicalModel;
use crate::nlu::heads::neighbours::Neighbours;
use crate::nlu::heads::numbers::argmax;
use crate::nlu::metrics;
use chatter::Chatter;
pub use corpus::{IntentCorpus, Labelled};
use models::{Fitting, Last};
use split::{Split, thin};

const FOLDS: usize = 5;

/// Groups of intents that are left out in turn.
const GROUPS: usize = 4;

/// Share of messages that are about something else, as the scope rule assumes: one in five.
const OUTSIDE_SHARE: f32 = 0.2;

/// Rows of one kind that the scope rule and the blend are fitted to at most; more would
/// cost time and change nothing.
const ENOUGH_ROWS: usize = 4000;

/// Rows on which five weights and a temperature are found well enough.
const BLEND_ROWS: usize = 500;

/// What the scope rule goes by: the views that were trained on the examples for long are as
/// sure of strange messages as of known ones.
const SCOPE_VIEWS: [&str; 3] = ["dense", "lexical", "neighbours"];

/// How training may use the machine.
#[derive(Clone, Copy, Debug)]
pub struct TrainOptions {
    /// So many models are trained at once; beside a server that answers, one.
    pub threads: usize,
    /// Whether to find out as well what each view is good for.
    pub ablate: bool,
}

impl Default for TrainOptions {
    fn default() -> Self {
        Self { threads: std::thread::available_parallelism().map_or(1, usize::from), ablate: false }
    }
}

/// The head, and how it did on rows that it had not seen.
pub struct TrainedIntent {
    pub head: IntentHead,
    pub validation: IntentValidation,
    /// Where it was asked for: the blend that would be without each view.
    pub without: Vec<Blend>,
}

#[derive(Clone, Debug, serde::Serialize)]
pub struct IntentValidation {
    pub n: usize,
    pub intents: usize,
    pub accuracy: f64,
    pub macro_f1: f64,
    pub ece: f64,
    /// Of whole intents left out against the others' rows.
    pub oos_auroc: Option<f64>,
    /// Share of in-scope rows that the threshold lets through.
    pub in_scope_kept: f64,
    pub blend: Blend,
    /// The rows that were asked about.
    #[serde(skip)]
    pub tested: Vec<usize>,
    #[serde(skip)]
    pub mistakes: Vec<Mistake>,
}

/// A row that cross-validation got wrong.
#[derive(Clone, Debug)]
pub struct Mistake {
    pub row: usize,
    pub expected: u32,
    pub predicted: u32,
    pub confidence: f32,
}

/// `progress` is told the share that is done, from 0 to 1.
pub fn train(
    encoder: &Encoder,
    corpus: &IntentCorpus,
    options: &TrainOptions,
    progress: &(dyn Fn(f32) + Sync),
) -> Result<TrainedIntent, TrainError> {
    let untrained = encoder.untrained_branch(corpus::DEPTH)?;
    let classes = corpus.names.len();
    let fold_of = folds::stratified(&corpus.labels[..corpus.messages()], FOLDS, 11);
    let group_of = folds::grouped(classes, GROUPS.min(classes), 12);
    let mut splits: Vec<Split> = (0..FOLDS).map(|fold| Split::fold(corpus, &fold_of, fold)).collect();
    // Leaving intents out of very few would leave nothing.
    if classes >= 4 {
        splits.extend((0..GROUPS).map(|group| Split::leave_out(corpus, &group_of, group)));
    }
    let everything = Split::everything(corpus);

    let costly_folds = (BLEND_ROWS * FOLDS).div_ceil(corpus.messages().max(1)).clamp(1, FOLDS);
    let fitting = Fitting { encoder, untrained: &untrained, corpus, splits: &splits, everything: &everything };
    let models = fitting.fit(costly_folds, options.threads, progress);

    let chatter = Chatter::fit(corpus, &fold_of);
    let mut seen: Vec<Vec<(usize, Views)>> =
        splits.iter().enumerate().map(|(number, split)| models.quick_views(corpus, number, split)).collect();
    for (number, views) in seen[..costly_folds].iter_mut().enumerate() {
        models.add_costly_views(number, classes, views);
    }
    for (row, views) in seen.iter_mut().flatten() {
        views.chatter = chatter.examples.get(*row).copied().unwrap_or_default();
    }
    let in_scope: Vec<&(usize, Views)> = seen[..FOLDS].iter().flatten().collect();
    let fully_seen: Vec<&(usize, Views)> = seen[..costly_folds].iter().flatten().collect();
    let left_out: Vec<&Views> = seen[FOLDS..].iter().flatten().map(|(_, views)| views).collect();
    let mut known_outside = models.outside_views(corpus, &splits[0]);
    for (views, score) in known_outside.iter_mut().zip(&chatter.outside) {
        views.chatter = *score;
    }

    let blend = fit_blend(corpus, &fully_seen, |_| true);
    let scope_blend = fit_blend(corpus, &in_scope, |view| SCOPE_VIEWS.contains(&VIEWS[view]));
    let without = |left_out: usize| fit_blend(corpus, &fully_seen, |view| view != left_out);
    let without = if options.ablate { (0..VIEWS.len()).map(without).collect() } else { Vec::new() };
    let scope = scope::fit(corpus, &scope_blend, &in_scope, &left_out, &known_outside);

    let Last { dense, wording, layers, tuned } = models.of_everything();
    let vectors: Vec<&[f32]> = (0..corpus.texts.len()).map(|row| corpus.vector(row)).collect();
    let head = IntentHead {
        labels: corpus.names.clone(),
        dense: dense.fitted.model(),
        layers: layers.fitted.model(),
        lexical: LexicalModel::quantised(wording.vocabulary, &wording.fitted.weights, wording.fitted.bias),
        neighbours: Neighbours::quantised(&vectors, corpus.labels.clone(), classes),
        tuned: Some(TunedIntent { branch: Arc::new(tuned.branch), directions: tuned.directions }),
        blend,
        chatter: chatter.model,
        scope_blend,
        scope,
    };
    let validation = validate(corpus, &head, &fully_seen, &left_out);
    progress(1.0);
    Ok(TrainedIntent { head, validation, without })
}

/// The blend of those views that `takes`, by its number, is true for.
fn fit_blend(corpus: &IntentCorpus, rows: &[&(usize, Views)], takes: impl Fn(usize) -> bool) -> Blend {
    let taken: Vec<usize> = (0..VIEWS.len()).filter(|&view| takes(view)).collect();
    let mut rows: Vec<Opinions<'_>> = rows
        .iter()
        .map(|(row, views)| {
            let log_p = views.log_p();
            let views = taken.iter().map(|&view| log_p[view].as_slice()).collect();
            Opinions { views, truth: corpus.labels[*row] as usize, weight: 1.0 }
        })
        .collect();
    thin(&mut rows, ENOUGH_ROWS);
    let mut weights = [0.0; VIEWS.len()];
    for (&view, weight) in taken.iter().zip(logistic::blend(&rows, taken.len())) {
        weights[view] = weight;
    }
    Blend::of(weights)
}

fn features(blend: &Blend, views: &Views) -> [f32; SCOPE_FEATURES] {
    scope_features(views, &blend.probabilities(views))
}

fn validate(
    corpus: &IntentCorpus,
    head: &IntentHead,
    in_scope: &[&(usize, Views)],
    left_out: &[&Views],
) -> IntentValidation {
    let mut truth = Vec::with_capacity(in_scope.len());
    let mut predicted = Vec::with_capacity(in_scope.len());
    let mut confidence = Vec::with_capacity(in_scope.len());
    let mut outside = Vec::with_capacity(in_scope.len() + left_out.len());
    let mut mistakes = Vec::new();
    for (row, views) in in_scope {
        let probabilities = head.blend.probabilities(views);
        let best = argmax(&probabilities);
        let expected = corpus.labels[*row];
        if best != expected as usize {
            let predicted = best as u32;
            mistakes.push(Mistake { row: *row, expected, predicted, confidence: probabilities[best] });
        }
        truth.push(expected as usize);
        predicted.push(best);
        confidence.push(probabilities[best]);
        outside.push(head.scope.outside(&features(&head.scope_blend, views)));
    }
    let kept = outside.iter().filter(|&&p| p < head.scope.threshold).count();
    let right: Vec<bool> = truth.iter().zip(&predicted).map(|(t, p)| t == p).collect();
    let inside = outside.len();
    outside.extend(left_out.iter().map(|views| head.scope.outside(&features(&head.scope_blend, views))));
    let is_outside: Vec<bool> = (0..outside.len()).map(|row| row >= inside).collect();
    IntentValidation {
        n: in_scope.len(),
        intents: corpus.names.len(),
        accuracy: metrics::accuracy(&truth, &predicted),
        macro_f1: metrics::macro_f1(&truth, &predicted),
        ece: metrics::ece(&confidence, &right),
        oos_auroc: metrics::auroc(&outside, &is_outside),
        in_scope_kept: kept as f64 / inside.max(1) as f64,
        blend: head.blend,
        tested: in_scope.iter().map(|(row, _)| *row).collect(),
        mistakes,
    }
}
