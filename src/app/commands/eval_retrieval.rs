//! `rapport eval retrieval`: how well the index finds, on data in BEIR's file formats.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, bail};
use clap::Args as ClapArgs;
use serde::{Deserialize, Serialize};

use super::kb::SearchMode;
use crate::app::output;
use crate::search::knowledge::Draft;
use crate::search::metrics::{DEPTH, Judgements, Metrics};
use crate::search::{Mode, Passage, Query};

/// Search a collection and compare with what is known to be relevant.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// JSON Lines with `_id`, `title` and `text`.
    #[arg(long, value_name = "F.jsonl")]
    corpus: PathBuf,
    /// JSON Lines with `_id` and `text`.
    #[arg(long, value_name = "F.jsonl")]
    queries: PathBuf,
    /// Tab-separated with a heading: query, document, relevance.
    #[arg(long, value_name = "F.tsv")]
    qrels: PathBuf,
    #[arg(long, default_value = "hybrid")]
    mode: SearchMode,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// Write the rankings in TREC's run format.
    #[arg(long, value_name = "OUT.trec")]
    run: Option<PathBuf>,
}

#[derive(Debug, Serialize)]
struct Report {
    #[serde(flatten)]
    metrics: Metrics,
    latency_ms: Latency,
    /// Encoding the documents included.
    index_s: f64,
    documents: usize,
    /// Queries for which something is relevant.
    queries: usize,
}

/// Of one search, without the encoding of the query.
#[derive(Debug, Serialize)]
struct Latency {
    p50: f64,
    p99: f64,
}

/// `encode` gives a vector for each text.
pub fn run(args: &Args, encode: impl Fn(&[String]) -> anyhow::Result<Vec<Vec<f32>>>) -> anyhow::Result<()> {
    let report = evaluate(args, encode)?;
    if args.json {
        return output::json(&report);
    }
    let metrics = serde_json::to_value(report.metrics)?;
    for (name, value) in metrics.as_object().into_iter().flatten() {
        output::line(format_args!("{name:<11} {:.4}", value.as_f64().unwrap_or(0.0)))?;
    }
    output::line(format_args!(
        "{} documents indexed in {:.1} s; {} queries, a search takes {:.3} ms at the median, {:.3} ms at p99",
        report.documents, report.index_s, report.queries, report.latency_ms.p50, report.latency_ms.p99
    ))
}

fn evaluate(args: &Args, encode: impl Fn(&[String]) -> anyhow::Result<Vec<Vec<f32>>>) -> anyhow::Result<Report> {
    let mode = Mode::from(args.mode);
    let documents: Vec<Document> = read_lines(&args.corpus)?;
    let queries: Vec<BeirQuery> = read_lines(&args.queries)?;
    let judgements = read_judgements(&args.qrels)?;

    let begun = Instant::now();
    let draft = Draft::of_passages(documents.into_iter().map(Document::into_passage).collect());
    let vectors = if mode == Mode::Bm25 { Vec::new() } else { encode(draft.texts())? };
    let index = draft.build(&vectors)?;
    let index_s = begun.elapsed().as_secs_f64();

    let (ids, texts): (Vec<String>, Vec<String>) = queries
        .into_iter()
        .map(|query| (query.id.into_text(), query.text.unwrap_or_default()))
        .filter(|(id, _)| judgements.contains_key(id))
        .unzip();
    let query_vectors = if mode == Mode::Bm25 { vec![Vec::new(); texts.len()] } else { encode(&texts)? };

    let mut out = args.run.as_deref().map(create).transpose()?;
    let mut per_query = Vec::new();
    let mut times_ms = Vec::new();
    for ((id, text), vector) in ids.iter().zip(&texts).zip(&query_vectors) {
        let vector = (!vector.is_empty()).then_some(vector.as_slice());
        let begun = Instant::now();
        let hits = index.search(&Query { text, vector, locale: None, mode, topics: None }, DEPTH);
        times_ms.push(begun.elapsed().as_secs_f64() * 1000.0);
        let ranking: Vec<&str> = hits.iter().map(|hit| hit.passage.article.as_str()).collect();
        per_query.extend(judgements.get(id).and_then(|relevant| Metrics::of(&ranking, relevant)));
        if let Some((path, out)) = &mut out {
            for (rank, hit) in hits.iter().enumerate() {
                writeln!(out, "{id} Q0 {} {} {} rapport", hit.passage.article, rank + 1, hit.score)
                    .with_context(|| format!("{} cannot be written", path.display()))?;
            }
        }
    }
    if let Some((path, mut out)) = out {
        out.flush().with_context(|| format!("{} cannot be written", path.display()))?;
    }
    if per_query.is_empty() {
        bail!(
            "no query of {} has a relevant document in {}: check that the ids are the same",
            args.queries.display(),
            args.qrels.display()
        );
    }
    times_ms.sort_by(f64::total_cmp);
    Ok(Report {
        metrics: Metrics::mean(&per_query),
        latency_ms: Latency { p50: quantile(&times_ms, 0.5), p99: quantile(&times_ms, 0.99) },
        index_s,
        documents: index.passages().len(),
        queries: per_query.len(),
    })
}

/// Collections in the wild have ids that are numbers, and texts and titles that are null.
#[derive(Deserialize)]
struct Document {
    #[serde(rename = "_id")]
    id: Id,
    #[serde(default)]
    title: Option<String>,
    text: Option<String>,
}

#[derive(Deserialize)]
struct BeirQuery {
    #[serde(rename = "_id")]
    id: Id,
    text: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Id {
    Text(String),
    Number(i64),
}

impl Document {
    fn into_passage(self) -> Passage {
        Passage::whole(self.id.into_text(), self.title.unwrap_or_default(), self.text.unwrap_or_default())
    }
}

impl Id {
    fn into_text(self) -> String {
        match self {
            Id::Text(text) => text,
            Id::Number(number) => number.to_string(),
        }
    }
}

fn read_lines<T: for<'de> Deserialize<'de>>(path: &Path) -> anyhow::Result<Vec<T>> {
    let mut rows = Vec::new();
    for (number, line) in open(path)?.lines().enumerate() {
        let line = line.with_context(|| format!("{}:{}: is not UTF-8", path.display(), number + 1))?;
        if line.trim().is_empty() {
            continue;
        }
        let row = serde_json::from_str(&line).with_context(|| {
            format!("{}:{}: not an object with the fields `_id` and `text`", path.display(), number + 1)
        })?;
        rows.push(row);
    }
    if rows.is_empty() {
        bail!("{} is empty", path.display());
    }
    Ok(rows)
}

fn read_judgements(path: &Path) -> anyhow::Result<HashMap<String, Judgements>> {
    let mut judgements: HashMap<String, Judgements> = HashMap::new();
    for (number, line) in open(path)?.lines().enumerate() {
        let line = line.with_context(|| format!("{}:{}: is not UTF-8", path.display(), number + 1))?;
        let cells: Vec<&str> = line.split('\t').map(str::trim).collect();
        // BEIR has three columns, TREC a fourth one of zeros in between.
        let (query, document, relevance) = match cells[..] {
            [""] => continue,
            [query, document, relevance] | [query, _, document, relevance] => (query, document, relevance),
            _ => bail!(
                "{}:{}: {} columns; wanted are query, document and relevance, divided by tabs",
                path.display(),
                number + 1,
                cells.len()
            ),
        };
        match relevance.parse::<i64>() {
            Ok(relevance) => {
                judgements.entry(query.to_owned()).or_default().insert(document.to_owned(), relevance);
            }
            Err(_) if number == 0 => {}
            Err(_) => bail!("{}:{}: the relevance `{relevance}` is not a whole number", path.display(), number + 1),
        }
    }
    Ok(judgements)
}

fn open(path: &Path) -> anyhow::Result<BufReader<File>> {
    Ok(BufReader::new(File::open(path).with_context(|| format!("{} cannot be opened", path.display()))?))
}

fn create(path: &Path) -> anyhow::Result<(PathBuf, BufWriter<File>)> {
    let file = File::create(path).with_context(|| format!("{} cannot be written", path.display()))?;
    Ok((path.to_owned(), BufWriter::new(file)))
}

/// Of sorted values, the nearest rank.
fn quantile(sorted: &[f64], q: f64) -> f64 {
    let rank = (sorted.len() as f64 * q).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Files {
        folder: tempfile::TempDir,
    }

    impl Files {
        fn new(corpus: &str, queries: &str, qrels: &str) -> Self {
            let folder = tempfile::tempdir().unwrap();
            for (name, content) in [("c.jsonl", corpus), ("q.jsonl", queries), ("r.tsv", qrels)] {
                std::fs::write(folder.path().join(name), content).unwrap();
            }
            Self { folder }
        }

        fn args(&self, mode: SearchMode) -> Args {
            let path = |name: &str| self.folder.path().join(name);
            Args {
                corpus: path("c.jsonl"),
                queries: path("q.jsonl"),
                qrels: path("r.tsv"),
                mode,
                json: true,
                run: Some(path("run.trec")),
            }
        }
    }

    const CORPUS: &str = "{\"_id\":\"a\",\"title\":\"Cats\",\"text\":\"Cats purr.\"}\n{\"_id\":\"b\",\"title\":\"Dogs\",\"text\":\"Dogs bark at cats.\"}\n";
    const QUERIES: &str = "{\"_id\":1,\"text\":\"who barks\"}\n{\"_id\":\"2\",\"text\":null}\n";
    const QRELS: &str = "query-id\tcorpus-id\tscore\n1\tb\t1\n";

    #[test]
    fn a_collection_is_searched_and_judged() {
        let files = Files::new(CORPUS, QUERIES, QRELS);
        let report = evaluate(&files.args(SearchMode::Bm25), |_| bail!("words need no vectors")).unwrap();
        assert_eq!(report.metrics.ndcg_10, 1.0);
        assert_eq!((report.documents, report.queries), (2, 1));
        let run = std::fs::read_to_string(files.folder.path().join("run.trec")).unwrap();
        assert!(run.starts_with("1 Q0 b 1 "), "{run}");
    }

    #[test]
    fn the_report_has_the_promised_names() {
        let files = Files::new(CORPUS, QUERIES, QRELS);
        let encode = |texts: &[String]| Ok(texts.iter().map(|text| vec![1.0, text.len() as f32]).collect());
        let json = serde_json::to_value(evaluate(&files.args(SearchMode::Hybrid), encode).unwrap()).unwrap();
        for name in ["ndcg@10", "mrr@10", "map", "recall@1", "recall@5", "recall@10", "recall@100", "index_s"] {
            assert!(json[name].is_number(), "{name} is missing from {json}");
        }
        assert!(json["latency_ms"]["p50"].is_number() && json["latency_ms"]["p99"].is_number());
    }

    #[test]
    fn broken_files_are_named_with_their_line() {
        let told = |corpus: &str, qrels: &str| {
            let files = Files::new(corpus, QUERIES, qrels);
            format!("{:#}", evaluate(&files.args(SearchMode::Bm25), |_| Ok(Vec::new())).unwrap_err())
        };
        assert!(told("{\"_id\":\"a\",\"text\":\"x\"}\n{oops}\n", QRELS).contains("c.jsonl:2:"));
        assert!(told(CORPUS, "1 b 1\n").contains("r.tsv:1: 1 columns"));
        assert!(told(CORPUS, "1\tb\tyes\n1\tb\tyes\n").contains("r.tsv:2: the relevance `yes`"));
        assert!(told(CORPUS, "9\tb\t1\n").contains("ids are the same"));
    }

    #[test]
    fn quantiles_are_of_what_was_measured() {
        assert_eq!(quantile(&[1.0, 2.0, 3.0, 4.0], 0.5), 2.0);
        assert_eq!(quantile(&[1.0, 2.0, 3.0, 4.0], 0.99), 4.0);
        assert_eq!(quantile(&[], 0.5), 0.0);
    }
}
