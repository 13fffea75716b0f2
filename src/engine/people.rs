//! One customer of two, and two of one: what agents decide about who somebody is.

use super::Engine;
use crate::bus::News;
use crate::domain::{CustomerId, MergeId};
use crate::store::{Agent, Merge, Merging, StoreError, Unmerging};

impl Engine {
    /// An agent says that two customers are one person.
    pub async fn merge_customers(
        &self,
        kept: &CustomerId,
        merged: &CustomerId,
        agent: &Agent,
    ) -> Result<Merging, StoreError> {
        let done = self.inner.store.merge_customers(kept, merged, &agent.id).await?;
        if let Merging::Done(merge) = &done {
            tracing::info!(merge = %merge.id, agent = %agent.id, "two customers were merged");
            self.tell_of(merge).await?;
        }
        Ok(done)
    }

    /// An agent says that they are not.
    pub async fn unmerge_customers(&self, id: &MergeId, agent: &Agent) -> Result<Unmerging, StoreError> {
        let done = self.inner.store.unmerge_customers(id).await?;
        if let Unmerging::Done(merge) = &done {
            tracing::info!(merge = %merge.id, agent = %agent.id, "two customers were parted again");
            self.tell_of(merge).await?;
        }
        Ok(done)
    }

    /// Lists show who a conversation is with.
    async fn tell_of(&self, merge: &Merge) -> Result<(), StoreError> {
        let facts = self.inner.store.facts(&merge.kept).await?;
        let kept = facts.map(|facts| facts.conversations).unwrap_or_default();
        for id in merge.conversations.iter().chain(kept.iter().filter(|id| !merge.conversations.contains(id))) {
            self.inner.bus.tell(News::Changed(id.clone()));
        }
        Ok(())
    }
}
