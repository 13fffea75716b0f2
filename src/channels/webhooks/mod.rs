//! Outgoing webhooks: other people's systems are told what the log tells.
//!
//! `follower` reads the log and writes each event down for each endpoint that wants it;
//! `sender` delivers what is written down, endpoint by endpoint, in order; `verdict` says
//! what follows from a failure. What must survive lies in the database, so each event
//! arrives at least once. Without endpoints nothing runs. docs/webhooks.md is the contract.

mod follower;
mod sender;
mod verdict;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::json;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::base::ids::new_id;
use crate::base::outbound::Outbound;
use crate::base::privacy::Kinds;
use crate::base::signed_post::{Letter, post};
use crate::domain::WebhookId;
use crate::domain::webhook::{Pinged, Webhooks};
use crate::engine::Engine;

/// Without news the log, and what is due, is looked at so often.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Tells other systems; cheap to clone.
#[derive(Clone)]
pub struct Hooks {
    shared: Arc<Shared>,
}

struct Shared {
    engine: Engine,
    outbound: Outbound,
    /// The personal data that no other system is told.
    masks: Kinds,
    /// The endpoints were changed.
    changed: Notify,
    /// Something may be due.
    due: Notify,
    /// Whether there are endpoints at all.
    any: AtomicBool,
    stopping: CancellationToken,
    tasks: TaskTracker,
}

impl Hooks {
    /// Begins to follow the log and to deliver, until the server stops.
    pub fn start(
        engine: Engine,
        outbound: Outbound,
        masks: Kinds,
        stopping: CancellationToken,
        tasks: TaskTracker,
    ) -> Self {
        let (changed, due, any) = (Notify::new(), Notify::new(), AtomicBool::new(false));
        let hooks = Self { shared: Arc::new(Shared { engine, outbound, masks, changed, due, any, stopping, tasks }) };
        hooks.shared.tasks.spawn(follower::work(hooks.clone()));
        hooks.shared.tasks.spawn(sender::work(hooks.clone()));
        hooks
    }

    fn engine(&self) -> &Engine {
        &self.shared.engine
    }

    fn any(&self) -> bool {
        self.shared.any.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl Webhooks for Hooks {
    fn problem(&self, url: &str) -> Option<String> {
        self.shared.outbound.check(url).err().map(|error| error.to_string())
    }

    async fn ping(&self, id: &WebhookId) -> anyhow::Result<Option<Pinged>> {
        let store = self.engine().store();
        let Some(webhook) = store.webhook(id).await? else { return Ok(None) };
        let keys = store.webhook_keys(id).await?;
        let now = self.engine().clock().now();
        let body = json!({ "type": "ping", "timestamp": now, "data": { "webhook_id": id } }).to_string();
        let letter = Letter { id: &new_id("ping"), at: now, body: &body, keys: &keys };
        let answer = post(&self.shared.outbound, &webhook.url, &letter).await;
        let error = verdict::problem(&answer);
        Ok(Some(Pinged {
            works: error.is_none(),
            status: answer.status,
            duration_ms: answer.duration_ms,
            answer: answer.text,
            error,
        }))
    }

    fn changed(&self) {
        self.shared.changed.notify_one();
        self.shared.due.notify_one();
    }
}
