//! `rapport agent`: the shop's staff and their passwords.

use std::io::{BufRead, IsTerminal};

use anyhow::{Context, bail};
use clap::{Args as ClapArgs, Subcommand};
use jiff::SignedDuration;
use serde_json::json;

use crate::app::database::open_existing;
use crate::app::output;
use crate::base::config::Config;
use crate::base::email::parse_email;
use crate::base::secret::{SHORTEST_PASSWORD, password_hash};
use crate::store::{Agent, LinkKind, NewAgent, NewLink, Role, Store};

/// A reset link is good for so long.
const RESET_LASTS: SignedDuration = SignedDuration::from_hours(24);

/// Add, list and remove colleagues, and reset their passwords.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Add a colleague. The password is asked for, or read from a line of standard input.
    Create {
        /// The name that customers see.
        #[arg(long)]
        name: String,
        /// The address with which they sign in.
        #[arg(long)]
        email: String,
        #[arg(long)]
        role: Role,
    },
    /// List the colleagues.
    List {
        #[arg(long)]
        json: bool,
    },
    /// Print a link by which a colleague sets a new password; the old one, their sessions
    /// and their tokens end.
    Reset { email: String },
    /// Take a colleague off the staff; their password and tokens end.
    Remove { email: String },
}

pub async fn run(args: Args, config: &Config) -> anyhow::Result<()> {
    let store = open_existing(config).await?;
    match args.action {
        Action::Create { name, email, role } => create(&store, &name, &email, role).await,
        Action::List { json } => list(&store, json).await,
        Action::Reset { email } => reset(&store, config, &email).await,
        Action::Remove { email } => remove(&store, &email).await,
    }
}

async fn create(store: &Store, name: &str, email: &str, role: Role) -> anyhow::Result<()> {
    let (name, email) = (name.trim(), email_of(email)?);
    if name.is_empty() {
        bail!("--name must not be empty: write the name that customers see");
    }
    if store.agent_by_email(&email).await?.is_some() {
        bail!("{email} is a colleague already: `rapport agent reset {email}` gives a new password");
    }
    let password_hash = Some(hashed(ask_password()?).await?);
    let agent = NewAgent { name: name.to_owned(), email: Some(email.clone()), role, password_hash };
    // Somebody may have been quicker while the password was typed.
    store.create_agent(agent).await?.with_context(|| format!("{email} is a colleague already"))?;
    eprintln!("{name} ({email}) may sign in as {}", role.as_str());
    Ok(())
}

async fn list(store: &Store, json: bool) -> anyhow::Result<()> {
    let agents = store.agents().await?;
    if json {
        let agents: Vec<_> = agents
            .iter()
            .map(|agent| json!({ "id": agent.id, "role": agent.role, "name": agent.name, "email": agent.email }))
            .collect();
        return output::json(&json!({ "agents": agents }));
    }
    let rows: Vec<_> = agents
        .into_iter()
        .map(|agent| [agent.role.as_str().to_owned(), agent.name, agent.email.unwrap_or_default()])
        .collect();
    output::table(["ROLE", "NAME", "E-MAIL"], &rows)
}

async fn reset(store: &Store, config: &Config, email: &str) -> anyhow::Result<()> {
    let agent = existing(store, email).await?;
    let ended = store.lock_out(&agent.id).await?;
    let (_, secret) = store
        .create_link(NewLink {
            kind: LinkKind::Reset,
            role: agent.role,
            agent_id: Some(agent.id),
            email: None,
            name: None,
            lasts: RESET_LASTS,
        })
        .await?;
    eprintln!(
        "{}'s password and sessions have ended, and {ended} of their tokens. This link sets a new password; it works \
         once, within 24 hours:",
        agent.name
    );
    output::line(format!("{}/console/#/reset/{secret}", config.address()))
}

async fn remove(store: &Store, email: &str) -> anyhow::Result<()> {
    let agent = existing(store, email).await?;
    let others_own = store.agents().await?.iter().any(|other| other.role == Role::Owner && other.id != agent.id);
    if agent.role == Role::Owner && !others_own {
        bail!("{} is the last owner: add another one before with `rapport agent create --role owner`", agent.name);
    }
    store.remove_agent(&agent.id).await?;
    eprintln!("{} is no colleague any more; what they wrote stays", agent.name);
    Ok(())
}

async fn existing(store: &Store, email: &str) -> anyhow::Result<Agent> {
    let email = email_of(email)?;
    match store.agent_by_email(&email).await? {
        Some(agent) => Ok(agent),
        None => bail!("nobody has the address {email}: `rapport agent list` shows who there is"),
    }
}

fn email_of(text: &str) -> anyhow::Result<String> {
    parse_email(text).with_context(|| format!("`{text}` is no e-mail address: write for example eva@example.com"))
}

/// From a terminal, twice and unseen; from a pipe, one line.
fn ask_password() -> anyhow::Result<String> {
    if !std::io::stdin().is_terminal() {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).context("cannot read the password from standard input")?;
        return checked_password(line.trim_end_matches(['\r', '\n']));
    }
    let terminal = console::Term::stderr();
    let ask = |question: &str| -> anyhow::Result<String> {
        terminal.write_str(question)?;
        Ok(terminal.read_secure_line()?)
    };
    let password = checked_password(&ask("Password: ")?)?;
    if ask("The same again: ")? != password {
        bail!("the two differ: try again");
    }
    Ok(password)
}

fn checked_password(password: &str) -> anyhow::Result<String> {
    if password.chars().count() < SHORTEST_PASSWORD {
        bail!("the password is too short: take at least {SHORTEST_PASSWORD} signs; a few words will do");
    }
    Ok(password.to_owned())
}

async fn hashed(password: String) -> anyhow::Result<String> {
    Ok(tokio::task::spawn_blocking(move || password_hash(&password)).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::Clock;

    #[test]
    fn a_short_password_is_refused() {
        assert!(checked_password("short").is_err());
        assert!(checked_password("longer than ten").is_ok());
    }

    #[tokio::test]
    async fn a_reset_ends_tokens_and_a_removal_frees_the_address() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let store = Store::open(&Store::sqlite_url(folder.path()), Clock::System).await.expect("a database");
        let new =
            |role| NewAgent { name: "Eva".into(), email: Some("eva@example.com".into()), role, password_hash: None };
        let eva = store.create_agent(new(Role::Owner)).await.unwrap().expect("the address is free");
        let (_, token) = store.create_token(&eva.id).await.unwrap();

        reset(&store, &Config::default(), "EVA@example.com").await.unwrap();
        assert!(store.agent_by_token(&token).await.unwrap().is_none());

        let last = remove(&store, "eva@example.com").await.unwrap_err().to_string();
        assert!(last.contains("the last owner"), "{last}");
        let bob = NewAgent { name: "Bob".into(), email: Some("bob@example.com".into()), ..new(Role::Owner) };
        store.create_agent(bob).await.unwrap().expect("the address is free");
        remove(&store, "eva@example.com").await.unwrap();
        assert!(store.create_agent(new(Role::Agent)).await.unwrap().is_some());
    }
}
