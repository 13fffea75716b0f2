//! The page of one article, the vote on it, and the article as data.

use std::net::SocketAddr;

use axum::Form;
use axum::extract::{ConnectInfo, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Json, Redirect, Response};
use jiff::civil::Date;
use maud::{Markup, PreEscaped, html};
use serde::Deserialize;
use serde_json::json;

use super::frame::{self, Shop, render};
use super::library::{Library, language_of};
use super::links::from_article;
use super::words::{Words, words};
use super::{HelpCentre, Wanted, caller, home, is_from_elsewhere, problem, search, structured};
use crate::answer::markdown;
use crate::base::ids::new_uuid;
use crate::base::markdown::{BlockKind, blocks, slug};
use crate::domain::article::Article;
use crate::store::ArticleVote;

/// Headings from which on a page has a list of them.
const LISTED_FROM: usize = 3;
/// Other articles of the same category that are named.
const RELATED: usize = 5;
/// Characters of a description.
const DESCRIPTION: usize = 155;

#[derive(Debug, Default, Deserialize)]
pub struct ArticleQuery {
    locale: Option<String>,
    /// What was just voted: `yes` or `no`.
    thanks: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct VoteForm {
    /// `yes` or `no`.
    helpful: String,
    locale: String,
    /// The page as it was served.
    page: uuid::Uuid,
}

/// `/help/{id}`.
pub async fn page(
    State(centre): State<HelpCentre>,
    Path(id): Path<String>,
    Query(query): Query<ArticleQuery>,
) -> Response {
    let read = match centre.library().await {
        Ok(read) => read,
        Err(error) => return home::unavailable(&centre, &error).await,
    };
    let library = &read.1;
    let name = centre.shop().await;
    let shop = Shop { name: &name, address: centre.address(), own: library.language(None) };
    let Some(article) = library.article(&id, query.locale.as_deref()) else {
        let language = library.language(query.locale.as_deref());
        let instead = search::near(&centre, library, &id, language).await;
        return (StatusCode::NOT_FOUND, home::missing(&shop, library, language, instead)).into_response();
    };
    let path = library.path(article);
    let voted = query.thanks.as_deref().map(|helpful| helpful == "yes");
    let description = description_of(article);
    let languages = library.versions(&article.id).iter().map(|version| {
        let language = language_of(&version.locale).to_owned();
        (language, library.path(version))
    });
    let page = frame::Page {
        language: language_of(&article.locale),
        title: &article.title,
        description: &description,
        path: Some(&path),
        languages: languages.collect(),
        is_article: true,
        data: Some(structured::article(&shop, article, &path, &description)),
        query: "",
        body: body(library, &shop, article, voted),
    };
    render(&shop, &page).into_response()
}

/// A plain form's post: counted, and thanked for on the same page.
pub async fn vote(
    State(centre): State<HelpCentre>,
    Path(id): Path<String>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Form(form): Form<VoteForm>,
) -> Response {
    let helpful = match form.helpful.as_str() {
        "yes" => true,
        "no" => false,
        _ => return problem(StatusCode::UNPROCESSABLE_ENTITY, "`helpful` is yes or no"),
    };
    if is_from_elsewhere(&headers) {
        return problem(StatusCode::FORBIDDEN, "votes are given on the article's own page");
    }
    let Ok(read) = centre.library().await else {
        return problem(StatusCode::SERVICE_UNAVAILABLE, "the vote cannot be kept just now; please try again");
    };
    let Some(article) = read.1.article(&id, Some(&form.locale)) else {
        return problem(StatusCode::NOT_FOUND, "there is no such article");
    };
    if !centre.shared.votes.admits(caller(peer, &headers)) {
        return problem(StatusCode::TOO_MANY_REQUESTS, &words(language_of(&article.locale)).later);
    }
    let (page, locale) = (form.page.to_string(), article.locale.clone());
    let vote = ArticleVote { page, article: article.id.clone(), locale, helpful };
    if let Err(error) = centre.engine().store().vote_on_article(&vote).await {
        tracing::warn!(%error, "a vote on an article was not kept");
        return problem(StatusCode::SERVICE_UNAVAILABLE, "the vote cannot be kept just now; please try again");
    }
    let path = read.1.path(article);
    let joined = if path.contains('?') { '&' } else { '?' };
    Redirect::to(&format!("{path}{joined}thanks={}#helpful", form.helpful)).into_response()
}

/// `/v1/help/{id}`: the article in the wanted language, else in the first that there is.
/// `body` is Markdown.
pub async fn data(State(centre): State<HelpCentre>, Path(id): Path<String>, Query(wanted): Query<Wanted>) -> Response {
    let Ok(read) = centre.library().await else {
        return problem(StatusCode::SERVICE_UNAVAILABLE, "articles cannot be read just now; please try again");
    };
    match read.1.article(&id, wanted.locale.as_deref()) {
        Some(article) => Json(json!({
            "id": article.id, "title": article.title, "category": article.category, "locale": article.locale,
            "updated": article.updated, "url": article.url(), "body": article.body,
        }))
        .into_response(),
        None => problem(StatusCode::NOT_FOUND, "there is no such article"),
    }
}

fn body(library: &Library, shop: &Shop<'_>, article: &Article, voted: Option<bool>) -> Markup {
    let language = language_of(&article.locale);
    let words = words(language);
    let is_first = library.path(article) == article.url();
    let locale = (!is_first).then_some(article.locale.as_str());
    let content = markdown::page(&article.body, |link| from_article(link, locale));
    let categories = library.categories(language);
    let category = categories.iter().find(|category| category.name == article.category.trim());
    let trail = category.map(|category| (category.slug.as_str(), home::name_of(category, words)));
    let related: Vec<&Article> = category
        .into_iter()
        .flat_map(|category| category.articles.iter().copied())
        .filter(|other| other.id != article.id)
        .take(RELATED)
        .collect();
    html! {
        (home::where_you_are(words, language, shop.own, trail))
        article {
            h1 { (article.title) }
            (contents(words, article))
            div.prose { (PreEscaped(content)) }
            p.updated {
                (words.updated.replace("{date}", &date(words, article.updated)))
            }
        }
        (vote_form(words, article, voted))
        @if !related.is_empty() {
            nav.related aria-labelledby="related" {
                h2 #related { (words.related) }
                ul.articles { @for other in related { (home::entry(library, other, language)) } }
            }
        }
    }
}

/// The headings, where there are several.
fn contents(words: &Words, article: &Article) -> Markup {
    let all = blocks(&article.body);
    let headings: Vec<&str> = all
        .iter()
        .filter(|block| matches!(block.kind, BlockKind::Heading(2)) && !block.text.is_empty())
        .map(|block| block.text.as_str())
        .collect();
    html! {
        @if headings.len() >= LISTED_FROM {
            nav.contents aria-labelledby="contents" {
                h2 #contents { (words.on_this_page) }
                ul { @for heading in headings { li { a href=(format!("#{}", slug(heading))) { (heading) } } } }
            }
        }
    }
}

fn vote_form(words: &Words, article: &Article, voted: Option<bool>) -> Markup {
    html! {
        section.helpful #helpful {
            @match voted {
                Some(true) => { p role="status" { (words.thanks_yes) } }
                Some(false) => {
                    p role="status" { (words.thanks_no) " " a href="#q" { (words.search) } }
                }
                None => {
                    form method="post" action=(article.url()) {
                        h2 { (words.helpful) }
                        input type="hidden" name="locale" value=(article.locale);
                        input type="hidden" name="page" value=(new_uuid());
                        button name="helpful" value="yes" { (words.yes) }
                        button name="helpful" value="no" { (words.no) }
                    }
                }
            }
        }
    }
}

/// The beginning of the article, for those who look at a list of pages.
fn description_of(article: &Article) -> String {
    let first = blocks(&article.body).into_iter().find(|block| !matches!(block.kind, BlockKind::Heading(_)));
    let text = first.map_or_else(|| article.title.clone(), |block| block.text);
    if text.chars().count() <= DESCRIPTION {
        return text;
    }
    let cut: String = text.chars().take(DESCRIPTION).collect();
    let whole = cut.rsplit_once(' ').map_or(cut.as_str(), |(before, _)| before);
    format!("{}…", whole.trim_end_matches([',', ';', ':', '.']))
}

fn date(words: &Words, date: Date) -> String {
    let month = usize::from(date.month().unsigned_abs()) - 1;
    format!("{} {} {}", date.day(), words.months[month], date.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn article(body: &str) -> Article {
        Article {
            id: "returns".into(),
            title: "Returns".into(),
            tags: Vec::new(),
            category: "Returns".into(),
            locale: "en".into(),
            updated: jiff::civil::date(2026, 10, 4),
            body: body.into(),
        }
    }

    #[test]
    fn the_description_is_the_beginning_cut_between_words() {
        assert_eq!(description_of(&article("Send it **back**.\n\n## More\nx")), "Send it back.");
        let long = description_of(&article(&"thirty days ".repeat(30)));
        assert!(long.ends_with("days…") || long.ends_with("thirty…"), "{long}");
        assert!(long.chars().count() <= DESCRIPTION + 1);
    }

    #[test]
    fn a_page_is_voted_on_once_and_then_thanked_for() {
        let (library, shop) =
            (Library::new(vec![article("x")], "en"), Shop { name: "Shop", address: "https://shop.example", own: "en" });
        let page = |voted| body(&library, &shop, &article("x"), voted).into_string();
        assert!(page(None).contains(r#"<form method="post" action="/help/returns">"#));
        assert!(page(Some(true)).contains("Thank you.") && !page(Some(true)).contains("<form"));
        assert!(page(None).contains("Updated on 4 October 2026"));
    }

    #[test]
    fn only_long_articles_list_their_headings() {
        let headings = |body| contents(words("en"), &article(body)).into_string();
        assert_eq!(headings("## A\nx\n## B\ny"), "");
        assert!(headings("## A\nx\n## B\ny\n## When do I get it?\nz").contains("href=\"#when-do-i-get-it\""));
    }
}
