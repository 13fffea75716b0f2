//! The command line's commands, one a file.

pub mod agent;
pub mod analyze;
pub mod bench_encoder;
pub mod bench_knowledge;
pub mod chat;
pub mod doctor;
pub mod eval;
mod eval_retrieval;
pub mod export;
pub mod import;
pub mod inbox;
pub mod init;
pub mod kb;
pub mod load;
mod progress;
pub mod serve;
pub mod token;
pub mod train;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::base::clock::Clock;
use crate::base::config::Config;
use crate::base::home::Home;
use crate::base::vault::Vault;
use crate::sources::pdf::apart;
use crate::store::Store;

/// A customer-support chat server that understands, answers, and brings in a person.
#[derive(Debug, Parser)]
#[command(name = "rapport", version, propagate_version = true)]
pub struct Cli {
    /// The configuration file; `RAPPORT_CONFIG` names it as well.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Args),
    Init(init::Args),
    Chat(chat::Args),
    Analyze(analyze::Args),
    Train(train::Args),
    Eval(eval::Args),
    Kb(kb::Args),
    Import(import::Args),
    Export(export::Args),
    Load(load::Args),
    Token(token::Args),
    Agent(agent::Args),
    Inbox(inbox::Args),
    Doctor(doctor::Args),
    #[command(hide = true)]
    BenchEncoder(bench_encoder::Args),
    #[command(hide = true)]
    BenchKnowledge(bench_knowledge::Args),
    /// Reads a PDF file on standard input, for another process of this program.
    #[command(hide = true, name = apart::COMMAND)]
    ReadPdf,
}

impl Cli {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        // Before there are threads: its memory is limited to little more than there is.
        if matches!(self.command, Command::ReadPdf) {
            apart::serve()?;
            return Ok(ExitCode::SUCCESS);
        }
        // Commands that only talk to a server need neither models nor configuration.
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(async {
            match self.command {
                Command::Chat(args) => chat::run(args).await?,
                Command::Load(args) => load::run(args).await?,
                // A doctor is called when the configuration itself may be what is wrong.
                Command::Doctor(args) => doctor::run(args, Config::load(self.config.as_deref()), Home::find()).await?,
                command => {
                    let config = Config::load(self.config.as_deref())?;
                    return run_here(command, config).await;
                }
            }
            Ok(ExitCode::SUCCESS)
        })
    }
}

/// Opens the shop's database.
pub(super) async fn open_store(config: &Config) -> anyhow::Result<Store> {
    let url = config.database_url.clone().unwrap_or_else(|| Store::sqlite_url(&config.data_dir));
    if config.database_url.is_none() {
        std::fs::create_dir_all(&config.data_dir)?;
    }
    let vault = Vault::open(&config.data_dir)?;
    Ok(Store::open(&url, Clock::System).await?.with_vault(vault))
}

async fn run_here(command: Command, config: Config) -> anyhow::Result<ExitCode> {
    // With the shop that the console has made, where it has: what a command reads and trains
    // is what the server uses.
    let home = || Home::find().map(|home| home.with_shop_of(&config.data_dir).with_encoder(&config.model.encoder));
    match command {
        Command::Serve(args) => {
            let home = home()?;
            serve::run(args, config, home).await?;
        }
        Command::Init(args) => init::run(args, &config, &Home::find()?).await?,
        Command::Analyze(args) => analyze::run(args, &config, &home()?).await?,
        Command::Train(args) => train::run(args, &config, &home()?).await?,
        Command::Export(args) => export::run(args, &config, &home()?).await?,
        Command::Eval(args) => eval::run(args, &config, &home()?).await?,
        Command::Kb(args) => kb::run(args, config.shop.languages(), &home()?).await?,
        Command::Import(args) => import::run(args, &config, &home()?).await?,
        Command::Token(args) => token::run(args, &config).await?,
        Command::Agent(args) => agent::run(args, &config).await?,
        Command::Inbox(args) => inbox::run(args, &config).await?,
        Command::BenchEncoder(args) => bench_encoder::run(args, home()?).await?,
        Command::BenchKnowledge(args) => bench_knowledge::run(args, home()?).await?,
        Command::Chat(_) | Command::Load(_) | Command::Doctor(_) | Command::ReadPdf => {
            unreachable!("run without a configuration above")
        }
    }
    Ok(ExitCode::SUCCESS)
}
