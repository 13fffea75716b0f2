//! Reads the fields of a record, and says of each what would do instead.
//!
//! A wrong field leaves a problem and the field's empty value, so that one pass names
//! everything that is wrong with a record; whoever reads asks at the end whether
//! anything was found.

use std::collections::BTreeMap;
use std::str::FromStr;

use super::problem::Found;
use super::source::{Record, Step};
use super::tree::{Node, shortened};
use crate::domain::product::Price;

/// A group of names and values inside a record.
pub(super) struct Fields<'a> {
    record: &'a Record,
    found: &'a Found,
    path: Vec<Step>,
    entries: &'a [(String, Node)],
    /// Fields that are there under a slightly wrong name, and so are not missing.
    misspelt: Vec<String>,
}

impl<'a> Fields<'a> {
    /// The record's own fields. `known` are the names that may stand there: a field with
    /// another name is most likely a slip of the hand, and would silently be lost.
    pub(super) fn of(record: &'a Record, known: &[&str], found: &'a Found) -> Option<Self> {
        Self::new(record, Vec::new(), &record.node, known, found)
    }

    fn new(record: &'a Record, path: Vec<Step>, node: &'a Node, known: &[&str], found: &'a Found) -> Option<Self> {
        let Node::Map(entries) = node else {
            let message = format!("here must stand names with values ({}), and not {}", known.join(", "), node.kind());
            found.at(record, &path, message);
            return None;
        };
        let mut fields = Self { record, found, path, entries, misspelt: Vec::new() };
        for (name, _) in entries {
            if !known.contains(&name.as_str()) {
                fields.unknown(name, known);
            }
        }
        Some(fields)
    }

    fn unknown(&mut self, name: &str, known: &[&str]) {
        let near = known.iter().map(|known| (strsim::osa_distance(name, known), *known)).min();
        let cure = match near {
            Some((0..=2, near)) => {
                self.misspelt.push(near.to_owned());
                format!("did you mean `{near}`?")
            }
            _ => format!("the names are {}", known.join(", ")),
        };
        let mut path = self.path.clone();
        path.push(Step::Name(name.to_owned()));
        self.found.at(self.record, &path, format!("there is no field `{}`: {cure}", shortened(name)));
    }

    /// Names a problem of a field, or of the whole group where there is no such field.
    pub(super) fn problem(&self, name: &str, message: impl Into<String>) {
        self.found.at(self.record, &self.path_of(name), message);
    }

    pub(super) fn path_of(&self, name: &str) -> Vec<Step> {
        let mut path = self.path.clone();
        if self.get(name).is_some() {
            path.push(Step::Value(name.to_owned()));
        }
        path
    }

    fn get(&self, name: &str) -> Option<&'a Node> {
        self.entries.iter().find(|(entry, _)| entry == name).map(|(_, node)| node).filter(|node| **node != Node::Null)
    }

    fn missing(&self, name: &str, example: &str) {
        if self.misspelt.iter().any(|misspelt| misspelt == name) {
            return;
        }
        let there_but_empty = self.entries.iter().any(|(entry, _)| entry == name);
        let mut path = self.path.clone();
        // An empty cell of a table has a place of its own, unlike a name that does not stand.
        if there_but_empty || self.record.is_of_table() {
            path.push(Step::Value(name.to_owned()));
        }
        self.found.at(self.record, &path, format!("`{name}` is missing: write for example `{name}: {example}`"));
    }

    /// A text that may be missing.
    pub(super) fn optional_text(&self, name: &str) -> Option<String> {
        match self.get(name)? {
            Node::Text(text) if text.trim().is_empty() => None,
            Node::Text(text) => Some(text.trim().to_owned()),
            Node::Number(number) => {
                self.problem(
                    name,
                    format!("`{name}` must be a text: put it in quotation marks, `{name}: \"{number}\"`"),
                );
                None
            }
            other => {
                self.problem(
                    name,
                    format!("`{name}` must be a text, and not {}: put it in quotation marks", other.kind()),
                );
                None
            }
        }
    }

    /// A text that must be there.
    pub(super) fn text(&self, name: &str, example: &str) -> String {
        let before = self.found.count();
        let text = self.optional_text(name);
        if text.is_none() && self.found.count() == before {
            self.missing(name, example);
        }
        text.unwrap_or_default()
    }

    /// A text that must be there and fit.
    pub(super) fn fitting(&self, name: &str, example: &str, fits: impl Fn(&str) -> bool, what: &str) -> String {
        let text = self.text(name, example);
        if !text.is_empty() && !fits(&text) {
            self.unfit(name, &text, what);
        }
        text
    }

    /// A text that may be missing, but must fit if it is there.
    pub(super) fn optional_fitting(&self, name: &str, fits: impl Fn(&str) -> bool, what: &str) -> Option<String> {
        let text = self.optional_text(name)?;
        if !fits(&text) {
            self.unfit(name, &text, what);
        }
        Some(text)
    }

    /// `what` says what the text should have been, and how to write it.
    fn unfit(&self, name: &str, text: &str, what: &str) {
        self.problem(name, format!("`{name}`: `{}` is not {what}", shortened(text)));
    }

    /// A value that is written as a text.
    pub(super) fn parsed<T: FromStr>(&self, name: &str, example: &str, what: &str) -> Option<T> {
        let text = self.text(name, example);
        if text.is_empty() {
            return None;
        }
        text.parse().map_err(|_| self.unfit(name, &text, what)).ok()
    }

    pub(super) fn optional_parsed<T: FromStr>(&self, name: &str, what: &str) -> Option<T> {
        let text = self.optional_text(name)?;
        text.parse().map_err(|_| self.unfit(name, &text, what)).ok()
    }

    pub(super) fn price(&self, name: &str) -> Option<Price> {
        self.parsed(
            name,
            "\"24.90\"",
            "a price: write it with a point and two decimals, in quotation marks, for example \"24.90\"",
        )
    }

    /// A whole number from `least` on; `None` where it is missing or wrong.
    pub(super) fn whole_number(&self, name: &str, least: i64) -> Option<i64> {
        let node = self.get(name)?;
        let number = match node {
            Node::Number(number) => number.as_i64(),
            Node::Text(text) => text.trim().parse().ok(),
            _ => None,
        };
        let number = number.filter(|number| *number >= least);
        if number.is_none() {
            self.problem(name, format!("`{name}` must be a whole number from {least} on, and not {}", node.kind()));
        }
        number
    }

    /// A whole number that must be there.
    pub(super) fn required_number(&self, name: &str, least: i64, example: &str) -> Option<i64> {
        if self.get(name).is_none() {
            self.missing(name, example);
        }
        self.whole_number(name, least)
    }

    /// A list of texts; in a table, separated by semicolons.
    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        match self.get(name) {
            None => Vec::new(),
            Some(Node::Text(text)) => {
                text.split(';').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
            }
            Some(Node::List(items)) => {
                let texts = items
                    .iter()
                    .enumerate()
                    .filter_map(|(index, item)| self.text_inside(name, Step::Item(index), item));
                texts.collect()
            }
            Some(other) => {
                self.problem(
                    name,
                    format!("`{name}` must be a list, and not {}: write `{name}: [one, another]`", other.kind()),
                );
                Vec::new()
            }
        }
    }

    /// Texts with names; in a table, `name=text` separated by semicolons.
    pub(super) fn named_texts(&self, name: &str) -> BTreeMap<String, String> {
        match self.get(name) {
            None => BTreeMap::new(),
            Some(Node::Text(text)) => self.pairs(name, text),
            Some(Node::Map(entries)) => {
                let texts = entries.iter().filter_map(|(entry, node)| {
                    Some((entry.clone(), self.text_inside(name, Step::Value(entry.clone()), node)?))
                });
                texts.collect()
            }
            Some(other) => {
                self.problem(
                    name,
                    format!(
                        "`{name}` must be names with texts, and not {}: write `{name}: {{colour: grey}}`",
                        other.kind()
                    ),
                );
                BTreeMap::new()
            }
        }
    }

    fn pairs(&self, name: &str, text: &str) -> BTreeMap<String, String> {
        let mut pairs = BTreeMap::new();
        for pair in text.split(';').map(str::trim).filter(|pair| !pair.is_empty()) {
            match pair.split_once('=').map(|(key, value)| (key.trim(), value.trim())) {
                Some((key, value)) if !key.is_empty() && !value.is_empty() => {
                    if pairs.insert(key.to_owned(), value.to_owned()).is_some() {
                        self.problem(name, format!("`{name}` names `{}` twice: keep one of them", shortened(key)));
                    }
                }
                _ => self.problem(
                    name,
                    format!("`{name}`: `{}` is not a name with a value: write `colour=grey;size=M`", shortened(pair)),
                ),
            }
        }
        pairs
    }

    fn text_inside(&self, name: &str, step: Step, node: &Node) -> Option<String> {
        if let Node::Text(text) = node
            && !text.trim().is_empty()
        {
            return Some(text.trim().to_owned());
        }
        let mut path = self.path_of(name);
        path.push(step);
        let cure = match node {
            Node::Number(number) => format!("put it in quotation marks, \"{number}\""),
            Node::Bool(_) => "put it in quotation marks".to_owned(),
            _ => "write a text, or remove it".to_owned(),
        };
        self.found.at(self.record, &path, format!("in `{name}` must stand texts, and not {}: {cure}", node.kind()));
        None
    }

    /// A list of groups, each with fields of its own; at least one. `what` says what an
    /// item of the list is.
    pub(super) fn groups(&self, name: &str, known: &[&str], what: &str) -> Vec<Fields<'a>> {
        match self.get(name) {
            Some(Node::List(items)) if !items.is_empty() => {
                let groups = items.iter().enumerate().filter_map(|(index, item)| {
                    let mut path = self.path_of(name);
                    path.push(Step::Item(index));
                    Fields::new(self.record, path, item, known, self.found)
                });
                groups.collect()
            }
            None | Some(Node::List(_)) => {
                self.problem(name, format!("`{name}` needs at least one item: {what}"));
                Vec::new()
            }
            Some(other) => {
                self.problem(
                    name,
                    format!("`{name}` must be a list, and not {}: begin each item with `- `", other.kind()),
                );
                Vec::new()
            }
        }
    }

    /// Names and values of any kind; in a table, a JSON object.
    pub(super) fn any_values(&self, name: &str) -> serde_json::Value {
        let empty = || serde_json::Value::Object(serde_json::Map::new());
        match self.get(name) {
            None => empty(),
            Some(node @ Node::Map(_)) => node.clone().into_json(),
            Some(Node::Text(text)) if text.trim_start().starts_with('{') => match serde_json::from_str::<Node>(text) {
                Ok(node) => node.into_json(),
                Err(error) => {
                    self.problem(name, format!("`{name}` is not valid JSON ({error})"));
                    empty()
                }
            },
            Some(Node::Text(text)) => {
                let pairs = self.pairs(name, text).into_iter().map(|(key, value)| (key, value.into()));
                serde_json::Value::Object(pairs.collect())
            }
            Some(other) => {
                self.problem(name, format!("`{name}` must be names with values, and not {}", other.kind()));
                empty()
            }
        }
    }
}
