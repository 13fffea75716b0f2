//! Training a shop's intent head from its intents: one way for the command line, the
//! server and the tests.
//!
//! It knows examples, not where they come from: files, the console, another system.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::intent::{self, IntentCorpus, IntentValidation, Mistake, TrainOptions};
use super::{TrainError, plain};
use crate::domain::intent::IntentSpec;
use crate::nlu::encoder::Encoder;
use crate::nlu::heads::file;
use crate::nlu::heads::intent::IntentHead;

/// The name of the judgement in a head's file.
const JUDGEMENT: &str = "judgement";
/// Confusions that a report names.
const WORST: usize = 10;

/// Who waits for the training: is told how far it is, and may call it off.
pub struct Watch<'a> {
    /// The step, and the share of it that is done, from 0 to 1.
    pub show: &'a (dyn Fn(&str, f32) + Sync),
    /// Asked between steps and within them.
    pub cancelled: &'a (dyn Fn() -> bool + Sync),
    /// So many models are trained at once: beside a server that answers, one.
    pub threads: usize,
}

/// The head, and how it did on examples that it had not seen.
pub struct TrainedShop {
    pub head: Arc<IntentHead>,
    pub validation: IntentValidation,
    pub judgement: Judgement,
}

/// How a head did in cross-validation. It travels with the head, so that the next one can
/// be compared with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    pub scores: Scores,
    /// By name.
    pub by_intent: Vec<IntentScore>,
    pub confusions: Vec<Confusion>,
    pub evidence: Evidence,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct Scores {
    pub examples: usize,
    pub intents: usize,
    pub accuracy: f64,
    pub macro_f1: f64,
    /// Expected calibration error.
    pub ece: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct IntentScore {
    pub name: String,
    pub examples: usize,
    pub precision: f64,
    pub recall: f64,
    pub f1: f64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct Confusion {
    pub expected: String,
    pub predicted: String,
    pub times: usize,
    /// The one that the head was surest of.
    pub example: String,
}

/// Which examples were judged, and which of them wrongly: what two trainings are compared
/// by, example for example.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    pub right: Vec<ExampleKey>,
    pub wrong: Vec<ExampleKey>,
}

/// The beginning of the SHA-256 of intent and text.
pub type ExampleKey = String;

/// Trains on the intents' examples and on messages that are about none of them. Blocks for
/// as long as it takes; the encoder's queue serves customers first.
pub fn train_shop(
    encoder: &Encoder,
    specs: &[IntentSpec],
    outside: &[String],
    watch: &Watch<'_>,
) -> Result<TrainedShop, TrainError> {
    let specs: Vec<&IntentSpec> = specs.iter().filter(|spec| !spec.examples.is_empty()).collect();
    if specs.len() < 2 {
        return Err(TrainError::TooFew);
    }
    let examples = specs.iter().zip(0u32..);
    let examples = examples
        .flat_map(|(spec, number)| spec.examples_in_all_languages().map(move |example| (plain(example), number)));
    let hints = specs.iter().zip(0u32..).map(|(spec, number)| (hint(spec), number));
    unless_cancelled(watch, || {
        let told = |step: &str, done: f32| {
            (watch.show)(step, done);
            checkpoint(watch);
        };
        let corpus = IntentCorpus::encode(
            encoder,
            specs.iter().map(|spec| spec.name.clone()).collect(),
            examples.collect(),
            hints.filter_map(|(hint, number)| Some((hint?, number))).collect(),
            outside.to_vec(),
            |done| told("encoding the examples", done),
        )?;
        let options = TrainOptions { threads: watch.threads, ..TrainOptions::default() };
        let trained = intent::train(encoder, &corpus, &options, &|done| told("training the intents", done))?;
        let examples = Judged { corpus: &corpus, tested: &trained.validation.tested };
        let mistakes = &trained.validation.mistakes;
        let judgement = Judgement {
            scores: scores(&trained.validation),
            by_intent: examples.by_intent(mistakes),
            confusions: examples.confusions(mistakes),
            evidence: examples.evidence(mistakes),
        };
        Ok(TrainedShop { head: Arc::new(trained.head), validation: trained.validation, judgement })
    })
}

impl TrainedShop {
    /// The head's file, with the judgement in it.
    pub fn to_bytes(&self, encoder: &Encoder) -> Result<Vec<u8>, String> {
        let judgement = serde_json::to_string(&self.judgement).map_err(|error| error.to_string())?;
        file::to_bytes(self.head.as_ref(), encoder.identity(), &[(JUDGEMENT, judgement)])
    }
}

impl Judgement {
    /// That of a head's file, if it carries one that this program can read.
    pub fn of_file(bytes: &[u8]) -> Option<Self> {
        serde_json::from_str(&file::note(bytes, JUDGEMENT)?).ok()
    }
}

/// A shop's own messages that its intents are not for, beside them; a line each.
pub const OUTSIDE_FILE: &str = "out_of_scope.txt";

/// Messages that no intent covers: those that no shop's do, and the shop's own. Each may do
/// without the file.
pub fn read_outside(models: &Path, intents: &Path) -> Vec<String> {
    let mut outside = read_lines(&models.join("training").join(OUTSIDE_FILE));
    outside.extend(read_lines(&intents.join(OUTSIDE_FILE)));
    outside
}

fn read_lines(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
}

/// What unwinds a training that nobody wants any more.
struct CalledOff;

/// Leaves the training from within its progress reports. Training is one long computation
/// of many parts; unwinding it there keeps every part free of the question.
fn checkpoint(watch: &Watch<'_>) {
    if (watch.cancelled)() {
        resume_unwind(Box::new(CalledOff));
    }
}

fn unless_cancelled<T>(watch: &Watch<'_>, work: impl FnOnce() -> Result<T, TrainError>) -> Result<T, TrainError> {
    let guarded = || {
        checkpoint(watch);
        work()
    };
    catch_unwind(AssertUnwindSafe(guarded)).unwrap_or_else(|panic: Box<dyn Any + Send>| {
        if panic.is::<CalledOff>() { Err(TrainError::Cancelled) } else { resume_unwind(panic) }
    })
}

/// What an intent says of itself, as one more example.
fn hint(spec: &IntentSpec) -> Option<String> {
    if spec.description.trim().is_empty() { IntentCorpus::spoken(&spec.name) } else { Some(spec.description.clone()) }
}

fn scores(validation: &IntentValidation) -> Scores {
    Scores {
        examples: validation.n,
        intents: validation.intents,
        accuracy: validation.accuracy,
        macro_f1: validation.macro_f1,
        ece: validation.ece,
    }
}

/// The examples that cross-validation asked about.
struct Judged<'a> {
    corpus: &'a IntentCorpus,
    /// Rows.
    tested: &'a [usize],
}

impl Judged<'_> {
    fn by_intent(&self, mistakes: &[Mistake]) -> Vec<IntentScore> {
        let mut there = vec![0_usize; self.corpus.names.len()];
        let mut missed = there.clone();
        let mut taken = there.clone();
        for &row in self.tested {
            there[self.corpus.labels[row] as usize] += 1;
        }
        for mistake in mistakes {
            missed[mistake.expected as usize] += 1;
            taken[mistake.predicted as usize] += 1;
        }
        let score = |(class, name): (usize, &String)| {
            let right = there[class] - missed[class];
            let share = |of: usize| if of == 0 { 0.0 } else { right as f64 / of as f64 };
            let (precision, recall) = (share(right + taken[class]), share(there[class]));
            let f1 = if right == 0 { 0.0 } else { 2.0 * precision * recall / (precision + recall) };
            IntentScore { name: name.clone(), examples: there[class], precision, recall, f1 }
        };
        self.corpus.names.iter().enumerate().map(score).collect()
    }

    fn confusions(&self, mistakes: &[Mistake]) -> Vec<Confusion> {
        let mut pairs: BTreeMap<(u32, u32), Vec<&Mistake>> = BTreeMap::new();
        for mistake in mistakes {
            pairs.entry((mistake.expected, mistake.predicted)).or_default().push(mistake);
        }
        let mut pairs: Vec<_> = pairs.into_iter().collect();
        pairs.sort_by_key(|(_, mistakes)| std::cmp::Reverse(mistakes.len()));
        let name = |label: u32| self.corpus.names[label as usize].clone();
        let confusion = |((expected, predicted), mistakes): ((u32, u32), Vec<&Mistake>)| {
            let surest = mistakes.iter().max_by(|a, b| a.confidence.total_cmp(&b.confidence))?;
            let example = self.corpus.texts[surest.row].clone();
            Some(Confusion { expected: name(expected), predicted: name(predicted), times: mistakes.len(), example })
        };
        pairs.into_iter().take(WORST).filter_map(confusion).collect()
    }

    fn evidence(&self, mistakes: &[Mistake]) -> Evidence {
        let mut is_wrong = vec![false; self.corpus.texts.len()];
        for mistake in mistakes {
            is_wrong[mistake.row] = true;
        }
        let mut evidence = Evidence::default();
        for &row in self.tested {
            let key = example_key(&self.corpus.names[self.corpus.labels[row] as usize], &self.corpus.texts[row]);
            if is_wrong[row] { &mut evidence.wrong } else { &mut evidence.right }.push(key);
        }
        evidence
    }
}

fn example_key(intent: &str, text: &str) -> ExampleKey {
    let digest = Sha256::new().chain_update(intent).chain_update([0]).chain_update(text).finalize();
    hex::encode(&digest[..6])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corpus() -> IntentCorpus {
        let texts = ["hi", "hello", "where is it", "my parcel", "hello, where is it", "Greets"];
        IntentCorpus {
            names: vec!["hello".into(), "order".into()],
            texts: texts.map(str::to_owned).to_vec(),
            labels: vec![0, 0, 1, 1, 1, 0],
            hints: 1,
            encodings: Vec::new(),
            outside: Vec::new(),
        }
    }

    fn judged(corpus: &IntentCorpus) -> Judged<'_> {
        Judged { corpus, tested: &[0, 1, 2, 3, 4] }
    }

    fn mistake(row: usize, confidence: f32) -> Mistake {
        Mistake { row, expected: 1, predicted: 0, confidence }
    }

    #[test]
    fn an_intent_is_scored_by_what_it_missed_and_what_it_took_from_others() {
        let scores = judged(&corpus()).by_intent(&[mistake(4, 0.6)]);
        assert_eq!((scores[0].precision, scores[0].recall), (2.0 / 3.0, 1.0));
        assert_eq!((scores[1].precision, scores[1].recall), (1.0, 2.0 / 3.0));
        assert!((scores[1].f1 - 0.8).abs() < 1e-9);
    }

    #[test]
    fn a_confusion_shows_the_mistake_that_was_surest() {
        let found = judged(&corpus()).confusions(&[mistake(4, 0.6), mistake(2, 0.9)]);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].times, found[0].example.as_str()), (2, "where is it"));
        assert_eq!((found[0].expected.as_str(), found[0].predicted.as_str()), ("order", "hello"));
    }

    #[test]
    fn the_evidence_names_every_example_once() {
        let evidence = judged(&corpus()).evidence(&[mistake(4, 0.6)]);
        assert_eq!((evidence.right.len(), evidence.wrong.len()), (4, 1));
        assert_eq!(evidence.wrong[0], example_key("order", "hello, where is it"));
        assert_ne!(example_key("hello", "hi"), example_key("order", "hi"), "the same words may stand in two intents");
    }

    #[test]
    fn a_training_that_is_called_off_ends_at_its_next_report() {
        let watch = Watch { show: &|_, _| (), cancelled: &|| true, threads: 1 };
        let ended: Result<(), TrainError> = unless_cancelled(&watch, || panic!("nothing may be begun"));
        assert!(matches!(ended, Err(TrainError::Cancelled)));

        let rounds = std::sync::atomic::AtomicUsize::new(0);
        let cancelled = || rounds.fetch_add(1, std::sync::atomic::Ordering::Relaxed) >= 2;
        let watch = Watch { show: &|_, _| (), cancelled: &cancelled, threads: 1 };
        let ended: Result<(), TrainError> = unless_cancelled(&watch, || {
            (0..10).for_each(|_| checkpoint(&watch));
            Ok(())
        });
        assert!(matches!(ended, Err(TrainError::Cancelled)));
    }
}
