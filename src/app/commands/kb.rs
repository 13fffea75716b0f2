//! `rapport kb`: lint, index and query the help articles, without a server.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, bail};
use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::progress::Steps;
use crate::app::output;
use crate::base::home::Home;
use crate::nlu::encoder::{Encoder, EncoderOptions};
use crate::nlu::training::read_intents;
use crate::search::articles::{Problem, ReadArticle, Severity, read_folder};
use crate::search::knowledge::{Draft, questions_of};
use crate::search::vectors::Row;
use crate::search::{KnowledgeIndex, Mode, PassageHit, Query, lint};

/// Passages and questions that are encoded at once.
const GROUP: usize = 256;

/// Check, index and query the knowledge base.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Name what is wrong with the articles, with file and line; fails if one cannot be served.
    Check(Options),
    /// Build the index as the server would, and say what is in it and how long it took.
    Index(Options),
    /// Find the passages that answer a question.
    Search(SearchArgs),
}

#[derive(Debug, ClapArgs)]
struct Options {
    /// The folder of articles; the clone's `knowledge-base/` where none is named.
    #[arg(value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, ClapArgs)]
struct SearchArgs {
    /// The question, as a customer would write it.
    #[arg(required = true, value_name = "QUESTION")]
    question: Vec<String>,
    #[arg(long, default_value = "hybrid")]
    mode: SearchMode,
    /// Passages to show.
    #[arg(long, short = 'k', default_value_t = 5, value_name = "N")]
    count: usize,
    /// The customer's language, for example `en`; passages in it go first.
    #[arg(long)]
    locale: Option<String>,
    /// The folder of articles; the clone's `knowledge-base/` where none is named.
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// How passages are searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SearchMode {
    /// By words.
    Bm25,
    /// By meaning.
    Dense,
    /// Both.
    Hybrid,
}

impl From<SearchMode> for Mode {
    fn from(mode: SearchMode) -> Self {
        match mode {
            SearchMode::Bm25 => Mode::Bm25,
            SearchMode::Dense => Mode::Dense,
            SearchMode::Hybrid => Mode::Hybrid,
        }
    }
}

pub async fn run(args: Args, languages: Vec<String>, home: &Home) -> anyhow::Result<()> {
    let home = home.clone();
    // Reading, encoding and indexing block for seconds.
    let work = move || match args.what {
        What::Check(options) => check(&options, &languages, &home),
        What::Index(options) => index(&options, &home),
        What::Search(args) => search(&args, &home),
    };
    tokio::task::spawn_blocking(work).await.context("the command panicked")?
}

fn check(options: &Options, languages: &[String], home: &Home) -> anyhow::Result<()> {
    let folder = options.folder.clone().unwrap_or_else(|| home.knowledge_base());
    let (articles, mut problems) = read_folder(&folder);
    problems.extend(lint::check(&articles, languages));
    problems.extend(lint::check_synonyms(&folder, &articles));
    problems.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    let count = |severity| problems.iter().filter(|problem| problem.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    if options.json {
        output::json(
            &json!({ "articles": articles.len(), "errors": errors, "warnings": warnings, "problems": problems }),
        )?;
    } else {
        for problem in &problems {
            output::line(problem)?;
        }
        output::line(format_args!("{} articles can be served, {errors} cannot; {warnings} warnings", articles.len()))?;
    }
    if errors > 0 {
        bail!("{errors} of the files in {} cannot be served: mend what is named above", folder.display());
    }
    Ok(())
}

fn index(options: &Options, home: &Home) -> anyhow::Result<()> {
    let (articles, problems) = read(options.folder.clone(), home);
    let encoder = start_encoder(home)?;
    let begun = Instant::now();
    let (index, texts) = build(&articles, home, &encoder)?;
    let seconds = begun.elapsed().as_secs_f64();
    let passages = index.len();
    if options.json {
        return output::json(&json!({
            "articles": articles.len(), "passages": passages, "vectors": texts,
            "left_out": problems.len(), "index_s": seconds,
        }));
    }
    output::line(format_args!(
        "{} articles, {passages} passages and {texts} vectors in {seconds:.1} s; {} files left out",
        articles.len(),
        problems.len()
    ))
}

fn search(args: &SearchArgs, home: &Home) -> anyhow::Result<()> {
    let (articles, _) = read(args.folder.clone(), home);
    let question = args.question.join(" ");
    let mode = Mode::from(args.mode);
    let (index, vector) = if mode == Mode::Bm25 {
        (Draft::of_articles(bodies(&articles)).build(&[])?, None)
    } else {
        let encoder = start_encoder(home)?;
        let vector = encoder.encode_all(&[&question], |_| ())?.pop();
        (build(&articles, home, &encoder)?.0, vector)
    };
    let query = Query {
        text: &question,
        vector: vector.as_deref(),
        locale: args.locale.as_deref(),
        mode,
        topics: None,
        own: None,
    };
    let begun = Instant::now();
    let hits = index.search(&query, args.count);
    let took = begun.elapsed();
    if args.json {
        let hits: Vec<Value> = hits.iter().map(shown).collect();
        return output::json(&json!({ "question": question, "search_ms": took.as_secs_f64() * 1000.0, "hits": hits }));
    }
    let rows: Vec<[String; 5]> = hits
        .iter()
        .map(|hit| {
            [
                format!("{:.2}", hit.confidence),
                format!("{:.2}", hit.bm25),
                format!("{:.2}", hit.cosine),
                hit.passage.id.clone(),
                hit.passage.heading_line(),
            ]
        })
        .collect();
    output::table(["confidence", "bm25", "cosine", "passage", "headings"], &rows)
}

fn shown(hit: &PassageHit) -> Value {
    json!({
        "passage": hit.passage.id, "article": hit.passage.article, "title": hit.passage.title,
        "section": hit.passage.section(), "url": hit.passage.url, "text": hit.passage.text,
        "bm25": hit.bm25, "cosine": hit.cosine, "score": hit.score, "confidence": hit.confidence,
    })
}

/// The articles that can be served; the others are named on standard error.
fn read(folder: Option<PathBuf>, home: &Home) -> (Vec<ReadArticle>, Vec<Problem>) {
    let (articles, problems) = read_folder(&folder.unwrap_or_else(|| home.knowledge_base()));
    for problem in &problems {
        eprintln!("{problem}");
    }
    (articles, problems)
}

/// As the server builds it: the intents' examples are questions that their articles answer.
fn build(articles: &[ReadArticle], home: &Home, encoder: &Encoder) -> anyhow::Result<(KnowledgeIndex, usize)> {
    let questions = questions_of(&read_intents(&home.intents())?);
    let mut index = KnowledgeIndex::default();
    let steps = Steps::default();
    steps.show("words are indexed", 0.0);
    index.replace_all(bodies(articles).cloned().collect())?;
    index.set_questions(questions);
    let (all, mut done, mut texts) = (index.count_waiting(), 0, 0);
    // Group by group: all texts of a large base at once would take more memory than its index.
    let mut group = index.waiting(None, GROUP);
    while let Some(last) = group.last().cloned() {
        let of_group: Vec<&String> = group.iter().flat_map(|waiting| &waiting.texts).collect();
        let vectors = encoder.encode_all(&of_group, |_| ())?;
        let mut rows = vectors.iter().map(|vector| Row::of(vector));
        for waiting in &group {
            let rows: Vec<Row> = rows.by_ref().take(waiting.texts.len()).collect();
            index.learn(waiting, &rows)?;
        }
        (done, texts) = (done + group.len(), texts + of_group.len());
        steps.show("vectors are made", done as f32 / all.max(1) as f32);
        group = index.waiting(Some(&last), GROUP);
    }
    steps.finish();
    Ok((index, texts))
}

fn bodies(articles: &[ReadArticle]) -> impl Iterator<Item = &crate::domain::article::Article> {
    articles.iter().map(|read| &read.article)
}

fn start_encoder(home: &Home) -> anyhow::Result<Encoder> {
    Ok(Encoder::start(home, EncoderOptions::default())?)
}
