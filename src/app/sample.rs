//! The sample shop: loaded where `serve` starts on a data directory without a database.

use crate::app::import;
use crate::base::home::Home;
use crate::store::Store;

/// The public key of the sample shop's web inbox.
pub const INBOX: &str = "demo";

/// Loads the sample shop unless the database holds a shop already. Whether it did.
pub(super) async fn load_into_empty(store: &Store, home: &Home) -> anyhow::Result<bool> {
    if !store.inboxes().await?.is_empty() {
        return Ok(false);
    }
    let catalogue = home.catalogue();
    let products = import::products(&[catalogue.join("products")])?;
    let customers = import::customers(&[catalogue.join("customers.yaml")])?;
    let orders = import::orders(&[catalogue.join("orders.yaml")])?;
    store.import_products(&products).await?;
    store.import_customers(&customers).await?;
    store.import_orders(&orders).await?;
    store.set_setting("sample", &true).await?;
    // Last, because it is what says that the shop is complete: a crash before repeats it.
    store.create_inbox(INBOX, "Sample shop", &[]).await?;
    tracing::info!(products = products.len(), orders = orders.len(), "the sample shop is loaded");
    Ok(true)
}

/// Three lines for a newcomer.
pub(super) fn what_to_try_next() -> &'static str {
    "\nOpen the address above: the sample shop, with the chat on its page.\n\
     Try next, in another terminal:\n  \
     target/release/rapport chat                         talk to the sample shop: \"do you ship to Norway?\"\n  \
     target/release/rapport token create --role agent    be the agent, with curl: docs/agents.md\n  \
     target/release/rapport analyze \"where is my parcel?\" see what it understands\n"
}
