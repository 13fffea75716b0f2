//! `rapport inbox`: where customers write, and from which websites they may.

mod channel;

pub(in crate::app) use channel::tools;

use anyhow::{Context, bail};
use clap::{Args as ClapArgs, Subcommand};
use serde_json::json;

use crate::app::database::open_existing;
use crate::app::output;
use crate::base::config::Config;
use crate::base::website::{parse_inbox_key, parse_origin};
use crate::store::{Inbox, Store};

/// Create inboxes, and say which websites may show them.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make an inbox.
    Create {
        /// Its public key, which stands in the website's page: small letters, digits, hyphens.
        key: String,
        /// What colleagues call it.
        #[arg(long)]
        name: Option<String>,
        /// A website that may show it, for example https://shop.example.
        #[arg(long = "origin", value_name = "ORIGIN")]
        origins: Vec<String>,
        /// Where its customers write: web, or a channel that `rapport inbox channels` lists.
        #[arg(long, default_value = "web")]
        channel: String,
        /// What the channel needs, for example bot_token=xoxb-…; NAME=- reads the value from
        /// standard input.
        #[arg(long = "set", value_name = "NAME=VALUE")]
        fields: Vec<String>,
    },
    /// List the kinds of channels, and what an inbox of each needs.
    Channels {
        /// Print one JSON object instead of lines.
        #[arg(long)]
        json: bool,
    },
    /// Change what an inbox's channel needs; NAME= removes it.
    Set {
        key: String,
        #[arg(required = true, value_name = "NAME=VALUE")]
        fields: Vec<String>,
    },
    /// Try an inbox's credentials at the vendor's side.
    Test { key: String },
    /// Let an inbox rest: nothing is taken, nothing is sent.
    Rest { key: String },
    /// Let a resting inbox work again.
    Wake { key: String },
    /// List the inboxes; their secrets are not shown.
    List {
        #[arg(long)]
        json: bool,
    },
    /// Allow websites to show an inbox.
    Allow {
        key: String,
        #[arg(required = true, value_name = "ORIGIN")]
        origins: Vec<String>,
    },
    /// Allow websites no longer.
    Deny {
        key: String,
        #[arg(required = true, value_name = "ORIGIN")]
        origins: Vec<String>,
    },
    /// Print the secret with which your website signs who a visitor is.
    Secret {
        key: String,
        /// Replace it; identities signed with the old one are refused from then on.
        #[arg(long)]
        rotate: bool,
    },
}

pub async fn run(args: Args, config: &Config) -> anyhow::Result<()> {
    let store = open_existing(config).await?;
    match args.action {
        Action::Create { key, name, origins, channel, fields } if channel == "web" && fields.is_empty() => {
            create(&store, &key, name.as_deref(), &origins).await
        }
        Action::Create { key, name, channel, fields, .. } => {
            let inbox = channel::create(&store, &key, name.as_deref(), &channel, &fields).await?;
            output::line(format!("{}/v1/channels/{}", config.address(), inbox.id))
        }
        Action::Channels { json } => channel::list(json),
        Action::Set { key, fields } => channel::set(&store, &existing(&store, &key).await?, &fields).await,
        Action::Test { key } => channel::test(config, &existing(&store, &key).await?).await,
        Action::Rest { key } => Ok(store.set_active(&existing(&store, &key).await?.id, false).await?),
        Action::Wake { key } => Ok(store.set_active(&existing(&store, &key).await?.id, true).await?),
        Action::List { json } => list(&store, json).await,
        Action::Allow { key, origins } => allow(&store, &key, &origins).await,
        Action::Deny { key, origins } => deny(&store, &key, &origins).await,
        Action::Secret { key, rotate } => secret(&store, &key, rotate).await,
    }
}

/// Makes an inbox, or says why not.
pub(super) async fn create(store: &Store, key: &str, name: Option<&str>, origins: &[String]) -> anyhow::Result<()> {
    if parse_inbox_key(key).is_none() {
        bail!(
            "`{key}` is no public key of an inbox: write 2 to 64 small letters, digits and hyphens, for example web-shop"
        );
    }
    let origins = origins.iter().map(|origin| checked_origin(origin)).collect::<anyhow::Result<Vec<_>>>()?;
    if store.create_inbox(key, name.unwrap_or(key), &origins).await?.is_none() {
        bail!(
            "there is an inbox `{key}` already: choose another key, or change this one with `rapport inbox allow {key} ORIGIN`"
        );
    }
    eprintln!("inbox `{key}` is ready");
    Ok(())
}

async fn list(store: &Store, json: bool) -> anyhow::Result<()> {
    let inboxes = store.inboxes().await?;
    if json {
        let inboxes: Vec<_> = inboxes
            .iter()
            .map(|inbox| {
                json!({
                    "id": inbox.id, "key": inbox.public_key, "name": inbox.name, "origins": inbox.origins,
                    "channel": inbox.channel, "active": inbox.active, "trouble": inbox.trouble,
                })
            })
            .collect();
        return output::json(&json!({ "inboxes": inboxes }));
    }
    let rows: Vec<_> = inboxes
        .into_iter()
        .map(|inbox| [inbox.public_key, inbox.name, inbox.channel, inbox.origins.join(" ")])
        .collect();
    output::table(["KEY", "NAME", "CHANNEL", "WEBSITES"], &rows)
}

async fn allow(store: &Store, key: &str, origins: &[String]) -> anyhow::Result<()> {
    let mut allowed = existing(store, key).await?.origins;
    for origin in origins {
        let origin = checked_origin(origin)?;
        if !allowed.contains(&origin) {
            allowed.push(origin);
        }
    }
    save(store, key, &allowed).await
}

async fn deny(store: &Store, key: &str, origins: &[String]) -> anyhow::Result<()> {
    let mut allowed = existing(store, key).await?.origins;
    for origin in origins {
        let same = |one: &String| one.eq_ignore_ascii_case(origin.trim_end_matches('/'));
        let Some(index) = allowed.iter().position(same) else {
            bail!("`{origin}` is not allowed in the inbox `{key}`: allowed are {}", told(&allowed));
        };
        allowed.remove(index);
    }
    save(store, key, &allowed).await
}

async fn secret(store: &Store, key: &str, rotate: bool) -> anyhow::Result<()> {
    let inbox = existing(store, key).await?;
    let secret = if rotate { store.rotate_inbox_secret(&inbox.id).await? } else { inbox.secret };
    output::line(secret)
}

async fn save(store: &Store, key: &str, origins: &[String]) -> anyhow::Result<()> {
    store.set_origins(key, origins).await?;
    eprintln!("inbox `{key}` may be shown by this server's own pages and by {}", told(origins));
    Ok(())
}

async fn existing(store: &Store, key: &str) -> anyhow::Result<Inbox> {
    match store.inbox_by_key(key).await? {
        Some(inbox) => Ok(inbox),
        None => bail!("there is no inbox `{key}`: `rapport inbox list` shows those that there are"),
    }
}

fn told(origins: &[String]) -> String {
    if origins.is_empty() { "no other website".to_owned() } else { origins.join(", ") }
}

fn checked_origin(text: &str) -> anyhow::Result<String> {
    parse_origin(text).with_context(|| {
        format!(
            "`{text}` is no website's origin: write scheme and host without a path, for example https://shop.example"
        )
    })
}
