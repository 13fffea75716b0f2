//! `rapport eval intent`.

use std::path::PathBuf;

use anyhow::Context;
use clap::Parser;

use super::output::write_csv;
use crate::app::commands::progress::Steps;
use crate::base::home::Home;
use crate::nlu::encoder::{Encoder, EncoderOptions};
use crate::nlu::evaluation::intent::{self, Ablation, IntentData, IntentReport};
use crate::nlu::evaluation::table;
use crate::nlu::evaluation::typos::misspelt;
use crate::search::spelling::Speller;

/// Train intents on one CSV file and test them on another.
#[derive(Debug, Parser)]
pub struct Args {
    /// Columns text,label, or the first two.
    #[arg(long, value_name = "F.csv")]
    train: PathBuf,
    #[arg(long, value_name = "F.csv")]
    test: PathBuf,
    /// The label of messages that no intent covers.
    #[arg(long, value_name = "LABEL")]
    oos: Option<String>,
    /// More data to train on: the recipe holds back what it needs by itself.
    #[arg(long, value_name = "F.csv")]
    validation: Option<PathBuf>,
    /// Put a typing error into one of so many words of the test (5: a fifth of them).
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    typos: Option<u32>,
    /// Measure as well what each view of a message is good for.
    #[arg(long)]
    ablation: bool,
    /// One JSON object on standard output.
    #[arg(long)]
    json: bool,
    /// Where to write text,label,predicted,confidence,out_of_scope.
    #[arg(long, value_name = "OUT.csv")]
    predictions: Option<PathBuf>,
}

pub async fn run(args: Args, home: &Home) -> anyhow::Result<()> {
    let mut test = table::read(&args.test)?;
    if let Some(every) = args.typos {
        test.iter_mut().for_each(|row| row.text = misspelt(&row.text, every as usize, 1));
    }
    let mut data = IntentData {
        train: table::read(&args.train)?,
        test,
        validation: args.validation.as_deref().map(table::read).transpose()?.unwrap_or_default(),
        oos: args.oos,
        ablate: args.ablation,
    };
    let home = home.clone();
    let work = move || -> anyhow::Result<_> {
        let encoder = Encoder::start(&home, EncoderOptions::default())?;
        mend(&mut data, &encoder);
        let steps = Steps::default();
        let result = intent::run(&data, &encoder, &|step, share| steps.show(step, share))?;
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
        print(&report);
    }
    Ok(())
}

/// As the server reads messages: misspelt words are mended first, by the words of the examples.
fn mend(data: &mut IntentData, encoder: &Encoder) {
    let mut speller = Speller::default();
    data.train.iter().chain(&data.validation).for_each(|row| speller.learn(&row.text));
    for row in &mut data.test {
        if let Some(mended) = speller.mend(&row.text, |word| encoder.is_word(word)) {
            row.text = mended;
        }
    }
}

fn print(report: &IntentReport) {
    println!("{} messages, {} intents", report.n, report.intents);
    println!("accuracy        {:.2} %", 100.0 * report.accuracy);
    println!("macro F1        {:.2} %", 100.0 * report.macro_f1);
    println!("MCC             {:.4}  (with the scope rule)", report.mcc);
    println!("refused         {:.2} %  of what is in scope", 100.0 * report.in_scope_refused);
    if let (Some(auroc), Some(recall)) = (report.oos_auroc, report.oos_recall) {
        println!("out of scope    AUROC {auroc:.4}, recall {:.2} %", 100.0 * recall);
    }
    println!("calibration     {:.4}  (ECE)", report.ece);
    println!("encoding        {:.1} s", report.encode_s);
    println!("training        {:.1} s", report.train_s);
    println!("one message     {:.2} ms", report.predict_ms_p50);
    for Ablation { view, alone, without } in &report.ablation {
        println!("{view:<15} alone {:.2} %, all others {:.2} %", 100.0 * alone, 100.0 * without);
    }
}
