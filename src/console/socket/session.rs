//! One open console socket, from its hello to its close.

use std::collections::HashSet;
use std::time::Duration;

use axum::extract::ws::WebSocket;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, timeout_at};

use super::super::Console;
use super::super::auth::Key;
use super::super::problem::Problem;
use super::super::views::{AgentView, CountsView};
use super::frames::{ConsoleClientFrame, ConsoleServerFrame};
use super::hub::{Told, event};
use crate::bus::{News, Passing};
use crate::domain::{Author, ConversationId};
use crate::store::{Agent, AgentChange, Role, StoreError};
use crate::wire::{CloseCode, ErrorCode, ErrorFrame, Gone, Incoming, Wire};

/// How long a fresh socket may wait before it says hello.
const HELLO_PATIENCE: Duration = Duration::from_secs(10);
/// An open socket makes its agent present; that is noted, and their right to be here
/// checked, so often at the least.
const STILL_HERE_EVERY: Duration = Duration::from_secs(15);
/// A resume from further back is told to reload.
const FURTHEST: i64 = 5000;
const PAGE: i64 = 500;

/// Why a session ends.
enum End {
    Gone,
    Close(CloseCode, &'static str),
    Refuse(ErrorCode, &'static str, CloseCode),
}

impl From<Gone> for End {
    fn from(Gone: Gone) -> Self {
        End::Gone
    }
}

impl From<StoreError> for End {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "a console's socket cannot go on");
        End::Refuse(
            ErrorCode::Unavailable,
            "the database cannot be reached; come back in a moment",
            CloseCode::TryAgainLater,
        )
    }
}

struct Session<'a> {
    console: &'a Console,
    wire: Wire,
    key: Key,
    agent: Agent,
    frames: Receiver<Told>,
    /// Places of the log that were sent while catching up: the hub tells them again.
    sent: HashSet<i64>,
}

pub(super) async fn run(console: &Console, socket: WebSocket, key: Key, agent: Agent) {
    let frames = console.shared.hub.subscribe();
    let mut session = Session { console, wire: Wire::new(socket), key, agent, frames, sent: HashSet::new() };
    console.engine().bus().staff_changed();
    let end = match session.greet().await {
        Ok(()) => session.follow().await,
        Err(end) => end,
    };
    match end {
        End::Gone => {}
        End::Close(code, reason) => session.wire.close(code, reason).await,
        End::Refuse(code, message, close) => {
            let frame = ConsoleServerFrame::Error(ErrorFrame::new(code, message));
            if session.wire.send(&frame).await.is_ok() {
                session.wire.close(close, "").await;
            }
        }
    }
    console.engine().bus().staff_changed();
}

impl Session<'_> {
    /// Waits for the hello, and brings the console up to date.
    async fn greet(&mut self) -> Result<(), End> {
        let deadline = Instant::now() + HELLO_PATIENCE;
        let resume_after = loop {
            let incoming = tokio::select! {
                () = self.console.shared.stopping.cancelled() => return Err(restart()),
                incoming = timeout_at(deadline, self.wire.receive()) => incoming,
            };
            match incoming {
                Err(_) => return Err(End::Close(CloseCode::HelloExpected, "hello expected")),
                Ok(Incoming::Alive) => {}
                Ok(Incoming::Gone) => return Err(End::Gone),
                Ok(Incoming::Unfit(code)) => return Err(unfit(code)),
                Ok(Incoming::Text(text)) => match ConsoleClientFrame::parse(&text) {
                    Ok(ConsoleClientFrame::Hello { resume_after }) => break resume_after,
                    _ => {
                        let message = "the first frame must be a hello";
                        return Err(End::Refuse(ErrorCode::BadFrame, message, CloseCode::HelloExpected));
                    }
                },
            }
        };
        let agent = self.console.agent_view(&self.agent).await.map_err(|_| ended())?;
        let cursor = self.console.shared.hub.cursor();
        let heartbeat_s = self.console.shared.config.limits.heartbeat_s;
        self.wire.send(&ConsoleServerFrame::Welcome { agent, cursor, heartbeat_s }).await?;
        if let Some(after) = resume_after {
            self.catch_up(after.max(0), cursor).await?;
        }
        self.tell_states().await
    }

    /// Sends what came after that place. The hub's frames are kept meanwhile; what comes
    /// twice is left out.
    async fn catch_up(&mut self, after: i64, cursor: i64) -> Result<(), End> {
        // Too far back, or from another log: a backup was restored.
        if cursor - after > FURTHEST || after > self.console.engine().store().last_position().await? {
            self.wire.send(&ConsoleServerFrame::Reload { cursor }).await?;
            return Ok(());
        }
        let mut last = after;
        loop {
            let batch = self.console.engine().store().feed(last, PAGE).await?;
            let complete = (batch.len() as i64) < PAGE;
            for placed in batch {
                last = placed.position;
                self.sent.insert(placed.position);
                // Above the hub's cursor there may be gaps yet.
                let settled = placed.position.min(cursor);
                self.wire.send(&event(placed, settled)).await?;
            }
            if complete {
                return Ok(());
            }
        }
    }

    /// What a console shows before anything happens: who is there, how long the queue is.
    async fn tell_states(&mut self) -> Result<(), End> {
        let engine = self.console.engine();
        let agents = engine.colleagues().await?.iter().map(AgentView::of).collect();
        let counts = CountsView::everybodys(&engine.store().counts(None, None, None).await?);
        self.wire.send(&ConsoleServerFrame::Presence { agents }).await?;
        self.wire.send(&ConsoleServerFrame::Queue(counts)).await?;
        Ok(())
    }

    /// The loop of an open socket; returns why it ended.
    async fn follow(&mut self) -> End {
        let patience = Duration::from_secs(2 * self.console.shared.config.limits.heartbeat_s);
        let mut silent_since = Instant::now();
        let present = self.console.engine().settings().present;
        let every = (present / 4).clamp(Duration::from_millis(500), STILL_HERE_EVERY);
        let mut still_here = tokio::time::interval(every);
        still_here.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let result = tokio::select! {
                () = self.console.shared.stopping.cancelled() => Err(restart()),
                told = self.frames.recv() => self.pass_on(told).await,
                incoming = timeout_at(silent_since + patience, self.wire.receive()) => {
                    silent_since = Instant::now();
                    match incoming {
                        Err(_) => Err(End::Close(CloseCode::Normal, "no sign of life")),
                        Ok(incoming) => self.incoming(incoming).await,
                    }
                }
                _ = still_here.tick() => self.still_here().await,
            };
            if let Err(end) = result {
                return end;
            }
        }
    }

    async fn pass_on(&mut self, told: Result<Told, RecvError>) -> Result<(), End> {
        match told {
            Ok(told) => {
                let twice = told.position.is_some_and(|position| self.sent.remove(&position));
                let mine = told.only.as_ref().is_none_or(|agent| *agent == self.agent.id);
                if mine && !twice {
                    self.wire.send_text(told.text).await?;
                }
                Ok(())
            }
            // Too slow for what happens: what is left is dropped, and the console told.
            Err(RecvError::Lagged(_)) => {
                metrics::counter!("rapport_consoles_reloaded_total").increment(1);
                self.frames = self.console.shared.hub.subscribe();
                let cursor = self.console.shared.hub.cursor();
                Ok(self.wire.send(&ConsoleServerFrame::Reload { cursor }).await?)
            }
            Err(RecvError::Closed) => Err(restart()),
        }
    }

    /// Notes that the agent is there, if they still may be.
    async fn still_here(&mut self) -> Result<(), End> {
        match self.key.agent(self.console).await {
            Ok(agent) => {
                self.agent = agent;
                Ok(())
            }
            Err(Problem::Unauthorized) => Err(ended()),
            // The database is away for a moment: that ends nobody's session.
            Err(_) => Ok(()),
        }
    }

    async fn incoming(&mut self, incoming: Incoming) -> Result<(), End> {
        let text = match incoming {
            Incoming::Text(text) => text,
            Incoming::Alive => return Ok(()),
            Incoming::Gone => return Err(End::Gone),
            Incoming::Unfit(code) => return Err(unfit(code)),
        };
        match ConsoleClientFrame::parse(&text) {
            Ok(frame) => self.frame(frame).await,
            Err(error) => Ok(self.wire.send(&ConsoleServerFrame::Error(error)).await?),
        }
    }

    async fn frame(&mut self, frame: ConsoleClientFrame) -> Result<(), End> {
        let engine = self.console.engine();
        match frame {
            ConsoleClientFrame::Ping => self.wire.send(&ConsoleServerFrame::Pong).await?,
            ConsoleClientFrame::Hello { .. } => {
                let error = ErrorFrame::new(ErrorCode::BadFrame, "hello was said already");
                self.wire.send(&ConsoleServerFrame::Error(error)).await?;
            }
            ConsoleClientFrame::Typing { conversation_id, on } => {
                self.typing(ConversationId(conversation_id), on).await?;
            }
            ConsoleClientFrame::Seen { conversation_id, seq } => {
                engine.seen(&self.agent.id, &ConversationId(conversation_id), seq).await?;
            }
            ConsoleClientFrame::Status { status } => {
                let change = AgentChange { status: Some(status), ..AgentChange::default() };
                engine.store().change_agent(&self.agent.id, change).await?;
                engine.bus().staff_changed();
            }
        }
        Ok(())
    }

    /// Colleagues see who types; the customer, too, if it is who holds the conversation.
    async fn typing(&mut self, id: ConversationId, on: bool) -> Result<(), End> {
        if self.agent.role < Role::Agent {
            return Ok(());
        }
        let engine = self.console.engine();
        let Some(conversation) = engine.store().conversation(&id).await? else { return Ok(()) };
        let author = Author::agent(&self.agent.id, &self.agent.name);
        if conversation.holder.agent() == Some(&self.agent.id) {
            engine.bus().pass(&id, Passing::Typing { author, on });
        } else {
            engine.bus().tell(News::Typing { id, author, on });
        }
        Ok(())
    }
}

fn restart() -> End {
    End::Close(CloseCode::Restart, "the server restarts")
}

fn ended() -> End {
    End::Refuse(ErrorCode::Unauthorized, "the session has ended; sign in again", CloseCode::Policy)
}

fn unfit(code: CloseCode) -> End {
    match code {
        CloseCode::TooLarge => End::Refuse(ErrorCode::TooLarge, "this frame is too large", code),
        CloseCode::BinaryFrame => End::Refuse(ErrorCode::BadFrame, "frames are JSON text, not binary", code),
        other => End::Close(other, "invalid UTF-8"),
    }
}
