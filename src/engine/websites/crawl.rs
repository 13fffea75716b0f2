//! Reading a website once: page by page, kept as it goes, so that whoever stops it loses
//! nothing and goes on where it was.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use reqwest::Url;
use tokio_util::sync::CancellationToken;

use super::listing::{self, Listing, Manners};
use super::{Website, page};
use crate::base::clock::Clock;
use crate::base::outbound::{Outbound, OutboundError};
use crate::sources::fetch::{Answer, FetchError, Fetched, Fetcher, LONGEST_PAGE, Validators};
use crate::sources::sitemap::Listed;
use crate::store::{Edits, ReadPage, SourceCounts, SourcePage, Store, StoreError, Taking};

/// Others keep away for so long after the last word of whoever reads a site …
const LEASE: SignedDuration = SignedDuration::from_secs(15);
/// … which is renewed so often.
const RENEWAL: Duration = Duration::from_secs(5);
/// A reading that was broken off is gone on with for so long.
const RESUMABLE: SignedDuration = SignedDuration::from_hours(24);
/// Between two pages of a site that asks for no pause.
const PAUSE: Duration = Duration::from_millis(50);
/// Articles are written when there are so many, or after so long: an index is built after
/// each time.
const BATCH: usize = 50;
const BATCH_TIME: Duration = Duration::from_secs(1);
/// So many failures of the site itself in a row, and it is left alone.
const PATIENCE: usize = 5;
/// A site that asks to wait so long at most is waited for.
const LONGEST_WAIT_S: u64 = 60;

/// Reads websites into the store.
#[derive(Clone, Debug)]
pub struct Crawler {
    pub store: Store,
    pub outbound: Outbound,
    pub clock: Clock,
}

/// What a reading did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub listed: usize,
    pub new: usize,
    pub changed: usize,
    pub unchanged: usize,
    /// Pages that were read before the reading was broken off, and not again.
    pub resumed: usize,
    /// Pages that were not taken, and what else the owner should know.
    pub told: Vec<Told>,
    /// Addresses that are no longer there, with their articles, which stay.
    pub gone: Vec<(String, String)>,
}

/// Something about an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub address: String,
    pub why: String,
}

impl Told {
    pub fn new(address: impl Into<String>, why: impl Into<String>) -> Self {
        Self { address: address.into(), why: why.into() }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum CrawlError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Address(#[from] OutboundError),
    #[error("`{0}` is no host: write for example help.shop.example")]
    Host(String),
    #[error("{0}")]
    Site(String),
    #[error("{0}; nothing is read before that is known")]
    Robots(String),
    #[error("the sitemap {address} cannot be read: {why}")]
    Sitemap { address: String, why: String },
    #[error("its sitemap lists no page on the hosts and below the paths that are to be read")]
    Nothing,
    #[error("it is left alone after {PATIENCE} failures in a row, the last of {address}: {why}")]
    Failing { address: String, why: String },
    #[error("it is being read already: wait until that is done, or 15 s after a crash")]
    Busy,
    #[error("it was broken off; the next reading goes on where this one was")]
    BrokenOff,
}

impl Crawler {
    /// Reads a website. `progress` hears how many pages are done, of how many.
    pub async fn read(
        &self,
        site: &Website,
        edits: Edits,
        stop: &CancellationToken,
        progress: &(dyn Fn(usize, usize) + Send + Sync),
    ) -> Result<Report, CrawlError> {
        let now = self.clock.now();
        let source = site.address.as_str();
        let began = self.store.begin_source(source, now + LEASE, now - RESUMABLE).await?.ok_or(CrawlError::Busy)?;
        let read = tokio::select! {
            read = self.read_all(site, edits, began, progress) => read,
            error = self.keep(source) => Err(error),
            () = stop.cancelled() => Err(CrawlError::BrokenOff),
        };
        match &read {
            Ok(report) => self.store.end_source(source, counts(report), None).await?,
            Err(CrawlError::BrokenOff) => self.store.release_source(source).await?,
            Err(error) => {
                self.store.end_source(source, SourceCounts::default(), Some(&error.to_string())).await?;
            }
        }
        read
    }

    /// The pages that would be read.
    pub async fn list(&self, site: &Website) -> Result<(Vec<String>, Vec<Told>), CrawlError> {
        let (_, _, listing) = self.look(site).await?;
        Ok((listing.pages.into_iter().map(|page| page.address).collect(), listing.told))
    }

    async fn keep(&self, source: &str) -> CrawlError {
        loop {
            tokio::time::sleep(RENEWAL).await;
            if let Err(error) = self.store.source_goes_on(source, self.clock.now() + LEASE).await {
                return error.into();
            }
        }
    }

    async fn look(&self, site: &Website) -> Result<(Fetcher, Manners, Listing), CrawlError> {
        let address = self.outbound.check(&site.address)?;
        let mut hosts = site.hosts.clone();
        hosts.extend(address.host_str().map(str::to_owned));
        let fetcher = Fetcher::new(self.outbound.clone(), &hosts);
        let manners = Manners::ask(&fetcher, &address, site).await?;
        let listing = listing::read(&fetcher, &manners, &address, site).await?;
        Ok((fetcher, manners, listing))
    }

    async fn read_all(
        &self,
        site: &Website,
        edits: Edits,
        began: Timestamp,
        progress: &(dyn Fn(usize, usize) + Send + Sync),
    ) -> Result<Report, CrawlError> {
        let (fetcher, manners, listing) = self.look(site).await?;
        let known = self.store.source_pages(&site.address).await?;
        let known: HashMap<&str, &SourcePage> = known.iter().map(|page| (page.address.as_str(), page)).collect();
        let listed = listing.pages.len();
        let report = Report { listed, told: listing.told, ..Report::default() };
        let mut writing = Writing { crawler: self, site, edits, report, batch: Vec::new(), since: Instant::now() };
        let mut failures = 0;
        for (done, page) in listing.pages.iter().enumerate() {
            progress(done, listed);
            let before = known.get(page.address.as_str()).copied();
            if before.is_some_and(|before| before.seen_at >= began) {
                writing.report.resumed += 1;
                continue;
            }
            // An article that is gone is to be made anew, and one that was edited to be told.
            let validators = before.filter(|before| before.article.is_some() && edits == Edits::Stay);
            let validators = validators
                .map(|before| Validators { etag: before.etag.clone(), last_modified: before.last_modified.clone() });
            match fetch(&fetcher, &manners, page, &validators.unwrap_or_default()).await {
                Ok(Answer::Unchanged) => {
                    let parts = format!("{}#", page.address);
                    let all = known.keys().filter(|address| **address == page.address || address.starts_with(&parts));
                    let all: Vec<String> = all.map(|address| (*address).to_owned()).collect();
                    self.store.pages_unchanged(&site.address, &all).await?;
                    writing.report.unchanged += 1;
                    failures = 0;
                }
                Ok(Answer::Page(fetched)) => {
                    writing.take(page, fetched).await?;
                    failures = 0;
                }
                Err(error) => {
                    failures = if error.is_of_the_site() { failures + 1 } else { 0 };
                    let why = error.to_string();
                    if failures >= PATIENCE {
                        writing.flush().await?;
                        return Err(CrawlError::Failing { address: page.address.clone(), why });
                    }
                    let article = before.and_then(|before| before.article.as_ref());
                    if let (FetchError::Gone(_), Some((id, _))) = (&error, article) {
                        writing.report.gone.push((page.address.clone(), id.clone()));
                    }
                    writing.tell(&page.address, &why).await?;
                }
            }
            if writing.batch.len() >= BATCH || writing.since.elapsed() >= BATCH_TIME {
                writing.flush().await?;
            }
        }
        writing.flush().await?;
        progress(listed, listed);
        let mut report = writing.report;
        if !listing.is_cut {
            // What this reading has not seen, the sitemap does not list any more.
            for page in self.store.source_pages(&site.address).await? {
                let is_wanted = Url::parse(&page.address).is_ok_and(|address| site.wants(&address));
                if let (true, true, Some((id, _))) = (is_wanted, page.seen_at < began, page.article) {
                    report.gone.push((page.address, id));
                }
            }
        }
        Ok(report)
    }
}

/// Fetches a page after the pause that its site asks for; a site that is busy is waited for
/// once.
async fn fetch(fetcher: &Fetcher, manners: &Manners, page: &Listed, known: &Validators) -> Result<Answer, FetchError> {
    let pause = Url::parse(&page.address).ok().and_then(|address| manners.pause(&address));
    tokio::time::sleep(pause.unwrap_or(PAUSE)).await;
    let may = |address: &Url| manners.allow(address);
    match fetcher.fetch(&page.address, known, LONGEST_PAGE, may).await {
        Err(FetchError::Busy { after_s: Some(after), .. }) if after <= LONGEST_WAIT_S => {
            tokio::time::sleep(Duration::from_secs(after)).await;
            fetcher.fetch(&page.address, known, LONGEST_PAGE, may).await
        }
        answer => answer,
    }
}

/// What was read and is not written yet.
struct Writing<'a> {
    crawler: &'a Crawler,
    site: &'a Website,
    edits: Edits,
    report: Report,
    batch: Vec<ReadPage>,
    since: Instant,
}

impl Writing<'_> {
    async fn take(&mut self, listed: &Listed, fetched: Fetched) -> Result<(), CrawlError> {
        let today = self.crawler.clock.now().to_zoned(TimeZone::UTC).date();
        match page::articles(&listed.address, listed.changed.as_deref(), fetched, self.site, today).await {
            Ok(pages) => self.batch.extend(pages),
            Err(why) => self.tell(&listed.address, &why).await?,
        }
        Ok(())
    }

    async fn tell(&mut self, address: &str, why: &str) -> Result<(), CrawlError> {
        self.report.told.push(Told::new(address, why));
        Ok(self.crawler.store.page_failed(&self.site.address, address, why).await?)
    }

    async fn flush(&mut self) -> Result<(), CrawlError> {
        let batch = std::mem::take(&mut self.batch);
        self.since = Instant::now();
        if batch.is_empty() {
            return Ok(());
        }
        let takings = self.crawler.store.take_pages(&self.site.address, &batch, self.edits).await?;
        for (page, taking) in batch.iter().zip(takings) {
            match &taking {
                Taking::New { .. } => self.report.new += 1,
                Taking::Changed { .. } => self.report.changed += 1,
                Taking::Unchanged { .. } => self.report.unchanged += 1,
                _ => {}
            }
            if let Some(why) = taking.why_not() {
                self.report.told.push(Told::new(page.address.clone(), why));
            }
        }
        Ok(())
    }
}

fn counts(report: &Report) -> SourceCounts {
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    SourceCounts {
        listed: number(report.listed),
        written: number(report.new + report.changed),
        unchanged: number(report.unchanged + report.resumed),
        skipped: number(report.told.len()),
    }
}
