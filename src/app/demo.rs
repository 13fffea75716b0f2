//! The sample shop's website, where the widget can be tried as a customer meets it:
//! `/demo` and its product pages under `/shop`. Where another shop is served, these are
//! not there, and `/` is a short page that says where to go.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Json, Redirect, Response};
use axum::routing::get;
use rust_embed::RustEmbed;

use super::sample;
use super::web::file;
use crate::engine::Engine;

#[derive(RustEmbed)]
#[folder = "web/demo"]
struct Demo;

pub(super) fn router(engine: Engine) -> Router {
    Router::new()
        .route("/", get(start))
        .route("/demo", get(page))
        .route("/demo/products.json", get(products))
        .route(
            "/demo/{file}",
            get(|Path(path): Path<String>, headers: HeaderMap| async move { file::<Demo>(&path, &headers) }),
        )
        .route("/shop/{product}", get(page))
        .with_state(engine)
}

async fn start(State(engine): State<Engine>, headers: HeaderMap) -> Response {
    if is_sample_shop(&engine).await {
        Redirect::temporary("/demo").into_response()
    } else {
        file::<Demo>("start.html", &headers)
    }
}

/// One page for the shop's front and its products; its script reads the address.
async fn page(State(engine): State<Engine>, headers: HeaderMap) -> Response {
    if is_sample_shop(&engine).await {
        return file::<Demo>("index.html", &headers);
    }
    let why = "The sample shop is not served here. `rapport serve` on an empty data directory loads it.\n";
    (StatusCode::NOT_FOUND, why).into_response()
}

/// The catalogue itself, so that page and chat always speak of the same goods.
async fn products(State(engine): State<Engine>) -> Response {
    match engine.store().products().await {
        Ok(products) => ([(header::CACHE_CONTROL, "no-cache")], Json(products)).into_response(),
        Err(error) => {
            tracing::warn!(%error, "the demo page has no products");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

async fn is_sample_shop(engine: &Engine) -> bool {
    matches!(engine.store().inbox_by_key(sample::INBOX).await, Ok(Some(_)))
}
