//! One WebSocket connection, from hello to close.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

use super::Address;

/// Enough for any frame that a person reads, and little enough for a thousand connections.
const READ_BUFFER: usize = 4096;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

pub struct Connection {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

/// What came next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received {
    Text(Utf8Bytes),
    /// A WebSocket ping or pong, answered already: the server lives.
    Alive,
    /// The end, with the server's code and reason, or none where it just broke off.
    Closed {
        code: Option<u16>,
        reason: String,
    },
}

#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error("nobody answers at {address}: is the server running? ({source})")]
    Unreachable { address: String, source: Box<Error> },
    #[error("{address} did not answer within {} s", CONNECT_TIMEOUT.as_secs())]
    Silent { address: String },
    #[error("{address} answers, but not as a Rapport server: {source}")]
    NotRapport { address: String, source: Box<Error> },
}

impl Connection {
    pub async fn open(address: &Address, inbox: &str) -> Result<Self, ConnectError> {
        let mut config = WebSocketConfig::default();
        config.read_buffer_size = READ_BUFFER;
        config.write_buffer_size = 0;
        let connecting = connect_async_with_config(address.socket(inbox), Some(config), true);
        let connected = tokio::time::timeout(CONNECT_TIMEOUT, connecting)
            .await
            .map_err(|_| ConnectError::Silent { address: address.to_string() })?;
        match connected {
            Ok((stream, _response)) => Ok(Self { stream }),
            Err(source @ Error::Io(_)) => {
                Err(ConnectError::Unreachable { address: address.to_string(), source: Box::new(source) })
            }
            Err(source) => Err(ConnectError::NotRapport { address: address.to_string(), source: Box::new(source) }),
        }
    }

    /// Sends one text frame. An error means that the connection is gone.
    pub async fn send(&mut self, text: impl Into<Utf8Bytes>) -> Result<(), Error> {
        self.stream.send(Message::Text(text.into())).await
    }

    /// The next thing that the server says. Safe to drop half-way, as in `select!`.
    pub async fn next(&mut self) -> Received {
        match self.stream.next().await {
            Some(Ok(Message::Text(text))) => Received::Text(text),
            Some(Ok(Message::Close(Some(frame)))) => {
                Received::Closed { code: Some(frame.code.into()), reason: frame.reason.to_string() }
            }
            Some(Ok(Message::Close(None))) => Received::Closed { code: None, reason: "closed".to_owned() },
            Some(Ok(_)) => Received::Alive,
            Some(Err(error)) => Received::Closed { code: None, reason: error.to_string() },
            None => Received::Closed { code: None, reason: "the connection broke off".to_owned() },
        }
    }

    /// Says goodbye; does not wait long for an answer.
    pub async fn close(mut self) {
        let _gone_anyway = tokio::time::timeout(Duration::from_secs(1), self.stream.close(None)).await;
    }
}
