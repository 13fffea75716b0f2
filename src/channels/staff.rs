//! Colleagues who work on waiting conversations from a channel of their own (Slack, say):
//! a thread for each conversation that waits for a person, and what is done there, done
//! to the conversation.

use std::sync::Arc;
use std::time::Duration;

use super::channel::{StaffAct, StaffDeed};
use super::render::Escalated;
use super::switchboard::{Line, Switchboard};
use crate::domain::ConversationId;
use crate::engine::{HandoffError, Reply};
use crate::store::{Agent, Role, StoreError};

const LOOK_EVERY: Duration = Duration::from_secs(1);
const AT_ONCE: i64 = 100;
/// Marks replies that were written in a staff thread, so that it is not told of them.
const KEY: &str = "staff:";

/// Opens threads for those who wait, until the server stops.
pub(super) async fn watch(board: Switchboard) {
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = board.stopping().cancelled() => return,
            _ = ticks.tick() => {}
        }
        let lines: Vec<Arc<Line>> = board.lines().into_iter().filter(|line| line.channel.has_staff()).collect();
        if lines.is_empty() {
            continue;
        }
        if let Err(error) = open_threads(&board, &lines).await {
            tracing::warn!(%error, "cannot open threads for those who wait");
        }
    }
}

async fn open_threads(board: &Switchboard, lines: &[Arc<Line>]) -> Result<(), StoreError> {
    let store = board.engine().store();
    for waiting in store.waiting(AT_ONCE).await? {
        let Some(conversation) = store.conversation(&waiting.id).await? else { continue };
        for line in lines {
            let place = place_of(&waiting.id);
            if store.thread_at(&line.inbox.id, &place).await?.is_none() {
                // The headline tells what was said; the thread goes on from there. The entry
                // that it begins with is the last, so that there is something to send.
                let after = conversation.last_seq - 1;
                store.add_staff_thread(&line.inbox.id, &waiting.id, &place, after).await?;
                board.outward().notify_one();
            }
        }
    }
    Ok(())
}

/// The place of a conversation's staff thread.
pub fn place_of(id: &ConversationId) -> String {
    format!("staff:{id}")
}

/// The conversation of a staff thread's place.
pub fn conversation_at(place: &str) -> Option<ConversationId> {
    place.strip_prefix("staff:").map(|id| ConversationId(id.to_owned()))
}

/// Whether an entry was written in a staff thread.
pub(super) fn is_from_staff_thread(key: &str) -> bool {
    // The engine puts the agent before the caller's own key.
    key.split(':').nth(2).is_some_and(|first| format!("{first}:") == KEY)
}

/// What the headline of a staff thread tells.
pub(super) async fn story(board: &Switchboard, id: &ConversationId) -> Result<Escalated, StoreError> {
    let store = board.engine().store();
    let Some(conversation) = store.conversation(id).await? else { return Ok(Escalated::default()) };
    let customer = store.customer(&conversation.customer_id).await?;
    let entries = store.entries(id, 0, 500).await?;
    let asked = entries
        .iter()
        .filter(|entry| entry.author.kind == crate::domain::AuthorKind::Customer)
        .filter_map(|entry| entry.content.line());
    Ok(Escalated {
        customer: customer.and_then(|customer| customer.name.or(customer.email)),
        reason: conversation.queued.map(|queued| queued.reason).unwrap_or_default(),
        asked: asked.collect(),
        conversation: id.0.clone(),
    })
}

/// Does what a colleague did; what they are to be told, if anything.
pub(super) async fn act(board: &Switchboard, _line: &Arc<Line>, act: StaffAct) -> Result<Option<String>, StoreError> {
    let Some(id) = conversation_at(&act.place) else { return Ok(None) };
    let engine = board.engine();
    let agent =
        engine.store().agent_by_email(&act.email.to_lowercase()).await?.filter(|agent| agent.role >= Role::Agent);
    let Some(agent) = agent else {
        return Ok(Some(format!(
            "Rapport knows no colleague with the address {}: an admin can invite you in the console",
            act.email
        )));
    };
    engine.store().seen(&agent.id).await?;
    let done = match act.act {
        StaffDeed::Take => engine.take(&id, &agent).await.map(drop),
        StaffDeed::HandBack => engine.hand_back(&id, &agent, false).await.map(drop),
        StaffDeed::Resolve => engine.resolve(&id, &agent).await.map(drop),
        StaffDeed::Reply(text) => reply(board, &id, &agent, text, &act.key).await,
    };
    match done {
        Ok(()) => Ok(None),
        Err(HandoffError::Store(error)) => Err(error),
        Err(refused) => Ok(Some(format!("That did not work: {refused}."))),
    }
}

/// A reply takes the conversation first, if nobody has it.
async fn reply(
    board: &Switchboard,
    id: &ConversationId,
    agent: &Agent,
    text: String,
    key: &str,
) -> Result<(), HandoffError> {
    let engine = board.engine();
    let reply = Reply { text, key: Some(format!("{KEY}{key}")), seen: None };
    match engine.reply(id, agent, reply.clone()).await {
        Err(HandoffError::NotHeld) => {
            engine.take(id, agent).await?;
            engine.reply(id, agent, reply).await.map(drop)
        }
        done => done.map(drop),
    }
}
