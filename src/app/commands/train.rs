//! `rapport train`: trains the heads and puts them in place.

mod dissatisfaction;
mod taught;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context;
use clap::Parser;
use serde::Serialize;

use super::progress::Steps;
use crate::base::home::Home;
use crate::nlu::encoder::{Encoder, EncoderOptions, Vector};
use crate::nlu::heads;
use crate::nlu::heads::file::{self, INTENT_FILE, MOOD_FILE, UNHAPPINESS_FILE};
use crate::nlu::heads::mood::MoodHead;
use crate::nlu::heads::unhappiness::UnhappinessHead;
use crate::nlu::training::comments::{self, RawComment, RawMessage};
use crate::nlu::training::dialogues;
use crate::nlu::training::intent::{self, IntentExamples, IntentValidation, TrainedIntent};
use crate::nlu::training::mood::{self, Comment, Message, MoodValidation, TrainedMood};
use crate::nlu::training::unhappiness::UnhappinessValidation;
use crate::nlu::training::{plain, read_intents};

/// Confusions that are shown.
const WORST: usize = 10;

/// Train the heads from the intents; a running server takes them over by itself.
#[derive(Debug, Parser)]
pub struct Args {
    /// The folder of intents (by default the shop's).
    #[arg(long, value_name = "DIR")]
    intents: Option<PathBuf>,
    /// Train sentiment, emotions and unhappiness as well, on this copy of GoEmotions and on
    /// models/training. Without it those heads stay as they are; for an encoder that has none
    /// yet, Rapport's own heads teach them.
    #[arg(long, value_name = "DIR")]
    sentiment_data: Option<PathBuf>,
    /// Train unhappiness alone, on models/training, with the mood head that is there.
    #[arg(long, conflicts_with_all = ["sentiment_data", "intents"])]
    unhappiness: bool,
    /// Where the heads are written (by default models/heads, or heads/ of the shop in the data
    /// directory).
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// One JSON object on standard output.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report {
    #[serde(skip_serializing_if = "Option::is_none")]
    intent: Option<IntentValidation>,
    worst_confusions: Vec<Confusion>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mood: Option<MoodValidation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unhappiness: Option<UnhappinessValidation>,
    seconds: f64,
    written_to: String,
}

#[derive(Serialize)]
struct Confusion {
    expected: String,
    predicted: String,
    times: usize,
    example: String,
}

pub async fn run(args: Args, home: &Home) -> anyhow::Result<()> {
    let home = home.clone();
    let json = args.json;
    let report = tokio::task::spawn_blocking(move || train(&args, &home)).await.context("training panicked")??;
    if json {
        println!("{}", serde_json::to_string(&report)?);
    } else {
        print(&report);
    }
    Ok(())
}

fn train(args: &Args, home: &Home) -> anyhow::Result<Report> {
    let began = Instant::now();
    let out = args.out.clone().unwrap_or_else(|| home.heads());
    if args.unhappiness {
        return train_unhappiness(home, &out, began);
    }
    let folder = args.intents.clone().unwrap_or_else(|| home.intents());
    let specs = read_intents(&folder)?;
    let encoder = Encoder::start(home, EncoderOptions::default())?;

    let names: Vec<String> = specs.iter().map(|spec| spec.name.clone()).collect();
    let examples = specs
        .iter()
        .enumerate()
        .flat_map(|(number, spec)| spec.examples_in_all_languages().map(move |example| (number, example)));
    let (labels, texts): (Vec<u32>, Vec<String>) =
        examples.map(|(number, example)| (number as u32, plain(example))).unzip();
    let outside = read_outside(&home.models().join("training/out_of_scope.txt"));
    let steps = Steps::default();
    let vectors = encode(&encoder, &texts, "encoding the examples", &steps)?;
    let outside_vectors = encode(&encoder, &outside, "encoding what is out of scope", &steps)?;
    let examples = IntentExamples {
        names,
        texts: texts.iter().map(String::as_str).collect(),
        labels,
        vectors: vectors.iter().map(Vec::as_slice).collect(),
        outside: outside.iter().map(String::as_str).zip(outside_vectors.iter().map(Vec::as_slice)).collect(),
    };
    let trained = intent::train(&examples, &|done| steps.show("training the intents", done));
    let worst_confusions = worst_confusions(&examples, &trained);

    let lessons = match &args.sentiment_data {
        Some(data) => Some(comments::read_comments(data, "train")?),
        None if home.other_encoder().is_some() && !has_feelings(&out, &encoder) => Some(taught(home, &texts, &steps)?),
        None => None,
    };
    let (mood, unhappiness) = match lessons {
        Some(lessons) => {
            let mood = train_mood(&lessons, home, &encoder, &steps)?;
            let unhappiness = dissatisfaction::train(home, &encoder, &mood.head, &steps)?;
            (Some(mood), Some(unhappiness))
        }
        None => (None, None),
    };
    steps.finish();

    file::save(&trained.head, encoder.identity(), &out.join(INTENT_FILE))?;
    if let Some(mood) = &mood {
        file::save(&mood.head, encoder.identity(), &out.join(MOOD_FILE))?;
    }
    if let Some(unhappiness) = &unhappiness {
        file::save(&unhappiness.head, encoder.identity(), &out.join(UNHAPPINESS_FILE))?;
    }
    Ok(Report {
        intent: Some(trained.validation),
        worst_confusions,
        mood: mood.map(|mood| mood.validation),
        unhappiness: unhappiness.map(|unhappiness| unhappiness.validation),
        seconds: began.elapsed().as_secs_f64(),
        written_to: out.display().to_string(),
    })
}

fn train_unhappiness(home: &Home, out: &Path, began: Instant) -> anyhow::Result<Report> {
    let encoder = Encoder::start(home, EncoderOptions::default())?;
    let steps = Steps::default();
    let mood: MoodHead = file::load(encoder.identity(), &heads::place(&home.heads_folders(), MOOD_FILE))?;
    let trained = dissatisfaction::train(home, &encoder, &mood, &steps)?;
    steps.finish();
    file::save(&trained.head, encoder.identity(), &out.join(UNHAPPINESS_FILE))?;
    Ok(Report {
        intent: None,
        worst_confusions: Vec::new(),
        mood: None,
        unhappiness: Some(trained.validation),
        seconds: began.elapsed().as_secs_f64(),
        written_to: out.display().to_string(),
    })
}

/// A line per message; a shop may do without the file.
fn read_outside(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
}

fn encode<S: AsRef<str>>(encoder: &Encoder, texts: &[S], what: &str, steps: &Steps) -> anyhow::Result<Vec<Vector>> {
    Ok(encoder.encode_all(texts, |done| steps.show(what, done as f32 / texts.len() as f32))?)
}

/// Whether feelings have been trained for this encoder.
fn has_feelings(folder: &Path, encoder: &Encoder) -> bool {
    let mood = file::load::<MoodHead>(encoder.identity(), &folder.join(MOOD_FILE));
    let unhappiness = file::load::<UnhappinessHead>(encoder.identity(), &folder.join(UNHAPPINESS_FILE));
    mood.is_ok() && unhappiness.is_ok()
}

/// What Rapport's own heads read in everything that there is to train on.
fn taught(home: &Home, examples: &[String], steps: &Steps) -> anyhow::Result<Vec<RawComment>> {
    let own = home.models().join("training");
    let messages = comments::read_messages(&own.join("sentiment.csv"))?;
    let dialogues = dialogues::read_dialogues(&own.join("dialogues.jsonl"))?;
    let mut texts: Vec<String> = messages.into_iter().map(|message| message.text).collect();
    texts.extend(dissatisfaction::customer_turns(&dialogues).into_iter().map(str::to_owned));
    texts.extend_from_slice(examples);
    let count = texts.len();
    taught::comments(texts, home, |done| steps.show("reading with Rapport's own heads", done as f32 / count as f32))
}

fn train_mood(comments: &[RawComment], home: &Home, encoder: &Encoder, steps: &Steps) -> anyhow::Result<TrainedMood> {
    let messages = comments::read_messages(&home.models().join("training/sentiment.csv"))?;
    let comment_texts: Vec<&str> = comments.iter().map(|comment| comment.text.as_str()).collect();
    let message_texts: Vec<&str> = messages.iter().map(|message| message.text.as_str()).collect();
    let comment_vectors = encode(encoder, &comment_texts, "encoding comments", steps)?;
    let message_vectors = encode(encoder, &message_texts, "encoding support messages", steps)?;
    Ok(mood::train(
        &with_vectors(comments, &comment_vectors),
        &messages.iter().zip(&message_vectors).map(message).collect::<Vec<_>>(),
        &comments::emotion_names(),
        &|done| steps.show("training the moods", done),
    ))
}

fn with_vectors<'a>(comments: &'a [RawComment], vectors: &'a [Vector]) -> Vec<Comment<'a>> {
    let rows = comments.iter().zip(vectors);
    rows.map(|(comment, vector)| Comment {
        text: &comment.text,
        vector,
        sentiment: comment.sentiment.map(|label| label as u32),
        emotions: comment.emotions.clone(),
    })
    .collect()
}

fn message<'a>((message, vector): (&'a RawMessage, &'a Vector)) -> Message<'a> {
    Message { text: &message.text, vector, trade: &message.trade, sentiment: message.label as u32 }
}

fn worst_confusions(examples: &IntentExamples<'_>, trained: &TrainedIntent) -> Vec<Confusion> {
    let mut pairs: HashMap<(u32, u32), Vec<&intent::Mistake>> = HashMap::new();
    for mistake in &trained.validation.mistakes {
        pairs.entry((mistake.expected, mistake.predicted)).or_default().push(mistake);
    }
    let mut pairs: Vec<_> = pairs.into_iter().collect();
    pairs.sort_by_key(|(pair, mistakes)| (std::cmp::Reverse(mistakes.len()), *pair));
    let name = |label: u32| examples.names[label as usize].clone();
    pairs
        .into_iter()
        .take(WORST)
        .filter_map(|((expected, predicted), mistakes)| {
            let surest = mistakes.iter().max_by(|a, b| a.confidence.total_cmp(&b.confidence))?;
            Some(Confusion {
                expected: name(expected),
                predicted: name(predicted),
                times: mistakes.len(),
                example: examples.texts[surest.row].to_owned(),
            })
        })
        .collect()
}

fn print(report: &Report) {
    if let Some(intent) = &report.intent {
        println!(
            "Intents: {} examples of {} intents, judged by models that had not seen them",
            intent.n, intent.intents
        );
        println!(
            "  accuracy {:.1} %   macro F1 {:.1} %   calibration error {:.1} %",
            100.0 * intent.accuracy,
            100.0 * intent.macro_f1,
            100.0 * intent.ece
        );
        if let Some(auroc) = intent.oos_auroc {
            println!(
                "  whole intents left out are told from the others with an AUROC of {auroc:.3}; {:.1} % of the examples count as covered",
                100.0 * intent.in_scope_kept
            );
        }
    }
    if !report.worst_confusions.is_empty() {
        println!("Worst confusions:");
        println!("  {:<24} {:<24} {:>5}  example", "expected", "read as", "times");
        for confusion in &report.worst_confusions {
            println!(
                "  {:<24} {:<24} {:>5}  {}",
                confusion.expected, confusion.predicted, confusion.times, confusion.example
            );
        }
    }
    if let Some(mood) = &report.mood {
        println!("Sentiment: {} support messages, each of {} trades held out in turn", mood.n, mood.trades);
        println!(
            "  accuracy {:.1} %   macro F1 {:.1} %   calibration error {:.1} %",
            100.0 * mood.accuracy,
            100.0 * mood.macro_f1,
            100.0 * mood.ece
        );
    }
    if let Some(unhappiness) = &report.unhappiness {
        println!(
            "Unhappiness: {} turns of {} dialogues, whole dialogues held out",
            unhappiness.n, unhappiness.dialogues
        );
        println!(
            "  AUC {:.3}   precision {:.1} %   recall {:.1} %   from p = {:.2}",
            unhappiness.auc.unwrap_or(0.0),
            100.0 * unhappiness.precision,
            100.0 * unhappiness.recall,
            unhappiness.threshold
        );
    }
    println!("Written to {} after {:.1} s", report.written_to, report.seconds);
}
