//! The wire under a socket's session: typed frames over an axum WebSocket, and the codes
//! with which both of our sockets refuse and close.
//!
//! It knows nothing of what the frames say.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::time::timeout;

/// A peer that does not take a frame for this long is gone.
const SEND_PATIENCE: Duration = Duration::from_secs(20);
/// How long a closing socket waits for the peer's own close.
const CLOSE_PATIENCE: Duration = Duration::from_secs(2);

pub struct Wire {
    socket: WebSocket,
}

/// What came in.
pub enum Incoming {
    Text(Utf8Bytes),
    /// A WebSocket ping or pong: a sign of life.
    Alive,
    /// Not what this socket speaks; close with that code.
    Unfit(CloseCode),
    Gone,
}

/// The peer is gone; nothing more can be said.
#[derive(Debug)]
pub struct Gone;

impl Wire {
    pub fn new(socket: WebSocket) -> Self {
        Self { socket }
    }

    pub async fn receive(&mut self) -> Incoming {
        match self.socket.recv().await {
            Some(Ok(Message::Text(text))) => Incoming::Text(text),
            Some(Ok(Message::Binary(_))) => Incoming::Unfit(CloseCode::BinaryFrame),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Incoming::Alive,
            Some(Ok(Message::Close(_))) | None => Incoming::Gone,
            Some(Err(error)) => unfit(error).map_or(Incoming::Gone, Incoming::Unfit),
        }
    }

    pub async fn send(&mut self, frame: &impl Serialize) -> Result<(), Gone> {
        let text = serde_json::to_string(frame).expect("our own frames serialise: this is a bug");
        self.send_text(text.into()).await
    }

    /// Sends a frame that was written before, for many readers at once.
    pub async fn send_text(&mut self, text: Utf8Bytes) -> Result<(), Gone> {
        match timeout(SEND_PATIENCE, self.socket.send(Message::Text(text))).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Gone),
        }
    }

    /// Says goodbye and waits a moment for the peer's answer: a connection dropped with
    /// unread data is reset, and the peer would never read why.
    pub async fn close(&mut self, code: CloseCode, reason: &'static str) {
        let frame = CloseFrame { code: code as u16, reason: reason.into() };
        if !matches!(timeout(CLOSE_PATIENCE, self.socket.send(Message::Close(Some(frame)))).await, Ok(Ok(()))) {
            return;
        }
        let _ = timeout(CLOSE_PATIENCE, async { while let Some(Ok(_)) = self.socket.recv().await {} }).await;
    }
}

/// Which close code a protocol error deserves; none where the connection is broken.
fn unfit(error: axum::Error) -> Option<CloseCode> {
    use tokio_tungstenite::tungstenite::Error;
    let error = error.into_inner();
    match error.downcast_ref::<Error>()? {
        Error::Capacity(_) => Some(CloseCode::TooLarge),
        Error::Utf8(_) => Some(CloseCode::InvalidUtf8),
        _ => None,
    }
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ErrorFrame {
    pub code: ErrorCode,
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_msg_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    BadFrame,
    TooLarge,
    RateLimited,
    Unauthorized,
    ForbiddenOrigin,
    UnknownInbox,
    Conflict,
    Unavailable,
}

/// Why a socket is closed: RFC 6455 section 7.4 and our own from 4000 on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum CloseCode {
    Normal = 1000,
    BinaryFrame = 1003,
    InvalidUtf8 = 1007,
    Policy = 1008,
    TooLarge = 1009,
    Restart = 1012,
    TryAgainLater = 1013,
    HelloExpected = 4001,
    Superseded = 4003,
}

impl ErrorFrame {
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), client_msg_id: None, retry_after_ms: None }
    }

    pub fn about(mut self, client_msg_id: impl ToString) -> Self {
        self.client_msg_id = Some(client_msg_id.to_string());
        self
    }

    pub fn retry_after(mut self, wait: std::time::Duration) -> Self {
        self.retry_after_ms = Some(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).max(1));
        self
    }
}
