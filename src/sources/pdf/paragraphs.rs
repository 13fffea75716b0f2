//! Lines to paragraphs, lists and headings.

use std::collections::HashMap;

use super::lines::Line;
use crate::base::markdown::escape;

/// So much larger than the text, a short line is a heading.
const LARGER: f64 = 1.12;
const LONGEST_HEADING: usize = 120;
/// Lines of a paragraph stand closer than this, in sizes of their letters.
const GAP: f64 = 1.75;
/// What stands on so many pages at the top or the bottom belongs to the paper.
const RUNNING: usize = 3;

pub struct Text {
    /// The largest heading of the first page.
    pub title: Option<String>,
    pub body: String,
}

pub fn write(lines: Vec<Line>) -> Text {
    let lines = without_running(lines);
    let usual = usual_size(&lines);
    let mut sizes: Vec<i64> = lines.iter().filter(|line| is_heading(line, usual)).map(rounded).collect();
    sizes.sort_unstable();
    sizes.dedup();
    sizes.reverse();
    let first_page = lines.first().map(|line| line.page);
    let title_size = sizes.first().copied().filter(|size| {
        let largest = lines.iter().filter(|line| is_heading(line, usual) && rounded(line) == *size);
        largest.clone().count() <= 3 && largest.clone().all(|line| Some(line.page) == first_page)
    });

    let mut writer = Writer::default();
    let mut title = String::new();
    let mut before: Option<&Line> = None;
    for line in &lines {
        if is_heading(line, usual) {
            let size = rounded(line);
            if Some(size) == title_size {
                join(&mut title, &line.text);
            } else {
                // The largest that is not the title is a section's, and so on.
                let level = sizes.iter().filter(|other| Some(**other) != title_size && **other > size).count() + 2;
                let reads_on = before.is_some_and(|before| rounded(before) == size && follows(before, line));
                writer.heading(&line.text, level.min(4), reads_on);
            }
        } else {
            let reads_on = before.is_some_and(|before| !is_heading(before, usual) && follows(before, line));
            writer.line(&line.text, reads_on);
        }
        before = Some(line);
    }
    Text { title: (!title.is_empty()).then_some(title), body: writer.finish() }
}

fn rounded(line: &Line) -> i64 {
    (line.size * 2.0).round() as i64
}

/// The size of most letters.
fn usual_size(lines: &[Line]) -> f64 {
    let mut letters = HashMap::<i64, usize>::new();
    for line in lines {
        *letters.entry(rounded(line)).or_default() += line.text.len();
    }
    let most = letters.into_iter().max_by_key(|(size, count)| (*count, *size));
    most.map_or(0.0, |(size, _)| size as f64 / 2.0)
}

fn is_heading(line: &Line, usual: f64) -> bool {
    line.size > usual * LARGER
        && line.text.chars().count() <= LONGEST_HEADING
        && line.text.chars().any(char::is_alphabetic)
}

fn follows(before: &Line, line: &Line) -> bool {
    let gap = line.top - before.top;
    // On a new page a sentence that has not ended goes on.
    if before.page != line.page {
        return !before.text.ends_with(['.', '!', '?', ':', ';']);
    }
    // Upwards is the next column.
    gap <= before.size.max(line.size) * GAP && (gap >= 0.0 || !before.text.ends_with(['.', '!', '?', ':']))
}

/// Without numbers of pages, and without the first and last lines that pages have in common.
fn without_running(lines: Vec<Line>) -> Vec<Line> {
    let mut edges: Vec<usize> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let is_first = index.checked_sub(1).is_none_or(|before| lines[before].page != line.page);
        let is_last = lines.get(index + 1).is_none_or(|after| after.page != line.page);
        if is_first || is_last {
            edges.push(index);
        }
    }
    let pages = lines.last().map_or(0, |line| line.page as usize);
    let mut counts = HashMap::<String, usize>::new();
    for index in &edges {
        *counts.entry(without_digits(&lines[*index].text)).or_default() += 1;
    }
    let is_running = |line: &Line| {
        let words = without_digits(&line.text);
        let is_number = words.trim_matches(|c: char| !c.is_alphanumeric()).trim_matches('#').trim().is_empty()
            || matches!(words.to_lowercase().as_str(), "page #" | "page # of #" | "# / #" | "pagina #" | "seite #");
        is_number || counts.get(&words).is_some_and(|count| *count >= RUNNING && *count * 2 >= pages)
    };
    let left_out: Vec<usize> = edges.into_iter().filter(|index| is_running(&lines[*index])).collect();
    lines.into_iter().enumerate().filter(|(index, _)| !left_out.contains(index)).map(|(_, line)| line).collect()
}

/// `Page 3 of 12` as `Page # of #`.
fn without_digits(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c.is_ascii_digit() {
            true if out.ends_with('#') => {}
            true => out.push('#'),
            false => out.push(c),
        }
    }
    out
}

/// Joins a line to what it continues; a word that was parted is one again.
fn join(text: &mut String, line: &str) {
    let is_parted = text.ends_with('-')
        && text.chars().rev().nth(1).is_some_and(char::is_alphabetic)
        && line.starts_with(char::is_lowercase);
    if is_parted {
        text.pop();
    } else if !text.is_empty() {
        text.push(' ');
    }
    text.push_str(line);
}

#[derive(Default)]
struct Writer {
    blocks: Vec<(Kind, String)>,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Heading(usize),
    Paragraph,
    Bullet,
    Step(u32),
}

impl Writer {
    fn heading(&mut self, text: &str, level: usize, reads_on: bool) {
        match self.blocks.last_mut() {
            Some((Kind::Heading(_), before)) if reads_on => join(before, text),
            _ => self.blocks.push((Kind::Heading(level), text.to_owned())),
        }
    }

    fn line(&mut self, text: &str, reads_on: bool) {
        let (kind, words) = item(text);
        match self.blocks.last_mut() {
            Some((Kind::Heading(_), _)) | None => self.blocks.push((kind, words.to_owned())),
            Some((_, before)) if reads_on && kind == Kind::Paragraph => join(before, words),
            Some(_) => self.blocks.push((kind, words.to_owned())),
        }
    }

    fn finish(self) -> String {
        let mut body = String::new();
        let mut before = None;
        for (kind, text) in self.blocks {
            let is_item = |kind: Kind| matches!(kind, Kind::Bullet | Kind::Step(_));
            if let Some(before) = before {
                body.push_str(if is_item(before) && is_item(kind) { "\n" } else { "\n\n" });
            }
            match kind {
                Kind::Heading(level) => body.push_str(&format!("{} ", "#".repeat(level))),
                Kind::Bullet => body.push_str("- "),
                Kind::Step(number) => body.push_str(&format!("{number}. ")),
                Kind::Paragraph if text.starts_with(['#', '>', '+', '-', '=', '|', '~']) => body.push('\\'),
                Kind::Paragraph => {}
            }
            body.push_str(&escape(&text));
            before = Some(kind);
        }
        body
    }
}

/// What kind of block a line begins, and its words without the sign.
fn item(line: &str) -> (Kind, &str) {
    let signs = ['•', '▪', '◦', '‣', '●', '○', '–', '-', '*', '\u{f0b7}'];
    if let Some(rest) = line.strip_prefix(signs)
        && rest.starts_with(' ')
    {
        return (Kind::Bullet, rest.trim_start());
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    if (1..=2).contains(&digits)
        && let Some(rest) = line[digits..].strip_prefix(['.', ')'])
        && rest.starts_with(' ')
        && let Ok(number) = line[..digits].parse()
    {
        return (Kind::Step(number), rest.trim_start());
    }
    (Kind::Paragraph, line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(page: u32, top: f64, size: f64, text: &str) -> Line {
        Line { text: text.into(), size, top, page }
    }

    #[test]
    fn sizes_make_headings_and_gaps_make_paragraphs() {
        let mut lines = Vec::new();
        for page in 1..=3 {
            lines.push(line(page, 30.0, 10.0, "Alder & Wick"));
            if page == 1 {
                lines.push(line(1, 80.0, 24.0, "Warranty"));
            }
            lines.push(line(page, 120.0, 16.0, &format!("Section {page} of the")));
            lines.push(line(page, 138.0, 16.0, "terms"));
            lines.push(line(page, 160.0, 10.0, "Everything that we make is guar-"));
            lines.push(line(page, 172.0, 10.0, "anteed for two years."));
            lines.push(line(page, 200.0, 10.0, "• Lamps"));
            lines.push(line(page, 212.0, 10.0, "• Mugs of stone-"));
            lines.push(line(page, 224.0, 10.0, "ware"));
            lines.push(line(page, 800.0, 10.0, &format!("Page {page} of 3")));
        }
        let text = write(lines);
        assert_eq!(text.title.as_deref(), Some("Warranty"));
        let section = |page| {
            format!(
                "## Section {page} of the terms\n\nEverything that we make is guaranteed for two years.\n\n- Lamps\n- Mugs of stoneware"
            )
        };
        assert_eq!(text.body, [section(1), section(2), section(3)].join("\n\n"));
    }

    #[test]
    fn a_sentence_goes_on_over_the_page() {
        let lines = vec![
            line(1, 700.0, 10.0, "You may return anything unused within"),
            line(1, 800.0, 10.0, "1"),
            line(2, 30.0, 10.0, "30 days of receiving it."),
            line(2, 60.0, 10.0, "2. Print the label"),
            line(2, 800.0, 10.0, "2"),
        ];
        assert_eq!(
            write(lines).body,
            "You may return anything unused within 30 days of receiving it.\n\n2. Print the label"
        );
    }
}
