//! An agent's words to a customer who has gone: mailed to the address that they left,
//! several in one mail, once.

use jiff::SignedDuration;

use super::{Engine, HandoffError};
use crate::domain::AuthorKind;
use crate::engine::post::letters::{self, WayBack};

/// Words older than this are past being mailed: mail may have been set up only now.
const AT_MOST: SignedDuration = SignedDuration::from_hours(7 * 24);
const AT_ONCE: i64 = 50;
/// Entries of one mail at the most.
const ENTRIES: i64 = 200;

impl Engine {
    pub(super) async fn mail_unread(&self) -> Result<(), HandoffError> {
        if self.inner.mailer.is_none() {
            return Ok(());
        }
        let (store, now) = (&self.inner.store, self.inner.clock.now());
        let patience = SignedDuration::try_from(self.inner.settings.mail_after).unwrap_or(SignedDuration::MAX);
        for unread in store.unread(now - AT_MOST, now - patience, AT_ONCE).await? {
            // A customer who is there reads it in the chat.
            if self.inner.bus.is_open(&unread.id) {
                continue;
            }
            let entries = store.entries(&unread.id, unread.after, ENTRIES).await?;
            let said: Vec<_> = entries
                .into_iter()
                .filter(|entry| entry.author.kind == AuthorKind::Agent && entry.seq <= unread.last)
                .filter_map(|entry| Some((entry.author.name.unwrap_or_default(), entry.content.line()?)))
                .collect();
            let page = match store.conversation(&unread.id).await? {
                Some(conversation) => store.last_page(&conversation.customer_id).await?,
                None => None,
            };
            let back = WayBack { page, by_mail: self.mail_inbox().await?.is_some() };
            let mail = letters::reply(&self.shop_name().await?, &unread, &said, &back);
            store.mail_unread(&unread, &mail).await?;
        }
        Ok(())
    }
}
