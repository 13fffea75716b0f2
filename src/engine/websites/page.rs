//! What was fetched, as articles.

use jiff::civil::Date;
use reqwest::Url;

use super::Website;
use crate::domain::article::Article;
use crate::engine::knowledge::id_of_title;
use crate::sources::fetch::Fetched;
use crate::sources::{Page, html, locale_of, pdf};
use crate::store::{PageName, ReadPage};

/// The articles that a page becomes (several, where it is long), or why it becomes none.
pub async fn articles(
    listed: &str,
    changed: Option<&str>,
    fetched: Fetched,
    site: &Website,
    today: Date,
) -> Result<Vec<ReadPage>, String> {
    let validators = fetched.validators.clone();
    let page = read(fetched).await?;
    let locale = locale_of(page.language.as_deref(), &site.languages)?;
    // `2026-10-04`, with or without a time after it.
    let updated = changed.and_then(|day| day.get(..10)?.parse().ok()).filter(|day| *day <= today).unwrap_or(today);
    let article = |(index, part): (usize, Page)| ReadPage {
        address: if index == 0 { listed.to_owned() } else { format!("{listed}#{}", index + 1) },
        article: Article {
            id: id_of_title(&part.title),
            title: part.title,
            tags: Vec::new(),
            category: site.category.clone(),
            locale: locale.clone(),
            updated,
            body: part.body,
        },
        name: PageName::Made,
        // Sites tell a new day whenever they are built: it alone is no change.
        is_dated: false,
        etag: validators.etag.clone(),
        last_modified: validators.last_modified.clone(),
    };
    Ok(page.parts().into_iter().enumerate().map(article).collect())
}

async fn read(fetched: Fetched) -> Result<Page, String> {
    let kind = fetched.content_type.as_deref().unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if kind == "application/pdf" || fetched.bytes.starts_with(b"%PDF-") {
        let mut page = pdf::apart::read_apart(&fetched.bytes).await.map_err(|error| error.to_string())?;
        if page.title.is_empty() {
            page.title = name_of(&fetched.address);
        }
        return Ok(page);
    }
    let is_html = matches!(kind.as_str(), "" | "text/html" | "application/xhtml+xml");
    if !is_html {
        return Err(format!("it is {kind}: HTML and PDF are read"));
    }
    let read = move || html::read(&fetched.bytes, fetched.content_type.as_deref(), Some(&fetched.address));
    let page = tokio::task::spawn_blocking(read).await.map_err(|_| "it could not be read".to_owned())?;
    page.map_err(|error| error.to_string())
}

/// `…/size-guide_2026.pdf` is called `size guide 2026`.
fn name_of(address: &Url) -> String {
    let name = address.path_segments().and_then(|mut segments| segments.next_back()).unwrap_or_default();
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem).replace("%20", " ");
    let words = stem.replace(['-', '_', '+'], " ");
    if words.trim().is_empty() { address.host_str().unwrap_or("A page").to_owned() } else { words.trim().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("https://shop.example/files/size-guide_2026.pdf", "size guide 2026")]
    #[case("https://shop.example/", "shop.example")]
    fn a_file_without_a_title_has_its_name(#[case] address: &str, #[case] name: &str) {
        assert_eq!(name_of(&Url::parse(address).unwrap()), name);
    }
}
