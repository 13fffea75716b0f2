//! The doorbell: tells who listens that a conversation has reached a seq.
//!
//! It promises nothing: a listener that missed a ring reads the log. So the bus may drop,
//! merge and reorder, and nobody needs to notice. What was just written is at hand beside
//! the bell, which saves a listener that missed nothing the reading.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{broadcast, watch};

use crate::domain::{AgentId, Author, ConversationId, Entry, InboxId, MailId, Seq, WebhookId};

/// Entries that are at hand; a message and its answer are seldom more.
const AT_HAND: usize = 8;

/// Cheap to clone; all clones ring the same bell.
#[derive(Clone, Debug)]
pub struct Bus {
    rooms: Arc<Mutex<HashMap<ConversationId, Room>>>,
    everywhere: broadcast::Sender<News>,
}

/// What the staff's consoles are told: where to look, never what stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// A conversation's log has grown.
    Reached(ConversationId),
    /// A customer's message was read by the models.
    Analysed(ConversationId, Seq),
    /// Something about a conversation changed that no entry tells.
    Changed(ConversationId),
    Noted(ConversationId, String),
    NoteGone(ConversationId, String),
    Typing {
        id: ConversationId,
        author: Author,
        on: bool,
    },
    /// The customer has seen the log up to there.
    Read(ConversationId, Seq),
    /// An agent has.
    Seen(AgentId, ConversationId, Seq),
    /// Nobody has taken a waiting conversation: step 1, 2 …
    Urgent(ConversationId, i64),
    /// An agent came, went or changed.
    Staff,
    RefusedOrigin(InboxId, String),
    /// A mail was sent, or failed for good.
    Mail(MailId),
    /// An endpoint of a webhook began to fail, works again, or was disabled.
    Webhook(WebhookId),
    /// What was taught, a training, or the model in use.
    Teaching,
}

/// What passes and is not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Passing {
    Typing {
        author: Author,
        on: bool,
    },
    /// A socket with this visitor's tab was opened; older ones with the same tab close.
    Superseded {
        tab: String,
        by: u64,
    },
}

#[derive(Debug)]
struct Room {
    reached: watch::Sender<Seq>,
    passing: broadcast::Sender<Passing>,
    /// The last that was written, oldest first.
    written: VecDeque<Entry>,
    listeners: usize,
}

/// A listener's place in one conversation; leaving drops it.
pub struct Subscription {
    pub reached: watch::Receiver<Seq>,
    pub passing: broadcast::Receiver<Passing>,
    bus: Bus,
    id: ConversationId,
}

impl Default for Bus {
    fn default() -> Self {
        Self { rooms: Arc::default(), everywhere: broadcast::channel(4096).0 }
    }
}

impl Bus {
    pub fn subscribe(&self, id: &ConversationId) -> Subscription {
        let mut rooms = self.rooms();
        let room = rooms.entry(id.clone()).or_insert_with(|| Room {
            reached: watch::channel(0).0,
            passing: broadcast::channel(4).0,
            written: VecDeque::new(),
            listeners: 0,
        });
        room.listeners += 1;
        Subscription {
            reached: room.reached.subscribe(),
            passing: room.passing.subscribe(),
            bus: self.clone(),
            id: id.clone(),
        }
    }

    /// The news of all conversations. A listener that falls behind loses the oldest and
    /// is told.
    pub fn subscribe_everywhere(&self) -> broadcast::Receiver<News> {
        self.everywhere.subscribe()
    }

    /// Tells the consoles.
    pub fn tell(&self, news: News) {
        // An error only says that nobody listens.
        let _ = self.everywhere.send(news);
    }

    /// Tells the consoles that an agent came, went or changed.
    pub fn staff_changed(&self) {
        self.tell(News::Staff);
    }

    /// Tells that the conversation's log reaches to `seq` now. Call after the commit.
    pub fn ring(&self, id: &ConversationId, seq: Seq) {
        if let Some(room) = self.rooms().get(id) {
            room.reached.send_if_modified(|reached| {
                let newer = seq > *reached;
                *reached = seq.max(*reached);
                newer
            });
        }
        self.tell(News::Reached(id.clone()));
    }

    /// Rings for entries that were just committed, and has them at hand.
    pub fn ring_with(&self, id: &ConversationId, entries: &[Entry]) {
        let Some(last) = entries.last() else { return };
        if let Some(room) = self.rooms().get_mut(id) {
            room.written.extend(entries.iter().cloned());
            let excess = room.written.len().saturating_sub(AT_HAND);
            room.written.drain(..excess);
        }
        self.ring(id, last.seq);
    }

    /// Tells who is there now something that is not kept.
    pub fn pass(&self, id: &ConversationId, passing: Passing) {
        if let Passing::Typing { author, on } = &passing {
            self.tell(News::Typing { id: id.clone(), author: author.clone(), on: *on });
        }
        if let Some(room) = self.rooms().get(id) {
            let _ = room.passing.send(passing);
        }
    }

    /// Whether the customer has the conversation open, as far as this node knows.
    pub fn is_open(&self, id: &ConversationId) -> bool {
        self.rooms().contains_key(id)
    }

    /// How many conversations have a listener.
    pub fn rooms_open(&self) -> usize {
        self.rooms().len()
    }

    fn rooms(&self) -> MutexGuard<'_, HashMap<ConversationId, Room>> {
        // Nothing under this lock can panic halfway through a change.
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Subscription {
    /// Every entry from after `sent` to where the bell was rung, if they are at hand without
    /// a gap; else the log has them.
    pub fn at_hand(&self, sent: Seq) -> Option<Vec<Entry>> {
        let reached = *self.reached.borrow();
        let rooms = self.bus.rooms();
        let mut entries: Vec<Entry> = rooms
            .get(&self.id)?
            .written
            .iter()
            .filter(|entry| entry.seq > sent && entry.seq <= reached)
            .cloned()
            .collect();
        drop(rooms);
        entries.sort_by_key(|entry| entry.seq);
        entries.iter().map(|entry| entry.seq).eq(sent + 1..=reached).then_some(entries)
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut rooms = self.bus.rooms();
        if let Some(room) = rooms.get_mut(&self.id) {
            room.listeners -= 1;
            if room.listeners == 0 {
                rooms.remove(&self.id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Content;

    fn id(name: &str) -> ConversationId {
        ConversationId(name.to_owned())
    }

    #[tokio::test]
    async fn a_ring_reaches_the_listeners_of_its_conversation_only() {
        let bus = Bus::default();
        let (mut here, there) = (bus.subscribe(&id("a")), bus.subscribe(&id("b")));
        bus.ring(&id("a"), 3);
        here.reached.changed().await.unwrap();
        assert_eq!(*here.reached.borrow(), 3);
        assert!(!there.reached.has_changed().unwrap());
    }

    #[tokio::test]
    async fn a_late_ring_never_takes_a_conversation_back() {
        let bus = Bus::default();
        let mut listener = bus.subscribe(&id("a"));
        bus.ring(&id("a"), 5);
        bus.ring(&id("a"), 4);
        listener.reached.changed().await.unwrap();
        assert_eq!(*listener.reached.borrow_and_update(), 5);
        assert!(!listener.reached.has_changed().unwrap());
    }

    #[tokio::test]
    async fn what_was_just_written_is_at_hand_unless_some_of_it_was_missed() {
        let entry = |seq| Entry {
            seq,
            at: jiff::Timestamp::UNIX_EPOCH,
            author: Author::system(),
            content: Content::text(seq.to_string()),
            in_reply_to: None,
            turn: None,
        };
        let bus = Bus::default();
        let listener = bus.subscribe(&id("a"));
        bus.ring_with(&id("a"), &[entry(3), entry(4)]);
        bus.ring_with(&id("a"), &[entry(5)]);
        assert_eq!(listener.at_hand(3), Some(vec![entry(4), entry(5)]));
        assert_eq!(listener.at_hand(5), Some(vec![]));
        assert_eq!(listener.at_hand(1), None, "2 was written before");
        bus.ring(&id("a"), 6);
        assert_eq!(listener.at_hand(5), None, "6 came without its entry");
        bus.ring_with(&id("a"), &(6..20).map(entry).collect::<Vec<_>>());
        assert_eq!(listener.at_hand(10), None, "only the last are kept");
        assert_eq!(listener.at_hand(17).map(|entries| entries.len()), Some(2));
    }

    #[test]
    fn an_empty_room_is_closed() {
        let bus = Bus::default();
        let (first, second) = (bus.subscribe(&id("a")), bus.subscribe(&id("a")));
        drop(first);
        assert_eq!(bus.rooms_open(), 1);
        drop(second);
        assert_eq!(bus.rooms_open(), 0);
    }
}
