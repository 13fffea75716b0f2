//! `rapport eval retrieval`: how well the index finds, on data in BEIR's file formats.

use std::collections::{BTreeMap, HashMap};
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
use crate::search::significance::{Difference, paired_bootstrap};
use crate::search::{KnowledgeIndex, Mode, Passage, PassageHit, Query};

/// Search a collection and compare with what is known to be relevant. With both modes
/// together, each alone is measured beside them on the same index.
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
    /// Each mode alone, where both were asked for together.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    alone: BTreeMap<&'static str, Alone>,
}

/// A single mode, and what both together gain over it.
#[derive(Debug, Serialize)]
struct Alone {
    #[serde(flatten)]
    metrics: Metrics,
    gain: BTreeMap<&'static str, Difference>,
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
    print(&report)
}

fn print(report: &Report) -> anyhow::Result<()> {
    let mut rows: Vec<[String; 6]> = Vec::new();
    for (name, read) in Metrics::NAMED {
        let mut row = [
            name.to_owned(),
            format!("{:.4}", read(&report.metrics)),
            String::new(),
            String::new(),
            String::new(),
            String::new(),
        ];
        for (place, alone) in report.alone.values().enumerate() {
            row[2 + 2 * place] = format!("{:.4}", read(&alone.metrics));
            row[3 + 2 * place] = gain_in_words(&alone.gain[name]);
        }
        rows.push(row);
    }
    if report.alone.is_empty() {
        for [name, value, ..] in &rows {
            output::line(format_args!("{name:<11} {value}"))?;
        }
    } else {
        output::table(["", "both", "bm25", "gain over it", "dense", "gain over it"], &rows)?;
        output::line("gains: the mean, the 95 % interval and p of a paired bootstrap over the queries")?;
    }
    output::line(format_args!(
        "{} documents indexed in {:.1} s; {} queries, a search takes {:.3} ms at the median, {:.3} ms at p99",
        report.documents, report.index_s, report.queries, report.latency_ms.p50, report.latency_ms.p99
    ))
}

fn gain_in_words(gain: &Difference) -> String {
    let p = if gain.p < 0.001 { "p < .001".to_owned() } else { format!("p = {:.3}", gain.p) };
    format!("{:+.4} [{:+.4}, {:+.4}] {p}", gain.mean, gain.low, gain.high)
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

    let asked = Asked { ids: &ids, texts: &texts, vectors: &query_vectors, judgements: &judgements };
    let mut out = args.run.as_deref().map(create).transpose()?;
    let mut written = Ok(());
    let (per_query, mut times_ms) = asked.search(&index, mode, |id, hits| {
        if let (Some((path, out)), Ok(())) = (&mut out, &written) {
            written = write_run(out, id, hits).with_context(|| format!("{} cannot be written", path.display()));
        }
    });
    written?;
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
    let mut alone = BTreeMap::new();
    if mode == Mode::Hybrid {
        for (name, single) in [("bm25", Mode::Bm25), ("dense", Mode::Dense)] {
            let (of_single, _) = asked.search(&index, single, |_, _| ());
            alone.insert(name, Alone { metrics: Metrics::mean(&of_single), gain: gains(&per_query, &of_single) });
        }
    }
    times_ms.sort_by(f64::total_cmp);
    Ok(Report {
        metrics: Metrics::mean(&per_query),
        latency_ms: Latency { p50: quantile(&times_ms, 0.5), p99: quantile(&times_ms, 0.99) },
        index_s,
        documents: index.len(),
        queries: per_query.len(),
        alone,
    })
}

/// The queries of a collection, and what is relevant to each.
struct Asked<'a> {
    ids: &'a [String],
    texts: &'a [String],
    /// Empty where the query is searched by words alone.
    vectors: &'a [Vec<f32>],
    judgements: &'a HashMap<String, Judgements>,
}

impl Asked<'_> {
    /// How good the ranking of each query is, and how many milliseconds each took.
    fn search(
        &self,
        index: &KnowledgeIndex,
        mode: Mode,
        mut found: impl FnMut(&str, &[PassageHit]),
    ) -> (Vec<Metrics>, Vec<f64>) {
        let (mut per_query, mut times_ms) = (Vec::new(), Vec::new());
        for ((id, text), vector) in self.ids.iter().zip(self.texts).zip(self.vectors) {
            let vector = (!vector.is_empty()).then_some(vector.as_slice());
            let begun = Instant::now();
            let hits = index.search(&Query { text, vector, locale: None, mode, topics: None, own: None }, DEPTH);
            times_ms.push(begun.elapsed().as_secs_f64() * 1000.0);
            let ranking: Vec<&str> = hits.iter().map(|hit| hit.passage.article.as_str()).collect();
            per_query.extend(self.judgements.get(id).and_then(|relevant| Metrics::of(&ranking, relevant)));
            found(id, &hits);
        }
        (per_query, times_ms)
    }
}

fn write_run(out: &mut impl Write, id: &str, hits: &[PassageHit]) -> std::io::Result<()> {
    hits.iter()
        .enumerate()
        .try_for_each(|(rank, hit)| writeln!(out, "{id} Q0 {} {} {} rapport", hit.passage.article, rank + 1, hit.score))
}

fn gains(both: &[Metrics], alone: &[Metrics]) -> BTreeMap<&'static str, Difference> {
    let gain = |(name, read): (&'static str, fn(&Metrics) -> f64)| {
        let figures = |of: &[Metrics]| of.iter().map(read).collect::<Vec<f64>>();
        (name, paired_bootstrap(&figures(both), &figures(alone)))
    };
    Metrics::NAMED.into_iter().map(gain).collect()
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
        // Both together are compared with each alone.
        for single in ["bm25", "dense"] {
            assert!(json["alone"][single]["ndcg@10"].is_number(), "{json}");
            assert!(json["alone"][single]["gain"]["recall@10"]["p"].is_number(), "{json}");
        }
    }

    #[test]
    fn gains_are_told_with_their_doubt() {
        let gain = Difference { mean: 0.0123, low: -0.001, high: 0.0256, p: 0.0712 };
        assert_eq!(gain_in_words(&gain), "+0.0123 [-0.0010, +0.0256] p = 0.071");
        assert!(gain_in_words(&Difference { p: 0.0, ..gain }).ends_with("p < .001"));
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
