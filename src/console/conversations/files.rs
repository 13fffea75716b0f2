//! Files that agents send to the customer.

use axum::Json;
use axum::extract::multipart::{Multipart, MultipartError};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use utoipa::ToSchema;

use super::super::Console;
use super::super::auth::Acting;
use super::super::problem::{Problem, ProblemDocument};
use super::super::views::Reached;
use crate::domain::ConversationId;
use crate::engine::files::FileError;
use crate::engine::{NewFile, SendFileError};

/// One part that has a file name; others are passed over.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it only describes the form")]
pub struct FileForm {
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Send a file to the customer; the agent must hold the conversation.
#[utoipa::path(post, path = "/v1/conversations/{id}/files", params(("id" = String, Path)),
    request_body(content = FileForm, content_type = "multipart/form-data"),
    responses((status = 201, body = Reached), (status = 404, body = ProblemDocument),
        (status = 409, body = ProblemDocument), (status = 413, body = ProblemDocument), (status = 422, body = ProblemDocument)))]
pub async fn send(
    Acting(agent): Acting,
    State(console): State<Console>,
    Path(id): Path<ConversationId>,
    headers: HeaderMap,
    mut form: Multipart,
) -> Result<(StatusCode, Json<Reached>), Problem> {
    let files = console.files();
    let malformed = |error: MultipartError| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::FileTooLarge(files.largest),
        _ => Problem::Invalid(error.body_text()),
    };
    while let Some(part) = form.next_field().await.map_err(malformed)? {
        let Some(name) = part.file_name().map(str::to_owned) else { continue };
        let media_type = part.content_type().unwrap_or_default().to_owned();
        let bytes = part.bytes().await.map_err(malformed)?;
        let key = headers.get("idempotency-key").and_then(|value| value.to_str().ok());
        let new = NewFile { name: &name, media_type: &media_type, bytes: &bytes, key };
        let engine = console.engine();
        let seq = engine.send_file(&id, &agent, new, files).await?;
        engine.seen(&agent.id, &id, seq).await?;
        return Ok((StatusCode::CREATED, Json(Reached { seq, undo: None })));
    }
    Err(Problem::Invalid("send multipart/form-data with one part that has a file name".to_owned()))
}

impl From<SendFileError> for Problem {
    fn from(error: SendFileError) -> Self {
        match error {
            SendFileError::Handoff(error) => error.into(),
            SendFileError::File(FileError::TooLarge(largest)) => Problem::FileTooLarge(largest),
            SendFileError::File(FileError::Store(error)) => error.into(),
            SendFileError::File(FileError::Io(error)) => Problem::Internal(error.into()),
        }
    }
}
