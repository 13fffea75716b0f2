//! `rapport import`: a shop's own files into its database.

use std::collections::HashSet;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::{Args as ClapArgs, Subcommand};
use indicatif::ProgressBar;
use serde_json::{Value, json};

use crate::app::database::{self, open_existing};
use crate::app::import::{self, Problem, Problems};
use crate::app::output;
use crate::base::config::Config;
use crate::base::home::Home;
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
    warnings: Vec<Problem>,
}

pub async fn run(args: Args, config: &Config, _home: &Home) -> anyhow::Result<()> {
    match args.what {
        What::Products(Files { files, options }) => finish(products(files, &options, config).await, &options),
        What::Customers(Files { files, options }) => finish(customers(files, &options, config).await, &options),
        What::Orders(Files { files, options }) => finish(orders(files, &options, config).await, &options),
    }
}

async fn products(files: Vec<PathBuf>, options: &Options, config: &Config) -> anyhow::Result<Summary> {
    let products = read(files, |files| import::products(files)).await?;
    if let Some(store) = target(options, config).await? {
        writing(products.len(), store.import_products(&products)).await?;
    }
    let variants: usize = products.iter().map(|product| product.variants.len()).sum();
    Ok(Summary {
        what: format!("{} with {}", counted(products.len(), "product"), counted(variants, "variant")),
        counts: json!({ "products": products.len(), "variants": variants }),
        warnings: Vec::new(),
    })
}

async fn customers(files: Vec<PathBuf>, options: &Options, config: &Config) -> anyhow::Result<Summary> {
    let customers = read(files, |files| import::customers(files)).await?;
    if let Some(store) = target(options, config).await? {
        writing(customers.len(), store.import_customers(&customers)).await?;
    }
    Ok(Summary {
        what: counted(customers.len(), "customer"),
        counts: json!({ "customers": customers.len() }),
        warnings: Vec::new(),
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
    })
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
            "warnings": summary.warnings,
        }));
    }
    for warning in &summary.warnings {
        eprintln!("warning: {warning}");
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
