//! What customers say of themselves before the first message, where the inbox asks: an
//! entry of the log that nobody has to answer, and the customer's record.

use super::log::{NewEntry, append, lock};
use super::{Result, Store};
use crate::domain::entry::{Author, Seq};
use crate::domain::{Content, ConversationId, CustomerId};

/// The answers to the form before the chat.
#[derive(Clone, Debug)]
pub struct Introduction {
    pub customer_id: CustomerId,
    /// The same again is written once.
    pub client_key: String,
    /// The `submitted` entry with everything that was said.
    pub content: Content,
    pub name: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
}

impl Store {
    /// Writes an introduction; the log's last seq after it, `None` if it was there already.
    /// Who is known by a signature stays who they are.
    pub async fn introduce(&self, id: &ConversationId, introduction: Introduction) -> Result<Option<Seq>> {
        let now = self.now_micros();
        let mut tx = self.begin().await?;
        let Some(mut conversation) = lock(&mut tx, self, id).await? else { return Ok(None) };
        let known = sqlx::query("SELECT seq FROM entries WHERE conversation_id = $1 AND client_key = $2")
            .bind(id.as_str())
            .bind(introduction.client_key.clone())
            .fetch_optional(&mut *tx)
            .await?;
        if known.is_some() {
            return Ok(None);
        }
        let mut entry = NewEntry::new(Author::customer(&introduction.customer_id), introduction.content);
        entry.client_key = Some(introduction.client_key);
        let seq = append(&mut tx, &mut conversation, now, entry).await?.seq;
        sqlx::query("UPDATE conversations SET last_seq = $2, words_seq = $3, updated_at = $4 WHERE id = $1")
            .bind(id.as_str())
            .bind(seq)
            .bind(conversation.words_seq)
            .bind(now)
            .execute(&mut *tx)
            .await?;
        sqlx::query(
            "UPDATE customers SET name = COALESCE($2, name), email = COALESCE($3, email), phone = COALESCE($4, phone) \
             WHERE id = (SELECT customer_id FROM conversations WHERE id = $1) AND external_id IS NULL",
        )
        // Whose the conversation is now: the records may have been merged since the hello.
        .bind(id.as_str())
        .bind(introduction.name)
        .bind(introduction.email)
        .bind(introduction.phone)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(Some(seq))
    }
}
