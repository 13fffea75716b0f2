//! Articles of another help centre: Markdown files with front matter, web pages, PDF files,
//! tables of questions, or records.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::fields::Fields;
use super::kept::{Kept, Unique};
use super::problem::{Found, Problem, Problems};
use super::shapes::{is_locale, is_slug};
use super::source::{self, Record, Step, Table};
use super::tree::Node;
use crate::base::markdown::slug;
use crate::domain::article::Article;
use crate::engine::knowledge::id_of_title;
use crate::search::articles as markdown;
use crate::sources::fetch::LONGEST_PAGE;
use crate::sources::{Page, html, locale_of};
use crate::store::{PageName, ReadPage};

const LOCALE: &str = "a language: write for example `en` or `en-GB`";
const ARTICLE: [&str; 7] = ["id", "title", "tags", "category", "locale", "updated", "body"];

/// A table of questions and their answers.
const QUESTION: [&str; 5] = ["question", "answer", "category", "tags", "locale"];
/// The same, named as articles name them.
const TITLED: [&str; 5] = ["title", "body", "category", "tags", "locale"];

/// What an article's author need not say: the shop's languages, its own first, and today.
pub struct Surroundings {
    pub languages: Vec<String>,
    pub today: Date,
}

/// Something that was imported: a file, or a folder with what is in it.
#[derive(Debug)]
pub struct ReadSource {
    pub path: PathBuf,
    pub pages: Vec<ReadPage>,
    /// PDF files, which are read elsewhere.
    pub pdfs: Vec<PathBuf>,
    /// Files that are none, and why.
    pub skipped: Vec<(PathBuf, String)>,
}

/// Reads all files. Markdown and tables are checked as a whole, since people wrote them for
/// this; a page that cannot be read is skipped, since nobody did.
pub(super) fn read(paths: &[PathBuf], around: &Surroundings) -> Result<Vec<ReadSource>, Problems> {
    let found = Found::default();
    let mut kept = Vec::new();
    let mut sources = Vec::new();
    let mut articles = Vec::new();
    for path in paths {
        let mut source = ReadSource { path: path.clone(), pages: Vec::new(), pdfs: Vec::new(), skipped: Vec::new() };
        let mut records = Vec::new();
        for file in files_of(path, &found) {
            match source::ending(&file).as_str() {
                "md" => match markdown::read_file(&file) {
                    Ok(read) => {
                        articles.push((read.article.clone(), file.clone()));
                        source.pages.push(page(name_in(path, &file), read.article, PageName::Given, true));
                    }
                    Err(problem) => found.add(Problem {
                        file: problem.file,
                        line: problem.line,
                        column: 0,
                        message: problem.message,
                    }),
                },
                "html" | "htm" | "xhtml" => match pages_of_html(path, &file, around) {
                    Ok(pages) => source.pages.extend(pages),
                    Err(why) => source.skipped.push((file, why)),
                },
                "pdf" => source.pdfs.push(file),
                "csv" if has_questions(&file) => {
                    for record in source::records(std::slice::from_ref(&file), questions, &found) {
                        if let Some(article) = question(&record, around, &found) {
                            let address = format!("{}#{}", name_in(path, &file), article.id);
                            source.pages.push(page(address, article.clone(), PageName::File, false));
                            kept.push(Kept::new(article, record));
                        }
                    }
                }
                _ => records.push(file),
            }
        }
        for record in source::records(&records, source::one_record_a_row, &found) {
            if let Some(article) = article(&record, &found) {
                let address = format!("{}#{}", name_in(path, record.file()), article.id);
                source.pages.push(page(address, article.clone(), PageName::Given, true));
                kept.push(Kept::new(article, record));
            }
        }
        sources.push(source);
    }
    check_unique(&articles, &kept, &found);
    found.unless_any(sources)
}

fn page(address: String, article: Article, name: PageName, is_dated: bool) -> ReadPage {
    ReadPage { address, article, name, is_dated, etag: None, last_modified: None }
}

/// The file itself, or those of a folder and the folders below it that may be articles.
fn files_of(path: &Path, found: &Found) -> Vec<PathBuf> {
    if !path.is_dir() {
        return vec![path.to_owned()];
    }
    let mut files = Vec::new();
    list(path, &mut files, found);
    files.sort();
    if files.is_empty() {
        found.add(source::whole_file(path, "the folder holds no file that ends in .md, .html, .pdf or .csv"));
    }
    files
}

fn list(folder: &Path, files: &mut Vec<PathBuf>, found: &Found) {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            return found.add(source::whole_file(
                folder,
                format!("the folder cannot be read ({error}): check its permissions"),
            ));
        }
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        if path.is_dir() {
            list(&path, files, found);
        } else if matches!(source::ending(&path).as_str(), "md" | "html" | "htm" | "xhtml" | "pdf" | "csv") {
            files.push(path);
        }
    }
}

/// A file's name as its source knows it: from the folder on.
fn name_in(path: &Path, file: &Path) -> String {
    let inside = file.strip_prefix(path).ok().filter(|inside| !inside.as_os_str().is_empty());
    let name = inside.map(Path::to_owned).or_else(|| file.file_name().map(PathBuf::from));
    name.unwrap_or_default().to_string_lossy().into_owned()
}

fn pages_of_html(path: &Path, file: &Path, around: &Surroundings) -> Result<Vec<ReadPage>, String> {
    let unreadable = |error: std::io::Error| format!("it cannot be read ({error}): check its permissions");
    let length = file.metadata().map_err(unreadable)?.len();
    if length > LONGEST_PAGE as u64 {
        return Err(format!("it has more than {} MB", LONGEST_PAGE >> 20));
    }
    let bytes = std::fs::read(file).map_err(unreadable)?;
    let read = html::read(&bytes, None, None).map_err(|error| error.to_string())?;
    pages_of(path, file, read, around)
}

/// The articles that a page of a file becomes; their id is the file's name.
pub fn pages_of(path: &Path, file: &Path, read: Page, around: &Surroundings) -> Result<Vec<ReadPage>, String> {
    let locale = locale_of(read.language.as_deref(), &around.languages)?;
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let read = if read.title.is_empty() { Page { title: stem.replace(['-', '_'], " "), ..read } } else { read };
    let name = name_in(path, file);
    let part = |(index, part): (usize, Page)| {
        let article = Article {
            id: if index == 0 { slug(&stem) } else { format!("{}-{}", slug(&stem), index + 1) },
            title: part.title,
            tags: Vec::new(),
            category: String::new(),
            locale: locale.clone(),
            updated: around.today,
            body: part.body,
        };
        let address = if index == 0 { name.clone() } else { format!("{name}#{}", index + 1) };
        page(address, article, PageName::File, false)
    };
    Ok(read.parts().into_iter().enumerate().map(part).collect())
}

/// Whether a table is one of questions and answers, rather than one of articles with ids.
fn has_questions(file: &Path) -> bool {
    let text = std::fs::read(file).unwrap_or_default();
    let first = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let header = String::from_utf8_lossy(first).to_lowercase();
    let mut names = header.split([',', ';']).map(|name| name.trim_matches(|c: char| !c.is_alphanumeric()));
    !names.any(|name| name == "id")
}

/// The rows of a table whose columns are those of questions.
fn questions(table: Table, found: &Found) -> Vec<Record> {
    let is_titled = table.columns.iter().any(|name| name == "title" || name == "body");
    let known = if is_titled { TITLED } else { QUESTION };
    if !table.has_columns(&known, &known[..2], found) {
        return Vec::new();
    }
    source::one_record_a_row(table, found)
}

fn question(record: &Record, around: &Surroundings, found: &Found) -> Option<Article> {
    let is_titled = matches!(&record.node, Node::Map(entries) if entries.iter().any(|(name, _)| TITLED[..2].contains(&name.as_str())));
    let [asked, answered, ..] = if is_titled { TITLED } else { QUESTION };
    let fields = Fields::of(record, if is_titled { &TITLED } else { &QUESTION }, found)?;
    let title = fields.text(asked, "Do you deliver on Saturdays?");
    let body = fields.text(answered, "Yes, in Belgium.");
    let locale = fields.optional_fitting("locale", is_locale, LOCALE);
    (!title.is_empty() && !body.is_empty()).then(|| Article {
        id: id_of_title(&title),
        title,
        tags: fields.texts("tags"),
        category: fields.optional_text("category").unwrap_or_default(),
        locale: locale.or_else(|| around.languages.first().cloned()).unwrap_or_else(|| "en".into()),
        updated: around.today,
        body,
    })
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
        locale: fields.fitting("locale", "en", is_locale, LOCALE),
        body: fields.text("body", "You may return anything unused within 30 days."),
        updated: updated?,
    })
}

fn check_unique(articles: &[(Article, PathBuf)], kept: &[Kept<Article>], found: &Found) {
    let key = |article: &Article| format!("{} ({})", article.id, article.locale);
    let mut of_files = HashSet::new();
    for (article, file) in articles {
        if !of_files.insert(key(article)) {
            found.add(source::whole_file(
                file,
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

    fn around() -> Surroundings {
        Surroundings { languages: vec!["en".into(), "nl".into()], today: jiff::civil::date(2026, 11, 20) }
    }

    fn articles(paths: &[PathBuf]) -> Result<Vec<Article>, Problems> {
        let sources = read(paths, &around())?;
        Ok(sources.into_iter().flat_map(|source| source.pages).map(|page| page.article).collect())
    }

    #[test]
    fn all_formats_tell_the_same() {
        let folder = Folder::new();
        let of_markdown = articles(&[folder.file("returns.md", MARKDOWN)]).unwrap();
        assert_eq!(of_markdown[0].id, "returns");
        assert_eq!(articles(&[folder.path()]).unwrap(), of_markdown);
        assert_eq!(articles(&[folder.file("a.csv", CSV)]).unwrap(), of_markdown);
        assert_eq!(articles(&[folder.file("a.jsonl", JSON)]).unwrap(), of_markdown);
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
        let problems = problems(articles(&[folder.file("a.csv", &CSV.replacen(good, bad, 1))]));
        assert!(problems.listed[0].message.contains(says), "{problems}");
        assert_eq!((problems.listed[0].line, problems.listed[0].column), (2, column), "{problems}");
    }

    #[test]
    fn a_broken_markdown_file_is_named_with_its_line() {
        let folder = Folder::new();
        let problems =
            problems(articles(&[folder.file("returns.md", &MARKDOWN.replace("locale: en", "locale: English"))]));
        assert_eq!(problems.listed[0].line, 5, "{problems}");
    }

    #[test]
    fn the_same_article_twice_is_told() {
        let folder = Folder::new();
        let problems = problems(articles(&[folder.file("returns.md", MARKDOWN), folder.file("a.csv", CSV)]));
        assert!(problems.listed[0].message.contains("`returns (en)` as well"), "{problems}");
    }

    #[test]
    fn questions_of_a_table_are_articles() {
        let folder = Folder::new();
        let table = "\u{feff}Question;Answer;Tags\r\n\"Do you deliver on Saturdays?\";\"Yes; in Belgium.\";parcel\r\n";
        let of_table = articles(&[folder.file("faq.csv", table)]).unwrap();
        assert_eq!(
            (of_table[0].id.as_str(), of_table[0].title.as_str()),
            ("do-you-deliver-on-saturdays", "Do you deliver on Saturdays?")
        );
        assert_eq!((of_table[0].body.as_str(), of_table[0].locale.as_str()), ("Yes; in Belgium.", "en"));
        assert_eq!(articles(&[folder.file("b.csv", "title,body\nGifts,We wrap them.\n")]).unwrap()[0].id, "gifts");
    }

    #[rstest]
    #[case("question\nWhy?\n", 1, "the column `answer` is missing")]
    #[case("frage,antwort\nWarum?,Darum.\n", 1, "there is no column `frage`: the columns are question, answer")]
    #[case("question,answer\nWhy?,Because.\nHow?,\n", 3, "`answer` is missing")]
    #[case("question,answer\nWhy?,Because, and so on.\n", 2, "the row has 3 cells")]
    #[case("question,answer\nWhy?,Because.\nWhy?,So.\n", 3, "stands already in faq.csv, line 2")]
    fn a_broken_table_of_questions_is_named_with_its_line(
        #[case] table: &str,
        #[case] line: usize,
        #[case] says: &str,
    ) {
        let folder = Folder::new();
        let problems = problems(articles(&[folder.file("faq.csv", table)]));
        assert!(problems.listed[0].message.contains(says), "{problems}");
        assert_eq!(problems.listed[0].line, line, "{problems}");
    }

    #[test]
    fn a_table_in_another_encoding_is_named_with_its_place() {
        let folder = Folder::new();
        let file = folder.bytes("faq.csv", b"question,answer\nCaf\xe9?,Yes.\n");
        let problems = problems(articles(&[file]));
        assert_eq!((problems.listed[0].line, problems.listed[0].column), (2, 4), "{problems}");
        assert!(problems.listed[0].message.contains("save the file in that encoding"), "{problems}");
    }

    #[test]
    fn a_folder_of_pages_is_read_with_what_is_skipped() {
        let folder = Folder::new();
        std::fs::create_dir(folder.path().join("help")).unwrap();
        folder.file(
            "help/Gift Wrap.html",
            "<html lang=nl><h1>Gift wrap</h1><p>We wrap any order as a gift for five euros.",
        );
        folder.file("empty.html", "<h1>Nothing</h1>");
        folder.bytes(
            "old.htm",
            b"<meta charset=utf-8><h1>Old</h1><p>We wrap any caf\xe9 order as a gift for five euros.",
        );
        folder.file(
            "french.html",
            "<html lang=fr><h1>Cadeau</h1><p>Nous emballons toute commande pour cinq euros de plus.",
        );
        folder.bytes("terms.pdf", b"%PDF-");
        let source = read(&[folder.path()], &around()).unwrap().remove(0);
        assert_eq!(source.pages.len(), 1);
        let page = &source.pages[0];
        assert_eq!((page.address.as_str(), page.article.id.as_str()), ("help/Gift Wrap.html", "gift-wrap"));
        assert_eq!((page.article.locale.as_str(), page.name), ("nl", PageName::File));
        assert_eq!(source.pdfs, [folder.path().join("terms.pdf")]);
        let skipped: Vec<String> =
            source.skipped.iter().map(|(file, why)| format!("{}: {why}", name_in(&source.path, file))).collect();
        assert!(skipped[0].starts_with("empty.html: it says nothing of its own"), "{skipped:?}");
        assert!(skipped[1].starts_with("french.html: it says that its language is `fr`"), "{skipped:?}");
        assert!(skipped[2].starts_with("old.htm: it says that it is UTF-8, and is not"), "{skipped:?}");
    }
}
