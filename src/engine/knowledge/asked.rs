//! What a turn made of a question to the knowledge base. Pure.

use crate::domain::question::{Asked, AskedOutcome, FoundPassage};
use crate::policy::Act;
use crate::search::PassageHit;

/// Passages that are kept of what was found.
const KEPT: usize = 6;

/// What was asked of the knowledge base, if it was asked at all: an order's state, say, is
/// nothing that an article could tell.
pub(in crate::engine) fn asked(acts: &[Act], hits: &[&PassageHit], language: &str) -> Option<Asked> {
    let answer = acts.iter().find_map(|act| match act {
        Act::Answer { passage, .. } => Some(*passage),
        _ => None,
    });
    let outcome = match answer {
        Some(_) => AskedOutcome::Answered,
        None if acts.iter().any(|act| matches!(act, Act::Clarify { .. })) => AskedOutcome::Offered,
        None if acts.contains(&Act::DontKnow) => AskedOutcome::Declined,
        None => return None,
    };
    let passage = |hit: &PassageHit| FoundPassage {
        article: hit.passage.article.clone(),
        section: hit.passage.section().to_owned(),
        confidence: hit.confidence,
    };
    let mut found: Vec<FoundPassage> = hits.iter().take(KEPT).copied().map(passage).collect();
    // What was shown may stand further below.
    let shown = answer.filter(|place| *place < hits.len()).map(|place| {
        if place < found.len() {
            return place;
        }
        found.push(passage(hits[place]));
        found.len() - 1
    });
    Some(Asked { outcome, found, shown, language: language.to_owned() })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::search::confidence::Evidence;
    use crate::search::passages::Passage;

    fn hits(count: usize) -> Vec<PassageHit> {
        let hit = |number: usize| PassageHit {
            passage: Arc::new(Passage::whole(format!("a{number}"), "Title".into(), "Text.".into())),
            bm25: 0.0,
            cosine: 0.0,
            score: 0.0,
            confidence: 1.0 / (number + 1) as f32,
            evidence: Evidence::default(),
            units: Vec::new(),
        };
        (0..count).map(hit).collect()
    }

    #[test]
    fn an_answer_names_what_was_shown_wherever_it_stood() {
        let kept =
            asked(&[Act::Answer { passage: 8, confidence: 0.9 }], &hits(12).iter().collect::<Vec<_>>(), "en").unwrap();
        assert_eq!((kept.outcome, kept.found.len()), (AskedOutcome::Answered, KEPT + 1));
        assert_eq!(kept.shown().unwrap().article, "a8");
        assert_eq!(kept.nearest().unwrap().article, "a8");
    }

    #[test]
    fn what_was_not_answered_is_kept_with_what_was_nearest() {
        let kept = asked(&[Act::DontKnow, Act::Escalate], &hits(2).iter().collect::<Vec<_>>(), "nl").unwrap();
        assert_eq!((kept.outcome, kept.shown, kept.language.as_str()), (AskedOutcome::Declined, None, "nl"));
        assert_eq!(kept.nearest().unwrap().article, "a0");
        let offered =
            asked(&[Act::Clarify { passages: vec![0, 1] }], &hits(2).iter().collect::<Vec<_>>(), "en").unwrap();
        assert_eq!(offered.outcome, AskedOutcome::Offered);
    }

    #[test]
    fn what_no_article_could_tell_is_no_question() {
        assert_eq!(asked(&[Act::TellPosition], &hits(2).iter().collect::<Vec<_>>(), "en"), None);
    }
}
