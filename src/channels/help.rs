//! The articles, so that an answer's source can be read: as pages, plain HTML that needs
//! no scripts, under `/help` and `/help/{id}`; and as data under `/v1/help/{id}`, for the
//! widget's own reader.

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Json, Response};
use axum::routing::get;
use serde::Deserialize;
use serde_json::json;
use tower_http::cors::{Any, CorsLayer};

use crate::answer::markdown::page;
use crate::domain::article::Article;
use crate::engine::Engine;

const STYLE: &str = "body{font:1.05rem/1.6 system-ui,sans-serif;max-width:42rem;margin:2rem auto;padding:0 1rem;\
color:#1d2420;background:#fdfcf9}h1{line-height:1.2}a{color:#2a6049}table{border-collapse:collapse}\
td,th{border:1px solid #d8d4c8;padding:.3rem .6rem;text-align:left}li{margin:.2rem 0}footer{color:#5d665f;\
margin-top:3rem;border-top:1px solid #d8d4c8;padding-top:1rem}\
@media(prefers-color-scheme:dark){body{color:#e8e6e0;background:#161a18}a{color:#8fd0b2}td,th{border-color:#3a413d}\
footer{color:#9aa39d;border-color:#3a413d}}@media print{footer{display:none}}\n";

#[derive(Deserialize)]
struct Wanted {
    locale: Option<String>,
}

impl Wanted {
    /// Of an article's languages the wanted one, else the first that there is.
    fn of<'a>(&self, versions: &'a [Article]) -> Option<&'a Article> {
        let language = self.locale.as_deref().map(language_of);
        versions.iter().find(|article| Some(language_of(&article.locale)) == language).or(versions.first())
    }
}

pub fn router(engine: Engine) -> Router {
    // The widget reads them from its website's origin; articles are public.
    let data = Router::new().route("/v1/help/{id}", get(data)).layer(CorsLayer::new().allow_origin(Any));
    Router::new()
        .merge(data)
        .route("/help", get(list))
        .route("/help/style.css", get(|| async { ([(header::CONTENT_TYPE, "text/css")], STYLE) }))
        .route("/help/{id}", get(read))
        .with_state(engine)
}

/// Each article once, in the wanted language where it is there.
async fn list(State(engine): State<Engine>, Query(wanted): Query<Wanted>) -> Response {
    let Ok(all) = engine.store().articles().await else { return unavailable() };
    let mut articles: Vec<&Article> = Vec::new();
    for versions in all.chunk_by(|a, b| a.id == b.id) {
        articles.extend(wanted.of(versions));
    }
    articles.sort_by(|a, b| (&a.category, &a.title).cmp(&(&b.category, &b.title)));
    let mut body = String::from("<h1>Help</h1>");
    for group in articles.chunk_by(|a, b| a.category == b.category) {
        body.push_str(&format!("<h2>{}</h2><ul>", escape_html(&group[0].category)));
        for article in group {
            let query = wanted.locale.as_ref().map(|_| format!("?locale={}", article.locale)).unwrap_or_default();
            body.push_str(&format!(
                "<li><a href=\"{}{query}\">{}</a></li>",
                article.url(),
                escape_html(&article.title)
            ));
        }
        body.push_str("</ul>");
    }
    document("en", "Help", &body)
}

async fn read(State(engine): State<Engine>, Path(id): Path<String>, Query(wanted): Query<Wanted>) -> Response {
    let Ok(articles) = engine.store().articles_with_id(&id).await else { return unavailable() };
    let Some(article) = wanted.of(&articles) else {
        let body = "<h1>There is no such article</h1><p><a href=\"/help\">All articles</a></p>";
        return (StatusCode::NOT_FOUND, document("en", "Not found", body)).into_response();
    };
    document(&article.locale, &article.title, &article_body(article))
}

/// The article in the wanted language, else in the first that there is. `body` is Markdown.
async fn data(State(engine): State<Engine>, Path(id): Path<String>, Query(wanted): Query<Wanted>) -> Response {
    let Ok(articles) = engine.store().articles_with_id(&id).await else {
        return problem(StatusCode::SERVICE_UNAVAILABLE, "articles cannot be read just now; please try again");
    };
    match wanted.of(&articles) {
        Some(article) => Json(json!({
            "id": article.id, "title": article.title, "category": article.category, "locale": article.locale,
            "updated": article.updated, "url": article.url(), "body": article.body,
        }))
        .into_response(),
        None => problem(StatusCode::NOT_FOUND, "there is no such article"),
    }
}

fn language_of(locale: &str) -> &str {
    locale.split(['-', '_']).next().unwrap_or_default()
}

fn problem(status: StatusCode, detail: &str) -> Response {
    let title = status.canonical_reason().unwrap_or("error");
    let problem = json!({ "type": "about:blank", "title": title, "status": status.as_u16(), "detail": detail });
    (status, [(header::CONTENT_TYPE, "application/problem+json")], problem.to_string()).into_response()
}

fn article_body(article: &Article) -> String {
    format!(
        "<article><h1>{}</h1>{}</article><footer><a href=\"/help\">All articles</a> · Updated {}</footer>",
        escape_html(&article.title),
        page(&article.body),
        article.updated
    )
}

fn document(language: &str, title: &str, body: &str) -> Response {
    Html(format!(
        "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{}</title>\
         <link rel=\"stylesheet\" href=\"/help/style.css\"></head><body><main>{body}</main></body></html>",
        escape_html(language),
        escape_html(title)
    ))
    .into_response()
}

fn unavailable() -> Response {
    let body = "<h1>Help is not available just now</h1><p>Please try again in a minute.</p>";
    (StatusCode::SERVICE_UNAVAILABLE, document("en", "Not available", body)).into_response()
}

/// Text inside HTML, and inside a quoted attribute.
fn escape_html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
