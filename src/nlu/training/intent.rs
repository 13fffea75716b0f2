//! Trains the intent head: three views, their blend, its calibration and the scope rule.
//!
//! Everything that is chosen (the blend's weights, the temperature, the scope rule and its
//! threshold) is chosen on predictions for rows that the predicting model has not seen: by
//! cross-validation over rows, and for the scope rule over whole intents that are left out
//! and then play what no intent covers.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use tch::{Kind, Tensor};

use super::dense::{self, DenseData, DenseOptions, Fitted, Loss};
use super::folds;
use super::logistic::{self, Opinions};
use super::sparse::{self, FittedSparse, SparseExample, SparseOptions};
use crate::nlu::heads::intent::{Blend, IntentHead, SCOPE_FEATURES, ScopeRule, Views, scope_features};
use crate::nlu::heads::lexical::{LexicalModel, Sparse, Vocabulary};
use crate::nlu::heads::linear::Linear;
use crate::nlu::heads::neighbours::{NEIGHBOURS, Nearest, Neighbours};
use crate::nlu::heads::numbers::argmax;
use crate::nlu::metrics::{self, MccTally};

const FOLDS: usize = 5;

/// Groups of intents that are left out in turn.
const GROUPS: usize = 4;

/// Share of messages that are about something else, as the scope rule assumes: one in five.
const OUTSIDE_SHARE: f32 = 0.2;

/// Rows of one kind that the scope rule and the blend are fitted to at most; more would
/// cost time and change nothing.
const ENOUGH_ROWS: usize = 4000;

/// scikit-learn's C of the model on vectors.
const FREEDOM: f64 = 20.0;

/// What there is to learn from. `labels` number the `names`.
pub struct IntentExamples<'a> {
    pub names: Vec<String>,
    pub texts: Vec<&'a str>,
    pub labels: Vec<u32>,
    pub vectors: Vec<&'a [f32]>,
    /// Messages known to be about none of them, if there are any.
    pub outside: Vec<(&'a str, &'a [f32])>,
}

/// The head, and how it did on rows that it had not seen.
pub struct TrainedIntent {
    pub head: IntentHead,
    pub validation: IntentValidation,
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

/// Models trained on some of the rows, and what they say about others.
struct Split {
    train: Vec<usize>,
    test: Vec<usize>,
    /// New number of each class in this split; classes left out have none.
    renumbered: Vec<Option<u32>>,
    classes: usize,
}

/// `progress` is told the share that is done, from 0 to 1.
pub fn train(examples: &IntentExamples<'_>, progress: &(dyn Fn(f32) + Sync)) -> TrainedIntent {
    let classes = examples.names.len();
    let fold_of = folds::stratified(&examples.labels, FOLDS, 11);
    let group_of = folds::grouped(classes, GROUPS.min(classes), 12);
    let mut splits: Vec<Split> = (0..FOLDS).map(|fold| Split::fold(examples, &fold_of, fold)).collect();
    // Leaving intents out of very few would leave nothing.
    if classes >= 4 {
        splits.extend((0..GROUPS).map(|group| Split::leave_out(examples, &group_of, group)));
    }

    let tasks = splits.len() + 1;
    let done = AtomicUsize::new(0);
    let advance = |part: f32| {
        let steps = done.fetch_add(1, Ordering::Relaxed) + 1;
        progress(part * steps as f32 / (2 * tasks) as f32);
    };
    let everything = Split::everything(examples);
    let dense: Vec<DensePart> = splits
        .iter()
        .chain([&everything])
        .map(|split| {
            let part = DensePart::fit(examples, split);
            advance(1.0);
            part
        })
        .collect();
    let wording = in_parallel(tasks, |task| {
        let split = splits.get(task).unwrap_or(&everything);
        let part = LexicalPart::fit(examples, split);
        advance(1.0);
        part
    });

    let chatter = Chatter::fit(examples, &fold_of);
    let mut seen: Vec<Vec<(usize, Views)>> = splits
        .iter()
        .zip(dense.iter().zip(&wording))
        .map(|(split, (dense, wording))| split.views(examples, dense, wording))
        .collect();
    for (row, views) in seen.iter_mut().flatten() {
        views.chatter = chatter.examples[*row];
    }
    let in_scope: Vec<&(usize, Views)> = seen[..FOLDS].iter().flatten().collect();
    let left_out: Vec<&Views> = seen[FOLDS..].iter().flatten().map(|(_, views)| views).collect();
    let mut known_outside = outside_views(examples, &splits[0], &dense[0], &wording[0]);
    for (views, score) in known_outside.iter_mut().zip(&chatter.outside) {
        views.chatter = *score;
    }

    let blend = fit_blend(examples, &in_scope);
    let scope = fit_scope(examples, &blend, &in_scope, &left_out, &known_outside);
    let validation = validate(examples, &blend, &scope, &in_scope, &left_out);

    let last = (dense.into_iter().next_back(), wording.into_iter().next_back());
    let (Some(dense), Some(wording)) = last else { unreachable!("there is always the split of everything") };
    let head = IntentHead {
        labels: examples.names.clone(),
        dense: dense.fitted.model(),
        lexical: LexicalModel::quantised(wording.vocabulary, &wording.fitted.weights, wording.fitted.bias),
        neighbours: Neighbours::quantised(&examples.vectors, examples.labels.clone(), classes),
        blend,
        chatter: chatter.model,
        scope,
    };
    progress(1.0);
    TrainedIntent { head, validation }
}

impl Split {
    fn everything(examples: &IntentExamples<'_>) -> Self {
        Self::of(examples, (0..examples.texts.len()).collect(), Vec::new(), |_| true)
    }

    fn fold(examples: &IntentExamples<'_>, fold_of: &[usize], fold: usize) -> Self {
        let (test, train) = (0..examples.texts.len()).partition(|&row| fold_of[row] == fold);
        Self::of(examples, train, test, |_| true)
    }

    fn leave_out(examples: &IntentExamples<'_>, group_of: &[usize], group: usize) -> Self {
        let is_out = |row: &usize| group_of[examples.labels[*row] as usize] == group;
        let (mut test, train): (Vec<usize>, Vec<usize>) = (0..examples.texts.len()).partition(is_out);
        thin(&mut test, ENOUGH_ROWS / GROUPS);
        Self::of(examples, train, test, |class| group_of[class] != group)
    }

    fn of(examples: &IntentExamples<'_>, train: Vec<usize>, test: Vec<usize>, keeps: impl Fn(usize) -> bool) -> Self {
        let mut classes = 0;
        let renumbered = (0..examples.names.len())
            .map(|class| {
                keeps(class).then(|| {
                    classes += 1;
                    classes - 1
                })
            })
            .collect();
        Self { train, test, renumbered, classes: classes as usize }
    }

    fn label(&self, examples: &IntentExamples<'_>, row: usize) -> u32 {
        self.renumbered[examples.labels[row] as usize].expect("trained rows are of kept classes: this is a bug")
    }

    fn labels(&self, examples: &IntentExamples<'_>) -> Vec<u32> {
        self.train.iter().map(|&row| self.label(examples, row)).collect()
    }

    /// What this split's models say of its test rows.
    fn views(&self, examples: &IntentExamples<'_>, dense: &DensePart, wording: &LexicalPart) -> Vec<(usize, Views)> {
        let rows = self.test.iter().zip(dense.logits.chunks_exact(self.classes)).zip(&dense.nearest);
        rows.map(|((&row, logits), nearest)| {
            let (features, known) = wording.vocabulary.features(examples.texts[row]);
            (row, Views::new(logits.to_vec(), wording.fitted.logits(&features), nearest.clone(), known))
        })
        .collect()
    }
}

/// Every k-th of too many.
fn thin<T>(rows: &mut Vec<T>, most: usize) {
    let step = rows.len().div_ceil(most.max(1)).max(1);
    let mut position = 0;
    rows.retain(|_| {
        position += 1;
        (position - 1) % step == 0
    });
}

struct DensePart {
    fitted: Fitted,
    /// Of the test rows.
    logits: Vec<f32>,
    nearest: Vec<Nearest>,
}

impl DensePart {
    fn fit(examples: &IntentExamples<'_>, split: &Split) -> Self {
        let vectors: Vec<&[f32]> = split.train.iter().map(|&row| examples.vectors[row]).collect();
        let labels = split.labels(examples);
        let data = DenseData::single_label(&vectors, &labels, split.classes);
        let penalty = 1.0 / (FREEDOM * split.train.len().max(1) as f64);
        let fitted = dense::fit(&data, &DenseOptions { loss: Loss::Softmax, penalty, iterations: 100 }, None);
        let test: Vec<&[f32]> = split.test.iter().map(|&row| examples.vectors[row]).collect();
        let (logits, nearest) = if test.is_empty() {
            Default::default()
        } else {
            (fitted.logits(&test), nearest(&test, &vectors, &labels))
        };
        Self { fitted, logits, nearest }
    }
}

/// The nearest training rows of many test rows.
fn nearest(test: &[&[f32]], train: &[&[f32]], labels: &[u32]) -> Vec<Nearest> {
    let matrix = |rows: &[&[f32]]| Tensor::from_slice(&rows.concat()).view([rows.len() as i64, -1]);
    let train = matrix(train).transpose(0, 1);
    let count = NEIGHBOURS.min(labels.len());
    let mut found = Vec::with_capacity(test.len());
    for chunk in test.chunks(512) {
        let (cosines, rows) = matrix(chunk).matmul(&train).topk(count as i64, -1, true, true);
        let cosines = Vec::<f32>::try_from(cosines.contiguous().view([-1])).expect("floats: this is a bug");
        let rows = Vec::<i64>::try_from(rows.to_kind(Kind::Int64).contiguous().view([-1])).expect("this is a bug");
        for (cosines, rows) in cosines.chunks_exact(count).zip(rows.chunks_exact(count)) {
            found.push(cosines.iter().zip(rows).map(|(&cosine, &row)| (cosine, labels[row as usize])).collect());
        }
    }
    found
}

struct LexicalPart {
    vocabulary: Vocabulary,
    fitted: FittedSparse,
}

impl LexicalPart {
    fn fit(examples: &IntentExamples<'_>, split: &Split) -> Self {
        // What occurs once among thousands is noise; among dozens it may be all there is.
        let min_documents = if split.train.len() > 2000 { 2 } else { 1 };
        let texts = split.train.iter().map(|&row| examples.texts[row]);
        let vocabulary = Vocabulary::learn(texts.clone(), min_documents);
        let rows: Vec<Sparse> = texts.map(|text| vocabulary.features(text).0).collect();
        let labels = split.labels(examples);
        let rows = rows.iter().zip(labels).map(|(row, label)| SparseExample { row, label, weight: 1.0 });
        let options = SparseOptions::default();
        let fitted = sparse::fit(&rows.collect::<Vec<_>>(), vocabulary.len(), split.classes, &options);
        Self { vocabulary, fitted }
    }
}

/// A linear model that tells examples from messages known to be outside, and what it says
/// of each where it has not seen it.
struct Chatter {
    model: Linear,
    examples: Vec<f32>,
    outside: Vec<f32>,
}

impl Chatter {
    fn fit(examples: &IntentExamples<'_>, fold_of: &[usize]) -> Self {
        let width = examples.vectors.first().map_or(0, |vector| vector.len());
        let mut chatter = Self {
            model: Linear { classes: 1, weights: vec![0.0; width], bias: vec![0.0] },
            examples: vec![0.0; examples.vectors.len()],
            outside: vec![0.0; examples.outside.len()],
        };
        if examples.outside.len() < FOLDS {
            return chatter;
        }
        let outside_fold = folds::grouped(examples.outside.len(), FOLDS, 13);
        for fold in 0..FOLDS {
            let model = Self::model(examples, |row| fold_of[row] != fold, |row| outside_fold[row] != fold);
            let score = |vector: &[f32]| model.logits(vector).first().copied().unwrap_or(0.0);
            for (row, vector) in examples.vectors.iter().enumerate().filter(|&(row, _)| fold_of[row] == fold) {
                chatter.examples[row] = score(vector);
            }
            let outside = examples.outside.iter().enumerate().filter(|&(row, _)| outside_fold[row] == fold);
            for (row, (_, vector)) in outside {
                chatter.outside[row] = score(vector);
            }
        }
        chatter.model = Self::model(examples, |_| true, |_| true);
        chatter
    }

    fn model(
        examples: &IntentExamples<'_>,
        takes: impl Fn(usize) -> bool,
        takes_outside: impl Fn(usize) -> bool,
    ) -> Linear {
        let inside = (0..examples.vectors.len()).filter(|&row| takes(row)).map(|row| examples.vectors[row]);
        let outside = (0..examples.outside.len()).filter(|&row| takes_outside(row)).map(|row| examples.outside[row].1);
        let mut vectors: Vec<&[f32]> = inside.collect();
        let count = vectors.len();
        vectors.extend(outside);
        let targets: Vec<f32> = (0..vectors.len()).map(|row| f32::from(u8::from(row >= count))).collect();
        let outside_weight =
            count as f32 * OUTSIDE_SHARE / (1.0 - OUTSIDE_SHARE) / (vectors.len() - count).max(1) as f32;
        let weights: Vec<f32> = targets.iter().map(|&target| if target > 0.5 { outside_weight } else { 1.0 }).collect();
        let penalty = 1.0 / (FREEDOM * vectors.len() as f64);
        let data = DenseData::new(&vectors, &targets, Some(&weights), 1);
        dense::fit(&data, &DenseOptions { loss: Loss::Sigmoid, penalty, iterations: 100 }, None).model()
    }
}

/// Runs the tasks on as many threads as there are cores; results in the tasks' order.
fn in_parallel<T: Send>(tasks: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::with_capacity(tasks));
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(tasks);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let task = next.fetch_add(1, Ordering::Relaxed);
                    if task >= tasks {
                        return;
                    }
                    let result = work(task);
                    results.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((task, result));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    results.sort_by_key(|&(task, _)| task);
    results.into_iter().map(|(_, result)| result).collect()
}

fn outside_views(examples: &IntentExamples<'_>, split: &Split, dense: &DensePart, wording: &LexicalPart) -> Vec<Views> {
    if examples.outside.is_empty() {
        return Vec::new();
    }
    let test: Vec<&[f32]> = examples.outside.iter().map(|(_, vector)| *vector).collect();
    let train: Vec<&[f32]> = split.train.iter().map(|&row| examples.vectors[row]).collect();
    let nearest = nearest(&test, &train, &split.labels(examples));
    let logits = dense.fitted.logits(&test);
    let rows = examples.outside.iter().zip(logits.chunks_exact(split.classes)).zip(nearest);
    rows.map(|((&(text, _), logits), nearest)| {
        let (features, known) = wording.vocabulary.features(text);
        Views::new(logits.to_vec(), wording.fitted.logits(&features), nearest, known)
    })
    .collect()
}

fn fit_blend(examples: &IntentExamples<'_>, in_scope: &[&(usize, Views)]) -> Blend {
    let mut rows: Vec<Opinions<'_>> = in_scope
        .iter()
        .map(|(row, views)| Opinions {
            views: vec![&views.dense, &views.lexical, &views.neighbours],
            truth: examples.labels[*row] as usize,
            weight: 1.0,
        })
        .collect();
    thin(&mut rows, ENOUGH_ROWS);
    let weights = logistic::blend(&rows, 3);
    // The dense view's weight is made 1, and the temperature takes up what that changes.
    let unit = weights[0].max(0.05);
    Blend {
        dense: weights[0] / unit,
        lexical: weights[1] / unit,
        neighbours: weights[2] / unit,
        temperature: 1.0 / unit,
    }
}

fn features(blend: &Blend, views: &Views) -> [f32; SCOPE_FEATURES] {
    scope_features(views, &blend.probabilities(views))
}

fn fit_scope(
    examples: &IntentExamples<'_>,
    blend: &Blend,
    in_scope: &[&(usize, Views)],
    left_out: &[&Views],
    known_outside: &[Views],
) -> ScopeRule {
    let mut inside: Vec<&(usize, Views)> = in_scope.to_vec();
    thin(&mut inside, ENOUGH_ROWS);
    let count = inside.len() + left_out.len() + known_outside.len();
    let mut rows: Vec<Vec<f32>> = Vec::with_capacity(count);
    rows.extend(inside.iter().map(|(_, views)| features(blend, views).to_vec()));
    rows.extend(left_out.iter().map(|views| features(blend, views).to_vec()));
    rows.extend(known_outside.iter().map(|views| features(blend, views).to_vec()));
    let positive: Vec<bool> = (0..count).map(|row| row >= inside.len()).collect();
    if inside.is_empty() || inside.len() == count {
        // Nothing to tell apart: everything is in scope.
        let none = vec![0.0; SCOPE_FEATURES];
        let ones = vec![1.0; SCOPE_FEATURES];
        return ScopeRule { means: none.clone(), scales: ones, weights: none, bias: -5.0, threshold: 0.5 };
    }

    // Where real outsiders are known, they say more than intents left out, which are near
    // to others: a message of theirs often finds its article all the same.
    let shares = if known_outside.is_empty() || left_out.is_empty() { [1.0, 1.0] } else { [0.3, 0.7] };
    let total = inside.len() as f32;
    let outside_total = total * OUTSIDE_SHARE / (1.0 - OUTSIDE_SHARE);
    let mut weights = vec![1.0; inside.len()];
    weights.extend(vec![shares[0] * outside_total / left_out.len().max(1) as f32; left_out.len()]);
    weights.extend(vec![shares[1] * outside_total / known_outside.len().max(1) as f32; known_outside.len()]);
    let model = logistic::fit(&rows, &positive, &weights, 1.0);

    let outsider = examples.names.len();
    let judged: Vec<Judged> = (0..count)
        .map(|row| {
            let said = inside.get(row).map(|(_, views)| argmax(&blend.scores(views)));
            let said = said.unwrap_or_else(|| row % examples.names.len());
            let truth = inside.get(row).map_or(outsider, |(row, _)| examples.labels[*row] as usize);
            Judged { outside: model.p(&rows[row]), said, truth, weight: f64::from(weights[row]) }
        })
        .collect();
    let threshold = best_threshold(judged, outsider);
    ScopeRule { means: model.means, scales: model.scales, weights: model.weights, bias: model.bias, threshold }
}

struct Judged {
    outside: f32,
    said: usize,
    truth: usize,
    weight: f64,
}

/// The threshold with the best correlation (several classes, the outside being one).
fn best_threshold(mut rows: Vec<Judged>, outsider: usize) -> f32 {
    rows.sort_by(|a, b| b.outside.total_cmp(&a.outside));
    let mut tally = MccTally::new(outsider + 1);
    for row in &rows {
        tally.add(row.truth, row.said, row.weight);
    }
    let mut best = (tally.value(), 1.0);
    for (position, row) in rows.iter().enumerate() {
        tally.change(row.truth, row.said, outsider, row.weight);
        let value = tally.value();
        if value > best.0 {
            let next = rows.get(position + 1).map_or(0.0, |next| next.outside);
            best = (value, (row.outside + next) / 2.0);
        }
    }
    best.1
}

fn validate(
    examples: &IntentExamples<'_>,
    blend: &Blend,
    scope: &ScopeRule,
    in_scope: &[&(usize, Views)],
    left_out: &[&Views],
) -> IntentValidation {
    let mut truth = Vec::with_capacity(in_scope.len());
    let mut predicted = Vec::with_capacity(in_scope.len());
    let mut confidence = Vec::with_capacity(in_scope.len());
    let mut outside = Vec::with_capacity(in_scope.len() + left_out.len());
    let mut mistakes = Vec::new();
    for (row, views) in in_scope {
        let probabilities = blend.probabilities(views);
        let best = argmax(&probabilities);
        let expected = examples.labels[*row];
        if best != expected as usize {
            let predicted = best as u32;
            mistakes.push(Mistake { row: *row, expected, predicted, confidence: probabilities[best] });
        }
        truth.push(expected as usize);
        predicted.push(best);
        confidence.push(probabilities[best]);
        outside.push(scope.outside(&scope_features(views, &probabilities)));
    }
    let kept = outside.iter().filter(|&&p| p < scope.threshold).count();
    let right: Vec<bool> = truth.iter().zip(&predicted).map(|(t, p)| t == p).collect();
    let inside = outside.len();
    outside.extend(left_out.iter().map(|views| scope.outside(&features(blend, views))));
    let is_outside: Vec<bool> = (0..outside.len()).map(|row| row >= inside).collect();
    IntentValidation {
        n: in_scope.len(),
        intents: examples.names.len(),
        accuracy: metrics::accuracy(&truth, &predicted),
        macro_f1: metrics::macro_f1(&truth, &predicted),
        ece: metrics::ece(&confidence, &right),
        oos_auroc: metrics::auroc(&outside, &is_outside),
        in_scope_kept: kept as f64 / inside.max(1) as f64,
        blend: *blend,
        mistakes,
    }
}
