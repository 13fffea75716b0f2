//! Files from and to customers: `POST /v1/uploads` gives an id for `attachments`,
//! `GET /v1/files/{id}` gives the bytes to those who may see the conversation.

use axum::Json;
use axum::body::Body;
use axum::extract::{Multipart, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::Widget;
use crate::base::cookie;
use crate::domain::FileId;
use crate::engine::files::FileError;
use crate::store::{Store, StoreError, StoredFile, Visitor};

#[derive(Debug, thiserror::Error)]
pub(super) enum UploadError {
    #[error("send the visitor's token as `Authorization: Bearer …`")]
    NoToken,
    #[error("there is no such file")]
    NotFound,
    #[error("send multipart/form-data with one part that has a file name: {0}")]
    Malformed(String),
    #[error("a file may have {0} bytes")]
    TooLarge(usize),
    #[error("the file could not be kept; please try again")]
    Io(#[from] std::io::Error),
    #[error("the file could not be kept; please try again")]
    Store(#[from] StoreError),
}

impl From<FileError> for UploadError {
    fn from(error: FileError) -> Self {
        match error {
            FileError::TooLarge(largest) => UploadError::TooLarge(largest),
            FileError::Io(error) => UploadError::Io(error),
            FileError::Store(error) => UploadError::Store(error),
        }
    }
}

impl IntoResponse for UploadError {
    fn into_response(self) -> Response {
        let status = match &self {
            UploadError::NoToken => StatusCode::UNAUTHORIZED,
            UploadError::NotFound => StatusCode::NOT_FOUND,
            UploadError::Malformed(_) => StatusCode::BAD_REQUEST,
            UploadError::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            UploadError::Io(error) => {
                tracing::error!(%error, "an upload could not be written");
                StatusCode::SERVICE_UNAVAILABLE
            }
            UploadError::Store(error) => {
                tracing::error!(%error, "an upload could not be recorded");
                StatusCode::SERVICE_UNAVAILABLE
            }
        };
        let title = status.canonical_reason().unwrap_or("error");
        let problem =
            json!({ "type": "about:blank", "title": title, "status": status.as_u16(), "detail": self.to_string() });
        (status, [(header::CONTENT_TYPE, "application/problem+json")], problem.to_string()).into_response()
    }
}

pub(super) async fn upload(
    State(widget): State<Widget>,
    headers: HeaderMap,
    mut form: Multipart,
) -> Result<Response, UploadError> {
    let visitor = visitor(&widget, &headers).await?;
    let limit = widget.shared.config.limits.upload_bytes;
    let malformed = |error: axum::extract::multipart::MultipartError| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => UploadError::TooLarge(limit),
        _ => UploadError::Malformed(error.body_text()),
    };
    while let Some(part) = form.next_field().await.map_err(malformed)? {
        let Some(name) = part.file_name().map(str::to_owned) else { continue };
        let media_type = part.content_type().unwrap_or_default().to_owned();
        let bytes = part.bytes().await.map_err(malformed)?;
        let store = widget.shared.engine.store();
        let file = widget.shared.files.keep(store, &visitor.customer_id, (&name, &media_type), &bytes).await?;
        let answer = json!({ "id": file.id, "name": file.name, "media_type": file.media_type, "bytes": file.bytes });
        return Ok((StatusCode::CREATED, Json(answer)).into_response());
    }
    Err(UploadError::Malformed("no part has a file name".to_owned()))
}

/// Always as an attachment, and never sniffed: an upload is data, not a page of ours.
pub(super) async fn download(
    State(widget): State<Widget>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, UploadError> {
    let file = widget.shared.engine.store().file(&FileId(id)).await?.ok_or(UploadError::NotFound)?;
    if !may_read(widget.shared.engine.store(), &headers, &file).await? {
        return Err(UploadError::NotFound);
    }
    let bytes = widget.shared.files.read(&file.id).await?;
    let disposition = format!("attachment; filename=\"{}\"", file.name);
    let headers = [
        (header::CONTENT_TYPE, file.media_type),
        (header::CONTENT_DISPOSITION, disposition),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    Ok((headers, Body::from(bytes)).into_response())
}

/// Whoever sent a file may read it, and so may agents, by token or in the console.
async fn may_read(store: &Store, headers: &HeaderMap, file: &StoredFile) -> Result<bool, UploadError> {
    if let Some(token) = bearer(headers) {
        let visitor = store.visitor_of_any_inbox(token).await?;
        let own = visitor.is_some_and(|visitor| visitor.customer_id == file.customer_id);
        return Ok(own || store.agent_by_token(token).await?.is_some());
    }
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let session = cookie::session_in(cookies).ok_or(UploadError::NoToken)?;
    Ok(store.agent_by_session(session).await?.is_some())
}

async fn visitor(widget: &Widget, headers: &HeaderMap) -> Result<Visitor, UploadError> {
    let token = bearer(headers).ok_or(UploadError::NoToken)?;
    widget.shared.engine.store().visitor_of_any_inbox(token).await?.ok_or(UploadError::NoToken)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}
