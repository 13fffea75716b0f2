//! Ratings of answers and answers to surveys: entries of the log, and a table beside it
//! for the reports. A repeat appends an edit of the first, so the log stays append-only.

use sqlx::Row;

use super::lessons::vote_on_understanding;
use super::log::{NewEntry, append, lock};
use super::{Result, Store};
use crate::base::privacy::{Kinds, mask_kinds};
use crate::domain::entry::{Author, Seq};
use crate::domain::{Content, ConversationId};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedbackKind {
    Rating,
    Csat,
    Nps,
    Ces,
}

/// One rating or one survey's answer.
#[derive(Clone, Debug)]
pub struct Feedback {
    /// The entry that it is about.
    pub about: Seq,
    pub kind: FeedbackKind,
    /// 0 or 1 for a rating; within the survey's scale otherwise.
    pub score: i64,
    pub comment: Option<String>,
}

impl FeedbackKind {
    fn as_str(self) -> &'static str {
        match self {
            FeedbackKind::Rating => "rating",
            FeedbackKind::Csat => "csat",
            FeedbackKind::Nps => "nps",
            FeedbackKind::Ces => "ces",
        }
    }
}

impl Feedback {
    fn content(&self) -> Content {
        let (seq, comment) = (self.about, self.comment.clone());
        match self.kind {
            FeedbackKind::Rating => Content::Rating { seq, helpful: self.score > 0, comment },
            _ => Content::SurveyResult { seq, score: self.score, comment },
        }
    }
}

impl Store {
    /// Writes a feedback; the log's last seq after it, `None` if nothing changed.
    pub async fn give_feedback(&self, id: &ConversationId, author: Author, given: Feedback) -> Result<Option<Seq>> {
        let now = self.now_micros();
        // As the log has it: a repeat is compared with what was kept.
        let comment = given.comment.map(|comment| mask_kinds(&comment, Kinds::CARDS).into_owned());
        let given = Feedback { comment, ..given };
        let mut tx = self.begin().await?;
        let Some(mut conversation) = lock(&mut tx, self, id).await? else { return Ok(None) };
        let before =
            sqlx::query("SELECT entry_seq, score, comment FROM feedback WHERE conversation_id = $1 AND about_seq = $2")
                .bind(id.as_str())
                .bind(given.about)
                .fetch_optional(&mut *tx)
                .await?;
        let content = match &before {
            None => given.content(),
            Some(row) => {
                let same = row.try_get::<i64, _>("score")? == given.score
                    && row.try_get::<Option<String>, _>("comment")? == given.comment;
                if same {
                    return Ok(None);
                }
                Content::Edit { edits: row.try_get("entry_seq")?, content: Box::new(given.content()) }
            }
        };
        let seq = append(&mut tx, &mut conversation, now, NewEntry::new(author, content)).await?.seq;
        sqlx::query(
            "INSERT INTO feedback (conversation_id, about_seq, entry_seq, kind, score, comment, at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (conversation_id, about_seq) \
             DO UPDATE SET score = $5, comment = $6, at = $7",
        )
        .bind(id.as_str())
        .bind(given.about)
        .bind(seq)
        .bind(given.kind.as_str())
        .bind(given.score)
        .bind(given.comment)
        .bind(now)
        .execute(&mut *tx)
        .await?;
        if given.kind == FeedbackKind::Rating {
            vote_on_understanding(&mut tx, id, given.about, given.score > 0, now).await?;
        }
        sqlx::query("UPDATE conversations SET last_seq = $2, updated_at = $3 WHERE id = $1")
            .bind(id.as_str())
            .bind(seq)
            .bind(now)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(Some(seq))
    }
}
