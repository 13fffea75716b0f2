//! A web page to an article: its title, and what it says itself, in our Markdown, without
//! what stands on every page around it.

mod main_part;
mod noise;
mod tables;
mod writing;

use reqwest::Url;
use scraper::{ElementRef, Html, Selector};

use super::Page;
use super::encoding::{EncodingError, decode};

/// Words that a page needs to be an article.
const FEWEST_WORDS: usize = 8;
const LONGEST_TITLE: usize = 200;

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum HtmlError {
    #[error(transparent)]
    Encoding(#[from] EncodingError),
    #[error("it says nothing of its own: there is no text beside navigation and lists of links")]
    Empty,
    #[error("it has no title: give it an <h1>, or a <title>")]
    Untitled,
    #[error("it asks not to be listed (<meta name=\"robots\" content=\"noindex\">)")]
    Unlisted,
}

/// Reads a page that came with that `Content-Type`; `address` is what its links begin at,
/// where it has one.
pub fn read(bytes: &[u8], content_type: Option<&str>, address: Option<&Url>) -> Result<Page, HtmlError> {
    let text = decode(bytes, content_type)?;
    let document = Html::parse_document(&text);
    if asks_not_to_be_listed(&document) {
        return Err(HtmlError::Unlisted);
    }
    let noise = noise::Noise::of(&document);
    let main = main_part::find(&document, &noise);
    let written = writing::write(main, &noise, address);
    if written.words < FEWEST_WORDS {
        return Err(HtmlError::Empty);
    }
    let title = written.title.or_else(|| title(&document)).ok_or(HtmlError::Untitled)?;
    Ok(Page { title: shortened(&title), body: written.body, language: language(&document) })
}

fn asks_not_to_be_listed(document: &Html) -> bool {
    document.select(&selector("meta[name]")).any(|meta| {
        let named = |name: &str| meta.attr("name").is_some_and(|own| own.eq_ignore_ascii_case(name));
        let content = meta.attr("content").unwrap_or_default().to_ascii_lowercase();
        (named("robots") || named(super::robots::AGENT))
            && content.split(',').any(|word| matches!(word.trim(), "noindex" | "none"))
    })
}

/// The title of a page without a heading of its own: the one that it is shared under, or
/// that of its window, without the name of the site.
fn title(document: &Html) -> Option<String> {
    let meta = |name: &str| {
        let found = document.select(&selector(&format!("meta[property=\"{name}\"]"))).next()?;
        let content = squeezed(found.attr("content")?);
        (!content.is_empty()).then_some(content)
    };
    if let Some(shared) = meta("og:title") {
        return Some(shared);
    }
    let window = squeezed(&document.select(&selector("head title")).next()?.text().collect::<String>());
    let site = meta("og:site_name").unwrap_or_default();
    for separator in [" | ", " – ", " — ", " · ", " - "] {
        if let Some((own, name)) = window.rsplit_once(separator)
            && !own.trim().is_empty()
            && (separator != " - " || name.eq_ignore_ascii_case(&site))
        {
            return Some(own.trim().to_owned());
        }
    }
    (!window.is_empty()).then_some(window)
}

fn language(document: &Html) -> Option<String> {
    let named = document.root_element().attr("lang").or_else(|| document.root_element().attr("xml:lang"))?.trim();
    (!named.is_empty()).then(|| named.replace('_', "-"))
}

fn shortened(title: &str) -> String {
    title.chars().take(LONGEST_TITLE).collect::<String>().trim().to_owned()
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn selector(css: &str) -> Selector {
    Selector::parse(css).expect("our own selectors are right: this is a bug")
}

/// Bytes of text in an element, white space aside.
fn length(element: ElementRef<'_>) -> usize {
    element.text().map(|text| text.split_whitespace().map(str::len).sum::<usize>()).sum()
}

#[cfg(test)]
mod tests;
