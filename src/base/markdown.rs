//! A subset of Markdown: paragraphs, lists, tables as lists, code, bold, italics and links.
//!
//! Text is read into blocks and written again from them. What the subset does not know
//! (raw HTML, images, links to odd places) cannot survive that, so what is written is safe
//! by construction. It knows nothing of articles or answers.

use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd, TextMergeWithOffset};

/// One block: a paragraph, a heading, an item of a list, a row of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    pub kind: BlockKind,
    /// Without any marks.
    pub text: String,
    /// With bold, italics, code and links.
    pub markdown: String,
    /// Where it stands in the source, in bytes.
    pub range: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockKind {
    /// Level 1 to 6.
    Heading(u8),
    Paragraph,
    /// An item of a list without numbers, by depth from 0.
    Bullet(u8),
    /// An item of a numbered list: its number.
    Step(u64),
    /// A row of a table, written as its first cell and `heading: cell` for the others.
    Row,
    Code,
}

impl BlockKind {
    /// Whether it reads on from a neighbour of a like kind without a blank line.
    fn is_listed(self) -> bool {
        matches!(self, BlockKind::Bullet(_) | BlockKind::Step(_) | BlockKind::Row)
    }
}

/// Reads text into blocks; links to odd places keep their words only.
pub fn blocks(source: &str) -> Vec<Block> {
    blocks_with_links(source, |address| is_safe_address(address).then(|| address.to_owned()))
}

/// Reads text into blocks; `rewrite` gives each link's address, or `None` to keep only its words.
pub fn blocks_with_links(source: &str, rewrite: impl Fn(&str) -> Option<String>) -> Vec<Block> {
    let mut reader = Reader {
        rewrite,
        blocks: Vec::new(),
        current: None,
        lists: Vec::new(),
        table: Table::default(),
        links: Vec::new(),
        images: 0,
    };
    let events = Parser::new_ext(source, Options::ENABLE_TABLES).into_offset_iter();
    for (event, range) in TextMergeWithOffset::new(events) {
        reader.take(event, range);
    }
    reader.flush();
    reader.blocks
}

/// Writes blocks as Markdown.
pub fn write<'a>(blocks: impl IntoIterator<Item = &'a Block>) -> String {
    let mut text = String::new();
    let mut before: Option<BlockKind> = None;
    for block in blocks {
        if let Some(before) = before {
            let reads_on = before.is_listed() && block.kind.is_listed();
            text.push_str(if reads_on { "\n" } else { "\n\n" });
        }
        match block.kind {
            BlockKind::Heading(_) => text.push_str(&format!("**{}**", block.text_escaped())),
            BlockKind::Paragraph => text.push_str(&block.markdown),
            BlockKind::Bullet(depth) => text.push_str(&format!("{}- {}", "  ".repeat(depth as usize), block.markdown)),
            BlockKind::Step(number) => text.push_str(&format!("{number}. {}", block.markdown)),
            BlockKind::Row => text.push_str(&format!("- {}", block.markdown)),
            BlockKind::Code => text.push_str(&fenced(&block.text)),
        }
        before = Some(block.kind);
    }
    text
}

/// The same text in the subset, without raw HTML and without links to odd places.
pub fn safe(source: &str) -> String {
    write(&blocks(source))
}

/// The words alone, a line for each block.
pub fn plain(source: &str) -> String {
    let lines: Vec<String> = blocks(source).into_iter().map(|block| block.text).collect();
    lines.join("\n")
}

/// The name of a heading in an address: `From when do the 30 days count?` is `from-when-do-the-30-days-count`.
pub fn slug(heading: &str) -> String {
    let words: Vec<String> =
        heading.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    if words.is_empty() { "section".into() } else { words.join("-") }
}

/// Whether a link may lead there: http, https, mailto, or a relative address.
pub fn is_safe_address(address: &str) -> bool {
    let odd = |c: char| c.is_control() || c.is_whitespace() || c == '\\';
    if address.is_empty() || address.starts_with("//") || address.chars().any(odd) {
        return false;
    }
    let head = address.split(['/', '?', '#']).next().unwrap_or_default();
    match head.split_once(':') {
        None => true,
        Some((scheme, _)) => ["http", "https", "mailto"].iter().any(|allowed| scheme.eq_ignore_ascii_case(allowed)),
    }
}

/// Text such that Markdown shows it as it is.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let next = rest.peek().copied();
        let is_mark = match c {
            '\\' => next.is_some_and(|next| next.is_ascii_punctuation()),
            '*' | '_' | '`' | '[' | ']' => true,
            '<' => next.is_none_or(|next| !next.is_whitespace()),
            '&' => begins_entity(&rest.clone().collect::<String>()),
            _ => false,
        };
        if is_mark {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

impl Block {
    fn text_escaped(&self) -> String {
        escape(&self.text)
    }
}

struct Reader<F> {
    rewrite: F,
    blocks: Vec<Block>,
    current: Option<Block>,
    /// The lists around the place: the next number, or none for bullets.
    lists: Vec<Option<u64>>,
    table: Table,
    /// The addresses of the links that are open; `None` for one that is dropped.
    links: Vec<Option<String>>,
    images: usize,
}

#[derive(Default)]
struct Table {
    headings: Vec<String>,
    cells: Vec<(String, String)>,
}

impl<F: Fn(&str) -> Option<String>> Reader<F> {
    fn take(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => {
                let written = match self.current {
                    Some(Block { kind: BlockKind::Code, .. }) => String::new(),
                    _ => escape(&text),
                };
                self.push(&text, &written, range);
            }
            Event::Code(text) => {
                let written = code_span(&text);
                self.push(&text, &written, range);
            }
            Event::SoftBreak | Event::HardBreak => self.push(" ", " ", range),
            // Raw HTML is not part of the subset.
            Event::Html(_) | Event::InlineHtml(_) | Event::Rule => {}
            Event::InlineMath(_) | Event::DisplayMath(_) | Event::FootnoteReference(_) | Event::TaskListMarker(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        match tag {
            Tag::Heading { level, .. } => self.open(BlockKind::Heading(level_number(level)), range),
            Tag::Paragraph => match &mut self.current {
                // A further paragraph of the same item reads on.
                Some(block) if !block.text.is_empty() => self.push(" ", " ", range),
                Some(_) => {}
                None => self.open(BlockKind::Paragraph, range),
            },
            Tag::CodeBlock(_) => self.open(BlockKind::Code, range),
            Tag::List(first) => {
                self.flush();
                self.lists.push(first);
            }
            Tag::Item => {
                let depth = self.lists.len().saturating_sub(1).min(8) as u8;
                let kind = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        let this = *number;
                        *number = number.saturating_add(1);
                        BlockKind::Step(this)
                    }
                    _ => BlockKind::Bullet(depth),
                };
                self.open(kind, range);
            }
            Tag::Table(_) => {
                self.flush();
                self.table = Table::default();
            }
            Tag::TableHead | Tag::TableRow => self.table.cells.clear(),
            Tag::TableCell => self.open(BlockKind::Row, range),
            Tag::Strong => self.push("", "**", range),
            Tag::Emphasis => self.push("", "*", range),
            Tag::Link { dest_url, .. } => {
                let address = (self.rewrite)(&dest_url);
                if address.is_some() {
                    self.push("", "[", range);
                }
                self.links.push(address);
            }
            Tag::Image { .. } => self.images += 1,
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) | TagEnd::CodeBlock | TagEnd::Item => self.flush(),
            TagEnd::Paragraph if self.lists.is_empty() => self.flush(),
            TagEnd::List(_) => {
                self.flush();
                self.lists.pop();
            }
            TagEnd::TableCell => {
                let cell =
                    self.current.take().map(|block| (block.text.trim().to_owned(), block.markdown.trim().to_owned()));
                self.table.cells.push(cell.unwrap_or_default());
            }
            TagEnd::TableHead => self.table.headings = self.table.cells.drain(..).map(|(text, _)| text).collect(),
            TagEnd::TableRow => self.row(),
            TagEnd::Strong => self.push("", "**", 0..0),
            TagEnd::Emphasis => self.push("", "*", 0..0),
            TagEnd::Link => {
                if let Some(Some(address)) = self.links.pop() {
                    self.push("", &format!("]({})", written_address(&address)), 0..0);
                }
            }
            TagEnd::Image => self.images = self.images.saturating_sub(1),
            _ => {}
        }
    }

    fn row(&mut self) {
        let mut cells = self.table.cells.drain(..);
        let Some((first, first_markdown)) = cells.next() else { return };
        let mut text = first;
        let mut markdown =
            if first_markdown.is_empty() { String::new() } else { format!("**{}**", first_markdown.replace("**", "")) };
        for ((cell, cell_markdown), (index, heading)) in cells.zip(self.table.headings.iter().enumerate().skip(1)) {
            if cell.is_empty() {
                continue;
            }
            let join = if index == 1 { ": " } else { "; " };
            text.push_str(&format!("{join}{heading} {cell}"));
            let heading = escape(heading);
            markdown.push_str(&format!("{join}{heading} {cell_markdown}"));
        }
        // A row has no place of its own in a passage's lines; the table's is good enough.
        self.blocks.push(Block { kind: BlockKind::Row, text, markdown, range: 0..0 });
    }

    fn open(&mut self, kind: BlockKind, range: Range<usize>) {
        self.flush();
        self.current = Some(Block { kind, text: String::new(), markdown: String::new(), range });
    }

    fn push(&mut self, text: &str, markdown: &str, range: Range<usize>) {
        // Raw HTML blocks swallow their paragraph's start, so text may come without one.
        let block = self.current.get_or_insert_with(|| Block {
            kind: BlockKind::Paragraph,
            text: String::new(),
            markdown: String::new(),
            range,
        });
        block.text.push_str(text);
        block.markdown.push_str(markdown);
    }

    fn flush(&mut self) {
        let Some(mut block) = self.current.take() else { return };
        let code = block.kind == BlockKind::Code;
        block.text = if code { block.text.trim_end().to_owned() } else { squeeze(&block.text) };
        block.markdown = if code { fenced(&block.text) } else { squeeze(&block.markdown) };
        if !block.text.is_empty() || matches!(block.kind, BlockKind::Heading(_)) {
            self.blocks.push(block);
        }
    }
}

/// Runs of white space become one space.
fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn level_number(level: HeadingLevel) -> u8 {
    level as u8
}

fn begins_entity(rest: &str) -> bool {
    let name = rest.split(';').next().unwrap_or_default();
    name.len() < rest.len()
        && !name.is_empty()
        && name.len() <= 32
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'#')
}

/// A code span whose fence is longer than any run of backticks inside.
fn code_span(text: &str) -> String {
    let fence = "`".repeat(longest_run(text, '`') + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

fn fenced(text: &str) -> String {
    let fence = "`".repeat((longest_run(text, '`') + 1).max(3));
    format!("{fence}\n{text}\n{fence}")
}

fn longest_run(text: &str, wanted: char) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for c in text.chars() {
        run = if c == wanted { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

fn written_address(address: &str) -> String {
    let needs_brackets = address.contains(['(', ')']);
    let address = address.replace('<', "%3C").replace('>', "%3E");
    if needs_brackets { format!("<{address}>") } else { address }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[test]
    fn reads_headings_paragraphs_lists_and_tables() {
        let source = "Lead with **bold** and [a link](x.md).\nSecond line.\n\n## Steps\n1. One\n2. Two\n\n- a\n  - b\n\n| Country | Days |\n| --- | --- |\n| Belgium | 1-2 |\n";
        let blocks = blocks(source);
        let seen: Vec<(BlockKind, &str)> = blocks.iter().map(|b| (b.kind, b.text.as_str())).collect();
        assert_eq!(
            seen,
            [
                (BlockKind::Paragraph, "Lead with bold and a link. Second line."),
                (BlockKind::Heading(2), "Steps"),
                (BlockKind::Step(1), "One"),
                (BlockKind::Step(2), "Two"),
                (BlockKind::Bullet(0), "a"),
                (BlockKind::Bullet(1), "b"),
                (BlockKind::Row, "Belgium: Days 1-2"),
            ]
        );
        assert_eq!(
            write(&blocks),
            "Lead with **bold** and [a link](x.md). Second line.\n\n**Steps**\n\n1. One\n2. Two\n- a\n  - b\n- **Belgium**: Days 1-2"
        );
    }

    #[rstest]
    #[case("<script>alert(1)</script>", "")]
    #[case("hello <script>alert(1)</script>", "hello alert(1)")]
    #[case("<img src=x onerror=alert(1)> hi", "hi")]
    #[case("[click](javascript:alert(1))", "click")]
    #[case("[click](JaVaScRiPt:alert(1))", "click")]
    #[case("[click](data:text/html;base64,AA)", "click")]
    #[case("[click](//evil.example)", "click")]
    #[case("<javascript:alert(1)>", "javascript:alert(1)")]
    #[case("[ok](https://a.example/x?y=1#z)", "[ok](https://a.example/x?y=1#z)")]
    #[case("[ok](/help/x#y)", "[ok](/help/x#y)")]
    #[case("[mail](mailto:a@b.example)", "[mail](mailto:a@b.example)")]
    #[case("![alt](https://a.example/x.png)", "alt")]
    #[case("&lt;b&gt;", "\\<b>")]
    #[case("5 < 6 & 7", "5 < 6 & 7")]
    fn writes_only_what_is_safe(#[case] source: &str, #[case] written: &str) {
        assert_eq!(safe(source), written);
    }

    #[rstest]
    #[case("From when do the 30 days count?", "from-when-do-the-30-days-count")]
    #[case("Click & collect", "click-collect")]
    #[case("Été", "été")]
    #[case("?!", "section")]
    fn slugs(#[case] heading: &str, #[case] expected: &str) {
        assert_eq!(slug(heading), expected);
    }

    fn offends(source: &str) -> bool {
        Parser::new_ext(source, Options::ENABLE_TABLES).any(|event| match event {
            Event::Html(_) | Event::InlineHtml(_) => true,
            Event::Start(Tag::Link { dest_url, .. }) => !is_safe_address(&dest_url),
            Event::Start(Tag::Image { .. }) => true,
            _ => false,
        })
    }

    proptest! {
        #[test]
        fn nothing_unsafe_is_ever_written(source in "[a-z<>\\[\\]()!`*_&;:/\\\\# \n\"'.|-]{0,60}") {
            let written = safe(&source);
            prop_assert!(!offends(&written), "{source:?} became {written:?}");
        }

        #[test]
        fn never_panics(source in "\\PC{0,200}") {
            safe(&source);
            plain(&source);
            slug(&source);
        }
    }
}
