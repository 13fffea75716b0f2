//! One visitor's conversation over as many connections as it takes.

use std::time::Duration;

use serde_json::{Map, Value};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until};

use crate::base::ids::{new_uuid, random_u32};
use crate::domain::Seq;

use super::frames::{Ack, ErrorFrame, Event, Hello, Incoming, Outgoing, Typing, Welcome};
use super::{Address, Anomaly, Backoff, Connection, Ledger, Received};

/// Updates that wait for a slow reader before the socket is read no further.
const UPDATES: usize = 1024;
/// When to repeat a message that was refused for now, where the server does not say.
const RETRY_AFTER: Duration = Duration::from_millis(500);
/// Heartbeats missed before a silent connection counts as lost.
const HEARTBEATS_MISSED: u32 = 3;
/// A server that welcomes nobody within this time is tried again.
const WELCOME_TIMEOUT: Duration = Duration::from_secs(15);

#[derive(Clone, Debug)]
pub struct Options {
    pub address: Address,
    pub inbox: String,
    /// From an earlier welcome, to go on as that visitor.
    pub token: Option<String>,
    /// The last event seen; 0 to be told the whole log.
    pub resume_after: Seq,
    pub locale: Option<String>,
}

/// What happened, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Update {
    Welcome(Welcome),
    Ack(Ack),
    Event(Event),
    Typing(Typing),
    Error(ErrorFrame),
    Pong,
    Anomaly(Anomaly),
    /// The connection is lost; the client tries again by itself.
    Lost {
        reason: String,
        retry_in: Duration,
    },
    /// The server wants us gone; nothing follows.
    Gone(Gone),
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Gone {
    #[error("the server refused us: {0}")]
    Refused(String),
    #[error("this conversation was opened elsewhere, which took our place")]
    Superseded,
}

pub struct Client {
    commands: mpsc::Sender<Command>,
    updates: mpsc::Receiver<Update>,
    task: JoinHandle<()>,
}

enum Command {
    Say { client_msg_id: String, text: String, postback: Option<String> },
    Send(Outgoing),
    Close,
}

impl Client {
    pub fn start(options: Options) -> Self {
        let (commands, inbox) = mpsc::channel(64);
        let (outbox, updates) = mpsc::channel(UPDATES);
        let session = Session {
            ledger: Ledger::starting_after(options.resume_after),
            token: options.token.clone(),
            tab: new_uuid().to_string(),
            options,
            commands: inbox,
            updates: outbox,
            waiting: Vec::new(),
        };
        Self { commands, updates, task: tokio::spawn(session.run()) }
    }

    /// Sends a message, now or as soon as there is a connection, and again until it is
    /// acknowledged. Returns its `client_msg_id`.
    pub async fn say(&self, text: impl Into<String>, postback: Option<String>) -> String {
        let client_msg_id = new_uuid().to_string();
        self.command(Command::Say { client_msg_id: client_msg_id.clone(), text: text.into(), postback }).await;
        client_msg_id
    }

    /// Answers a form.
    pub async fn submit(&self, seq: Seq, values: Map<String, Value>) {
        self.command(Command::Send(Outgoing::Submit { seq, values })).await;
    }

    /// Says whether the answer at `seq` helped.
    pub async fn rate(&self, seq: Seq, helpful: bool) {
        self.command(Command::Send(Outgoing::Rate { seq, helpful })).await;
    }

    pub async fn answer_survey(&self, seq: Seq, score: i64) {
        self.command(Command::Send(Outgoing::Survey { seq, score })).await;
    }

    /// Tells up to where somebody has seen the conversation.
    pub async fn read(&self, seq: Seq) {
        self.command(Command::Send(Outgoing::Read { seq })).await;
    }

    /// Asks for a pong, which comes after everything that the server handled before.
    pub async fn ping(&self) {
        self.command(Command::Send(Outgoing::Ping)).await;
    }

    /// The next update, or none once the client has stopped. Safe to drop half-way.
    pub async fn next(&mut self) -> Option<Update> {
        self.updates.recv().await
    }

    pub async fn close(mut self) {
        self.command(Command::Close).await;
        self.updates.close();
        if (&mut self.task).await.is_err() {
            tracing::debug!("the client's task ended before it could say goodbye");
        }
    }

    async fn command(&self, command: Command) {
        if self.commands.send(command).await.is_err() {
            tracing::debug!("the client has stopped; what was asked of it is dropped");
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Session {
    options: Options,
    token: Option<String>,
    /// Tells this client's older connection from another window of the same visitor.
    tab: String,
    ledger: Ledger,
    commands: mpsc::Receiver<Command>,
    updates: mpsc::Sender<Update>,
    /// Frames without acknowledgement that were asked for while there was no connection.
    waiting: Vec<Outgoing>,
}

/// How a connection, and perhaps the session, ended.
enum End {
    Lost(String),
    Gone(Gone),
    /// Nobody listens to us any more.
    Asked,
}

/// What one connection has to remember.
struct Talk {
    connection: Connection,
    welcomed: bool,
    heartbeat: Duration,
    last_heard: Instant,
    next_ping: Instant,
    /// Messages refused for now, and when to repeat them.
    retries: Vec<(Instant, String)>,
    /// The last error told before the end, which says more than the close code.
    last_error: Option<ErrorFrame>,
}

impl Session {
    async fn run(mut self) {
        let mut backoff = Backoff::default();
        loop {
            let reason = match self.talk(&mut backoff).await {
                End::Asked => return,
                End::Gone(gone) => {
                    self.tell(Update::Gone(gone)).await;
                    return;
                }
                End::Lost(reason) => reason,
            };
            let retry_in = backoff.next(random_u32());
            if !self.tell(Update::Lost { reason, retry_in }).await || !self.wait(retry_in).await {
                return;
            }
        }
    }

    /// Waits, and takes note of what is asked for in the meantime. False: to stop.
    async fn wait(&mut self, how_long: Duration) -> bool {
        let until = Instant::now() + how_long;
        loop {
            tokio::select! {
                () = sleep_until(until) => return true,
                command = self.commands.recv() => match command {
                    None | Some(Command::Close) => return false,
                    Some(command) => self.hold(command),
                },
            }
        }
    }

    /// One connection, from hello to its end.
    async fn talk(&mut self, backoff: &mut Backoff) -> End {
        let opening = Connection::open(&self.options.address, &self.options.inbox);
        let connection = match opening.await {
            Ok(connection) => connection,
            Err(error) => return End::Lost(error.to_string()),
        };
        let now = Instant::now();
        let mut talk = Talk {
            connection,
            welcomed: false,
            heartbeat: WELCOME_TIMEOUT,
            last_heard: now,
            next_ping: now + WELCOME_TIMEOUT,
            retries: Vec::new(),
            last_error: None,
        };
        if let Err(error) = talk.connection.send(self.hello().to_json()).await {
            return End::Lost(error.to_string());
        }

        loop {
            let retry = talk.retries.iter().map(|(at, _)| *at).min();
            let step = tokio::select! {
                received = talk.connection.next() => self.received(&mut talk, received, backoff).await,
                command = self.commands.recv() => match command {
                    None | Some(Command::Close) => {
                        talk.connection.close().await;
                        return End::Asked;
                    }
                    Some(command) => self.commanded(&mut talk, command).await,
                },
                () = sleep_until(talk.next_ping) => keep_alive(&mut talk).await,
                () = until(retry) => self.retry(&mut talk).await,
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    fn hello(&self) -> Outgoing {
        Outgoing::Hello(Hello {
            token: self.token.clone(),
            resume_after: self.token.is_some().then(|| self.ledger.last_seen()),
            tab: Some(self.tab.clone()),
            locale: self.options.locale.clone(),
        })
    }

    async fn received(&mut self, talk: &mut Talk, received: Received, backoff: &mut Backoff) -> Result<(), End> {
        talk.last_heard = Instant::now();
        let text = match received {
            Received::Alive => return Ok(()),
            Received::Closed { code, reason } => return Err(self.closed(talk, code, reason)),
            Received::Text(text) => text,
        };
        let frame = match serde_json::from_str::<Incoming>(&text) {
            Ok(frame) => frame,
            Err(error) => return Err(End::Lost(format!("the server sent what is no frame: {error}"))),
        };
        match frame {
            Incoming::Welcome(welcome) => {
                backoff.reset();
                self.token = Some(welcome.token.clone());
                talk.welcomed = true;
                talk.heartbeat = Duration::from_secs(welcome.heartbeat_s.max(1));
                talk.next_ping = Instant::now() + talk.heartbeat;
                self.report(Update::Welcome(welcome)).await?;
                self.send_all(talk).await
            }
            Incoming::Ack(ack) => {
                if let Err(anomaly) = self.ledger.acknowledged(&ack) {
                    self.report(Update::Anomaly(anomaly)).await?;
                }
                self.report(Update::Ack(ack)).await
            }
            Incoming::Event(event) => {
                match self.ledger.saw(event.seq) {
                    Ok(()) => {}
                    Err(anomaly @ Anomaly::Repeated { .. }) => return self.report(Update::Anomaly(anomaly)).await,
                    Err(anomaly) => self.report(Update::Anomaly(anomaly)).await?,
                }
                self.report(Update::Event(event)).await
            }
            Incoming::Error(error) => {
                self.erred(talk, &error);
                self.report(Update::Error(error)).await
            }
            Incoming::Typing(typing) => self.report(Update::Typing(typing)).await,
            Incoming::Pong => self.report(Update::Pong).await,
            Incoming::Unknown => Ok(()),
        }
    }

    fn erred(&mut self, talk: &mut Talk, error: &ErrorFrame) {
        if error.code == "conflict" {
            self.ledger.start_over();
        }
        if let Some(id) = &error.client_msg_id {
            if error.is_temporary() {
                let wait = error.retry_after_ms.map_or(RETRY_AFTER, Duration::from_millis);
                talk.retries.push((Instant::now() + wait, id.clone()));
            } else {
                self.ledger.refused(id);
            }
        }
        talk.last_error = Some(error.clone());
    }

    fn closed(&mut self, talk: &Talk, code: Option<u16>, reason: String) -> End {
        let told = || talk.last_error.as_ref().map_or(reason.clone(), |error| error.message.clone());
        match code {
            Some(1008) => End::Gone(Gone::Refused(told())),
            Some(4003) => End::Gone(Gone::Superseded),
            Some(1009) => {
                // Sending it again would end the next connection as well.
                self.ledger.refuse_largest();
                End::Lost("a message was too large, and is dropped".to_owned())
            }
            Some(1012) => End::Lost("the server restarts".to_owned()),
            Some(1013) => End::Lost("the server asks us to come back later".to_owned()),
            _ => End::Lost(told()),
        }
    }

    async fn commanded(&mut self, talk: &mut Talk, command: Command) -> Result<(), End> {
        if !talk.welcomed {
            self.hold(command);
            return Ok(());
        }
        match self.note(command) {
            Some(frame) => send(talk, frame.to_json()).await,
            None => Ok(()),
        }
    }

    /// Keeps for the next welcome what cannot be sent now. Messages lie in the ledger.
    fn hold(&mut self, command: Command) {
        match self.note(command) {
            None | Some(Outgoing::Message { .. } | Outgoing::Ping) => {}
            Some(frame) => self.waiting.push(frame),
        }
    }

    /// Writes a message into the ledger, so that it is sent until acknowledged.
    fn note(&mut self, command: Command) -> Option<Outgoing> {
        match command {
            Command::Say { client_msg_id, text, postback } => {
                let frame = Outgoing::Message { client_msg_id: client_msg_id.clone(), text, postback };
                self.ledger.sending(&client_msg_id, &frame);
                Some(frame)
            }
            Command::Send(frame) => Some(frame),
            Command::Close => None,
        }
    }

    /// After a welcome: what was not acknowledged, then what has waited.
    async fn send_all(&mut self, talk: &mut Talk) -> Result<(), End> {
        for frame in self.ledger.frames_to_resend() {
            send(talk, frame.to_owned()).await?;
        }
        for frame in self.waiting.drain(..) {
            send(talk, frame.to_json()).await?;
        }
        Ok(())
    }

    async fn retry(&mut self, talk: &mut Talk) -> Result<(), End> {
        let now = Instant::now();
        let (due, later) = std::mem::take(&mut talk.retries).into_iter().partition(|(at, _)| *at <= now);
        talk.retries = later;
        let due: Vec<(Instant, String)> = due;
        for (_, id) in due {
            if let Some(frame) = self.ledger.frame_of(&id) {
                send(talk, frame.to_owned()).await?;
            }
        }
        Ok(())
    }

    async fn report(&mut self, update: Update) -> Result<(), End> {
        if self.tell(update).await { Ok(()) } else { Err(End::Asked) }
    }

    async fn tell(&mut self, update: Update) -> bool {
        self.updates.send(update).await.is_ok()
    }
}

async fn send(talk: &mut Talk, frame: String) -> Result<(), End> {
    talk.connection.send(frame).await.map_err(|error| End::Lost(error.to_string()))
}

/// A connection can die without a word. One that answers no ping is such a one.
async fn keep_alive(talk: &mut Talk) -> Result<(), End> {
    if !talk.welcomed {
        return Err(End::Lost("the server did not say welcome".to_owned()));
    }
    if talk.last_heard.elapsed() >= talk.heartbeat * HEARTBEATS_MISSED {
        return Err(End::Lost("the server has gone silent".to_owned()));
    }
    talk.next_ping = Instant::now() + talk.heartbeat;
    send(talk, Outgoing::Ping.to_json()).await
}

async fn until(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => sleep(Duration::MAX).await,
    }
}
