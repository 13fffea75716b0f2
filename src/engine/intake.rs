//! Taking a customer's message in, from whatever channel.

use super::think::words_of;
use super::weigh::mend;
use super::{Engine, LEASE};
use crate::domain::{Author, Content, ConversationId, CustomerId};
use crate::store::{Accepted, NewMessage, StoreError};

/// A customer's message, translated from a channel's wire format.
#[derive(Clone, Debug)]
pub struct Inbound {
    pub conversation_id: ConversationId,
    pub customer_id: CustomerId,
    /// The channel's own id of the message: the same again changes nothing.
    pub client_key: String,
    /// Attached files first, then the words.
    pub contents: Vec<Content>,
}

#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the conversation is not there")]
    NoConversation,
}

impl Engine {
    /// Commits a message; when this returns it is on disk, and its turn is under way.
    pub async fn accept(&self, inbound: Inbound) -> Result<Accepted, IntakeError> {
        let message = NewMessage {
            conversation_id: inbound.conversation_id,
            author: Author::customer(&inbound.customer_id),
            client_key: inbound.client_key,
            contents: inbound.contents,
        };
        self.read_ahead(&message.contents);
        let conversation_id = message.conversation_id.clone();
        let accepted = self
            .inner
            .store
            .accept_message(message, &self.inner.node, self.inner.clock.now() + LEASE)
            .await?
            .ok_or(IntakeError::NoConversation)?;
        if !accepted.repeated {
            metrics::counter!("rapport_messages_accepted_total").increment(1);
            self.inner.bus.ring_with(&conversation_id, &accepted.entries);
        }
        match &accepted.turn {
            Some(turn) => self.dispatch(turn.clone()).await,
            None if !accepted.repeated => self.observe(&conversation_id, accepted.seq),
            None => {}
        }
        Ok(accepted)
    }

    /// Lets the model read while the message is on its way to the disk. Only the reading
    /// runs ahead: what follows from it waits for the commit.
    fn read_ahead(&self, contents: &[Content]) {
        let text = contents.last().map(words_of).unwrap_or_default();
        if !text.trim().is_empty() {
            let mended = mend(&self.inner.shop.knowledge(), &self.inner.nlu, &text, None, &[]);
            self.inner.nlu.encoder().encode_ahead(mended.as_deref().unwrap_or(&text));
        }
    }
}
