//! `rapport import`: a shop's own files into its database.

mod articles;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use clap::{Args as ClapArgs, Subcommand};
use indicatif::ProgressBar;
use serde_json::{Value, json};

use crate::app::database::{self, open_existing};
use crate::app::import::{self, Problems};
use crate::app::output;
use crate::base::config::Config;
use crate::base::home::Home;
use crate::domain::intent::IntentSpec;
use crate::store::Store;

/// From so many rows on, writing shows that it goes on.
const MANY: usize = 2_000;

/// Import products, customers, orders, events, articles, or a Rasa bot.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Products with their variants, prices and stock.
    Products(Files),
    /// Customers.
    Customers(Files),
    /// Orders.
    Orders(Files),
    /// What known customers did: visits, baskets, purchases.
    Events(Files),
    /// Articles: files, folders, or a website by its sitemap.
    Articles(articles::Args),
    /// The intents and responses of a Rasa 3.1 bot, as files of intents/.
    Rasa(RasaArgs),
}

#[derive(Debug, ClapArgs)]
struct RasaArgs {
    /// The bot's YAML files, or its folder.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Where the intents' files go; by default the shop's intents/.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Replace intents' files that are there already.
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    options: Options,
}

#[derive(Debug, ClapArgs)]
struct Files {
    /// CSV (.csv), JSON Lines (.jsonl) or YAML (.yaml); a folder stands for the files in it.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    options: Options,
}

#[derive(Debug, ClapArgs)]
struct Options {
    /// Check everything and write nothing.
    #[arg(long)]
    dry_run: bool,
    /// Print one JSON object instead of a line.
    #[arg(long)]
    json: bool,
}

/// What an import did, or would have done.
struct Summary {
    /// For people, without the verb: `3 products with 7 variants`.
    what: String,
    /// For programs.
    counts: Value,
    warnings: Problems,
    /// What the owner should know besides.
    notes: Vec<String>,
}

pub async fn run(args: Args, config: &Config, home: &Home) -> anyhow::Result<()> {
    match args.what {
        What::Products(Files { files, options }) => finish(products(files, &options, config).await, &options),
        What::Customers(Files { files, options }) => finish(customers(files, &options, config).await, &options),
        What::Orders(Files { files, options }) => finish(orders(files, &options, config).await, &options),
        What::Events(Files { files, options }) => finish(events(files, &options, config).await, &options),
        What::Articles(args) => {
            let imported = articles::run(&args, config).await;
            finish(imported, &args.options)
        }
        What::Rasa(RasaArgs { files, out, force, options }) => {
            let folder = out.unwrap_or_else(|| home.intents());
            finish(rasa(files, &folder, force, &options).await, &options)
        }
    }
}

async fn products(files: Vec<PathBuf>, options: &Options, config: &Config) -> anyhow::Result<Summary> {
    let products = read(files, import::products).await?;
    if let Some(store) = target(options, config).await? {
        writing(products.len(), store.import_products(&products)).await?;
    }
    let variants: usize = products.iter().map(|product| product.variants.len()).sum();
    Ok(Summary {
        what: format!("{} with {}", counted(products.len(), "product"), counted(variants, "variant")),
        counts: json!({ "products": products.len(), "variants": variants }),
        warnings: Problems::default(),
        notes: Vec::new(),
    })
}

async fn customers(files: Vec<PathBuf>, options: &Options, config: &Config) -> anyhow::Result<Summary> {
    let customers = read(files, import::customers).await?;
    if let Some(store) = target(options, config).await? {
        writing(customers.len(), store.import_customers(&customers)).await?;
    }
    Ok(Summary {
        what: counted(customers.len(), "customer"),
        counts: json!({ "customers": customers.len() }),
        warnings: Problems::default(),
        notes: Vec::new(),
    })
}

async fn orders(files: Vec<PathBuf>, options: &Options, config: &Config) -> anyhow::Result<Summary> {
    let known = known_skus(config).await?;
    let (orders, warnings) = read(files, move |files| import::orders_of(files, &known)).await?;
    if let Some(store) = target(options, config).await? {
        writing(orders.len(), store.import_orders(&orders)).await?;
    }
    let lines: usize = orders.iter().map(|order| order.lines.len()).sum();
    Ok(Summary {
        what: format!("{} with {}", counted(orders.len(), "order"), counted(lines, "line")),
        counts: json!({ "orders": orders.len(), "lines": lines }),
        warnings,
        notes: Vec::new(),
    })
}

async fn events(files: Vec<PathBuf>, options: &Options, config: &Config) -> anyhow::Result<Summary> {
    let events = read(files, import::events).await?;
    // Whether a customer is known, only the database can tell, in a dry run as well.
    let store = open_existing(config).await?;
    let unknown = store.unknown_customers(&events.customers()).await?;
    let events = tokio::task::spawn_blocking(move || events.checked(&unknown))
        .await
        .context("checking the events panicked")??;
    let added = match options.dry_run {
        true => 0,
        false => writing(events.len(), store.import_events(&events)).await?,
    };
    let notes = match events.len() as u64 - added {
        known if known > 0 && !options.dry_run => vec![format!("{known} of them were there already")],
        _ => Vec::new(),
    };
    Ok(Summary {
        what: counted(events.len(), "event"),
        counts: json!({ "events": events.len(), "new": added }),
        warnings: Problems::default(),
        notes,
    })
}

async fn rasa(files: Vec<PathBuf>, folder: &Path, force: bool, options: &Options) -> anyhow::Result<Summary> {
    let bot = read(files, import::rasa).await?;
    let mut targets = intent_files(&bot.intents, folder)?;
    for entity in &bot.entities {
        let file = folder.with_file_name("entities").join(format!("{}.yaml", entity.name));
        targets.push((file, serde_norway::to_string(entity)?));
    }
    let there: Vec<_> =
        targets.iter().filter(|(path, _)| path.exists()).map(|(path, _)| path.display().to_string()).collect();
    if !there.is_empty() && !force {
        bail!(
            "these files are there already: {}\nnothing was imported: name another folder with --out, or replace them with --force",
            there.join(", ")
        );
    }
    if !options.dry_run {
        for (path, text) in &targets {
            let folder = path.parent().unwrap_or(folder);
            std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
            replace_file(path, text).with_context(|| format!("cannot write {}", path.display()))?;
        }
    }
    let examples: usize = bot.intents.iter().map(|intent| intent.examples.len()).sum();
    let mut notes = bot.notes;
    notes.push(format!("read the files in {}, then run `rapport train`", folder.display()));
    Ok(Summary {
        what: format!(
            "{} with {} and {}",
            counted(bot.intents.len(), "intent"),
            counted(examples, "example"),
            counted(bot.entities.len(), "entity type")
        ),
        counts: json!({ "intents": bot.intents.len(), "examples": examples, "entities": bot.entities.len() }),
        warnings: Problems::default(),
        notes,
    })
}

/// The files that the intents become, with their texts.
fn intent_files(intents: &[IntentSpec], folder: &Path) -> anyhow::Result<Vec<(PathBuf, String)>> {
    let file = |intent: &IntentSpec| -> anyhow::Result<(PathBuf, String)> {
        Ok((folder.join(format!("{}.yaml", intent.name)), serde_norway::to_string(intent)?))
    };
    intents.iter().map(file).collect()
}

/// Whoever reads the file sees the old text or the new one, never half of it.
fn replace_file(path: &Path, text: &str) -> std::io::Result<()> {
    let draft = path.with_extension("yaml.new");
    std::fs::write(&draft, text)?;
    std::fs::rename(draft, path)
}

/// Reading and checking takes long for large files, and so keeps off the async threads.
async fn read<T: Send + 'static>(
    files: Vec<PathBuf>,
    read: impl FnOnce(&[PathBuf]) -> Result<T, Problems> + Send + 'static,
) -> anyhow::Result<T> {
    let value = tokio::task::spawn_blocking(move || read(&files)).await.context("reading the files panicked")??;
    Ok(value)
}

/// Where to write; nowhere in a dry run.
async fn target(options: &Options, config: &Config) -> anyhow::Result<Option<Store>> {
    if options.dry_run { Ok(None) } else { open_existing(config).await.map(Some) }
}

async fn known_skus(config: &Config) -> anyhow::Result<HashSet<String>> {
    if !database::exists(config) {
        return Ok(HashSet::new());
    }
    let products = open_existing(config).await?.products().await?;
    Ok(products.into_iter().flat_map(|product| product.variants).map(|variant| variant.sku).collect())
}

async fn writing<T>(rows: usize, work: impl Future<Output = crate::store::Result<T>>) -> anyhow::Result<T> {
    let spinner = if rows < MANY { ProgressBar::hidden() } else { ProgressBar::new_spinner() };
    spinner.set_message(format!("writing {rows} rows"));
    spinner.enable_steady_tick(Duration::from_millis(100));
    let done = work.await;
    spinner.finish_and_clear();
    done.context("nothing was imported")
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// Tells how it went, to a person or to a program.
fn finish(result: anyhow::Result<Summary>, options: &Options) -> anyhow::Result<()> {
    let summary = match result {
        Ok(summary) => summary,
        Err(error) => return fail(error, options),
    };
    if options.json {
        return output::json(&json!({
            "imported": !options.dry_run,
            "counts": summary.counts,
            "warnings": summary.warnings.listed,
            "more_warnings": summary.warnings.more,
            "notes": summary.notes,
        }));
    }
    if summary.warnings.count() > 0 {
        eprintln!("warnings:\n{}", summary.warnings);
    }
    for note in &summary.notes {
        eprintln!("note: {note}");
    }
    let verb = if options.dry_run { "checked, nothing written" } else { "imported" };
    output::line(format!("{} {verb}", summary.what))
}

fn fail(error: anyhow::Error, options: &Options) -> anyhow::Result<()> {
    let Some(problems) = error.downcast_ref::<Problems>() else { return Err(error) };
    if options.json {
        output::json(&json!({ "imported": false, "problems": problems.listed, "more": problems.more }))?;
    }
    bail!("{problems}\nnothing was imported; {} to mend", counted(problems.count(), "problem"))
}
