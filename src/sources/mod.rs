//! Where knowledge stands already: web pages, PDF files, what a website says of itself.
//!
//! Formats and manners only: what a page says, which pages there are, which of them may be
//! fetched. What becomes of the words is not known here.

pub mod encoding;
pub mod fetch;
pub mod html;
pub mod pdf;
pub mod robots;
pub mod sitemap;

use serde::{Deserialize, Serialize};

/// What a page or a file says, in our Markdown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    pub title: String,
    pub body: String,
    /// As it names its language itself, for example `en` or `nl-BE`.
    pub language: Option<String>,
}

/// Bytes of Markdown that one article may have, as in the console's editor, less some for
/// what is written around them.
const LONGEST: usize = 90_000;

impl Page {
    /// The page in as many parts as articles are needed for it, cut between paragraphs, at a
    /// heading where there is one in the last third.
    pub fn parts(self) -> Vec<Page> {
        if self.body.len() <= LONGEST {
            return vec![self];
        }
        let mut bodies: Vec<String> = Vec::new();
        let mut current = String::new();
        for block in self.body.split("\n\n") {
            let full = current.len() + block.len() + 2 > LONGEST;
            let heading = block.starts_with('#') && current.len() > LONGEST / 3 * 2;
            if !current.is_empty() && (full || heading) {
                bodies.push(std::mem::take(&mut current));
            }
            if !current.is_empty() {
                current.push_str("\n\n");
            }
            current.push_str(&cut(block));
        }
        bodies.push(current);
        let part = |(index, body): (usize, String)| Page {
            title: if index == 0 { self.title.clone() } else { format!("{} ({})", self.title, index + 1) },
            body,
            language: self.language.clone(),
        };
        bodies.into_iter().enumerate().map(part).collect()
    }
}

/// The shop's language that something is in, given how it names its language itself: the
/// shop's own where it does not. `languages` are the shop's, its own first.
pub fn locale_of(named: Option<&str>, languages: &[String]) -> Result<String, String> {
    let own = languages.first().cloned().unwrap_or_else(|| "en".into());
    let Some(named) = named else { return Ok(own) };
    let primary = named.split('-').next().unwrap_or(named).to_ascii_lowercase();
    match languages.contains(&primary) {
        true => Ok(primary),
        false => Err(format!(
            "it says that its language is `{primary}`, which is none of the shop's ({}): add it to `locales` in [shop], \
             or mend the page's `lang`",
            languages.join(", ")
        )),
    }
}

/// A paragraph that alone is longer than an article is cut short: nobody wrote it by hand.
fn cut(block: &str) -> String {
    let mut end = block.len().min(LONGEST);
    while !block.is_char_boundary(end) {
        end -= 1;
    }
    block[..end].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_page_becomes_several_articles() {
        let body =
            (0..200).map(|n| format!("## Section {n}\n\n{}", "word ".repeat(200).trim_end())).collect::<Vec<_>>();
        let page = Page { title: "Manual".into(), body: body.join("\n\n"), language: Some("en".into()) };
        let length = page.body.len();
        let parts = page.parts();
        assert!(parts.len() >= 3 && parts.iter().all(|part| part.body.len() <= LONGEST), "{}", parts.len());
        assert!(parts.iter().all(|part| part.body.starts_with("## Section ")));
        assert_eq!((parts[0].title.as_str(), parts[1].title.as_str()), ("Manual", "Manual (2)"));
        let together: usize = parts.iter().map(|part| part.body.len() + 2).sum();
        assert_eq!(together, length + 2, "nothing is lost");
    }

    #[test]
    fn a_page_in_a_language_that_nobody_is_answered_in_is_told() {
        let languages = ["en".to_owned(), "nl".to_owned()];
        assert_eq!(locale_of(Some("nl-BE"), &languages).as_deref(), Ok("nl"));
        assert_eq!(locale_of(None, &languages).as_deref(), Ok("en"));
        assert!(locale_of(Some("fr"), &languages).unwrap_err().contains("`fr`"));
    }
}
