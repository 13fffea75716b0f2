//! `rapport eval unhappiness`.

use std::path::PathBuf;

use anyhow::Context;
use clap::Parser;

use super::output::write_csv;
use crate::app::commands::progress::Steps;
use crate::base::config::Config;
use crate::base::home::Home;
use crate::nlu::evaluation::unhappiness;
use crate::nlu::training::dialogues::read_dialogues;
use crate::nlu::{Nlu, NluOptions};
use crate::policy::had_enough;

/// Test the shipped unhappiness model on dialogues.
#[derive(Debug, Parser)]
pub struct Args {
    /// A line per dialogue: {"id","turns":[{"author","text","unhappy"?,"after_min"?}],"escalate"?,"point"?}.
    #[arg(long, value_name = "F.jsonl")]
    dialogues: PathBuf,
    /// One JSON object on standard output.
    #[arg(long)]
    json: bool,
    /// Where to write id,turn,label,p.
    #[arg(long, value_name = "OUT.csv")]
    predictions: Option<PathBuf>,
}

pub async fn run(args: Args, config: &Config, home: &Home) -> anyhow::Result<()> {
    let dialogues = read_dialogues(&args.dialogues)?;
    let (home, thresholds) = (home.clone(), config.policy.clone());
    let work = move || -> anyhow::Result<_> {
        let nlu = Nlu::start(&home, NluOptions::default())?;
        let steps = Steps::default();
        let brings_in = |p: f32, earlier: &[f32]| had_enough(&thresholds, p, earlier.iter().rev().copied());
        let progress = |step: &str, share: f32| steps.show(step, share);
        let result = unhappiness::run(&dialogues, &nlu.heads(), nlu.encoder(), &brings_in, &progress)?;
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
        let calls = &report.escalation;
        println!(
            "A person is brought in: precision {:.2} %   recall {:.2} %   of {} dialogues that need one",
            100.0 * calls.dialogue_precision,
            100.0 * calls.dialogue_recall,
            calls.should_escalate
        );
        println!(
            "  in time {}   late {}   never {}   too early {}   needlessly {}{}",
            calls.on_time,
            calls.late,
            calls.never,
            calls.too_early,
            calls.needless,
            calls.mean_delay.map_or_else(String::new, |delay| format!("   mean delay {delay:.2} turns"))
        );
    }
    Ok(())
}
