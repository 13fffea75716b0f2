//! `rapport eval unhappiness`.

use std::path::PathBuf;

use anyhow::Context;
use clap::Parser;

use super::output::write_csv;
use crate::app::commands::progress::Steps;
use crate::base::home::Home;
use crate::nlu::evaluation::unhappiness;
use crate::nlu::training::comments::read_dialogues;
use crate::nlu::{Nlu, NluOptions};

/// Test the shipped unhappiness model on dialogues.
#[derive(Debug, Parser)]
pub struct Args {
    /// A line per dialogue: {"id","turns":[{"author","text","unhappy"?}]}.
    #[arg(long, value_name = "F.jsonl")]
    dialogues: PathBuf,
    /// One JSON object on standard output.
    #[arg(long)]
    json: bool,
    /// Where to write id,turn,label,p.
    #[arg(long, value_name = "OUT.csv")]
    predictions: Option<PathBuf>,
}

pub async fn run(args: Args, home: &Home) -> anyhow::Result<()> {
    let dialogues = read_dialogues(&args.dialogues)?;
    let home = home.clone();
    let work = move || -> anyhow::Result<_> {
        let nlu = Nlu::start(&home, NluOptions::default())?;
        let steps = Steps::default();
        let result = unhappiness::run(&dialogues, &nlu.heads(), nlu.encoder(), &|step, share| steps.show(step, share))?;
        steps.finish();
        Ok(result)
    };
    let (report, predictions) = tokio::task::spawn_blocking(work).await.context("the evaluation panicked")??;
    if let Some(path) = &args.predictions {
        write_csv(&predictions, path)?;
    }
    if args.json {
        println!("{}", serde_json::to_string(&report)?);
    } else {
        let auc = report.auc.map_or("undefined (one kind of label only)".to_owned(), |auc| format!("{auc:.4}"));
        println!("{} turns of {} dialogues", report.n, report.dialogues);
        println!(
            "AUC {auc}   precision {:.2} %   recall {:.2} %   from p = {:.2}",
            100.0 * report.precision,
            100.0 * report.recall,
            report.threshold
        );
    }
    Ok(())
}
