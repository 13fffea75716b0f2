//! One open customer socket, from its hello to its close.
//!
//! The session keeps one number, `sent`: the last seq that this client was given.
//! Whatever happens, entries after it are read from the log and sent in order, so a
//! missed ring, a slow client or a full buffer loses nothing.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, timeout_at};

use super::frames::{Assistant, ClientFrame, CloseCode, ErrorCode, ErrorFrame, Hello, Message, ServerFrame};
use super::hello::{Refused, admit, inbox};
use super::{Caller, Shared, Widget};
use crate::base::secret::token_hash;
use crate::bus::{News, Passing, Subscription};
use crate::domain::content::SurveyKind;
use crate::domain::inbox::InboxSettings;
use crate::domain::{Author, AuthorKind, Content, Entry, FileId, Seq};
use crate::engine::files::file_content;
use crate::engine::{Inbound, IntakeError};
use crate::store::{Feedback, FeedbackKind, Inbox, Introduction, StoreError, Track, Visitor};
use crate::wire::{Gone, Incoming, Wire};

/// How long a fresh socket may wait before it says hello.
const HELLO_PATIENCE: Duration = Duration::from_secs(10);
/// Entries read from the log at once.
const PAGE: i64 = 100;

static NEXT_SOCKET: AtomicU64 = AtomicU64::new(1);

/// An end of the session that the peer is told, or that needs no telling.
enum End {
    Gone,
    Close(CloseCode, &'static str),
    Refuse(ErrorFrame, CloseCode),
}

impl From<Gone> for End {
    fn from(Gone: Gone) -> Self {
        End::Gone
    }
}

impl From<Refused> for End {
    fn from(Refused(error, code): Refused) -> Self {
        End::Refuse(error, code)
    }
}

struct Session<'a> {
    shared: &'a Shared,
    wire: Wire,
    address: IpAddr,
    visitor: Visitor,
    settings: InboxSettings,
    /// The visitor's token, hashed: what the rate limit counts.
    token_hash: String,
    /// Token and tab together: a newer socket with the same one replaces this.
    tab: Option<String>,
    socket: u64,
    sent: Seq,
    /// What this socket's own messages said before a card's number was masked in them, until
    /// they are sent back: the sender gets them word for word, and nobody else ever does.
    typed: BTreeMap<Seq, String>,
}

pub(super) async fn run(widget: &Widget, socket: axum::extract::ws::WebSocket, caller: Caller) {
    let shared = &*widget.shared;
    let mut wire = Wire::new(socket);
    let greeted = tokio::select! {
        () = shared.stopping.cancelled() => Err(End::Close(CloseCode::Restart, "the server restarts")),
        greeted = greet(shared, &mut wire, &caller) => greeted,
    };
    let (inbox, hello) = match greeted {
        Ok(greeted) => greeted,
        Err(end) => return say_goodbye(&mut wire, end).await,
    };
    let admitted = match admit(shared.engine.store(), &inbox, &hello).await {
        Ok(admitted) => admitted,
        Err(refused) => return say_goodbye(&mut wire, refused.into()).await,
    };
    let token_hash = token_hash(&admitted.token);
    let session = Session {
        shared,
        wire,
        address: caller.address,
        settings: inbox.settings,
        tab: hello.tab.as_ref().map(|tab| format!("{token_hash}:{tab}")),
        token_hash,
        visitor: admitted.visitor,
        socket: NEXT_SOCKET.fetch_add(1, Ordering::Relaxed),
        sent: 0,
        typed: BTreeMap::new(),
    };
    session.run(admitted.token, hello).await;
}

/// Checks the door and waits for the hello.
async fn greet(shared: &Shared, wire: &mut Wire, caller: &Caller) -> Result<(Inbox, Hello), End> {
    if shared.open.load(Ordering::Relaxed) > shared.config.limits.sockets {
        metrics::counter!("rapport_sockets_refused_total", "why" => "full").increment(1);
        let error = ErrorFrame::new(ErrorCode::Unavailable, "too many conversations are open; please try again")
            .retry_after(Duration::from_secs(5));
        return Err(End::Refuse(error, CloseCode::TryAgainLater));
    }
    let inbox = inbox(&shared.engine, caller).await?;
    let deadline = Instant::now() + HELLO_PATIENCE;
    let expected = || ErrorFrame::new(ErrorCode::BadFrame, "the first frame must be a hello");
    loop {
        match timeout_at(deadline, wire.receive()).await {
            Err(_) => return Err(End::Close(CloseCode::HelloExpected, "hello expected")),
            Ok(Incoming::Alive) => {}
            Ok(Incoming::Gone) => return Err(End::Gone),
            Ok(Incoming::Unfit(code)) => return Err(unfit(code, shared)),
            Ok(Incoming::Text(text)) if text.len() > shared.config.limits.frame_bytes => {
                return Err(unfit(CloseCode::TooLarge, shared));
            }
            Ok(Incoming::Text(text)) => {
                return match ClientFrame::parse(&text) {
                    Ok(ClientFrame::Hello(hello)) => Ok((inbox, hello)),
                    Ok(_) => Err(End::Refuse(expected(), CloseCode::HelloExpected)),
                    Err(error) => Err(End::Refuse(error, CloseCode::HelloExpected)),
                };
            }
        }
    }
}

async fn say_goodbye(wire: &mut Wire, end: End) {
    match end {
        End::Gone => {}
        End::Close(code, reason) => wire.close(code, reason).await,
        End::Refuse(error, code) => {
            metrics::counter!("rapport_sockets_refused_total", "why" => error_name(error.code)).increment(1);
            if wire.send(&ServerFrame::Error(error)).await.is_ok() {
                wire.close(code, "").await;
            }
        }
    }
}

fn unfit(code: CloseCode, shared: &Shared) -> End {
    match code {
        CloseCode::TooLarge => {
            let message = format!("a frame may have {} bytes", shared.config.limits.frame_bytes);
            End::Refuse(ErrorFrame::new(ErrorCode::TooLarge, message), code)
        }
        CloseCode::BinaryFrame => {
            End::Refuse(ErrorFrame::new(ErrorCode::BadFrame, "frames are JSON text, not binary"), code)
        }
        other => End::Close(other, "invalid UTF-8"),
    }
}

impl Session<'_> {
    async fn run(mut self, token: String, hello: Hello) {
        let mut subscription = self.shared.engine.bus().subscribe(&self.visitor.conversation_id);
        if let Some(tab) = &self.tab {
            let superseded = Passing::Superseded { tab: tab.clone(), by: self.socket };
            self.shared.engine.bus().pass(&self.visitor.conversation_id, superseded);
        }
        let end = match self.welcome(token, &hello).await {
            Ok(()) => self.converse(&mut subscription).await,
            Err(end) => end,
        };
        drop(subscription);
        say_goodbye(&mut self.wire, end).await;
    }

    async fn welcome(&mut self, token: String, hello: &Hello) -> Result<(), End> {
        let store = self.shared.engine.store();
        let conversation = store.conversation(&self.visitor.conversation_id).await.map_err(Refused::from)?;
        let last_seq = conversation.map_or(0, |conversation| conversation.last_seq);
        let config = &self.shared.config;
        self.wire
            .send(&ServerFrame::Welcome {
                token,
                customer_id: self.visitor.customer_id.0.clone(),
                conversation_id: self.visitor.conversation_id.0.clone(),
                last_seq,
                assistant: Assistant {
                    name: self.settings.assistant.clone().unwrap_or_else(|| config.assistant.name.clone()),
                    disclosure: config.assistant.disclosure.clone(),
                },
                heartbeat_s: config.limits.heartbeat_s,
                upload_bytes: config.limits.upload_bytes,
                settings: Box::new(self.settings.clone()),
            })
            .await?;
        let resume_after = hello.resume_after.unwrap_or(0).max(0);
        if resume_after > last_seq {
            let message = format!("the log ends at {last_seq}, not at {resume_after}; here it is from its start");
            self.wire.send(&ServerFrame::Error(ErrorFrame::new(ErrorCode::Conflict, message))).await?;
        } else {
            self.sent = resume_after;
        }
        if let Some(page) = hello.page.as_ref() {
            let properties = serde_json::to_value(page).unwrap_or_default();
            self.track("page_view", properties).await;
        }
        self.send_news().await
    }

    /// The loop of an open socket; returns why it ended.
    async fn converse(&mut self, subscription: &mut Subscription) -> End {
        // A sign of life is due every heartbeat; a late one gets a second chance.
        let patience = Duration::from_secs(2 * self.shared.config.limits.heartbeat_s);
        let mut silent_since = Instant::now();
        loop {
            let result = tokio::select! {
                () = self.shared.stopping.cancelled() => Err(End::Close(CloseCode::Restart, "the server restarts")),
                incoming = timeout_at(silent_since + patience, self.wire.receive()) => {
                    silent_since = Instant::now();
                    match incoming {
                        Err(_) => Err(End::Close(CloseCode::Normal, "no sign of life")),
                        Ok(incoming) => self.incoming(incoming).await,
                    }
                }
                changed = subscription.reached.changed() => match changed {
                    Ok(()) => match subscription.at_hand(self.sent) {
                        Some(entries) => self.send(entries).await,
                        None => self.send_news().await,
                    },
                    Err(_) => Err(End::Close(CloseCode::Restart, "the server restarts")),
                },
                passing = subscription.passing.recv() => match passing {
                    Ok(passing) => self.pass_on(passing).await,
                    // What passes is not kept: missing some of it loses nothing.
                    Err(RecvError::Lagged(_)) => Ok(()),
                    Err(RecvError::Closed) => Err(End::Close(CloseCode::Restart, "the server restarts")),
                },
            };
            if let Err(end) = result {
                return end;
            }
        }
    }

    /// Sends every entry that the client does not have.
    async fn send_news(&mut self) -> Result<(), End> {
        loop {
            let entries = self
                .shared
                .engine
                .store()
                .entries(&self.visitor.conversation_id, self.sent, PAGE)
                .await
                .map_err(Refused::from)?;
            let complete = (entries.len() as i64) < PAGE;
            self.send(entries).await?;
            if complete {
                return Ok(());
            }
        }
    }

    async fn send(&mut self, entries: Vec<Entry>) -> Result<(), End> {
        for mut entry in entries {
            self.sent = entry.seq;
            if let (Some(typed), Content::Text { text, .. }) = (self.typed.remove(&entry.seq), &mut entry.content) {
                *text = typed;
            }
            self.wire.send(&ServerFrame::Event(entry)).await?;
        }
        Ok(())
    }

    async fn pass_on(&mut self, passing: Passing) -> Result<(), End> {
        match passing {
            // Customers see themselves type.
            Passing::Typing { author, on } if author.kind != AuthorKind::Customer => {
                Ok(self.wire.send(&ServerFrame::Typing { author, on }).await?)
            }
            Passing::Superseded { tab, by } if self.tab.as_ref() == Some(&tab) && by != self.socket => {
                Err(End::Close(CloseCode::Superseded, "opened again in this tab"))
            }
            Passing::Typing { .. } | Passing::Superseded { .. } => Ok(()),
        }
    }

    async fn incoming(&mut self, incoming: Incoming) -> Result<(), End> {
        let text = match incoming {
            Incoming::Text(text) => text,
            Incoming::Alive => return Ok(()),
            Incoming::Gone => return Err(End::Gone),
            Incoming::Unfit(code) => return Err(unfit(code, self.shared)),
        };
        if text.len() > self.shared.config.limits.frame_bytes {
            return Err(unfit(CloseCode::TooLarge, self.shared));
        }
        let frame = match ClientFrame::parse(&text) {
            Ok(frame) => frame,
            Err(error) => return self.tell(error).await,
        };
        match frame {
            ClientFrame::Message(message) => self.message(message).await,
            ClientFrame::Ping => Ok(self.wire.send(&ServerFrame::Pong).await?),
            ClientFrame::Typing { on } => {
                let author = Author::customer(&self.visitor.customer_id);
                self.shared.engine.bus().pass(&self.visitor.conversation_id, Passing::Typing { author, on });
                Ok(())
            }
            ClientFrame::Hello(_) => self.tell(ErrorFrame::new(ErrorCode::BadFrame, "hello was said already")).await,
            other => {
                let done = match self.count() {
                    Ok(()) => self.other(other).await,
                    Err(throttled) => Err(throttled),
                };
                match done {
                    Ok(()) => Ok(()),
                    Err(error) => self.tell(error).await,
                }
            }
        }
    }

    async fn other(&mut self, frame: ClientFrame) -> Result<(), ErrorFrame> {
        match frame {
            ClientFrame::Read { seq } => self.read(seq).await,
            ClientFrame::Submit { seq, values } => self.submit(seq, values).await,
            ClientFrame::Rate { seq, helpful, comment } => self.rate(seq, helpful, comment).await,
            ClientFrame::Survey { seq, score, comment } => self.survey(seq, score, comment).await,
            ClientFrame::Track { name, properties } => {
                if name.is_empty() || name.len() > 100 {
                    return Err(ErrorFrame::new(ErrorCode::BadFrame, "a track's name has 1 to 100 characters"));
                }
                self.track(&name, properties.into()).await;
                Ok(())
            }
            ClientFrame::Hello(_) | ClientFrame::Message(_) | ClientFrame::Typing { .. } | ClientFrame::Ping => Ok(()),
        }
    }

    async fn message(&mut self, message: Message) -> Result<(), End> {
        let id = message.client_msg_id;
        if let Err(throttled) = self.count() {
            return self.tell(throttled.about(id)).await;
        }
        match self.accept(message).await {
            Ok((seq, at)) => Ok(self.wire.send(&ServerFrame::Ack { client_msg_id: id, seq, at }).await?),
            Err(error) => self.tell(error.about(id)).await,
        }
    }

    async fn accept(&mut self, message: Message) -> Result<(Seq, jiff::Timestamp), ErrorFrame> {
        let mut contents = Vec::new();
        for id in message.attachments {
            contents.push(self.attachment(FileId(id)).await?);
        }
        let text = message.text.filter(|text| !text.trim().is_empty());
        if let Some(text) = text.or_else(|| message.postback.clone()) {
            contents.push(Content::Text { text, postback: message.postback });
        }
        let typed = contents.last().and_then(Content::words).map(str::to_owned);
        if contents.is_empty() {
            let message = "a message needs a text, an attachment or a postback";
            return Err(ErrorFrame::new(ErrorCode::BadFrame, message));
        }
        let accepted = self.intake(message.client_msg_id.to_string(), contents).await?;
        let kept = accepted.entries.last().and_then(|entry| entry.content.words());
        if let Some(typed) = typed.filter(|typed| kept.is_some_and(|kept| kept != typed)) {
            self.typed.insert(accepted.seq, typed);
        }
        Ok((accepted.seq, accepted.at))
    }

    async fn attachment(&mut self, id: FileId) -> Result<Content, ErrorFrame> {
        let store = self.shared.engine.store();
        let file = store.file(&id).await.map_err(|error| unavailable(&error))?;
        // Whose the conversation is now: records may have been merged since the hello.
        let conversation =
            store.conversation(&self.visitor.conversation_id).await.map_err(|error| unavailable(&error))?;
        let own = conversation.map(|conversation| conversation.customer_id);
        let Some(file) = file.filter(|file| Some(&file.customer_id) == own.as_ref()) else {
            let message = format!("there is no upload `{id}` of yours");
            return Err(ErrorFrame::new(ErrorCode::BadFrame, message));
        };
        Ok(file_content(file))
    }

    async fn intake(
        &mut self,
        client_key: String,
        contents: Vec<Content>,
    ) -> Result<crate::store::Accepted, ErrorFrame> {
        let inbound = Inbound {
            conversation_id: self.visitor.conversation_id.clone(),
            customer_id: self.visitor.customer_id.clone(),
            client_key,
            contents,
        };
        self.shared.engine.accept(inbound).await.map_err(|error| match error {
            IntakeError::Store(error) => unavailable(&error),
            IntakeError::NoConversation => ErrorFrame::new(ErrorCode::Conflict, "this conversation is gone"),
        })
    }

    async fn read(&mut self, seq: Seq) -> Result<(), ErrorFrame> {
        if seq > self.sent {
            return Err(ErrorFrame::new(ErrorCode::Conflict, format!("the log ends at {}", self.sent)));
        }
        let store = self.shared.engine.store();
        let id = &self.visitor.conversation_id;
        if store.mark_read(id, seq).await.map_err(|error| unavailable(&error))? {
            self.shared.engine.bus().tell(News::Read(id.clone(), seq));
        }
        Ok(())
    }

    async fn submit(&mut self, seq: Seq, values: serde_json::Map<String, serde_json::Value>) -> Result<(), ErrorFrame> {
        if seq == 0 {
            return self.introduce(values).await;
        }
        let Some(Content::Form { .. }) = self.content(seq).await? else {
            return Err(ErrorFrame::new(ErrorCode::Conflict, format!("there is no form at {seq}")));
        };
        let content = Content::Submitted { form: seq, values };
        // The same values again change nothing; there is no client_msg_id to tell it by.
        let digest = token_hash(&serde_json::to_string(&content).unwrap_or_default());
        self.intake(format!("form:{seq}:{digest}"), vec![content]).await.map(drop)
    }

    /// What the inbox asks before the first message. It says who somebody is, not what they
    /// want, so nobody answers it.
    async fn introduce(&mut self, values: serde_json::Map<String, serde_json::Value>) -> Result<(), ErrorFrame> {
        let said = |name: &str| values.get(name).and_then(|value| value.as_str()).map(|text| text.trim().to_owned());
        let short = |text: &String| !text.is_empty() && text.len() <= 200;
        let (name, phone) = (said("name").filter(short), said("phone").filter(short));
        let email = said("email").filter(short).filter(|address| address.contains('@'));
        let content = Content::Submitted { form: 0, values };
        let client_key = format!("form:0:{}", token_hash(&serde_json::to_string(&content).unwrap_or_default()));
        let customer_id = self.visitor.customer_id.clone();
        let introduction = Introduction { customer_id, client_key, content, name, email, phone };
        let store = self.shared.engine.store();
        let reached =
            store.introduce(&self.visitor.conversation_id, introduction).await.map_err(|error| unavailable(&error))?;
        if let Some(seq) = reached {
            self.shared.engine.bus().ring(&self.visitor.conversation_id, seq);
        }
        Ok(())
    }

    async fn rate(&mut self, seq: Seq, helpful: bool, comment: Option<String>) -> Result<(), ErrorFrame> {
        let store = self.shared.engine.store();
        let entry = store.entry(&self.visitor.conversation_id, seq).await.map_err(|error| unavailable(&error))?;
        let rateable = |kind| matches!(kind, AuthorKind::Bot | AuthorKind::Agent);
        if !entry.is_some_and(|entry| rateable(entry.author.kind)) {
            return Err(ErrorFrame::new(ErrorCode::Conflict, format!("there is no answer at {seq} to rate")));
        }
        let score = i64::from(helpful);
        self.feedback(Feedback { about: seq, kind: FeedbackKind::Rating, score, comment }).await
    }

    async fn survey(&mut self, seq: Seq, score: i64, comment: Option<String>) -> Result<(), ErrorFrame> {
        let Some(Content::Survey { kind, scale: [min, max], .. }) = self.content(seq).await? else {
            return Err(ErrorFrame::new(ErrorCode::Conflict, format!("there is no survey at {seq}")));
        };
        if !(min..=max).contains(&score) {
            return Err(ErrorFrame::new(ErrorCode::BadFrame, format!("the score lies between {min} and {max}")));
        }
        let kind = match kind {
            SurveyKind::Csat => FeedbackKind::Csat,
            SurveyKind::Nps => FeedbackKind::Nps,
            SurveyKind::Ces => FeedbackKind::Ces,
        };
        self.feedback(Feedback { about: seq, kind, score, comment }).await
    }

    async fn feedback(&mut self, feedback: Feedback) -> Result<(), ErrorFrame> {
        let author = Author::customer(&self.visitor.customer_id);
        let store = self.shared.engine.store();
        let reached = store
            .give_feedback(&self.visitor.conversation_id, author, feedback)
            .await
            .map_err(|error| unavailable(&error))?;
        if let Some(seq) = reached {
            self.shared.engine.bus().ring(&self.visitor.conversation_id, seq);
        }
        Ok(())
    }

    async fn content(&mut self, seq: Seq) -> Result<Option<Content>, ErrorFrame> {
        let store = self.shared.engine.store();
        let entry = store.entry(&self.visitor.conversation_id, seq).await.map_err(|error| unavailable(&error))?;
        Ok(entry.map(|entry| entry.content))
    }

    /// Tracks are worth less than messages: one that cannot be kept is counted, not told.
    async fn track(&mut self, name: &str, properties: serde_json::Value) {
        let track = Track {
            customer_id: self.visitor.customer_id.clone(),
            conversation_id: self.visitor.conversation_id.clone(),
            name: name.to_owned(),
            properties,
        };
        if self.shared.engine.store().add_track(track).await.is_err() {
            metrics::counter!("rapport_tracks_lost_total").increment(1);
        }
    }

    fn count(&self) -> Result<(), ErrorFrame> {
        self.shared.limiter.count(&self.token_hash, self.address).map_err(|throttled| {
            metrics::counter!("rapport_messages_throttled_total").increment(1);
            ErrorFrame::new(ErrorCode::RateLimited, "that was a little fast; please wait a moment")
                .retry_after(throttled.retry_after)
        })
    }

    async fn tell(&mut self, error: ErrorFrame) -> Result<(), End> {
        metrics::counter!("rapport_errors_told_total", "code" => error_name(error.code)).increment(1);
        Ok(self.wire.send(&ServerFrame::Error(error)).await?)
    }
}

fn unavailable(error: &StoreError) -> ErrorFrame {
    tracing::error!(error = %error, "a frame could not be kept");
    ErrorFrame::new(ErrorCode::Unavailable, "we could not keep this just now; please send it again")
        .retry_after(Duration::from_secs(1))
}

fn error_name(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::BadFrame => "bad_frame",
        ErrorCode::TooLarge => "too_large",
        ErrorCode::RateLimited => "rate_limited",
        ErrorCode::Unauthorized => "unauthorized",
        ErrorCode::ForbiddenOrigin => "forbidden_origin",
        ErrorCode::UnknownInbox => "unknown_inbox",
        ErrorCode::Conflict => "conflict",
        ErrorCode::Unavailable => "unavailable",
    }
}
