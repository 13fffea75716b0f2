//! Splits an article into passages: the part below each heading, as a reader would quote it.

use serde::Serialize;

use super::sentences::{self, Unit};
use crate::base::markdown::{self, Block, BlockKind};
use crate::domain::article::Article;

/// A part of an article that answers one question.
#[derive(Clone, Debug, PartialEq)]
pub struct Passage {
    /// `article#section`, or the article's id alone for its opening. Stable while the
    /// headings stay: it does not depend on what stands before.
    pub id: String,
    pub article: String,
    pub title: String,
    pub tags: Vec<String>,
    pub locale: String,
    /// The headings above it, outermost first; empty for the opening.
    pub path: Vec<String>,
    pub blocks: Vec<Block>,
    /// What can be quoted of it, in order.
    pub units: Vec<Unit>,
    /// The blocks' words, a line each.
    pub text: String,
    /// Where it stands in its article, from 0.
    pub position: usize,
    /// Where it is read: the article's address and the section's name.
    pub url: String,
}

/// A passage in a listing.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PassageSummary<'a> {
    pub id: &'a str,
    pub title: &'a str,
    pub section: &'a str,
}

impl Passage {
    /// A document that is searched as one, plain text as it is.
    pub fn whole(id: String, title: String, text: String) -> Self {
        let url = format!("/help/{id}");
        Self {
            article: id.clone(),
            id,
            title,
            tags: Vec::new(),
            locale: "en".into(),
            path: Vec::new(),
            blocks: Vec::new(),
            units: Vec::new(),
            text,
            position: 0,
            url,
        }
    }

    /// The heading above it; the article's title for the opening.
    pub fn section(&self) -> &str {
        self.path.last().unwrap_or(&self.title)
    }

    pub fn markdown(&self) -> String {
        markdown::write(&self.blocks)
    }

    pub fn summary(&self) -> PassageSummary<'_> {
        PassageSummary { id: &self.id, title: &self.title, section: self.section() }
    }

    /// Title and headings in one line, as the question that the passage answers.
    pub fn heading_line(&self) -> String {
        let mut line = self.title.clone();
        for heading in &self.path {
            line.push_str(": ");
            line.push_str(heading);
        }
        line
    }
}

/// Words beyond which a section is cut at the next block, so that a passage stays quotable
/// and within what the encoder reads (256 tokens).
const LONGEST: usize = 160;

/// The passages of an article, in order. An article whose sections all lack text has none.
pub fn split(article: &Article) -> Vec<Passage> {
    let blocks = markdown::blocks_with_links(&article.body, article_address);
    let mut passages: Vec<Passage> = Vec::new();
    let mut path: Vec<(u8, String)> = Vec::new();
    let mut section: Vec<Block> = Vec::new();

    for block in blocks {
        if let BlockKind::Heading(level) = block.kind {
            close(article, &path, &mut section, &mut passages);
            path.retain(|(above, _)| *above < level);
            // A heading that repeats the title opens nothing new.
            if !block.text.is_empty() && !block.text.eq_ignore_ascii_case(&article.title) {
                path.push((level, block.text));
            }
            continue;
        }
        let words: usize = section.iter().map(|block| word_count(&block.text)).sum();
        let overflows = words > 0 && words + word_count(&block.text) > LONGEST;
        if overflows {
            close(article, &path, &mut section, &mut passages);
        }
        section.push(block);
    }
    close(article, &path, &mut section, &mut passages);
    passages
}

/// Turns links between articles' files (`refund-timing.md#when`) into addresses to read them at.
pub fn article_address(link: &str) -> Option<String> {
    if !markdown::is_safe_address(link) {
        return None;
    }
    let Some((article, fragment)) = linked_article(link) else {
        return Some(link.to_owned());
    };
    let fragment = fragment.map(|name| format!("#{name}")).unwrap_or_default();
    Some(format!("/help/{article}{fragment}"))
}

/// The article that a link between files names, and the section; `None` for other links.
pub fn linked_article(link: &str) -> Option<(&str, Option<&str>)> {
    let (file, fragment) = match link.split_once('#') {
        Some((file, fragment)) => (file, Some(fragment)),
        None => (link, None),
    };
    if file.contains(':') {
        return None;
    }
    let name = file.rsplit('/').next()?;
    let stem = name.strip_suffix(".md")?;
    (!stem.is_empty()).then_some((stem, fragment))
}

fn close(article: &Article, path: &[(u8, String)], section: &mut Vec<Block>, passages: &mut Vec<Passage>) {
    if section.is_empty() {
        return;
    }
    let blocks = std::mem::take(section);
    let slug = path.last().map(|(_, heading)| markdown::slug(heading));
    let base = match &slug {
        Some(slug) => format!("{}#{slug}", article.id),
        None => article.id.clone(),
    };
    // The same heading twice, or a long section cut in two.
    let taken = |id: &str| passages.iter().any(|passage| passage.id == id);
    let id = if taken(&base) {
        (2..).map(|number| format!("{base}~{number}")).find(|id| !taken(id)).expect("numbers do not end: this is a bug")
    } else {
        base
    };
    let text = blocks.iter().map(|block| block.text.as_str()).collect::<Vec<_>>().join("\n");
    let fragment = slug.map(|slug| format!("#{slug}")).unwrap_or_default();
    passages.push(Passage {
        id,
        article: article.id.clone(),
        title: article.title.clone(),
        tags: article.tags.clone(),
        locale: article.locale.clone(),
        path: path.iter().map(|(_, heading)| heading.clone()).collect(),
        units: sentences::units(&blocks),
        blocks,
        text,
        position: passages.len(),
        url: format!("{}{fragment}", article.url()),
    });
}

impl Passage {
    /// Lets its address lead to the article in the passage's own language.
    pub(super) fn address_its_locale(&mut self) {
        let (page, section) = self.url.split_once('#').map_or((self.url.as_str(), None), |(page, at)| (page, Some(at)));
        let section = section.map(|section| format!("#{section}")).unwrap_or_default();
        self.url = format!("{page}?locale={}{section}", self.locale);
    }
}

fn word_count(text: &str) -> usize {
    text.split_whitespace().count()
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    pub fn article(id: &str, title: &str, body: &str) -> Article {
        Article {
            id: id.into(),
            title: title.into(),
            tags: Vec::new(),
            category: String::new(),
            locale: "en".into(),
            updated: jiff::civil::date(2026, 10, 4),
            body: body.into(),
        }
    }

    #[test]
    fn splits_by_heading_and_keeps_the_path() {
        let body = "The opening.\n\n## Steps\n1. Open [orders](orders.md#list).\n2. Print.\n\n### Abroad\nAt your cost.\n\n## Empty\n\n## Money\nIn 5 days.\n";
        let passages = split(&article("return", "How to return", body));
        let seen: Vec<(&str, &str, usize)> =
            passages.iter().map(|p| (p.id.as_str(), p.text.as_str(), p.position)).collect();
        assert_eq!(
            seen,
            [
                ("return", "The opening.", 0),
                ("return#steps", "Open orders.\nPrint.", 1),
                ("return#abroad", "At your cost.", 2),
                ("return#money", "In 5 days.", 3),
            ]
        );
        assert_eq!(passages[0].section(), "How to return");
        assert_eq!(passages[2].path, ["Steps", "Abroad"]);
        assert_eq!(passages[2].url, "/help/return#abroad");
        assert_eq!(passages[1].markdown(), "1. Open [orders](/help/orders#list).\n2. Print.");
        assert_eq!(passages[2].heading_line(), "How to return: Steps: Abroad");
    }

    #[test]
    fn a_repeated_heading_gets_an_id_of_its_own() {
        let passages = split(&article("a", "T", "## X\none\n\n## X\ntwo\n"));
        assert_eq!(passages[0].id, "a#x");
        assert_eq!(passages[1].id, "a#x~2");
    }

    #[test]
    fn a_long_section_is_cut_between_paragraphs() {
        let paragraph = "word ".repeat(100);
        let passages = split(&article("a", "T", &format!("{paragraph}\n\n{paragraph}\n\nshort")));
        assert_eq!(passages.len(), 2);
        assert_eq!(passages[1].id, "a~2");
        assert!(passages[1].text.ends_with("short"));
    }

    #[test]
    fn a_heading_that_repeats_the_title_is_the_opening() {
        let passages = split(&article("a", "How to return", "# How to return\nLike this.\n## More\nThat.\n"));
        assert_eq!(passages[0].id, "a");
        assert_eq!(passages[1].path, ["More"]);
    }

    #[rstest]
    #[case("klarna.md", Some("/help/klarna"))]
    #[case("./klarna.md#cost", Some("/help/klarna#cost"))]
    #[case("https://x.example/a.md", Some("https://x.example/a.md"))]
    #[case("/shop", Some("/shop"))]
    #[case("javascript:x.md", None)]
    fn links_between_files_become_addresses(#[case] link: &str, #[case] address: Option<&str>) {
        assert_eq!(article_address(link).as_deref(), address);
    }

    proptest! {
        #[test]
        fn never_panics_and_ids_are_distinct(body in "[a-z#\\-*|`>\\[\\]() \n0-9.]{0,300}") {
            let passages = split(&article("a", "T", &body));
            let mut ids: Vec<&str> = passages.iter().map(|p| p.id.as_str()).collect();
            ids.sort_unstable();
            ids.dedup();
            prop_assert_eq!(ids.len(), passages.len());
        }
    }
}
