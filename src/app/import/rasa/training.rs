//! Rasa's training data: the items below `nlu:`.

use super::super::problem::{Found, Problem};
use super::super::source::{Record, Step};
use super::super::tree::{Node, shortened};
use super::{Parts, markup};
use crate::app::export::METADATA;

pub(super) fn read(record: &Record, item: &Node, step: Step, parts: &mut Parts, found: &Found) {
    let path = vec![Step::Value("nlu".into()), step];
    let texts = || examples_of(record, item, &path, found).into_iter().map(|example| example.text).collect();
    let named = |key: &str| item.get(key).and_then(Node::as_text).map(str::trim).filter(|name| !name.is_empty());
    if let Some(value) = named("synonym") {
        parts.entities.synonym(value, texts());
    } else if let Some(name) = named("regex") {
        parts.entities.regex(name, texts());
    } else if let Some(name) = named("lookup") {
        parts.entities.lookup(name, texts());
    } else if let Some(name) = item.get("intent").and_then(Node::as_text).filter(|name| !name.trim().is_empty()) {
        if let Some(kept) = item.get("metadata").and_then(|metadata| metadata.get(METADATA)) {
            parts.kept.insert(name.trim().to_owned(), kept.clone().into_json());
        }
        let examples = parts.examples.entry(name.trim().to_owned()).or_default();
        for example in examples_of(record, item, &path, found) {
            let mut seen = Vec::new();
            let plain = markup::translate(&example.text, &mut seen);
            seen.iter().for_each(|marked| parts.entities.see(marked));
            match plain {
                Ok(text) if !examples.contains(&text) => examples.push(text),
                Ok(_) => {}
                Err(message) => found.add(example.problem(record, message)),
            }
        }
    } else {
        found.at(record, &path, "an item of `nlu` needs a text after `intent`, `synonym`, `regex` or `lookup`");
    }
}

struct Example {
    text: String,
    /// Where it begins; line and column from 1.
    place: (usize, usize),
}

impl Example {
    fn problem(&self, record: &Record, message: String) -> Problem {
        let (line, column) = self.place;
        Problem {
            file: record.file().to_owned(),
            line,
            column,
            message: format!("`{}`: {message}", shortened(&self.text)),
        }
    }
}

fn examples_of(record: &Record, item: &Node, path: &[Step], found: &Found) -> Vec<Example> {
    let below = |step: Step| -> Vec<Step> { path.iter().cloned().chain([step]).collect() };
    let here = below(Step::Value("examples".into()));
    match item.get("examples") {
        None => {
            found.at(
                record,
                path,
                "`examples` is missing: write what customers say, each on a line that begins with `- `",
            );
            Vec::new()
        }
        Some(Node::Text(block)) => of_block(record, block, &here, found),
        Some(Node::List(items)) => {
            let mut examples = Vec::new();
            for (index, item) in items.iter().enumerate() {
                let mut place = here.clone();
                place.push(Step::Item(index));
                match item.as_text().or_else(|| item.get("text")?.as_text()) {
                    Some(text) => {
                        let text = text.trim();
                        // Rasa writes a list item's text as a block, with or without a hyphen.
                        let text = text.strip_prefix("- ").unwrap_or(text).trim().to_owned();
                        examples.push(Example { text, place: record.place(&place) });
                    }
                    None => found.at(
                        record,
                        &place,
                        "an example must be a text, or have one: write `- text: where is my order`",
                    ),
                }
            }
            examples.retain(|example| !example.text.is_empty());
            examples
        }
        Some(other) => {
            found.at(
                record,
                &here,
                format!("`examples` must be a block of lines, and not {}: write `examples: |`", other.kind()),
            );
            Vec::new()
        }
    }
}

fn of_block(record: &Record, block: &str, path: &[Step], found: &Found) -> Vec<Example> {
    let start = record.place(path);
    let mut examples = Vec::new();
    for (index, line) in block.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let trimmed = line.trim();
        let place = record.place_in_block(start, index, trimmed);
        match trimmed.strip_prefix('-') {
            Some(text) if !text.trim().is_empty() => examples.push(Example { text: text.trim().to_owned(), place }),
            Some(_) => {}
            None => {
                let example = Example { text: trimmed.to_owned(), place };
                found.add(example.problem(record, "begin each example with `- `".to_owned()));
            }
        }
    }
    examples
}
