//! Files that agents send: kept first, then told by an entry, like what they say.

use super::{HandoffError, own_key};
use crate::domain::{Content, ConversationId, Seq};
use crate::engine::Engine;
use crate::engine::files::{FileError, Files, file_content};
use crate::store::{Agent, Change};

/// A file as it was handed in.
#[derive(Clone, Copy, Debug)]
pub struct NewFile<'a> {
    pub name: &'a str,
    pub media_type: &'a str,
    pub bytes: &'a [u8],
    /// The same key again sends nothing.
    pub key: Option<&'a str>,
}

#[derive(Debug, thiserror::Error)]
pub enum SendFileError {
    #[error(transparent)]
    Handoff(#[from] HandoffError),
    #[error(transparent)]
    File(#[from] FileError),
}

impl Engine {
    /// An agent who holds the conversation sends a file.
    pub async fn send_file(
        &self,
        id: &ConversationId,
        agent: &Agent,
        new: NewFile<'_>,
        files: &Files,
    ) -> Result<Seq, SendFileError> {
        let store = &self.inner.store;
        let customer = self.known(id).await?.customer_id;
        let file = files.keep(store, &customer, (new.name, new.media_type), new.bytes).await?;
        let change = Change::Reply {
            agent: agent.id.clone(),
            name: agent.name.clone(),
            content: file_content(file.clone()),
            key: new.key.map(|key| own_key(agent, key)),
            seen: None,
        };
        let step = self.step(id, change, None).await;
        let shown = match &step {
            Ok(step) => store.entry(id, step.seq).await.map_err(HandoffError::from)?,
            Err(_) => None,
        };
        // Refused, or sent before under the same key: nobody will ask for these bytes.
        if !shown.is_some_and(|entry| matches!(&entry.content, Content::File { id, .. } if *id == file.id.0)) {
            files.remove(store, &file.id).await?;
        }
        Ok(step?.seq)
    }
}
