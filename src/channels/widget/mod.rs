//! The customer socket, `GET /v1/chat`: what the widget, the terminal and every client
//! written from docs/interfaces.md speak.
//!
//! `frames` are its words, `hello` lets a visitor in, `session` is one open socket,
//! `uploads` takes files, and `presentation` tells the widget how it looks.

pub mod frames;
mod hello;
mod presentation;
mod session;
mod uploads;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Query, State};
use axum::http::header::{AUTHORIZATION, HOST, ORIGIN};
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use axum::routing::{get, post};
use serde::Deserialize;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower_http::cors::{Any, CorsLayer};

use super::limits::Limiter;
use crate::base::config::Config;
use crate::base::proxy;
use crate::engine::Engine;
use crate::engine::files::Files;

/// What every socket shares.
#[derive(Clone)]
pub struct Widget {
    shared: Arc<Shared>,
}

struct Shared {
    engine: Engine,
    config: Arc<Config>,
    limiter: Limiter,
    files: Files,
    /// Sockets open now.
    open: AtomicUsize,
    /// Cancelled when the server stops: sockets say 1012 and go.
    stopping: CancellationToken,
    /// Upgraded sockets outlive axum's graceful shutdown, so they are counted here.
    sockets: TaskTracker,
}

#[derive(Deserialize)]
struct ChatQuery {
    inbox: Option<String>,
}

/// Who knocks, before anything was said.
struct Caller {
    address: IpAddr,
    origin: Option<String>,
    host: Option<String>,
    inbox_key: String,
}

impl Widget {
    pub fn new(engine: Engine, config: Arc<Config>, stopping: CancellationToken, sockets: TaskTracker) -> Self {
        let limiter = Limiter::new(&config.limits);
        let files = Files::new(&config.data_dir, config.limits.upload_bytes);
        let open = AtomicUsize::new(0);
        Self { shared: Arc::new(Shared { engine, config, limiter, files, open, stopping, sockets }) }
    }

    pub fn router(&self) -> Router {
        // Multipart headers come on top; the handler counts the file itself.
        let upload_limit = self.shared.config.limits.upload_bytes + 64 * 1024;
        // Any origin may ask: what counts is the visitor's token, which only the socket gives
        // out, and only to websites that stand in the inbox's list. There are no cookies.
        let files = Router::new()
            .route("/v1/uploads", post(uploads::upload).layer(DefaultBodyLimit::max(upload_limit)))
            .route("/v1/files/{id}", get(uploads::download))
            .layer(
                CorsLayer::new()
                    .allow_origin(Any)
                    .allow_methods([Method::GET, Method::POST])
                    .allow_headers([AUTHORIZATION]),
            );
        let presentation = Router::new()
            .route("/v1/widget", get(presentation::presentation))
            .layer(CorsLayer::new().allow_origin(Any));
        Router::new().route("/v1/chat", get(chat)).merge(files).merge(presentation).with_state(self.clone())
    }

    /// Forgets the counters of who has been silent; to be called now and then.
    pub fn tidy(&self) {
        self.shared.limiter.forget_the_silent();
    }
}

/// A socket larger than this is cut at once; between the limit and this it is read to
/// its end, so that the client can read why it was refused.
fn hard_limit(frame_bytes: usize) -> usize {
    (2 * frame_bytes).max(2 * 1024 * 1024)
}

async fn chat(
    State(widget): State<Widget>,
    Query(query): Query<ChatQuery>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let forwarded = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let caller = Caller {
        address: proxy::caller(address.ip(), forwarded),
        origin: header(ORIGIN),
        host: header(HOST),
        inbox_key: query.inbox.unwrap_or_default(),
    };
    let hard_limit = hard_limit(widget.shared.config.limits.frame_bytes);
    upgrade
        // axum's default of 128 KB a socket would cost 128 MB for a thousand idle ones.
        .read_buffer_size(4096)
        .max_message_size(hard_limit)
        .max_frame_size(hard_limit)
        .on_upgrade(move |socket| {
            let tracker = widget.shared.sockets.clone();
            tracker.track_future(async move {
                widget.shared.open.fetch_add(1, Ordering::Relaxed);
                metrics::gauge!("rapport_sockets_open").increment(1);
                session::run(&widget, socket, caller).await;
                metrics::gauge!("rapport_sockets_open").decrement(1);
                widget.shared.open.fetch_sub(1, Ordering::Relaxed);
            })
        })
}
