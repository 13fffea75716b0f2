//! A passage as an answer: its sentences that answer, and where they stand.

use super::extract::{self, Extract};
use crate::domain::content::{Content, Source};
use crate::search::{Passage, PassageHit};

/// Characters of a source's snippet, about.
const SNIPPET: usize = 160;
const SOURCES: usize = 3;
/// A further source must be at least this sure, and this share of the first one's surety.
const SOURCE_CONFIDENCE: f32 = 0.5;
const SOURCE_SHARE: f32 = 0.6;

/// The answer that the hit at `best` gives to the question. Other articles that are as sure
/// are named beside it.
pub fn answer(hits: &[PassageHit], best: usize, question: &str, confidence: f32) -> Content {
    if hits.get(best).is_none() {
        // An answer without a source would be a lie about where it comes from.
        return Content::text("");
    }
    let extract = extract::extract(hits, best, question);
    Content::Answer { text: extract::write(&extract), confidence, sources: sources(hits, best, &extract) }
}

/// The sentences that answer the question, in the article's order, as Markdown.
pub fn text(hits: &[PassageHit], best: usize, question: &str) -> String {
    hits.get(best).map(|_| extract::write(&extract::extract(hits, best, question))).unwrap_or_default()
}

/// First the passage that the answer stands in, with its answering sentence as the snippet.
fn sources(hits: &[PassageHit], best: usize, extract: &Extract<'_>) -> Vec<Source> {
    let first = &hits[best];
    let least = (first.confidence * SOURCE_SHARE).max(SOURCE_CONFIDENCE);
    let main = &hits[extract.main].passage;
    let begins = extract.units.iter().find(|chosen| chosen.hit == extract.main).map_or(0, |chosen| chosen.place);
    let mut sources = vec![source(main, begins)];
    for hit in hits {
        let known = sources.iter().any(|source| source.article == hit.passage.article);
        if !known && hit.confidence >= least && sources.len() < SOURCES {
            sources.push(source(&hit.passage, 0));
        }
    }
    sources
}

/// `begins` is the unit with which the snippet begins.
fn source(passage: &Passage, begins: usize) -> Source {
    let words = match passage.units.get(begins..).filter(|_| begins > 0) {
        Some(rest) => {
            let rest: Vec<&str> = rest.iter().map(|unit| unit.text.as_str()).collect();
            format!("… {}", rest.join(" "))
        }
        None => passage.text.clone(),
    };
    Source {
        article: passage.article.clone(),
        title: passage.title.clone(),
        section: passage.section().to_owned(),
        url: passage.url.clone(),
        snippet: snippet(&words),
    }
}

/// The beginning, cut between words.
fn snippet(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= SNIPPET {
        return line;
    }
    let cut: String = line.chars().take(SNIPPET).collect();
    let whole_words = cut.rsplit_once(' ').map_or(cut.as_str(), |(before, _)| before);
    format!("{}…", whole_words.trim_end_matches([',', ';', ':', '.']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::extract::LONGEST;
    use crate::domain::article::Article;
    use crate::search::passages::split;
    use proptest::prelude::*;
    use std::sync::Arc;

    fn passages(id: &str, body: &str) -> Vec<Passage> {
        split(&Article {
            id: id.into(),
            title: "How to return".into(),
            tags: vec![],
            category: String::new(),
            locale: "en".into(),
            updated: jiff::civil::date(2026, 1, 1),
            body: body.into(),
        })
    }

    fn hit(id: &str, body: &str, confidence: f32) -> PassageHit {
        found(passages(id, body).remove(0), confidence)
    }

    fn found(passage: Passage, confidence: f32) -> PassageHit {
        PassageHit {
            passage: Arc::new(passage),
            bm25: 1.0,
            cosine: 0.5,
            score: 1.0,
            confidence,
            evidence: Default::default(),
            units: Vec::new(),
        }
    }

    /// What the first passage of a body answers.
    fn told(body: &str, question: &str) -> String {
        text(&[hit("a", body, 0.9)], 0, question)
    }

    #[test]
    fn a_short_passage_is_told_whole() {
        let body = "Unused goods, within 30 days. See [refunds](refund-timing.md).\n\n1. Open **Orders**.\n2. Print.";
        assert_eq!(
            told(body, "return"),
            "Unused goods, within 30 days. See [refunds](/help/refund-timing).\n\n1. Open **Orders**.\n2. Print."
        );
    }

    #[test]
    fn of_a_long_passage_the_lead_and_what_was_asked_are_told() {
        let filler = "This sentence is here to fill the room of the answer with many words indeed. ".repeat(5);
        let body = format!("Returns are free. {filler}\n\nPost from Portugal costs 6.95 EUR.");
        let told = told(&body, "what does posting from Portugal cost");
        assert!(told.starts_with("Returns are free."), "{told}");
        assert!(told.contains("Portugal costs 6.95 EUR."), "{told}");
        assert!(told.split_whitespace().count() <= LONGEST, "{told}");
    }

    #[test]
    fn rows_that_name_what_was_asked_come_first() {
        let rows: String = (0..20).map(|n| format!("| Country{n} | {n} working days and a bit |\n")).collect();
        let told = told(&format!("It depends.\n\n| Country | Days |\n| --- | --- |\n{rows}"), "country17");
        assert!(told.contains("- **Country17**: Days 17 working days"), "{told}");
    }

    #[test]
    fn many_steps_end_in_a_link() {
        let steps: String =
            (1..12).map(|n| format!("{n}. Do the thing number {n} with much care and love\n")).collect();
        let told = told(&format!("## Steps\n{steps}"), "love");
        assert!(told.starts_with("1. Do") && told.contains("\n2. Do"), "{told}");
        assert!(told.ends_with("[All steps](/help/a#steps)"), "{told}");
    }

    #[test]
    fn sources_are_distinct_articles_that_are_sure() {
        let hits = [hit("a", "One.", 0.9), hit("a", "Two.", 0.8), hit("b", "Three.", 0.7), hit("c", "Four.", 0.4)];
        let Content::Answer { sources, confidence, .. } = answer(&hits, 0, "x", 0.9) else { panic!("no answer") };
        assert_eq!(sources.iter().map(|s| s.article.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(confidence, 0.9);
        assert_eq!(sources[0].url, "/help/a");
        assert_eq!(sources[0].section, "How to return");
    }

    #[test]
    fn other_passages_of_the_article_add_the_sentence_that_is_near() {
        let body = "Yes, to all of Europe. Parcels leave daily.\n\n## Islands\nIslands take longer. Ferries are slow.";
        let mut hits: Vec<PassageHit> = passages("a", body).into_iter().map(|passage| found(passage, 0.9)).collect();
        hits[0].units = vec![0.7, 0.1];
        hits[1].units = vec![0.9, 0.1];
        hits[1].score = 0.9;
        let Content::Answer { text, sources, .. } = answer(&hits, 0, "islands", 0.9) else { panic!("no answer") };
        assert_eq!(text, "Yes, to all of Europe.\n\nIslands take longer.");
        // The source is where the best sentence stands.
        assert_eq!(sources[0].section, "Islands");
    }

    #[test]
    fn a_sentence_that_leans_on_another_brings_it() {
        let filler = "Words of no use at all fill this one up to its very end. ".repeat(6);
        let body = format!("{filler}Express reaches Bruges. It costs 9.95 EUR there.");
        let told = told(&body, "costs EUR 9.95");
        assert!(told.contains("Express reaches Bruges. It costs 9.95 EUR there."), "{told}");
    }

    #[test]
    fn what_announces_a_list_is_told_with_it() {
        let items: String = (1..15).map(|n| format!("- a thing of which there are {n}\n")).collect();
        let told = told(&format!("With an account you can:\n\n{items}- follow your orders"), "follow orders");
        assert!(told.starts_with("With an account you can:\n\n- "), "{told}");
        assert!(told.contains("- follow your orders"), "{told}");
        assert!(told.split_whitespace().count() <= LONGEST, "{told}");
    }

    #[test]
    fn a_snippet_ends_between_words() {
        let snippet = snippet(&"word ".repeat(100));
        assert!(snippet.ends_with("word…") && snippet.chars().count() <= SNIPPET + 1);
        assert_eq!(super::snippet("Short.\nText."), "Short. Text.");
    }

    proptest! {
        #[test]
        fn never_panics(body in "[a-zA-Z .!?*\\[\\]()0-9|\n-]{1,300}", query in "\\PC{0,40}") {
            let hits: Vec<PassageHit> = passages("a", &body).into_iter().map(|passage| found(passage, 0.5)).collect();
            for place in 0..hits.len() {
                let told = text(&hits, place, &query);
                let words = told.split_whitespace().count();
                prop_assert!(words <= LONGEST + 1, "{words}: {told}");
            }
        }
    }
}
