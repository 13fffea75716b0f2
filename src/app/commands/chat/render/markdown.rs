//! The Markdown subset of messages, in a terminal: bold, lists and links.

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use super::Palette;

/// Markdown as lines of text. What the subset does not have is shown as its words.
pub fn to_terminal(markdown: &str, palette: &Palette) -> String {
    let mut out = String::new();
    let mut strong: Option<String> = None;
    let mut links: Vec<(String, usize)> = Vec::new();
    let mut numbers: Vec<Option<u64>> = Vec::new();

    for event in Parser::new(markdown) {
        match event {
            Event::Start(Tag::Strong) => strong = Some(String::new()),
            Event::End(TagEnd::Strong) => {
                if let Some(text) = strong.take() {
                    out.push_str(&palette.strong(&text));
                }
            }
            Event::Start(Tag::Link { dest_url, .. }) => links.push((dest_url.to_string(), out.len())),
            Event::End(TagEnd::Link) => {
                if let Some((address, start)) = links.pop()
                    && !address.is_empty()
                    && out.get(start..) != Some(address.as_str())
                {
                    out.push_str(&palette.dim(&format!(" <{address}>")));
                }
            }
            Event::Start(Tag::List(first)) => {
                if !out.is_empty() && !out.ends_with('\n') {
                    out.push('\n');
                }
                numbers.push(first);
            }
            Event::End(TagEnd::List(_)) => drop(numbers.pop()),
            Event::Start(Tag::Item) => {
                out.push_str(&"  ".repeat(numbers.len().saturating_sub(1)));
                match numbers.last_mut() {
                    Some(Some(number)) => {
                        out.push_str(&format!("{number}. "));
                        *number += 1;
                    }
                    _ => out.push_str("- "),
                }
            }
            Event::End(TagEnd::Item) if !out.ends_with('\n') => {
                out.push('\n');
            }
            Event::End(TagEnd::Paragraph | TagEnd::Heading(_)) => out.push('\n'),
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => match &mut strong {
                Some(bold) => bold.push_str(&text),
                None => out.push_str(&text),
            },
            Event::SoftBreak | Event::HardBreak => out.push('\n'),
            _ => {}
        }
    }
    out.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("plain words", "plain words")]
    #[case("a **bold** word", "a bold word")]
    #[case("one\n\ntwo\nthree", "one\ntwo\nthree")]
    #[case("choose:\n\n- red\n- blue\n\ndone", "choose:\n- red\n- blue\ndone")]
    #[case("1. first\n2. second", "1. first\n2. second")]
    #[case("see [the page](/help/returns)", "see the page </help/returns>")]
    #[case("<https://example.com>", "https://example.com")]
    #[case("2 < 3 & <b>not bold</b>", "2 < 3 & <b>not bold</b>")]
    fn shows_the_subset(#[case] markdown: &str, #[case] shown: &str) {
        assert_eq!(to_terminal(markdown, &Palette::plain()), shown);
    }
}
