//! Which part of a page is what it says.

use scraper::{ElementRef, Html};

use super::noise::Noise;
use super::{length, selector};

/// Where the words of a page stand, by how plainly it says so.
const PLACES: [&str; 8] = [
    "main article",
    "[role=main] article",
    "main",
    "[role=main]",
    "[itemprop=articleBody]",
    "article",
    "#main-content, #maincontent, #content, #main",
    ".article-body, .article-content, .entry-content, .post-content, .page-content",
];
/// Bytes of text that such a place must have to be believed.
const ENOUGH: usize = 60;

/// The element whose words are the page's own; the body where nothing says which.
pub fn find<'a>(document: &'a Html, noise: &Noise) -> ElementRef<'a> {
    let body = document.select(&selector("body")).next().unwrap_or_else(|| document.root_element());
    for place in PLACES {
        let found = selector(place);
        let mut candidates = document.select(&found).filter(|element| own_length(*element, noise) >= ENOUGH);
        // Several of them are a list of other pages, or parts of a page that has no such place.
        if let (Some(only), None) = (candidates.next(), candidates.next()) {
            return only;
        }
    }
    body
}

/// Text that is not noise, in the element's children; deep enough to tell a shell from a page.
fn own_length(element: ElementRef<'_>, noise: &Noise) -> usize {
    let left_out: usize = element.child_elements().filter(|child| noise.is(*child)).map(length).sum();
    length(element).saturating_sub(left_out)
}
