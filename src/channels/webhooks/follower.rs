//! Follows the log and writes each event down for each endpoint that wants it.
//!
//! The cursor is kept together with what was written for it. After a crash the log is read
//! again from there, and what is written already is not written twice.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use super::{Hooks, LOOK_EVERY};
use crate::base::privacy::Kinds;
use crate::bus::News;
use crate::domain::webhook::{Event, EventKind, message_id};
use crate::store::{Gaps, NewWebhookMessage, Placed, Store, StoreError, Webhook};

const NAME: &str = "webhooks";
const PAGE: i64 = 500;
/// A turn writes several entries; they are read together, and never before the customer
/// has them.
const GATHER: Duration = Duration::from_millis(50);
/// Where nobody wants what passes, the cursor is kept once in so many places.
const KEEP_EVERY: i64 = 100;

pub(super) async fn work(hooks: Hooks) {
    let mut follower = Follower { hooks: hooks.clone(), place: None };
    let mut news = hooks.engine().bus().subscribe_everywhere();
    loop {
        let follows = follower.follow().await.unwrap_or_else(|error| {
            tracing::warn!(%error, "events for webhooks could not be written down; it is tried again");
            true
        });
        tokio::select! {
            () = hooks.shared.stopping.cancelled() => return,
            () = hooks.shared.changed.notified() => news = news.resubscribe(),
            () = rung(&mut news), if follows => {}
            () = tokio::time::sleep(LOOK_EVERY), if follows => {}
        }
    }
}

/// Where the follower is.
struct Place {
    gaps: Gaps,
    /// As the database has it.
    kept: i64,
}

struct Follower {
    hooks: Hooks,
    place: Option<Place>,
}

impl Follower {
    /// Reads on to the log's end; whether there are endpoints at all. After an error it
    /// begins anew where the database says: what was seen may not be written.
    async fn follow(&mut self) -> Result<bool, StoreError> {
        let store = self.hooks.engine().store().clone();
        let endpoints = store.webhooks().await?;
        self.hooks.shared.any.store(!endpoints.is_empty(), Ordering::Relaxed);
        let place = self.place.take();
        let Some(begin) = endpoints.iter().map(|webhook| webhook.from_position).min() else { return Ok(false) };
        let mut place = match place {
            Some(place) if place.gaps.cursor() >= begin => place,
            _ => begin_at(&store, begin).await?,
        };
        let mut after = place.gaps.cursor();
        loop {
            let page = store.feed(after, PAGE).await?;
            let complete = i64::try_from(page.len()).unwrap_or(PAGE) < PAGE;
            let mut messages = Vec::new();
            for placed in page {
                after = placed.position;
                if place.gaps.see(placed.position) {
                    write_down(&placed, &endpoints, self.hooks.shared.masks, &mut messages);
                }
            }
            place.gaps.settle(Instant::now());
            let cursor = place.gaps.cursor();
            if !messages.is_empty() || cursor - place.kept >= KEEP_EVERY {
                store.fan_out(NAME, cursor, &messages).await?;
                place.kept = cursor;
                self.hooks.shared.due.notify_one();
            }
            if complete {
                self.place = Some(place);
                return Ok(true);
            }
        }
    }
}

/// Where the follower has come to, but not before the oldest endpoint was made.
async fn begin_at(store: &Store, begin: i64) -> Result<Place, StoreError> {
    let kept = store.follower(NAME).await?;
    Ok(Place { gaps: store.gaps_from(kept.max(begin)), kept })
}

fn write_down(placed: &Placed, endpoints: &[Webhook], masks: Kinds, messages: &mut Vec<NewWebhookMessage>) {
    for (place, kind) in EventKind::of_entry(&placed.entry).enumerate() {
        let mut body = None;
        for webhook in endpoints.iter().filter(|one| one.wants(kind) && placed.position > one.from_position) {
            let body: &String = body.get_or_insert_with(|| written(placed, kind, masks));
            messages.push(NewWebhookMessage {
                id: message_id(&webhook.id, placed.position, place),
                webhook_id: webhook.id.clone(),
                kind,
                conversation_id: placed.conversation_id.clone(),
                body: body.clone(),
            });
        }
    }
}

/// What is masked is masked before it is written down: what waits, what is replayed and what
/// the console shows of it is the same.
fn written(placed: &Placed, kind: EventKind, masks: Kinds) -> String {
    let Placed { conversation_id, inbox_id, customer_id, entry, analysis, .. } = placed.clone();
    Event::of(kind, entry, (conversation_id, customer_id, inbox_id), analysis).masked(masks).to_json()
}

/// A log has grown, a moment ago; who has lagged behind has missed that it did.
async fn rung(news: &mut broadcast::Receiver<News>) {
    while !matches!(news.recv().await, Ok(News::Reached(_)) | Err(RecvError::Lagged(_))) {}
    tokio::time::sleep(GATHER).await;
    *news = news.resubscribe();
}
