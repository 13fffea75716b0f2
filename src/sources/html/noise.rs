//! What stands on a page and is not what it says: navigation, forms, notices about cookies.

use std::collections::HashSet;

use scraper::{ElementRef, Html};

use super::{length, selector};

/// Elements that hold no words for readers, or words of every page.
const TAGS: [&str; 26] = [
    "script", "style", "noscript", "template", "nav", "footer", "aside", "form", "button", "input", "select",
    "textarea", "svg", "canvas", "iframe", "object", "embed", "audio", "video", "dialog", "head", "img", "picture",
    "map", "progress", "datalist",
];
const ROLES: [&str; 12] = [
    "navigation",
    "banner",
    "contentinfo",
    "search",
    "complementary",
    "dialog",
    "alertdialog",
    "alert",
    "menu",
    "menubar",
    "toolbar",
    "tooltip",
];
/// Words in a class or an id by which people name such parts.
const NAMES: [&str; 37] = [
    "nav",
    "navbar",
    "navigation",
    "breadcrumb",
    "breadcrumbs",
    "cookie",
    "cookies",
    "consent",
    "gdpr",
    "sidebar",
    "footer",
    "newsletter",
    "subscribe",
    "share",
    "sharing",
    "social",
    "related",
    "recommended",
    "recommendations",
    "advert",
    "advertisement",
    "ads",
    "promo",
    "popup",
    "modal",
    "skip",
    "pagination",
    "pager",
    "comments",
    "toc",
    "feedback",
    "vote",
    "votes",
    "upsell",
    "offcanvas",
    "masthead",
    "minicart",
];
/// A list with so many links and hardly anything else is navigation, wherever it stands.
const LINKS: usize = 4;

/// Tells noise from what a page says.
pub struct Noise {
    /// What a button on the page opens: the answers of folded questions are hidden at first.
    opened: HashSet<String>,
    whole: usize,
}

impl Noise {
    pub fn of(document: &Html) -> Self {
        let buttons = selector("[aria-controls], [data-target], [data-bs-target], summary[href], a[data-toggle][href]");
        let mut opened = HashSet::new();
        for button in document.select(&buttons) {
            for name in ["aria-controls", "data-target", "data-bs-target", "href"] {
                let ids = button.attr(name).unwrap_or_default().split_whitespace();
                opened.extend(ids.map(|id| id.trim_start_matches('#').to_owned()));
            }
        }
        let body = document.select(&selector("body")).next();
        let whole = body.map(|body| body.descendent_elements().filter(|element| is_text(*element)).map(length).sum());
        Self { opened, whole: whole.unwrap_or_default() }
    }

    /// Whether an element inside the part that is read is left out with all that is in it.
    pub fn is(&self, element: ElementRef<'_>) -> bool {
        let tag = element.value().name();
        TAGS.contains(&tag)
            || element.attr("role").is_some_and(|role| ROLES.contains(&role.trim().to_ascii_lowercase().as_str()))
            || (self.is_hidden(element) && !self.is_opened(element))
            || self.is_named_so(element)
            || (matches!(tag, "ul" | "ol" | "div" | "section") && is_link_list(element))
    }

    fn is_hidden(&self, element: ElementRef<'_>) -> bool {
        let style = element.attr("style").unwrap_or_default().replace(' ', "").to_ascii_lowercase();
        element.attr("hidden").is_some()
            || element.attr("aria-hidden").is_some_and(|value| value.trim().eq_ignore_ascii_case("true"))
            || style.contains("display:none")
            || style.contains("visibility:hidden")
    }

    fn is_opened(&self, element: ElementRef<'_>) -> bool {
        element.value().id().is_some_and(|id| self.opened.contains(id))
            || element.attr("aria-labelledby").is_some()
            || element.attr("role").is_some_and(|role| matches!(role, "tabpanel" | "region"))
    }

    /// Named like noise, and not most of the page: a policy on cookies may be called `cookies`.
    fn is_named_so(&self, element: ElementRef<'_>) -> bool {
        if matches!(element.value().name(), "html" | "body" | "main" | "article" | "h1" | "h2" | "h3") {
            return false;
        }
        let names = [element.value().id(), element.attr("class")];
        let mut words = names.into_iter().flatten().flat_map(|name| name.split(|c: char| !c.is_ascii_alphanumeric()));
        words.any(|word| NAMES.contains(&word.to_ascii_lowercase().as_str())) && length(element) * 2 < self.whole
    }
}

/// Text that a reader sees is counted once: where it stands below no element but such.
fn is_text(element: ElementRef<'_>) -> bool {
    matches!(element.value().name(), "p" | "li" | "td" | "th" | "dd" | "dt" | "h1" | "h2" | "h3" | "h4" | "pre")
}

fn is_link_list(element: ElementRef<'_>) -> bool {
    let links: Vec<_> = element.descendent_elements().filter(|inner| inner.value().name() == "a").collect();
    if links.len() < LINKS {
        return false;
    }
    let linked: usize = links.into_iter().map(length).sum();
    linked * 10 >= length(element) * 9
}
