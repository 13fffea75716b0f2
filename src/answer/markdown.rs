//! Stored text on its way to a reader.

use pulldown_cmark::{Event, Options, Parser, Tag, html};

use crate::base::markdown::{is_safe_address, slug};
pub use crate::base::markdown::{plain, safe};

/// An article's body as HTML for a help page. Headings carry the ids that sources link to,
/// and `address` says where a link leads (`None` for nowhere). What comes out has no
/// scripts, no styles, and no links but http, https, mailto and relative ones.
pub fn page(body: &str, address: impl Fn(&str) -> Option<String>) -> String {
    let mut events: Vec<Event<'_>> = Parser::new_ext(body, Options::ENABLE_TABLES)
        .map(|event| match event {
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                let address = address(&dest_url).unwrap_or_default();
                Event::Start(Tag::Link { link_type, dest_url: address.into(), title, id })
            }
            other => other,
        })
        .collect();
    name_headings(&mut events);
    let mut page = String::with_capacity(body.len() * 2);
    html::push_html(&mut page, events.into_iter());
    clean(&page)
}

/// Text in the Markdown subset as HTML, for an e-mail or a page.
pub fn html(text: &str) -> String {
    let mut page = String::with_capacity(text.len() * 2);
    html::push_html(&mut page, Parser::new(&safe(text)));
    clean(&page)
}

fn name_headings(events: &mut [Event<'_>]) {
    for start in 0..events.len() {
        if !matches!(events[start], Event::Start(Tag::Heading { .. })) {
            continue;
        }
        let words: String = events[start + 1..]
            .iter()
            .take_while(|event| !matches!(event, Event::End(pulldown_cmark::TagEnd::Heading(_))))
            .filter_map(|event| match event {
                Event::Text(text) | Event::Code(text) => Some(text.as_ref()),
                Event::SoftBreak => Some(" "),
                _ => None,
            })
            .collect();
        if let Event::Start(Tag::Heading { id, .. }) = &mut events[start] {
            *id = Some(slug(&words).into());
        }
    }
}

fn clean(page: &str) -> String {
    ammonia::Builder::default()
        .url_schemes(["http", "https", "mailto"].into())
        .add_tag_attributes("h1", ["id"])
        .add_tag_attributes("h2", ["id"])
        .add_tag_attributes("h3", ["id"])
        .add_tag_attributes("h4", ["id"])
        .rm_tags(["img"])
        .attribute_filter(|_, name, value| match name {
            "href" if !is_safe_address(value) => None,
            _ => Some(value.into()),
        })
        .link_rel(Some("noopener noreferrer nofollow"))
        .clean(page)
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::passages::article_address;
    use proptest::prelude::*;
    use rstest::rstest;

    #[test]
    fn a_page_has_named_headings_and_links_to_articles() {
        let page = page(
            "Opening.\n\n## When do I *get* it?\nSee [times](delivery-times.md#when).\n\n| A | B |\n| - | - |\n| 1 | 2 |\n",
            article_address,
        );
        assert!(page.contains(r#"<h2 id="when-do-i-get-it">When do I <em>get</em> it?</h2>"#), "{page}");
        assert!(page.contains(r#"href="/help/delivery-times#when""#), "{page}");
        assert!(page.contains("<table>"), "{page}");
    }

    #[rstest]
    #[case("<script>alert(1)</script>x")]
    #[case("<a href=\"javascript:alert(1)\">x</a>")]
    #[case("[x](javascript:alert(1))")]
    #[case("<p onclick=\"alert(1)\" style=\"x\">x</p>")]
    #[case("<iframe src=\"https://evil.example\"></iframe>x")]
    #[case("![x](https://evil.example/pixel.png)")]
    #[case("<a href=\"//evil.example\">x</a>")]
    fn nothing_runs_on_a_page(#[case] body: &str) {
        for html in [page(body, article_address), html(body)] {
            for bad in ["script", "onclick", "style=", "iframe", "evil", "<img"] {
                assert!(!html.contains(bad), "{html}");
            }
        }
    }

    proptest! {
        #[test]
        fn never_panics(body in "\\PC{0,200}") {
            page(&body, article_address);
            html(&body);
        }
    }
}
