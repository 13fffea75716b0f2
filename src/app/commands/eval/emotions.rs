//! `rapport eval emotions`.

use std::path::PathBuf;

use anyhow::Context;
use clap::Parser;

use crate::app::commands::progress::Steps;
use crate::base::home::Home;
use crate::nlu::evaluation::emotions;
use crate::nlu::training::comments::read_comments;
use crate::nlu::{Nlu, NluOptions};

/// Test the shipped emotions on GoEmotions.
#[derive(Debug, Parser)]
pub struct Args {
    /// A copy of the data set, with original/labels.txt and original/test.tsv.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// One JSON object on standard output.
    #[arg(long)]
    json: bool,
}

pub async fn run(args: Args, home: &Home) -> anyhow::Result<()> {
    let comments = read_comments(&args.data, "test")?;
    let home = home.clone();
    let work = move || -> anyhow::Result<_> {
        let nlu = Nlu::start(&home, NluOptions::default())?;
        let steps = Steps::default();
        let show = |step: &str, share: f32| steps.show(step, share);
        let report = emotions::run(&comments, &nlu.heads(), nlu.encoder(), &show)?;
        steps.finish();
        Ok(report)
    };
    let report = tokio::task::spawn_blocking(work).await.context("the evaluation panicked")??;
    if args.json {
        println!("{}", serde_json::to_string(&report)?);
        return Ok(());
    }
    println!("{} comments", report.n);
    println!("macro F1        {:.2} %  (Ekman's six emotions and none of them)", 100.0 * report.macro_f1);
    for (emotion, f1) in &report.f1 {
        println!("{emotion:<15} {:.2} %", 100.0 * f1);
    }
    Ok(())
}
