//! Sends what the log tells, thread by thread, in its order: read on after the last entry
//! that was sent, render, write, note.
//!
//! A vendor that is slow or broken holds up its own thread and nobody else's. Nothing is
//! dropped: what cannot go out now waits, and says why; what never will is marked in the
//! log as failed, and the next is tried.

use std::collections::HashMap;
use std::collections::hash_map;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use jiff::SignedDuration;
use tokio::sync::Semaphore;
use tokio::sync::broadcast::error::RecvError;

use super::channel::{Outgoing, Said, SendError};
use super::render::{Place, for_customer, for_staff, headline};
use super::switchboard::{Line, Switchboard};
use super::{pause, staff};
use crate::bus::News;
use crate::domain::{Audience, AuthorKind, Entry, Seq, ThreadId};
use crate::store::{StoreError, Thread};

const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Rings that come so close are one.
const GATHER: Duration = Duration::from_millis(5);
/// A sender that dies is followed after so long.
const LEASE: SignedDuration = SignedDuration::from_mins(3);
/// A vendor that does not answer for so long has not taken the message.
const PATIENCE: Duration = Duration::from_secs(60);
const THREADS: usize = 64;
const AT_ONCE: i64 = 32;
const ENTRIES: i64 = 100;
/// An entry that could not be sent for so long is given up.
const GIVE_UP: SignedDuration = SignedDuration::from_hours(24);
/// While an inbox has no right to write, one thread tries so often.
const REVOKED: SignedDuration = SignedDuration::from_mins(2);
/// The customer's own message ends this pause.
const WINDOW: SignedDuration = SignedDuration::from_hours(6);

/// Sends until the server stops.
pub(super) async fn work(board: Switchboard) {
    let mut news = board.engine().bus().subscribe_everywhere();
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let desk = Arc::new(Desk { room: Semaphore::new(THREADS), busy: Mutex::default() });
    loop {
        tokio::select! {
            () = board.stopping().cancelled() => return,
            () = board.outward().notified() => {}
            _ = ticks.tick() => {}
            heard = news.recv() => match heard {
                Ok(News::Reached(_)) | Err(RecvError::Lagged(_)) => tokio::time::sleep(GATHER).await,
                Ok(_) => continue,
                Err(RecvError::Closed) => return,
            },
        }
        while news.try_recv().is_ok() {}
        if board.lines().is_empty() {
            continue;
        }
        if let Err(error) = look(&board, &desk).await {
            tracing::warn!(%error, "cannot look for what is to be sent");
        }
    }
}

/// Who sends now. The lease alone does not tell: whoever lets a thread go out at once (a
/// customer who writes, an owner who enters a new token) ends it while somebody sends, and
/// two who send one thread say things twice, or skip some.
struct Desk {
    room: Semaphore,
    /// The threads in work, and whether one has become due meanwhile.
    busy: Mutex<HashMap<ThreadId, bool>>,
}

impl Desk {
    fn busy(&self) -> MutexGuard<'_, HashMap<ThreadId, bool>> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the thread is the caller's to send; else whoever sends it looks again.
    fn takes(&self, id: &ThreadId) -> bool {
        match self.busy().entry(id.clone()) {
            hash_map::Entry::Occupied(mut sender) => {
                sender.insert(true);
                false
            }
            hash_map::Entry::Vacant(place) => {
                place.insert(false);
                true
            }
        }
    }

    /// Ends the work on a thread; whether it has become due meanwhile.
    fn leaves(&self, id: &ThreadId) -> bool {
        self.busy().remove(id).unwrap_or(false)
    }
}

async fn look(board: &Switchboard, desk: &Arc<Desk>) -> Result<(), StoreError> {
    let free = i64::try_from(desk.room.available_permits()).unwrap_or(AT_ONCE).min(AT_ONCE);
    if free == 0 {
        return Ok(());
    }
    let until = board.engine().clock().now() + LEASE;
    for thread in board.engine().store().lease_threads(until, free).await? {
        if !desk.takes(&thread.id) {
            continue;
        }
        let (board, desk) = (board.clone(), desk.clone());
        board.tasks().clone().spawn(async move {
            let _permit = desk.room.acquire().await;
            let id = thread.id.clone();
            let work = Sending { board: &board, thread };
            match AssertUnwindSafe(work.run()).catch_unwind().await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::error!(thread = %id, %error, "what was sent could not be noted"),
                // Told by the panic itself; the lease runs out, and it is tried again.
                Err(_) => tracing::error!(thread = %id, "sending broke off"),
            }
            if desk.leaves(&id)
                && let Err(error) = board.engine().store().thread_due(&id).await
            {
                tracing::warn!(thread = %id, %error, "a thread waits for its lease to run out");
            }
            board.outward().notify_one();
        });
    }
    Ok(())
}

struct Sending<'a> {
    board: &'a Switchboard,
    thread: Thread,
}

/// What goes out in one go.
enum Words<'a> {
    Entry(&'a [Outgoing]),
    Digest(&'a [Said]),
}

impl Sending<'_> {
    async fn run(mut self) -> Result<(), StoreError> {
        let Some(line) = self.board.line(&self.thread.inbox_id) else {
            return self.wait("its inbox is not connected", REVOKED).await;
        };
        let (store, id) = (self.board.engine().store(), self.thread.conversation_id.clone());
        let entries = store.entries(&id, self.thread.sent_seq, ENTRIES).await?;
        if self.thread.audience == Audience::Staff && self.is_new() && !self.begin(&line).await? {
            return Ok(());
        }
        if self.is_refused_by_customer().await? {
            return self.refuse_all(&entries).await;
        }
        if line.channel.capabilities().digest {
            return self.digest(&line, &entries).await;
        }
        let mut last = None;
        for entry in entries {
            let messages = self.render(&line, &entry).await?;
            if !messages.is_empty() && !self.entry(&line, &entry, &messages).await? {
                return Ok(());
            }
            last = Some(entry.seq);
            // What needs nothing to be sent is noted with what follows.
            if !messages.is_empty() {
                store.thread_sent(&self.thread.id, entry.seq).await?;
                self.thread.sent_parts = 0;
            }
        }
        match last {
            Some(seq) => store.thread_done(&self.thread.id, seq).await,
            None => Ok(()),
        }
    }

    /// Sends an entry's messages that have not gone out; whether all have.
    async fn entry(&mut self, line: &Line, entry: &Entry, messages: &[Outgoing]) -> Result<bool, StoreError> {
        let sent = usize::try_from(self.thread.sent_parts).unwrap_or(0);
        for (part, message) in messages.iter().enumerate().skip(sent) {
            let key = format!("{}:{}:{part}", self.thread.conversation_id, entry.seq);
            let parts = i64::try_from(part + 1).unwrap_or(i64::MAX);
            match self.send(line, Words::Entry(std::slice::from_ref(message)), &key, (entry.seq, parts)).await? {
                Ok(()) => {}
                Err(error) => return self.failed(line, entry, error).await,
            }
        }
        Ok(true)
    }

    /// Everything that waits, as one message.
    async fn digest(&mut self, line: &Line, entries: &[Entry]) -> Result<(), StoreError> {
        let (engine, id) = (self.board.engine(), &self.thread.conversation_id);
        let Some(last) = entries.last() else { return Ok(()) };
        if engine.bus().is_open(id) {
            // They are in the chat and read it there; what they do not read waits for the lease's end.
            return Ok(());
        }
        let read = engine.store().read_seq(id).await?;
        let mut said = Vec::new();
        for entry in entries.iter().filter(|entry| entry.seq > read) {
            let messages = self.render(line, entry).await?;
            if !messages.is_empty() {
                said.push(Said { by: entry.author.clone(), messages });
            }
        }
        if !said.is_empty() {
            let key = format!("{}:{}:{}", self.thread.conversation_id, self.thread.sent_seq, last.seq);
            let sent = self.send(line, Words::Digest(&said), &key, (last.seq, 0)).await?;
            if let Err(error) = sent
                && !self.failed(line, last, error).await?
            {
                return Ok(());
            }
        }
        self.board.engine().store().thread_done(&self.thread.id, last.seq).await
    }

    /// Sends, and notes that the vendor has taken it.
    async fn send(
        &mut self,
        line: &Line,
        words: Words<'_>,
        key: &str,
        (seq, parts): (Seq, i64),
    ) -> Result<Result<(), SendError>, StoreError> {
        if let Some(window) = line.channel.capabilities().window
            && self.thread.audience == Audience::Customer
        {
            let silent = self.board.engine().clock().now().duration_since(self.thread.customer_at);
            if silent > SignedDuration::try_from(window).unwrap_or(SignedDuration::MAX) {
                let hours = window.as_secs() / 3600;
                let words = format!("the customer has not written for {hours} hours: the reply window is closed");
                return Ok(Err(SendError::WindowClosed(words)));
            }
        }
        line.pace.until_ready().await;
        let channel = line.inbox.channel.clone();
        let sending = match words {
            Words::Entry(messages) => line.channel.send(&self.thread, messages, key),
            Words::Digest(said) => line.channel.send_digest(&self.thread, said, key),
        };
        let sent = tokio::time::timeout(PATIENCE, sending).await;
        match sent.unwrap_or_else(|_| Err(SendError::later("the vendor did not answer in time"))) {
            Ok(mark) => {
                metrics::counter!("rapport_channel_sent_total", "channel" => channel).increment(1);
                self.board.engine().store().part_sent(&self.thread, seq, parts, &mark).await?;
                if let Some(details) = mark.details {
                    self.thread.details = details;
                }
                self.board.works(line).await?;
                Ok(Ok(()))
            }
            Err(error) => {
                metrics::counter!("rapport_channel_failed_total", "channel" => channel).increment(1);
                Ok(Err(error))
            }
        }
    }

    /// What becomes of an entry that could not be sent; whether the next may be tried.
    async fn failed(&self, line: &Line, entry: &Entry, error: SendError) -> Result<bool, StoreError> {
        let now = self.board.engine().clock().now();
        let too_late = now.duration_since(entry.at) > GIVE_UP;
        match error {
            SendError::Later { reason, .. } if too_late => {
                self.give_up(entry.seq, &format!("given up after a day: {reason}")).await?;
                Ok(true)
            }
            SendError::Later { reason, after } => {
                let asked = after.and_then(|after| SignedDuration::try_from(after).ok());
                self.wait(&reason, asked.unwrap_or_else(|| pause(self.thread.attempts))).await?;
                Ok(false)
            }
            SendError::Refused(reason) => {
                self.give_up(entry.seq, &reason).await?;
                Ok(true)
            }
            SendError::Revoked(reason) => {
                self.board.trouble(&line.inbox.id, Some(&reason)).await?;
                self.wait(&reason, REVOKED).await?;
                Ok(false)
            }
            SendError::WindowClosed(reason) => {
                let reason = self.reopen(line, reason).await?;
                self.wait(&reason, WINDOW).await?;
                Ok(false)
            }
        }
    }

    /// Asks the customer to write, once for what waits now.
    async fn reopen(&self, line: &Line, reason: String) -> Result<String, StoreError> {
        if self.thread.error.is_some() {
            // It was asked before, or could not be.
            return Ok(self.thread.error.clone().unwrap_or(reason));
        }
        Ok(match line.channel.reopen(&self.thread).await {
            Ok(Some(mark)) => {
                let seq = self.thread.sent_seq + 1;
                self.board.engine().store().part_sent(&self.thread, seq, self.thread.sent_parts, &mark).await?;
                format!("{reason}; they were asked to write")
            }
            Ok(None) => reason,
            Err(error) => format!("{reason}, and they could not be asked to write: {error}"),
        })
    }

    async fn give_up(&self, seq: Seq, reason: &str) -> Result<(), StoreError> {
        let id = &self.thread.conversation_id;
        tracing::warn!(conversation = %id, seq, reason, "an entry does not reach the customer");
        // Colleagues elsewhere who miss a line have the console.
        if self.thread.audience == Audience::Customer
            && let Some(entry) = self.board.engine().store().entry_failed(id, seq, reason).await?
        {
            self.board.engine().bus().ring_with(id, &[entry]);
        }
        Ok(())
    }

    async fn wait(&self, reason: &str, pause: SignedDuration) -> Result<(), StoreError> {
        let until = self.board.engine().clock().now() + pause;
        self.board.engine().store().thread_waits(&self.thread.id, reason, until).await?;
        self.board.engine().bus().tell(News::Changed(self.thread.conversation_id.clone()));
        Ok(())
    }

    async fn render(&self, line: &Line, entry: &Entry) -> Result<Vec<Outgoing>, StoreError> {
        let can = line.channel.capabilities();
        match self.thread.audience {
            Audience::Customer => Ok(for_customer(entry, can, self.place())),
            Audience::Staff => {
                if entry.author.kind == AuthorKind::Agent {
                    let key = self.board.engine().store().entry_key(&self.thread.conversation_id, entry.seq).await?;
                    if key.is_some_and(|key| staff::is_from_staff_thread(&key)) {
                        return Ok(Vec::new());
                    }
                }
                Ok(for_staff(entry, can))
            }
        }
    }

    /// The headline of a staff thread; whether it went out.
    async fn begin(&mut self, line: &Line) -> Result<bool, StoreError> {
        let story = staff::story(self.board, &self.thread.conversation_id).await?;
        let text = super::render::marked_up(&headline(&story, self.place()), line.channel.capabilities().markup);
        let key = format!("{}:head", self.thread.conversation_id);
        match self.send(line, Words::Entry(&[Outgoing::Text(text)]), &key, (self.thread.sent_seq, 0)).await? {
            Ok(()) => Ok(true),
            Err(SendError::Revoked(reason)) => {
                self.board.trouble(&line.inbox.id, Some(&reason)).await?;
                self.wait(&reason, REVOKED).await.map(|()| false)
            }
            Err(error) => self.wait(&error.to_string(), pause(self.thread.attempts)).await.map(|()| false),
        }
    }

    /// Whether the vendor has not been written to in this thread.
    fn is_new(&self) -> bool {
        self.thread.details.as_object().is_none_or(serde_json::Map::is_empty)
    }

    async fn is_refused_by_customer(&self) -> Result<bool, StoreError> {
        if self.thread.audience == Audience::Staff {
            return Ok(false);
        }
        let store = self.board.engine().store();
        match store.conversation(&self.thread.conversation_id).await? {
            Some(conversation) => store.opted_out(&conversation.customer_id).await,
            None => Ok(false),
        }
    }

    async fn refuse_all(&self, entries: &[Entry]) -> Result<(), StoreError> {
        let Some(last) = entries.last() else { return Ok(()) };
        for entry in entries {
            if entry.author.kind != AuthorKind::Customer && entry.content.line().is_some() {
                self.give_up(entry.seq, "the customer has asked for no more messages").await?;
            }
        }
        self.board.engine().store().thread_done(&self.thread.id, last.seq).await
    }

    fn place(&self) -> Place<'_> {
        Place { address: &self.board.tools().address }
    }
}
