//! Fetching pages of websites: only from hosts that were named, never from the private
//! network, never more than a page may have, and only again where it has changed.
//!
//! Redirects are followed here, a step at a time, so that each of them is judged as the
//! first address was.

use axum::body::Bytes;
use reqwest::header::{
    ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED,
    LOCATION, RETRY_AFTER,
};
use reqwest::{Response, StatusCode, Url};

use crate::base::outbound::{Outbound, OutboundError, ReadError, read_within};

/// What a page may have; more is no text that a person wrote.
pub const LONGEST_PAGE: usize = 5 << 20;
const REDIRECTS: usize = 5;

/// Fetches pages of the named hosts.
#[derive(Clone, Debug)]
pub struct Fetcher {
    outbound: Outbound,
    /// In small letters, without `www.`.
    hosts: Vec<String>,
}

/// What a server said of a page when it was fetched; sent back, it says whether it has changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validators {
    pub etag: Option<String>,
    pub last_modified: Option<String>,
}

/// A page as it came.
#[derive(Debug)]
pub struct Fetched {
    /// Where it was found in the end.
    pub address: Url,
    pub content_type: Option<String>,
    pub validators: Validators,
    pub bytes: Bytes,
}

#[derive(Debug)]
pub enum Answer {
    Page(Fetched),
    Unchanged,
}

#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    #[error(transparent)]
    Address(#[from] OutboundError),
    #[error(
        "it is on {0}, which is none of the hosts that are read: name it with --host, or among the website's `hosts` in \
         the configuration"
    )]
    OtherHost(String),
    #[error("robots.txt asks that it is not read")]
    Disallowed,
    #[error("it redirects more than 5 times, without an end")]
    Redirects,
    #[error("it redirects, and does not say where")]
    Nowhere,
    #[error("it is gone (the site answers {0})")]
    Gone(u16),
    #[error("the site answers {0}")]
    Status(u16),
    #[error("the site asks to wait (it answers {status}{})", .after_s.map(|after| format!(", for {after} s")).unwrap_or_default())]
    Busy { status: u16, after_s: Option<u64> },
    #[error("it has more than {} MB: only the beginning was fetched, and nothing of it is used", .0 >> 20)]
    Long(usize),
    #[error("the site cannot be reached: {0}")]
    Unreachable(String),
}

impl FetchError {
    /// Whether the site rather than the page is what is wrong.
    pub fn is_of_the_site(&self) -> bool {
        match self {
            FetchError::Unreachable(_) | FetchError::Busy { .. } => true,
            FetchError::Status(status) => *status >= 500,
            _ => false,
        }
    }
}

impl Fetcher {
    pub fn new(outbound: Outbound, hosts: &[String]) -> Self {
        Self { outbound, hosts: hosts.iter().map(|host| plain_host(host)).collect() }
    }

    /// Whether pages of that host are read.
    pub fn reads(&self, address: &Url) -> bool {
        address.host_str().is_some_and(|host| self.hosts.contains(&plain_host(host)))
    }

    /// Fetches a page of at most `most` bytes, unless it is as it was. `may` judges each
    /// address on the way.
    pub async fn fetch(
        &self,
        address: &str,
        known: &Validators,
        most: usize,
        may: impl Fn(&Url) -> bool,
    ) -> Result<Answer, FetchError> {
        let mut address = self.outbound.check(address)?;
        for _ in 0..=REDIRECTS {
            if !self.reads(&address) {
                return Err(FetchError::OtherHost(address.host_str().unwrap_or_default().to_owned()));
            }
            if !may(&address) {
                return Err(FetchError::Disallowed);
            }
            let answer = self.ask(&address, known).await?;
            let status = answer.status();
            if !status.is_redirection() || status == StatusCode::NOT_MODIFIED {
                return read(address, answer, most).await;
            }
            let to = text_of(answer.headers(), LOCATION).ok_or(FetchError::Nowhere)?;
            let to = address.join(&to).map_err(|_| FetchError::Nowhere)?;
            address = self.outbound.check(to.as_str())?;
        }
        Err(FetchError::Redirects)
    }

    async fn ask(&self, address: &Url, known: &Validators) -> Result<Response, FetchError> {
        let mut request = self
            .outbound
            .client()
            .get(address.clone())
            .header(ACCEPT, "text/html, application/xhtml+xml, application/pdf, application/xml;q=0.9, */*;q=0.1");
        if let Some(etag) = &known.etag {
            request = request.header(IF_NONE_MATCH, etag);
        }
        if let Some(day) = &known.last_modified {
            request = request.header(IF_MODIFIED_SINCE, day);
        }
        request.send().await.map_err(|error| FetchError::Unreachable(causes(&error.without_url())))
    }
}

async fn read(address: Url, answer: Response, most: usize) -> Result<Answer, FetchError> {
    let status = answer.status();
    match status.as_u16() {
        304 => return Ok(Answer::Unchanged),
        404 | 410 => return Err(FetchError::Gone(status.as_u16())),
        429 | 503 => {
            let after_s = text_of(answer.headers(), RETRY_AFTER).and_then(|after| after.trim().parse().ok());
            return Err(FetchError::Busy { status: status.as_u16(), after_s });
        }
        _ if !status.is_success() => return Err(FetchError::Status(status.as_u16())),
        _ => {}
    }
    let headers = answer.headers();
    let length = text_of(headers, CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
    if length.is_some_and(|length| length > most as u64) {
        return Err(FetchError::Long(most));
    }
    let content_type = text_of(headers, CONTENT_TYPE);
    let validators = Validators { etag: text_of(headers, ETAG), last_modified: text_of(headers, LAST_MODIFIED) };
    let bytes = read_within(answer, most).await.map_err(|error| match error {
        ReadError::TooLarge(most) => FetchError::Long(most),
        ReadError::Broken(error) => FetchError::Unreachable(causes(&error)),
    })?;
    Ok(Answer::Page(Fetched { address, content_type, validators, bytes }))
}

fn text_of(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// `www.shop.example` and `shop.example` are one site to their owner.
pub fn plain_host(host: &str) -> String {
    let host = host.trim().to_lowercase();
    host.strip_prefix("www.").map(str::to_owned).unwrap_or(host)
}

/// What lies below an error of the client, whose own words say only that it failed.
fn causes(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "it takes longer than 20 s".into();
    }
    let mut told = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        told = inner.to_string();
        cause = inner.source();
    }
    told
}
