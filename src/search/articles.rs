//! Reads help articles: Markdown files with a YAML front matter.
//!
//! A broken article is named with file, line and remedy, and left out; it never takes the
//! others down with it.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use serde::Deserialize;

use super::words::primary;
use crate::domain::article::Article;

/// What is wrong with an article, where, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Problem {
    pub file: PathBuf,
    /// From 1.
    pub line: usize,
    pub severity: Severity,
    pub message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The article is left out.
    Error,
    /// The article is served, but could be better.
    Warning,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        write!(f, "{}:{}: {severity}: {}", self.file.display(), self.line, self.message)
    }
}

impl std::error::Error for Problem {}

/// An article, and where it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadArticle {
    pub article: Article,
    pub file: PathBuf,
    /// The line of the file on which the body's first line stands, from 1.
    pub body_line: usize,
}

/// Every article of a folder and the folders below it, in the order of their ids, and what
/// is wrong with the rest.
pub fn read_folder(folder: &Path) -> (Vec<ReadArticle>, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut files = Vec::new();
    list_markdown(folder, &mut files, &mut problems);
    files.sort();

    let mut articles: Vec<ReadArticle> = Vec::with_capacity(files.len());
    let mut file_of: HashMap<(String, String), PathBuf> = HashMap::new();
    for file in files {
        match read_file(&file) {
            Ok(read) => {
                let key = (read.article.id.clone(), read.article.locale.clone());
                if let Some(first) = file_of.get(&key) {
                    problems.push(error(&file, 1, format!(
                        "the id `{}` is taken in `{}` by {}: rename one of the two files, since an article's id is its file's name",
                        key.0, key.1, first.display()
                    )));
                    continue;
                }
                file_of.insert(key, file);
                articles.push(read);
            }
            Err(problem) => problems.push(problem),
        }
    }
    articles.sort_by(|a, b| (&a.article.id, &a.article.locale).cmp(&(&b.article.id, &b.article.locale)));
    (articles, problems)
}

/// Reads one file; its id is the file's stem, without the language that a translation has
/// there.
pub fn read_file(file: &Path) -> Result<ReadArticle, Problem> {
    let bytes = std::fs::read(file)
        .map_err(|cause| error(file, 1, format!("cannot be read ({cause}): check that it exists and may be read")))?;
    let text = String::from_utf8(bytes).map_err(|cause| {
        let valid = &cause.as_bytes()[..cause.utf8_error().valid_up_to()];
        let line = valid.iter().filter(|byte| **byte == b'\n').count() + 1;
        error(file, line, "is not UTF-8: save it in that encoding".into())
    })?;
    let id = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
    parse(file, &id, &text)
}

/// Reads an article from its text; `file` only names it in problems.
pub fn parse(file: &Path, id: &str, text: &str) -> Result<ReadArticle, Problem> {
    if id.is_empty() || !id.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.')) {
        return Err(error(
            file,
            1,
            format!(
                "`{id}` is no usable id: name the file with letters, digits, `-` and `_`, for example `return-an-item.md`"
            ),
        ));
    }
    let (front, body, body_line) = split(file, text)?;
    let header: Header = serde_norway::from_str(&front).map_err(|cause| describe_yaml_error(file, &front, &cause))?;

    let required = |value: Option<String>, key: &str, example: &str| match value {
        Some(value) if !value.trim().is_empty() => Ok(value.trim().to_owned()),
        Some(_) => Err(error(
            file,
            line_of_key(&front, key),
            format!("`{key}` is empty: write for example `{key}: {example}`"),
        )),
        None => {
            Err(error(file, 1, format!("`{key}` is missing from the front matter: add for example `{key}: {example}`")))
        }
    };
    let title = required(header.title, "title", "How to return an item")?;
    let (id, language) = split_name(id);
    let locale = required(header.locale.or(language.map(str::to_owned)), "locale", "en")?;
    if !is_locale(&locale) {
        return Err(error(
            file,
            line_of_key(&front, "locale"),
            format!("`{locale}` is not a locale: write a language code such as `en`, `nl` or `en-GB`"),
        ));
    }
    if let Some(language) = language.filter(|language| primary(&locale) != *language) {
        return Err(error(
            file,
            line_of_key(&front, "locale"),
            format!("the file's name says `{language}`, and the front matter `{locale}`: write the same in both"),
        ));
    }
    let updated = required(header.updated, "updated", "2026-10-04")?;
    let updated: Date = updated.parse().map_err(|_| {
        error(
            file,
            line_of_key(&front, "updated"),
            format!("`{updated}` is not a date: write year-month-day, for example `updated: 2026-10-04`"),
        )
    })?;
    if body.trim().is_empty() {
        return Err(error(file, body_line, "the body is empty: write the article below the second `---`".into()));
    }

    let article = Article {
        id: id.to_owned(),
        title,
        tags: header.tags.into_iter().map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty()).collect(),
        category: header.category.unwrap_or_default().trim().to_owned(),
        locale,
        updated,
        body,
    };
    Ok(ReadArticle { article, file: file.to_owned(), body_line })
}

/// Id and language of a translation's file, such as `return-an-item.nl`.
fn split_name(stem: &str) -> (&str, Option<&str>) {
    let code = |end: &str| end.len() == 2 && end.bytes().all(|byte| byte.is_ascii_lowercase());
    match stem.rsplit_once('.') {
        Some((id, end)) if !id.is_empty() && code(end) => (id, Some(end)),
        _ => (stem, None),
    }
}

/// Writes an article as a file's text, such that `parse` reads the same article.
pub fn write(article: &Article) -> String {
    // JSON strings are valid YAML scalars, whatever they contain.
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let tags: Vec<String> = article.tags.iter().map(|tag| quoted(tag)).collect();
    let mut text = format!("---\ntitle: {}\ntags: [{}]\n", quoted(&article.title), tags.join(", "));
    if !article.category.is_empty() {
        text.push_str(&format!("category: {}\n", quoted(&article.category)));
    }
    text.push_str(&format!(
        "locale: {}\nupdated: {}\n---\n\n{}\n",
        article.locale,
        article.updated,
        article.body.trim()
    ));
    text
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    title: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
    category: Option<String>,
    locale: Option<String>,
    updated: Option<String>,
}

const KEYS: &str = "title, tags, category, locale and updated";

fn error(file: &Path, line: usize, message: String) -> Problem {
    Problem { file: file.to_owned(), line, severity: Severity::Error, message }
}

fn list_markdown(folder: &Path, files: &mut Vec<PathBuf>, problems: &mut Vec<Problem>) {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(cause) => {
            problems.push(error(folder, 1, format!("the folder cannot be read ({cause}): check the path")));
            return;
        }
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if hidden {
            continue;
        }
        if path.is_dir() {
            list_markdown(&path, files, problems);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            files.push(path);
        }
    }
}

/// Front matter, body, and the line on which the body begins.
fn split(file: &Path, text: &str) -> Result<(String, String, usize), Problem> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
    let mut lines = text.split('\n');
    if lines.next().map(str::trim_end) != Some("---") {
        return Err(error(
            file,
            1,
            format!(
                "the front matter is missing: begin the file with a line `---`, the keys {KEYS}, and another line `---`"
            ),
        ));
    }
    let mut front = String::new();
    for (line, content) in (2..).zip(lines.by_ref()) {
        if content.trim_end() == "---" {
            let body: Vec<&str> = lines.collect();
            return Ok((front, body.join("\n"), line + 1));
        }
        front.push_str(content);
        front.push('\n');
    }
    Err(error(file, 1, "the front matter does not end: close it with a line `---` before the article's text".into()))
}

fn describe_yaml_error(file: &Path, front: &str, cause: &serde_norway::Error) -> Problem {
    let message = cause.to_string();
    // The reader reports the place in the front matter, which begins on the file's second line.
    let reported = cause.location().map_or(1, |location| location.line() + 1);
    if let Some(key) = message.split("unknown field `").nth(1).and_then(|rest| rest.split('`').next()) {
        return error(file, line_of_key(front, key), format!("unknown key `{key}`: the keys are {KEYS}"));
    }
    if let Some(key) = message.split("duplicate field `").nth(1).and_then(|rest| rest.split('`').next()) {
        return error(
            file,
            lines_of_key(front, key).last().unwrap_or(reported),
            format!("`{key}` stands twice: keep one"),
        );
    }
    let bare = message.split(" at line ").next().unwrap_or(&message);
    error(
        file,
        reported,
        format!(
            "the front matter is not valid YAML ({bare}): put values that contain `:` or `#` in quotes, and lists in brackets"
        ),
    )
}

/// The line of the file (not of the front matter) on which a key stands.
fn line_of_key(front: &str, key: &str) -> usize {
    lines_of_key(front, key).next().unwrap_or(1)
}

fn lines_of_key(front: &str, key: &str) -> impl Iterator<Item = usize> {
    let starts_here = move |line: &str| {
        let line = line.trim_start().trim_start_matches(['"', '\'']);
        line.strip_prefix(key).is_some_and(|rest| rest.trim_start_matches(['"', '\'']).trim_start().starts_with(':'))
    };
    front.lines().zip(2..).filter(move |(line, _)| starts_here(line)).map(|(_, number)| number)
}

fn is_locale(text: &str) -> bool {
    let mut parts = text.split('-');
    let language = parts.next().unwrap_or_default();
    let language_fits = matches!(language.len(), 2 | 3) && language.bytes().all(|b| b.is_ascii_lowercase());
    language_fits && parts.all(|part| matches!(part.len(), 2..=8) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    const GOOD: &str = "---\ntitle: How to return an item\ntags: [return, refund]\ncategory: Returns\nlocale: en\nupdated: 2026-10-04\n---\n\nSend it back.\n";

    fn read(text: &str) -> Result<ReadArticle, Problem> {
        parse(Path::new("kb/return-an-item.md"), "return-an-item", text)
    }

    #[test]
    fn reads_an_article() {
        let read = read(GOOD).unwrap();
        assert_eq!(read.article.title, "How to return an item");
        assert_eq!(read.article.tags, ["return", "refund"]);
        assert_eq!(read.article.updated, jiff::civil::date(2026, 10, 4));
        assert_eq!(read.article.body.trim(), "Send it back.");
        assert_eq!(read.body_line, 8);
    }

    #[test]
    fn a_translation_has_its_language_in_its_name() {
        let text = GOOD.replace("locale: en", "locale: nl-BE");
        let read = |text: &str| parse(Path::new("kb/return-an-item.nl.md"), "return-an-item.nl", text);
        let article = read(&text).unwrap().article;
        assert_eq!((article.id.as_str(), article.locale.as_str()), ("return-an-item", "nl-BE"));
        assert_eq!(read(&GOOD.replace("locale: en\n", "")).unwrap().article.locale, "nl");
        let problem = read(GOOD).unwrap_err();
        assert!(problem.message.contains("says `nl`, and the front matter `en`") && problem.line == 5, "{problem}");
    }

    #[test]
    fn the_languages_of_an_article_stand_side_by_side() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("de")).unwrap();
        std::fs::write(folder.path().join("good.md"), GOOD).unwrap();
        std::fs::write(folder.path().join("good.nl.md"), GOOD.replace("locale: en", "locale: nl")).unwrap();
        std::fs::write(folder.path().join("de/good.md"), GOOD.replace("locale: en", "locale: de")).unwrap();
        let (articles, problems) = read_folder(folder.path());
        assert!(problems.is_empty(), "{problems:?}");
        let locales: Vec<&str> = articles.iter().map(|read| read.article.locale.as_str()).collect();
        assert_eq!(locales, ["de", "en", "nl"]);
        assert!(articles.iter().all(|read| read.article.id == "good"));
    }

    #[test]
    fn windows_line_ends_and_a_byte_order_mark_do_no_harm() {
        let text = format!("\u{feff}{}", GOOD.replace('\n', "\r\n"));
        assert_eq!(read(&text).unwrap(), read(GOOD).unwrap());
    }

    #[rstest]
    #[case("Send it back.", 1, "front matter is missing")]
    #[case("---\ntitle: x\n", 1, "does not end")]
    #[case(&GOOD.replace("tags:", "tagz:"), 3, "unknown key `tagz`: the keys are title")]
    #[case(&GOOD.replace("title: How to return an item\n", ""), 1, "`title` is missing")]
    #[case(&GOOD.replace("How to return an item", "''"), 2, "`title` is empty")]
    #[case(&GOOD.replace("2026-10-04", "4 October"), 6, "`4 October` is not a date")]
    #[case(&GOOD.replace("2026-10-04", "2026-02-30"), 6, "is not a date")]
    #[case(&GOOD.replace("locale: en", "locale: English"), 5, "is not a locale")]
    #[case(&GOOD.replace("Send it back.", " "), 8, "body is empty")]
    #[case(&GOOD.replace("How to return", "Returns: how to return"), 2, "not valid YAML")]
    #[case(&GOOD.replace("[return, refund]", "[return, refund"), 4, "not valid YAML")]
    #[case(&GOOD.replace("[return, refund]", "return"), 3, "not valid YAML")]
    #[case(&GOOD.replace("category: Returns", "title: again"), 4, "stands twice")]
    fn a_broken_article_is_named_with_its_line_and_a_remedy(
        #[case] text: &str,
        #[case] line: usize,
        #[case] says: &str,
    ) {
        let problem = read(text).unwrap_err();
        assert!(problem.message.contains(says), "{problem}");
        assert_eq!(problem.line, line, "{problem}");
        assert_eq!(problem.file, Path::new("kb/return-an-item.md"));
    }

    #[test]
    fn a_broken_article_leaves_the_others() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("good.md"), GOOD).unwrap();
        std::fs::write(folder.path().join("bad.md"), "no front matter").unwrap();
        std::fs::write(folder.path().join("binary.md"), b"---\ntitle: \xff\n").unwrap();
        std::fs::create_dir(folder.path().join("more")).unwrap();
        std::fs::write(folder.path().join("more/good.md"), GOOD).unwrap();
        std::fs::write(folder.path().join("notes.txt"), "not an article").unwrap();

        let (articles, problems) = read_folder(folder.path());
        assert_eq!(articles.len(), 1);
        assert_eq!(articles[0].article.id, "good");
        assert_eq!(problems.len(), 3);
        assert!(problems.iter().any(|p| p.message.contains("front matter is missing")));
        assert!(problems.iter().any(|p| p.message.contains("UTF-8") && p.line == 2));
        assert!(problems.iter().any(|p| p.message.contains("the id `good` is taken in `en`")));
    }

    #[test]
    fn a_missing_folder_is_told() {
        let (articles, problems) = read_folder(Path::new("/nowhere/at/all"));
        assert!(articles.is_empty());
        assert!(problems[0].message.contains("check the path"));
    }

    #[test]
    fn what_is_written_reads_back() {
        let mut article = read(GOOD).unwrap().article;
        article.title = "Returns: \"how\" & why #1".into();
        article.body = article.body.trim().to_owned();
        let again = read(&write(&article)).unwrap().article;
        assert_eq!(Article { body: again.body.trim().to_owned(), ..again }, article);
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,200}", front in "[a-z:\\[\\] \n'\"#&*!|>-]{0,80}") {
            let _ = read(&text);
            let _ = read(&format!("---\n{front}\n---\n{text}"));
        }
    }
}
