//! `rapport bench-encoder`: the language model alone, on the messages of `rapport load`,
//! and beside it everything that a message is read for.
//!
//! Hidden: it exists for `make bench`, which sets the whole turn against it.

use std::time::{Duration, Instant};

use anyhow::bail;
use clap::Parser;
use hdrhistogram::Histogram;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::load::mix::Mix;
use crate::base::clock::Clock;
use crate::base::home::Home;
use crate::nlu::encoder::{Encoder, Speed};
use crate::nlu::{EncodeError, Nlu, NluOptions, ReadError, Utterance, Vector};

/// The size of batch that throughput is measured with.
const BATCH: usize = 8;

/// Measure the encoder alone.
#[derive(Debug, Parser)]
pub struct Args {
    /// How long to measure each of both, in seconds.
    #[arg(long, default_value_t = 8.0)]
    seconds: f64,
    /// One JSON object on standard output.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Report {
    speed: Speed,
    /// One message at a time, from the text to the vector.
    single_ms: Latency,
    /// A batch of eight.
    batch_ms: Latency,
    /// Messages a second in such batches.
    batch_throughput: f64,
    /// The same messages with intent, moods, unhappiness, entities and language.
    analysis: Analysis,
}

/// Each beside the encoder alone, in turns: the machine's speed changes from minute to minute.
#[derive(Debug, Serialize)]
struct Analysis {
    single: Compared,
    eight_at_once: Compared,
}

#[derive(Debug, Serialize)]
struct Compared {
    encoder_ms: Latency,
    analysis_ms: Latency,
    /// Of the medians.
    ratio: f64,
}

#[derive(Debug, Serialize)]
struct Latency {
    p50: f64,
    p99: f64,
}

pub async fn run(args: Args, home: Home) -> anyhow::Result<()> {
    if !(args.seconds > 0.0 && args.seconds.is_finite()) {
        bail!("--seconds {} will not do: write a number above 0", args.seconds);
    }
    let nlu = tokio::task::spawn_blocking(move || Nlu::start(&home, NluOptions::default())).await??;
    let encoder = nlu.encoder().clone();
    let time = Duration::from_secs_f64(args.seconds);
    let single_ms = single(&encoder, time).await?;
    let speed = encoder.speed();
    let (batch_ms, batch_throughput) = tokio::task::spawn_blocking(move || batches(&encoder, time)).await??;

    let analysis =
        Analysis { single: compared(&nlu, 1, time).await?, eight_at_once: compared(&nlu, BATCH, time).await? };
    let report = Report { speed, single_ms, batch_ms, batch_throughput, analysis };
    if args.json {
        println!("{}", serde_json::to_string(&report)?);
    } else {
        println!("{report:#?}");
    }
    Ok(())
}

async fn single(encoder: &Encoder, time: Duration) -> anyhow::Result<Latency> {
    let texts: Vec<&str> = Mix::texts().collect();
    let mut took = histogram()?;
    let end = Instant::now() + time;
    for text in texts.iter().cycle() {
        let begun = Instant::now();
        if begun >= end {
            break;
        }
        encoder.encode(text).await?;
        took.record(micros(begun.elapsed()))?;
    }
    Ok(Latency::of(&took))
}

/// So many customers writing at once, with and without the analysis.
async fn compared(nlu: &Nlu, at_once: usize, time: Duration) -> anyhow::Result<Compared> {
    let texts: Vec<&str> = Mix::texts().collect();
    let (mut encoder, mut analysis) = (histogram()?, histogram()?);
    let end = Instant::now() + time;
    let today = Clock::System.now().to_zoned(TimeZone::UTC).date();
    let mut next = texts.iter().cycle();
    while Instant::now() < end {
        let batch: Vec<&str> = next.by_ref().take(at_once).copied().collect();
        let begun = Instant::now();
        join_all(batch.iter().map(|text| {
            let (encoder, text) = (nlu.encoder().clone(), (*text).to_owned());
            tokio::spawn(async move { encoder.encode(&text).await })
        }))
        .await?;
        encoder.record(micros(begun.elapsed()))?;
        let begun = Instant::now();
        join_all(batch.iter().map(|text| {
            let (nlu, text) = (nlu.clone(), (*text).to_owned());
            tokio::spawn(async move {
                let message = Utterance { text: &text, mended: None, locale: None, history: &[], today };
                nlu.read(message).await.map(|_| Vec::new()).map_err(|ReadError::Encode(error)| error)
            })
        }))
        .await?;
        analysis.record(micros(begun.elapsed()))?;
    }
    let (encoder_ms, analysis_ms) = (Latency::of(&encoder), Latency::of(&analysis));
    Ok(Compared { ratio: analysis_ms.p50 / encoder_ms.p50.max(0.001), encoder_ms, analysis_ms })
}

type Reading = tokio::task::JoinHandle<Result<Vector, EncodeError>>;

async fn join_all(readings: impl Iterator<Item = Reading>) -> anyhow::Result<()> {
    for reading in readings.collect::<Vec<_>>() {
        reading.await??;
    }
    Ok(())
}

/// Batches of messages as they come, of different lengths, as in a busy server.
fn batches(encoder: &Encoder, time: Duration) -> anyhow::Result<(Latency, f64)> {
    let texts: Vec<&str> = Mix::texts().collect();
    let mut took = histogram()?;
    let begun = Instant::now();
    let mut messages = 0;
    let mut batch = Vec::with_capacity(BATCH);
    for text in texts.iter().cycle() {
        batch.push(*text);
        if batch.len() < BATCH {
            continue;
        }
        if begun.elapsed() >= time {
            break;
        }
        let started = Instant::now();
        encoder.encode_all(&batch, |_| {})?;
        took.record(micros(started.elapsed()))?;
        messages += batch.len();
        batch.clear();
    }
    Ok((Latency::of(&took), messages as f64 / begun.elapsed().as_secs_f64()))
}

impl Latency {
    fn of(took: &Histogram<u64>) -> Self {
        let at = |quantile| took.value_at_quantile(quantile) as f64 / 1000.0;
        Self { p50: at(0.5), p99: at(0.99) }
    }
}

fn histogram() -> anyhow::Result<Histogram<u64>> {
    Ok(Histogram::new_with_bounds(1, 60_000_000, 3)?)
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
