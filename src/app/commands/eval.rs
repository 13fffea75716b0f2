//! `rapport eval`: measures the models on files.

mod answers;
mod emotions;
mod fairness;
mod intent;
mod output;
mod questions;
mod sentiment;
mod unhappiness;

use anyhow::Context;
use clap::{Parser, Subcommand};

use super::eval_retrieval;
use crate::base::config::Config;
use crate::base::home::Home;
use crate::nlu::encoder::{Encoder, EncoderOptions};

/// Measure the models on files of yours.
#[derive(Debug, Parser)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Intent(intent::Args),
    Sentiment(sentiment::Args),
    Emotions(emotions::Args),
    Unhappiness(unhappiness::Args),
    Fairness(fairness::Args),
    Retrieval(eval_retrieval::Args),
    Answers(answers::Args),
}

pub async fn run(args: Args, config: &Config, home: &Home) -> anyhow::Result<()> {
    match args.what {
        What::Intent(args) => intent::run(args, home).await,
        What::Sentiment(args) => sentiment::run(args, home).await,
        What::Emotions(args) => emotions::run(args, home).await,
        What::Unhappiness(args) => unhappiness::run(args, config, home).await,
        What::Fairness(args) => fairness::run(args, home).await,
        What::Answers(args) => answers::run(args, config, home).await,
        What::Retrieval(args) => retrieval(args, home).await,
    }
}

/// Encoding and indexing a collection blocks for minutes.
async fn retrieval(args: eval_retrieval::Args, home: &Home) -> anyhow::Result<()> {
    let home = home.clone();
    let work = move || {
        let encoder = Encoder::start(&home, EncoderOptions::default())?;
        eval_retrieval::run(&args, |texts| Ok(encoder.encode_all(texts, |_| ())?))
    };
    tokio::task::spawn_blocking(work).await.context("the evaluation panicked")?
}
