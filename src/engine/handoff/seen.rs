//! What agents have read: their own mark, and the customer's "read" under a message.

use crate::bus::News;
use crate::domain::{AgentId, ConversationId, Seq};
use crate::engine::Engine;
use crate::store::StoreError;

impl Engine {
    /// Notes that an agent has read up to there, and tells the customer if it is who holds
    /// the conversation.
    pub async fn seen(&self, agent: &AgentId, id: &ConversationId, seq: Seq) -> Result<(), StoreError> {
        if !self.inner.store.mark_seen(agent, id, seq).await? {
            return Ok(());
        }
        self.inner.bus.tell(News::Seen(agent.clone(), id.clone(), seq));
        if let Some(entry) = self.inner.store.tell_read(id, agent, seq).await? {
            self.inner.bus.ring_with(id, &[entry]);
        }
        Ok(())
    }
}
