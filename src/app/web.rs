//! The web pages that the binary carries: the customers' widget and the agents' console,
//! as `make build` leaves them in `web/dist`.
//!
//! A build without optimisation reads them from the disk at each request instead, so that
//! a page that was built again needs no new binary.

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::{EmbeddedFile, RustEmbed};
use tower_http::set_header::SetResponseHeaderLayer;

#[derive(RustEmbed)]
#[folder = "web/dist/widget"]
struct Widget;

#[derive(RustEmbed)]
#[folder = "web/dist/console"]
struct Console;

const NOT_BUILT: &str = "The web pages are not built yet. Run `make build` in Rapport's folder; \
                         `make run` does it and starts the server.\n";

pub(super) fn router() -> Router {
    Router::new().merge(widget()).merge(console())
}

/// Other websites load these, also as modules and from pages that isolate themselves.
fn widget() -> Router {
    let set = |name, value| SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value));
    Router::new()
        .route("/widget.js", get(|headers: HeaderMap| async move { file::<Widget>("widget.js", &headers) }))
        .route(
            "/widget/{*path}",
            get(|Path(path): Path<String>, headers: HeaderMap| async move { file::<Widget>(&path, &headers) }),
        )
        .layer(set(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .layer(set(HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"))
}

/// One page with addresses of its own: what is no file is the page itself.
fn console() -> Router {
    let index = |headers: HeaderMap| async move { file::<Console>("index.html", &headers) };
    Router::new().route("/console", get(index)).route("/console/", get(index)).route(
        "/console/{*path}",
        get(|Path(path): Path<String>, headers: HeaderMap| async move {
            let is_file = path.rsplit('/').next().is_some_and(|name| name.contains('.'));
            file::<Console>(if is_file { &path } else { "index.html" }, &headers)
        }),
    )
}

/// A file, compressed as the browser likes it where the build made it so, or 304.
pub(super) fn file<Files: RustEmbed>(path: &str, request: &HeaderMap) -> Response {
    let (Some(found), encoding) = best::<Files>(path, request) else {
        let why = if Files::iter().next().is_none() { NOT_BUILT } else { "There is no such file.\n" };
        return (StatusCode::NOT_FOUND, why).into_response();
    };
    let tag = format!("\"{}\"", &hex::encode(found.metadata.sha256_hash())[..20]);
    let known = request.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let mut response = if known.is_some_and(|known| known.split(',').any(|one| one.trim().ends_with(&tag))) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, media_type(path))], found.data).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching(path)));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

fn best<Files: RustEmbed>(path: &str, request: &HeaderMap) -> (Option<EmbeddedFile>, Option<&'static str>) {
    let accepted = request.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    for (encoding, suffix) in [("br", "br"), ("gzip", "gz")] {
        if accepted.split(',').any(|one| one.trim().split(';').next() == Some(encoding))
            && let Some(found) = Files::get(&format!("{path}.{suffix}"))
        {
            return (Some(found), Some(encoding));
        }
    }
    (Files::get(path), None)
}

/// What lies in `assets/` has a hash of its content in its name.
fn caching(path: &str) -> &'static str {
    if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" }
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "mp3" => "audio/mpeg",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(RustEmbed)]
    #[folder = "web/demo"]
    struct Demo;

    #[test]
    fn a_known_file_is_not_sent_again() {
        let first = file::<Demo>("index.html", &HeaderMap::new());
        assert_eq!(first.status(), StatusCode::OK);
        assert_eq!(first.headers()[header::CACHE_CONTROL], "no-cache");
        let mut request = HeaderMap::new();
        request.insert(header::IF_NONE_MATCH, first.headers()[header::ETAG].clone());
        assert_eq!(file::<Demo>("index.html", &request).status(), StatusCode::NOT_MODIFIED);
    }

    #[test]
    fn only_names_with_a_hash_are_kept_for_ever() {
        assert!(caching("assets/panel-3f2a.js").contains("immutable"));
        assert_eq!(caching("widget.js"), "no-cache");
    }

    #[test]
    fn what_is_not_there_is_said_to_be_missing() {
        for path in ["nothing.js", "../Cargo.toml", "/etc/passwd"] {
            assert_eq!(file::<Demo>(path, &HeaderMap::new()).status(), StatusCode::NOT_FOUND, "{path}");
        }
    }
}
