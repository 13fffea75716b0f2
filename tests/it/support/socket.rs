//! A WebSocket in the raw, for what no well-behaved client does.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::server::Server;
use super::within;

pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

/// What a server said before it closed, and the code it closed with, if any.
#[derive(Debug)]
pub struct Closed {
    pub frames: Vec<Value>,
    pub code: Option<u16>,
}

impl Socket {
    pub async fn open(server: &Server) -> Self {
        Self::open_as(server, "demo", None).await
    }

    pub async fn open_as(server: &Server, inbox: &str, origin: Option<&str>) -> Self {
        let address = format!("ws://{}/v1/chat?inbox={inbox}", server.address());
        let mut request = address.into_client_request().expect("it is an address");
        if let Some(origin) = origin {
            request.headers_mut().insert("Origin", HeaderValue::from_str(origin).expect("it fits a header"));
        }
        let (stream, _) = within("the connection", connect_async(request)).await.expect("the server upgrades");
        Self { stream }
    }

    pub async fn send(&mut self, frame: Value) {
        self.send_text(&frame.to_string()).await;
    }

    pub async fn send_text(&mut self, text: &str) {
        self.send_message(Message::text(text)).await;
    }

    /// Sends whatever it is. A server that has hung up already is judged by what it said.
    pub async fn send_message(&mut self, message: Message) {
        match within("a frame to be sent", self.stream.send(message)).await {
            Ok(()) | Err(Error::ConnectionClosed | Error::AlreadyClosed | Error::Io(_) | Error::Protocol(_)) => {}
            Err(error) => panic!("cannot send: {error}"),
        }
    }

    /// A text frame with any bytes in it.
    pub async fn send_bytes_as_text(&mut self, bytes: &'static [u8]) {
        self.send_message(Message::Frame(Frame::message(bytes, OpCode::Data(Data::Text), true))).await;
    }

    /// The next frame; the server must not close.
    pub async fn frame(&mut self) -> Value {
        match within("a frame", self.next()).await {
            Ok(frame) => frame,
            Err(code) => panic!("the server closed with {code:?}"),
        }
    }

    /// Frames up to the first that fits, that one included.
    pub async fn until(&mut self, fits: impl Fn(&Value) -> bool) -> Vec<Value> {
        let mut frames = Vec::new();
        loop {
            let frame = match within(&format!("a certain frame, after {frames:#?}"), self.next()).await {
                Ok(frame) => frame,
                Err(code) => panic!("the server closed with {code:?} after {frames:#?}"),
            };
            frames.push(frame);
            if frames.last().is_some_and(&fits) {
                return frames;
            }
        }
    }

    /// Everything that the server says before it has handled what was sent up to now.
    pub async fn so_far(&mut self) -> Vec<Value> {
        self.send(json!({"type": "ping"})).await;
        let mut frames = self.until(|frame| frame["type"] == "pong").await;
        frames.pop();
        frames
    }

    /// Waits for the server to close.
    pub async fn closed(mut self) -> Closed {
        let mut frames = Vec::new();
        loop {
            match within("the server to close", self.next()).await {
                Ok(frame) => frames.push(frame),
                Err(code) => return Closed { frames, code },
            }
        }
    }

    /// The next frame, or the close code.
    async fn next(&mut self) -> Result<Value, Option<u16>> {
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Text(text))) => {
                    return Ok(serde_json::from_str(&text).expect("every frame is JSON"));
                }
                Some(Ok(Message::Close(frame))) => return Err(frame.map(|frame| frame.code.into())),
                Some(Ok(Message::Binary(_))) => panic!("the server sends no binary frames"),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(None),
            }
        }
    }
}

impl Closed {
    /// The code of the last error told, if any.
    pub fn error(&self) -> Option<&str> {
        self.frames.iter().rev().find(|frame| frame["type"] == "error")?["code"].as_str()
    }
}
