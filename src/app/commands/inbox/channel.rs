//! Inboxes of channels: made, tested and changed from the command line.

use std::io::Read;

use anyhow::{Context, bail};
use serde_json::json;

use crate::app::output;
use crate::base::clock::Clock;
use crate::base::config::Config;
use crate::base::outbound::Outbound;
use crate::base::website::parse_inbox_key;
use crate::channels::channel::Tools;
use crate::channels::files::Files;
use crate::channels::{KINDS, switchboard};
use crate::domain::Credentials;
use crate::domain::channel::ChannelSpec;
use crate::store::{Inbox, NewInbox, Store};

/// Makes an inbox of a channel, or says why not.
pub(super) async fn create(
    store: &Store,
    key: &str,
    name: Option<&str>,
    channel: &str,
    fields: &[String],
) -> anyhow::Result<Inbox> {
    let Some(public_key) = parse_inbox_key(key) else {
        bail!("`{key}` is no key of an inbox: write 2 to 64 small letters, digits and hyphens, for example support");
    };
    let mut credentials = Credentials::new();
    change(&mut credentials, fields)?;
    check(channel, &credentials)?;
    let new = NewInbox {
        public_key,
        name: name.unwrap_or(key).to_owned(),
        channel: channel.to_owned(),
        origins: Vec::new(),
        credentials,
    };
    let inbox = store.add_inbox(new).await?;
    let inbox = inbox.with_context(|| format!("there is an inbox `{key}` already: choose another key"))?;
    eprintln!("inbox `{key}` is ready; a running server connects it within a few seconds. Its address for the vendor:");
    Ok(inbox)
}

/// Changes fields of an inbox's credentials.
pub(super) async fn set(store: &Store, inbox: &Inbox, fields: &[String]) -> anyhow::Result<()> {
    let mut credentials = inbox.credentials.clone();
    change(&mut credentials, fields)?;
    check(&inbox.channel, &credentials)?;
    store.set_credentials(&inbox.id, &credentials).await?;
    store.wake_threads(&inbox.id).await?;
    eprintln!("inbox `{}` has its new credentials", inbox.public_key);
    Ok(())
}

/// Asks the vendor whether the credentials work.
pub(super) async fn test(config: &Config, inbox: &Inbox) -> anyhow::Result<()> {
    let tested = switchboard::test(KINDS, &tools(config), &inbox.channel, &inbox.credentials).await;
    for finding in &tested.findings {
        output::line(finding)?;
    }
    if !tested.works {
        bail!("inbox `{}` does not work yet", inbox.public_key);
    }
    Ok(())
}

/// What channels work with outside a server.
pub(in crate::app) fn tools(config: &Config) -> Tools {
    Tools {
        outbound: Outbound::new(&config.network.private_hosts),
        files: Files::new(&config.data_dir, config.limits.upload_bytes),
        clock: Clock::System,
        address: config.address(),
        shop: config.shop.name.clone(),
    }
}

pub(super) fn list(as_json: bool) -> anyhow::Result<()> {
    if as_json {
        let kinds: Vec<&ChannelSpec> = KINDS.iter().map(|kind| kind.spec).collect();
        return output::json(&json!({ "channels": kinds }));
    }
    let rows: Vec<_> = KINDS
        .iter()
        .flat_map(|kind| kind.spec.fields.iter().map(|field| (kind.spec, field)))
        .map(|(spec, field)| {
            let needed = if field.required { "needed" } else { "optional" };
            [spec.kind.to_owned(), field.name.to_owned(), needed.to_owned(), field.help.to_owned()]
        })
        .collect();
    output::table(["CHANNEL", "FIELD", "", "WHAT IT IS"], &rows)
}

fn change(credentials: &mut Credentials, fields: &[String]) -> anyhow::Result<()> {
    for field in fields {
        let (name, value) = field
            .split_once('=')
            .with_context(|| format!("`{field}` sets nothing: write NAME=VALUE, for example bot_token=xoxb-…"))?;
        let value = if value == "-" { read_standard_input()? } else { value.to_owned() };
        match value.trim() {
            "" => credentials.remove(name),
            value => credentials.insert(name.to_owned(), value.to_owned()),
        };
    }
    Ok(())
}

fn read_standard_input() -> anyhow::Result<String> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).context("cannot read standard input")?;
    Ok(text)
}

fn check(channel: &str, credentials: &Credentials) -> anyhow::Result<()> {
    let known: Vec<_> = KINDS.iter().map(|kind| kind.spec.kind).collect();
    let Some(kind) = KINDS.iter().find(|kind| kind.spec.kind == channel) else {
        bail!("there is no channel `{channel}`: there are web, {}", known.join(", "));
    };
    match kind.spec.problem(credentials) {
        Some(problem) => bail!("{problem}"),
        None => Ok(()),
    }
}
