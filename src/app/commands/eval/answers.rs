//! `rapport eval answers`: what the shop's bot would do about labelled questions.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Parser;
use jiff::civil::date;
use serde::Serialize;

use super::output::write_csv;
use crate::base::home::Home;
use crate::domain::article::Article;
use crate::domain::conversation::Memory;
use crate::engine::{IntentSet, Scales, Standing, mend};
use crate::nlu::training::read_intents;
use crate::nlu::{Nlu, NluOptions, Reading, Utterance};
use crate::policy::{Act, Thresholds};
use crate::search::articles::read_folder;
use crate::search::knowledge::{Draft, questions_of};
use crate::search::{KnowledgeIndex, PassageHit};

/// Ask the shop's bot labelled questions, and count what it would do.
#[derive(Debug, Parser)]
pub struct Args {
    /// Tab-separated: the question, the article that answers it (- where none does), and a
    /// kind to group by. A first line that begins with `question` is a header.
    #[arg(long, value_name = "F.tsv")]
    questions: PathBuf,
    /// The language of the questions.
    #[arg(long, default_value = "en", value_name = "CODE")]
    language: String,
    /// One JSON object on standard output.
    #[arg(long)]
    json: bool,
    /// Where to write a line for each passage weighed, with its evidence.
    #[arg(long, value_name = "OUT.csv")]
    predictions: Option<PathBuf>,
}

struct Asked {
    question: String,
    /// `None` where no article answers.
    article: Option<String>,
}

/// What would be done, as shares of the questions.
#[derive(Debug, Default, Serialize)]
struct Report {
    n: usize,
    /// Of those that an article answers: answered from it.
    right: f64,
    /// Answered from another article.
    wrong: f64,
    /// Asked back, with the article among the choices.
    choice: f64,
    /// Everything else: admitted ignorance, or an intent's reply.
    withheld: f64,
    /// The article's first passage, by its place: the mean of 1 / place.
    mrr: f64,
    uncovered_n: usize,
    /// Of those that no article answers: answered all the same.
    uncovered_answered: f64,
    /// Asked back.
    uncovered_choice: f64,
}

#[derive(Serialize)]
struct Weighed<'a> {
    question: &'a str,
    expected: &'a str,
    place: usize,
    article: &'a str,
    passage: &'a str,
    act: &'a str,
    intent: &'a str,
    intent_confidence: f32,
    out_of_scope: bool,
    confidence: f32,
    cosine: f32,
    bm25: f32,
    score: f32,
    lead: f32,
}

pub async fn run(args: Args, home: &Home) -> anyhow::Result<()> {
    let asked = read_questions(&args.questions)?;
    let intents: IntentSet = read_intents(&home.intents())?.into_iter().collect();
    let (articles, problems) = read_folder(&home.knowledge_base());
    problems.iter().for_each(|problem| eprintln!("{problem}"));
    let articles: Vec<Article> = articles.into_iter().map(|read| read.article).collect();
    let nlu = {
        let home = home.clone();
        let mut options = NluOptions::default();
        if !options.languages.contains(&args.language) {
            options.languages.push(args.language.clone());
        }
        tokio::task::spawn_blocking(move || Nlu::start(&home, options)).await.context("loading panicked")??
    };
    let knowledge = index(&articles, &intents, &nlu)?;
    let thresholds = Thresholds::default();
    let scales = Scales { intents: &intents, knowledge: &knowledge, thresholds: &thresholds };

    let mut answered = Vec::with_capacity(asked.len());
    for one in &asked {
        let today = date(2026, 1, 1);
        let mended = mend(&knowledge, &nlu, &one.question, Some(&args.language), &[]);
        let utterance = Utterance {
            text: &one.question,
            mended: mended.as_deref(),
            locale: Some(&args.language),
            history: &[],
            today,
        };
        let reading = nlu.read(utterance).await?;
        let hits = scales.passages(&one.question, &reading, &args.language);
        let memory = Memory::default();
        let decision =
            scales.decide(&reading, &hits, Standing { memory: &memory, queued: false, wishes_product: false });
        answered.push((reading, hits, decision.acts));
    }
    let report = report(&asked, &answered);
    if let Some(path) = &args.predictions {
        write_csv(&predictions(&asked, &answered), path)?;
    }
    if args.json {
        println!("{}", serde_json::to_string(&report)?);
    } else {
        print(&report);
    }
    Ok(())
}

type Answered = (Reading, Vec<PassageHit>, Vec<Act>);

fn index(articles: &[Article], intents: &IntentSet, nlu: &Nlu) -> anyhow::Result<KnowledgeIndex> {
    let draft = Draft::of_articles(articles).with_questions(questions_of(intents.iter()));
    let vectors = nlu.encoder().encode_all(draft.texts(), |_| ())?;
    Ok(draft.build(&vectors)?)
}

fn read_questions(path: &Path) -> anyhow::Result<Vec<Asked>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut asked = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let mut cells = line.split('\t');
        let (Some(question), Some(article)) = (cells.next(), cells.next()) else {
            anyhow::bail!("{}:{}: two columns with a tab between them are needed", path.display(), number + 1);
        };
        if number == 0 && question == "question" {
            continue;
        }
        let article = (article != "-").then(|| article.to_owned());
        asked.push(Asked { question: question.to_owned(), article });
    }
    anyhow::ensure!(!asked.is_empty(), "{}: there are no questions", path.display());
    Ok(asked)
}

fn report(asked: &[Asked], answered: &[Answered]) -> Report {
    let mut report = Report::default();
    for (one, (_, hits, acts)) in asked.iter().zip(answered) {
        let of = |place: &usize| hits[*place].passage.article.as_str();
        let answer = acts.iter().find_map(|act| match act {
            Act::Answer { passage, .. } => Some(of(passage)),
            _ => None,
        });
        let choices = acts.iter().find_map(|act| match act {
            Act::Clarify { passages } => Some(passages),
            _ => None,
        });
        let Some(article) = one.article.as_deref() else {
            report.uncovered_n += 1;
            report.uncovered_answered += f64::from(u8::from(answer.is_some()));
            report.uncovered_choice += f64::from(u8::from(choices.is_some()));
            continue;
        };
        report.n += 1;
        let place = hits.iter().position(|hit| hit.passage.article == article);
        report.mrr += place.map_or(0.0, |place| 1.0 / (place + 1) as f64);
        let offered = choices.is_some_and(|places| places.iter().any(|place| of(place) == article));
        match answer {
            Some(from) if from == article => report.right += 1.0,
            Some(_) => report.wrong += 1.0,
            None if offered => report.choice += 1.0,
            None => report.withheld += 1.0,
        }
    }
    let (n, uncovered) = (report.n.max(1) as f64, report.uncovered_n.max(1) as f64);
    for share in [&mut report.right, &mut report.wrong, &mut report.choice, &mut report.withheld, &mut report.mrr] {
        *share /= n;
    }
    report.uncovered_answered /= uncovered;
    report.uncovered_choice /= uncovered;
    report
}

fn predictions<'a>(asked: &'a [Asked], answered: &'a [Answered]) -> Vec<Weighed<'a>> {
    let lines = asked.iter().zip(answered).flat_map(|(one, (reading, hits, acts))| {
        hits.iter().enumerate().map(move |(place, hit)| Weighed {
            question: &one.question,
            expected: one.article.as_deref().unwrap_or("-"),
            place,
            article: &hit.passage.article,
            passage: &hit.passage.id,
            act: acts.first().map_or("", Act::name),
            intent: &reading.analysis.intent.name,
            intent_confidence: reading.analysis.intent.confidence,
            out_of_scope: reading.analysis.intent.out_of_scope,
            confidence: hit.confidence,
            cosine: hit.cosine,
            bm25: hit.bm25,
            score: hit.evidence.score,
            lead: hit.evidence.lead,
        })
    });
    lines.collect()
}

fn print(report: &Report) {
    let percent = |share: f64| 100.0 * share;
    println!("{} questions that an article answers", report.n);
    println!("  answered from it       {:5.1} %", percent(report.right));
    println!("  answered from another  {:5.1} %", percent(report.wrong));
    println!("  offered as a choice    {:5.1} %", percent(report.choice));
    println!("  withheld               {:5.1} %", percent(report.withheld));
    println!("  mean reciprocal rank   {:.3}", report.mrr);
    println!("{} questions that none answers", report.uncovered_n);
    println!("  answered all the same  {:5.1} %", percent(report.uncovered_answered));
    println!("  asked back             {:5.1} %", percent(report.uncovered_choice));
}
