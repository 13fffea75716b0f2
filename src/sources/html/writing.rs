//! Elements to Markdown: headings, paragraphs, lists, tables, code, bold and links.

use reqwest::Url;
use scraper::{ElementRef, Node};

use super::noise::Noise;
use super::tables;
use crate::base::markdown::{escape, is_safe_address};

/// Below so many elements nothing is read any more: nobody writes such pages by hand, and
/// reading must not run out of stack.
const DEEPEST: usize = 120;

/// What a part of a page says.
pub struct Written {
    /// The first heading of the first level.
    pub title: Option<String>,
    pub body: String,
    pub words: usize,
}

pub fn write(main: ElementRef<'_>, noise: &Noise, address: Option<&Url>) -> Written {
    let mut writer = Writer { noise, address, title: None, blocks: Vec::new(), inline: String::new(), words: 0 };
    writer.children(main, 0);
    writer.paragraph();
    Written { title: writer.title, body: writer.blocks.join("\n\n"), words: writer.words }
}

pub(super) struct Writer<'a> {
    pub(super) noise: &'a Noise,
    address: Option<&'a Url>,
    title: Option<String>,
    blocks: Vec<String>,
    /// The paragraph that is being written.
    inline: String,
    words: usize,
}

impl Writer<'_> {
    fn children(&mut self, element: ElementRef<'_>, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        for child in element.children() {
            match child.value() {
                Node::Text(text) => self.inline.push_str(&escape(text)),
                Node::Element(_) => {
                    if let Some(inner) = ElementRef::wrap(child)
                        && !self.noise.is(inner)
                    {
                        self.element(inner, depth + 1);
                    }
                }
                _ => {}
            }
        }
    }

    fn element(&mut self, element: ElementRef<'_>, depth: usize) {
        match element.value().name() {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.heading(element),
            "summary" => self.heading_of(&self.plain(element), 3),
            "ul" | "ol" | "menu" => {
                self.paragraph();
                let mut lines = Vec::new();
                self.list(element, 0, &mut lines);
                self.block(&lines.join("\n"));
            }
            "table" => match tables::write(self, element) {
                Some(table) => {
                    self.paragraph();
                    self.block(&table);
                }
                None => self.apart(element, depth),
            },
            "pre" => {
                self.paragraph();
                let code: String = element.text().collect();
                self.block(&fenced(code.trim_matches('\n')));
            }
            "dt" => {
                self.paragraph();
                let term = self.plain(element);
                self.inline.push_str(&bold(&escape(&term)));
                self.paragraph();
            }
            "br" => self.inline.push(' '),
            "hr" => self.paragraph(),
            name if is_inline(name) && !has_blocks(element) => {
                let written = self.inline_element(element, depth);
                self.inline.push_str(&written);
            }
            _ => self.apart(element, depth),
        }
    }

    /// A block: what stands before it and after it are other paragraphs.
    fn apart(&mut self, element: ElementRef<'_>, depth: usize) {
        self.paragraph();
        self.children(element, depth);
        self.paragraph();
    }

    fn heading(&mut self, element: ElementRef<'_>) {
        let level = element.value().name().as_bytes().get(1).map_or(2, |digit| usize::from(digit - b'0'));
        let text = self.plain(element);
        if level == 1 && self.title.is_none() && !text.is_empty() {
            self.paragraph();
            // What stands above the title belongs to the page, not to what it says.
            self.blocks.clear();
            self.words = 0;
            self.title = Some(text);
        } else {
            self.heading_of(&text, level.max(2));
        }
    }

    fn heading_of(&mut self, text: &str, level: usize) {
        self.paragraph();
        if !text.is_empty() {
            self.block(&format!("{} {}", "#".repeat(level), escape(text).trim_end_matches('#')));
        }
    }

    /// The items of a list, a line each; lists in it below their item.
    fn list(&mut self, list: ElementRef<'_>, depth: usize, lines: &mut Vec<String>) {
        let ordered = list.value().name() == "ol";
        let first = list.attr("start").and_then(|start| start.parse::<u32>().ok()).unwrap_or(1);
        let mut number = first;
        for item in list.child_elements() {
            if self.noise.is(item) {
                continue;
            }
            if matches!(item.value().name(), "ul" | "ol") {
                self.list_below(item, depth, lines);
                continue;
            }
            let mut below = Vec::new();
            let text = self.inline_without(item, depth, &mut below);
            let text = squeezed(&text);
            if !text.is_empty() {
                let sign = if ordered { format!("{number}.") } else { "-".into() };
                lines.push(format!("{}{sign} {}", "   ".repeat(depth), unlike_block(&text)));
                number = number.saturating_add(1);
            }
            for inner in below {
                self.list_below(inner, depth, lines);
            }
        }
    }

    fn list_below(&mut self, list: ElementRef<'_>, depth: usize, lines: &mut Vec<String>) {
        if depth < 6 && !self.noise.is(list) {
            self.list(list, depth + 1, lines);
        }
    }

    /// An element's words in one line; lists in it are given back instead.
    fn inline_without<'e>(&self, element: ElementRef<'e>, depth: usize, lists: &mut Vec<ElementRef<'e>>) -> String {
        let mut text = String::new();
        if depth > DEEPEST {
            return text;
        }
        for child in element.children() {
            if let Node::Text(words) = child.value() {
                text.push_str(&escape(words));
            }
            let Some(inner) = ElementRef::wrap(child) else { continue };
            if self.noise.is(inner) {
                continue;
            }
            match inner.value().name() {
                "ul" | "ol" => lists.push(inner),
                "br" => text.push(' '),
                name if is_inline(name) && !has_blocks(inner) => text.push_str(&self.inline_element(inner, depth + 1)),
                _ => {
                    text.push(' ');
                    text.push_str(&self.inline_without(inner, depth + 1, lists));
                    text.push(' ');
                }
            }
        }
        text
    }

    /// An element's words in one line.
    pub(super) fn inline(&self, element: ElementRef<'_>) -> String {
        squeezed(&self.inline_without(element, 0, &mut Vec::new()))
    }

    fn inline_element(&self, element: ElementRef<'_>, depth: usize) -> String {
        let inner = self.inline_without(element, depth + 1, &mut Vec::new());
        match element.value().name() {
            "b" | "strong" => bold(&inner),
            "a" => self.link(element, &inner),
            "q" => format!("“{}”", inner.trim()),
            "code" | "kbd" | "samp" => {
                let code: String = element.text().collect();
                if code.contains('`') || code.trim().is_empty() { inner } else { format!("`{}`", squeezed(&code)) }
            }
            _ => inner,
        }
    }

    fn link(&self, element: ElementRef<'_>, words: &str) -> String {
        let Some(to) = element.attr("href").map(str::trim).filter(|to| !to.starts_with('#')) else {
            return words.to_owned();
        };
        let address = match self.address {
            Some(base) => base.join(to).ok().map(|address| address.to_string()),
            None => Url::parse(to).ok().map(|address| address.to_string()),
        };
        let safe = address.filter(|to| is_safe_address(to) && !words.trim().is_empty());
        // A link inside a link is none.
        let (Some(to), false) = (safe, words.contains("](")) else { return words.to_owned() };
        let to = to.replace('(', "%28").replace(')', "%29");
        let (before, after) = edges(words);
        format!("{before}[{}]({to}){after}", words.trim())
    }

    /// The words alone.
    pub(super) fn plain(&self, element: ElementRef<'_>) -> String {
        let mut text = String::new();
        self.collect(element, 0, &mut text);
        squeezed(&text)
    }

    fn collect(&self, element: ElementRef<'_>, depth: usize, text: &mut String) {
        for child in element.children() {
            if let Node::Text(words) = child.value() {
                text.push_str(words);
            }
            let Some(inner) = ElementRef::wrap(child) else { continue };
            // A folded question is often a button.
            let is_button = inner.value().name() == "button" && inner.attr("aria-controls").is_some();
            if depth < DEEPEST && (is_button || !self.noise.is(inner)) {
                self.collect(inner, depth + 1, text);
            }
        }
    }

    fn paragraph(&mut self) {
        let text = squeezed(&std::mem::take(&mut self.inline));
        self.block(&unlike_block(&text));
    }

    fn block(&mut self, text: &str) {
        if !text.trim().is_empty() {
            self.words += if text.starts_with('#') { 0 } else { text.split_whitespace().count() };
            self.blocks.push(text.trim_end().to_owned());
        }
    }
}

fn is_inline(name: &str) -> bool {
    matches!(
        name,
        "a" | "abbr"
            | "b"
            | "bdi"
            | "bdo"
            | "cite"
            | "code"
            | "data"
            | "del"
            | "dfn"
            | "em"
            | "font"
            | "i"
            | "ins"
            | "kbd"
            | "label"
            | "mark"
            | "q"
            | "s"
            | "samp"
            | "small"
            | "span"
            | "strong"
            | "sub"
            | "sup"
            | "time"
            | "u"
            | "var"
            | "wbr"
    )
}

fn has_blocks(element: ElementRef<'_>) -> bool {
    element.descendent_elements().skip(1).any(|inner| {
        matches!(
            inner.value().name(),
            "p" | "div"
                | "ul"
                | "ol"
                | "table"
                | "section"
                | "article"
                | "pre"
                | "dl"
                | "blockquote"
                | "h1"
                | "h2"
                | "h3"
                | "h4"
                | "h5"
                | "h6"
        )
    })
}

/// Bold where Markdown is sure to see it: between a letter or a digit and another.
fn bold(text: &str) -> String {
    let trimmed = text.trim();
    let sure = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    if !sure(trimmed.chars().next()) || !sure(trimmed.chars().last()) || trimmed.contains("**") {
        return text.to_owned();
    }
    let (before, after) = edges(text);
    format!("{before}**{trimmed}**{after}")
}

/// The spaces around a text, one at most on each side.
fn edges(text: &str) -> (&str, &str) {
    let before = if text.starts_with(char::is_whitespace) { " " } else { "" };
    let after = if text.ends_with(char::is_whitespace) { " " } else { "" };
    (before, after)
}

fn squeezed(text: &str) -> String {
    super::squeezed(text)
}

/// A text such that its begin is not taken for that of a heading, a list or a quotation.
fn unlike_block(text: &str) -> String {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let after = text[digits..].chars().next();
    if digits > 0 && digits < 10 && matches!(after, Some('.' | ')')) {
        return format!("{}\\{}", &text[..digits], &text[digits..]);
    }
    let signs = ['#', '>', '-', '+', '=', '~', '|'];
    if text.starts_with(signs) { format!("\\{text}") } else { text.to_owned() }
}

fn fenced(code: &str) -> String {
    let fence = if code.contains("```") { "````" } else { "```" };
    format!("{fence}\n{code}\n{fence}")
}
