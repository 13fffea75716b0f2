//! The first start: a link by which whoever reads the server's output becomes the owner.

use jiff::SignedDuration;

use super::output;
use crate::base::config::Config;
use crate::store::{LinkKind, NewLink, Role, Store};

const LASTS: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Prints a new set-up link as long as nobody owns the console; older ones end.
pub(super) async fn invite(store: &Store, config: &Config) -> anyhow::Result<()> {
    if store.has_owner().await? {
        return Ok(());
    }
    let link =
        NewLink { kind: LinkKind::Setup, role: Role::Owner, agent_id: None, email: None, name: None, lasts: LASTS };
    let (_, secret) = store.create_link(link).await?;
    let address = config.address();
    output::note(format!(
        "\nNobody owns the console yet. Open this link once to become its owner:\n  {address}/console/#/setup/{secret}"
    ));
    Ok(())
}
