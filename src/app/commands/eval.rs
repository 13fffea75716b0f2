//! `rapport eval`: measures the models on files.

mod intent;
mod output;
mod sentiment;
mod unhappiness;

use clap::{Parser, Subcommand};

use crate::base::home::Home;

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
    Unhappiness(unhappiness::Args),
}

pub async fn run(args: Args, home: &Home) -> anyhow::Result<()> {
    match args.what {
        What::Intent(args) => intent::run(args, home).await,
        What::Sentiment(args) => sentiment::run(args, home).await,
        What::Unhappiness(args) => unhappiness::run(args, home).await,
    }
}
