//! Markdown in the markup of a channel.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::super::channel::Markup;
use crate::base::markdown::{is_safe_address, safe};

/// The Markdown subset of answers in that markup. What the markup has no sign for keeps
/// its words; a link keeps its address.
pub fn marked_up(markdown: &str, markup: Markup) -> String {
    if markup == Markup::Markdown {
        return safe(markdown);
    }
    let mut writer = Writer { markup, out: String::new(), links: Vec::new(), lists: Vec::new() };
    for event in Parser::new_ext(&safe(markdown), Options::empty()) {
        writer.event(event);
    }
    writer.out.trim().to_owned()
}

struct Writer {
    markup: Markup,
    out: String,
    /// Of the links that are open: the address, and where the words began.
    links: Vec<(String, usize)>,
    /// Of the lists that are open: the next number, if they are numbered.
    lists: Vec<Option<u64>>,
}

impl Writer {
    fn event(&mut self, event: Event) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.text(&text),
            Event::Code(code) => self.code(&code),
            Event::SoftBreak | Event::HardBreak => self.out.push('\n'),
            Event::Rule => self.block(),
            Event::Html(_) | Event::InlineHtml(_) => {}
            other => tracing::trace!(?other, "a mark that no channel shows"),
        }
    }

    fn start(&mut self, tag: Tag) {
        match tag {
            Tag::Paragraph if self.lists.is_empty() => self.block(),
            Tag::Heading { .. } => {
                self.block();
                self.sign("*", "*");
            }
            Tag::CodeBlock(_) => {
                self.block();
                self.sign("```\n", "```");
            }
            Tag::List(first) => {
                if self.lists.is_empty() {
                    self.block();
                }
                self.lists.push(first);
            }
            Tag::Item => self.item(),
            Tag::Strong => self.sign("*", "*"),
            Tag::Emphasis => self.sign("_", "_"),
            Tag::Link { dest_url, .. } => {
                let address = if is_safe_address(&dest_url) { dest_url.to_string() } else { String::new() };
                if self.markup == Markup::Slack && !address.is_empty() {
                    self.out.push_str(&format!("<{}|", escape(&address).replace('|', "%7C")));
                }
                self.links.push((address, self.out.len()));
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => self.sign("*", "*"),
            TagEnd::CodeBlock => self.sign("```", "```"),
            TagEnd::List(_) => {
                self.lists.pop();
            }
            TagEnd::Strong => self.sign("*", "*"),
            TagEnd::Emphasis => self.sign("_", "_"),
            TagEnd::Link => self.end_link(),
            _ => {}
        }
    }

    fn end_link(&mut self) {
        let Some((address, began)) = self.links.pop() else { return };
        if address.is_empty() {
            return;
        }
        match self.markup {
            Markup::Slack => self.out.push('>'),
            _ if self.out[began..] == address => {}
            _ => self.out.push_str(&format!(" ({address})")),
        }
    }

    fn text(&mut self, text: &str) {
        match self.markup {
            Markup::Slack if self.links.is_empty() => self.out.push_str(&escape(text)),
            // A bar would end the words of a link early.
            Markup::Slack => self.out.push_str(&escape(text).replace('|', "¦")),
            _ => self.out.push_str(text),
        }
    }

    fn code(&mut self, code: &str) {
        self.sign("`", "```");
        self.text(code);
        self.sign("`", "```");
    }

    fn item(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
        self.out.push_str(&"   ".repeat(self.lists.len().saturating_sub(1)));
        match self.lists.last_mut() {
            Some(Some(number)) => {
                self.out.push_str(&format!("{number}. "));
                *number += 1;
            }
            _ => self.out.push_str("• "),
        }
    }

    /// A new block begins, after an empty line.
    fn block(&mut self) {
        if !self.out.is_empty() {
            self.out.truncate(self.out.trim_end().len());
            self.out.push_str("\n\n");
        }
    }

    fn sign(&mut self, slack: &str, whatsapp: &str) {
        match self.markup {
            Markup::Slack => self.out.push_str(slack),
            Markup::WhatsApp => self.out.push_str(whatsapp),
            Markup::Plain | Markup::Markdown => {}
        }
    }
}

/// The three signs that Slack reads as its own.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("**Bold** and *it*.", "Bold and it.", "*Bold* and _it_.", "*Bold* and _it_.")]
    #[case(
        "[Returns](https://a.example/r)",
        "Returns (https://a.example/r)",
        "<https://a.example/r|Returns>",
        "Returns (https://a.example/r)"
    )]
    #[case("1. One\n2. Two", "1. One\n2. Two", "1. One\n2. Two", "1. One\n2. Two")]
    #[case("- a\n- b\n\nEnd", "• a\n• b\n\nEnd", "• a\n• b\n\nEnd", "• a\n• b\n\nEnd")]
    #[case("a < b & c", "a < b & c", "a &lt; b &amp; c", "a < b & c")]
    #[case("[x](javascript:alert(1))", "x", "x", "x")]
    fn each_markup_has_its_own_signs(
        #[case] markdown: &str,
        #[case] plain: &str,
        #[case] slack: &str,
        #[case] whatsapp: &str,
    ) {
        assert_eq!(marked_up(markdown, Markup::Plain), plain);
        assert_eq!(marked_up(markdown, Markup::Slack), slack);
        assert_eq!(marked_up(markdown, Markup::WhatsApp), whatsapp);
    }
}
