//! What each article did for customers: found, shown, helpful or not.

use std::collections::HashMap;
use std::time::Duration;

use crate::domain::question::AskedOutcome;
use crate::engine::Engine;
use crate::store::{KeptQuestion, StoreError};

/// Questions that are counted, the newest.
const COUNTED: i64 = 50_000;

/// Of one article, in some days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Questions for which it was among what was found.
    pub found: usize,
    /// Questions that it answered.
    pub shown: usize,
    /// Of these: customers who said that it helped, and that it did not.
    pub helpful: usize,
    pub unhelpful: usize,
    /// Customers who asked the same again.
    pub asked_again: usize,
    /// Questions after which a person had to come in.
    pub person: usize,
}

impl Usage {
    /// It was shown, and nobody was helped.
    pub fn never_helps(&self) -> bool {
        let against = self.unhelpful + self.asked_again + self.person;
        self.helpful == 0 && against > 0 && against * 2 >= self.shown
    }
}

impl Engine {
    /// The use of each article since so long ago, by id; one that was never found is not in it.
    pub async fn usage(&self, back: Duration) -> Result<HashMap<String, Usage>, StoreError> {
        let since = self.inner.clock.now() - jiff::SignedDuration::try_from(back).unwrap_or_default();
        Ok(count(&self.inner.store.questions(since, COUNTED).await?))
    }
}

fn count(questions: &[KeptQuestion]) -> HashMap<String, Usage> {
    let mut usage: HashMap<String, Usage> = HashMap::new();
    for question in questions {
        let mut seen: Vec<&str> = Vec::new();
        for passage in &question.found {
            if !seen.contains(&passage.article.as_str()) {
                seen.push(&passage.article);
                usage.entry(passage.article.clone()).or_default().found += 1;
            }
        }
        let shown = question.article.as_ref().filter(|_| question.outcome == AskedOutcome::Answered);
        let Some(article) = shown else { continue };
        let counts = usage.entry(article.clone()).or_default();
        counts.shown += 1;
        counts.helpful += usize::from(question.helpful == Some(true));
        counts.unhelpful += usize::from(question.helpful == Some(false));
        counts.asked_again += usize::from(question.asked_again);
        counts.person += usize::from(question.person);
    }
    usage
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::question::FoundPassage;
    use crate::domain::{Content, ConversationId};

    #[test]
    fn an_article_is_counted_once_a_question() {
        let passage = |article: &str, section: &str| FoundPassage {
            article: article.into(),
            section: section.into(),
            confidence: 0.5,
        };
        let question = KeptQuestion {
            conversation_id: ConversationId("cnv_1".into()),
            seq: 1,
            content: Content::text("hm"),
            outcome: AskedOutcome::Answered,
            found: vec![passage("a", "One"), passage("a", "Two"), passage("b", "One")],
            article: Some("a".into()),
            language: "en".into(),
            helpful: Some(false),
            asked_again: true,
            person: false,
            settled: false,
            at: jiff::Timestamp::UNIX_EPOCH,
        };
        let declined = KeptQuestion { outcome: AskedOutcome::Declined, article: None, ..question.clone() };
        let usage = count(&[question, declined]);
        assert_eq!(usage["a"], Usage { found: 2, shown: 1, unhelpful: 1, asked_again: 1, ..Usage::default() });
        assert_eq!(usage["b"], Usage { found: 2, ..Usage::default() });
        assert!(usage["a"].never_helps() && !usage["b"].never_helps());
    }
}
