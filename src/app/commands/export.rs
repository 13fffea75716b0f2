//! `rapport export`: what was taught and written in the console, as files of ours or of Rasa's.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args as ClapArgs, Subcommand};
use serde_json::json;

use crate::app::database::{self, open_existing};
use crate::app::export::{export_articles, export_intents, rasa_files};
use crate::app::import::ImportedEntity;
use crate::app::output;
use crate::app::taught::Taught;
use crate::base::config::Config;
use crate::base::home::Home;
use crate::nlu::training::read_intents;

/// Export what was taught or written in the console, or the intents as a Rasa bot.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Write the articles that were edited in the console to the files of knowledge-base/.
    Articles(FolderArgs),
    /// Add what agents taught to the files of intents/.
    Intents(FolderArgs),
    /// The intents, with what agents taught, as a Rasa 3.1 bot: nlu.yml, domain.yml, rules.yml.
    Rasa(RasaArgs),
}

#[derive(Debug, ClapArgs)]
struct RasaArgs {
    /// The folder that the files are written into.
    #[arg(value_name = "DIR")]
    out: PathBuf,
    /// Replace files that are there already.
    #[arg(long)]
    force: bool,
    /// One JSON object on standard output.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, ClapArgs)]
struct FolderArgs {
    /// The folder (by default the shop's).
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
        What::Articles(args) => articles(args, config, home).await,
        What::Intents(args) => intents(args, config, home).await,
        What::Rasa(args) => rasa(args, config, home).await,
    }
}

async fn articles(args: FolderArgs, config: &Config, home: &Home) -> anyhow::Result<()> {
    let folder = args.out.unwrap_or_else(|| home.knowledge_base());
    let (edited, removed) = open_existing(config).await?.edited_articles().await?;
    let own = &config.shop.languages()[0];
    let export = export_articles(&folder, &edited, &removed, own);
    if !args.dry_run {
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
        for (path, text) in &export.files {
            replace_file(path, text).with_context(|| format!("cannot write {}", path.display()))?;
        }
    }
    let names = |paths: Vec<&PathBuf>| paths.into_iter().map(|path| path.display().to_string()).collect::<Vec<_>>();
    let (files, gone) =
        (names(export.files.iter().map(|(path, _)| path).collect()), names(export.gone.iter().collect()));
    if args.json {
        return output::json(&json!({ "written": !args.dry_run, "files": files, "removed": gone }));
    }
    files.iter().try_for_each(output::line)?;
    for file in &gone {
        output::line(format!("{file}: its article was taken away in the console; delete the file as well"))?;
    }
    let verb = if args.dry_run { "would be written" } else { "written" };
    output::line(format!("{} articles {verb}", files.len()))
}

async fn intents(args: FolderArgs, config: &Config, home: &Home) -> anyhow::Result<()> {
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

async fn rasa(args: RasaArgs, config: &Config, home: &Home) -> anyhow::Result<()> {
    let taught = match database::exists(config) {
        true => Taught::read(&open_existing(config).await?).await?,
        false => Taught::default(),
    };
    let (intents, _) = taught.join(read_intents(&home.intents())?);
    let entities = read_entities(&home.intents().with_file_name("entities"))?;
    let files: Vec<(PathBuf, String)> =
        rasa_files(&intents, &entities)?.into_iter().map(|(name, text)| (args.out.join(name), text)).collect();
    if let Some((there, _)) = files.iter().find(|(path, _)| path.exists() && !args.force) {
        bail!("{} is there already; name another folder, or replace it with --force", there.display());
    }
    std::fs::create_dir_all(&args.out).with_context(|| format!("cannot make the folder {}", args.out.display()))?;
    for (path, text) in &files {
        replace_file(path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    let examples: usize = intents.iter().map(|intent| intent.examples.len()).sum();
    if args.json {
        return output::json(&json!({ "intents": intents.len(), "examples": examples }));
    }
    output::line(format!("{} intents with {examples} examples written to {}", intents.len(), args.out.display()))
}

/// The shop's own types of values, by name; most shops have none.
fn read_entities(folder: &Path) -> anyhow::Result<Vec<ImportedEntity>> {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml"));
    paths.sort();
    let read = |path: &PathBuf| -> anyhow::Result<ImportedEntity> {
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let entity = serde_norway::from_str(&text).with_context(|| format!("{} is no entity", path.display()))?;
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(ImportedEntity { name, ..entity })
    };
    paths.iter().map(read).collect()
}

/// Whoever reads the file sees the old text or the new one, never half of it.
fn replace_file(path: &Path, text: &str) -> std::io::Result<()> {
    let draft = path.with_extension("new");
    std::fs::write(&draft, text)?;
    std::fs::rename(draft, path)
}
