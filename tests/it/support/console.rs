//! An agent's console at its socket.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, client_async};

use super::server::Server;
use super::within;

pub struct Console {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub welcome: Value,
}

impl Console {
    /// With these headers, for example a token or a cookie; the HTTP status of a refusal.
    pub async fn open(server: &Server, headers: &[(&'static str, &str)], hello: Value) -> Result<Self, u16> {
        let stream = within("the connection", TcpStream::connect(server.address())).await.expect("the server listens");
        Self::over(stream, server, headers, hello).await
    }

    /// One for which hardly anything waits on its way.
    pub async fn with_little_room(server: &Server, token: &str) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(4096).expect("the size will do");
        let address = server.address().parse().expect("it is an address");
        let stream = within("the connection", socket.connect(address)).await.expect("the server listens");
        let bearer = format!("Bearer {token}");
        let hello = serde_json::json!({"type": "hello"});
        Self::over(stream, server, &[("Authorization", &bearer)], hello).await.expect("the token opens it")
    }

    async fn over(
        stream: TcpStream,
        server: &Server,
        headers: &[(&'static str, &str)],
        hello: Value,
    ) -> Result<Self, u16> {
        let address = format!("ws://{}/v1/console", server.address());
        let mut request = address.into_client_request().expect("it is an address");
        for (name, value) in headers {
            request.headers_mut().insert(*name, HeaderValue::from_str(value).expect("it fits a header"));
        }
        let opening = client_async(request, MaybeTlsStream::Plain(stream));
        let (stream, _) = match within("the upgrade", opening).await {
            Ok(opened) => opened,
            Err(tokio_tungstenite::tungstenite::Error::Http(response)) => return Err(response.status().as_u16()),
            Err(error) => panic!("cannot connect: {error}"),
        };
        let mut console = Self { stream, welcome: Value::Null };
        console.send(hello).await;
        console.welcome = console.frame().await;
        Ok(console)
    }

    pub async fn with_token(server: &Server, token: &str, hello: Value) -> Self {
        let bearer = format!("Bearer {token}");
        Self::open(server, &[("Authorization", &bearer)], hello).await.expect("the token opens it")
    }

    pub async fn send(&mut self, frame: Value) {
        within("a frame to be sent", self.stream.send(Message::text(frame.to_string()))).await.expect("it is sent");
    }

    pub async fn frame(&mut self) -> Value {
        self.next().await.unwrap_or_else(|code| panic!("the server closed with {code:?}"))
    }

    /// The next frame, or the close code.
    pub async fn next(&mut self) -> Result<Value, Option<u16>> {
        loop {
            match within("a frame", self.stream.next()).await {
                Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text).expect("every frame is JSON")),
                Some(Ok(Message::Close(frame))) => return Err(frame.map(|frame| frame.code.into())),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(None),
            }
        }
    }

    /// Frames up to the first that fits, that one included.
    pub async fn until(&mut self, fits: impl Fn(&Value) -> bool) -> Vec<Value> {
        let mut frames = Vec::new();
        loop {
            frames.push(self.frame().await);
            if frames.last().is_some_and(&fits) {
                return frames;
            }
        }
    }

    /// The first frame of that type that fits.
    pub async fn first(&mut self, kind: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let mut frames = self.until(|frame| frame["type"] == kind && fits(frame)).await;
        frames.pop().expect("it ends with what was waited for")
    }

    /// Everything that the server says before it has handled what was sent up to now.
    pub async fn so_far(&mut self) -> Vec<Value> {
        self.send(json!({"type": "ping"})).await;
        let mut frames = self.until(|frame| frame["type"] == "pong").await;
        frames.pop();
        frames
    }
}
