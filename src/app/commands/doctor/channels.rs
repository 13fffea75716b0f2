//! Channels: whether each inbox's credentials work at the vendor's side.

use super::Finding;
use crate::app::commands::inbox::tools;
use crate::app::commands::open_store;
use crate::app::database::exists;
use crate::base::config::Config;
use crate::base::vault::Vault;
use crate::channels::{KINDS, switchboard};
use crate::store::Inbox;

const AREA: &str = "channels";

/// Only of a database that is up to date: opening an older one would change it.
pub(super) async fn findings(config: &Config, up_to_date: bool) -> Vec<Finding> {
    // Opening a vault that has no key yet would make one.
    if !up_to_date || !exists(config) || !Vault::has_key(&config.data_dir) {
        return Vec::new();
    }
    let inboxes = match inboxes(config).await {
        Ok(inboxes) => inboxes,
        Err(error) => return vec![Finding::fail(AREA, error.to_string())],
    };
    let mut findings = Vec::new();
    for inbox in inboxes {
        findings.push(judge(config, &inbox).await);
    }
    findings
}

async fn inboxes(config: &Config) -> anyhow::Result<Vec<Inbox>> {
    let store = open_store(config).await?;
    let inboxes = store.inboxes().await?;
    store.close().await;
    Ok(inboxes.into_iter().filter(|inbox| inbox.channel != "web").collect())
}

async fn judge(config: &Config, inbox: &Inbox) -> Finding {
    let name = format!("{} (`{}`)", inbox.name, inbox.public_key);
    if !inbox.active {
        return Finding::ok(AREA, format!("{name} rests"));
    }
    let tested = switchboard::test(KINDS, &tools(config), &inbox.channel, &inbox.credentials).await;
    let told = inbox.trouble.clone().filter(|_| !tested.works).into_iter().chain(tested.findings);
    let words = told.collect::<Vec<_>>().join("; ");
    match tested.works {
        true => Finding::ok(AREA, format!("{name}: {words}")),
        false => Finding::fail(AREA, format!("{name} does not work: {words}")),
    }
}
