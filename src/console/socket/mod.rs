//! The console's socket, `GET /v1/console`: everything that happens, in all
//! conversations, as it happens.
//!
//! One `hub` a process reads the log and writes each frame once; a `session` is one open
//! socket, which passes on what the hub says and catches up from the log after a resume.

pub mod frames;
pub(super) mod hub;
mod session;

use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::HeaderMap;
use axum::response::Response;

use super::Console;
use super::auth::Key;
use super::origin::same_origin;
use super::problem::Problem;

/// The largest frame that a console sends.
const LARGEST_FRAME: usize = 64 * 1024;

pub(super) async fn open(
    State(console): State<Console>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Problem> {
    let key = Key::of(&headers).ok_or(Problem::Unauthorized)?;
    // A page of another website could open a socket with our cookie.
    if matches!(key, Key::Session(_)) && !same_origin(&headers, console.public_url()) {
        return Err(Problem::Foreign);
    }
    let agent = key.agent(&console).await?;
    Ok(upgrade.read_buffer_size(4096).max_message_size(LARGEST_FRAME).max_frame_size(LARGEST_FRAME).on_upgrade(
        move |socket| {
            let tracker = console.shared.sockets.clone();
            tracker.track_future(async move {
                metrics::gauge!("rapport_consoles_open").increment(1);
                session::run(&console, socket, key, agent).await;
                metrics::gauge!("rapport_consoles_open").decrement(1);
            })
        },
    ))
}
