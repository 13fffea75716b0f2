//! What was written in the console becomes part of `knowledge-base/`, for an owner who
//! keeps it under version control.

use std::path::{Path, PathBuf};

use crate::domain::article::Article;
use crate::search::articles::{ReadArticle, read_folder, write};
use crate::search::words::primary;

/// What an export changes.
#[derive(Debug, Default)]
pub struct ArticlesExport {
    /// Files with their new texts.
    pub files: Vec<(PathBuf, String)>,
    /// Files of articles that were taken away in the console.
    pub gone: Vec<PathBuf>,
}

/// What has to be written so that the folder says what the console says. `removed` are ids
/// and locales; `own` is the shop's own language, whose files need no name for it.
pub fn export_articles(folder: &Path, edited: &[Article], removed: &[(String, String)], own: &str) -> ArticlesExport {
    // A broken file has an article's name and is written anew under it.
    let (there, _) = read_folder(folder);
    let file_of = |id: &str, locale: &str| -> Option<&ReadArticle> {
        there.iter().find(|read| read.article.id == id && read.article.locale == locale)
    };
    let mut export = ArticlesExport::default();
    for article in edited {
        let known = file_of(&article.id, &article.locale);
        if known.is_some_and(|read| read.article == *article) {
            continue;
        }
        let path = known.map_or_else(|| folder.join(name_of(article, own)), |read| read.file.clone());
        export.files.push((path, write(article)));
    }
    export.gone = removed.iter().filter_map(|(id, locale)| Some(file_of(id, locale)?.file.clone())).collect();
    export
}

fn name_of(article: &Article, own: &str) -> String {
    let language = primary(&article.locale);
    // A file's name tells languages of two letters only; the front matter tells the others.
    if language == own || language.len() != 2 {
        return format!("{}.md", article.id);
    }
    format!("{}.{language}.md", article.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::articles::parse;

    fn article(id: &str, locale: &str, body: &str) -> Article {
        let article = Article {
            id: id.into(),
            title: "Gift wrap: is it \"free\"?".into(),
            tags: vec!["ribbon".into()],
            category: "Gifts".into(),
            locale: locale.into(),
            updated: jiff::civil::date(2026, 11, 22),
            body: body.into(),
        };
        // As the console keeps it: as its file will say it.
        parse(Path::new("article.md"), id, &write(&article)).unwrap().article
    }

    #[test]
    fn what_was_written_here_is_read_again_from_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let (old, new) = (article("gift-wrap", "en", "Old.\n"), article("gift-wrap", "en", "It is free.\n"));
        std::fs::create_dir(folder.path().join("gifts")).unwrap();
        let file = folder.path().join("gifts/gift-wrap.md");
        std::fs::write(&file, write(&old)).unwrap();
        std::fs::write(folder.path().join("gone.md"), write(&article("gone", "en", "x"))).unwrap();

        let edited = [new.clone(), article("gift-wrap", "nl", "Gratis.\n")];
        let removed = [("gone".to_owned(), "en".to_owned()), ("never".to_owned(), "en".to_owned())];
        let export = export_articles(folder.path(), &edited, &removed, "en");
        let paths: Vec<&PathBuf> = export.files.iter().map(|(path, _)| path).collect();
        assert_eq!(paths, [&file, &folder.path().join("gift-wrap.nl.md")]);
        assert_eq!(export.gone, [folder.path().join("gone.md")]);

        for (path, text) in &export.files {
            std::fs::write(path, text).unwrap();
        }
        let (read, problems) = read_folder(folder.path());
        assert_eq!(problems, []);
        assert!(edited.iter().all(|article| read.iter().any(|read| read.article == *article)));
        assert!(export_articles(folder.path(), &edited, &[], "en").files.is_empty(), "a second export changes nothing");
    }
}
