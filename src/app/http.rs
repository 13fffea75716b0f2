//! The whole router: every floor's routes, the web pages, health, metrics, machine-readable
//! contracts, the catalogue's pictures, and the headers that every answer carries.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Json, Response};
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

use super::asyncapi::asyncapi;
use super::{demo, web};
use crate::base::home::Home;
use crate::channels::help;
use crate::channels::switchboard::Switchboard;
use crate::channels::widget::Widget;
use crate::console::{self, Console};
use crate::engine::Engine;

/// Nothing but what a page of ours needs; an answer of the API needs nothing at all.
const POLICY: &str =
    "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

struct Operation {
    engine: Engine,
    metrics: PrometheusHandle,
}

pub(super) fn router(
    engine: Engine,
    doors: (&Widget, &Console, &Switchboard),
    home: &Home,
    metrics: PrometheusHandle,
) -> Router {
    let (widget, console, channels) = doors;
    let operation = Router::new()
        .route("/healthz", get(|| async { "alive\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(|State(operation): State<Arc<Operation>>| async move { operation.metrics.render() }))
        .with_state(Arc::new(Operation { engine: engine.clone(), metrics }));
    let contracts = Router::new()
        .route("/openapi.json", get(|| async { Json(console::openapi()) }))
        .route("/asyncapi.json", get(|| async { Json(asyncapi()) }));
    let catalogue = Router::new()
        .nest_service("/catalogue/pictures", ServeDir::new(home.catalogue().join("pictures")))
        .nest_service("/catalogue/models", ServeDir::new(home.catalogue().join("models")))
        // The widget shows them on other websites, some of which isolate themselves.
        .layer(header_layer(HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"));

    Router::new()
        .merge(operation)
        .merge(contracts)
        .merge(catalogue)
        .merge(console.router())
        .merge(help::router(engine.clone()))
        .merge(demo::router(engine))
        .merge(web::router())
        .merge(widget.router())
        .merge(channels.router())
        .fallback(not_found)
        .layer(header_layer(header::CONTENT_SECURITY_POLICY, POLICY))
        .layer(header_layer(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header_layer(header::REFERRER_POLICY, "strict-origin-when-cross-origin"))
        .layer(header_layer(header::X_FRAME_OPTIONS, "DENY"))
        .layer(middleware::map_response(close_after_too_large))
        .layer(CatchPanicLayer::new())
}

fn header_layer(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}

/// The rest of a body that is too large is not read, so the connection is of no more use,
/// and whoever sent it must not send the next request on it.
async fn close_after_too_large(mut response: Response) -> Response {
    if response.status() == StatusCode::PAYLOAD_TOO_LARGE {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Models are loaded and tables are up to date before the router exists; what can still
/// be missing is the database.
async fn ready(State(operation): State<Arc<Operation>>) -> Response {
    match operation.engine.store().ping().await {
        Ok(()) => "ready\n".into_response(),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response()
        }
    }
}

async fn not_found() -> Response {
    let problem = serde_json::json!({
        "type": "about:blank", "title": "Not Found", "status": 404, "detail": "there is nothing at this address",
    });
    (StatusCode::NOT_FOUND, [(header::CONTENT_TYPE, "application/problem+json")], problem.to_string()).into_response()
}
