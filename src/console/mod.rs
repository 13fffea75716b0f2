//! The agents' API: the queue, the conversation with its reasons, taking over.
//!
//! REST under `/v1/`, with a bearer token from `rapport token create`. Errors are
//! problem documents (RFC 9457). It changes conversations through the engine only, so
//! that the log tells everything that happens here too.

mod actions;
mod analyze;
mod auth;
mod conversations;
mod problem;
mod views;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use utoipa::OpenApi;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};

use crate::engine::Engine;

/// The routes of this floor.
pub fn router(engine: Engine) -> Router {
    Router::new()
        .route("/v1/me", get(auth::me))
        .route("/v1/conversations", get(conversations::list))
        .route("/v1/conversations/{id}", get(conversations::read))
        .route("/v1/conversations/{id}/entries", get(conversations::entries))
        .route("/v1/conversations/{id}/take", post(actions::take))
        .route("/v1/conversations/{id}/hand-back", post(actions::hand_back))
        .route("/v1/conversations/{id}/resolve", post(actions::resolve))
        .route("/v1/conversations/{id}/messages", post(actions::reply))
        .route("/v1/conversations/{id}/notes", post(actions::note))
        .route("/v1/analyze", post(analyze::analyze))
        .layer(DefaultBodyLimit::max(problem::LARGEST_BODY))
        .with_state(engine)
}

/// The machine-readable form of this floor, generated from the code.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut document = Document::openapi();
    let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    document.components.get_or_insert_default().add_security_scheme("bearer", bearer);
    document
}

#[derive(OpenApi)]
#[openapi(
    info(title = "Rapport", description = "The agents' API of Rapport."),
    paths(
        auth::me,
        conversations::list,
        conversations::read,
        conversations::entries,
        actions::take,
        actions::hand_back,
        actions::resolve,
        actions::reply,
        actions::note,
        analyze::analyze
    ),
    security(("bearer" = []))
)]
struct Document;
