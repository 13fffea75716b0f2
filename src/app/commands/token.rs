//! `rapport token`: bearer tokens for the API and for programs.

use anyhow::{Context, bail};
use clap::{Args as ClapArgs, Subcommand};
use serde_json::json;

use super::open_store;
use crate::app::database::open_existing;
use crate::app::output;
use crate::base::config::Config;
use crate::domain::TokenId;
use crate::store::{NewAgent, Role, Store};

/// Create, list and revoke bearer tokens for the API.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Print a new token, and nothing else; it is shown only this once.
    Create {
        /// What its bearer may do.
        #[arg(long)]
        role: Role,
        /// Who or what bears it; colleagues and customers see this name.
        #[arg(long)]
        name: Option<String>,
    },
    /// List the tokens that work; the tokens themselves are kept nowhere.
    List {
        #[arg(long)]
        json: bool,
    },
    /// End a token by its id.
    Revoke { id: String },
}

pub async fn run(args: Args, config: &Config) -> anyhow::Result<()> {
    match args.action {
        // On a fresh data directory, too: a script sets up its token before the first start.
        Action::Create { role, name } => create(&open_store(config).await?, role, name).await,
        Action::List { json } => list(&open_existing(config).await?, json).await,
        Action::Revoke { id } => revoke(&open_existing(config).await?, &TokenId(id)).await,
    }
}

async fn create(store: &Store, role: Role, name: Option<String>) -> anyhow::Result<()> {
    let name = match name.as_deref().map(str::trim) {
        Some("") => bail!("--name must not be empty: leave it out, or write who bears the token"),
        Some(name) => name.to_owned(),
        None => format!("API {}", role.as_str()),
    };
    let agent = NewAgent { name, email: None, role, password_hash: None };
    let agent = store
        .create_agent(agent)
        .await?
        .context("an agent without an e-mail address clashes with none: this is a bug")?;
    let (_, token) = store.create_token(&agent.id).await?;
    output::line(token)
}

async fn list(store: &Store, json: bool) -> anyhow::Result<()> {
    let tokens = store.tokens().await?;
    if json {
        let tokens: Vec<_> = tokens
            .iter()
            .map(|(id, agent)| json!({ "id": id, "role": agent.role, "name": agent.name, "email": agent.email }))
            .collect();
        return output::json(&json!({ "tokens": tokens }));
    }
    let rows: Vec<_> = tokens
        .into_iter()
        .map(|(id, agent)| [id.0, agent.role.as_str().to_owned(), agent.name, agent.email.unwrap_or_default()])
        .collect();
    output::table(["ID", "ROLE", "NAME", "E-MAIL"], &rows)
}

async fn revoke(store: &Store, id: &TokenId) -> anyhow::Result<()> {
    if !store.revoke_token(id).await? {
        bail!("no token with the id `{id}` works: `rapport token list` shows those that do");
    }
    eprintln!("revoked {id}");
    Ok(())
}
