//! Colleagues who work on waiting conversations from a channel of their own (Slack, say):
//! a thread for each conversation that waits for a person, and what is done there, done
//! to the conversation.

use std::sync::Arc;
use std::time::Duration;

use super::channel::{StaffAct, StaffDeed, StaffTarget};
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
pub(super) async fn act(board: &Switchboard, line: &Arc<Line>, act: StaffAct) -> Result<Option<String>, StoreError> {
    let engine = board.engine();
    let meant = match &act.target {
        StaffTarget::Conversation(id) => Some(id.clone()),
        StaffTarget::Held(_) => None,
        StaffTarget::Thread(message) => match thread_with(board, line, message).await? {
            Some(id) => Some(id),
            // Colleagues talk beside the staff threads, too.
            None => return Ok(None),
        },
    };
    let agent =
        engine.store().agent_by_email(&act.email.to_lowercase()).await?.filter(|agent| agent.role >= Role::Agent);
    let Some(agent) = agent else {
        return Ok(Some(format!(
            "Rapport knows no colleague with the address {}: an admin can invite you in the console",
            act.email
        )));
    };
    let id = match (meant, &act.target) {
        (None, StaffTarget::Held(name)) => match held(board, &agent, name.trim()).await? {
            Ok(id) => id,
            Err(words) => return Ok(Some(words)),
        },
        (Some(id), _) => id,
        (None, _) => return Ok(None),
    };
    engine.store().seen(&agent.id).await?;
    let (done, told) = match act.act {
        StaffDeed::Take => (engine.take(&id, &agent).await.map(drop), "You have it now"),
        StaffDeed::HandBack => (engine.hand_back(&id, &agent, false).await.map(drop), "The assistant has it again"),
        StaffDeed::Resolve => (engine.resolve(&id, &agent).await.map(drop), "It is resolved"),
        StaffDeed::Reply(text) => (reply(board, &id, &agent, text, &act.key).await, "It is sent"),
    };
    match done {
        // In its own thread the conversation tells it.
        Ok(()) if !matches!(act.target, StaffTarget::Held(_)) => Ok(None),
        Ok(()) => Ok(Some(format!("{told}: {}.", title(board, &id).await?))),
        Err(HandoffError::Store(error)) => Err(error),
        Err(refused) => Ok(Some(format!("That did not work: {refused}."))),
    }
}

/// The conversation in whose staff thread a message with this external id was sent.
async fn thread_with(
    board: &Switchboard,
    line: &Arc<Line>,
    external_id: &str,
) -> Result<Option<ConversationId>, StoreError> {
    let (store, inbox) = (board.engine().store(), &line.inbox.id);
    let Some((id, _)) = store.sent_as(inbox, external_id).await? else { return Ok(None) };
    Ok(store.thread_at(inbox, &place_of(&id)).await?.map(|_| id))
}

/// The conversation that an agent holds and names; words where it is not clear which, since
/// none is ever taken by a guess.
async fn held(board: &Switchboard, agent: &Agent, name: &str) -> Result<Result<ConversationId, String>, StoreError> {
    let mut fitting = Vec::new();
    let mut titles = Vec::new();
    for id in board.engine().store().held_by(&agent.id).await? {
        let title = title(board, &id).await?;
        if title.to_lowercase().contains(&name.to_lowercase()) {
            fitting.push(id);
        }
        titles.push(title);
    }
    Ok(match (fitting.pop(), fitting.is_empty(), titles.is_empty()) {
        (Some(id), true, _) => Ok(id),
        (_, _, true) => Err("You have no conversation now.".to_owned()),
        _ => Err(format!("Which one? Write its name or its id after the command: {}.", titles.join("; "))),
    })
}

/// A conversation as colleagues name it.
async fn title(board: &Switchboard, id: &ConversationId) -> Result<String, StoreError> {
    let store = board.engine().store();
    let customer = match store.conversation(id).await? {
        Some(conversation) => store.customer(&conversation.customer_id).await?,
        None => None,
    };
    let words = customer.map(|customer| [customer.name, customer.email]).unwrap_or_default();
    let words: Vec<String> = words.into_iter().flatten().chain([id.0.clone()]).collect();
    Ok(words.join(", "))
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
