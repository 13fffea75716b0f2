//! Reading what a customer writes to a person: nobody answers it but them, and still they
//! want to see how it was meant and whether the customer is calming down.
//!
//! It is read after the ack, once, and kept with the message. A crash before that leaves
//! the message without an analysis, which nothing depends on.

use super::Engine;
use super::think::{HISTORY, words_of};
use crate::bus::News;
use crate::domain::analysis::EntityType;
use crate::domain::conversation::Mood;
use crate::domain::{ConversationId, Seq};
use crate::store::{StoreError, TurnWork};

impl Engine {
    /// Reads the message at that seq beside the conversation.
    pub(super) fn observe(&self, id: &ConversationId, seq: Seq) {
        let (engine, id) = (self.clone(), id.clone());
        self.inner.workers.spawn(async move {
            if let Err(error) = engine.try_to_observe(&id, seq).await {
                tracing::warn!(conversation = %id, seq, %error, "a message to a person was not read");
            }
        });
    }

    async fn try_to_observe(&self, id: &ConversationId, seq: Seq) -> Result<(), StoreError> {
        let store = &self.inner.store;
        let Some(conversation) = store.conversation(id).await? else { return Ok(()) };
        let mut history = store.entries(id, seq - 1 - HISTORY, HISTORY + 1).await?;
        history.retain(|entry| entry.seq <= seq);
        let Some(message) = history.pop().filter(|entry| entry.seq == seq) else { return Ok(()) };
        let text = words_of(&message.content);
        if text.trim().is_empty() {
            return Ok(());
        }
        let work = TurnWork { conversation, message, history, attempts: 0 };
        // Too busy to read it, or the models failed: the person goes on without.
        let hint = self.customers_language(&work).await?;
        let Ok(understood) = self.understand(&work, &text, hint.as_deref()).await else { return Ok(()) };
        let reading = understood.reading();
        let mood =
            Mood { seq, sentiment: reading.analysis.sentiment.score, unhappiness: reading.analysis.unhappiness.p };
        store.keep_analysis(id, &reading.analysis, mood).await?;
        // An address given to the person is where they can be written to, if none is known.
        if let Some(email) = reading.analysis.entity(&EntityType::Email) {
            let customer = store.customer(&work.conversation.customer_id).await?;
            if customer.is_some_and(|customer| customer.email.is_none()) {
                store.set_contact(&work.conversation.customer_id, &email.value).await?;
            }
        }
        self.inner.bus.tell(News::Analysed(id.clone(), seq));
        Ok(())
    }
}
