//! What could be better in the articles: broken links, empty sections, long paragraphs,
//! synonyms without a use, sentences that stand twice or contradict each other.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::articles::{Problem, ReadArticle, Severity};
use super::passages::{self, Passage, linked_article};
use super::synonyms;
use super::twins::{self, Kind, Twins};
use super::words::{Analyser, primary};
use crate::base::markdown::{self, BlockKind};

/// Words beyond which a paragraph is hard to read on a telephone and too long to quote.
const LONGEST_PARAGRAPH: usize = 90;

/// Warnings about articles that can be read; whatever is broken was told by the reader.
/// `languages` are those of the shop, its own first.
pub fn check(articles: &[ReadArticle], languages: &[String]) -> Vec<Problem> {
    let mut sections: HashMap<&str, HashSet<String>> = HashMap::new();
    for read in articles {
        // A link leads to the article in the reader's language, whose headings may differ.
        sections.entry(&read.article.id).or_default().extend(section_names(&read.article.body));
    }
    let mut problems = Vec::new();
    for read in articles {
        check_blocks(read, &mut problems);
        check_links(read, &sections, &mut problems);
        if read.article.tags.is_empty() {
            problems.push(warning(read, 0, "no tags: add a few words that customers use and the article does not, for example `tags: [send back, refund]`".into()));
        }
    }
    check_titles(articles, &mut problems);
    check_translations(articles, languages, &mut problems);
    check_twins(articles, &mut problems);
    problems.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    problems
}

/// Warnings about the files of synonyms beside the articles: lines that are broken, words
/// that stand twice, and meanings that no article has a word of.
pub fn check_synonyms(folder: &Path, articles: &[ReadArticle]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (language, file) in synonyms::files(folder) {
        let told =
            |line: usize, message: String| Problem { file: file.clone(), line, severity: Severity::Warning, message };
        let text = match std::fs::read_to_string(&file) {
            Ok(text) => text,
            Err(cause) => {
                problems
                    .push(told(1, format!("cannot be read ({cause}): save it as UTF-8, and see that it may be read")));
                continue;
            }
        };
        let (lines, wrong) = synonyms::lines(&text);
        problems.extend(wrong.into_iter().map(|(line, message)| told(line, message)));
        let analyser = Analyser::new(&language);
        let stems = |text: &str| analyser.words(text).into_iter().map(|word| word.stem).collect::<Vec<String>>();
        let here = articles.iter().map(|read| &read.article).filter(|article| primary(&article.locale) == language);
        let used: HashSet<String> = here
            .flat_map(|article| stems(&format!("{}\n{}\n{}", article.title, article.tags.join(" "), article.body)))
            .collect();
        for line in lines {
            let meant = stems(&line.meaning);
            if !meant.iter().any(|stem| used.contains(stem)) {
                let (meaning, words) = (&line.meaning, line.words.join(", "));
                problems.push(told(line.number, format!(
                    "no article in `{language}` says `{meaning}`: `{words}` will not be found by it; write what the articles say"
                )));
            }
        }
    }
    problems
}

/// Sentences of different articles that are the same or contradict each other.
fn check_twins(articles: &[ReadArticle], problems: &mut Vec<Problem>) {
    let passages: Vec<Passage> = articles.iter().flat_map(|read| passages::split(&read.article)).collect();
    let read_of = |passage: &Passage| {
        articles.iter().find(|read| read.article.id == passage.article && read.article.locale == passage.locale)
    };
    let told = |twins: Twins| {
        let (ours, theirs) = (&passages[twins.places.0], &passages[twins.places.1]);
        let (read, other) = (read_of(ours)?, read_of(theirs)?.file.display());
        let line = line_of_sentence(read, &twins.sentences.0);
        let (one, another) = (&twins.sentences.0, &twins.sentences.1);
        let message = match twins.kind {
            Kind::Same => format!("“{one}” stands in {other} as well: keep it in one place and link to it"),
            Kind::Contradiction => {
                format!("“{one}” may contradict {other}, which says “{another}”: see which is right")
            }
        };
        Some(warning(read, line, message))
    };
    problems.extend(twins::find(&passages).into_iter().filter_map(told));
}

/// Where a sentence begins, as far as its first words stand there without marks.
fn line_of_sentence(read: &ReadArticle, sentence: &str) -> usize {
    let begin: String = sentence.split(' ').take(3).collect::<Vec<_>>().join(" ");
    read.article.body.find(&begin).map_or(0, |offset| line_of(read, offset))
}

fn check_blocks(read: &ReadArticle, problems: &mut Vec<Problem>) {
    let blocks = markdown::blocks(&read.article.body);
    let mut headings: HashSet<String> = HashSet::new();
    for (index, block) in blocks.iter().enumerate() {
        let line = line_of(read, block.range.start);
        match block.kind {
            BlockKind::Heading(level) => {
                let below = blocks.get(index + 1).map(|next| next.kind);
                let has_text = match below {
                    Some(BlockKind::Heading(deeper)) => deeper > level,
                    Some(_) => true,
                    None => false,
                };
                if block.text.is_empty() {
                    problems.push(warning(
                        read,
                        line,
                        "a heading without words: name the section or remove the line".into(),
                    ));
                } else if !has_text {
                    problems.push(warning(
                        read,
                        line,
                        format!("nothing stands below the heading `{}`: write the section or remove it", block.text),
                    ));
                }
                if !block.text.is_empty() && !headings.insert(markdown::slug(&block.text)) {
                    problems.push(warning(
                        read,
                        line,
                        format!("the heading `{}` stands twice: links to it lead to the first", block.text),
                    ));
                }
            }
            BlockKind::Code => {}
            _ => {
                let words = block.text.split_whitespace().count();
                if words > LONGEST_PARAGRAPH {
                    problems.push(warning(
                        read,
                        line,
                        format!(
                            "a paragraph of {words} words: split it, {LONGEST_PARAGRAPH} are the most that read well"
                        ),
                    ));
                }
            }
        }
    }
}

fn check_links(read: &ReadArticle, sections: &HashMap<&str, HashSet<String>>, problems: &mut Vec<Problem>) {
    for (link, offset) in links(&read.article.body) {
        let line = line_of(read, offset);
        if !markdown::is_safe_address(&link) {
            problems.push(warning(
                read,
                line,
                format!("the link to `{link}` will not be shown: only http, https, mailto and relative links are"),
            ));
            continue;
        }
        let (target, fragment) = match linked_article(&link) {
            Some((stem, fragment)) => (stem, fragment),
            None => match link.strip_prefix('#') {
                Some(fragment) => (read.article.id.as_str(), Some(fragment)),
                None => continue,
            },
        };
        let Some(names) = sections.get(target) else {
            let near = nearest(target, sections.keys().copied())
                .map(|near| format!("; did you mean `{near}.md`?"))
                .unwrap_or_default();
            problems.push(warning(
                read,
                line,
                format!("the link to `{link}` leads nowhere: there is no article `{target}`{near}"),
            ));
            continue;
        };
        if let Some(fragment) = fragment.filter(|fragment| !names.contains(*fragment)) {
            let near = nearest(fragment, names.iter().map(String::as_str))
                .map(|near| format!("; did you mean `#{near}`?"))
                .unwrap_or_default();
            problems.push(warning(read, line, format!("the link to `{link}` leads to no heading of `{target}`{near}")));
        }
    }
}

fn check_titles(articles: &[ReadArticle], problems: &mut Vec<Problem>) {
    let mut first: HashMap<(&str, String), &str> = HashMap::new();
    for read in articles {
        let key = (read.article.locale.as_str(), read.article.title.to_lowercase());
        if let Some(other) = first.get(&key) {
            problems.push(warning(
                read,
                0,
                format!("the title is also that of `{other}`: customers cannot tell them apart"),
            ));
        } else {
            first.insert(key, &read.article.id);
        }
    }
}

fn check_translations(articles: &[ReadArticle], languages: &[String], problems: &mut Vec<Problem>) {
    let Some((own, others)) = languages.split_first() else { return };
    let originals: Vec<&ReadArticle> = articles.iter().filter(|read| primary(&read.article.locale) == own).collect();
    for read in articles.iter().filter(|read| primary(&read.article.locale) != own) {
        let original = originals.iter().find(|original| original.article.id == read.article.id);
        if let Some(original) = original.filter(|original| original.article.updated > read.article.updated) {
            let (theirs, ours) = (original.article.updated, read.article.updated);
            problems.push(warning(read, 0, format!(
                "the translation is of {ours}, and {} was changed on {theirs}: bring it up to date, and `updated` with it",
                original.file.display()
            )));
        }
    }
    for language in others {
        let translated: HashSet<&str> = articles
            .iter()
            .filter(|read| primary(&read.article.locale) == language)
            .map(|read| read.article.id.as_str())
            .collect();
        let missing: Vec<&ReadArticle> =
            originals.iter().copied().filter(|read| !translated.contains(read.article.id.as_str())).collect();
        if let Some(first) = missing.first() {
            let names: Vec<&str> = missing.iter().map(|read| read.article.id.as_str()).collect();
            problems.push(warning(
                first,
                0,
                format!(
                    "{} of {} articles are not translated into `{language}`, which is among the shop's languages: {}",
                    missing.len(),
                    originals.len(),
                    names.join(", ")
                ),
            ));
        }
    }
}

fn section_names(body: &str) -> HashSet<String> {
    markdown::blocks(body)
        .into_iter()
        .filter(|block| matches!(block.kind, BlockKind::Heading(_)))
        .map(|block| markdown::slug(&block.text))
        .collect()
}

fn links(body: &str) -> Vec<(String, usize)> {
    use pulldown_cmark::{Event, Options, Parser, Tag};
    Parser::new_ext(body, Options::ENABLE_TABLES)
        .into_offset_iter()
        .filter_map(|(event, range)| match event {
            Event::Start(Tag::Link { dest_url, .. }) => Some((dest_url.into_string(), range.start)),
            _ => None,
        })
        .collect()
}

fn nearest<'a>(word: &str, among: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    among
        .map(|candidate| (strsim::osa_distance(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= 3)
        .min()
        .map(|(_, candidate)| candidate)
}

fn line_of(read: &ReadArticle, offset: usize) -> usize {
    let before = &read.article.body.as_bytes()[..offset.min(read.article.body.len())];
    read.body_line + before.iter().filter(|byte| **byte == b'\n').count()
}

/// Line 0 stands for the front matter.
fn warning(read: &ReadArticle, line: usize, message: String) -> Problem {
    Problem { file: read.file.clone(), line: line.max(1), severity: Severity::Warning, message }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::articles::parse;
    use rstest::rstest;

    fn read(id: &str, body: &str) -> ReadArticle {
        let text = format!("---\ntitle: About {id}\ntags: [x]\nlocale: en\nupdated: 2026-01-01\n---\n{body}");
        parse(Path::new(&format!("{id}.md")), id, &text).unwrap()
    }

    #[rstest]
    #[case("Fine, see [b](b.md#here).\n\n## Also\nFine.", None)]
    #[case("See\n[this](c.md).", Some((8, "no article `c`")))]
    #[case("See [this](bb.md).", Some((7, "did you mean `b.md`")))]
    #[case("See [this](b.md#hare).", Some((7, "did you mean `#here`")))]
    #[case("See [below](#nowhere).", Some((7, "no heading of `a`")))]
    #[case("See [this](ftp://x.example).", Some((7, "will not be shown")))]
    #[case("Text.\n\n## Nothing\n\n## Something\nText.", Some((9, "nothing stands below the heading `Nothing`")))]
    #[case("## Same\nText.\n## Same\nText.", Some((9, "stands twice")))]
    #[case("Text.\n\n##\n\nMore.", Some((9, "heading without words")))]
    fn warns(#[case] body: &str, #[case] expected: Option<(usize, &str)>) {
        let problems = check(&[read("a", body), read("b", "## Here\nText.")], &["en".into()]);
        match expected {
            None => assert_eq!(problems, []),
            Some((line, says)) => {
                assert_eq!(problems.len(), 1, "{problems:?}");
                assert!(problems[0].message.contains(says), "{}", problems[0]);
                assert_eq!(problems[0].line, line);
            }
        }
    }

    #[test]
    fn long_paragraphs_and_equal_titles_are_told() {
        let mut twin = read("b", "Short.");
        twin.article.title = "About a".into();
        let problems = check(&[read("a", &"word ".repeat(100)), twin], &["en".into()]);
        assert!(problems.iter().any(|p| p.message.contains("100 words")));
        assert!(problems.iter().any(|p| p.message.contains("title is also that of `a`")));
    }

    #[test]
    fn synonyms_of_no_use_are_told_by_their_lines() {
        let folder = tempfile::tempdir().unwrap();
        let file = "sofa, couch = furniture\nquilt = duvets\nbroken\nlorry = trucks, vans\nCouch = duvet\n";
        std::fs::write(folder.path().join("synonyms.en.txt"), file).unwrap();
        let problems = check_synonyms(folder.path(), &[read("a", "We sell furniture and a duvet.")]);
        let told: Vec<(usize, &str)> =
            problems.iter().map(|problem| (problem.line, problem.message.as_str())).collect();
        assert_eq!(told.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3, 5, 4], "{told:?}");
        assert!(told[1].1.contains("`couch` stands in line 1"), "{told:?}");
        assert!(told[2].1.contains("no article in `en` says `trucks, vans`"), "{told:?}");
        assert!(problems.iter().all(|problem| problem.severity == Severity::Warning));
    }

    #[test]
    fn a_contradiction_is_told_with_both_files() {
        let mut articles = [
            read("a", "Hello.\n\nAll returns are free of charge within 30 days."),
            read("b", "All returns are free of charge within 14 days."),
        ];
        for read in &mut articles {
            read.article.title = format!("Returns {}", read.article.id);
        }
        let problems = check(&articles, &["en".into()]);
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!((problems[0].file.as_path(), problems[0].line), (Path::new("a.md"), 9));
        assert!(problems[0].message.contains("b.md") && problems[0].message.contains("14 days"), "{}", problems[0]);
    }

    #[test]
    fn translations_that_are_missing_or_old_are_told() {
        let dutch = |day: &str| {
            let text = format!("---\ntitle: Over a\ntags: [x]\nlocale: nl\nupdated: {day}\n---\nTekst, zie [b](b.md).");
            parse(Path::new("a.nl.md"), "a.nl", &text).unwrap()
        };
        let told = |day: &str| {
            let articles = [read("a", "Text."), read("b", "Text."), dutch(day)];
            let problems = check(&articles, &["en".into(), "nl".into()]);
            problems.into_iter().map(|problem| problem.to_string()).collect::<Vec<_>>()
        };
        let fresh = told("2026-01-01");
        assert!(
            matches!(fresh.as_slice(), [one] if one.contains("1 of 2 articles are not translated into `nl`")
            && one.ends_with(": b")),
            "{fresh:?}"
        );
        let old = told("2025-12-31");
        assert!(
            old.len() == 2 && old[0].contains("a.nl.md") && old[0].contains("a.md was changed on 2026-01-01"),
            "{old:?}"
        );
    }
}
