//! Searching: the page of results, and the same as data for the search as one types.

use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Json, Response};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::json;
use unicode_segmentation::UnicodeSegmentation;

use super::frame::{Page, Shop, render};
use super::library::{Library, language_of};
use super::words::words;
use super::{HelpCentre, Wanted, caller, home, problem};
use crate::answer::markdown::plain;
use crate::base::privacy::mask;
use crate::engine::Found;
use crate::search::words::Analyser;
use crate::store::HelpSearch;

/// Results on a page, and at most as data.
const RESULTS: usize = 12;
/// Suggestions, where nobody says how many.
const SUGGESTED: usize = 6;
/// Characters of what is searched for.
const LONGEST: usize = 200;
/// Characters of a snippet, about.
const SNIPPET: usize = 240;

#[derive(Debug, Default, Deserialize)]
pub struct DataQuery {
    q: Option<String>,
    locale: Option<String>,
    limit: Option<usize>,
    /// Whether the typing has come to rest: such a search is counted.
    #[serde(default)]
    settled: bool,
}

/// The page of what was found.
pub async fn page(centre: &HelpCentre, asked: &str, wanted: &Wanted, from: IpAddr) -> Response {
    let read = match centre.library().await {
        Ok(read) => read,
        Err(error) => return home::unavailable(centre, &error).await,
    };
    let library = &read.1;
    let (name, language) = (centre.shop().await, library.language(wanted.locale.as_deref()));
    let shop = Shop { name: &name, address: centre.address(), own: library.language(None) };
    let asked: String = asked.chars().take(LONGEST).collect();
    let found = find(centre, &asked, language, from, RESULTS).await;
    count(centre, &asked, language, found.len()).await;
    let words = words(language);
    let title = if found.is_empty() { &words.nothing } else { &words.results }.replace("{query}", &asked);
    let body = html! {
        h1 { (title) }
        @if found.is_empty() {
            section.empty {
                h2 { (words.try_this) }
                ul { @for tip in &words.tips { li { (tip) } } }
            }
            h2 { (words.browse) }
            (home::shelf(library, &library.categories(language), language, shop.own))
        } @else {
            (results(library, &found, &asked, language))
        }
    };
    let page = Page {
        language,
        title: &title,
        description: &title,
        // Searches are not for other search engines.
        path: None,
        languages: home::every_language(library, |language| with_query(&asked, language)),
        is_article: false,
        data: None,
        query: &asked,
        body,
    };
    render(&shop, &page).into_response()
}

/// `/v1/help?q=…`: the best articles, as data.
pub async fn data(
    State(centre): State<HelpCentre>,
    Query(query): Query<DataQuery>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Response {
    let Some(asked) = query.q.as_deref().map(str::trim).filter(|asked| !asked.is_empty()) else {
        return problem(StatusCode::UNPROCESSABLE_ENTITY, "`q` has the words to search for");
    };
    let Ok(read) = centre.library().await else {
        return problem(StatusCode::SERVICE_UNAVAILABLE, "articles cannot be read just now; please try again");
    };
    let library = &read.1;
    let language = library.language(query.locale.as_deref());
    let asked: String = asked.chars().take(LONGEST).collect();
    let most = query.limit.unwrap_or(SUGGESTED).clamp(1, RESULTS);
    let found = find(&centre, &asked, language, caller(peer, &headers), most).await;
    if query.settled {
        count(&centre, &asked, language, found.len()).await;
    }
    let items: Vec<_> = found
        .iter()
        .map(|found| {
            json!({
                "article": found.passage.article, "title": found.passage.title, "section": section_of(found),
                "locale": found.passage.locale, "url": found.passage.url, "snippet": snippet(found),
                "confidence": found.confidence,
            })
        })
        .collect();
    Json(json!({ "items": items })).into_response()
}

/// Articles that come near to a name that nobody knows.
pub async fn near(centre: &HelpCentre, library: &Library, name: &str, language: &str) -> Markup {
    let asked = name.replace(['-', '_'], " ");
    let found = centre.engine().find_by_words(&asked, language, SUGGESTED);
    html! {
        @if !found.is_empty() {
            h2 { (words(language).perhaps) }
            (results(library, &found, &asked, language))
        }
    }
}

/// Whoever searches faster than a person types finds by words alone, which costs nothing.
async fn find(centre: &HelpCentre, asked: &str, language: &str, from: IpAddr, most: usize) -> Vec<Found> {
    if centre.shared.searches.admits(from) {
        centre.engine().find(asked, language, most).await
    } else {
        centre.engine().find_by_words(asked, language, most)
    }
}

/// Keeps what was searched for, so that the owner sees what is missing; a search that
/// cannot be kept was answered all the same.
async fn count(centre: &HelpCentre, asked: &str, language: &str, found: usize) {
    let search = HelpSearch { terms: mask(asked).into_owned(), locale: language.to_owned(), found };
    if let Err(error) = centre.engine().store().keep_search(&search).await {
        tracing::warn!(%error, "a search in the help centre was not counted");
    }
}

fn results(library: &Library, found: &[Found], asked: &str, language: &str) -> Markup {
    html! {
        ol.results {
            @for one in found {
                @let foreign = Some(language_of(&one.passage.locale)).filter(|own| *own != language);
                li lang=[foreign] {
                    h2 { a href=(one.passage.url) { (one.passage.title) } }
                    @if let Some(section) = section_of(one) { p.section { (section) } }
                    p.snippet { (marked(&snippet(one), asked, &one.passage.locale)) }
                    @if let Some(category) = category_of(library, one) { p.group { (category) } }
                }
            }
        }
    }
}

fn category_of<'a>(library: &'a Library, found: &Found) -> Option<&'a str> {
    let article = library.article(&found.passage.article, Some(&found.passage.locale))?;
    Some(article.category.as_str()).filter(|category| !category.is_empty())
}

/// The heading that it stands under; none for an article's opening.
fn section_of(found: &Found) -> Option<&str> {
    found.passage.path.last().map(String::as_str)
}

/// The sentences that the bot would answer with, without their marks.
fn snippet(found: &Found) -> String {
    let text = plain(&found.text).split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= SNIPPET {
        return text;
    }
    let cut: String = text.chars().take(SNIPPET).collect();
    let whole = cut.rsplit_once(' ').map_or(cut.as_str(), |(before, _)| before);
    format!("{}…", whole.trim_end_matches([',', ';', ':', '.']))
}

/// The text with the words marked that were searched for.
fn marked(text: &str, asked: &str, locale: &str) -> Markup {
    let analyser = Analyser::new(locale);
    let wanted: HashSet<String> = analyser.words(asked).into_iter().map(|word| word.stem).collect();
    let fits = |piece: &str| analyser.words(piece).iter().any(|word| wanted.contains(&word.stem));
    html! {
        @for piece in text.split_word_bounds() {
            @if fits(piece) { mark { (piece) } } @else { (piece) }
        }
    }
}

fn with_query(asked: &str, language: &str) -> String {
    let pairs = [("q", asked), ("locale", language)];
    let query = reqwest::Url::parse_with_params("http://help/", pairs);
    format!("/help?{}", query.as_ref().ok().and_then(reqwest::Url::query).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_marked_by_their_stems_and_nothing_becomes_markup() {
        let html = marked("Returns cost <nothing> & are free.", "return costs", "en").into_string();
        assert_eq!(html, "<mark>Returns</mark> <mark>cost</mark> &lt;nothing&gt; &amp; are free.");
    }

    #[test]
    fn a_query_stands_in_an_address() {
        assert_eq!(with_query("a&b ü", "nl"), "/help?q=a%26b+%C3%BC&locale=nl");
    }
}
