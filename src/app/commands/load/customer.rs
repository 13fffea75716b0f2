//! One customer of the load: a socket, its messages, and a stop-watch for each.

mod track;

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use crate::app::client::{Address, Connection, Received};
use crate::base::ids::new_uuid;

use super::light::Light;
use super::mix::Messages;
use super::tally::Tally;
use track::Track;

const WELCOME_PATIENCE: Duration = Duration::from_secs(20);
/// How long answers are waited for after the last message.
const DRAIN: Duration = Duration::from_secs(20);

/// When a customer writes.
pub enum Pace {
    Every { next: Instant, every: Duration },
    OnceAnswered,
    Silent,
}

pub struct Customer {
    number: usize,
    connection: Connection,
    heartbeat: Duration,
    track: Track,
    /// The first 24 characters of every `client_msg_id`; the rest counts messages.
    id_prefix: String,
    frame: String,
    tally: Arc<Mutex<Tally>>,
}

impl Customer {
    /// Connects and is welcomed; the time of both together is what is told.
    pub async fn connect(
        number: usize,
        address: &Address,
        inbox: &str,
        tally: Arc<Mutex<Tally>>,
    ) -> anyhow::Result<Self> {
        let begun = Instant::now();
        match timeout(WELCOME_PATIENCE, welcomed(address, inbox)).await.context("no welcome in time")? {
            Ok((connection, heartbeat, last_seq)) => {
                lock(&tally).connected_in(begun.elapsed());
                let id_prefix = new_uuid().to_string()[..24].to_owned();
                let track = Track::after(last_seq);
                Ok(Self { number, connection, heartbeat, track, id_prefix, frame: String::new(), tally })
            }
            Err(error) => {
                lock(&tally).error("connect");
                Err(error)
            }
        }
    }

    pub fn number(&self) -> usize {
        self.number
    }

    /// Writes until `end`, then waits for what is still due. Only messages that were due
    /// from `counted_from` on are counted.
    pub async fn run(mut self, mut messages: Messages, mut pace: Pace, counted_from: Instant, end: Instant) {
        let mut next_ping = Instant::now() + self.heartbeat;
        // In a closed loop: when to write next, if not once answered.
        let mut free_from = matches!(pace, Pace::OnceAnswered).then(Instant::now);
        let give_up = end + DRAIN;
        let broke_off = loop {
            let now = Instant::now();
            let due = match &pace {
                Pace::Every { next, .. } => Some(*next),
                Pace::OnceAnswered => free_from,
                Pace::Silent => None,
            };
            let due = due.filter(|due| *due < end && now < end);
            if now >= end && self.track.is_settled() || now >= give_up {
                break None;
            }
            let wake = if now < end { end } else { give_up };
            tokio::select! {
                received = self.connection.next() => match received {
                    Received::Text(text) => {
                        if let Some(write_at) = self.heard(&text) {
                            free_from = Some(write_at);
                        }
                    }
                    Received::Alive => {}
                    Received::Closed { code, .. } => break Some(code),
                },
                () = until(due) => {
                    let due = due.unwrap_or(now);
                    if let Pace::Every { next, every } = &mut pace {
                        *next += *every;
                    }
                    free_from = None;
                    if self.write(messages.next(), due, due >= counted_from).await.is_err() {
                        break Some(None);
                    }
                }
                () = sleep_until(next_ping) => {
                    next_ping = Instant::now() + self.heartbeat;
                    if self.connection.send(r#"{"type":"ping"}"#).await.is_err() {
                        break Some(None);
                    }
                }
                () = sleep_until(wake) => {}
            }
        };
        self.finish(broke_off).await;
    }

    async fn finish(self, broke_off: Option<Option<u16>>) {
        {
            let mut tally = lock(&self.tally);
            if let Some(code) = broke_off {
                tally.error(&code.map_or("broke_off".to_owned(), |code| format!("closed_{code}")));
            }
            tally.lost += self.track.lost();
        }
        if broke_off.is_none() {
            self.connection.close().await;
        }
    }

    async fn write(&mut self, message: &str, due: Instant, counts: bool) -> Result<(), ()> {
        use std::fmt::Write;
        let number = self.track.sending(due, counts);
        self.frame.clear();
        let _infallible = write!(
            self.frame,
            r#"{{"type":"message","client_msg_id":"{}{number:012x}","text":{message}}}"#,
            self.id_prefix
        );
        if counts {
            lock(&self.tally).sent += 1;
        }
        self.connection.send(self.frame.as_str()).await.map_err(drop)
    }

    /// Takes note of a frame; in a closed loop, says when to write next.
    fn heard(&mut self, text: &str) -> Option<Instant> {
        let now = Instant::now();
        let mut tally = lock(&self.tally);
        let Some(frame) = Light::read(text) else {
            tally.error("unreadable_frame");
            return None;
        };
        match frame.kind {
            "ack" => {
                let number = number_in(frame.client_msg_id?, &self.id_prefix)?;
                self.track.acknowledged(number, frame.seq?, now, &mut tally)
            }
            "event" => self.track.event(frame.seq?, frame.in_reply_to, frame.turn, now, &mut tally),
            "error" => {
                tally.error(frame.code.unwrap_or("error"));
                let number = number_in(frame.client_msg_id?, &self.id_prefix)?;
                self.track.refused(number);
                Some(now + Duration::from_millis(frame.retry_after_ms.unwrap_or(0)))
            }
            _ => None,
        }
    }
}

/// Opens a socket and waits for the welcome: the connection, its heartbeat, its last seq.
async fn welcomed(address: &Address, inbox: &str) -> anyhow::Result<(Connection, Duration, i64)> {
    let mut connection = Connection::open(address, inbox).await?;
    connection.send(r#"{"type":"hello"}"#).await?;
    loop {
        match connection.next().await {
            Received::Alive => {}
            Received::Closed { reason, .. } => bail!("closed before the welcome: {reason}"),
            Received::Text(text) => {
                let frame = Light::read(&text).with_context(|| format!("not a frame: {text}"))?;
                match frame.kind {
                    "welcome" => {
                        let heartbeat = Duration::from_secs(frame.heartbeat_s.unwrap_or(30).max(1));
                        return Ok((connection, heartbeat, frame.last_seq.unwrap_or(0)));
                    }
                    "error" => bail!("refused: {text}"),
                    _ => {}
                }
            }
        }
    }
}

fn number_in(client_msg_id: &str, prefix: &str) -> Option<u64> {
    u64::from_str_radix(client_msg_id.strip_prefix(prefix)?, 16).ok()
}

async fn until(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => sleep(Duration::MAX).await,
    }
}

fn lock(tally: &Mutex<Tally>) -> MutexGuard<'_, Tally> {
    tally.lock().expect("no customer panicked: this is a bug")
}
