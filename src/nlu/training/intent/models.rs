//! All models of one training, each view's on each split, several at once.

use std::sync::{Mutex, PoisonError};

use super::corpus::IntentCorpus;
use super::parts::{DensePart, LayersPart, LexicalPart, nearest};
use super::split::Split;
use super::tuned::TunedPart;
use crate::nlu::encoder::{Branch, Encoder};
use crate::nlu::heads::intent::Views;
use crate::nlu::training::parallel::in_parallel;

/// What the models are trained on.
pub(super) struct Fitting<'a> {
    pub(super) encoder: &'a Encoder,
    pub(super) untrained: &'a Branch,
    pub(super) corpus: &'a IntentCorpus,
    pub(super) splits: &'a [Split],
    pub(super) everything: &'a Split,
}

/// Each view's models: of the splits in their order and, last, of everything.
#[derive(Default)]
pub(super) struct Models {
    dense: Vec<DensePart>,
    wording: Vec<LexicalPart>,
    layers: Vec<LayersPart>,
    tuned: Vec<TunedPart>,
}

/// The models that saw everything.
pub(super) struct Last {
    pub(super) dense: DensePart,
    pub(super) wording: LexicalPart,
    pub(super) layers: LayersPart,
    pub(super) tuned: TunedPart,
}

#[derive(Clone, Copy)]
enum View {
    Tuned,
    Layers,
    Dense,
    Wording,
}

enum Part {
    Tuned(TunedPart),
    Layers(LayersPart),
    Dense(DensePart),
    Wording(LexicalPart),
}

impl View {
    /// How long it takes, about, beside the others.
    fn cost(self) -> f32 {
        match self {
            View::Tuned => 12.0,
            View::Layers => 2.0,
            View::Dense | View::Wording => 1.0,
        }
    }
}

impl Fitting<'_> {
    /// The costly views learn from so many of the splits, and from everything. `progress` is
    /// told the share that is done.
    pub(super) fn fit(&self, costly_folds: usize, threads: usize, progress: &(dyn Fn(f32) + Sync)) -> Models {
        let of =
            |view: View, folds: usize| self.splits[..folds].iter().chain([self.everything]).map(move |on| (view, on));
        // The longest go first, so that no thread is left with one of them at the end.
        let tasks: Vec<(View, &Split)> = of(View::Tuned, costly_folds)
            .chain(of(View::Layers, costly_folds))
            .chain(of(View::Dense, self.splits.len()))
            .chain(of(View::Wording, self.splits.len()))
            .collect();
        let all: f32 = tasks.iter().map(|(view, _)| view.cost()).sum();
        let done = Mutex::new(vec![0.0; tasks.len()]);
        let told = |task: usize, share: f32| {
            let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
            done[task] = share * tasks[task].0.cost() / all;
            let sum = done.iter().sum();
            drop(done);
            progress(sum);
        };
        let parts = in_parallel(threads, tasks.len(), |task| {
            let (view, split) = tasks[task];
            let part = self.fit_one(view, split, &|share| told(task, share));
            told(task, 1.0);
            part
        });
        let mut models = Models::default();
        for part in parts {
            match part {
                Part::Tuned(part) => models.tuned.push(part),
                Part::Layers(part) => models.layers.push(part),
                Part::Dense(part) => models.dense.push(part),
                Part::Wording(part) => models.wording.push(part),
            }
        }
        models
    }

    fn fit_one(&self, view: View, split: &Split, progress: &dyn Fn(f32)) -> Part {
        match view {
            View::Tuned => Part::Tuned(TunedPart::fit(self.encoder, self.untrained, self.corpus, split, progress)),
            View::Layers => Part::Layers(LayersPart::fit(self.corpus, split)),
            View::Dense => Part::Dense(DensePart::fit(self.corpus, split)),
            View::Wording => Part::Wording(LexicalPart::fit(self.corpus, split)),
        }
    }
}

impl Models {
    /// What a split's quick models say of its test rows.
    pub(super) fn quick_views(&self, corpus: &IntentCorpus, number: usize, split: &Split) -> Vec<(usize, Views)> {
        let (dense, wording) = (&self.dense[number], &self.wording[number]);
        let rows = split.test.iter().zip(dense.logits.chunks_exact(split.classes)).zip(&dense.nearest);
        rows.map(|((&row, logits), nearest)| {
            let (features, known) = wording.vocabulary.features(&corpus.texts[row]);
            (row, Views::new(logits.to_vec(), wording.fitted.logits(&features), nearest.clone(), known))
        })
        .collect()
    }

    /// Beside that, what its costly models say, where it is a fold that they learnt from.
    pub(super) fn add_costly_views(&self, number: usize, classes: usize, views: &mut [(usize, Views)]) {
        let (layers, tuned) = (&self.layers[number].logits, &self.tuned[number].logits);
        let said = layers.chunks_exact(classes).zip(tuned.chunks_exact(classes));
        for ((_, views), (layers, tuned)) in views.iter_mut().zip(said) {
            *views = std::mem::take(views).with_layers(layers.to_vec()).with_tuned(tuned.to_vec());
        }
    }

    /// What the quick models of the first split, which is `split`, say of the messages that are
    /// about nothing.
    pub(super) fn outside_views(&self, corpus: &IntentCorpus, split: &Split) -> Vec<Views> {
        if corpus.outside.is_empty() {
            return Vec::new();
        }
        let (dense, wording) = (&self.dense[0], &self.wording[0]);
        let test: Vec<&[f32]> = corpus.outside.iter().map(|(_, vector)| vector.as_slice()).collect();
        let nearest = nearest(&test, &corpus.vectors(&split.train), &split.labels(corpus));
        let logits = dense.fitted.logits(&test);
        let rows = corpus.outside.iter().zip(logits.chunks_exact(split.classes)).zip(nearest);
        rows.map(|(((text, _), logits), nearest)| {
            let (features, known) = wording.vocabulary.features(text);
            Views::new(logits.to_vec(), wording.fitted.logits(&features), nearest, known)
        })
        .collect()
    }

    pub(super) fn of_everything(mut self) -> Last {
        match (self.dense.pop(), self.wording.pop(), self.layers.pop(), self.tuned.pop()) {
            (Some(dense), Some(wording), Some(layers), Some(tuned)) => Last { dense, wording, layers, tuned },
            _ => unreachable!("there is always the split of everything"),
        }
    }
}
