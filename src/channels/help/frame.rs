//! What surrounds every page: its head, the way to search, and the languages.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::links::in_language;
use super::words::{Words, direction, native_name, words};

const STYLE: &str = include_str!("../../../web/help/help.css");
const SCRIPT: &str = include_str!("../../../web/help/help.js");
const ICON: &str = include_str!("../../../web/help/help.svg");

/// What changes with a file's content, so that browsers may keep the file for ever.
static VERSION: LazyLock<String> =
    LazyLock::new(|| hex::encode(&Sha256::new().chain_update(STYLE).chain_update(SCRIPT).finalize()[..6]));

/// The shop, as every page names it.
pub struct Shop<'a> {
    pub name: &'a str,
    /// Where this server is reached, without a slash at its end.
    pub address: &'a str,
    /// Its own language.
    pub own: &'a str,
}

/// A page, and what is told about it to those who do not look at it.
pub struct Page<'a> {
    pub language: &'a str,
    pub title: &'a str,
    pub description: &'a str,
    /// Where it is read; `None` where nobody shall come back to it.
    pub path: Option<&'a str>,
    /// The same in each language, itself included: code and path.
    pub languages: Vec<(String, String)>,
    pub is_article: bool,
    /// JSON-LD.
    pub data: Option<Value>,
    /// What was searched for.
    pub query: &'a str,
    pub body: Markup,
}

/// The whole document.
pub fn render(shop: &Shop<'_>, page: &Page<'_>) -> Markup {
    let words = words(page.language);
    let full_title = if page.path == Some("/help") {
        format!("{} · {}", words.help, shop.name)
    } else {
        format!("{} · {}", page.title, shop.name)
    };
    let home = in_language("/help", page.language, shop.own);
    html! {
        (DOCTYPE)
        html lang=(page.language) dir=(direction(page.language)) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (full_title) }
                meta name="description" content=(page.description);
                (addresses(shop, page))
                meta property="og:type" content=(if page.is_article { "article" } else { "website" });
                meta property="og:title" content=(page.title);
                meta property="og:description" content=(page.description);
                meta property="og:site_name" content=(shop.name);
                meta property="og:locale" content=(page.language.replace('-', "_"));
                meta name="twitter:card" content="summary";
                meta name="color-scheme" content="light dark";
                link rel="icon" type="image/svg+xml" href="/help/files/help.svg";
                link rel="stylesheet" href=(format!("/help/files/help.css?v={}", *VERSION));
                script defer src=(format!("/help/files/help.js?v={}", *VERSION)) {}
                @if let Some(data) = &page.data {
                    script type="application/ld+json" { (PreEscaped(inside_script(data))) }
                }
            }
            body {
                a.skip href="#content" { (words.skip) }
                header.top {
                    div.bar {
                        a.shop href=(home) { span.name { (shop.name) } " " span.help { (words.help) } }
                        (search_form(words, page))
                        @if page.languages.len() > 1 { (language_choice(words, page)) }
                    }
                }
                main #content tabindex="-1" { (page.body) }
                footer.end {
                    a href=(home) { (words.all_articles) }
                    span.hint data-slash { (words.slash_hint) }
                }
            }
        }
    }
}

fn addresses(shop: &Shop<'_>, page: &Page<'_>) -> Markup {
    let full = |path: &str| format!("{}{path}", shop.address);
    html! {
        @match page.path {
            None => { meta name="robots" content="noindex"; }
            Some(path) => {
                link rel="canonical" href=(full(path));
                meta property="og:url" content=(full(path));
                @for (code, path) in page.languages.iter().filter(|_| page.languages.len() > 1) {
                    link rel="alternate" hreflang=(code) href=(full(path));
                }
                @if let Some((_, first)) = page.languages.first().filter(|_| page.languages.len() > 1) {
                    link rel="alternate" hreflang="x-default" href=(full(first));
                }
            }
        }
    }
}

/// A plain form; the script makes it a search as one types.
fn search_form(words: &Words, page: &Page<'_>) -> Markup {
    html! {
        form.search role="search" action="/help" method="get" data-heard=(words.heard) data-locale=(page.language) {
            label for="q" { (words.search) }
            input #q name="q" type="search" value=(page.query) placeholder=(words.search) maxlength="200"
                autocomplete="off" spellcheck="true" enterkeyhint="search" required;
            input type="hidden" name="locale" value=(page.language);
            button type="submit" { (words.search_button) }
        }
    }
}

fn language_choice(words: &Words, page: &Page<'_>) -> Markup {
    html! {
        nav.languages aria-label=(words.language) {
            ul {
                @for (code, path) in &page.languages {
                    li {
                        a href=(path) lang=(code) hreflang=(code)
                            aria-current=[(code == page.language).then_some("true")] { (native_name(code)) }
                    }
                }
            }
        }
    }
}

/// JSON that cannot end the element that it stands in.
fn inside_script(data: &Value) -> String {
    data.to_string().replace('<', "\\u003c")
}

/// The files that the pages need.
pub async fn file(Path(name): Path<String>) -> Response {
    let (media_type, text) = match name.as_str() {
        "help.css" => ("text/css; charset=utf-8", STYLE),
        "help.js" => ("text/javascript; charset=utf-8", SCRIPT),
        "help.svg" => ("image/svg+xml", ICON),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let for_ever = "public, max-age=31536000, immutable";
    ([(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, for_ever)], text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn page(body: Markup) -> Page<'static> {
        Page {
            language: "nl",
            title: "A & <b>",
            description: "About \"it\"",
            path: Some("/help/a?locale=nl"),
            languages: vec![("en".into(), "/help/a".into()), ("nl".into(), "/help/a?locale=nl".into())],
            is_article: true,
            data: Some(json!({"headline": "</script><script>alert(1)</script>"})),
            query: "\"><script>",
            body,
        }
    }

    #[test]
    fn nothing_that_somebody_wrote_becomes_markup() {
        let shop = Shop { name: "<Shop>", address: "https://help.shop.example", own: "en" };
        let html = render(&shop, &page(html! { p { "x" } })).into_string();
        assert!(!html.contains("<script>") && !html.contains("<b>") && !html.contains("<Shop>"), "{html}");
        assert!(html.contains(r#"<html lang="nl" dir="ltr">"#), "{html}");
        assert!(html.contains(r#"<link rel="canonical" href="https://help.shop.example/help/a?locale=nl">"#), "{html}");
        assert!(html.contains(r#"hreflang="x-default" href="https://help.shop.example/help/a">"#), "{html}");
    }

    #[test]
    fn what_nobody_shall_come_back_to_is_not_listed() {
        let shop = Shop { name: "Shop", address: "https://help.shop.example", own: "en" };
        let html = render(&shop, &Page { path: None, ..page(html! {}) }).into_string();
        assert!(html.contains("noindex") && !html.contains("canonical"), "{html}");
    }
}
