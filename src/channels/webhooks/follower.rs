//! Follows the log and writes each event down for each endpoint that wants it.
//!
//! The cursor is kept together with what was written for it. After a crash the log is read
//! again from there, and what is written already is not written twice.

use std::future::pending;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use super::{Hooks, LOOK_EVERY};
use crate::bus::News;
use crate::domain::WebhookId;
use crate::domain::webhook::{Event, EventData, EventKind};
use crate::store::{Gaps, NewWebhookMessage, Placed, Store, StoreError, Webhook};

const NAME: &str = "webhooks";
const PAGE: i64 = 500;
/// A turn writes several entries; they are read together, and never before the customer
/// has them.
const GATHER: Duration = Duration::from_millis(50);
/// Where nobody wants what passes, the cursor is kept once in so many places.
const KEEP_EVERY: i64 = 1000;

pub(super) async fn work(hooks: Hooks) {
    let mut follower = Follower { hooks: hooks.clone(), place: None };
    let mut news = None;
    loop {
        let wait = match follower.follow().await {
            Ok(false) => {
                news = None;
                follower.place = None;
                None
            }
            Ok(true) => {
                news.get_or_insert_with(|| hooks.engine().bus().subscribe_everywhere());
                Some(LOOK_EVERY)
            }
            Err(error) => {
                tracing::warn!(%error, "events for webhooks could not be written down; it is tried again");
                // What was seen may not be written: it is read again.
                follower.place = None;
                Some(LOOK_EVERY)
            }
        };
        tokio::select! {
            () = hooks.stopping().cancelled() => return,
            () = hooks.shared.changed.notified() => {}
            () = rung(&mut news) => {}
            () = after(wait) => {}
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
    /// Reads on to the log's end; whether there are endpoints at all.
    async fn follow(&mut self) -> Result<bool, StoreError> {
        let store = self.hooks.engine().store().clone();
        let endpoints = store.webhooks().await?;
        self.hooks.shared.any.store(!endpoints.is_empty(), Ordering::Relaxed);
        let Some(begin) = endpoints.iter().map(|webhook| webhook.from_position).min() else { return Ok(false) };
        let mut place = match self.place.take() {
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
                    write_down(&placed, &endpoints, &mut messages);
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

fn write_down(placed: &Placed, endpoints: &[Webhook], messages: &mut Vec<NewWebhookMessage>) {
    for (place, kind) in EventKind::of_entry(&placed.entry).enumerate() {
        let mut body = None;
        for webhook in endpoints.iter().filter(|one| one.wants(kind) && placed.position > one.from_position) {
            let body: &String = body.get_or_insert_with(|| written(placed, kind));
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

/// The same for the same event and endpoint, and in the order of the log.
fn message_id(webhook: &WebhookId, position: i64, place: usize) -> String {
    let endpoint = webhook.as_str().trim_start_matches("whk_");
    format!("msg_{endpoint}_{position:014x}{place}")
}

fn written(placed: &Placed, kind: EventKind) -> String {
    let Placed { conversation_id, inbox_id, customer_id, entry, analysis, .. } = placed.clone();
    let event = Event {
        kind,
        timestamp: entry.at,
        data: EventData {
            conversation_id,
            customer_id,
            inbox_id,
            seq: entry.seq,
            author: entry.author,
            content: entry.content,
            in_reply_to: entry.in_reply_to,
            analysis,
        },
    };
    serde_json::to_string(&event).expect("our own types serialise: this is a bug")
}

/// A log has grown, a moment ago.
async fn rung(news: &mut Option<broadcast::Receiver<News>>) {
    let Some(news) = news else { return pending().await };
    loop {
        match news.recv().await {
            Ok(News::Reached(_)) | Err(RecvError::Lagged(_)) => break,
            Ok(_) => {}
            Err(RecvError::Closed) => return pending().await,
        }
    }
    tokio::time::sleep(GATHER).await;
    while !matches!(
        news.try_recv(),
        Err(broadcast::error::TryRecvError::Empty | broadcast::error::TryRecvError::Closed)
    ) {}
}

async fn after(wait: Option<Duration>) {
    match wait {
        Some(wait) => tokio::time::sleep(wait).await,
        None => pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_as_the_log_does_and_have_no_dot() {
        let webhook = WebhookId("whk_0198c5a2".to_owned());
        let ids = [(9, 0), (9, 1), (10, 0), (16, 0), (255, 1), (1 << 40, 0)].map(|(at, n)| message_id(&webhook, at, n));
        assert!(ids.is_sorted(), "{ids:?}");
        assert_eq!(ids[0], message_id(&webhook, 9, 0));
        assert!(
            ids.iter().all(|id| id.starts_with("msg_0198c5a2_") && !id.contains('.')),
            "a dot would end the signed id"
        );
    }
}
