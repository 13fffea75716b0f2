//! A passage as an answer: its sentences that answer, and where they stand.

use std::collections::HashSet;

use crate::base::markdown::{Block, BlockKind};
use crate::domain::content::{Content, Source};
use crate::search::words::Analyser;
use crate::search::{Passage, PassageHit};

/// Words of an answer at the most: what one reads in a chat bubble at a glance.
const LONGEST: usize = 60;
/// Characters of a source's snippet, about.
const SNIPPET: usize = 160;
const SOURCES: usize = 3;
/// A further source must be at least this sure, and this share of the first one's surety.
const SOURCE_CONFIDENCE: f32 = 0.5;
const SOURCE_SHARE: f32 = 0.6;

/// The answer that the hit at `best` gives to the query. Other articles that are as sure
/// are named beside it.
pub fn answer(hits: &[PassageHit], best: usize, query: &str, confidence: f32) -> Content {
    let Some(hit) = hits.get(best) else {
        // An answer without a source would be a lie about where it comes from.
        return Content::text("");
    };
    Content::Answer { text: text(&hit.passage, query), confidence, sources: sources(hits, best) }
}

/// The passage's sentences that answer the query, in their order, as Markdown. The first
/// sentence always stands: the others lean on it.
pub fn text(passage: &Passage, query: &str) -> String {
    let analyser = Analyser::new(&passage.locale);
    let asked: HashSet<String> = analyser.words(query).into_iter().map(|word| word.stem).collect();
    let units = units(passage, &analyser, &asked);
    let chosen = choose(&units);
    let complete = chosen.len() == units.len();
    let mut text = write(&chosen);
    let cut_steps = !complete
        && units.iter().zip(1..).any(|(unit, _)| unit.is_step && !chosen.iter().any(|c| c.place == unit.place));
    if cut_steps {
        text.push_str(&format!("\n\n[All steps]({})", passage.url));
    }
    text
}

fn sources(hits: &[PassageHit], best: usize) -> Vec<Source> {
    let first = &hits[best];
    let least = (first.confidence * SOURCE_SHARE).max(SOURCE_CONFIDENCE);
    let mut sources = vec![source(&first.passage)];
    for (place, hit) in hits.iter().enumerate() {
        let known = place == best || sources.iter().any(|source| source.article == hit.passage.article);
        if !known && hit.confidence >= least && sources.len() < SOURCES {
            sources.push(source(&hit.passage));
        }
    }
    sources
}

fn source(passage: &Passage) -> Source {
    Source {
        article: passage.article.clone(),
        title: passage.title.clone(),
        section: passage.section().to_owned(),
        url: passage.url.clone(),
        snippet: snippet(&passage.text),
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

/// A sentence, a step or a row.
#[derive(Clone, Debug)]
struct Unit {
    place: usize,
    block: usize,
    kind: BlockKind,
    is_step: bool,
    markdown: String,
    words: usize,
    /// How many of the query's words it has.
    matches: usize,
}

fn units(passage: &Passage, analyser: &Analyser, asked: &HashSet<String>) -> Vec<Unit> {
    let mut units = Vec::new();
    for (block, content) in passage.blocks.iter().enumerate() {
        for markdown in sentences_of(content) {
            let stems: HashSet<String> = analyser.words(&markdown).into_iter().map(|word| word.stem).collect();
            units.push(Unit {
                place: units.len(),
                block,
                kind: content.kind,
                is_step: matches!(content.kind, BlockKind::Step(_)),
                words: markdown.split_whitespace().count(),
                matches: stems.intersection(asked).count(),
                markdown,
            });
        }
    }
    units
}

/// Paragraphs fall into sentences; steps, rows and code stay whole.
fn sentences_of(block: &Block) -> Vec<String> {
    match block.kind {
        BlockKind::Paragraph => sentences(&block.markdown),
        _ => vec![block.markdown.clone()],
    }
}

fn sentences(text: &str) -> Vec<String> {
    let mut sentences = Vec::new();
    let mut current = String::new();
    let mut words = text.split(' ').peekable();
    while let Some(word) = words.next() {
        if !current.is_empty() {
            current.push(' ');
        }
        current.push_str(word);
        let bare = word.trim_end_matches(['*', ')', '"', '”', '’']);
        let ends = bare.ends_with(['.', '!', '?']) && !is_abbreviation(bare);
        let next_begins = words.peek().is_none_or(|next| {
            next.trim_start_matches(['*', '[', '(', '"', '“', '\\'])
                .chars()
                .next()
                .is_some_and(|c| c.is_uppercase() || c.is_ascii_digit())
        });
        // Never inside a link or bold words: its other half would stand alone.
        if ends && next_begins && is_balanced(&current) {
            sentences.push(std::mem::take(&mut current));
        }
    }
    if !current.is_empty() {
        sentences.push(current);
    }
    sentences
}

fn is_abbreviation(word: &str) -> bool {
    ["e.g.", "i.e.", "approx.", "max.", "min.", "no.", "nr.", "incl.", "excl.", "ca.", "St.", "Mr.", "Mrs."]
        .iter()
        .any(|known| word.trim_start_matches(['(', '*', '[']).eq_ignore_ascii_case(known))
}

fn is_balanced(text: &str) -> bool {
    text.matches('[').count() == text.matches(']').count() && text.matches("**").count().is_multiple_of(2)
}

/// The first unit and then those that share most with the query, while there is room.
fn choose(units: &[Unit]) -> Vec<&Unit> {
    let total: usize = units.iter().map(|unit| unit.words).sum();
    if total <= LONGEST {
        return units.iter().collect();
    }
    let mut by_worth: Vec<&Unit> = units.iter().collect();
    // Steps only make sense from the first one on, so they keep their order.
    by_worth.sort_by_key(|unit| {
        (unit.place != 0, std::cmp::Reverse(if unit.is_step { 0 } else { unit.matches }), unit.place)
    });
    let mut room = LONGEST;
    let mut chosen: Vec<&Unit> = Vec::new();
    let mut steps_end = false;
    for unit in by_worth {
        let fits = unit.words <= room || chosen.is_empty();
        if unit.is_step && (steps_end || !fits) {
            steps_end = true;
            continue;
        }
        if fits {
            room = room.saturating_sub(unit.words);
            chosen.push(unit);
        }
    }
    chosen.sort_by_key(|unit| unit.place);
    chosen
}

fn write(units: &[&Unit]) -> String {
    let mut text = String::new();
    let mut before: Option<&Unit> = None;
    for unit in units {
        if let Some(before) = before {
            let listed = |kind: BlockKind| matches!(kind, BlockKind::Step(_) | BlockKind::Bullet(_) | BlockKind::Row);
            text.push_str(match () {
                () if before.block == unit.block && before.kind == BlockKind::Paragraph => " ",
                () if listed(before.kind) && listed(unit.kind) => "\n",
                () => "\n\n",
            });
        }
        match unit.kind {
            BlockKind::Step(number) => text.push_str(&format!("{number}. {}", unit.markdown)),
            BlockKind::Bullet(_) | BlockKind::Row => text.push_str(&format!("- {}", unit.markdown)),
            BlockKind::Heading(_) | BlockKind::Paragraph | BlockKind::Code => text.push_str(&unit.markdown),
        }
        before = Some(unit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::article::Article;
    use crate::search::passages::split;
    use proptest::prelude::*;
    use rstest::rstest;
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
        let passage = passages(id, body).remove(0);
        PassageHit {
            passage: Arc::new(passage),
            bm25: 1.0,
            cosine: 0.5,
            score: 1.0,
            confidence,
            evidence: Default::default(),
        }
    }

    #[test]
    fn a_short_passage_is_told_whole() {
        let passage = &passages(
            "a",
            "Unused goods, within 30 days. See [refunds](refund-timing.md).\n\n1. Open **Orders**.\n2. Print.",
        )[0];
        assert_eq!(
            text(passage, "return"),
            "Unused goods, within 30 days. See [refunds](/help/refund-timing).\n\n1. Open **Orders**.\n2. Print."
        );
    }

    #[test]
    fn of_a_long_passage_the_lead_and_what_was_asked_are_told() {
        let filler = "This sentence is here to fill the room of the answer with many words indeed. ".repeat(5);
        let passage = &passages("a", &format!("Returns are free. {filler}\n\nPost from Portugal costs 6.95 EUR."))[0];
        let told = text(passage, "what does posting from Portugal cost");
        assert!(told.starts_with("Returns are free."), "{told}");
        assert!(told.contains("Portugal costs 6.95 EUR."), "{told}");
        assert!(told.split_whitespace().count() <= LONGEST, "{told}");
    }

    #[test]
    fn rows_that_name_what_was_asked_come_first() {
        let rows: String = (0..20).map(|n| format!("| Country{n} | {n} working days and a bit |\n")).collect();
        let passage = &passages("a", &format!("It depends.\n\n| Country | Days |\n| --- | --- |\n{rows}"))[0];
        assert!(text(passage, "country17").contains("- **Country17**: Days 17 working days"));
    }

    #[test]
    fn many_steps_end_in_a_link() {
        let steps: String =
            (1..12).map(|n| format!("{n}. Do the thing number {n} with much care and love\n")).collect();
        let told = text(&passages("a", &format!("## Steps\n{steps}"))[0], "love");
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

    #[rstest]
    #[case("One two. Three 4.95 EUR. Four?", &["One two.", "Three 4.95 EUR.", "Four?"])]
    #[case("E.g. This. That, e.g. Bruges.", &["E.g. This.", "That, e.g. Bruges."])]
    #[case("See [a. B](x) now. End", &["See [a. B](x) now.", "End"])]
    #[case("**Bold. Words** here. Then.", &["**Bold. Words** here.", "Then."])]
    fn sentences_end_where_they_end(#[case] text: &str, #[case] expected: &[&str]) {
        assert_eq!(sentences(text), expected);
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
            for passage in passages("a", &body) {
                text(&passage, &query);
            }
        }
    }
}
