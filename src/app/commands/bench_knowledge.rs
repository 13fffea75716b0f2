//! `rapport bench-knowledge`: a large knowledge base, made up by a seed: how long it takes
//! to index, what memory it needs, and how fast it is searched while articles are changed.
//!
//! Hidden: it exists for `make bench`. Vectors are random unit vectors, since encoding a
//! hundred thousand passages would take the better part of an hour and a search does not
//! care what they say; how fast the encoder is with such passages is told beside it.

mod made_up;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::bail;
use clap::Parser;
use hdrhistogram::Histogram;
use serde::Serialize;

use self::made_up::MadeUp;
use super::progress::Steps;
use crate::app::output;
use crate::base::home::Home;
use crate::nlu::encoder::{Encoder, EncoderOptions};
use crate::search::knowledge::Waiting;
use crate::search::vectors::Row;
use crate::search::{Knowledge, KnowledgeIndex, Mode, Query};

/// Measure a large knowledge base.
#[derive(Debug, Parser)]
pub struct Args {
    #[arg(long, default_value_t = 100_000)]
    passages: usize,
    /// How long to search, in seconds.
    #[arg(long, default_value_t = 10.0)]
    seconds: f64,
    /// Articles that are changed meanwhile, a second.
    #[arg(long, default_value_t = 5.0)]
    changes: f64,
    /// Leave out the encoder's rate.
    #[arg(long)]
    no_encoder: bool,
    /// One JSON object on standard output.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Report {
    articles: usize,
    passages: usize,
    words_a_passage: f64,
    /// All of it: cutting, words, taking in vectors that are there.
    index_s: f64,
    /// Of the process, before and after, and at the most meanwhile.
    memory_mb: f64,
    peak_mb: f64,
    mb_per_100k: f64,
    /// A search without the encoder, while articles are changed.
    search_ms: Latency,
    searches: u64,
    /// The same with nothing else going on.
    search_alone_ms: Latency,
    /// From an edit until a search finds its words.
    change_ms: Latency,
    changes: u64,
    /// Passages a second, each with its two texts; `None` where it was left out.
    encoded_a_second: Option<f64>,
}

#[derive(Debug, Serialize)]
struct Latency {
    p50: f64,
    p99: f64,
}

/// Passages that the encoder's rate is measured with.
const SAMPLE: usize = 128;
const WIDTH: usize = 384;
/// As many as a turn looks at.
const FOUND: usize = 24;
const SEED: u64 = 20_261_123;

pub async fn run(args: Args, home: Home) -> anyhow::Result<()> {
    if args.passages == 0
        || !(args.seconds > 0.0 && args.seconds.is_finite())
        || !(args.changes > 0.0 && args.changes.is_finite())
    {
        bail!("--passages, --seconds and --changes are numbers above 0");
    }
    let json = args.json;
    let report = tokio::task::spawn_blocking(move || measure(&args, &home)).await??;
    if json {
        return output::json(&serde_json::to_value(report)?);
    }
    output::line(format_args!("{report:#?}"))
}

fn measure(args: &Args, home: &Home) -> anyhow::Result<Report> {
    let steps = Steps::default();
    let mut made_up = MadeUp::new(SEED);
    let (before, _) = memory_mb();
    let mut articles = Vec::new();
    let (mut passages, mut words) = (0, 0);
    while passages < args.passages {
        let (article, sections) = made_up.article(articles.len(), args.passages - passages);
        passages += sections;
        words += article.body.split_whitespace().count();
        articles.push((article.id.clone(), vec![article]));
        steps.show("articles are made up", passages as f32 / args.passages as f32);
    }
    let count = articles.len();

    let begun = Instant::now();
    let mut index = KnowledgeIndex::default();
    steps.show("words are indexed", 0.0);
    index.replace(articles)?;
    let mut group = index.waiting(None, 1_000);
    let mut known = 0;
    while let Some(last) = group.last().cloned() {
        learn(&mut index, &group, &mut made_up)?;
        known += group.len();
        steps.show("vectors are taken in", known as f32 / args.passages as f32);
        group = index.waiting(Some(&last), 1_000);
    }
    steps.finish();
    let index_s = begun.elapsed().as_secs_f64();
    let (after, peak) = memory_mb();
    let passages = index.len();

    let knowledge = Knowledge::new(index);
    let time = Duration::from_secs_f64(args.seconds);
    let questions: Vec<(String, Vec<f32>)> = (0..500).map(|_| (made_up.question(), made_up.vector(WIDTH))).collect();
    let (search_alone_ms, _) = search(&knowledge, &questions, time / 2, &AtomicBool::new(false))?;
    let done = AtomicBool::new(false);
    let (searched, changed) = std::thread::scope(|scope| {
        let changing = scope.spawn(|| change(&knowledge, &mut made_up, count, args.changes, &done));
        let searched = search(&knowledge, &questions, time, &done);
        done.store(true, Ordering::Release);
        (searched, changing.join())
    });
    let (search_ms, searches) = searched?;
    let changed = changed.map_err(|_| anyhow::anyhow!("changing articles panicked"))??;

    drop(knowledge);
    let encoded_a_second = if args.no_encoder { None } else { Some(encoder_rate(home)?) };
    Ok(Report {
        articles: count,
        passages,
        words_a_passage: words as f64 / passages as f64,
        index_s,
        memory_mb: after - before,
        peak_mb: peak - before,
        mb_per_100k: (after - before) * 100_000.0 / passages as f64,
        search_ms,
        searches,
        search_alone_ms,
        change_ms: Latency::of(&changed),
        changes: changed.len(),
        encoded_a_second,
    })
}

fn learn(index: &mut KnowledgeIndex, waiting: &[Waiting], made_up: &mut MadeUp) -> anyhow::Result<()> {
    for waiting in waiting {
        let rows: Vec<Row> = waiting.texts.iter().map(|_| Row::of(&made_up.vector(WIDTH))).collect();
        index.learn(waiting, &rows)?;
    }
    Ok(())
}

/// One search after the other, until the time is over.
fn search(
    knowledge: &Knowledge,
    questions: &[(String, Vec<f32>)],
    time: Duration,
    done: &AtomicBool,
) -> anyhow::Result<(Latency, u64)> {
    let mut took = histogram()?;
    let end = Instant::now() + time;
    for (text, vector) in questions.iter().cycle() {
        let begun = Instant::now();
        if begun >= end || done.load(Ordering::Acquire) {
            break;
        }
        let (vector, locale) = (Some(vector.as_slice()), Some("en"));
        let found = knowledge
            .current()
            .search(&Query { text, vector, locale, mode: Mode::Hybrid, topics: None, own: None }, FOUND);
        if found.len() < FOUND {
            bail!("only {} passages were found: this is a bug", found.len());
        }
        took.record(micros(begun.elapsed()))?;
    }
    Ok((Latency::of(&took), took.len()))
}

/// Edits one article after the other, at a steady pace: how long it takes until a search
/// finds what was written.
fn change(
    knowledge: &Knowledge,
    made_up: &mut MadeUp,
    articles: usize,
    pace: f64,
    done: &AtomicBool,
) -> anyhow::Result<Histogram<u64>> {
    let mut took = histogram()?;
    let (pace, mut due) = (Duration::from_secs_f64(1.0 / pace), Instant::now());
    for edit in 0.. {
        if done.load(Ordering::Acquire) {
            break;
        }
        let number = made_up.below(articles);
        let (mut article, _) = made_up.article(number, usize::MAX);
        let sign = format!("zyx{edit}");
        article.body = format!("The sign is {sign}.\n\n{}", article.body);
        let begun = Instant::now();
        let mut index = KnowledgeIndex::clone(&knowledge.current());
        index.replace(vec![(article.id.clone(), vec![article])])?;
        let waiting = index.waiting(None, 100);
        learn(&mut index, &waiting, made_up)?;
        knowledge.swap(index);
        let query = Query { text: &sign, vector: None, locale: None, mode: Mode::Bm25, topics: None, own: None };
        if knowledge.current().search(&query, 1).is_empty() {
            bail!("an edit is not found: this is a bug");
        }
        took.record(micros(begun.elapsed()))?;
        due += pace;
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
    }
    Ok(took)
}

fn encoder_rate(home: &Home) -> anyhow::Result<f64> {
    let encoder = Encoder::start(home, EncoderOptions::default())?;
    let mut made_up = MadeUp::new(SEED);
    let mut index = KnowledgeIndex::default();
    let articles = (0..SAMPLE).map(|number| made_up.article(number, usize::MAX).0);
    index.replace(articles.map(|article| (article.id.clone(), vec![article])).collect())?;
    let waiting = index.waiting(None, SAMPLE);
    // A large base has vectors of whole passages only.
    let texts: Vec<&String> = waiting.iter().flat_map(|waiting| waiting.texts.iter().take(2)).collect();
    let begun = Instant::now();
    encoder.encode_all(&texts, |_| ())?;
    Ok(waiting.len() as f64 / begun.elapsed().as_secs_f64())
}

/// What the process has in memory, and had at the most; zeros where the system does not say.
fn memory_mb() -> (f64, f64) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let read = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim().strip_suffix(" kB")?.parse::<f64>().ok()
    };
    (read("VmRSS:").unwrap_or_default() / 1024.0, read("VmHWM:").unwrap_or_default() / 1024.0)
}

fn histogram() -> anyhow::Result<Histogram<u64>> {
    Ok(Histogram::new_with_bounds(1, 60_000_000, 3)?)
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX).max(1)
}

impl Latency {
    fn of(took: &Histogram<u64>) -> Self {
        let ms = |share: f64| took.value_at_quantile(share) as f64 / 1000.0;
        Self { p50: ms(0.5), p99: ms(0.99) }
    }
}
