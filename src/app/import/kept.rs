//! Values that were read, with where they came from, for checks across records.

use std::collections::HashMap;

use super::problem::Found;
use super::source::{Record, Step};
use super::tree::{Node, shortened};

#[derive(Clone, Debug)]
pub(super) struct Kept<T> {
    pub(super) value: T,
    record: Record,
}

impl<T> Kept<T> {
    pub(super) fn new(value: T, mut record: Record) -> Self {
        // The value says what the tree said; only the place is still needed.
        record.node = Node::Null;
        Self { value, record }
    }

    /// Adds a problem at a part of the record.
    pub(super) fn tell(&self, path: &[Step], message: impl Into<String>, found: &Found) {
        found.at(&self.record, path, message);
    }
}

/// Finds the second one of what must be there once.
pub(super) struct Unique<'a> {
    what: &'static str,
    first: HashMap<String, (&'a Record, Vec<Step>)>,
}

impl<'a> Unique<'a> {
    pub(super) fn new(what: &'static str) -> Self {
        Self { what, first: HashMap::new() }
    }

    pub(super) fn add<T>(&mut self, key: &str, kept: &'a Kept<T>, path: Vec<Step>, found: &Found) {
        // A missing one was told already.
        if key.is_empty() {
            return;
        }
        if let Some((first, first_path)) = self.first.get(key) {
            let (line, _) = first.place(first_path);
            let file = first.file().file_name().unwrap_or_default().to_string_lossy();
            let message =
                format!("{} `{}` stands already in {file}, line {line}: keep one of them", self.what, shortened(key));
            found.at(&kept.record, &path, message);
        } else {
            self.first.insert(key.to_owned(), (&kept.record, path));
        }
    }
}
