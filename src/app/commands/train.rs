//! `rapport train`: trains the heads and puts them in place.

mod dissatisfaction;
mod taught;

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context;
use clap::Parser;
use serde::Serialize;

use super::progress::Steps;
use crate::app::database::{self, open_existing};
use crate::app::taught::Taught;
use crate::base::config::Config;
use crate::base::home::Home;
use crate::nlu::encoder::{Encoder, EncoderOptions};
use crate::nlu::heads;
use crate::nlu::heads::file::{self, INTENT_FILE, MOOD_FILE, UNHAPPINESS_FILE};
use crate::nlu::heads::mood::MoodHead;
use crate::nlu::heads::unhappiness::UnhappinessHead;
use crate::nlu::training::comments;
use crate::nlu::training::dialogues;
use crate::nlu::training::intent::{IntentValidation, TrainOptions};
use crate::nlu::training::mood::{self, Comment, Message, MoodValidation, TrainedMood};
use crate::nlu::training::shop::{Confusion, Watch, read_outside, train_shop};
use crate::nlu::training::unhappiness::UnhappinessValidation;
use crate::nlu::training::{plain, read_intents};

/// Train the heads from the intents and from what agents taught; a running server takes them
/// over by itself.
#[derive(Debug, Parser)]
pub struct Args {
    /// The folder of intents (by default the shop's).
    #[arg(long, value_name = "DIR")]
    intents: Option<PathBuf>,
    /// Leave out what agents taught in the console.
    #[arg(long)]
    files_only: bool,
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

pub async fn run(args: Args, config: &Config, home: &Home) -> anyhow::Result<()> {
    let home = home.clone();
    let json = args.json;
    // Another folder of intents is an experiment, and no agent has taught anything about it.
    let taught = match args.files_only || args.intents.is_some() || !database::exists(config) {
        true => Taught::default(),
        false => Taught::read(&open_existing(config).await?).await?,
    };
    let report =
        tokio::task::spawn_blocking(move || train(&args, &home, taught)).await.context("training panicked")??;
    if json {
        println!("{}", serde_json::to_string(&report)?);
    } else {
        print(&report);
    }
    Ok(())
}

fn train(args: &Args, home: &Home, by_agents: Taught) -> anyhow::Result<Report> {
    let began = Instant::now();
    let out = args.out.clone().unwrap_or_else(|| home.heads());
    if args.unhappiness {
        return train_unhappiness(home, &out, began);
    }
    let folder = args.intents.clone().unwrap_or_else(|| home.intents());
    let (specs, mut outside) = by_agents.join(read_intents(&folder)?);
    outside.extend(read_outside(&home.models(), &folder));
    let encoder = Encoder::start(home, EncoderOptions::default())?;

    let steps = Steps::default();
    let watch = Watch {
        show: &|step, done| steps.show(step, done),
        cancelled: &|| false,
        threads: TrainOptions::default().threads,
    };
    let trained = train_shop(&encoder, &specs, &outside, &watch)?;

    let lessons = match &args.sentiment_data {
        Some(data) => Some(comments::read_comments(data, "train")?),
        None if home.other_encoder().is_some() && !has_feelings(&out, &encoder) => {
            let texts: Vec<String> =
                specs.iter().flat_map(|spec| spec.examples_in_all_languages()).map(|example| plain(example)).collect();
            Some(taught(home, &texts, &steps)?)
        }
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

    let bytes = trained.to_bytes(&encoder).map_err(anyhow::Error::msg)?;
    file::put_in_place(&bytes, &out.join(INTENT_FILE))?;
    if let Some(mood) = &mood {
        file::save(&mood.head, encoder.identity(), &out.join(MOOD_FILE))?;
    }
    if let Some(unhappiness) = &unhappiness {
        file::save(&unhappiness.head, encoder.identity(), &out.join(UNHAPPINESS_FILE))?;
    }
    Ok(Report {
        intent: Some(trained.validation),
        worst_confusions: trained.judgement.confusions,
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

/// Whether feelings have been trained for this encoder.
fn has_feelings(folder: &Path, encoder: &Encoder) -> bool {
    let mood = file::load::<MoodHead>(encoder.identity(), &folder.join(MOOD_FILE));
    let unhappiness = file::load::<UnhappinessHead>(encoder.identity(), &folder.join(UNHAPPINESS_FILE));
    mood.is_ok() && unhappiness.is_ok()
}

/// What Rapport's own heads read in everything that there is to train on.
fn taught(home: &Home, examples: &[String], steps: &Steps) -> anyhow::Result<Vec<Comment>> {
    let own = home.models().join("training");
    let messages = comments::read_messages(&own.join("sentiment.csv"))?;
    let dialogues = dialogues::read_dialogues(&own.join("dialogues.jsonl"))?;
    let mut texts: Vec<String> = messages.into_iter().map(|message| message.text).collect();
    texts.extend(dissatisfaction::customer_turns(&dialogues).into_iter().map(str::to_owned));
    texts.extend_from_slice(examples);
    let count = texts.len();
    taught::comments(texts, home, |done| steps.show("reading with Rapport's own heads", done as f32 / count as f32))
}

fn train_mood(comments: &[Comment], home: &Home, encoder: &Encoder, steps: &Steps) -> anyhow::Result<TrainedMood> {
    let messages = comments::read_messages(&home.models().join("training/sentiment.csv"))?;
    let messages: Vec<Message> =
        messages.into_iter().map(|row| Message { text: row.text, sentiment: row.label as u32 }).collect();
    let told = |what: &str, done: f32| steps.show(what, done);
    Ok(mood::train(encoder, comments, &messages, &comments::emotion_names(), &told)?)
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
        println!("Moods, on {} comments and {} messages held back:", mood.comments, mood.messages);
        println!(
            "  accuracy {:.1} % and {:.1} %   emotions' macro F1 {:.1} %",
            100.0 * mood.comment_accuracy,
            100.0 * mood.message_accuracy,
            100.0 * mood.emotions_macro_f1
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
