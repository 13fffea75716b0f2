//! A question back, where several passages could be meant.

use crate::domain::content::{Choice, Content};
use crate::search::PassageHit;

/// Choices beyond three are a menu, not a question.
const MOST: usize = 3;

/// `which` asks; each option is one of the passages. Chosen, an option's payload finds its
/// passage, since a passage's headings are among what it is searched by.
pub fn choices<'a>(which: &str, hits: impl IntoIterator<Item = &'a PassageHit>) -> Content {
    let mut options: Vec<Choice> = Vec::new();
    for hit in hits {
        let passage = &hit.passage;
        let title = match passage.path.last() {
            // A heading that is a question speaks for itself.
            Some(heading) if heading.ends_with('?') => heading.clone(),
            _ => passage.heading_line(),
        };
        if options.iter().all(|option| option.title != title) && options.len() < MOST {
            options.push(Choice { title, payload: passage.heading_line() });
        }
    }
    Content::Choices { text: which.to_owned(), options }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::article::Article;
    use crate::search::passages::split;
    use std::sync::Arc;

    #[test]
    fn each_option_is_a_question_that_finds_its_passage() {
        let body = "Opening.\n## When do I get my money?\nSoon.\n## Steps\nOne.\n## When do I get my money?\nReally.\n## Last\nEnd.";
        let passages = split(&Article {
            id: "a".into(),
            title: "Returns".into(),
            tags: vec![],
            category: String::new(),
            locale: "en".into(),
            updated: jiff::civil::date(2026, 1, 1),
            body: body.into(),
        });
        let hits: Vec<PassageHit> = passages
            .into_iter()
            .map(|passage| PassageHit {
                passage: Arc::new(passage),
                bm25: 0.0,
                cosine: 0.0,
                score: 0.0,
                confidence: 0.4,
                evidence: Default::default(),
                units: Vec::new(),
            })
            .collect();
        let Content::Choices { text, options } = choices("Which?", &hits) else { panic!("no choices") };
        assert_eq!(text, "Which?");
        let seen: Vec<(&str, &str)> = options.iter().map(|o| (o.title.as_str(), o.payload.as_str())).collect();
        assert_eq!(
            seen,
            [
                ("Returns", "Returns"),
                ("When do I get my money?", "Returns: When do I get my money?"),
                ("Returns: Steps", "Returns: Steps"),
            ]
        );
    }
}
