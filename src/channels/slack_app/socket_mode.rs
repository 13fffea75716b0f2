//! Socket Mode: Slack delivers through a connection that we open, so that no public address
//! is needed. An envelope is acknowledged once it is kept; what is not acknowledged comes
//! again on the next connection.
//!
//! <https://docs.slack.dev/apis/events-api/using-socket-mode>

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_tungstenite::tungstenite::Message;
use tokio_util::sync::CancellationToken;

use super::api::Api;
use crate::base::outbound::WebSocket;
use crate::channels::channel::{ChannelError, Intake};
use crate::channels::slack_wire::events::take_apart;

const PING_EVERY: Duration = Duration::from_secs(10);
/// A connection that says nothing for so long, not even to a ping, is dead.
const SILENCE: Duration = Duration::from_secs(35);

/// Takes what comes until it is stopped or the connection is lost.
pub async fn listen(
    api: &Api,
    staff_channel: Option<&str>,
    intake: &dyn Intake,
    stopping: CancellationToken,
) -> Result<(), ChannelError> {
    let mut socket = open(api).await?;
    loop {
        let ended = tokio::select! {
            () = stopping.cancelled() => return socket.close(None).await.or(Ok(())),
            ended = read(&mut socket, staff_channel, intake) => ended?,
        };
        tracing::debug!(reason = ended, "Slack wants a new connection");
        // The new one is open before the old one goes, so that Slack always has one.
        socket = open(api).await?;
    }
}

/// Reads until Slack asks for a new connection; why it does.
async fn read(
    socket: &mut WebSocket,
    staff_channel: Option<&str>,
    intake: &dyn Intake,
) -> Result<String, ChannelError> {
    let mut pings = interval(PING_EVERY);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut heard = Instant::now();
    loop {
        let frame = tokio::select! {
            frame = socket.next() => frame,
            _ = pings.tick() => {
                if heard.elapsed() > SILENCE {
                    return Err(ChannelError::Later("Slack's socket has fallen silent".to_owned()));
                }
                socket.send(Message::Ping(Default::default())).await.map_err(broken)?;
                continue;
            }
        };
        heard = Instant::now();
        let text = match frame {
            Some(Ok(Message::Text(text))) => text,
            Some(Ok(Message::Close(_))) | None => {
                return Err(ChannelError::Later("Slack has closed the socket".to_owned()));
            }
            Some(Ok(_)) => continue,
            Some(Err(error)) => return Err(broken(error)),
        };
        let envelope: Value = serde_json::from_str(&text).unwrap_or_default();
        if envelope["type"] == "disconnect" {
            return match envelope["reason"].as_str() {
                Some("link_disabled") => Err(ChannelError::Revoked(
                    "Socket Mode is switched off (link_disabled): switch it on in the app's settings, or give the app this \
                     inbox's address instead and remove the app-level token"
                        .to_owned(),
                )),
                reason => Ok(reason.unwrap_or_default().to_owned()),
            };
        }
        let Some(id) = envelope["envelope_id"].as_str() else { continue };
        let kept = intake.keep(take_apart(&envelope["payload"], staff_channel)).await;
        kept.map_err(|error| ChannelError::Later(format!("an event could not be kept: {error}")))?;
        socket.send(Message::text(json!({"envelope_id": id}).to_string())).await.map_err(broken)?;
    }
}

async fn open(api: &Api) -> Result<WebSocket, ChannelError> {
    let opened = api.post("apps.connections.open", &json!({})).await?;
    let socket = api.outbound().websocket(opened["url"].as_str().unwrap_or_default()).await;
    socket.map_err(|error| ChannelError::Later(format!("Slack's socket does not open: {error}")))
}

fn broken(error: tokio_tungstenite::tungstenite::Error) -> ChannelError {
    ChannelError::Later(format!("Slack's socket broke: {error}"))
}
