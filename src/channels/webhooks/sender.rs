//! Delivers what is written down: an endpoint at a time has one sender, which sends in the
//! order of the log and stops at the first failure.
//!
//! What was taken is noted a few at a time, which spares the database. A crash in between
//! delivers those again, under the same id.

use std::time::{Duration, Instant};

use jiff::SignedDuration;

use super::verdict::{Failed, consequences, problem};
use super::{Hooks, LOOK_EVERY};
use crate::base::ids::random_u32;
use crate::base::signed_post::{Letter, post};
use crate::bus::News;
use crate::store::{StoreError, Webhook, WebhookFailure, WebhookMessage, WebhookTry};

/// A sender that dies is followed after so long; longer than any one request.
const LEASE: SignedDuration = SignedDuration::from_mins(1);
const AT_ONCE: i64 = 64;
/// What was taken is noted at least so often, while there is more.
const NOTE_EVERY: Duration = Duration::from_millis(200);
/// What was sent is kept for so long, to be looked at and replayed; the rest for longer.
const KEEP_SENT: SignedDuration = SignedDuration::from_hours(7 * 24);
const KEEP_ALL: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Without a secret nothing goes out until the owner has made a new one.
const UNSIGNED: SignedDuration = SignedDuration::from_mins(10);
const TIDY_EVERY: Duration = Duration::from_secs(60 * 60);

pub(super) async fn work(hooks: Hooks) {
    let mut tidied: Option<Instant> = None;
    loop {
        let tidies = tidied.is_none_or(|at| at.elapsed() > TIDY_EVERY);
        if hooks.any() {
            if let Err(error) = look(&hooks, tidies).await {
                tracing::warn!(%error, "cannot look for events to deliver");
            }
            tidied = if tidies { Some(Instant::now()) } else { tidied };
        }
        tokio::select! {
            () = hooks.shared.stopping.cancelled() => return,
            () = hooks.shared.due.notified() => {}
            () = tokio::time::sleep(LOOK_EVERY), if hooks.any() => {}
        }
    }
}

async fn look(hooks: &Hooks, tidies: bool) -> Result<(), StoreError> {
    let (store, now) = (hooks.engine().store(), hooks.engine().clock().now());
    if tidies {
        store.forget_webhook_messages(now - KEEP_SENT, now - KEEP_ALL).await?;
    }
    for webhook in store.lease_webhooks(now + LEASE).await? {
        let hooks = hooks.clone();
        hooks.shared.tasks.clone().spawn(async move {
            let id = webhook.id.clone();
            if let Err(error) = (Sending { hooks: &hooks, webhook }).run().await {
                tracing::error!(webhook = %id, %error, "what was delivered could not be noted");
            }
            hooks.shared.due.notify_one();
        });
    }
    Ok(())
}

struct Sending<'a> {
    hooks: &'a Hooks,
    webhook: Webhook,
}

impl Sending<'_> {
    async fn run(mut self) -> Result<(), StoreError> {
        let store = self.hooks.engine().store();
        loop {
            let due = store.due_webhook_messages(&self.webhook.id, AT_ONCE).await?;
            if due.is_empty() || !self.webhook.enabled || self.hooks.shared.stopping.is_cancelled() {
                return store.release_webhook(&self.webhook.id).await;
            }
            if !self.deliver(&due).await? {
                return Ok(());
            }
        }
    }

    /// Whether there is more to do under this lease.
    async fn deliver(&mut self, due: &[WebhookMessage]) -> Result<bool, StoreError> {
        let keys = match self.hooks.engine().store().webhook_keys(&self.webhook.id).await {
            Ok(keys) => keys,
            Err(StoreError::Corrupt { reason, .. }) => return self.cannot_sign(&due[0], &reason).await.map(|()| false),
            Err(error) => return Err(error),
        };
        let begun = Instant::now();
        let mut taken = Vec::new();
        for message in due {
            let at = self.hooks.engine().clock().now();
            let letter = Letter { id: &message.id, at, body: &message.body, keys: &keys };
            let answer = post(&self.hooks.shared.outbound, &self.webhook.url, &letter).await;
            let error = problem(&answer);
            let tried = WebhookTry {
                message: message.id.clone(),
                status: answer.status.map(i64::from),
                answer: answer.text.clone(),
                error: error.clone(),
                duration_ms: answer.duration_ms,
            };
            if let Some(error) = error {
                // What was taken before counts: an endpoint that took something is not tired.
                self.taken(&taken, true).await?;
                let now = self.hooks.engine().clock().now();
                let failed = consequences((&answer, error), &self.webhook, message, now, random_u32());
                return self.failed(tried, failed).await.map(|()| false);
            }
            taken.push(tried);
            if begun.elapsed() > NOTE_EVERY || self.hooks.shared.stopping.is_cancelled() {
                break;
            }
        }
        let more = taken.len() < due.len() || i64::try_from(due.len()).is_ok_and(|n| n == AT_ONCE);
        self.taken(&taken, more).await?;
        Ok(more)
    }

    /// Notes what was taken, and looks at the endpoint anew.
    async fn taken(&mut self, tries: &[WebhookTry], more: bool) -> Result<(), StoreError> {
        if tries.is_empty() {
            return Ok(());
        }
        metrics::counter!("rapport_webhooks_total", "end" => "sent").increment(tries.len() as u64);
        let until = more.then(|| self.hooks.engine().clock().now() + LEASE);
        let recovered = self.webhook.failing_since.is_some();
        match self.hooks.engine().store().webhook_sent(&self.webhook.id, tries, until).await? {
            Some(now) => self.webhook = now,
            None => self.webhook.enabled = false,
        }
        if recovered {
            tracing::info!(webhook = %self.webhook.id, "a webhook works again");
            self.tell();
        }
        Ok(())
    }

    async fn cannot_sign(&self, message: &WebhookMessage, reason: &str) -> Result<(), StoreError> {
        let tried = WebhookTry { message: message.id.clone(), ..WebhookTry::default() };
        let again = self.hooks.engine().clock().now() + UNSIGNED;
        let error = format!("nothing can be signed: {reason}; make a new secret");
        self.failed(tried, Failed { error, paused_until: again, next_at: Some(again), disable: None }).await
    }

    async fn failed(&self, mut tried: WebhookTry, failed: Failed) -> Result<(), StoreError> {
        metrics::counter!("rapport_webhooks_total", "end" => "failed").increment(1);
        let id = &self.webhook.id;
        tracing::warn!(webhook = %id, failures = self.webhook.failures + 1, error = failed.error, "a webhook failed");
        tried.error = Some(failed.error);
        let disable = match failed.disable {
            Some(reason) => {
                let mails = self.hooks.engine().mails_about_webhook(&self.webhook, &reason).await?;
                Some((reason, mails))
            }
            None => None,
        };
        let is_news = self.webhook.failing_since.is_none() || disable.is_some();
        let (paused_until, next_at) = (failed.paused_until, failed.next_at);
        let failure = WebhookFailure { tried, paused_until, next_at, disable };
        self.hooks.engine().store().webhook_failed(id, &failure).await?;
        if is_news {
            self.tell();
        }
        Ok(())
    }

    fn tell(&self) {
        self.hooks.engine().bus().tell(News::Webhook(self.webhook.id.clone()));
    }
}
