//! The front page with its categories, and the page of one category.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::json;

use super::frame::{Page, Shop, render};
use super::library::{Category, Library, language_of};
use super::links::{encoded, in_language};
use super::words::{Words, native_name, words};
use super::{HelpCentre, Wanted, search};
use crate::domain::article::Article;
use crate::store::StoreError;

/// Articles of a category that the front page names.
const NAMED: usize = 5;
/// Articles on one page of a category.
const LISTED: usize = 100;

#[derive(Debug, Default, Deserialize)]
pub struct HomeQuery {
    q: Option<String>,
    locale: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
pub struct CategoryQuery {
    locale: Option<String>,
    page: Option<usize>,
}

/// `/help`, and `/help?q=…` for what is searched.
pub async fn page(
    State(centre): State<HelpCentre>,
    Query(query): Query<HomeQuery>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Response {
    if let Some(words) = query.q.as_deref().map(str::trim).filter(|words| !words.is_empty()) {
        let wanted = Wanted { locale: query.locale };
        return search::page(&centre, words, &wanted, super::caller(peer, &headers)).await;
    }
    let read = match centre.library().await {
        Ok(read) => read,
        Err(error) => return unavailable(&centre, &error).await,
    };
    let library = &read.1;
    let (name, language) = (centre.shop().await, library.language(query.locale.as_deref()));
    let shop = Shop { name: &name, address: centre.address(), own: library.language(None) };
    let (words, path) = (words(language), in_language("/help", language, shop.own));
    let data = json!({
        "@context": "https://schema.org", "@type": "WebSite", "name": shop.name, "inLanguage": language,
        "url": format!("{}{path}", shop.address),
        "potentialAction": {
            "@type": "SearchAction", "target": format!("{}/help?q={{query}}", shop.address),
            "query-input": "required name=query",
        },
    });
    let categories = library.categories(language);
    let body = html! {
        h1 { (words.question) }
        @if categories.is_empty() {
            section.empty { h2 { (words.empty) } p { (words.empty_more) } }
        } @else {
            (shelf(library, &categories, language, shop.own))
        }
    };
    let page = Page {
        language,
        title: &words.question,
        description: &words.about.replace("{shop}", &name),
        path: Some(&path),
        languages: every_language(library, |language| in_language("/help", language, shop.own)),
        is_article: false,
        data: Some(data),
        query: "",
        body,
    };
    render(&shop, &page).into_response()
}

/// `/help/category/{slug}`.
pub async fn category(
    State(centre): State<HelpCentre>,
    Path(slug): Path<String>,
    Query(query): Query<CategoryQuery>,
) -> Response {
    let read = match centre.library().await {
        Ok(read) => read,
        Err(error) => return unavailable(&centre, &error).await,
    };
    let library = &read.1;
    let (name, language) = (centre.shop().await, library.language(query.locale.as_deref()));
    let shop = Shop { name: &name, address: centre.address(), own: library.language(None) };
    let words = words(language);
    let categories = library.categories(language);
    let Some(category) = categories.iter().find(|category| category.slug == slug) else {
        return (StatusCode::NOT_FOUND, missing(&shop, library, language, html! {})).into_response();
    };
    let number = query.page.unwrap_or(1).max(1);
    let pages = category.articles.len().div_ceil(LISTED);
    let shown = category.articles.iter().skip((number - 1) * LISTED).take(LISTED);
    let path = address_of(&category.slug, language, shop.own);
    let heading = name_of(category, words);
    let body = html! {
        (where_you_are(words, language, shop.own, None))
        h1 { (heading) }
        ul.articles { @for article in shown { (entry(library, article, language)) } }
        @if number < pages {
            p { a.more rel="next" href=(with_page(&path, number + 1)) { (words.more) } }
        }
    };
    let to = |language: &str| {
        let slug = library.translated(category, language);
        slug.map_or_else(|| in_language("/help", language, shop.own), |slug| address_of(&slug, language, shop.own))
    };
    let own_path = if number > 1 { with_page(&path, number) } else { path.clone() };
    let page = Page {
        language,
        title: heading,
        description: &format!("{heading}: {}", words.about.replace("{shop}", &name)),
        path: Some(&own_path),
        languages: every_language(library, to),
        is_article: false,
        data: None,
        query: "",
        body,
    };
    render(&shop, &page).into_response()
}

/// A page for what is not there, with the way to what is.
pub fn missing(shop: &Shop<'_>, library: &Library, language: &str, instead: Markup) -> Markup {
    let words = words(language);
    let body = html! {
        h1 { (words.not_found) }
        p.lead { (words.not_found_more) }
        (instead)
        h2 { (words.browse) }
        (shelf(library, &library.categories(language), language, shop.own))
    };
    let page = Page {
        language,
        title: &words.not_found,
        description: &words.not_found_more,
        path: None,
        languages: every_language(library, |language| in_language("/help", language, shop.own)),
        is_article: false,
        data: None,
        query: "",
        body,
    };
    render(shop, &page)
}

/// The database does not answer.
pub async fn unavailable(centre: &HelpCentre, error: &StoreError) -> Response {
    tracing::warn!(%error, "the help centre cannot read the articles");
    let language = centre.engine().own_language();
    let (name, words) = (centre.shop().await, words(language));
    let shop = Shop { name: &name, address: centre.address(), own: language };
    let page = Page {
        language,
        title: &words.unavailable,
        description: &words.unavailable_more,
        path: None,
        languages: Vec::new(),
        is_article: false,
        data: None,
        query: "",
        body: html! { h1 { (words.unavailable) } p.lead { (words.unavailable_more) } },
    };
    (StatusCode::SERVICE_UNAVAILABLE, render(&shop, &page)).into_response()
}

/// The categories with their first articles.
pub fn shelf(library: &Library, categories: &[Category<'_>], language: &str, own: &str) -> Markup {
    let words = words(language);
    html! {
        div.categories {
            @for category in categories {
                section.category {
                    h2 { a href=(address_of(&category.slug, language, own)) { (name_of(category, words)) } }
                    ul.articles {
                        @for article in category.articles.iter().take(NAMED) { (entry(library, article, language)) }
                    }
                    @if category.articles.len() > NAMED {
                        p { a.more href=(address_of(&category.slug, language, own))
                            aria-label=(format!("{}: {}", name_of(category, words), all_of(words, category))) {
                            (all_of(words, category))
                        } }
                    }
                }
            }
        }
    }
}

/// Home, and the category that a page belongs to.
pub fn where_you_are(words: &Words, language: &str, own: &str, category: Option<(&str, &str)>) -> Markup {
    html! {
        nav.trail aria-label=(words.where_you_are) {
            ol {
                li { a href=(in_language("/help", language, own)) { (words.help) } }
                @if let Some((slug, name)) = category {
                    li { a href=(address_of(slug, language, own)) { (name) } }
                }
            }
        }
    }
}

/// An article in a list; one in another language says so.
pub fn entry(library: &Library, article: &Article, language: &str) -> Markup {
    let its_own = language_of(&article.locale);
    let foreign = (its_own != language).then_some(its_own);
    html! {
        li {
            a href=(library.path(article)) lang=[foreign] hreflang=[foreign] { (article.title) }
            @if let Some(code) = foreign {
                " " span.foreign { (words(language).also_in.replace("{language}", &native_name(code))) }
            }
        }
    }
}

pub fn every_language(library: &Library, path: impl Fn(&str) -> String) -> Vec<(String, String)> {
    library.languages().iter().map(|language| (language.clone(), path(language))).collect()
}

pub fn address_of(slug: &str, language: &str, own: &str) -> String {
    in_language(&format!("/help/category/{}", encoded(slug)), language, own)
}

pub fn name_of<'a>(category: &'a Category<'_>, words: &'a Words) -> &'a str {
    if category.name.is_empty() { &words.other } else { category.name }
}

fn all_of(words: &Words, category: &Category<'_>) -> String {
    words.all_of.replace("{n}", &category.articles.len().to_string())
}

fn with_page(path: &str, number: usize) -> String {
    let joined = if path.contains('?') { '&' } else { '?' };
    format!("{path}{joined}page={number}")
}
