//! A website as shops have them, on this machine, with everything that goes wrong.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use crate::support::pdf;

/// A site that is gone with the value.
pub struct Site {
    /// For example `http://127.0.0.1:40123`.
    pub url: String,
    state: Arc<Pages>,
    task: tokio::task::JoinHandle<()>,
}

#[derive(Default)]
struct Pages {
    asked: Mutex<Vec<String>>,
    agents: Mutex<HashSet<String>>,
    removed: Mutex<HashSet<String>>,
    version: AtomicUsize,
    many: AtomicUsize,
    /// Answers without a body, since nothing changed.
    unchanged: AtomicUsize,
    /// Bytes of endless pages that went out.
    sent: Arc<AtomicUsize>,
}

/// In the sitemap.
const LISTED: [&str; 18] = [
    "/help/mooring",
    "/cafe",
    "/warranty.pdf",
    "/huge",
    "/huge-and-silent",
    "/inside",
    "/by-name",
    "/endless",
    "/circle",
    "/account/orders",
    "/wrong-encoding",
    "/picture.png",
    "/locked.pdf",
    "/scan.pdf",
    "/broken.pdf",
    "/categories",
    "/nowhere",
    "/fr/cadeau",
];

impl Site {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let url = format!("http://{}", listener.local_addr().expect("it is bound"));
        let state = Arc::new(Pages::default());
        let router = Router::new()
            .route(
                "/endless/{number}",
                get(async |Path(number): Path<u64>| Redirect::temporary(&format!("/endless/{}", number + 1))),
            )
            .fallback(page)
            .with_state(Arc::clone(&state));
        let task = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("the site is served");
        });
        Self { url, state, task }
    }

    /// The price of a mooring rises.
    pub fn change(&self) {
        self.state.version.fetch_add(1, Ordering::SeqCst);
    }

    /// A page is gone, and the sitemap does not list it any more.
    pub fn remove(&self, path: &str) {
        self.state.removed.lock().unwrap().insert(path.to_owned());
    }

    /// So many pages more are listed.
    pub fn list_many(&self, count: usize) {
        self.state.many.store(count, Ordering::SeqCst);
    }

    pub fn asked(&self, path: &str) -> bool {
        self.count(path) > 0
    }

    /// How often pages whose paths begin so were asked for.
    pub fn count(&self, path: &str) -> usize {
        self.state.asked.lock().unwrap().iter().filter(|asked| asked.starts_with(path)).count()
    }

    pub fn agents(&self) -> Vec<String> {
        self.state.agents.lock().unwrap().iter().cloned().collect()
    }

    pub fn unchanged(&self) -> usize {
        self.state.unchanged.load(Ordering::SeqCst)
    }

    pub fn sent(&self) -> usize {
        self.state.sent.load(Ordering::SeqCst)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What a mooring costs, as a page of a shop's system.
pub fn mooring(price: usize) -> String {
    framed(&format!(
        "<h1>How much is a mooring?</h1><p>Mooring a zeppelin at our mast in Ghent costs <b>{price} euros</b> a night. \
         See <a href=\"/linked-only\">the mast</a>.</p><h2>Is breakfast included?</h2><p>Yes, breakfast is served in \
         the gondola from seven o'clock on.</p>"
    ))
}

fn framed(main: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Page | Shop</title></head><body>\
         <div class=\"cookie-banner\"><p>We use cookies, and ask you to accept them.</p></div>\
         <nav><a href=\"/\">Home</a> <a href=\"/linked-only\">More</a></nav><main>{main}</main>\
         <footer>All rights reserved.</footer></body></html>"
    )
}

async fn page(State(pages): State<Arc<Pages>>, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path();
    pages.asked.lock().unwrap().push(path.to_owned());
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or("none");
    pages.agents.lock().unwrap().insert(agent.to_owned());
    if pages.removed.lock().unwrap().contains(path) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let html = |text: String| ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], text).into_response();
    let file = |bytes: Vec<u8>| ([(header::CONTENT_TYPE, "application/pdf")], bytes).into_response();
    match path {
        "/robots.txt" => {
            let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
            format!("Sitemap: http://{host}/index.xml\nUser-agent: *\nDisallow: /account/\n").into_response()
        }
        "/index.xml" => xml(&headers, "sitemapindex", "sitemap", &["/sitemap.xml", "/sitemap.xml#again"]),
        "/sitemap.xml" => sitemap(&pages, &headers),
        "/endless-index.xml" => {
            let number: u64 = uri.query().and_then(|query| query.parse().ok()).unwrap_or_default();
            xml(&headers, "sitemapindex", "sitemap", &[&format!("/endless-index.xml?{}", number + 1)])
        }
        "/no-map.xml" => html(framed("<h1>Not a map</h1>")),
        "/help/mooring" => {
            let version = pages.version.load(Ordering::SeqCst);
            let etag = format!("\"v{version}\"");
            if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes()) {
                pages.unchanged.fetch_add(1, Ordering::SeqCst);
                return StatusCode::NOT_MODIFIED.into_response();
            }
            ([(header::CONTENT_TYPE, "text/html".to_owned()), (header::ETAG, etag)], mooring(40 + 15 * version))
                .into_response()
        }
        "/cafe" => Response::builder()
            .header(header::CONTENT_TYPE, "text/html; charset=iso-8859-1")
            .body(Body::from(
                &b"<h1>Caf\xe9 hours</h1><p>Our caf\xe9 beside the mast is open from eight in the morning."[..],
            ))
            .expect("a response"),
        "/warranty.pdf" => file(pdf::warranty()),
        "/locked.pdf" => file(pdf::locked("secret")),
        "/scan.pdf" => file(pdf::scan()),
        "/broken.pdf" => file(pdf::warranty()[..200].to_vec()),
        "/huge" => html(String::new()).map_huge(&pages, Some(200 << 20)),
        "/huge-and-silent" => html(String::new()).map_huge(&pages, None),
        "/inside" => Redirect::temporary("http://10.0.0.1/latest/meta-data").into_response(),
        "/by-name" => Redirect::temporary("http://localhost/admin").into_response(),
        "/endless" => Redirect::temporary("/endless/1").into_response(),
        "/circle" => Redirect::temporary("/circle").into_response(),
        "/wrong-encoding" => {
            html_bytes(b"<h1>Price list</h1>\n<p>A caf\xe9 costs two euros, and a tea costs one euro fifty.")
        }
        "/picture.png" => ([(header::CONTENT_TYPE, "image/png")], vec![0x89, b'P', b'N', b'G']).into_response(),
        "/categories" => {
            let links = (0..9).map(|n| format!("<li><a href=\"/many/{n}\">All about the number {n}</a></li>"));
            html(framed(&format!("<h1>Help</h1><ul>{}</ul>", links.collect::<String>())))
        }
        "/fr/cadeau" => {
            html("<html lang=fr><h1>Cadeau</h1><p>Nous emballons toute commande pour cinq euros de plus.".into())
        }
        _ if path.starts_with("/many/") => html(framed(&format!(
            "<h1>Airship number {}</h1><p>This airship of our fleet carries that many passengers over the sea.</p>",
            path.trim_start_matches("/many/")
        ))),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

fn html_bytes(bytes: &'static [u8]) -> Response {
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], bytes).into_response()
}

trait Huge {
    fn map_huge(self, pages: &Arc<Pages>, says: Option<usize>) -> Response;
}

impl Huge for Response {
    /// With 200 MB of text, counted as they go out; `says` is the length that it announces.
    fn map_huge(mut self, pages: &Arc<Pages>, says: Option<usize>) -> Response {
        let sent = Arc::clone(&pages.sent);
        let chunks = (0..3200).map(move |_| {
            sent.fetch_add(64 << 10, Ordering::SeqCst);
            Ok::<_, std::io::Error>(vec![b'x'; 64 << 10])
        });
        *self.body_mut() = Body::from_stream(futures_util::stream::iter(chunks));
        self.headers_mut().remove(header::CONTENT_LENGTH);
        if let Some(length) = says {
            self.headers_mut().insert(header::CONTENT_LENGTH, length.into());
        }
        self
    }
}

fn sitemap(pages: &Pages, headers: &HeaderMap) -> Response {
    let removed = pages.removed.lock().unwrap().clone();
    let many: Vec<String> = (0..pages.many.load(Ordering::SeqCst)).map(|number| format!("/many/{number}")).collect();
    let listed = LISTED.iter().copied().filter(|path| !removed.contains(*path)).chain(many.iter().map(String::as_str));
    let mut all: Vec<&str> = listed.collect();
    all.push("https://elsewhere.example/page");
    xml(headers, "urlset", "url", &all)
}

fn xml(headers: &HeaderMap, root: &str, entry: &str, paths: &[&str]) -> Response {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let entries = paths.iter().map(|path| {
        let address = if path.starts_with('/') { format!("http://{host}{path}") } else { (*path).to_owned() };
        format!("<{entry}><loc>{address}</loc><lastmod>2026-10-04T10:00:00Z</lastmod></{entry}>")
    });
    let text = format!("<?xml version=\"1.0\"?><{root}>{}</{root}>", entries.collect::<String>());
    ([(header::CONTENT_TYPE, "application/xml")], text).into_response()
}
