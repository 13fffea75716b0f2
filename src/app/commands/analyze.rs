//! `rapport analyze`: what the models read in a message, without a server.

use std::io::BufRead;

use anyhow::{Context, bail};
use clap::Parser;
use jiff::Zoned;

use crate::base::clock::Clock;
use crate::base::config::Config;
use crate::base::home::Home;
use crate::domain::Analysis;
use crate::nlu::{Nlu, NluOptions, Utterance};

/// Read messages and show what is understood.
#[derive(Debug, Parser)]
pub struct Args {
    /// The message; `-` reads lines from standard input and writes a JSON object for each.
    #[arg(required = true, value_name = "TEXT")]
    text: Vec<String>,
    /// The customer's language setting, such as en or nl-BE.
    #[arg(long)]
    locale: Option<String>,
    /// One JSON object on standard output.
    #[arg(long)]
    json: bool,
}

pub async fn run(args: Args, config: &Config, home: &Home) -> anyhow::Result<()> {
    let (home, options) = (home.clone(), NluOptions::of(config));
    let nlu = tokio::task::spawn_blocking(move || Nlu::start(&home, options))
        .await
        .context("loading the models panicked")??;
    let zone = jiff::tz::TimeZone::get(&config.shop.time_zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let today = Zoned::new(Clock::System.now(), zone).date();
    let locale = args.locale.as_deref();
    let read = async |text: &str| nlu.read(Utterance { text, mended: None, locale, history: &[], today }).await;

    if args.text == ["-"] {
        for line in std::io::stdin().lock().lines() {
            let line = line.context("standard input is not UTF-8 text")?;
            println!("{}", serde_json::to_string(&read(&line).await?.analysis)?);
        }
        return Ok(());
    }
    let text = args.text.join(" ");
    if text.trim().is_empty() {
        bail!("there is no text to read");
    }
    let analysis = read(&text).await?.analysis;
    if args.json {
        println!("{}", serde_json::to_string(&analysis)?);
    } else {
        print(&analysis);
    }
    Ok(())
}

fn print(analysis: &Analysis) {
    let scope = if analysis.intent.out_of_scope { "  (out of scope)" } else { "" };
    println!("intent       {} {:.2}{scope}", analysis.intent.name, analysis.intent.confidence);
    for other in analysis.intent_ranking.iter().skip(1) {
        println!("             {} {:.2}", other.name, other.confidence);
    }
    let sentiment = &analysis.sentiment;
    println!("sentiment    {} {:.2}, score {:+.2}", sentiment.label.as_str(), sentiment.confidence, sentiment.score);
    let mut emotions: Vec<(&String, &f32)> = analysis.emotions.iter().filter(|(_, p)| **p >= 0.1).collect();
    emotions.sort_by(|a, b| b.1.total_cmp(a.1));
    let emotions: Vec<String> = emotions.into_iter().map(|(name, p)| format!("{name} {p:.2}")).collect();
    println!("emotions     {}", if emotions.is_empty() { "none".to_owned() } else { emotions.join(", ") });
    println!("unhappiness  {:.2}  {}", analysis.unhappiness.p, analysis.unhappiness.reasons.join("; "));
    for entity in &analysis.entities {
        println!("entity       {} {} ({:?})", entity.kind.as_str(), entity.value, entity.text);
    }
    println!("language     {} {:.2}", analysis.language.code, analysis.language.confidence);
    let timings: Vec<String> = analysis.timings_ms.iter().map(|(step, ms)| format!("{step} {ms:.2} ms")).collect();
    println!("timings      {}", timings.join(", "));
}
