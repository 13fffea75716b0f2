//! Which pages a website has, and what it asks of readers.

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::Duration;

use reqwest::Url;

use super::{CrawlError, Told, Website};
use crate::sources::fetch::{Answer, FetchError, Fetcher, Validators, plain_host};
use crate::sources::robots::{self, Robots};
use crate::sources::sitemap::{self, Listed, Sitemap};

/// A sitemap may list sitemaps, which may do so again; no sensible site goes deeper.
const DEEPEST: usize = 3;
const MOST_SITEMAPS: usize = 100;
/// What is listed in all of them.
const MOST_LISTED: usize = 100_000;

/// The `robots.txt` of each host.
pub struct Manners(HashMap<String, Robots>);

impl Manners {
    /// Asks every host that is read. One that has no such file asks for nothing; one whose
    /// file cannot be had is not read, since nobody knows what it asks.
    pub async fn ask(fetcher: &Fetcher, address: &Url, site: &Website) -> Result<Self, CrawlError> {
        let mut manners = HashMap::new();
        for host in std::iter::once(None).chain(site.hosts.iter().map(Some)) {
            let mut at = address.clone();
            if let Some(host) = host {
                // A port belongs to the first host alone.
                let _kept = at.set_port(None);
                at.set_host(Some(host)).map_err(|_| CrawlError::Host(host.clone()))?;
            }
            at.set_path("/robots.txt");
            at.set_query(None);
            let robots = match fetcher.fetch(at.as_str(), &Validators::default(), robots::LONGEST, |_| true).await {
                Ok(Answer::Page(page)) => {
                    Robots::read(&page.bytes).map_err(|error| CrawlError::Robots(error.to_string()))?
                }
                Ok(Answer::Unchanged) | Err(FetchError::Gone(_) | FetchError::Status(400..=499)) => Robots::none(),
                Err(error @ (FetchError::Address(_) | FetchError::OtherHost(_))) => {
                    return Err(CrawlError::Site(error.to_string()));
                }
                Err(error) => return Err(CrawlError::Robots(format!("its robots.txt cannot be had: {error}"))),
            };
            manners.insert(plain_host(at.host_str().unwrap_or_default()), robots);
        }
        Ok(Self(manners))
    }

    pub fn allow(&self, address: &Url) -> bool {
        self.of(address).is_none_or(|robots| robots.allow(address.as_str()))
    }

    /// Between two pages.
    pub fn pause(&self, address: &Url) -> Option<Duration> {
        self.of(address).and_then(|robots| robots.pause)
    }

    fn of(&self, address: &Url) -> Option<&Robots> {
        self.0.get(&plain_host(address.host_str()?))
    }
}

/// The pages of a website, each once.
pub struct Listing {
    pub pages: Vec<Listed>,
    /// Whether there are more than are read.
    pub is_cut: bool,
    pub told: Vec<Told>,
}

/// Reads the sitemaps of a website.
pub async fn read(fetcher: &Fetcher, manners: &Manners, address: &Url, site: &Website) -> Result<Listing, CrawlError> {
    let mut waiting: VecDeque<(String, usize)> =
        sitemaps_of(address, manners).into_iter().map(|address| (address, 0)).collect();
    let mut seen: HashSet<String> = waiting.iter().map(|(address, _)| address.clone()).collect();
    let (mut listed, mut told, mut count) = (Vec::new(), Vec::new(), 0_usize);
    while let Some((address, depth)) = waiting.pop_front() {
        count += 1;
        if count > MOST_SITEMAPS || listed.len() >= MOST_LISTED {
            told.push(Told::new(
                address,
                "there are too many sitemaps or pages: this one and those after it are not read",
            ));
            break;
        }
        match fetch(fetcher, manners, &address).await {
            Ok(Sitemap::Pages(pages)) => listed.extend(pages),
            Ok(Sitemap::Index(_)) if depth >= DEEPEST => {
                told.push(Told::new(address, "sitemaps that list sitemaps are read three deep: this one is not"));
            }
            Ok(Sitemap::Index(parts)) => {
                let parts = parts.iter().filter_map(|part| without_fragment(part)).map(|part| part.to_string());
                let new = parts.filter(|part| seen.insert(part.clone()));
                waiting.extend(new.map(|part| (part, depth + 1)));
            }
            Err(why) => told.push(Told::new(address, why)),
        }
    }
    if listed.is_empty()
        && let Some(first) = told.first()
    {
        return Err(CrawlError::Sitemap { address: first.address.clone(), why: first.why.clone() });
    }
    let (pages, elsewhere) = chosen(listed, fetcher, site);
    if elsewhere > 0 {
        let why = format!(
            "of the pages that it lists, {elsewhere} on other hosts: name those hosts with --host, or among the \
             website's `hosts`"
        );
        told.push(Told::new(address.to_string(), why));
    }
    if pages.is_empty() {
        return Err(CrawlError::Nothing);
    }
    let is_cut = pages.len() > site.most_pages;
    if is_cut {
        let why = format!(
            "there are {} pages, and only the first {} are read: name the paths that matter with --path, or raise --pages",
            pages.len(),
            site.most_pages
        );
        told.push(Told::new(address.to_string(), why));
    }
    Ok(Listing { pages: pages.into_iter().take(site.most_pages).collect(), is_cut, told })
}

/// The address itself where it is a file's, else what `robots.txt` names, else the usual one.
fn sitemaps_of(address: &Url, manners: &Manners) -> Vec<String> {
    let path = address.path().to_ascii_lowercase();
    if [".xml", ".xml.gz", ".txt"].iter().any(|ending| path.ends_with(ending)) {
        return vec![address.to_string()];
    }
    let named = manners.of(address).map(|robots| robots.sitemaps.clone()).unwrap_or_default();
    if !named.is_empty() {
        return named;
    }
    address.join("/sitemap.xml").map(|usual| vec![usual.to_string()]).unwrap_or_default()
}

async fn fetch(fetcher: &Fetcher, manners: &Manners, address: &str) -> Result<Sitemap, String> {
    let may = |address: &Url| manners.allow(address);
    match fetcher.fetch(address, &Validators::default(), sitemap::LONGEST, may).await {
        Ok(Answer::Page(page)) => tokio::task::spawn_blocking(move || sitemap::read(&page.bytes))
            .await
            .map_err(|_| "it could not be read".to_owned())?
            .map_err(|error| error.to_string()),
        Ok(Answer::Unchanged) => Err("the site says that it has not changed, and was not asked".into()),
        Err(error) => Err(error.to_string()),
    }
}

/// The pages on the hosts and below the paths that are read, each once; and how many are on
/// other hosts.
fn chosen(listed: Vec<Listed>, fetcher: &Fetcher, site: &Website) -> (Vec<Listed>, usize) {
    let mut seen = HashSet::new();
    let mut elsewhere = 0;
    let mut pages = Vec::new();
    for page in listed {
        let Some(address) = without_fragment(&page.address) else { continue };
        if !fetcher.reads(&address) {
            elsewhere += usize::from(seen.insert(address.to_string()));
            continue;
        }
        if site.wants(&address) && seen.insert(address.to_string()) {
            pages.push(Listed { address: address.to_string(), changed: page.changed });
        }
    }
    (pages, elsewhere)
}

/// What stands after `#` is a place on a page, and no page of its own.
fn without_fragment(address: &str) -> Option<Url> {
    let mut address = Url::parse(address).ok()?;
    address.set_fragment(None);
    Some(address)
}
