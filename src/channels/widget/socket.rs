//! The wire under a session: typed frames over an axum WebSocket.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use tokio::time::timeout;

use super::frames::{CloseCode, ErrorFrame, ServerFrame};

/// A peer that does not take a frame for this long is gone.
const SEND_PATIENCE: Duration = Duration::from_secs(20);
/// How long a closing socket waits for the peer's own close.
const CLOSE_PATIENCE: Duration = Duration::from_secs(2);

pub(super) struct Wire {
    socket: WebSocket,
}

/// What came in.
pub(super) enum Incoming {
    Text(axum::extract::ws::Utf8Bytes),
    /// A WebSocket ping or pong: a sign of life.
    Alive,
    /// Not what this socket speaks; close with that code.
    Unfit(CloseCode),
    Gone,
}

/// The peer is gone; nothing more can be said.
#[derive(Debug)]
pub(super) struct Gone;

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

    pub async fn send(&mut self, frame: &ServerFrame) -> Result<(), Gone> {
        let text = serde_json::to_string(frame).expect("our own frames serialise: this is a bug");
        match timeout(SEND_PATIENCE, self.socket.send(Message::Text(text.into()))).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Gone),
        }
    }

    pub async fn refuse(&mut self, error: ErrorFrame, code: CloseCode) {
        if self.send(&ServerFrame::Error(error)).await.is_ok() {
            self.close(code, "").await;
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
