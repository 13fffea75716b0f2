//! The public help centre from outside: pages, search, votes, and what programs read.

use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, StatusCode, Url};
use serde_json::{Value, json};

use crate::support::api::{Answer, Api};
use crate::support::http_client;
use crate::support::server::{Server, Setup};
use crate::support::within;

/// Without pictures, which there are none of.
const LARGEST_PAGE: usize = 60 * 1024;

async fn sample() -> &'static Server {
    Server::shared("help").await
}

async fn get(server: &Server, path: &str) -> Answer {
    Api::anonymous(server).get(path).await
}

async fn page(server: &Server, path: &str) -> String {
    let answer = get(server, path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
    answer.text
}

/// What stands between two marks, each time.
fn between<'a>(text: &'a str, begin: &str, end: &str) -> Vec<&'a str> {
    text.split(begin).skip(1).filter_map(|rest| rest.split(end).next()).collect()
}

/// The vote's form, filled in and sent as a browser would.
async fn vote(server: &Server, article: &str, html: &str, helpful: &str) -> Answer {
    let field = |name: &str| between(html, &format!("name=\"{name}\" value=\""), "\"");
    let (locale, page) = (field("locale").last().copied().unwrap_or("en"), field("page")[0]);
    let form = [("locale", locale), ("page", page), ("helpful", helpful)];
    let client = Client::builder().redirect(Policy::none()).build().expect("a client");
    let request = client.post(format!("{}/help/{article}", server.url));
    Api::anonymous(server).send(filled_in(request, &form)).await
}

/// The body of a plain form; these values need no escapes.
fn filled_in(request: RequestBuilder, form: &[(&str, &str)]) -> RequestBuilder {
    let pairs: Vec<String> = form.iter().map(|(name, value)| format!("{name}={value}")).collect();
    request.header("Content-Type", "application/x-www-form-urlencoded").body(pairs.join("&"))
}

#[tokio::test]
async fn every_page_of_the_sitemap_is_small_complete_and_strict() {
    let server = sample().await;
    let sitemap = page(server, "/sitemap.xml").await;
    let addresses: Vec<String> =
        between(&sitemap, "<loc>", "</loc>").into_iter().map(|address| address.replace("&amp;", "&")).collect();
    assert!(addresses.len() > 90, "{} pages", addresses.len());
    let shared: usize = {
        let home = page(server, "/help").await;
        let mut bytes = 0;
        for file in between(&home, "=\"/help/files/", "\"") {
            bytes += page(server, &format!("/help/files/{file}")).await.len();
        }
        bytes
    };
    let client = http_client();
    let mut canonical = Vec::new();
    for address in &addresses {
        let url = Url::parse(address).expect("an address");
        let path = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
        let answer = within("a page", client.get(format!("{}{path}", server.url)).send()).await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        let policy = answer.headers()["content-security-policy"].to_str().expect("text").to_owned();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        let html = answer.text().await.expect("text");
        assert!(html.len() + shared < LARGEST_PAGE, "{path}: {} bytes", html.len() + shared);
        for needed in ["<title>", "name=\"description\"", "rel=\"canonical\"", "og:title", "<h1", "</main>"] {
            assert!(html.contains(needed), "{path} has no {needed}");
        }
        assert!(!html.contains(" style=") && !html.contains(" onclick="), "{path}");
        canonical.extend(between(&html, "rel=\"canonical\" href=\"", "\"").into_iter().map(str::to_owned));
    }
    assert_eq!(canonical, addresses, "each page names itself");
    assert!(page(server, "/robots.txt").await.contains("/sitemap.xml"));
}

#[tokio::test]
async fn an_article_is_readable_linked_and_told_to_programs() {
    let server = sample().await;
    let html = page(server, "/help/return-an-item").await;
    assert!(html.contains("<html lang=\"en\" dir=\"ltr\">"), "{html}");
    assert!(html.contains("id=\"when-do-i-get-my-money\""), "a source links there: {html}");
    assert!(html.contains("href=\"/help/return-label-and-drop-off\""), "{html}");
    assert!(html.contains("hreflang=\"nl\""), "{html}");
    let data = between(&html, "type=\"application/ld+json\">", "</script>")[0];
    let data: Value = serde_json::from_str(data).expect("JSON");
    let graph = data["@graph"].as_array().expect("a list");
    assert!(graph.iter().any(|one| one["@type"] == "Article" && one["headline"] == "How to return an item"), "{data}");
    assert!(graph.iter().any(|one| one["@type"] == "FAQPage"), "{data}");

    let dutch = page(server, "/help/return-an-item?locale=nl").await;
    assert!(dutch.contains("<html lang=\"nl\"") && dutch.contains("Heeft dit u geholpen?"), "{dutch}");
    assert!(dutch.contains("?locale=nl\""), "links stay in the language: {dutch}");
    let data = get(server, "/v1/help/return-an-item?locale=nl").await.ok();
    assert_eq!(data["locale"], "nl");
}

#[tokio::test]
async fn what_is_not_there_leads_to_what_is() {
    let server = sample().await;
    let answer = get(server, "/help/returning-an-item").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(answer.text.contains("href=\"/help/return-an-item\""), "{}", answer.text);
    assert!(answer.text.contains("noindex"), "{}", answer.text);
    assert_eq!(get(server, "/help/category/nothing").await.status, StatusCode::NOT_FOUND);
    let hostile = get(server, "/help?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E").await;
    assert!(!hostile.text.contains("<script>alert"), "{}", hostile.text);
}

#[tokio::test]
async fn the_search_finds_what_the_bot_finds_by_meaning_and_despite_typos() {
    let server = sample().await;
    for (query, article) in [
        ("how do I send something back", "return-an-item"),
        ("my parcle did not arive", "parcel-late-or-lost"),
        ("can I pay in installments", "klarna"),
    ] {
        let path = format!("/v1/help?locale=en&q={}", query.replace(' ', "+"));
        let found = get(server, &path).await.ok();
        let articles: Vec<&str> =
            found["items"].as_array().expect("a list").iter().filter_map(|one| one["article"].as_str()).collect();
        assert!(articles.iter().take(3).any(|one| *one == article), "{query}: {articles:?}");
        let html = page(server, &format!("/help?q={}", query.replace(' ', "+"))).await;
        assert!(html.contains(&format!("href=\"/help/{article}")), "{query}: {html}");
    }
    let dutch = page(server, "/help?locale=nl&q=terugsturen").await;
    assert!(dutch.contains("Hoe stuur ik iets terug?"), "{dutch}");
    get(server, "/v1/help?q=").await.problem(422);
}

#[tokio::test]
async fn a_search_without_result_says_what_may_help() {
    let html = page(sample().await, "/help?q=zzqx+vvkp").await;
    assert!(html.contains("Nothing was found for") && html.contains("Look through all articles"), "{html}");
}

#[tokio::test]
async fn a_vote_is_counted_once_a_page_and_may_be_changed() {
    let server = sample().await;
    let html = page(server, "/help/klarna").await;
    let answer = vote(server, "klarna", &html, "yes").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    assert_eq!(answer.headers["location"], "/help/klarna?thanks=yes#helpful");
    assert!(page(server, "/help/klarna?thanks=yes").await.contains("Thank you."));
    vote(server, "klarna", &html, "no").await;
    assert!(page(server, "/help/klarna?thanks=no").await.contains("Thank you for telling us"));

    vote(server, "klarna", &html, "perhaps").await.problem(422);
    vote(server, "nothing", &html, "yes").await.problem(404);
    let request = http_client().post(format!("{}/help/klarna", server.url)).header("Sec-Fetch-Site", "cross-site");
    let form = [("locale", "en"), ("page", between(&html, "name=\"page\" value=\"", "\"")[0]), ("helpful", "yes")];
    Api::anonymous(server).send(filled_in(request, &form)).await.problem(403);
}

#[tokio::test]
async fn a_shop_without_articles_says_so() {
    let data = crate::support::scratch::Scratch::new();
    data.write("data/shop/knowledge-base/.keep", "");
    data.write(
        "data/shop/intents/greeting.yaml",
        "description: Greets.\nexamples:\n  - hello\n  - hi\nreply:\n  - Hello.\n",
    );
    let server = Server::start_as(Setup { data_dir: Some(data.path().join("data")), ..Setup::default() }).await;
    let html = page(&server, "/help").await;
    assert!(html.contains("There are no articles yet"), "{html}");
    let found = get(&server, "/v1/help?q=anything").await.ok();
    assert_eq!(found, json!({"items": []}));
}
