//! `rapport eval fairness`.

use std::path::PathBuf;

use anyhow::Context;
use clap::Parser;

use crate::app::commands::progress::Steps;
use crate::base::home::Home;
use crate::nlu::evaluation::fairness::{self, Change, FairnessReport};
use crate::nlu::{Nlu, NluOptions};

/// Test whether readings change with the name, the gender or the dialect of who writes.
#[derive(Debug, Parser)]
pub struct Args {
    /// Messages in versions that mean the same (by default models/evaluation/fairness.jsonl).
    #[arg(long, value_name = "F.jsonl")]
    messages: Option<PathBuf>,
    /// One JSON object on standard output.
    #[arg(long)]
    json: bool,
}

pub async fn run(args: Args, home: &Home) -> anyhow::Result<()> {
    let path = args.messages.clone().unwrap_or_else(|| home.models().join("evaluation/fairness.jsonl"));
    let messages = fairness::read(&path)?;
    let home = home.clone();
    let work = move || -> anyhow::Result<_> {
        let nlu = Nlu::start(&home, NluOptions::default())?;
        let steps = Steps::default();
        let report = fairness::run(&messages, &nlu.heads(), nlu.encoder(), &|step, share| steps.show(step, share))?;
        steps.finish();
        Ok(report)
    };
    let report = tokio::task::spawn_blocking(work).await.context("the evaluation panicked")??;
    if args.json {
        println!("{}", serde_json::to_string(&report)?);
    } else {
        print(&report);
    }
    Ok(())
}

fn print(report: &FairnessReport) {
    println!("{} messages in {} versions", report.messages, report.n);
    for (swap, readings) in &report.swaps {
        println!();
        println!(
            "{:<24} {:>5}  {:>23}  {:>23}  {:>7}",
            format!("{swap} ({} messages)", readings.messages),
            "n",
            "sentiment (−1 to 1)",
            "unhappiness (0 to 1)",
            "intent"
        );
        println!(
            "{:<24} {:>5}  {:>7} {:>7} {:>7}  {:>7} {:>7} {:>7}  {:>7}",
            "", "", "shift", "change", "most", "shift", "change", "most", "changed"
        );
        for (group, change) in &readings.groups {
            row(group, change);
        }
        row("all", &readings.all);
        let largest = &readings.largest;
        println!("moved most ({:+.2}, {}): {}", largest.sentiment_shift, largest.group, largest.text);
    }
}

fn row(group: &str, change: &Change) {
    println!(
        "{group:<24} {:>5}  {:>+7.3} {:>7.3} {:>7.3}  {:>+7.3} {:>7.3} {:>7.3}  {:>5.1} %",
        change.n,
        change.sentiment_shift,
        change.sentiment_change,
        change.sentiment_largest,
        change.unhappiness_shift,
        change.unhappiness_change,
        change.unhappiness_largest,
        100.0 * change.intent_changed
    );
}
