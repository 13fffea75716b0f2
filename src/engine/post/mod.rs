//! Sending what the outbox holds: leased, tried again with growing pauses, given up in
//! the end, and told to the consoles.

pub(super) mod letters;

use std::time::Duration;

use jiff::SignedDuration;

use super::Engine;
use crate::base::ids::random_u32;
use crate::bus::News;
use crate::mail::reference::reference;
use crate::mail::{Answers, Letter, MailError};
use crate::store::{Inbox, Link, LinkKind, Mail, MailKind, NewMail, Role, StoreError, Webhook};

const LOOK_EVERY: Duration = Duration::from_secs(1);
/// A sender that dies is followed after so long.
const LEASE: SignedDuration = SignedDuration::from_mins(3);
const AT_ONCE: i64 = 10;
/// So often a mail is tried.
const TRIES: i64 = 8;
const FIRST_PAUSE_S: i64 = 30;
const LONGEST_PAUSE_S: i64 = 2 * 60 * 60;

pub(super) async fn deliver(engine: Engine) {
    if engine.inner.mailer.is_none() {
        return;
    }
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = engine.inner.stopping.cancelled() => return,
            _ = ticks.tick() => {}
        }
        if let Err(error) = engine.send_due().await {
            tracing::warn!(%error, "cannot look for mails to send");
        }
    }
}

impl Engine {
    /// Whether mails can go out at all.
    pub fn has_mail(&self) -> bool {
        self.inner.mailer.is_some()
    }

    /// Sends a mail at once, to see whether it works.
    pub async fn test_mail(&self, to: &str) -> Result<(), MailError> {
        let Some(mailer) = &self.inner.mailer else {
            return Err(MailError::Message("mail is not configured: set [mail] in rapport.toml".to_owned()));
        };
        let id = crate::base::ids::new_id("mai");
        let (subject, body) = letters::test(&self.inner.settings.address);
        mailer.send(&Letter { id, to: to.to_owned(), subject, body, answers: None }).await
    }

    /// Mails a one-time link; whether mail is set up.
    pub async fn mail_link(&self, link: &Link, to: &str, from: &str, url: &str) -> Result<bool, StoreError> {
        if self.inner.mailer.is_none() {
            return Ok(false);
        }
        let shop = self.shop_name().await?;
        let mail = match link.kind {
            LinkKind::Reset => letters::reset(&shop, link, to, url),
            LinkKind::Setup | LinkKind::Invitation => letters::invitation(&shop, link, to, from, url),
        };
        self.inner.store.add_mail(&mail).await?;
        Ok(true)
    }

    /// Mails that tell the admins that an endpoint of a webhook was disabled; none where
    /// mail is not set up.
    pub async fn mails_about_webhook(&self, webhook: &Webhook, reason: &str) -> Result<Vec<NewMail>, StoreError> {
        if self.inner.mailer.is_none() {
            return Ok(Vec::new());
        }
        let (shop, address) = (self.shop_name().await?, &self.inner.settings.address);
        let admins = self.inner.store.agents().await?.into_iter().filter(|agent| agent.role >= Role::Admin);
        Ok(admins
            .filter(|agent| agent.email.is_some())
            .map(|agent| letters::webhook(&shop, address, webhook, reason, &agent))
            .collect())
    }

    async fn send_due(&self) -> Result<(), StoreError> {
        let until = self.inner.clock.now() + LEASE;
        for mail in self.inner.store.lease_mails(until, AT_ONCE).await? {
            self.send(mail).await?;
        }
        Ok(())
    }

    async fn send(&self, mail: Mail) -> Result<(), StoreError> {
        let Some(mailer) = &self.inner.mailer else { return Ok(()) };
        let store = &self.inner.store;
        let answers = self.answers(&mail).await?;
        let letter = Letter { id: mail.id.0.clone(), to: mail.to, subject: mail.subject, body: mail.body, answers };
        match mailer.send(&letter).await {
            Ok(()) => {
                metrics::counter!("rapport_mails_total", "end" => "sent").increment(1);
                store.mail_sent(&mail.id).await?;
                self.inner.bus.tell(News::Mail(mail.id));
            }
            Err(error) => {
                let again = (error.passes() && mail.attempts < TRIES)
                    .then(|| self.inner.clock.now() + pause(mail.attempts, random_u32()));
                let end = if again.is_some() { "tried again" } else { "failed" };
                metrics::counter!("rapport_mails_total", "end" => end).increment(1);
                tracing::warn!(mail = %mail.id, attempts = mail.attempts, %error, "a mail did not go out");
                store.mail_failed(&mail.id, &error.to_string(), again).await?;
                self.inner.bus.tell(News::Mail(mail.id));
            }
        }
        Ok(())
    }

    /// The inbox that reads customers' answers to mails: the first that reads mails at all.
    pub(super) async fn mail_inbox(&self) -> Result<Option<Inbox>, StoreError> {
        let inboxes = self.inner.store.inboxes().await?;
        Ok(inboxes.into_iter().find(|inbox| inbox.active && inbox.channel == "email"))
    }

    /// Where a customer's answer to a mail comes back to its conversation.
    async fn answers(&self, mail: &Mail) -> Result<Option<Answers>, StoreError> {
        let conversation = match &mail.conversation_id {
            Some(id) if mail.kind == MailKind::Reply.as_str() => id,
            _ => return Ok(None),
        };
        let Some(inbox) = self.mail_inbox().await? else { return Ok(None) };
        Ok(inbox.credentials.get("address").map(|address| Answers {
            address: address.clone(),
            reference: reference(&inbox.secret, conversation.as_str(), &mail.to),
        }))
    }
}

/// How long to wait after the `attempts`th try: each time three times as long, a fifth
/// more or less by chance, so that many mails do not come back at once.
fn pause(attempts: i64, chance: u32) -> SignedDuration {
    let grown = FIRST_PAUSE_S.saturating_mul(3_i64.saturating_pow(u32::try_from(attempts - 1).unwrap_or(0)));
    let millis = grown.min(LONGEST_PAUSE_S) * 1000;
    let spread = millis / 5;
    SignedDuration::from_millis(millis - spread + i64::from(chance) % (2 * spread + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_five_hours_in_all_and_never_fall_together() {
        let middle = |attempts| pause(attempts, 6_000 * 3_u32.pow(u32::try_from(attempts - 1).unwrap())).as_secs();
        assert_eq!([middle(1), middle(2), middle(3)], [30, 90, 270]);
        assert!(pause(20, u32::MAX) <= SignedDuration::from_secs(8640));
        let shortest: i64 = (1..TRIES).map(|attempts| pause(attempts, 0).as_secs()).sum();
        assert!((4 * 3600..6 * 3600).contains(&(shortest * 5 / 4)), "{shortest}");
        assert_ne!(pause(1, 1), pause(1, 2));
    }
}
