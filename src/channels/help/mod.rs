//! The public help centre: the articles as pages that need no scripts, and a search over
//! the bot's own retrieval.
//!
//! `/help`, `/help/category/{slug}`, `/help/{id}`, `/sitemap.xml`; and as data
//! `/v1/help?q=…` and `/v1/help/{id}`, for the search as one types and for the widget's own
//! reader. It knows articles. It must not know conversations, nor who reads.

mod article;
mod frame;
mod home;
mod library;
mod links;
mod search;
mod sitemap;
mod structured;
mod words;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use arc_swap::ArcSwap;
use axum::Router;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use tower_http::cors::{Any, CorsLayer};
use tower_http::set_header::SetResponseHeaderLayer;

use self::library::Library;
use crate::base::proxy;
use crate::channels::limits::PerAddress;
use crate::engine::Engine;
use crate::store::StoreError;

/// What these pages need, and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// An address that searches more often finds by words alone, …
const SEARCHES: PerSecond = PerSecond { rate: 10, burst: 40 };
/// … and one that votes more often is not counted.
const VOTES: PerSecond = PerSecond { rate: 1, burst: 10 };

struct PerSecond {
    rate: u32,
    burst: u32,
}

/// What all its pages share; cheap to clone.
#[derive(Clone)]
struct HelpCentre {
    shared: Arc<Shared>,
}

struct Shared {
    engine: Engine,
    searches: PerAddress,
    votes: PerAddress,
    /// The articles as they were at a version of the database's.
    library: ArcSwap<(i64, Library)>,
}

/// The language that a page is asked for in.
#[derive(Debug, Default, Deserialize)]
struct Wanted {
    locale: Option<String>,
}

pub fn router(engine: Engine) -> Router {
    let library = ArcSwap::from_pointee((-1, Library::default()));
    let (searches, votes) = (PerAddress::new(SEARCHES.rate, SEARCHES.burst), PerAddress::new(VOTES.rate, VOTES.burst));
    let centre = HelpCentre { shared: Arc::new(Shared { engine, searches, votes, library }) };
    // The widget reads them from its website's origin; articles are public.
    let data = Router::new()
        .route("/v1/help", get(search::data))
        .route("/v1/help/{id}", get(article::data))
        .layer(CorsLayer::new().allow_origin(Any));
    let pages = Router::new()
        .route("/help", get(home::page))
        .route("/help/", get(home::page))
        .route("/help/category/{slug}", get(home::category))
        .route("/help/files/{name}", get(frame::file))
        .route("/help/{id}", get(article::page).post(article::vote))
        .route("/sitemap.xml", get(sitemap::sitemap))
        .route("/robots.txt", get(sitemap::robots))
        .layer(SetResponseHeaderLayer::overriding(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)));
    Router::new().merge(data).merge(pages).with_state(centre)
}

impl HelpCentre {
    fn engine(&self) -> &Engine {
        &self.shared.engine
    }

    /// The articles as they are now. They are read again when they have changed.
    async fn library(&self) -> Result<Arc<(i64, Library)>, StoreError> {
        let store = self.engine().store();
        // Read before the articles: a change in between is seen as newer next time.
        let version = store.version("articles").await?;
        let known = self.shared.library.load_full();
        if known.0 == version {
            return Ok(known);
        }
        let library = Library::new(store.articles().await?, self.engine().own_language());
        let read = Arc::new((version, library));
        self.shared.library.store(read.clone());
        Ok(read)
    }

    async fn shop(&self) -> String {
        let known = self.engine().shop_name().await;
        known.unwrap_or_else(|_| self.engine().settings().shop.clone())
    }

    /// Where this server is reached, without a slash at its end.
    fn address(&self) -> &str {
        &self.engine().settings().address
    }
}

/// Where a request comes from, for counting.
fn caller(peer: SocketAddr, headers: &HeaderMap) -> IpAddr {
    let forwarded = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    proxy::caller(peer.ip(), forwarded)
}

/// Whether another website's page sends it.
fn is_from_elsewhere(headers: &HeaderMap) -> bool {
    headers.get(HeaderName::from_static("sec-fetch-site")).is_some_and(|site| site == "cross-site")
}

fn problem(status: StatusCode, detail: &str) -> Response {
    let title = status.canonical_reason().unwrap_or("error");
    let problem =
        serde_json::json!({ "type": "about:blank", "title": title, "status": status.as_u16(), "detail": detail });
    (status, [(header::CONTENT_TYPE, "application/problem+json")], problem.to_string()).into_response()
}
