//! Reading websites when it is time, beside everything else.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::{CrawlError, Crawler, Report, Website};
use crate::store::{Edits, Source};

/// How often it is looked whether one is due.
const LOOK: Duration = Duration::from_secs(20);
/// After an error it is tried again this soon.
const AFTER_ERROR: SignedDuration = SignedDuration::from_hours(1);
/// So many pages that were not taken stand in the log.
const LOGGED: usize = 20;

/// A website, and how often it is read.
#[derive(Clone, Debug)]
pub struct Scheduled {
    pub website: Website,
    pub every: SignedDuration,
}

/// Reads the websites that are due, one after the other, until it is told to stop.
pub async fn run(crawler: Crawler, sites: Vec<Scheduled>, stopping: CancellationToken) {
    while !stopping.is_cancelled() {
        let sources = match crawler.store.sources().await {
            Ok(sources) => sources,
            Err(error) => {
                tracing::warn!(%error, "cannot look which websites are due");
                Vec::new()
            }
        };
        for site in &sites {
            let last = sources.iter().find(|source| source.source == site.website.address);
            if !stopping.is_cancelled() && is_due(last, site.every, crawler.clock.now()) {
                let read = crawler.read(&site.website, Edits::Stay, &stopping, &|_, _| {}).await;
                log(&site.website.address, read);
            }
        }
        tokio::select! {
            () = stopping.cancelled() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

fn is_due(last: Option<&Source>, every: SignedDuration, now: Timestamp) -> bool {
    let Some(last) = last else { return true };
    match (last.ended_at, &last.error) {
        // Broken off; or somebody else reads it now, which the lease will tell.
        (None, _) => true,
        (Some(ended), Some(_)) => ended + every.min(AFTER_ERROR) <= now,
        (Some(_), None) => last.began_at + every <= now,
    }
}

fn log(website: &str, read: Result<Report, CrawlError>) {
    let report = match read {
        Ok(report) => report,
        Err(CrawlError::Busy) => return tracing::debug!(website, "a website is being read by somebody else"),
        Err(CrawlError::BrokenOff) => return tracing::info!(website, "reading a website was broken off"),
        Err(error) => return tracing::warn!(website, %error, "a website cannot be read"),
    };
    for told in report.told.iter().take(LOGGED) {
        tracing::warn!(website, page = told.address, why = told.why, "a page was not taken");
    }
    for (page, article) in report.gone.iter().take(LOGGED) {
        tracing::warn!(website, page, article, "a page is gone; its article stays until somebody takes it away");
    }
    tracing::info!(
        website,
        listed = report.listed,
        new = report.new,
        changed = report.changed,
        unchanged = report.unchanged + report.resumed,
        skipped = report.told.len(),
        gone = report.gone.len(),
        "a website was read"
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::SourceCounts;

    #[test]
    fn due_is_what_is_old_failed_or_was_broken_off() {
        let began: Timestamp = "2026-11-20T10:00:00Z".parse().unwrap();
        let every = SignedDuration::from_hours(24);
        let source = |ended_at, error: Option<&str>| Source {
            source: "https://shop.example".into(),
            began_at: began,
            ended_at,
            counts: SourceCounts::default(),
            error: error.map(str::to_owned),
        };
        let hours = |hours| began + SignedDuration::from_hours(hours);
        assert!(is_due(None, every, began));
        assert!(is_due(Some(&source(None, None)), every, began));
        assert!(!is_due(Some(&source(Some(hours(1)), None)), every, hours(23)));
        assert!(is_due(Some(&source(Some(hours(1)), None)), every, hours(24)));
        assert!(!is_due(Some(&source(Some(began), Some("no"))), every, began));
        assert!(is_due(Some(&source(Some(began), Some("no"))), every, hours(1)));
    }
}
