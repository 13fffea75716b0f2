//! Articles of another help centre: Markdown files with front matter, or records.

use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::fields::Fields;
use super::kept::{Kept, Unique};
use super::problem::{Found, Problem, Problems};
use super::shapes::{is_locale, is_slug};
use super::source::{self, Record, Step};
use crate::domain::article::Article;
use crate::search::articles as markdown;

const ARTICLE: [&str; 7] = ["id", "title", "tags", "category", "locale", "updated", "body"];

pub(super) fn read(paths: &[PathBuf]) -> Result<Vec<Article>, Problems> {
    let found = Found::default();
    let (of_markdown, of_records): (Vec<PathBuf>, Vec<PathBuf>) =
        paths.iter().cloned().partition(|path| path.is_dir() || source::ending(path) == "md");
    let mut articles = from_markdown(&of_markdown, &found);
    let mut kept = Vec::new();
    for record in source::records(&of_records, source::one_record_a_row, &found) {
        let article = article(&record, &found);
        kept.extend(article.map(|article| Kept::new(article, record)));
    }
    check_unique(&articles, &kept, &found);
    articles.extend(kept.into_iter().map(|kept| kept.value));
    found.unless_any(articles)
}

fn from_markdown(paths: &[PathBuf], found: &Found) -> Vec<Article> {
    let mut articles = Vec::new();
    for path in paths {
        let (read, problems) = if path.is_dir() {
            markdown::read_folder(path)
        } else {
            match markdown::read_file(path) {
                Ok(read) => (vec![read], Vec::new()),
                Err(problem) => (Vec::new(), vec![problem]),
            }
        };
        if path.is_dir() && read.is_empty() && problems.is_empty() {
            found.add(source::whole_file(path, "the folder holds no file that ends in .md"));
        }
        for problem in problems {
            found.add(Problem { file: problem.file, line: problem.line, column: 0, message: problem.message });
        }
        articles.extend(read.into_iter().map(|read| read.article));
    }
    articles
}

fn article(record: &Record, found: &Found) -> Option<Article> {
    let fields = Fields::of(record, &ARTICLE, found)?;
    let updated = fields.parsed::<Date>("updated", "2026-10-04", "a day: write year-month-day, for example 2026-10-04");
    Some(Article {
        id: fields.fitting(
            "id",
            "return-an-item",
            is_slug,
            "an article's id: write small letters, digits and hyphens, for example `return-an-item`",
        ),
        title: fields.text("title", "How to return an item"),
        tags: fields.texts("tags"),
        category: fields.optional_text("category").unwrap_or_default(),
        locale: fields.fitting("locale", "en", is_locale, "a language: write for example `en` or `en-GB`"),
        body: fields.text("body", "You may return anything unused within 30 days."),
        updated: updated?,
    })
}

fn check_unique(articles: &[Article], kept: &[Kept<Article>], found: &Found) {
    let key = |article: &Article| format!("{} ({})", article.id, article.locale);
    let mut of_files = std::collections::HashSet::new();
    for article in articles {
        if !of_files.insert(key(article)) {
            let file = Path::new(&article.id).with_extension("md");
            found.add(source::whole_file(
                &file,
                format!("two files are the article `{}`: rename one of them", key(article)),
            ));
        }
    }
    let mut of_records = Unique::new("the article");
    for article in kept {
        let key = key(&article.value);
        if of_files.contains(&key) {
            article.tell(
                &[Step::Value("id".into())],
                format!("a Markdown file is the article `{key}` as well: keep one of them"),
                found,
            );
        }
        of_records.add(&key, article, vec![Step::Value("id".into())], found);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Folder, problems};
    use super::*;
    use rstest::rstest;

    const MARKDOWN: &str = "---\ntitle: How to return an item\ntags: [return, refund]\ncategory: Returns\nlocale: en\nupdated: 2026-10-04\n---\nSend it back.";
    const CSV: &str = "id,title,tags,category,locale,updated,body\nreturns,How to return an item,return;refund,Returns,en,2026-10-04,Send it back.\n";
    const JSON: &str = r#"{"id":"returns","title":"How to return an item","tags":["return","refund"],"category":"Returns","locale":"en","updated":"2026-10-04","body":"Send it back."}"#;

    #[test]
    fn all_formats_tell_the_same() {
        let folder = Folder::new();
        let articles = read(&[folder.file("returns.md", MARKDOWN)]).unwrap();
        assert_eq!(articles[0].id, "returns");
        assert_eq!(read(&[folder.path()]).unwrap(), articles);
        assert_eq!(read(&[folder.file("a.csv", CSV)]).unwrap(), articles);
        assert_eq!(read(&[folder.file("a.jsonl", JSON)]).unwrap(), articles);
    }

    #[rstest]
    #[case("returns,How", "Returns!,How", 1, "an article's id")]
    #[case("2026-10-04", "October", 6, "is not a day")]
    #[case(",Send it back.", ",", 7, "`body` is missing")]
    fn a_broken_record_is_named_with_its_place(
        #[case] good: &str,
        #[case] bad: &str,
        #[case] column: usize,
        #[case] says: &str,
    ) {
        let folder = Folder::new();
        let problems = problems(read(&[folder.file("a.csv", &CSV.replacen(good, bad, 1))]));
        assert!(problems.listed[0].message.contains(says), "{problems}");
        assert_eq!((problems.listed[0].line, problems.listed[0].column), (2, column), "{problems}");
    }

    #[test]
    fn a_broken_markdown_file_is_named_with_its_line() {
        let folder = Folder::new();
        let problems = problems(read(&[folder.file("returns.md", &MARKDOWN.replace("locale: en", "locale: English"))]));
        assert_eq!(problems.listed[0].line, 5, "{problems}");
    }

    #[test]
    fn the_same_article_twice_is_told() {
        let folder = Folder::new();
        let problems = problems(read(&[folder.file("returns.md", MARKDOWN), folder.file("a.csv", CSV)]));
        assert!(problems.listed[0].message.contains("`returns (en)` as well"), "{problems}");
    }
}
