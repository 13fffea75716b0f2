//! `rapport export`: what the shop has taught its bot, as files.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args as ClapArgs, Subcommand};
use serde_json::json;

use crate::app::database::open_existing;
use crate::app::export::export_intents;
use crate::app::output;
use crate::app::taught::Taught;
use crate::base::config::Config;
use crate::base::home::Home;

/// Export what was taught in the console, as files of intents/.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Add what agents taught to the files of intents/.
    Intents(IntentsArgs),
}

#[derive(Debug, ClapArgs)]
struct IntentsArgs {
    /// The folder of intents (by default the shop's).
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Tell what would be written, and write nothing.
    #[arg(long)]
    dry_run: bool,
    /// One JSON object on standard output.
    #[arg(long)]
    json: bool,
}

pub async fn run(args: Args, config: &Config, home: &Home) -> anyhow::Result<()> {
    match args.what {
        What::Intents(args) => intents(args, config, home).await,
    }
}

async fn intents(args: IntentsArgs, config: &Config, home: &Home) -> anyhow::Result<()> {
    let folder = args.out.unwrap_or_else(|| home.intents());
    let taught = Taught::read(&open_existing(config).await?).await?;
    let export = export_intents(&folder, &taught)?;
    if !args.dry_run {
        for (path, text) in &export.files {
            replace_file(path, text).with_context(|| format!("cannot write {}", path.display()))?;
        }
    }
    if args.json {
        let files: Vec<String> = export.files.iter().map(|(path, _)| path.display().to_string()).collect();
        return output::json(&json!({
            "written": !args.dry_run,
            "intents": export.intents,
            "examples": export.examples,
            "outside": export.outside,
            "files": files,
        }));
    }
    for (path, _) in &export.files {
        output::line(path.display())?;
    }
    let verb = if args.dry_run { "would be added" } else { "added" };
    output::line(format!(
        "{} examples, {} new intents and {} messages that are out of scope {verb}",
        export.examples, export.intents, export.outside
    ))
}

/// Whoever reads the file sees the old text or the new one, never half of it.
fn replace_file(path: &Path, text: &str) -> std::io::Result<()> {
    let draft = path.with_extension("new");
    std::fs::write(&draft, text)?;
    std::fs::rename(draft, path)
}
