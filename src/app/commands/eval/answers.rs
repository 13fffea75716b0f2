//! `rapport eval answers`: what the shop's bot would do about labelled questions.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Context;
use clap::Parser;
use jiff::civil::date;
use serde::Serialize;

use super::output::write_csv;
use super::questions::{Half, Question, read_questions};
use crate::app::output;
use crate::base::config::Config;
use crate::base::home::Home;
use crate::domain::article::Article;
use crate::domain::conversation::Memory;
use crate::domain::entry::AuthorKind;
use crate::engine::{Heard, IntentSet, Part, Scales, Standing, at, understand};
use crate::nlu::training::read_intents;
use crate::nlu::{Nlu, NluOptions, PastTurn, Reading};
use crate::policy::Act;
use crate::search::articles::read_folder;
use crate::search::knowledge::{Draft, questions_of};
use crate::search::{KnowledgeIndex, Synonyms};

/// Ask the shop's bot labelled questions, and count what it would do.
#[derive(Debug, Parser)]
pub struct Args {
    /// Tab-separated with a heading: `question` and `article` (- where none answers), and
    /// where there are such, `before` (what was asked before), `sentence`, `kind` and `half`.
    /// By default those about the sample shop.
    #[arg(long, value_name = "F.tsv", default_value = "tests/data/answers.tsv")]
    questions: PathBuf,
    /// Which of the questions to ask, where the file has halves.
    #[arg(long, default_value = "held-out")]
    half: Half,
    /// The language of the questions.
    #[arg(long, default_value = "en", value_name = "CODE")]
    language: String,
    /// One JSON object on standard output.
    #[arg(long)]
    json: bool,
    /// Where to write a line for each passage weighed, with its evidence.
    #[arg(long, value_name = "OUT.csv")]
    predictions: Option<PathBuf>,
    /// Where to write a line for each question: what was done, and what was said.
    #[arg(long, value_name = "OUT.csv")]
    replies: Option<PathBuf>,
}

#[derive(Debug, Serialize)]
struct Report {
    #[serde(flatten)]
    all: Shares,
    kinds: BTreeMap<String, Shares>,
}

/// What would be done, as shares of the questions that an article answers, and of those
/// that none answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
struct Shares {
    n: usize,
    /// The right article is found first.
    right_article: f64,
    /// What is, or would be, quoted of it has the sentence that answers.
    right_sentence: f64,
    /// Answered from the right article.
    right: f64,
    /// Answered from another article.
    wrong: f64,
    /// Asked back, with the article among the choices.
    choice: f64,
    /// Everything else: admitted ignorance, asked back beside the point, or an intent's reply.
    withheld: f64,
    /// The article's first passage, by its place: the mean of 1 / place.
    mrr: f64,
    uncovered_n: usize,
    /// Neither answered nor asked back.
    uncovered_declined: f64,
    /// Answered all the same.
    uncovered_answered: f64,
    /// Asked back.
    uncovered_choice: f64,
}

#[derive(Serialize)]
struct Weighed<'a> {
    question: &'a str,
    half: &'a str,
    kind: &'a str,
    expected: &'a str,
    place: usize,
    article: &'a str,
    passage: &'a str,
    act: &'a str,
    intent: &'a str,
    intent_confidence: f32,
    out_of_scope: bool,
    confidence: f32,
    coverage: f32,
    cosine: f32,
    bm25: f32,
    score: f32,
    absolute: f32,
    lead: f32,
    sentence: f32,
    strange: f32,
}

#[derive(Serialize)]
struct Reply<'a> {
    question: &'a str,
    before: &'a str,
    expected: &'a str,
    act: &'a str,
    article: &'a str,
    passage: &'a str,
    confidence: f32,
    right_article: bool,
    right_sentence: bool,
    intent: &'a str,
    intent_confidence: f32,
    out_of_scope: bool,
    text: &'a str,
}

/// One question with what became of it.
struct Outcome {
    question: Question,
    reading: Reading,
    /// As a whole.
    part: Part,
    act: &'static str,
    /// The passage that is, or would be, answered from.
    passage: String,
    article: String,
    confidence: f32,
    text: String,
    /// Whether it was answered, and whether the choices hold a right article.
    answered: bool,
    asked_back: bool,
    offered: bool,
}

/// One message, weighed and decided about.
struct Turn {
    reading: Reading,
    parts: Vec<Part>,
    acts: Vec<Act>,
}

pub async fn run(args: Args, config: &Config, home: &Home) -> anyhow::Result<()> {
    let questions: Vec<Question> =
        read_questions(&args.questions)?.into_iter().filter(|question| question.is_of(args.half)).collect();
    anyhow::ensure!(!questions.is_empty(), "{}: there are no questions of that half", args.questions.display());
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
    let (synonyms, problems) = Synonyms::read(&home.knowledge_base());
    problems.iter().for_each(|problem| eprintln!("{problem}"));
    let knowledge = index(&articles, &intents, synonyms, &nlu)?;
    let scales = Scales { intents: &intents, knowledge: &knowledge, thresholds: &config.policy };
    let desk = Desk { nlu: &nlu, scales, language: &args.language };

    let mut outcomes = Vec::with_capacity(questions.len());
    for question in questions {
        outcomes.push(desk.ask(question).await?);
    }
    if let Some(path) = &args.predictions {
        write_csv(&weighed(&outcomes), path)?;
    }
    if let Some(path) = &args.replies {
        write_csv(&outcomes.iter().map(reply).collect::<Vec<_>>(), path)?;
    }
    let report = report(&outcomes);
    if args.json { output::json(&report) } else { print(&report) }
}

fn index(articles: &[Article], intents: &IntentSet, synonyms: Synonyms, nlu: &Nlu) -> anyhow::Result<KnowledgeIndex> {
    let draft = Draft::of_articles(articles).with_questions(questions_of(intents.iter())).with_synonyms(synonyms);
    let vectors = nlu.encoder().encode_all(draft.texts(), |_| ())?;
    Ok(draft.build(&vectors)?)
}

/// Where questions are asked, each in a conversation of its own.
struct Desk<'a> {
    nlu: &'a Nlu,
    scales: Scales<'a>,
    language: &'a str,
}

impl Desk<'_> {
    async fn ask(&self, question: Question) -> anyhow::Result<Outcome> {
        let subject = (!question.before.is_empty()).then_some(question.before.as_str());
        let history = [PastTurn {
            author: AuthorKind::Customer,
            text: &question.before,
            mood: None,
            failed: false,
            minutes_ago: Some(1.0),
        }];
        let history = if question.before.is_empty() { &[] } else { &history[..] };
        let Turn { reading, mut parts, acts } = self.turn(&question.text, history, subject).await?;
        let answer = acts.iter().find_map(|act| match act {
            Act::Answer { passage, confidence } => Some((*passage, *confidence)),
            _ => None,
        });
        let choices: Vec<&str> = acts
            .iter()
            .find_map(|act| match act {
                Act::Clarify { passages } => Some(passages.iter().filter_map(|place| at(&parts, *place))),
                _ => None,
            })
            .into_iter()
            .flatten()
            .map(|(part, place)| part.hits[place].passage.article.as_str())
            .collect();
        let offered = choices.iter().any(|article| question.is_answered_by(article));
        let (from, confidence) = match answer {
            Some((place, confidence)) => (at(&parts, place), confidence),
            None => (at(&parts, 0), parts[0].hits.first().map_or(0.0, |hit| hit.confidence)),
        };
        let text = from
            .map(|(part, place)| crate::answer::knowledge::text(&part.hits, place, &part.asked.words))
            .unwrap_or_default();
        let hit = from.map(|(part, place)| &part.hits[place].passage);
        Ok(Outcome {
            act: acts.first().map_or("", Act::name),
            passage: hit.map(|passage| passage.id.clone()).unwrap_or_default(),
            article: hit.map(|passage| passage.article.clone()).unwrap_or_default(),
            confidence,
            text,
            answered: answer.is_some(),
            asked_back: !choices.is_empty(),
            offered,
            reading,
            question,
            part: parts.swap_remove(0),
        })
    }

    async fn turn(&self, text: &str, history: &[PastTurn<'_>], subject: Option<&str>) -> anyhow::Result<Turn> {
        let heard = Heard { text, hint: Some(self.language), history, subject, today: date(2026, 1, 1) };
        let mut understood = understand(self.scales.knowledge, self.nlu, heard).await?;
        let parts = self.scales.parts(&mut understood, self.language);
        let memory = Memory::default();
        let standing = Standing { memory: &memory, queued: false, wishes_product: false };
        let decision = self.scales.decide(&understood, &parts, standing);
        Ok(Turn { reading: understood.readings.swap_remove(0), parts, acts: decision.acts })
    }
}

impl Outcome {
    fn right_article(&self) -> bool {
        self.question.is_answered_by(&self.article)
    }

    fn reciprocal_rank(&self) -> f64 {
        let place = self.part.hits.iter().position(|hit| self.question.is_answered_by(&hit.passage.article));
        place.map_or(0.0, |place| 1.0 / (place + 1) as f64)
    }

    fn right_sentence(&self) -> bool {
        self.right_article() && self.question.is_answered_in(&self.text)
    }
}

fn report(outcomes: &[Outcome]) -> Report {
    let mut kinds: BTreeMap<String, Vec<&Outcome>> = BTreeMap::new();
    for outcome in outcomes {
        kinds.entry(outcome.question.kind.clone()).or_default().push(outcome);
    }
    let kinds = kinds.into_iter().map(|(kind, of)| (kind, Shares::of(&of)));
    Report { kinds: kinds.collect(), all: Shares::of(&outcomes.iter().collect::<Vec<_>>()) }
}

impl Shares {
    fn of(outcomes: &[&Outcome]) -> Self {
        let (covered, others): (Vec<&Outcome>, Vec<&Outcome>) =
            outcomes.iter().partition(|outcome| outcome.question.is_answerable());
        Self {
            n: covered.len(),
            right_article: share(&covered, Outcome::right_article),
            right_sentence: share(&covered, Outcome::right_sentence),
            right: share(&covered, |one| one.answered && one.right_article()),
            wrong: share(&covered, |one| one.answered && !one.right_article()),
            choice: share(&covered, |one| !one.answered && one.offered),
            withheld: share(&covered, |one| !one.answered && !one.offered),
            mrr: covered.iter().map(|one| one.reciprocal_rank()).sum::<f64>() / covered.len().max(1) as f64,
            uncovered_n: others.len(),
            uncovered_declined: share(&others, |one| !one.answered && !one.asked_back),
            uncovered_answered: share(&others, |one| one.answered),
            uncovered_choice: share(&others, |one| one.asked_back),
        }
    }
}

fn share(of: &[&Outcome], which: impl Fn(&Outcome) -> bool) -> f64 {
    of.iter().filter(|outcome| which(outcome)).count() as f64 / of.len().max(1) as f64
}

fn weighed(outcomes: &[Outcome]) -> Vec<Weighed<'_>> {
    let lines = outcomes.iter().flat_map(|one| {
        let intent = &one.reading.analysis.intent;
        one.part.hits.iter().enumerate().map(move |(place, hit)| Weighed {
            question: &one.question.text,
            half: &one.question.half,
            kind: &one.question.kind,
            expected: &one.question.expected,
            place,
            article: &hit.passage.article,
            passage: &hit.passage.id,
            act: one.act,
            intent: &intent.name,
            intent_confidence: intent.confidence,
            out_of_scope: intent.out_of_scope,
            confidence: hit.confidence,
            coverage: hit.evidence.coverage(),
            cosine: hit.cosine,
            bm25: hit.bm25,
            score: hit.score,
            absolute: hit.evidence.score,
            lead: hit.evidence.lead,
            sentence: hit.evidence.sentence.unwrap_or(0.0),
            strange: hit.evidence.strange,
        })
    });
    lines.collect()
}

fn reply(one: &Outcome) -> Reply<'_> {
    let intent = &one.reading.analysis.intent;
    Reply {
        question: &one.question.text,
        before: &one.question.before,
        expected: &one.question.expected,
        act: one.act,
        article: &one.article,
        passage: &one.passage,
        confidence: one.confidence,
        right_article: one.right_article(),
        right_sentence: one.right_sentence(),
        intent: &intent.name,
        intent_confidence: intent.confidence,
        out_of_scope: intent.out_of_scope,
        text: &one.text,
    }
}

fn print(report: &Report) -> anyhow::Result<()> {
    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
    let kinds = || report.kinds.iter().map(|(kind, of)| (kind.as_str(), of)).chain([("all", &report.all)]);
    let covered = kinds().filter(|(_, of)| of.n > 0).map(|(name, of)| {
        let shares = [of.right_article, of.right_sentence, of.right, of.wrong, of.choice, of.withheld];
        let [article, sentence, right, wrong, choice, withheld] = shares.map(percent);
        [name.to_owned(), of.n.to_string(), article, sentence, right, wrong, choice, withheld]
    });
    if report.all.n > 0 {
        let headings = [
            "an article answers",
            "n",
            "right article",
            "right sentence",
            "answered",
            "wrongly",
            "as a choice",
            "withheld",
        ];
        output::table(headings, &covered.collect::<Vec<_>>())?;
    }
    let others = kinds().filter(|(_, of)| of.uncovered_n > 0).map(|(name, of)| {
        let shares = [of.uncovered_declined, of.uncovered_answered, of.uncovered_choice];
        let [declined, answered, choice] = shares.map(percent);
        [name.to_owned(), of.uncovered_n.to_string(), declined, answered, choice]
    });
    if report.all.uncovered_n > 0 {
        output::table(["none answers", "n", "declined", "answered", "asked back"], &others.collect::<Vec<_>>())?;
    }
    Ok(())
}
