//! What vendors deliver: verified, kept, acknowledged, and only then worked on.
//!
//! The acknowledgement waits for the disk and for nothing else, so a vendor that gives us
//! three seconds is answered in milliseconds, and a crash after it loses nothing. Events
//! of one place are worked on one after another.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jiff::SignedDuration;

use super::channel::{ChannelError, Happening, Incoming, Request, StaffAct};
use super::files::{FileError, file_content};
use super::render::{Picked, picked};
use super::switchboard::{Line, Switchboard};
use super::{pause, staff};
use crate::domain::content::SurveyKind;
use crate::domain::{Author, AuthorKind, Content, ConversationId, CustomerId, InboxId};
use crate::engine::{Inbound, IntakeError};
use crate::store::{ChannelEvent, DeliveryNote, Feedback, FeedbackKind, Noted, Reached, StoreError};

/// A mail with its attachments is the largest thing that is delivered.
const LARGEST: usize = 26 * 1024 * 1024;
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// A worker that dies is followed after so long.
const LEASE: SignedDuration = SignedDuration::from_mins(2);
const AT_ONCE: i64 = 32;
/// So often an event is tried; the pauses grow to ten minutes, so for over an hour.
const TRIES: i64 = 12;
/// So often a status is looked up whose message we have not noted yet.
const LOOK_UPS: i64 = 6;
/// WhatsApp delivers again for seven days.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(8 * 24);
/// So much of the log's end a picked number may mean.
const RECENT: i64 = 40;

pub(super) fn router(board: Switchboard) -> Router {
    Router::new()
        .route("/v1/channels/{inbox}", get(receive).post(receive))
        .layer(DefaultBodyLimit::max(LARGEST))
        .with_state(board)
}

/// A vendor's call: the address of an inbox.
async fn receive(
    State(board): State<Switchboard>,
    Path(inbox): Path<InboxId>,
    Query(query): Query<BTreeMap<String, String>>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(line) = board.line(&inbox) else {
        return (StatusCode::NOT_FOUND, "there is no such inbox, or it rests\n").into_response();
    };
    let now = board.engine().clock().now();
    let request = Request { headers, query, is_get: method == Method::GET, body, now };
    let receipt = match line.channel.receive(&request) {
        Ok(receipt) => receipt,
        Err(refusal) => {
            metrics::counter!("rapport_channel_refused_total", "channel" => line.inbox.channel.clone()).increment(1);
            tracing::warn!(inbox = %inbox, status = refusal.status.as_u16(), reason = refusal.reason, "a delivery was refused");
            return (refusal.status, format!("{}\n", refusal.reason)).into_response();
        }
    };
    match board.engine().store().keep_events(&inbox, &receipt.events).await {
        Ok(new) => {
            if new > 0 {
                board.inward().notify_one();
            }
            ([(header::CONTENT_TYPE, receipt.media_type.unwrap_or("text/plain"))], receipt.answer).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "a delivery could not be kept");
            // The vendor delivers it again.
            (StatusCode::SERVICE_UNAVAILABLE, "please deliver it again\n").into_response()
        }
    }
}

/// Works on what was kept, until the server stops.
pub(super) async fn work(board: Switchboard) {
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    for round in 0_u64.. {
        tokio::select! {
            () = board.stopping().cancelled() => return,
            () = board.inward().notified() => {}
            _ = ticks.tick() => {}
        }
        if let Err(error) = look(&board, round).await {
            tracing::warn!(%error, "cannot look for events of channels");
        }
    }
}

async fn look(board: &Switchboard, round: u64) -> Result<(), StoreError> {
    let (store, now) = (board.engine().store(), board.engine().clock().now());
    if round.is_multiple_of(10_000) {
        store.forget_events(now - REMEMBERED).await?;
    }
    for event in store.lease_events(now + LEASE, AT_ONCE).await? {
        let board = board.clone();
        board.tasks().clone().spawn(async move {
            if let Err(error) = handle(&board, &event).await {
                tracing::error!(inbox = %event.inbox_id, %error, "an event of a channel could not be noted");
            }
            // The next of the same place is due now.
            board.inward().notify_one();
        });
    }
    Ok(())
}

/// Why an event is not done.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error(transparent)]
    Channel(#[from] ChannelError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("a file could not be kept: {0}")]
    File(std::io::Error),
    #[error("no message has this id yet")]
    NotYet,
}

async fn handle(board: &Switchboard, event: &ChannelEvent) -> Result<(), StoreError> {
    let store = board.engine().store();
    let Some(line) = board.line(&event.inbox_id) else {
        // The inbox rests; its events wait.
        return store.event_again(event, "the inbox is not connected", board.engine().clock().now() + LEASE).await;
    };
    let trouble = match understand(board, &line, event).await {
        Ok(()) => {
            board.works(&line).await?;
            return store.event_done(event).await;
        }
        Err(trouble) => trouble,
    };
    let again = match &trouble {
        Trouble::NotYet => event.attempts < LOOK_UPS,
        Trouble::Channel(ChannelError::Never(_)) => false,
        Trouble::Channel(ChannelError::Revoked(reason)) => {
            board.trouble(&line.inbox.id, Some(reason)).await?;
            true
        }
        _ => event.attempts < TRIES,
    };
    if again {
        let at = board.engine().clock().now() + pause(event.attempts);
        return store.event_again(event, &trouble.to_string(), at).await;
    }
    match trouble {
        // A status of a message that somebody else sent with the same number, say.
        Trouble::NotYet => store.event_done(event).await,
        trouble => {
            tracing::error!(inbox = %event.inbox_id, key = event.key, %trouble, "an event of a channel was given up");
            store.event_failed(event, &trouble.to_string()).await
        }
    }
}

async fn understand(board: &Switchboard, line: &Arc<Line>, event: &ChannelEvent) -> Result<(), Trouble> {
    if line.channel.is_overheard(event)
        && board.engine().store().thread_at(&event.inbox_id, &event.place).await?.is_none()
    {
        return Ok(());
    }
    for happening in line.channel.understand(event).await? {
        match happening {
            Happening::Message(incoming) => message(board, line, *incoming).await?,
            Happening::Delivery(note) => delivery(board, &line.inbox.id, &note).await?,
            Happening::Rated { external_id, helpful } => rated(board, &line.inbox.id, &external_id, helpful).await?,
            Happening::OptOut { place, out } => opt_out(board, &line.inbox.id, &place, out).await?,
            Happening::Staff(act) => staff_act(board, line, act).await?,
        }
    }
    Ok(())
}

async fn message(board: &Switchboard, line: &Arc<Line>, incoming: Incoming) -> Result<(), Trouble> {
    let engine = board.engine();
    let store = engine.store();
    let reached = store
        .reach(&line.inbox.id, &incoming.place, &incoming.details, &incoming.person, incoming.resume.as_ref())
        .await?;
    if incoming.quiet {
        return Ok(aside(board, &reached, incoming).await?);
    }
    let history = recent(board, &reached.conversation_id).await?;
    let picked = picked(&history, incoming.pressed.as_deref(), incoming.text.as_deref());
    if let Some(Picked::Score { about, kind, score }) = picked {
        return Ok(score_given(board, &reached, about, kind, score).await?);
    }
    let mut contents = files_of(board, &reached.customer_id, &incoming).await?;
    let said = incoming.text.filter(|text| !text.trim().is_empty());
    match picked {
        Some(Picked::Choice(choice)) => {
            contents.push(Content::Text { text: said.unwrap_or(choice.title), postback: Some(choice.payload) });
        }
        Some(Picked::Product(title)) => {
            contents.push(Content::Text { text: said.unwrap_or_else(|| title.clone()), postback: Some(title) });
        }
        _ => contents.extend(said.map(Content::text)),
    }
    if contents.is_empty() {
        return Ok(());
    }
    let inbound = Inbound {
        conversation_id: reached.conversation_id.clone(),
        customer_id: reached.customer_id.clone(),
        client_key: incoming.key,
        contents,
    };
    match engine.accept(inbound).await {
        Ok(accepted) if !accepted.repeated => notice(board, line, &reached),
        Ok(_) => {}
        Err(IntakeError::Store(error)) => return Err(error.into()),
        Err(IntakeError::NoConversation) => {
            return Err(ChannelError::Never("its conversation is gone".to_owned()).into());
        }
    }
    Ok(())
}

async fn aside(board: &Switchboard, reached: &Reached, incoming: Incoming) -> Result<(), StoreError> {
    let Some(text) = incoming.text.filter(|text| !text.trim().is_empty()) else { return Ok(()) };
    let (id, author) = (&reached.conversation_id, Author::customer(&reached.customer_id));
    if let Some(entry) = board.engine().store().add_aside(id, author, &incoming.key, Content::text(text)).await? {
        board.engine().bus().ring_with(id, &[entry]);
    }
    Ok(())
}

/// Read marks are a courtesy: nobody waits for them.
fn notice(board: &Switchboard, line: &Arc<Line>, reached: &Reached) {
    let (board, line, thread) = (board.clone(), line.clone(), reached.thread.clone());
    board.tasks().clone().spawn(async move {
        if let Ok(Some(thread)) = board.engine().store().thread(&thread).await {
            line.channel.noticed(&thread).await;
        }
    });
}

async fn recent(board: &Switchboard, id: &ConversationId) -> Result<Vec<crate::domain::Entry>, StoreError> {
    let store = board.engine().store();
    let last = store.conversation(id).await?.map_or(0, |conversation| conversation.last_seq);
    store.entries(id, (last - RECENT).max(0), RECENT).await
}

async fn score_given(
    board: &Switchboard,
    reached: &Reached,
    about: i64,
    kind: SurveyKind,
    score: i64,
) -> Result<(), StoreError> {
    let kind = match kind {
        SurveyKind::Csat => FeedbackKind::Csat,
        SurveyKind::Nps => FeedbackKind::Nps,
        SurveyKind::Ces => FeedbackKind::Ces,
    };
    let author = Author::customer(&reached.customer_id);
    let feedback = Feedback { about, kind, score, comment: None };
    let store = board.engine().store();
    if let Some(seq) = store.give_feedback(&reached.conversation_id, author, feedback).await? {
        board.engine().bus().ring(&reached.conversation_id, seq);
    }
    Ok(())
}

/// The files that fit; of one that does not, its name is told.
async fn files_of(board: &Switchboard, customer: &CustomerId, incoming: &Incoming) -> Result<Vec<Content>, Trouble> {
    let mut contents = Vec::new();
    for file in &incoming.files {
        let (files, store) = (&board.tools().files, board.engine().store());
        match files.keep(store, customer, (&file.name, &file.media_type), &file.bytes).await {
            Ok(file) => contents.push(file_content(file)),
            Err(FileError::TooLarge(most)) => contents.push(Content::text(format!(
                "[{}: {} bytes, above the limit of {most}; it was not kept]",
                file.name,
                file.bytes.len()
            ))),
            Err(FileError::Io(error)) => return Err(Trouble::File(error)),
            Err(FileError::Store(error)) => return Err(error.into()),
        }
    }
    Ok(contents)
}

async fn delivery(board: &Switchboard, inbox: &InboxId, note: &DeliveryNote) -> Result<(), Trouble> {
    match board.engine().store().note_delivery(inbox, note).await? {
        Noted::Told(id, entry) => board.engine().bus().ring_with(&id, std::slice::from_ref(&*entry)),
        Noted::Stale => {}
        Noted::Unknown => return Err(Trouble::NotYet),
    }
    Ok(())
}

/// Only what the assistant said is rated; a person is thanked or blamed in words.
async fn rated(board: &Switchboard, inbox: &InboxId, external_id: &str, helpful: bool) -> Result<(), Trouble> {
    let store = board.engine().store();
    let (id, about) = store.sent_as(inbox, external_id).await?.ok_or(Trouble::NotYet)?;
    let entry = store.entry(&id, about).await?.filter(|entry| entry.author.kind == AuthorKind::Bot);
    let (Some(_), Some(conversation)) = (entry, store.conversation(&id).await?) else { return Ok(()) };
    let author = Author::customer(&conversation.customer_id);
    let feedback = Feedback { about, kind: FeedbackKind::Rating, score: i64::from(helpful), comment: None };
    if let Some(seq) = store.give_feedback(&id, author, feedback).await? {
        board.engine().bus().ring(&id, seq);
    }
    Ok(())
}

async fn opt_out(board: &Switchboard, inbox: &InboxId, place: &str, out: bool) -> Result<(), Trouble> {
    let store = board.engine().store();
    let Some(thread) = store.thread_at(inbox, place).await? else { return Ok(()) };
    if let Some(conversation) = store.conversation(&thread.conversation_id).await? {
        store.set_opted_out(&conversation.customer_id, out).await?;
    }
    Ok(())
}

async fn staff_act(board: &Switchboard, line: &Arc<Line>, act: StaffAct) -> Result<(), Trouble> {
    let (place, by) = (act.place.clone(), act.by.clone());
    if let Some(words) = staff::act(board, line, act).await? {
        line.channel.answer_staff(&place, &by, &words).await;
    }
    Ok(())
}
