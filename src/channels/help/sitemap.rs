//! Which pages there are, for search engines.

use std::fmt::Write as _;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::HelpCentre;
use super::home::address_of;
use super::library::{Library, language_of};
use super::links::in_language;

/// Addresses that one sitemap may name (sitemaps.org).
const MOST: usize = 50_000;

/// `/sitemap.xml`.
pub async fn sitemap(State(centre): State<HelpCentre>) -> Response {
    match centre.library().await {
        Ok(read) => {
            let xml = write(&read.1, centre.address());
            ([(header::CONTENT_TYPE, "application/xml; charset=utf-8")], xml).into_response()
        }
        Err(error) => {
            tracing::warn!(%error, "the sitemap cannot be written");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

/// `/robots.txt`: what agents and programs use is nothing to be found.
pub async fn robots(State(centre): State<HelpCentre>) -> impl IntoResponse {
    let text = format!(
        "User-agent: *\nDisallow: /console\nDisallow: /v1/\nDisallow: /help?q=\n\nSitemap: {}/sitemap.xml\n",
        centre.address()
    );
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text)
}

fn write(library: &Library, address: &str) -> String {
    let own = library.language(None);
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" \
         xmlns:xhtml=\"http://www.w3.org/1999/xhtml\">\n",
    );
    let mut pages = 0;
    let mut page = |path: &str, changed: Option<String>, versions: &[(String, String)]| {
        pages += 1;
        if pages > MOST {
            return;
        }
        let _ = write!(xml, "<url><loc>{}</loc>", escape(&format!("{address}{path}")));
        if let Some(changed) = changed {
            let _ = write!(xml, "<lastmod>{changed}</lastmod>");
        }
        for (language, path) in versions.iter().filter(|_| versions.len() > 1) {
            let href = escape(&format!("{address}{path}"));
            let _ = write!(xml, "<xhtml:link rel=\"alternate\" hreflang=\"{language}\" href=\"{href}\"/>");
        }
        xml.push_str("</url>\n");
    };
    for language in library.languages() {
        page(&in_language("/help", language, own), None, &[]);
        for category in library.categories(language) {
            // A group of nothing but foreign articles has its page in their language.
            if category.articles.iter().any(|article| language_of(&article.locale) == language) {
                page(&address_of(&category.slug, language, own), None, &[]);
            }
        }
    }
    for article in library.articles() {
        let versions: Vec<(String, String)> = library
            .versions(&article.id)
            .iter()
            .map(|version| (language_of(&version.locale).to_owned(), library.path(version)))
            .collect();
        page(&library.path(article), Some(article.updated.to_string()), &versions);
    }
    xml.push_str("</urlset>\n");
    xml
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&apos;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::article::Article;

    #[test]
    fn every_page_is_named_in_every_language() {
        let article = |locale: &str, category: &str| Article {
            id: "care".into(),
            title: "Care & more".into(),
            tags: Vec::new(),
            category: category.into(),
            locale: locale.into(),
            updated: jiff::civil::date(2026, 11, 1),
            body: String::new(),
        };
        let library = Library::new(vec![article("en", "Care"), article("nl", "Zorg")], "en");
        let xml = write(&library, "https://shop.example");
        for path in
            ["/help", "/help?locale=nl", "/help/category/care", "/help/category/zorg?locale=nl", "/help/care?locale=nl"]
        {
            assert!(xml.contains(&format!("<loc>https://shop.example{path}</loc>")), "{path}: {xml}");
        }
        assert!(xml.contains("<lastmod>2026-11-01</lastmod>"), "{xml}");
        assert!(xml.contains("hreflang=\"nl\" href=\"https://shop.example/help/care?locale=nl\""), "{xml}");
    }
}
