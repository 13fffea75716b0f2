//! Whether a browser sent a request from a page of ours (the defence against CSRF).
//!
//! A browser that is signed in adds the cookie to requests of any website, within what
//! `SameSite=Lax` leaves; but it also says where a request comes from. A client that says
//! nothing of the kind is no browser, and nobody can make it send the cookie.

use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, Method, Uri};

/// Refuses what changes something and comes from another website.
pub(super) fn own_page(method: &Method, headers: &HeaderMap, public_url: &str) -> bool {
    matches!(*method, Method::GET | Method::HEAD) || same_origin(headers, public_url)
}

/// Whether the request comes from this server's own pages, as far as it says.
pub(super) fn same_origin(headers: &HeaderMap, public_url: &str) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match (text("sec-fetch-site"), text(ORIGIN.as_str())) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, None) => true,
        (None, Some(origin)) => {
            let origin = authority(origin);
            let host = text(HOST.as_str()).map(str::to_ascii_lowercase);
            origin.is_some() && (origin == host || origin == authority(public_url))
        }
    }
}

fn authority(url: &str) -> Option<String> {
    let uri: Uri = url.parse().ok()?;
    Some(uri.authority()?.as_str().to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(&[], true)]
    #[case(&[("sec-fetch-site", "same-origin")], true)]
    #[case(&[("sec-fetch-site", "none")], true)]
    #[case(&[("sec-fetch-site", "same-site")], false)]
    #[case(&[("sec-fetch-site", "cross-site"), ("origin", "http://127.0.0.1:8080")], false)]
    #[case(&[("origin", "http://127.0.0.1:8080")], true)]
    #[case(&[("origin", "https://Chat.shop.example")], true)]
    #[case(&[("origin", "https://chat.shop.example.evil.example")], false)]
    #[case(&[("origin", "null")], false)]
    fn only_pages_of_ours_change_something(#[case] sent: &[(&'static str, &'static str)], #[case] own: bool) {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, "127.0.0.1:8080".parse().unwrap());
        for (name, value) in sent {
            headers.insert(*name, value.parse().unwrap());
        }
        assert_eq!(own_page(&Method::POST, &headers, "https://chat.shop.example"), own);
        assert!(own_page(&Method::GET, &headers, "https://chat.shop.example"));
    }
}
