//! `rapport import articles`: Markdown, web pages, PDF files, tables of questions, records,
//! and websites.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::Args as ClapArgs;
use jiff::tz::TimeZone;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::super::progress::Steps;
use super::{Options, Summary, counted, read, target};
use crate::app::import::{self, Problems, ReadSource, Surroundings};
use crate::base::clock::Clock;
use crate::base::config::Config;
use crate::base::outbound::Outbound;
use crate::engine::websites::{Crawler, Website};
use crate::sources::pdf::apart;
use crate::store::{Edits, SourceCounts, Store, Taking};

/// So many pages that were skipped are listed; of the rest, the number.
const LISTED: usize = 50;

#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// Markdown (.md), web pages (.html), PDF files (.pdf), tables with the columns question
    /// and answer (.csv), records (.csv with ids, .jsonl, .yaml), folders with such files, or
    /// a website's address, such as https://shop.example: its sitemap says which pages.
    #[arg(required = true, value_name = "FILE or ADDRESS")]
    sources: Vec<String>,
    /// Another host of the website whose pages are read as well.
    #[arg(long = "host", value_name = "HOST")]
    hosts: Vec<String>,
    /// Read only pages of the website whose paths begin so, for example /help/.
    #[arg(long = "path", value_name = "PATH")]
    paths: Vec<String>,
    /// Read no more pages of the website than this.
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    pages: usize,
    /// The group of the website's articles in the help centre.
    #[arg(long, value_name = "NAME", default_value = "")]
    category: String,
    /// Replace articles that were edited or taken away in the console, too.
    #[arg(long)]
    overwrite: bool,
    #[command(flatten)]
    pub(super) options: Options,
}

/// What became of everything that was named.
#[derive(Default)]
struct Outcome {
    new: usize,
    changed: usize,
    unchanged: usize,
    /// `file: why`.
    skipped: Vec<String>,
    gone: Vec<String>,
    /// In a dry run: what would be read.
    listed: usize,
}

impl Outcome {
    fn count(&mut self, address: &str, taking: &Taking) {
        match taking {
            Taking::New { .. } => self.new += 1,
            Taking::Changed { .. } => self.changed += 1,
            Taking::Unchanged { .. } => self.unchanged += 1,
            _ => {}
        }
        self.skipped.extend(taking.why_not().map(|why| format!("{address}: {why}")));
    }

    fn articles(&self) -> usize {
        self.new + self.changed + self.unchanged
    }
}

pub(super) async fn run(args: &Args, config: &Config) -> anyhow::Result<Summary> {
    let is_address = |source: &&String| source.starts_with("https://") || source.starts_with("http://");
    let (sites, files): (Vec<&String>, Vec<&String>) = args.sources.iter().partition(is_address);
    let files: Vec<PathBuf> = files.into_iter().map(PathBuf::from).collect();
    let today = Clock::System.now().to_zoned(TimeZone::UTC).date();
    let around = Arc::new(Surroundings { languages: config.shop.languages(), today });
    let read_files = {
        let around = Arc::clone(&around);
        read(files, move |files| import::articles(files, &around)).await?
    };
    let store = target(&args.options, config).await?;
    let mut outcome = Outcome::default();
    let steps = Steps::default();
    for source in read_files {
        of_files(source, store.as_ref(), args, &around, &steps, &mut outcome).await?;
    }
    for site in sites {
        let site = Website {
            address: site.clone(),
            hosts: args.hosts.clone(),
            paths: args.paths.clone(),
            most_pages: args.pages,
            category: args.category.clone(),
            languages: around.languages.clone(),
        };
        of_website(&site, store.as_ref(), args, config, &steps, &mut outcome).await?;
    }
    steps.finish();
    if outcome.articles() + outcome.listed == 0 && !outcome.skipped.is_empty() {
        bail!("nothing was imported:\n{}", outcome.skipped.join("\n"));
    }
    Ok(summary(outcome, &args.options))
}

async fn of_files(
    mut source: ReadSource,
    store: Option<&Store>,
    args: &Args,
    around: &Surroundings,
    steps: &Steps,
    outcome: &mut Outcome,
) -> anyhow::Result<()> {
    let pdfs = std::mem::take(&mut source.pdfs);
    for (done, file) in pdfs.iter().enumerate() {
        steps.show("reading PDF files", done as f32 / pdfs.len() as f32);
        match pages_of_pdf(&source.path, file, around).await {
            Ok(pages) => source.pages.extend(pages),
            Err(why) => source.skipped.push((file.clone(), why)),
        }
    }
    let skipped = source.skipped.iter().map(|(file, why)| format!("{}: {why}", file.display()));
    outcome.skipped.extend(skipped);
    let Some(store) = store else {
        outcome.listed += source.pages.len();
        return Ok(());
    };
    // The folder is the same wherever the command is given.
    let name = source.path.canonicalize().unwrap_or_else(|_| source.path.clone()).display().to_string();
    let now = Clock::System.now();
    let began = store.begin_source(&name, now, now).await?.context("the clock goes backwards")?;
    let edits = if args.overwrite { Edits::Overwrite } else { Edits::Stay };
    let takings = super::writing(source.pages.len(), store.take_pages(&name, &source.pages, edits)).await?;
    let before = outcome.articles();
    for (page, taking) in source.pages.iter().zip(&takings) {
        outcome.count(&page.address, taking);
    }
    for page in store.source_pages(&name).await? {
        if let (true, Some((id, _))) = (page.seen_at < began, page.article) {
            outcome.gone.push(format!("{} is no longer in {name}; its article `{id}` stays", page.address));
        }
    }
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let counts = SourceCounts {
        listed: number(source.pages.len() + source.skipped.len()),
        written: number(
            takings.iter().filter(|taking| matches!(taking, Taking::New { .. } | Taking::Changed { .. })).count(),
        ),
        unchanged: number(takings.iter().filter(|taking| matches!(taking, Taking::Unchanged { .. })).count()),
        skipped: number(source.pages.len() + source.skipped.len() - (outcome.articles() - before)),
    };
    Ok(store.end_source(&name, counts, None).await?)
}

async fn pages_of_pdf(path: &Path, file: &Path, around: &Surroundings) -> Result<Vec<crate::store::ReadPage>, String> {
    let unreadable = |error: std::io::Error| format!("it cannot be read ({error}): check its path and permissions");
    let length = tokio::fs::metadata(file).await.map_err(unreadable)?.len();
    if length > apart::LONGEST as u64 {
        return Err(format!("it has more than {} MB: split it", apart::LONGEST >> 20));
    }
    let bytes = tokio::fs::read(file).await.map_err(unreadable)?;
    let read = apart::read_apart(&bytes).await.map_err(|error| error.to_string())?;
    import::pages_of(path, file, read, around)
}

async fn of_website(
    site: &Website,
    store: Option<&Store>,
    args: &Args,
    config: &Config,
    steps: &Steps,
    outcome: &mut Outcome,
) -> anyhow::Result<()> {
    let of_site = || format!("the website {}", site.address);
    let outbound = Outbound::new(&config.network.private_hosts);
    let Some(store) = store else {
        // Nothing is written, but a crawler has a database.
        let store = super::open_existing(config).await?;
        let crawler = Crawler { store, outbound, clock: Clock::System };
        let (pages, told) = crawler.list(site).await.with_context(of_site)?;
        outcome.listed += pages.len();
        outcome.skipped.extend(told.into_iter().map(|told| format!("{}: {}", told.address, told.why)));
        return Ok(());
    };
    let crawler = Crawler { store: store.clone(), outbound, clock: Clock::System };
    let stop = CancellationToken::new();
    let listening = {
        let stop = stop.clone();
        tokio::spawn(async move {
            if tokio::signal::ctrl_c().await.is_ok() {
                stop.cancel();
            }
        })
    };
    let edits = if args.overwrite { Edits::Overwrite } else { Edits::Stay };
    let step = format!("reading {}", site.address);
    let progress = |done: usize, of: usize| steps.show(&step, done as f32 / of.max(1) as f32);
    let read = crawler.read(site, edits, &stop, &progress).await;
    listening.abort();
    let report = read.with_context(of_site)?;
    outcome.new += report.new;
    outcome.changed += report.changed;
    outcome.unchanged += report.unchanged + report.resumed;
    outcome.skipped.extend(report.told.into_iter().map(|told| format!("{}: {}", told.address, told.why)));
    let gone = |(page, id): (String, String)| format!("{page} is gone from the website; its article `{id}` stays");
    outcome.gone.extend(report.gone.into_iter().map(gone));
    Ok(())
}

fn summary(outcome: Outcome, options: &Options) -> Summary {
    let articles = outcome.articles() + outcome.listed;
    let mut parts = Vec::new();
    for (count, what) in [(outcome.new, "new"), (outcome.changed, "changed"), (outcome.unchanged, "as before")] {
        if count > 0 {
            parts.push(format!("{count} {what}"));
        }
    }
    let parts = if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) };
    let counts = json!({
        "articles": articles,
        "new": outcome.new,
        "changed": outcome.changed,
        "unchanged": outcome.unchanged,
        "skipped": outcome.skipped.len(),
        "gone": outcome.gone.len(),
    });
    let mut notes = shortened(outcome.skipped.into_iter().map(|told| format!("skipped {told}")).collect(), options);
    let take_away = |told: String| format!("{told}: take it away in the console if it is no longer true");
    notes.extend(shortened(outcome.gone.into_iter().map(take_away).collect(), options));
    Summary { what: format!("{}{parts}", counted(articles, "article")), counts, warnings: Problems::default(), notes }
}

/// A person reads the first ones; a program all.
fn shortened(mut notes: Vec<String>, options: &Options) -> Vec<String> {
    if !options.json && notes.len() > LISTED {
        let more = notes.len() - LISTED;
        notes.truncate(LISTED);
        notes.push(format!("and {more} more: --json lists all"));
    }
    notes
}
