//! Websites that answers come from: what a sitemap lists becomes articles, and is read
//! again from time to time.
//!
//! [`crawl`] reads one, once. [`listing`] finds its pages and what it asks of readers.
//! [`page`] makes articles of what was fetched. [`schedule`] reads all of them when it is
//! time. Only what a sitemap lists is fetched, no link is followed: so there is no way out
//! of a site, and no end that is never reached.

mod crawl;
mod listing;
mod page;
pub mod schedule;

pub use crawl::{CrawlError, Crawler, Report, Told};

use reqwest::Url;

use crate::base::config;

/// A website that its owner has named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Website {
    /// The site's, or its sitemap's.
    pub address: String,
    /// Hosts beside the address's own whose pages are read as well.
    pub hosts: Vec<String>,
    /// What the paths of pages begin with, such as `/help/`; empty: all.
    pub paths: Vec<String>,
    /// No more pages than this are read.
    pub most_pages: usize,
    /// Of its articles, in the help centre.
    pub category: String,
    /// The shop's languages, its own first.
    pub languages: Vec<String>,
}

impl Website {
    /// Whether a page's path is one of those that are read.
    fn wants(&self, address: &Url) -> bool {
        self.paths.is_empty() || self.paths.iter().any(|path| address.path().starts_with(path.as_str()))
    }

    /// As the configuration names it.
    pub fn of(section: &config::Website, languages: Vec<String>) -> Self {
        Self {
            address: section.address.clone(),
            hosts: section.hosts.clone(),
            paths: section.paths.clone(),
            most_pages: section.pages,
            category: section.category.clone(),
            languages,
        }
    }
}
