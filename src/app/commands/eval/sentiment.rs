//! `rapport eval sentiment`.

use std::path::PathBuf;

use anyhow::Context;
use clap::Parser;

use super::output::write_csv;
use crate::app::commands::progress::Steps;
use crate::base::home::Home;
use crate::nlu::evaluation::sentiment;
use crate::nlu::evaluation::table;
use crate::nlu::{Nlu, NluOptions};

/// Test the shipped sentiment model on a CSV file.
#[derive(Debug, Parser)]
pub struct Args {
    /// Columns text,label with negative, neutral or positive.
    #[arg(long, value_name = "F.csv")]
    test: PathBuf,
    /// One JSON object on standard output.
    #[arg(long)]
    json: bool,
    /// Where to write text,label,predicted,score,confidence.
    #[arg(long, value_name = "OUT.csv")]
    predictions: Option<PathBuf>,
}

pub async fn run(args: Args, home: &Home) -> anyhow::Result<()> {
    let rows = table::read(&args.test)?;
    let labels = sentiment::labels(&rows, &args.test)?;
    let home = home.clone();
    let work = move || -> anyhow::Result<_> {
        let nlu = Nlu::start(&home, NluOptions::default())?;
        let steps = Steps::default();
        let show = |step: &str, share: f32| steps.show(step, share);
        let result = sentiment::run(&rows, &labels, &nlu.heads(), nlu.encoder(), &show)?;
        steps.finish();
        Ok(result)
    };
    let (report, predictions) = tokio::task::spawn_blocking(work).await.context("the evaluation panicked")??;
    if let Some(path) = &args.predictions {
        write_csv(&predictions, path)?;
    }
    if args.json {
        println!("{}", serde_json::to_string(&report)?);
        return Ok(());
    }
    println!("{} messages", report.n);
    println!(
        "accuracy  {:.2} %   macro F1  {:.2} %   ECE  {:.4}",
        100.0 * report.accuracy,
        100.0 * report.macro_f1,
        report.ece
    );
    for (label, score) in &report.per_class {
        println!(
            "{label:<9} precision {:.3}   recall {:.3}   F1 {:.3}   n {}",
            score.precision, score.recall, score.f1, score.n
        );
    }
    Ok(())
}
