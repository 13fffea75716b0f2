//! How an inbox presents itself, told before anybody connects: `GET /v1/widget?inbox=KEY`.
//! A launcher on a page needs no socket, and yet it has a colour and a place.

use axum::Json;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::{ChatQuery, Widget};
use crate::domain::inbox::InboxSettings;

/// What is public of an inbox: nothing that a visitor would not see anyway.
pub(super) async fn presentation(State(widget): State<Widget>, Query(query): Query<ChatQuery>) -> Response {
    let key = query.inbox.unwrap_or_default();
    match widget.shared.engine.store().inbox_by_key(&key).await {
        Ok(Some(inbox)) => {
            let assistant = inbox.settings.assistant.clone();
            let assistant = assistant.unwrap_or_else(|| widget.shared.config.assistant.name.clone());
            let settings = InboxSettings { assistant: Some(assistant), ..inbox.settings };
            // A page asks at every view; a change may take five minutes to be seen.
            ([(header::CACHE_CONTROL, "public, max-age=300")], Json(settings)).into_response()
        }
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => {
            tracing::warn!(%error, "an inbox's presentation cannot be read");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}
